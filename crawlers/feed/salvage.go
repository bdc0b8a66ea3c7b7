package feed

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"github.com/mmcdole/gofeed"

	"github.com/earshot/earshot/internal/text"
)

// Rules of this file: a feed that cannot be read as a whole is read item by item.
// Whole items are kept, what is broken is counted and told, and nothing is made up:
// an item that ends in the middle counts only when the server always cuts there,
// and only with everything whole that names the items of this feed.

// parts are the parts of a feed that is not read as a whole.
type parts struct {
	src   []byte
	root  tag
	outer string // the channel's start tag, or "" where items stand in the root
	head  []string
	items [][]byte // whole ones
	lost  int      // items that were never closed, before the last
	open  []byte   // the item the document ends in; nil when it ends outside
	cut   bool     // the root is never closed
}

// headElements say what the feed is.
var headElements = []string{"title", "link", "language", "generator", "dc:language", "id"}

// split finds the items of a feed. ok is false where there is no root of one.
func split(src []byte) (p parts, ok bool) {
	p = parts{src: src, cut: true}
	item := tag{start: -1}
	head := headReader{parts: &p}
	eachTag(src, func(t tag) bool {
		name := t.local()
		isItem := name == "item" || name == "entry"
		switch {
		case p.root.end == 0:
			if t.closing || name != "rss" && name != "rdf" && name != "feed" {
				return false
			}
			p.root = t
		case isItem && !t.closing && !t.empty:
			if item.start >= 0 {
				p.lost++
			}
			item = t
		case isItem && t.closing && item.start >= 0 && item.name == t.name:
			p.items = append(p.items, p.named(src[item.end:t.start], src[item.start:t.end]))
			item.start = -1
		case t.closing && t.name == p.root.name:
			p.cut = false
		case item.start >= 0 || len(p.items) > 0:
		case name == "channel" && !t.closing && p.outer == "":
			p.outer = string(src[t.start:t.end])
		default:
			head.take(t)
		}
		return true
	})
	if item.start >= 0 {
		if p.cut {
			p.open = src[item.start:]
		} else {
			p.lost++
		}
	}
	return p, p.root.end > 0
}

// headReader takes the elements before the items that say what the feed is.
type headReader struct {
	*parts
	open tag // the element it is in; the zero tag for none
}

func (h *headReader) take(t tag) {
	switch {
	case h.open.name == "":
		if t.closing || !slices.Contains(headElements, t.name) || len(h.head) == maxHead {
			return
		}
		if !t.empty {
			h.open = t
			return
		}
		h.head = append(h.head, string(h.src[t.start:t.end]))
	case t.closing && t.name == h.open.name:
		h.head = append(h.head, string(h.src[h.open.start:t.end]))
		h.open = tag{}
	default: // an element inside: it was not closed
		h.open = tag{}
	}
}

// named is a whole item under the name its format has for it: Atom's entries are
// called items by some, and the other way round.
func (p parts) named(inner, whole []byte) []byte {
	name := "item"
	if p.root.local() == "feed" {
		name = "entry"
	}
	if t, _ := readTag(whole, 0, len(whole)); t.local() == name || strings.Contains(p.root.name, ":") {
		return whole
	}
	return slices.Concat([]byte("<"+name+">"), inner, []byte("</"+name+">"))
}

// maxHead bounds how many elements are taken from a feed's head.
const maxHead = 64

// build makes a feed of some of its items.
func (p parts) build(items ...[]byte) []byte {
	var b bytes.Buffer
	b.Write(p.src[:p.root.end])
	channel := p.outer != "" && p.root.local() != "rdf"
	if p.outer != "" {
		b.WriteString(p.outer)
	}
	for _, h := range p.head {
		b.WriteString(h)
	}
	name := ""
	if p.outer != "" {
		name = "</" + strings.TrimSpace(strings.FieldsFunc(p.outer[1:], func(r rune) bool { return r == ' ' || r == '>' || r == '\n' || r == '\t' || r == '\r' })[0]) + ">"
	}
	if !channel {
		b.WriteString(name)
	}
	for _, it := range items {
		b.Write(it)
	}
	if channel {
		b.WriteString(name)
	}
	b.WriteString("</" + p.root.name + ">")
	return b.Bytes()
}

// salvaged is what was saved of a feed.
type salvaged struct {
	feed   *gofeed.Feed
	cut    bool // it ends in the middle
	lost   int  // items that could not
	mended bool // earlier versions, which mended less, may have read other words or no item
}

