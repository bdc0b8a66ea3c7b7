package text

import (
	"strings"
	"unicode"
)

// Valid replaces what is no UTF-8 and drops NUL, which databases refuse. It takes
// nothing else: a text is stored as it was written and cleaned where it is shown.
func Valid(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return s
}

// Clip shortens s to at most n bytes, at the border of a rune. It is for ids and
// other words of machines; Cut is for people.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n]
}

// Letters is the text without everything that two readings of it may differ in:
// letters and digits, in lower case.
func Letters(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}
