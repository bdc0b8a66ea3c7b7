package schemaorg

import (
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/mention"
)

// scope is one thing described by microdata (itemscope, itemprop) or by RDFa
// Lite (typeof, property), which is the same under other names.
type scope struct {
	node  *html.Node
	kind  schemaType
	props map[string][]*html.Node // lower-case name to elements, in page order
	subs  map[string]*scope       // properties that are things themselves
}

// Microdata reads the reviews, comments and discussions marked up in the page.
func (r *Reader) Microdata(doc *goquery.Document) {
	items := map[*html.Node]*Item{}
	doc.Find("[itemscope], [typeof]").Each(func(_ int, s *goquery.Selection) {
		n := s.Nodes[0]
		kind := schemaKind(scopeTypes(n))
		if kind == schemaOther && strings.EqualFold(propName(n), "review") {
			kind = schemaReview
		}
		if kind == schemaOther || kind == schemaSkip || insideSkipped(n) {
			return
		}
		sc := newScope(n, kind)
		if item := r.scopeItem(sc, enclosing(n, items)); item != nil {
			items[n] = item
			r.Items = append(r.Items, item)
		}
	})
}

func scopeTypes(n *html.Node) []string {
	var names []string
	for _, t := range strings.Fields(htmltext.Attr(n, "itemtype") + " " + htmltext.Attr(n, "typeof")) {
		names = append(names, typeName(t))
	}
	return names
}

func propName(n *html.Node) string {
	if p := htmltext.Attr(n, "itemprop"); p != "" {
		return p
	}
	return htmltext.Attr(n, "property")
}

func isScope(n *html.Node) bool {
	for _, a := range n.Attr {
		if a.Key == "itemscope" || a.Key == "typeof" {
			return true
		}
	}
	return false
}

func insideSkipped(n *html.Node) bool {
	for p := n.Parent; p != nil; p = p.Parent {
		if isScope(p) && schemaKind(scopeTypes(p)) == schemaSkip {
			return true
		}
	}
	return false
}

// enclosing is the post that n stands inside of.
func enclosing(n *html.Node, items map[*html.Node]*Item) *Item {
	for p := n.Parent; p != nil; p = p.Parent {
		if item := items[p]; item != nil {
			return item
		}
	}
	return nil
}

func newScope(n *html.Node, kind schemaType) *scope {
	s := &scope{node: n, kind: kind, props: map[string][]*html.Node{}, subs: map[string]*scope{}}
	s.collect(n, 0)
	return s
}

// collect gathers the properties below n that belong to this scope.
func (s *scope) collect(n *html.Node, depth int) {
	if depth > htmltext.MaxDepth {
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode {
			continue
		}
		names := strings.Fields(strings.ToLower(propName(c)))
		for _, name := range names {
			if i := strings.LastIndexAny(name, ":/"); i >= 0 {
				name = name[i+1:]
			}
			s.props[name] = append(s.props[name], c)
			if isScope(c) && s.subs[name] == nil {
				s.subs[name] = newScope(c, schemaOther)
			}
		}
		if !isScope(c) {
			s.collect(c, depth+1)
		}
	}
}

func (r *Reader) scopeItem(s *scope, parent *Item) *Item {
	item := Item{Node: s.node}
	p := &item.Post
	p.Author, p.AuthorURL = r.scopePerson(s)
	for _, name := range []string{"datepublished", "datecreated", "dtreviewed", "commenttime", "date"} {
		for _, n := range s.props[name] {
			for _, t := range Moments(n) {
				if p.Published, p.DateOnly = poll.Date(r.Env, t); !p.Published.IsZero() {
					item.DateText = t
					break
				}
			}
		}
		if item.DateText != "" {
			break
		}
	}
	p.Title = htmltext.Line(s.value("headline", "name"))
	for _, name := range []string{"reviewbody", "articlebody", "text", "commenttext", "description"} {
		if p.Text = s.prose(name); p.Text != "" {
			break
		}
	}
	p.URL = poll.Resolve(r.Base, s.link("url"))
	if s.kind == schemaReview {
		p.Rating = s.rating()
	}
	item.Native = s.value("identifier")
	item.answers(s.kind, parent)
	if p.Text == "" && p.Rating == nil && (s.kind != schemaDiscussion || p.Title == "") {
		return nil
	}
	if s.kind == schemaQuestion && p.Author == "" && p.Published.IsZero() {
		return nil
	}
	return &item
}

