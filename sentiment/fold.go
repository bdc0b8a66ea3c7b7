package sentiment

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/earshot/earshot/mention"
)

// foldRune brings a letter to the form the tables are stored in. It returns -1
// for what is left out of a word: combining marks and what has no shape.
func foldRune(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		if r == '`' {
			return '\''
		}
		return r
	}
	switch {
	case 'а' <= r && r <= 'я':
		return r
	case 'А' <= r && r <= 'Я':
		return r + 32
	}
	switch r {
	case 'ё', 'Ё', 'ѐ', 'Ѐ':
		return 'е'
	case 'ґ', 'Ґ':
		return 'г'
	case 'І':
		return 'і'
	case 'Ї':
		return 'ї'
	case 'Є':
		return 'є'
	case 'Ў', 'ў':
		return 'у'
	case 'ѝ', 'Ѝ':
		return 'и'
	}
	if mention.Apostrophe(r) {
		return '\''
	}
	if unicode.Is(unicode.Cf, r) || r >= 0xfe00 && r <= 0xfe0f { // soft hyphens, joiners, direction marks; how an emoji is drawn
		return -1
	}
	if r >= 0x300 && r < 0x370 || r >= 0x483 && r <= 0x489 { // combining accents: stress marks, й and ї come whole after NFC; Cyrillic ones
		return -1
	}
	if r >= 0xff21 && r <= 0xff5a { // full-width Latin
		return foldRune(r - 0xfee0)
	}
	if plain := unstyled(r); plain != r {
		return foldRune(plain)
	}
	return unicode.ToLower(r)
}

// unstyled is the letter or digit that a mathematical one is drawn from: generators of "fonts" write whole posts in
// 𝗯𝗼𝗹𝗱, 𝓼𝓬𝓻𝓲𝓹𝓽 or 𝔣𝔯𝔞𝔨𝔱𝔲𝔯, whose missing letters stand among the letterlike symbols.
func unstyled(r rune) rune {
	if r < 0x210a || r > 0x2134 && r < 0x1d400 || r > 0x1d7ff || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		return r
	}
	if plain, size := utf8.DecodeRune(norm.NFKC.PropertiesString(string(r)).Decomposition()); size == 1 {
		return plain
	}
	return r
}

// foldedCyrillic are the letters of U+0400 to U+047F folded, 0 for those that
// plainCyrillic leaves alone.
type foldedCyrillic [0x80]uint16

func newFoldedCyrillic() *foldedCyrillic {
	var t foldedCyrillic
	for i := range t {
		switch f := foldRune(rune(0x400 + i)); {
		case 'а' <= f && f <= 'я' || f == 'і' || f == 'ї' || f == 'є':
			t[i] = uint16(f)
		}
	}
	return &t
}

func isCyrillic(r rune) bool { return r >= 0x400 && r < 0x530 }

// twins are the Cyrillic letters that lower-case Latin ones look like, by their place in the alphabet.
var twins = [...]rune{
	0: 'а', 'b' - 'a': 'в', 'c' - 'a': 'с', 'e' - 'a': 'е', 'h' - 'a': 'н', 'i' - 'a': 'і', 'k' - 'a': 'к',
	'm' - 'a': 'м', 'o' - 'a': 'о', 'p' - 'a': 'р', 't' - 'a': 'т', 'x' - 'a': 'х', 'y' - 'a': 'у', 'z' - 'a': 0,
}

// twin returns the Cyrillic letter that looks like the Latin one; 0 when there is none.
func twin(r rune) rune {
	if r < 'a' || r > 'z' {
		return 0
	}
	return twins[r-'a']
}

// englishTails are cut off words: "it's been" is read as "it been". Of "n't" only the apostrophe goes, which half
// of those who write by thumb leave out: "don't" is "dont".
var englishTails = [...]string{"'s", "'re", "'ve", "'ll", "'d", "'m"}

// foldWord brings one written word to the form of the tables. It is used when
// tables are loaded; texts go through the tokenizer, which does the same thing
// rune by rune.
func foldWord(w string) string {
	if isFolded(w) {
		return w
	}
	cyrillic := strings.IndexFunc(w, isCyrillic) >= 0
	s := strings.Map(func(r rune) rune {
		r = foldRune(r)
		if cyrillic && r == '\'' {
			return -1
		}
		if t := twin(r); cyrillic && t != 0 {
			return t
		}
		return r
	}, w)
	s = strings.Trim(s, "'")
	if !cyrillic {
		for _, tail := range englishTails {
			if strings.HasSuffix(s, tail) && len(s) > len(tail) {
				return s[:len(s)-len(tail)]
			}
		}
		if stem, ok := strings.CutSuffix(s, "n't"); ok && stem != "" {
			return stem + "nt"
		}
	}
	return s
}

// isFolded reports whether folding leaves a word as it is, without a look at those that seldom stand in tables.
func isFolded(w string) bool {
	latin, cyrillic := false, false
	for _, r := range w {
		switch {
		case 'a' <= r && r <= 'z':
			latin = true
		case 'а' <= r && r <= 'я' || r == 'і' || r == 'ї' || r == 'є':
			cyrillic = true
		case '0' <= r && r <= '9' || r == '-':
		default:
			return false
		}
	}
	return !latin || !cyrillic
}
