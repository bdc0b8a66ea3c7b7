// Package htmltext turns foreign HTML into the text a reader sees, within bounds
// of time and memory. It knows elements, quotes and signatures; what a post is,
// and where on a page it stands, is the engines' business.
package htmltext

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Rules of this file: foreign HTML becomes plain text here and nowhere else.
// Block elements end a line, white space collapses, what a reader cannot see is
// dropped, and nothing that looks like a tag is ever interpreted twice unless
// the whole text was escaped twice.

// MaxDepth bounds how deep the walkers follow a tree; x/net/html itself refuses
// documents nested deeper than this.
const MaxDepth = 512

// Open parses a UTF-8 page when there is memory for its tree, as ReserveMemory says.
// release gives that back, once nothing of the tree is used any more.
func Open(body []byte) (doc *goquery.Document, release func(), err error) {
	release = ReserveMemory(len(body) * pageCost)
	if doc, err = Parse(body); err != nil {
		release()
		return nil, nil, err
	}
	return doc, release, nil
}

// Parse is Open for a part of what memory is held for already. Scripting is off, so what
// stands in <noscript> is elements and not text.
func Parse(body []byte) (*goquery.Document, error) {
	if err := CheckTags(body); err != nil {
		return nil, err
	}
	root, err := html.ParseWithOptions(bytes.NewReader(stripUnclosedFormatting(body)), html.ParseOptionEnableScripting(false))
	if err != nil {
		return nil, fmt.Errorf("read HTML: %w", err)
	}
	return goquery.NewDocumentFromNode(root), nil
}

// Text returns what a reader sees of s: paragraphs separated by "\n". Elements
// that skip reports are left out; skip may be nil.
func Text(s *goquery.Selection, skip func(*html.Node) bool) string {
	var w textWriter
	for _, n := range s.Nodes {
		w.walk(n, skip, 0)
		w.breakLine()
	}
	return w.String()
}

// Short is the beginning of Text, as one line: for names, dates and numbers.
func Short(n *html.Node) string {
	const enough, steps = 1 << 10, 2000
	w := textWriter{limit: enough, steps: steps}
	w.walk(n, nil, 0)
	return strings.ReplaceAll(w.String(), "\n", " ")
}

// visible is all that a reader sees.
func visible(s *goquery.Selection) string { return Text(s, nil) }

// Plain turns an HTML fragment, or plain text, into text as Text does.
// A fragment that was escaped twice ("&lt;p&gt;Hello") is read twice.
func Plain(fragment string) string {
	text := fragmentText(fragment, visible)
	if !HasTag(fragment) && HasTag(text) {
		text = fragmentText(text, visible)
	}
	return text
}

// Typed is plain text as Text would give it: what looks like HTML in it was typed. Entities are none, software wrote them.
func Typed(s string) string {
	var w textWriter
	w.text(html.UnescapeString(s), true)
	return w.String()
}

// fragmentText reads a fragment once; read makes text of what it is parsed into.
func fragmentText(fragment string, read func(*goquery.Selection) string) string {
	if !strings.ContainsAny(fragment, "<&") {
		var w textWriter
		w.text(fragment, true)
		return w.String()
	}
	if !HasTag(fragment) {
		// Text with entities or a stray "<": a line end of the source is all the
		// structure it has.
		return Typed(fragment)
	}
	raw := []byte(spelt(fragment))
	if CheckTags(raw) != nil {
		return OneLine(stripTags(fragment))
	}
	body := &html.Node{Type: html.ElementNode, Data: "body", DataAtom: atom.Body}
	nodes, err := html.ParseFragmentWithOptions(bytes.NewReader(stripUnclosedFormatting(raw)), body, html.ParseOptionEnableScripting(false))
	if err != nil { // nested deeper than a parser goes
		return OneLine(stripTags(fragment))
	}
	for _, n := range nodes {
		body.AppendChild(n) // siblings again: a line above a quote is known by what follows
	}
	return read(goquery.NewDocumentFromNode(body).Selection)
}

// Line turns a title into one line of plain text. Words in angle brackets
// that are no HTML elements ("<bugs>") are words.
func Line(s string) string {
	if strings.Contains(s, "<") {
		s = stripTags(s)
	}
	if strings.Contains(s, "&") {
		s = html.UnescapeString(s)
		if strings.Contains(s, "<") {
			s = stripTags(s)
		}
		if strings.Contains(s, "&") { // "&amp;amp;" is common in feeds
			s = html.UnescapeString(s)
		}
	}
	return OneLine(s)
}

