package sentiment

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/lang"
	"github.com/earshot/earshot/internal/tsv"
	"github.com/earshot/earshot/mention"
)

func TestLexicon(t *testing.T) {
	var errs tsv.Errors
	c := readCommon(builtin, &errs)
	for _, lang := range c.langs {
		d := readDictionary(lang, builtin, c, &errs)
		forms := 0
		for _, w := range d.words {
			forms += len(w.forms)
		}
		t.Logf("%s: %d words, %d forms, %d patterns and function words", lang, len(d.words), forms, len(d.patterns))
	}
	if err := errs.Err(); err != nil {
		t.Fatal("\n" + err.Error())
	}
}

// builtinBut reads the tables of this repository, but some of them from elsewhere.
func builtinBut(files map[string]string) func(name string) string {
	return func(name string) string {
		if text, ok := files[name]; ok {
			return text
		}
		return builtin(name)
	}
}

// wantMistake fails unless err tells of what is wanted; of nothing when that is empty.
func wantMistake(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Error(err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("error %v, want one with %q", err, want)
	}
}

// TestNewLanguage adds a language by data alone.
func TestNewLanguage(t *testing.T) {
	polish := map[string]string{
		lang.File:          lang.Table() + "pl\tlatin\tPolish\n",
		"pl/words.tsv":     "word\tforms\tweight\ttopic\tflags\tnote\nokropny\ta\t-3\nczekać\t+czekam +czekamy\t0\n",
		"pl/paradigms.tsv": "tag\tstrip\tendings\tnote\na\ty\ty a e ego ej ych\n",
		"pl/patterns.tsv":  "pattern\tweight\trule\ttopic\tflags\tnote\n~czekać .. tydzień|tygodnie\t-2.5\twaiting\n",
		"pl/langid.tsv":    "word\tweight\tnote\njest\t3\nnie\t3\njuż\t3\nna\t1\n",
	}
	s, err := newFrom(builtinBut(polish), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"okropnego banku jest na świecie już nie ma", "czekam już trzy tygodnie, nie jest"} {
		if got := s.Score(Input{Text: text}); got.Lang != "pl" || got.Label != mention.Negative {
			t.Errorf("%q is %s in %s", text, got.Label, got.Lang)
		}
	}
}
