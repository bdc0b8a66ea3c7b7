package config

import (
	"regexp"
	"strings"
)

// The blanks where YAML wants one or drops it.
var (
	blanksAfter  = regexp.MustCompile(`(?:^-|[:,\[{])[ \t\x{a0}\x{2007}\x{202f}]+`)
	blanksBefore = regexp.MustCompile(`[ \t\x{a0}\x{2007}\x{202f}]+(?:[,\]}]|$)`)
)

// noBreak are the blanks that come along when something is copied from a page.
var noBreak = strings.NewReplacer("\u00a0", " ", "\u2007", " ", "\u202f", " ")

// plainBlanks replaces by spaces, one for one, so that columns stay: tabs after the
// indentation, since the parser drops a tab inside a value and joins its words; tabs before
// a comment or before nothing at all, which nobody sees; and spaces that do not break where
// YAML has blanks. Other tabs in the indentation stay, and are an error.
func plainBlanks(lines []string) string {
	var b strings.Builder
	for i, line := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		body := strings.TrimLeft(line, " \t\u00a0\u2007\u202f")
		lead := noBreak.Replace(line[:len(line)-len(body)])
		if body == "" || body[0] == '#' {
			lead = strings.ReplaceAll(lead, "\t", " ")
		}
		if strings.ContainsAny(body, "\u00a0\u2007\u202f") {
			body = blanksBefore.ReplaceAllStringFunc(blanksAfter.ReplaceAllStringFunc(body, noBreak.Replace), noBreak.Replace)
		}
		b.WriteString(lead)
		b.WriteString(strings.ReplaceAll(body, "\t", " "))
	}
	return b.String()
}