// OneLine collapses white space and drops what cannot be seen.
func OneLine(s string) string {
	var w textWriter
	w.text(s, false)
	return strings.ReplaceAll(w.String(), "\n", " ")
}

// Hidden reports whether the page itself hides the element from every reader.
func Hidden(n *html.Node) bool {
	for _, a := range n.Attr {
		switch a.Key {
		case "hidden":
			return true
		case "style":
			style := strings.ToLower(strings.ReplaceAll(a.Val, " ", ""))
			if strings.Contains(style, "display:none") || strings.Contains(style, "visibility:hidden") {
				return true
			}
		}
	}
	return false
}

// textWriter collects visible text: runs of white space become one space, breaks
// one line end.
type textWriter struct {
	b     strings.Builder
	space bool // a space is due before the next word
	line  bool // a line end is due before the next word
	gap   bool // something that is no text stood here: no two words are one across it
	limit int  // stop behind so many bytes; 0: maxText
	steps int  // stop behind so many nodes; 0: no bound but the page's own
	done  int  // nodes visited
	// unfold is asked about the elements a page hides: those it wants are read.
	unfold func(*html.Node) bool
	root   *html.Node // what was pointed at: it is read, hidden or not
}

// maxText bounds the text of one post in bytes: a long read has 50 KB. What is
// longer is cut, it is no complaint.
const maxText = 128 << 10

func (w *textWriter) full() bool {
	limit := w.limit
	if limit == 0 {
		limit = maxText
	}
	return w.b.Len() >= limit || w.steps > 0 && w.done >= w.steps
}

func (w *textWriter) breakLine() { w.line = true }

func (w *textWriter) String() string { return w.b.String() }

// text adds s; keep makes its line ends count. Runs of visible characters are
// copied whole.
func (w *textWriter) text(s string, keep bool) {
	for i := 0; i < len(s) && !w.full(); {
		start := i
		size := 0
		for i < len(s) {
			if c := s[i]; c > ' ' && c < 0x7f {
				i++
				continue
			}
			if size = special(s[i:]); size > 0 {
				break
			}
			i -= size
		}
		if i > start {
			w.due(s[start:i])
			w.b.WriteString(s[start:i])
		}
		if i == len(s) {
			return
		}
		r, _ := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == '\n' && keep:
			w.line = true
		case unicode.IsSpace(r):
			w.space = true
		}
		i += size
	}
}

// special returns the length of the character s begins with when it is white
// space, or is left out: broken bytes and marks inside words ("за\u00adказ") would
// hide a term from the matcher. Else it returns the length as a negative number.
func special(s string) int {
	r, size := utf8.DecodeRuneInString(s)
	switch {
	case r <= ' ' || r == 0x7f, r == utf8.RuneError && size == 1:
		return size
	case r < 0x80 || r >= 0x400 && r < 0x2000: // Cyrillic and its neighbours
		return -size
	case unicode.IsSpace(r) || invisibleRune(r):
		return size
	}
	return -size
}

func (w *textWriter) due(next string) {
	switch {
	case w.b.Len() == 0:
	case w.line:
		w.b.WriteByte('\n')
	case w.space, w.gap && glued(w.b.String(), next):
		w.b.WriteByte(' ')
	}
	w.line, w.space, w.gap = false, false, false
}

// glued reports whether a word would go on from one text into the next.
func glued(before, after string) bool {
	word := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
	last, _ := utf8.DecodeLastRuneInString(before)
	first, _ := utf8.DecodeRuneInString(after)
	return word(last) && word(first)
}

// invisibleRune reports marks that have no width and no meaning for a reader.
// The zero-width joiner stays: emoji are built with it.
func invisibleRune(r rune) bool {
	switch r {
	case '\u00ad', '\u200b', '\u2060', '\ufeff', '\u200e', '\u200f', '\u202a', '\u202b', '\u202c', '\u202d', '\u202e',
		'\u2066', '\u2067', '\u2068', '\u2069':
		return true
	}
	return r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0
}

