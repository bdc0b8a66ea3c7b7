package dates

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// visible drops the marks of direction that browsers put between the numbers of a date.
func visible(r rune) rune {
	if unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// unixStamp reads seconds, milliseconds, microseconds or nanoseconds since 1970, told apart
// by the number of digits. Programs write large numbers as 1.79015269e+09, too.
func unixStamp(s string) (time.Time, bool) {
	if strings.ContainsAny(s, "eE") {
		s = written(s)
	}
	whole, _, _ := strings.Cut(strings.Replace(s, ",", ".", 1), ".")
	n := int64(0)
	for _, c := range whole {
		if c < '0' || c > '9' || len(whole) > 19 {
			return time.Time{}, false
		}
		n = n*10 + int64(c-'0')
	}
	switch len(whole) {
	case 9, 10:
		return time.Unix(n, 0), true
	case 13:
		return time.UnixMilli(n), true
	case 16:
		return time.UnixMicro(n), true
	case 19:
		return time.Unix(0, n), true
	}
	return time.Time{}, false
}

// written writes a number out that has an exponent; what is none is "".
func written(s string) string {
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || !(f > 0 && f < 1e18) || strings.ContainsAny(s, "xXpP_") {
		return ""
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// dotNetStamp reads the milliseconds that programs of Microsoft's write into JSON: /Date(1790152689000+0300)/. The
// offset is the server's and changes nothing.
func dotNetStamp(s string) (time.Time, bool) {
	s, begins := strings.CutPrefix(s, "/Date(")
	s, ends := strings.CutSuffix(s, ")/")
	if i := strings.IndexAny(s, "+-"); i > 0 {
		s = s[:i]
	}
	if !begins || !ends || len(s) != len("1790152689000") {
		return time.Time{}, false
	}
	return unixStamp(s)
}

// token is a number, a word or one other character.
type token struct {
	text   string // lower case
	num    int    // -1 for words and characters
	digits int
	glued  bool // no space before it
}

func (t token) isNum() bool { return t.num >= 0 }

// tokens splits the text. "п’ятниця" keeps its apostrophe, "a.m." loses its dots.
func (v *vocabulary) tokens(s string) []token {
	s = strings.ToLower(s)
	s = v.spelling.Replace(s)
	var toks []token
	glued := false
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		start := i
		switch {
		case unicode.IsSpace(r):
			glued = false
			i += size
			continue
		case r >= '0' && r <= '9':
			n := 0
			for i < len(s) && s[i] >= '0' && s[i] <= '9' {
				if n < 1e9 {
					n = n*10 + int(s[i]-'0')
				}
				i++
			}
			toks = append(toks, token{text: s[start:i], num: n, digits: i - start, glued: glued})
		case unicode.IsLetter(r):
			for i < len(s) {
				r, size := utf8.DecodeRuneInString(s[i:])
				if !unicode.IsLetter(r) && r != '\'' {
					break
				}
				i += size
			}
			toks = append(toks, token{text: strings.Trim(oneAlphabet(s[start:i]), "'"), num: -1, glued: glued})
		default:
			i += size
			toks = append(toks, token{text: s[start:i], num: -1, glued: glued})
		}
		glued = true
	}
	return toks
}

// cyrillicTwins are the Cyrillic letters that Latin ones pass for.
var cyrillicTwins = strings.NewReplacer("a", "а", "c", "с", "e", "е", "i", "і", "o", "о", "p", "р", "x", "х", "y", "у")

// oneAlphabet writes a Cyrillic word in Cyrillic letters alone: "днi тому" with a Latin
// i is printed by a library that many Ukrainian sites are built with.
func oneAlphabet(word string) string {
	latin, cyrillic := false, false
	for _, r := range word {
		latin = latin || r < utf8.RuneSelf && r != '\''
		cyrillic = cyrillic || unicode.Is(unicode.Cyrillic, r)
	}
	if latin && cyrillic {
		return cyrillicTwins.Replace(word)
	}
	return word
}
