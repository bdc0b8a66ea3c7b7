package page

import (
	"cmp"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/schemaorg"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// ownFinder finds the company's answers inside of the items of one page.
type ownFinder struct {
	rules   *selectReader
	page    schemaorg.Page
	answers map[*html.Node]bool // elements that the user's selector found
	items   map[*html.Node]bool
}

func newOwnFinder(r *selectReader, page schemaorg.Page) ownFinder {
	return ownFinder{rules: r, page: page, answers: map[*html.Node]bool{}, items: map[*html.Node]bool{}}
}

// in is the answer inside of an item. Where a selector says where answers stand, what the page calls one elsewhere is none.
func (o ownFinder) in(item *goquery.Selection, seen *tally) (found schemaorg.Answer) {
	root := item.Nodes[0]
	if len(o.rules.own) == 0 {
		if !areReviews(o.page.Env) {
			return found
		}
		return o.page.AnswerIn(root, func(n *html.Node) bool { return o.items[n] })
	}
	for _, s := range o.rules.own {
		for _, n := range outermost(s.nodes(item)) {
			if n != root {
				o.answers[n] = true
			}
			if found.Text != "" || o.apart(n, root) {
				continue
			}
			if found = o.page.Answer(n, root); s.attr != "" {
				found = schemaorg.Answer{Text: htmltext.OneLine(htmltext.Attr(n, s.attr))}
				if !schemaorg.SaysSomething(found.Text) {
					found = schemaorg.Answer{}
				}
			}
		}
	}
	if found.Named = found.Text != ""; found.Named {
		seen.found("own")
	}
	return found
}

// areReviews reports whether the posts of a source are such: elsewhere what is called a reply is anybody's.
func areReviews(e crawlers.Env) bool {
	return cmp.Or(e.PostKind, e.DefaultKind) == mention.Review
}

// apart reports an element of another item inside of root.
func (o ownFinder) apart(n, root *html.Node) bool {
	for up := n.Parent; up != nil && up != root; up = up.Parent {
		if o.items[up] && !o.answers[up] {
			return true
		}
	}
	return false
}

// saysThat reports whether a post holds the words of an answer.
func saysThat(post, answer string) bool {
	return answer != "" && strings.Contains(text.Letters(post), text.Letters(answer))
}

// own is where the company's answers seem to stand in the posts of a block; in is in how many of them.
func (pr *proposer) own(b block) (found string, in int) {
	count := map[string]int{}
	for _, item := range b.members[:min(len(b.members), proposeSample)] {
		n := firstInside(item, func(n *html.Node) bool { return schemaorg.IsAnswer(n) && pr.page.Answer(n, item).Text != "" })
		if where := inside(n); where != "" {
			if count[where]++; count[where] > in {
				found, in = where, count[where]
			}
		}
	}
	return found, in
}
