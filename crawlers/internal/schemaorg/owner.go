package schemaorg

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/phrases"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Rules of this file: a complaint that is taken for answered is hidden from those who would answer it. So what stands
// where the company's answer would is one only where people read words there that nobody is asked for.

// Answer is what the company answers below a review.
type Answer struct {
	Text      string
	Author    string    // empty where the page does not say, or in its Text
	Published time.Time // zero when unknown
	DateOnly  bool
	Proved    bool // the page says in data that it is of whom the review is about
	Named     bool // the watchlist says where it stands
}

// AnswerIn finds the company's answer below a review, by what the page calls it. apart are other posts inside of root.
func (p Page) AnswerIn(root *html.Node, apart func(*html.Node) bool) Answer {
	var found Answer
	var look func(n *html.Node, depth int) bool
	look = func(n *html.Node, depth int) bool {
		for c := n.FirstChild; c != nil && depth < htmltext.MaxDepth; c = c.NextSibling {
			if c.Type != html.ElementNode || htmltext.Hidden(c) || isForm(c) || apart(c) {
				continue
			}
			if IsAnswer(c) {
				if found = p.Answer(c, root); found.Text != "" {
					return true
				}
			} else if look(c, depth+1) {
				return true
			}
		}
		return false
	}
	look(root, 0)
	return found
}

// Answer reads an element inside of root that holds the company's answer, if one stands there.
func (p Page) Answer(n, root *html.Node) Answer {
	for up := n; up != nil && up != root; up = up.Parent {
		if htmltext.Hidden(up) || isForm(up) {
			return Answer{}
		}
	}
	words := withoutHeading(htmltext.Text(htmltext.Selection(n), isForm), heading(n))
	said := withoutHeading(htmltext.Text(htmltext.Selection(n), func(c *html.Node) bool { return isForm(c) || c.DataAtom == atom.A }), heading(n))
	if !SaysSomething(said) {
		return Answer{}
	}
	a := Answer{Text: words}
	for c := range n.Descendants() {
		if c.DataAtom == atom.Time && htmltext.Attr(c, "datetime") != "" {
			if a.Published, a.DateOnly = p.Date(htmltext.Attr(c, "datetime")); !a.Published.IsZero() {
				break
			}
		}
	}
	return a
}

// SaysSomething reports whether words may be somebody's answer: enough of them, and no request for one.
func SaysSomething(words string) bool {
	const letters, least = 10, 2
	n := 0
	for _, word := range strings.Fields(words) {
		if strings.ContainsFunc(word, unicode.IsLetter) {
			n++
		}
	}
	return n >= least && len([]rune(text.Letters(words))) >= letters && !phrases.IsNoAnswer(words)
}

// withoutHeading leaves out what says whose words follow.
func withoutHeading(words, heading string) string {
	if !phrases.IsCompanyAnswer(heading) {
		return words
	}
	return strings.TrimLeft(strings.TrimPrefix(words, heading), ": \n")
}

// isForm reports what is there to be filled in or pressed.
func isForm(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Form, atom.Button, atom.Input, atom.Textarea, atom.Select, atom.Label, atom.Option, atom.Fieldset, atom.Dialog:
		return true
	}
	return n.Type == html.ElementNode && (htmltext.Attr(n, "role") == "button" || htmltext.Attr(n, "role") == "textbox" || htmltext.Attr(n, "contenteditable") == "true") || htmltext.IsControl(n)
}

// walkReviews visits the reviews of a thing.
func (r *Reader) walkReviews(reviews any, of map[string]any, parent *Item, depth int) {
	before := r.reviewed
	r.reviewed = of
	r.walk(reviews, parent, depth)
	r.reviewed = before
}

// reviewer is who wrote a review and what it is about, for what stands below it.
func (r *Reader) reviewer(v map[string]any) (by []string, about map[string]any) {
	if who, ok := r.deref(field(v, "author", "creator")).(map[string]any); ok {
		by = types(who)
	}
	if thing, ok := r.deref(field(v, "itemReviewed")).(map[string]any); ok {
		return by, thing
	}
	return by, r.reviewed
}

// isReviewed reports whether an author is what a review is about, by its id or its name and as something else than a
// person. Where customers are called the same kind of thing, or none, that says nothing: one of them may take the name.
func (r *Reader) isReviewed(author any, review *Item) bool {
	who, ok := r.deref(author).(map[string]any)
	if !ok || review == nil || review.about == nil {
		return false
	}
	kinds := types(who)
	if len(kinds) == 0 || slices.ContainsFunc(kinds, func(kind string) bool { return kind == "person" || slices.Contains(review.by, kind) }) {
		return false
	}
	const telling = 3 // letters
	id, name := valueText(who["@id"]), text.Letters(valueText(field(who, "name")))
	named := len(review.by) > 0 && len([]rune(name)) >= telling && name == text.Letters(valueText(field(review.about, "name")))
	return named || id != "" && id == valueText(review.about["@id"])
}

// Is reports whether an item is a post that was read elsewhere, where they say enough to tell.
func (i *Item) Is(post mention.Post) bool {
	other := &Item{Post: post}
	_, words := other.normalized()
	_, mine := i.normalized()
	return i.parent == nil && min(len(words), len(mine)) >= enough && sameItem(i, other)
}

// Proved is the answer that a post is which the page's data prove to be the company's.
func Proved(p mention.Post) Answer {
	return Answer{Text: p.Text, Author: p.Author, Published: p.Published, DateOnly: p.DateOnly, Proved: true}
}

// Proof takes the answer below the review that is proved to be the company's.
func (i *Item) Proof(items []*Item) {
	for _, a := range items {
		if a.parent == i && a.Post.Own {
			i.Answer = Proved(a.Post)
		}
	}
}
