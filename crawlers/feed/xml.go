package feed

import (
	"bytes"
	"math"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Rules of this file: the bytes of a feed are mended where the parser reads them
// otherwise than they are meant, and nowhere else. Nothing is decoded here: tags
// are found, and what stands between them is passed on as it is. Every walk is
// one pass.

const (
	nsAtom  = "http://www.w3.org/2005/Atom"
	nsRSS1  = "http://purl.org/rss/1.0/"
	nsXHTML = "http://www.w3.org/1999/xhtml"
)

// tag is one tag of an XML document, as bytes from start to end.
type tag struct {
	start, end int
	name       string // as it is written, with its prefix
	closing    bool   // </name>
	empty      bool   // <name/>
}

// local is the name without its prefix, in lower case.
func (t tag) local() string {
	name := t.name
	if i := strings.IndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	return strings.ToLower(name)
}

// eachTag calls f with every tag outside of comments, CDATA, declarations and
// processing instructions, until f returns false. It reports where what is left
// begins when the document ends inside a tag or such a part; len(src) otherwise.
func eachTag(src []byte, f func(tag) bool) (rest int) {
	for i := 0; ; {
		next := bytes.IndexByte(src[i:], '<')
		if next < 0 {
			return len(src)
		}
		start := i + next
		end := markupEnd(src, start)
		if end < 0 {
			return start
		}
		i = end
		if t, ok := readTag(src, start, end); ok && !f(t) {
			return len(src)
		}
	}
}

// markupEnd is where the markup ends that begins at start; -1 when it does not end.
func markupEnd(src []byte, start int) int {
	for _, part := range []struct{ open, end string }{{"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}} {
		if !bytes.HasPrefix(src[start:], []byte(part.open)) {
			continue
		}
		i := bytes.Index(src[start+len(part.open):], []byte(part.end))
		if i < 0 {
			return -1
		}
		return start + len(part.open) + i + len(part.end)
	}
	if start+1 >= len(src) {
		return -1
	}
	if c := src[start+1]; c != '/' && c != '!' && !nameByte(c) {
		return start + 1 // "a < b": words
	}
	quote, inner := byte(0), 0
	for i := start + 1; i < len(src); i++ {
		switch c := src[i]; {
		case quote != 0 && c == '<': // no value holds one: its quote was never closed
			return i
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == '[' && src[start+1] == '!': // a declaration with one inside
			inner++
		case c == ']' && inner > 0:
			inner--
		case c == '>' && inner == 0:
			return i + 1
		case c == '<' && inner == 0: // the tag was never closed
			return i
		}
	}
	return -1
}

func readTag(src []byte, start, end int) (t tag, ok bool) {
	t = tag{start: start, end: end}
	i := start + 1
	if i < end && src[i] == '/' {
		t.closing = true
		i++
	}
	from := i
	for i < end && nameByte(src[i]) {
		i++
	}
	t.name = string(src[from:i])
	t.empty = !t.closing && end-2 > start && src[end-2] == '/'
	return t, i > from
}

func nameByte(c byte) bool {
	return c == ':' || c == '_' || c == '-' || c == '.' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z' || c >= 0x80
}

var (
	attribute    = regexp.MustCompile(`\s([A-Za-z_][\w.:-]*)\s*=\s*("[^"]*"|'[^']*')`)
	xhtmlPrefix  = regexp.MustCompile(`xmlns:([\w.-]+)\s*=\s*["']` + regexp.QuoteMeta(nsXHTML) + `/?["']`)
	xmlEntities  = strings.NewReplacer("&amp;", "&", "&lt;", "<", "&gt;", ">", "&quot;", `"`, "&apos;", "'", "&#38;", "&", "&#x26;", "&")
	attrEscaping = strings.NewReplacer("&", "&amp;", "<", "&lt;", `"`, "&quot;")
)

// attr is one attribute of a tag: where it stands, and its value.
type attr struct {
	start, end int // with the space before it
	name       string
	value      string
}

func attrsOf(src []byte, t tag) []attr {
	var list []attr
	for _, m := range attribute.FindAllSubmatchIndex(src[t.start:t.end], -1) {
		list = append(list, attr{
			start: t.start + m[0], end: t.start + m[1],
			name:  string(src[t.start+m[2] : t.start+m[3]]),
			value: xmlEntities.Replace(string(src[t.start+m[4]+1 : t.start+m[5]-1])),
		})
	}
	return list
}

// edit replaces the bytes from start to end.
type edit struct {
	start, end int
	with       string
}

func apply(src []byte, edits []edit) []byte {
	if len(edits) == 0 {
		return src
	}
	slices.SortStableFunc(edits, func(a, b edit) int { return a.start - b.start })
	out := make([]byte, 0, len(src)+256)
	at := 0
	for _, e := range edits {
		if e.start < at {
			continue // inside of what was replaced
		}
		out = append(out, src[at:e.start]...)
		out = append(out, e.with...)
		at = e.end
	}
	return append(out, src[at:]...)
}

var (
	xmlVersion = regexp.MustCompile(`^(\s*<\?xml\s+version\s*=\s*["'])1\.[1-9]`)
	charRef    = regexp.MustCompile(`&#(?:[0-9]{1,10}|[xX][0-9a-fA-F]{1,8});`)
	charPair   = regexp.MustCompile(`&(?:amp;)?(#(?:55(?:29[6-9]|[3-9]\d\d)|56(?:[0-2]\d\d|3[01]\d)|[xX][dD][89abAB][0-9a-fA-F]{2}));` +
		`&(?:amp;)?(#(?:56(?:3[2-9]\d|[4-9]\d\d)|57(?:[0-2]\d\d|3[0-3]\d|34[0-3])|[xX][dD][c-fC-F][0-9a-fA-F]{2}));`)
)

// legal mends what the parser refuses a whole document for: another version of XML, markup
// that is none, and characters that it may not hold, which people copy into their posts with
// the words and .NET writes as references. They become spaces. An emoji that was written as
// the two halves of UTF-16 becomes one again.
func legal(src []byte) []byte {
	src = apply(xmlVersion.ReplaceAll(src, []byte("${1}1.0")), noMarkup(src))
	for _, none := range []string{"\ufffe", "\uffff"} {
		src = bytes.ReplaceAll(src, []byte(none), []byte(" "))
	}
	if !bytes.Contains(src, []byte("#")) {
		return src
	}
	src = charPair.ReplaceAllFunc(src, func(pair []byte) []byte {
		half := charPair.FindSubmatch(pair)
		return utf8.AppendRune(nil, utf16.DecodeRune(rune(referred(half[1])), rune(referred(half[2]))))
	})
	return charRef.ReplaceAllFunc(src, func(ref []byte) []byte {
		if n := referred(ref[1 : len(ref)-1]); n < ' ' && n != '\t' && n != '\n' && n != '\r' || n == 0xfffe || n == 0xffff {
			return []byte(" ")
		}
		return ref
	})
}

// referred is the number of a character reference: "#38", "#x26".
func referred(ref []byte) uint64 {
	digits, base := string(ref[1:]), 10
	if digits[0]|0x20 == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil { // too large for any character
		return math.MaxUint32
	}
	return n
}

// tidy mends what feeds write and the parser takes amiss:
//
//   - elements of RSS in a default namespace that is not RSS's, Atom's above all:
//     the parser takes them for extensions and finds no posts
//   - xml:base, which the parser makes a folder: links are resolved here
//   - XHTML under a prefix, whose tags would become words
func tidy(src []byte, feedURL string) []byte {
	based := bytes.Contains(src, []byte("xml:base"))
	if !based && !bytes.Contains(src, []byte("xmlns=")) && !bytes.Contains(src, []byte(nsXHTML)) {
		return src
	}
	prefixes := map[string]bool{}
	for _, m := range xhtmlPrefix.FindAllSubmatch(src, -1) {
		prefixes[string(m[1])] = true
	}
	w := tidier{src: src, prefixes: prefixes}
	if based {
		w.bases = []scope{{}}
		w.bases[0].base, _ = url.Parse(feedURL)
	}
	eachTag(src, func(t tag) bool {
		if w.root == "" {
			if t.closing {
				return true
			}
			w.root = t.local()
		}
		w.namespace(t)
		w.prefix(t)
		w.base(t)
		return based || len(prefixes) > 0 || w.root == "rss" || w.root == "rdf"
	})
	return apply(src, w.edits)
}

// tidier collects the edits of one document.
type tidier struct {
	src      []byte
	root     string
	prefixes map[string]bool // bound to XHTML
	bases    []scope
	open     []string // names of the open elements; kept only for XHTML
	edits    []edit
}

// scope is an open element under an xml:base.
type scope struct {
	name string
	base *url.URL
	own  bool // declared by an xml:base, not by where the feed was read from
}

// rssElements are RSS's own whatever namespace they are put in.
var rssElements = []string{"rss", "channel", "item"}

func (w *tidier) namespace(t tag) {
	if t.closing || strings.Contains(t.name, ":") && t.local() != "rdf" || w.root != "rss" && w.root != "rdf" {
		return
	}
	if !bytes.Contains(w.src[t.start:t.end], []byte("xmlns")) || w.root == "rss" && !slices.Contains(rssElements, t.local()) {
		return
	}
	for _, a := range attrsOf(w.src, t) {
		switch {
		case a.name != "xmlns":
		case w.root == "rss":
			w.edits = append(w.edits, edit{start: a.start, end: a.end})
		case t.local() == "rdf" && !strings.Contains(a.value, "/rss/") && !strings.Contains(a.value, "/rdf/simple/"):
			w.edits = append(w.edits, edit{start: a.start, end: a.end, with: ` xmlns="` + nsRSS1 + `"`})
		}
	}
}

// wordElements hold words as markup.
var wordElements = []string{"content", "summary", "title", "subtitle", "description", "encoded", "body", "rights", "tagline", "info"}

// prefix takes the prefix off XHTML inside of what holds words.
func (w *tidier) prefix(t tag) {
	if len(w.prefixes) == 0 {
		return
	}
	before, name, ok := strings.Cut(t.name, ":")
	if ok && w.prefixes[before] && slices.ContainsFunc(w.open, func(n string) bool { return slices.Contains(wordElements, n) }) {
		at := t.start + 1
		if t.closing {
			at++
		}
		w.edits = append(w.edits, edit{start: at, end: at + len(t.name), with: name})
	}
	switch {
	case t.closing:
		if i := lastIndex(w.open, t.local()); i >= 0 {
			w.open = w.open[:i]
		}
	case !t.empty && len(w.open) < maxOpen:
		w.open = append(w.open, t.local())
	}
}

// maxOpen bounds how many open elements are remembered.
const maxOpen = 64

func lastIndex(list []string, s string) int {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i] == s {
			return i
		}
	}
	return -1
}

