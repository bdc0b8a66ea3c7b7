package feed

import (
	"bytes"

	"golang.org/x/net/html/atom"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
)

// Rules of this file: what begins like markup and is none is a word. People write "5 < 6" and
// "<3", and hand-made feeds pass it on as it is; the parser would refuse the whole document.

// noMarkup are the edits that make a document of what holds such words. Comments are left out:
// the parser refuses those with "--" in them, which people draw lines with. And what closes
// itself is closed by a tag of its own where it would take what follows out of sight once it
// is read as HTML: <iframe/>.
func noMarkup(src []byte) (edits []edit) {
	for i := 0; ; {
		next := bytes.IndexByte(src[i:], '<')
		if next < 0 || len(src)-i-next < len("<a>") {
			return edits // all is seen, or the document was cut here
		}
		start := i + next
		end := markupEnd(src, start)
		switch rest := src[start:]; {
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			if end < 0 {
				return edits
			}
			i = end
		case bytes.HasPrefix(rest, []byte("<!--")) && end > 0:
			edits = append(edits, edit{start: start, end: end})
			i = end
		case beginsMarkup(rest) && (end > 0 || rest[1] != '?'):
			i = start + 1
			if end > 0 && (rest[1] == '!' || rest[1] == '?') {
				i = end
			}
			if t, _ := readTag(src, start, max(end, start)); t.empty && htmltext.InvisibleElement(atom.Lookup([]byte(t.local()))) {
				edits = append(edits, edit{start: end - len("/>"), end: end, with: "></" + t.name + ">"})
			}
		default:
			edits = append(edits, edit{start: start, end: start + 1, with: "&lt;"})
			i = start + 1
		}
	}
}

// beginsMarkup reports whether what follows a "<" makes it one of a tag, a declaration or an
// instruction. rest is as long as the shortest tag, at least.
func beginsMarkup(rest []byte) bool {
	c := rest[1]
	if c == '/' {
		c = rest[2]
	}
	const doctype = "<!DOCTYPE"
	return nameByte(c) && c != '-' && c != '.' && c != ':' && (c < '0' || c > '9') || c == '?' ||
		len(rest) > len(doctype) && bytes.EqualFold(rest[:len(doctype)], []byte(doctype))
}
