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
		rest := src[start:]
		comment, instruction := within(rest, "<!--", "-->"), within(rest, "<?", "?>")
		switch {
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			end := bytes.Index(rest, []byte("]]>"))
			if end < 0 {
				return edits
			}
			i = start + end
		case comment > 0:
			i = start + comment
			edits = append(edits, edit{start: start, end: i})
		case instruction > 0:
			i = start + instruction
		case isTag(rest):
			if end := markupEnd(src, start); end > 0 && src[end-len("/>")] == '/' {
				if t, _ := readTag(src, start, end); t.empty && htmltext.InvisibleElement(atom.Lookup([]byte(t.local()))) {
					edits = append(edits, edit{start: end - len("/>"), end: end, with: "></" + t.name + ">"})
				}
			}
			i = start + 1
		default: // a declaration, too: nothing is read of it
			edits = append(edits, edit{start: start, end: start + 1, with: "&lt;"})
			i = start + 1
		}
	}
}

// within is where the part of a document ends that begins with open; 0 when it begins otherwise, or when
// the next one begins before it is closed.
func within(rest []byte, open, end string) int {
	if !bytes.HasPrefix(rest, []byte(open)) {
		return 0
	}
	inner := rest[len(open):]
	if next := bytes.Index(inner, []byte(open)); next >= 0 {
		inner = inner[:next]
	}
	i := bytes.Index(inner, []byte(end))
	if i < 0 {
		return 0
	}
	return len(open) + i + len(end)
}

// isTag reports whether what follows a "<" makes it a tag. rest is as long as the shortest one, at least.
func isTag(rest []byte) bool {
	c := rest[1]
	if c == '/' {
		c = rest[2]
	}
	return nameByte(c) && !bytes.ContainsRune([]byte("-.:0123456789"), rune(c))
}