// note says what was lost, in words.
func (s salvaged) note() string {
	var said []string
	if s.cut {
		said = append(said, fmt.Sprintf("the feed is cut off in the middle: %s of it could be read", text.Count(len(s.feed.Items), "entry")))
	}
	if s.lost > 0 {
		said = append(said, fmt.Sprintf("%s could not be read: broken XML", text.Count(s.lost, "entry")))
	}
	return strings.Join(said, "; ")
}

// salvage reads what can be read of a feed. last says to read the item in which
// the document ends, too.
func salvage(src []byte, last bool) (s salvaged, ok bool) {
	p, ok := split(src)
	if !ok {
		return s, false
	}
	items := p.items
	if p.open != nil && last {
		if whole := closeItem(p.open, items); whole != nil {
			items = append(slices.Clone(items), whole)
		}
	}
	s.cut, s.lost = p.cut, p.lost
	if len(items) == 0 {
		return s, false
	}
	if parsed, err := parseXML(p.build(items...)); err == nil && len(parsed.Items) == len(items) {
		s.feed = parsed
		return s, true
	}
	const longestHead = 4 << 10 // it is read again with every item
	if p.root.end+len(p.outer) > longestHead {
		return s, false
	}
	p.head = p.head[:min(len(p.head), 4)]
	for _, it := range items {
		parsed, err := parseXML(p.build(it))
		switch {
		case err != nil || len(parsed.Items) == 0:
			s.lost++
		case s.feed == nil:
			s.feed = parsed
		default:
			s.feed.Items = append(s.feed.Items, parsed.Items[0])
		}
	}
	return s, s.feed != nil
}

// naming are the elements that tell one item from another.
var naming = []string{"title", "link", "guid", "id", "pubdate", "published", "updated", "date"}

// closeItem makes a whole item of one that ends in the middle: its whole elements,
// and of the one it ends in the words. It is nil unless all that names the whole
// items of the feed is in it.
func closeItem(open []byte, whole [][]byte) []byte {
	children, names, from := wholeChildren(open)
	var need map[string]bool
	if len(whole) > 0 {
		_, need, _ = wholeChildren(whole[0])
	} else {
		need = map[string]bool{"guid": names["guid"], "id": names["id"]}
		if !names["guid"] && !names["id"] {
			return nil
		}
	}
	for _, n := range naming {
		if need[n] && !names[n] {
			return nil
		}
	}
	words := closeWords(open[from:])
	if len(words) == 0 && !slices.ContainsFunc(wordElements, func(n string) bool { return n != "title" && names[n] }) {
		return nil // nothing of what it says
	}
	out := append(slices.Clone(open[:children]), words...)
	name, _ := readTag(open, 0, len(open))
	return append(out, "</"+name.name+">"...)
}

// wholeChildren walks an item and returns where its last whole child ends, the
// names of its whole children, and where the child begins that is not whole.
func wholeChildren(item []byte) (end int, names map[string]bool, open int) {
	names = map[string]bool{}
	depth := 0
	var child tag
	rest := eachTag(item, func(t tag) bool {
		switch {
		case depth == 0:
			depth, end = 1, t.end
		case t.closing && depth == 2 && t.name == child.name:
			names[child.local()] = true
			depth, end = 1, t.end
		case t.closing && depth > 2:
			depth--
		case t.closing, t.empty && depth > 1:
		case t.empty:
			names[t.local()], end = true, t.end
		case depth == 1:
			child, depth = t, 2
		default:
			depth++
		}
		return true
	})
	if depth >= 2 {
		return end, names, child.start
	}
	return end, names, max(end, rest)
}

// closeWords ends an element that holds words and was cut; nothing of others.
func closeWords(src []byte) []byte {
	var open []string
	end := 0
	rest := eachTag(src, func(t tag) bool {
		end = t.end
		switch {
		case t.closing:
			if i := lastIndex(open, t.name); i >= 0 {
				open = open[:i]
			}
		case !t.empty && len(open) < maxOpen:
			open = append(open, t.name)
		}
		return true
	})
	if len(open) == 0 {
		return nil
	}
	if first := (tag{name: open[0]}); !slices.Contains(wordElements, first.local()) || slices.Contains(naming, first.local()) {
		return nil
	}
	out := slices.Clone(src[:rest])
	if bytes.HasPrefix(src[rest:], []byte("<![CDATA[")) {
		out = append(slices.Clone(src), "]]>"...)
	} else if i := bytes.LastIndexByte(out, '&'); i >= end && !bytes.Contains(out[i:], []byte(";")) {
		out = out[:i] // half an entity
	}
	for _, name := range slices.Backward(open) {
		out = append(out, "</"+name+">"...)
	}
	return out
}