// base resolves the links under an xml:base and takes the attribute off.
func (w *tidier) base(t tag) {
	if len(w.bases) == 0 {
		return
	}
	if t.closing {
		for i := len(w.bases) - 1; i > 0; i-- {
			if w.bases[i].name == t.name {
				w.bases = w.bases[:i]
				break
			}
		}
		return
	}
	here := w.bases[len(w.bases)-1]
	here.name = t.name
	var href *attr
	for _, a := range attrsOf(w.src, t) {
		switch {
		case strings.EqualFold(a.name, "xml:base"):
			w.edits = append(w.edits, edit{start: a.start, end: a.end})
			if here.base == nil {
				here.base = &url.URL{}
			}
			if u, err := here.base.Parse(strings.TrimSpace(a.value)); err == nil {
				here.base, here.own = u, true
			}
		case a.name == "href":
			href = &a
		}
	}
	if here.own && t.local() == "link" {
		w.resolve(t, here.base, href)
	}
	if !t.empty && len(w.bases) <= maxOpen {
		w.bases = append(w.bases, here)
	}
}

// resolve makes the link absolute: its href, or the text of RSS.
func (w *tidier) resolve(t tag, base *url.URL, href *attr) {
	absolute := func(ref string) (string, bool) {
		u, err := base.Parse(strings.TrimSpace(ref))
		if err != nil || u.Scheme != "http" && u.Scheme != "https" {
			return "", false
		}
		return attrEscaping.Replace(u.String()), true
	}
	if href != nil {
		if u, ok := absolute(href.value); ok {
			w.edits = append(w.edits, edit{start: href.start, end: href.end, with: ` href="` + u + `"`})
		}
		return
	}
	if t.empty {
		return
	}
	const longest = 4 << 10
	text := w.src[t.end:min(len(w.src), t.end+longest)]
	if i := bytes.IndexByte(text, '<'); i > 0 && len(bytes.TrimSpace(text[:i])) > 0 {
		if u, ok := absolute(xmlEntities.Replace(string(text[:i]))); ok {
			w.edits = append(w.edits, edit{start: t.end, end: t.end + i, with: u})
		}
	}
}
