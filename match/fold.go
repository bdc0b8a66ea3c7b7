package match

import (
	"cmp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/earshot/earshot/mention"
)

// A folded rune is 32 bits: the rune that letters are compared by in the low 21,
// and what kind of sign it is above them. 0 is a border: space, punctuation,
// emoji.
type folded = uint32

const (
	kindLatin      folded = 1 << 24
	kindCyrillic   folded = 1 << 25
	kindDigit      folded = 1 << 26
	kindOther      folded = 1 << 27 // letters of other scripts
	kindIgnorable  folded = 1 << 28 // zero width, direction, soft hyphen: never a border, never a letter
	kindMark       folded = 1 << 29 // combining accents
	kindApostrophe folded = 1 << 30
	kindSlow       folded = 1 << 31 // one rune that folds to two: ß, æ

	kindWord = kindLatin | kindCyrillic | kindDigit | kindOther
	runeBits = 1<<21 - 1
)

// The combining signs that make another letter of Cyrillic: й, ї. All other
// accents only decorate.
const (
	breve     = 0x306
	diaeresis = 0x308
)

// folder turns runes into folded runes. Runes below 0x800 (everything in one or
// two bytes) and general punctuation come out of tables.
type folder struct {
	two   [0x800]folded
	punct [0x70]folded // from U+2000
}

func newFolder() *folder {
	f := new(folder)
	for r := range f.two {
		f.two[r] = classify(rune(r))
	}
	for r := range f.punct {
		f.punct[r] = classify(0x2000 + rune(r))
	}
	return f
}

// rune folds any rune.
func (f *folder) rune(r rune) folded {
	switch {
	case uint32(r) < 0x800:
		return f.two[r]
	case r >= 0x2000 && r < 0x2070:
		return f.punct[r-0x2000]
	}
	return classify(r)
}

// at folds the rune at s[i:]; size is 0 at the end of s.
func (f *folder) at(s string, i int) (v folded, r rune, size int) {
	if i >= len(s) {
		return 0, 0, 0
	}
	if b := s[i]; b < utf8.RuneSelf {
		return f.two[b], rune(b), 1
	}
	r, size = utf8.DecodeRuneInString(s[i:])
	return f.rune(r), r, size
}

// before folds the last rune of s[:i]; size is 0 at the start.
func (f *folder) before(s string, i int) (v folded, r rune, size int) {
	if i <= 0 {
		return 0, 0, 0
	}
	r, size = utf8.DecodeLastRuneInString(s[:i])
	return f.rune(r), r, size
}

// firstRune is the first rune of s, utf8.RuneError when it is empty. A loop is inlined.
func firstRune(s string) rune {
	for _, r := range s {
		return r
	}
	return utf8.RuneError
}

// lastRune is the last rune of s, utf8.RuneError when it is empty.
func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

func classify(r rune) folded {
	switch {
	case mention.Apostrophe(r):
		return kindApostrophe | '\''
	case r >= 0xFE00 && r <= 0xFE0F, r == 0x34F, unicode.Is(unicode.Cf, r):
		return kindIgnorable
	case unicode.In(r, unicode.Mn, unicode.Me):
		return kindIgnorable | kindMark
	case unicode.Is(unicode.Nd, r):
		return kindDigit | digit(r)
	case unicode.Is(unicode.Nl, r): // Ⅱ
		return kindOther | folded(r)
	case !unicode.IsLetter(r):
		return 0
	}
	r = unicode.ToLower(r)
	if multi[r] != "" {
		return kindSlow | kindLatin
	}
	return letter(r)
}

// digit gives the ASCII digit of a decimal digit of any script: their blocks
// are ten in a row and start at a multiple of ten's run.
func digit(r rune) folded {
	if r <= '9' {
		return folded(r)
	}
	zero := r
	for zero > r-9 && unicode.Is(unicode.Nd, zero-1) {
		zero--
	}
	return '0' + folded(r-zero)
}

// multi are the letters that stand for two.
var multi = map[rune]string{'ß': "ss", 'æ': "ae", 'œ': "oe", 'ﬁ': "fi", 'ﬂ': "fl"}

// alike are letters that people take for others, or write as others: those of Kazakh by who has a
// Russian keyboard.
var alike = map[rune]rune{
	'ґ': 'г', 'ғ': 'г', 'ә': 'а', 'қ': 'к', 'ң': 'н', 'ө': 'о', 'ұ': 'у', 'ү': 'у', 'һ': 'х',
	'ł': 'l', 'ø': 'o', 'đ': 'd', 'ð': 'd', 'ı': 'i',
}

// letter folds one lower-case letter and says its script.
func letter(r rune) folded {
	if as, ok := alike[r]; ok {
		r = as
	}
	if r >= 0x80 && !strings.ContainsRune("йїў", r) { // those are letters of their own, not accented ones
		if d := norm.NFKD.PropertiesString(string(r)).Decomposition(); d != nil {
			if base, _ := utf8.DecodeRune(d); unicode.IsLetter(base) {
				r = unicode.ToLower(base)
			}
		}
	}
	switch {
	case r < 0x80 || unicode.Is(unicode.Latin, r):
		return kindLatin | folded(r)
	case r >= 0x400 && r < 0x530:
		return kindCyrillic | folded(r)
	}
	return kindOther | folded(r)
}

// foldWord gives the folded letters and digits of a word written by us or by
// the user: what a token of the text is compared with. Apostrophes stay.
func (f *folder) foldWord(s string) string {
	out := make([]rune, 0, len(s))
	for _, r := range s {
		v := f.rune(r)
		switch {
		case v&kindSlow != 0:
			out = append(out, []rune(multi[unicode.ToLower(r)])...)
		case v&kindIgnorable != 0:
			if n := len(out); n > 0 {
				out[n-1] = compose(out[n-1], r)
			}
		case v&(kindWord|kindApostrophe) != 0:
			out = append(out, rune(v&runeBits))
		}
	}
	return string(out)
}

// kindsOf says which alphabets a word uses.
func (f *folder) kindsOf(word string) (kinds folded) {
	for _, r := range word {
		kinds |= f.rune(r) & kindWord
	}
	return kinds
}

// compose joins a folded letter and a combining sign where that makes another
// letter.
func compose(letter, mark rune) rune {
	return cmp.Or(composed[[2]rune{letter, mark}], letter)
}

var composed = map[[2]rune]rune{{'и', breve}: 'й', {'у', breve}: 'ў', {'і', diaeresis}: 'ї'}
