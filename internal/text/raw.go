package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Valid replaces what is no UTF-8 and drops NUL, which databases refuse. It takes
// nothing else: a text is stored as it was written and cleaned where it is shown.
func Valid(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "")
}

// Clip shortens s to at most n bytes, at the border of a rune. It is for ids and
// other words of machines; Cut is for people.
func Clip(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
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
