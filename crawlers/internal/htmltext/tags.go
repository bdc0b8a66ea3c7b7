package htmltext

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// stripTags removes what is written like an HTML element with a known name.
func stripTags(s string) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			b.WriteString(s)
			return b.String()
		}
		b.WriteString(s[:i])
		end := tagEnd(s[i:])
		if end == 0 {
			b.WriteByte('<')
			s = s[i+1:]
			continue
		}
		if name := tagName(s[i:]); blockElement(atom.Lookup([]byte(name))) {
			b.WriteByte(' ')
		}
		s = s[i+end:]
	}
}

// HasTag reports whether s holds something written as an HTML element.
func HasTag(s string) bool {
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			return false
		}
		if tagEnd(s[i:]) > 0 || strings.HasPrefix(s[i:], "<!--") {
			return true
		}
		s = s[i+1:]
	}
}

// tagEnd returns the length of the tag s begins with, 0 when it is none.
func tagEnd(s string) int {
	name := tagName(s)
	if name == "" {
		return 0
	}
	if a := atom.Lookup([]byte(name)); a == 0 || !knownElement(a) {
		return 0
	}
	end := strings.IndexByte(s[:min(len(s), maxTag)], '>')
	return end + 1
}

// maxTag bounds the length of one tag in text that may or may not be HTML.
const maxTag = 8 << 10

// tagName returns the lower-case element name of the tag s begins with.
func tagName(s string) string {
	i := 1
	if len(s) > 1 && s[1] == '/' {
		i = 2
	}
	start := i
	for i < len(s) && (s[i] >= 'a' && s[i] <= 'z' || s[i] >= 'A' && s[i] <= 'Z' || i > start && s[i] >= '0' && s[i] <= '9') {
		i++
	}
	if i == start || i == len(s) || !strings.ContainsRune(" \t\r\n/>", rune(s[i])) {
		return ""
	}
	return strings.ToLower(s[start:i])
}

// knownElement reports whether a is an element authors' text is marked up with.
// Many atoms are attribute names, so a list is needed.
func knownElement(a atom.Atom) bool {
	if blockElement(a) || InvisibleElement(a) {
		return true
	}
	switch a {
	case atom.A, atom.Abbr, atom.B, atom.Big, atom.Br, atom.Cite, atom.Code, atom.Del, atom.Em, atom.Font, atom.I,
		atom.Img, atom.Ins, atom.Kbd, atom.Label, atom.Mark, atom.Q, atom.S, atom.Samp, atom.Small, atom.Span,
		atom.Strike, atom.Strong, atom.Sub, atom.Sup, atom.Td, atom.Th, atom.Time, atom.Tt, atom.U, atom.Var, atom.Wbr,
		atom.Noscript, atom.Video, atom.Audio, atom.Source, atom.Picture, atom.Bdi, atom.Bdo, atom.Data:
		return true
	}
	return false
}

func blockElement(a atom.Atom) bool {
	switch a {
	case atom.Address, atom.Article, atom.Aside, atom.Blockquote, atom.Body, atom.Caption, atom.Center, atom.Dd,
		atom.Details, atom.Dir, atom.Div, atom.Dl, atom.Dt, atom.Fieldset, atom.Figcaption, atom.Figure, atom.Footer,
		atom.Form, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Header, atom.Hgroup, atom.Hr, atom.Html,
		atom.Legend, atom.Li, atom.Main, atom.Menu, atom.Nav, atom.Ol, atom.P, atom.Pre, atom.Section, atom.Summary,
		atom.Table, atom.Tbody, atom.Tfoot, atom.Thead, atom.Tr, atom.Ul:
		return true
	}
	return false
}

// InvisibleElement reports elements whose content no reader sees.
func InvisibleElement(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Template, atom.Head, atom.Title, atom.Svg, atom.Math, atom.Select, atom.Button,
		atom.Input, atom.Textarea, atom.Iframe, atom.Object, atom.Embed, atom.Canvas, atom.Map, atom.Datalist, atom.Meta, atom.Link:
		return true
	}
	return false
}
