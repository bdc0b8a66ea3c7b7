package sentiment

import (
	"math/rand/v2"
	"testing"

	"github.com/earshot/earshot/internal/tsv"
)

// TestMendMissesNoSlip puts a letter too many, a swap or a lost double letter into the
// heavy words of every language: the set of letters may rule none of them out.
func TestMendMissesNoSlip(t *testing.T) {
	s := shippedScorer(t)
	r := rand.New(rand.NewPCG(1, 2))
	for i, lang := range s.Languages() {
		tab := s.table(i)
		tried := 0
		for _, form := range heavyForms(s, i) {
			rs := []rune(form)
			at := 1 + r.IntN(len(rs)-1)
			extra := append(append(append([]rune{}, rs[:at]...), 'q'), rs[at:]...)
			swapped := append([]rune{}, rs...)
			if at+1 < len(rs) {
				swapped[at], swapped[at+1] = swapped[at+1], swapped[at]
			}
			sc := &scratch{tables: [2]*table{tab}}
			for _, slip := range [][]rune{extra, swapped} {
				if string(slip) != form && sc.mend(slip) == nil {
					t.Errorf("%s: %q is not read as a slip of %q", lang, string(slip), form)
				}
				tried++
			}
		}
		if tried < 100 {
			t.Errorf("%s: only %d slips were tried", lang, tried)
		}
	}
}

// heavyForms are forms that typing errors are mended to, of more than four letters.
func heavyForms(s *Scorer, lang int) (forms []string) {
	var errs tsv.Errors
	d := readDictionary(s.common.langs[lang], s.src, s.common, &errs)
	t := s.table(lang)
	for i := range d.words {
		for _, f := range d.words[i].forms {
			f = foldWord(f)
			if t.heavyWord(hashString(f)) != nil && len([]rune(f)) > 4 {
				forms = append(forms, f)
			}
		}
	}
	return forms
}
