package sentiment

import "testing"

func TestLexicon(t *testing.T) {
	var errs dataErrors
	c := readCommon(builtin, &errs)
	for _, lang := range Languages {
		d := readDictionary(lang, builtin, c, &errs)
		forms := 0
		for _, w := range d.words {
			forms += len(w.forms)
		}
		t.Logf("%s: %d words, %d forms, %d patterns and function words", lang, len(d.words), forms, len(d.patterns))
	}
	if err := errs.err(); err != nil {
		t.Fatal("\n" + err.Error())
	}
}