func (w *textWriter) walk(n *html.Node, skip func(*html.Node) bool, depth int) {
	if depth > MaxDepth || w.full() {
		return
	}
	w.done++
	switch n.Type {
	case html.TextNode:
		data := n.Data
		if skip != nil {
			data = dropQuoteHead(n)
		}
		w.text(data, n.Parent != nil && n.Parent.DataAtom == atom.Pre)
		return
	case html.ElementNode:
		unseen := n != w.root && (InvisibleElement(n.DataAtom) || Hidden(n) && (w.unfold == nil || !w.unfold(n)))
		if unseen || n != w.root && skip != nil && skip(n) {
			switch {
			case blockElement(n.DataAtom):
				w.breakLine()
			case !unseen, takesRoom(n.DataAtom):
				w.gap = true
			}
			return
		}
	case html.DocumentNode:
	default:
		return
	}
	switch n.DataAtom {
	case atom.Br:
		w.breakLine()
		return
	case atom.Img:
		w.gap = true
		w.image(n)
		return
	case atom.Video, atom.Audio:
		w.gap = true
	case atom.Td, atom.Th:
		w.space = true
	}
	block := n.Type == html.ElementNode && blockElement(n.DataAtom)
	if block {
		w.breakLine()
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		w.walk(c, skip, depth+1)
	}
	if block {
		w.breakLine()
	}
}

// takesRoom reports the elements without text of their own that stand between words on a page.
func takesRoom(a atom.Atom) bool {
	switch a {
	case atom.Iframe, atom.Svg, atom.Math, atom.Select, atom.Button, atom.Input, atom.Textarea, atom.Object, atom.Embed, atom.Canvas:
		return true
	}
	return false
}

// image adds the alt text of an image that stands for a character: an emoji or
// a smiley. Other alt texts describe pictures and are not the author's words.
func (w *textWriter) image(n *html.Node) {
	alt, class := Attr(n, "alt"), strings.ToLower(Attr(n, "class"))
	if alt == "" || len(alt) > 40 {
		return
	}
	if strings.Contains(class, "emoji") || strings.Contains(class, "smil") || !strings.ContainsFunc(alt, unicode.IsLetter) {
		w.space = w.space || strings.ContainsFunc(alt, unicode.IsLetter)
		w.text(alt, false)
	}
}

// Attr is an attribute of the element; "" when it has none.
func Attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// Selection is one element alone.
func Selection(n *html.Node) *goquery.Selection { return &goquery.Selection{Nodes: []*html.Node{n}} }

// Within reports whether n is top or stands inside of it.
func Within(n, top *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == top {
			return true
		}
	}
	return false
}

// Spine are the elements that a document ends in: of one that was cut off, what is not whole.
func Spine(doc *goquery.Document) map[*html.Node]bool {
	spine := map[*html.Node]bool{}
	for n := doc.Nodes[0]; n != nil; n = n.LastChild {
		spine[n] = true
	}
	return spine
}

// EndsInMiddle reports whether an HTML body was cut off: it neither ends its
// document nor closes what it opened.
func EndsInMiddle(body []byte) bool {
	tail := bytes.ToLower(body[max(0, len(body)-2048):])
	if bytes.Contains(tail, []byte("</html")) || bytes.Contains(tail, []byte("</body")) {
		return false
	}
	z := html.NewTokenizer(bytes.NewReader(body))
	var open []atom.Atom
	standing := map[atom.Atom]int{} // how many of each are in open
	for {
		switch z.Next() {
		case html.ErrorToken:
			return len(open) > 0
		case html.StartTagToken:
			name, _ := z.TagName()
			if a := atom.Lookup(name); mustClose(a) {
				open = append(open, a)
				standing[a]++
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			// What nobody opened closes nothing, and what is looked at here is gone
			// afterwards: the walk is as long as the page, however it nests.
			for a := atom.Lookup(name); standing[a] > 0; {
				last := open[len(open)-1]
				open = open[:len(open)-1]
				if standing[last]--; last == a {
					break
				}
			}
		}
	}
}

// mustClose lists the elements whose end tag nobody leaves out.
func mustClose(a atom.Atom) bool {
	switch a {
	case atom.Div, atom.Article, atom.Section, atom.Ul, atom.Ol, atom.Table, atom.Span, atom.A, atom.Main, atom.Aside, atom.Blockquote, atom.Script, atom.Style:
		return true
	}
	return false
}
