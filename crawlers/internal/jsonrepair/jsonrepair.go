// Package jsonrepair decodes JSON as sites publish it: strictly where it can be, and else
// with the mistakes mended that can be meant only one way. It completes nothing: what was
// cut off is an error.
package jsonrepair

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
)

// Decode decodes every JSON value in src, one after another. What strict
// parsers refuse but sites publish is repaired first: line ends and control
// characters inside strings, commas before a closing bracket, wrong escapes,
// comments of JavaScript, HTML comment and CDATA wrappers, quotation marks inside strings. A value that does not end is an error: it was
// cut off.
func Decode(src string) ([]any, error) {
	if err := htmltext.CheckJSON(src); err != nil {
		return nil, err
	}
	values, err := decodeAll([]byte(src))
	if err == nil {
		return values, nil
	}
	src = unwrapScript(src)
	values, again := decodeAll(repair(withoutComments(src)))
	if again == nil {
		return values, nil
	}
	if filled := fillTemplate(src); filled != src {
		if all, again := decodeAll(repair(withoutComments(filled))); again == nil {
			return all, nil
		}
	}
	return values, fmt.Errorf("read JSON: %w", err)
}

func decodeAll(src []byte) ([]any, error) {
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.UseNumber()
	var all []any
	for {
		var v any
		err := dec.Decode(&v)
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		all = append(all, v)
	}
}

// unwrapScript takes off what hides a script from old browsers and XML parsers.
func unwrapScript(s string) string {
	s = strings.TrimSpace(strings.TrimPrefix(s, "\ufeff"))
	for again := true; again; {
		again = false
		for _, w := range []string{"<!--", "//<![CDATA[", "// <![CDATA[", "/*<![CDATA[*/", "/* <![CDATA[ */", "<![CDATA["} {
			if rest, ok := strings.CutPrefix(s, w); ok {
				s, again = strings.TrimSpace(rest), true
			}
		}
		for _, w := range []string{"-->", "//]]>", "// ]]>", "/*]]>*/", "/* ]]> */", "]]>", "//", ";"} {
			if rest, ok := strings.CutSuffix(s, w); ok {
				s, again = strings.TrimSpace(rest), true
			}
		}
	}
	if strings.HasPrefix(s, "{&quot;") || strings.HasPrefix(s, "[{&quot;") {
		s = html.UnescapeString(s)
	}
	return s
}

// withoutComments blanks the comments of JavaScript and HTML. What looks like one inside a
// string ("https://…") is text.
func withoutComments(s string) string {
	if !strings.Contains(s, "//") && !strings.Contains(s, "/*") && !strings.Contains(s, "<!--") {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	inString := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		end := -1
		switch {
		case c == '"':
			inString = !inString
		case inString && c == '\\' && i+1 < len(s):
			b.WriteByte(c)
			i++
			c = s[i]
		case !inString && strings.HasPrefix(s[i:], "//"):
			if end = strings.IndexAny(s[i:], "\r\n"); end < 0 {
				return b.String()
			}
		case !inString && strings.HasPrefix(s[i:], "/*"):
			if end = strings.Index(s[i+2:], "*/"); end < 0 {
				return b.String()
			}
			end += 4
		case !inString && strings.HasPrefix(s[i:], "<!--"):
			if end = strings.Index(s[i+4:], "-->"); end < 0 {
				return b.String()
			}
			end += 7
		}
		if end < 0 {
			b.WriteByte(c)
			continue
		}
		b.WriteByte(' ')
		i += end - 1
	}
	return b.String()
}

// repair makes strings legal and drops commas that end nothing.
func repair(s string) []byte {
	out := make([]byte, 0, len(s)+16)
	inString := false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case !inString && c == '"':
			inString = true
			out = append(out, c)
		case !inString && c == ',':
			rest := strings.TrimLeft(s[i+1:], " \t\r\n")
			if rest == "" || rest[0] != '}' && rest[0] != ']' && rest[0] != ',' {
				out = append(out, c)
			}
		case !inString:
			if c >= ' ' || c == '\n' || c == '\r' || c == '\t' {
				out = append(out, c)
			}
		case c == '"':
			inString = false
			out = append(out, c)
		case c == '\\' && i+1 < len(s):
			i++
			out = appendEscape(out, s, i)
		case c == '\n':
			out = append(out, '\\', 'n')
		case c < ' ' || c == 0x7f:
			out = append(out, ' ')
		default:
			out = append(out, c)
		}
	}
	return out
}

// appendEscape writes the escape whose second character is at i; an escape JSON
// does not know is the character itself.
func appendEscape(out []byte, s string, i int) []byte {
	c := s[i]
	switch {
	case strings.IndexByte(`"\/bfnrt`, c) >= 0:
		return append(out, '\\', c)
	case c == 'u' && i+4 < len(s) && strings.Trim(s[i+1:i+5], "0123456789abcdefABCDEF") == "":
		return append(out, '\\', c)
	case c == '\n':
		return append(out, '\\', 'n')
	case c < ' ':
		return append(out, ' ')
	}
	return append(out, c)
}
