package htmltext

import (
	"regexp"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/earshot/earshot/crawlers/internal/phrases"
	"github.com/earshot/earshot/internal/text"
)

// Rules of this file: a page that shows the beginning of a text and the rest at a
// press has the rest in it, hidden. Such parts are the author's; other hidden
// parts (forms, menus, copies for printing) are not.

// foldClass is what pages call the part behind "read more".
var foldClass = regexp.MustCompile(`(?i)(?:^|[\s_-])(?:more|full|rest|complete|whole|long|expand\w*|collaps\w*|unfold\w*|spoiler|truncated|hidden[-_]?text|text[-_]?hidden|remaining|readmore|fulltext)(?:$|[\s_-])`)

func isFold(n *html.Node) bool {
	return n.DataAtom != atom.Form && foldClass.MatchString(Attr(n, "class")+" "+Attr(n, "id"))
}

// unfolded is the text of n. Of a text that stands there twice, cut short and
// whole, it is the whole one.
func unfolded(n *html.Node, skip func(*html.Node) bool) string {
	var folds []*html.Node
	note := func(c *html.Node) bool {
		if isFold(c) {
			folds = append(folds, c)
		}
		return false
	}
	shown := textOf(n, skip, note)
	if len(folds) == 0 {
		return shown
	}
	const enough = 12 // letters that two different texts do not begin alike with
	start := text.Letters(strings.TrimRight(shown, ".… "))
	for _, fold := range folds[:min(len(folds), 4)] {
		whole := textOf(fold, skip, isFold)
		if letters := text.Letters(whole); len(letters) > len(start) && (len(start) >= enough || start == "" && n == fold.Parent) && strings.HasPrefix(letters, start) {
			return whole
		}
	}
	return textOf(n, skip, isFold)
}

func textOf(n *html.Node, skip, unfold func(*html.Node) bool) string {
	w := textWriter{root: n, unfold: unfold}
	w.walk(n, skip, 0)
	return w.String()
}

// IsControl reports what is there to be pressed and not to be read as the post:
// "Reply", "Read more", "Report", in any language of words/.
func IsControl(n *html.Node) bool {
	switch n.DataAtom {
	case atom.A:
	case atom.Span, atom.Div, atom.P, atom.Label, atom.Li, atom.Small:
		if Attr(n, "class") == "" && Attr(n, "role") == "" {
			return false
		}
	default:
		return false
	}
	const longest, steps = 40, 12 // bytes of its words, nodes in it
	w := textWriter{limit: 2 * longest, steps: steps}
	w.walk(n, nil, 0)
	return w.b.Len() > 0 && w.done < steps && phrases.IsAction(w.String())
}
