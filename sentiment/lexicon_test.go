package sentiment

import (
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

// TestNewLanguage adds a language by data alone.
func TestNewLanguage(t *testing.T) {
	polish := map[string]string{
		lang.File:          lang.Table() + "pl\tlatin\tPolish\n",
		"pl/words.tsv":     "word\tforms\tweight\ttopic\tflags\tnote\nokropny\ta\t-3\nczekać\t+czekam +czekamy\t0\n",
		"pl/paradigms.tsv": "tag\tstrip\tendings\tnote\na\ty\ty a e ego ej ych\n",
		"pl/patterns.tsv":  "pattern\tweight\trule\ttopic\tflags\tnote\n~czekać .. tydzień|tygodnie\t-2.5\twaiting\n",
		"pl/langid.tsv":    "word\tweight\tnote\njest\t3\nnie\t3\njuż\t3\nna\t1\n",
	}
	s, err := newFrom(func(name string) string {
		if text, ok := polish[name]; ok {
			return text
		}
		return builtin(name)
	}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"okropnego banku jest na świecie już nie ma", "czekam już trzy tygodnie, nie jest"} {
		if got := s.Score(Input{Text: text}); got.Lang != "pl" || got.Label != mention.Negative {
			t.Errorf("%q is %s in %s", text, got.Label, got.Lang)
		}
	}
}
