package lang

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/tsv"
)

func TestList(t *testing.T) {
	var errs tsv.Errors
	list := Read(Table(), &errs)
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	if len(list) < 4 || list[0] != (Language{"en", "English", false}) || list[2] != (Language{"uk", "Ukrainian", true}) {
		t.Errorf("the list is %v", list)
	}
	for _, l := range list {
		if l.Name == "" {
			t.Errorf("%s has no name", l.Code)
		}
	}
}

func TestMistakes(t *testing.T) {
	var errs tsv.Errors
	Read("language\tscript\tname\npol\tlatin\tPolish\nel\tgreek\tGreek\n"+strings.Repeat("pl\tlatin\tPolish\n", Max+1), &errs)
	want := "languages.tsv:2:1: a language is a code of two letters and the script latin or cyrillic\n" +
		"languages.tsv:3:1: a language is a code of two letters and the script latin or cyrillic\n" +
		"languages.tsv:12:1: more than 8 languages"
	if got := errs.Err().Error(); got != want {
		t.Errorf("got\n%s", got)
	}
}
