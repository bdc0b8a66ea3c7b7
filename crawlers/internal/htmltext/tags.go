package htmltext

import (
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// stripTags removes what is written like an HTML element with a known name.
func stripTags(s string) string {
	var b strings.Builder
	gap := false // as of textWriter
	write := func(words string) {
		if gap && glued(b.String(), words) {
			b.WriteByte(' ')
		}
		gap = gap && words == ""
		b.WriteString(words)
	}
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			write(s)
			return b.String()
		}
		write(s[:i])
		end := tagEnd(s[i:])
		if end == 0 {
			write("<")
			s = s[i+1:]
			continue
		}
		a := atom.Lookup([]byte(tagName(s[i:])))
		s = s[i+end:]
		if parts(a) {
			write(" ")
		}
		gap = gap || a == atom.Img || takesRoom(a)
	}
}

// parts reports the elements that begin a line of their own, end one, or are a cell beside another.
func parts(a atom.Atom) bool {
	return blockElement(a) || a == atom.Br || a == atom.Td || a == atom.Th
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
	if !knownElement(atom.Lookup([]byte(tagName(s)))) {
		return 0
	}
	end := strings.IndexByte(s[:min(len(s), maxTag)], '>')
	return end + 1
}

// spelt makes words of the tags of a fragment that would take what follows them out of sight and are never
// closed: "put your <script> there". The end of an open script is code, of a text that was cut short. A tag
// that closes itself, as those of XML do, takes nothing with it, unless it is closed as browsers want it.
func spelt(s string) string {
	var b strings.Builder
	at, i := 0, 0
	open := map[string]bool{} // names that nothing closes from here on
	for {
		next := strings.IndexByte(s[i:], '<')
		if next < 0 {
			break
		}
		i += next
		name, length := hiding(s[i:])
		if length == 0 {
			i++
			continue
		}
		alone := s[i+length-2] == '/'
		if !open[name] {
			if end := closedAt(s[i:], name, alone); end > 0 {
				i += end
				continue
			}
			open[name] = !alone
		}
		if alone {
			b.WriteString(s[at:i] + "<" + name + "></" + name + ">")
			i += length
			at = i
			continue
		}
		if (name == "script" || name == "style") && isCode(s[i+length:]) {
			break
		}
		b.WriteString(s[at:i] + "&lt;")
		i++
		at = i
	}
	if at == 0 {
		return s
	}
	return b.String() + s[at:]
}

// isCode tells the beginning of a script from words.
func isCode(s string) bool {
	const enough = 100 // bytes
	return strings.ContainsAny(s[:min(len(s), enough)], "{=")
}

// hiding is the name and the length of the tag s begins with when it opens an element that has content which
// no reader sees.
func hiding(s string) (name string, length int) {
	name = tagName(s)
	a := atom.Lookup([]byte(name))
	switch a {
	case atom.Input, atom.Embed, atom.Meta, atom.Link, atom.Head:
		return "", 0
	}
	if !InvisibleElement(a) || s[1] == '/' {
		return "", 0
	}
	return name, tagEnd(s)
}

// closedAt is where the end tag of the element begins that s begins with; 0 when there is none. Of one that
// stands alone it is no end behind the next of its name.
func closedAt(s, name string, alone bool) int {
	for i := 1; ; i++ {
		next := strings.IndexByte(s[i:], '<')
		if next < 0 {
			return 0
		}
		i += next
		switch {
		case begins(s[i+1:], "/"+name):
			return i
		case alone && begins(s[i+1:], name):
			return 0
		}
	}
}

// begins reports whether s goes on behind name, in capitals or not.
func begins(s, name string) bool {
	return len(s) > len(name) && strings.EqualFold(s[:len(name)], name)
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

// IsHeading reports a headline of any rank.
func IsHeading(n *html.Node) bool {
	switch n.DataAtom {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
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
