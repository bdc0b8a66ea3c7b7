package sentiment

import (
	"slices"
	"testing"
)

// TestPlainCyrillic holds the fast way of reading Cyrillic words to the careful one,
// which it takes where it finds no letter in its table.
func TestPlainCyrillic(t *testing.T) {
	s := newScorer(t)
	texts := []string{"Ёлка ёж ЁЁ ґава Ґанок їЖак", "ООО ооооо о'кей м’яч п-ч ПриватБанк, х#й «дом» дом» а1 1а аa", "\xd0", "а\xd0", "а\xd0 б\xd1\xd1", "й\u0306 и\u0306"}
	for _, lang := range []string{"ru", "uk", "bg"} {
		for _, x := range readSamples(t, "testdata/hand/"+lang+".tsv") {
			texts = append(texts, x.text)
		}
	}
	fast := lexer{cues: &s.id.cues, folded: newFoldedCyrillic(), emoticons: s.emoticons}
	slow := lexer{cues: &s.id.cues, folded: &foldedCyrillic{}, emoticons: s.emoticons}
	small := 0
	for _, text := range texts {
		for _, l := range []*lexer{&fast, &slow} {
			l.reset()
			l.lex(text, 0, len(text))
		}
		for i := range fast.toks {
			if tok := &fast.toks[i]; tok.cyrillic && tok.small {
				small++
				tok.small = false // the careful way does not look
			}
		}
		if !slices.Equal(fast.toks, slow.toks) || !slices.Equal(fast.runes, slow.runes) || fast.letters != slow.letters || fast.upper != slow.upper {
			t.Errorf("%q is read in two ways:\n%+v %q\n%+v %q", text, fast.toks, string(fast.runes), slow.toks, string(slow.runes))
		}
	}
	if small < 100 {
		t.Errorf("%d words went the fast way", small)
	}
}
