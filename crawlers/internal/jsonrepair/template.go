package jsonrepair

import "strings"

// Rules of this file: sites that fill JSON in by a template publish it right until somebody writes a quotation
// mark, and then all reviews of the page are gone. Such a mark is told from the end of a text by what must
// follow it there: a key's colon, the next key, the end of what it stands in. Where that
// leaves a doubt the whole stays what it is, an error.

// longestKey bounds the name that is looked for behind a comma, in bytes.
const longestKey = 64

// fillTemplate escapes the quotation marks inside of texts, and makes decimal commas points.
func fillTemplate(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 16)
	var open []byte // the brackets around
	key := false    // a key is next
	for i := 0; i < len(s); i++ {
		inside := byte(0)
		if len(open) > 0 {
			inside = open[len(open)-1]
		}
		switch c := s[i]; {
		case c == '"':
			end := endOfText(s, i+1, inside, key)
			if end < 0 {
				return s
			}
			writeText(&b, s[i+1:end])
			i = end
			continue
		case c == '{' || c == '[':
			open, key = append(open, c), c == '{'
		case (c == '}' || c == ']') && len(open) > 0:
			open, key = open[:len(open)-1], false
		case c == ':':
			key = false
		case c == ',' && inside == '{' && isDecimal(s, i):
			b.WriteByte('.')
			continue
		case c == ',':
			key = inside == '{'
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// endOfText is where the text that begins at i ends; -1: nowhere.
func endOfText(s string, i int, inside byte, key bool) int {
	for ; i < len(s); i++ {
		switch {
		case s[i] == '\\':
			i++
		case s[i] == '"' && endsText(s[i+1:], inside, key):
			return i
		}
	}
	return -1
}

// endsText reports whether rest is what stands behind the end of a text.
func endsText(rest string, inside byte, key bool) bool {
	rest = trimBlank(rest)
	switch {
	case rest == "":
		return true
	case key:
		return rest[0] == ':'
	case inside == '{' && rest[0] == ',':
		rest = trimBlank(rest[1:])
		return rest != "" && (rest[0] == '}' || beginsKey(rest))
	case inside == '{':
		return rest[0] == '}'
	case inside == '[' && rest[0] == ',':
		rest = trimBlank(rest[1:])
		return rest != "" && strings.IndexByte(`"{[]`, rest[0]) >= 0
	}
	return inside == 0 || rest[0] == ']'
}

// beginsKey reports a name and its colon.
func beginsKey(s string) bool {
	if s[0] != '"' {
		return false
	}
	name, rest, ok := strings.Cut(s[1:min(len(s), longestKey)], `"`)
	return ok && !strings.ContainsAny(name, "\\\n") && strings.HasPrefix(trimBlank(rest), ":")
}

func trimBlank(s string) string { return strings.TrimLeft(s, " \t\r\n") }

// isDecimal reports the comma of a number that is all there is of a value: "ratingValue": 4,5.
func isDecimal(s string, comma int) bool {
	digit := func(i int) bool { return i >= 0 && i < len(s) && s[i] >= '0' && s[i] <= '9' }
	end := comma + 1
	for digit(end) {
		end++
	}
	rest := trimBlank(s[end:])
	return digit(comma-1) && digit(comma+1) && rest != "" && (rest[0] == '}' || rest[0] == ',')
}

// writeText writes a text with its quotation marks escaped.
func writeText(b *strings.Builder, text string) {
	b.WriteByte('"')
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			b.WriteByte('\\')
			i++
		case text[i] == '"':
			b.WriteByte('\\')
		}
		b.WriteByte(text[i])
	}
	b.WriteByte('"')
}