// value is the machine-readable value of the first property that has one.
func (s *scope) value(names ...string) string {
	for _, name := range names {
		if sub := s.subs[name]; sub != nil {
			if v := sub.value("name", "value"); v != "" {
				return v
			}
		}
		for _, n := range s.props[name] {
			if v := machineValue(n); v != "" {
				return v
			}
			if v := htmltext.Short(n); v != "" {
				return v
			}
		}
	}
	return ""
}

// prose is the text of all elements of one property: some sites split a review
// into advantages, disadvantages and the rest.
func (s *scope) prose(name string) string {
	var parts []string
	for _, n := range s.props[name] {
		part := htmltext.AuthorText(Selection(n))
		if part == "" {
			part = htmltext.PlainAuthorText(htmltext.Attr(n, "content"))
		}
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "\n")
}

func (s *scope) link(name string) string {
	if len(s.props[name]) == 0 {
		return ""
	}
	n := s.props[name][0]
	for _, key := range []string{"href", "content", "src", "resource"} {
		if v := htmltext.Attr(n, key); v != "" {
			return v
		}
	}
	return htmltext.Short(n)
}

func (r *Reader) scopePerson(s *scope) (name, profile string) {
	for _, prop := range []string{"author", "creator", "reviewer"} {
		if sub := s.subs[prop]; sub != nil {
			if name = htmltext.Line(sub.value("name", "alternatename")); name == "" {
				name = htmltext.Line(htmltext.Short(sub.node))
			}
			profile = poll.Resolve(r.Base, sub.link("url"))
		} else {
			name = htmltext.Line(s.value(prop))
			for _, n := range s.props[prop] {
				profile = poll.Resolve(r.Base, htmltext.Attr(n, "href"))
			}
		}
		if name != "" {
			return name, profile
		}
	}
	return "", ""
}

// rating is inside a Rating of its own or flat in the review.
func (s *scope) rating() *mention.Rating {
	for _, from := range []*scope{s.subs["reviewrating"], s.subs["rating"], s} {
		if from == nil {
			continue
		}
		if got := ParseRating(from.value("ratingvalue"), from.value("bestrating")); got != nil {
			return got
		}
	}
	return ParseRating(s.value("rating", "reviewrating"), "")
}

// machineValue is what the element says in an attribute. value= instead of
// content= is wrong and common.
func machineValue(n *html.Node) string {
	for _, key := range []string{"content", "value", "datetime"} {
		if v := strings.TrimSpace(htmltext.Attr(n, key)); v != "" {
			return v
		}
	}
	return ""
}

// Moments are the places in an element where its date may stand, best first.
func Moments(n *html.Node) []string {
	var list []string
	for _, key := range []string{"datetime", "content", "value", "title"} {
		if v := htmltext.Attr(n, key); v != "" {
			list = append(list, v)
		}
	}
	left := 50 // descendants to look at: a date stands near its mark
	for c := range n.Descendants() {
		if left--; left < 0 {
			break
		}
		if c.Type == html.ElementNode {
			for _, key := range []string{"datetime", "title"} {
				if v := htmltext.Attr(c, key); v != "" {
					list = append(list, v)
				}
			}
		}
	}
	return append(list, htmltext.Short(n))
}

// Selection is one element alone.
func Selection(n *html.Node) *goquery.Selection {
	return &goquery.Selection{Nodes: []*html.Node{n}}
}
