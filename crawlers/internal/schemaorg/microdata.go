package schemaorg

import (
	"cmp"
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// scope is one thing described by microdata (itemscope, itemprop) or by RDFa
// Lite (typeof, property), which is the same under other names.
type scope struct {
	node  *html.Node
	kind  schemaType
	props map[string][]*html.Node // lower-case name to elements, in page order
	subs  map[string]*scope       // properties that are things themselves
	parts []*html.Node            // what itemref names; nil is not on the page
}

// scopes reads the things of one page. Each is read once, however many others it
// is a part of: things nest as deep as HTML does.
type scopes struct {
	read  map[*html.Node]*scope
	byID  map[string]*html.Node // elements that itemref may point to
	steps int                   // elements visited
}

// Microdata reads the reviews, comments and discussions marked up in the page.
func (r *Reader) Microdata(doc *goquery.Document) {
	items := map[*html.Node]*Item{}
	all := newScopes(doc)
	doc.Find("[itemprop=reviewCount], [itemprop=ratingCount], [property=reviewCount]").Each(func(_ int, s *goquery.Selection) {
		if count := machineValue(s.Nodes[0]); count != "" {
			r.announce(count)
		} else {
			r.announce(htmltext.Short(s.Nodes[0]))
		}
	})
	doc.Find("[itemscope], [typeof]").Each(func(_ int, s *goquery.Selection) {
		n := s.Nodes[0]
		kind := schemaKind(scopeTypes(n))
		if kind == schemaOther && strings.EqualFold(propName(n), "review") {
			kind = schemaReview
		}
		if kind == schemaOther || kind == schemaSkip || kind == schemaSum || insideSkipped(n) {
			return
		}
		sc := *all.of(n)
		sc.kind = kind
		if item := r.scopeItem(&sc, enclosing(n, items)); item != nil {
			items[n] = item
			r.Items = append(r.Items, item)
		} else if kind == schemaQuestion {
			items[n] = &Item{context: true, asksFor: true}
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

func newScopes(doc *goquery.Document) *scopes {
	all := &scopes{read: map[*html.Node]*scope{}, byID: map[string]*html.Node{}}
	if doc.Find("[itemref]").Length() == 0 {
		return all
	}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		if id := s.AttrOr("id", ""); all.byID[id] == nil {
			all.byID[id] = s.Nodes[0]
		}
	})
	return all
}

func (a *scopes) of(n *html.Node) *scope {
	if s := a.read[n]; s != nil {
		return s
	}
	s := &scope{node: n, props: map[string][]*html.Node{}, subs: map[string]*scope{}}
	a.read[n] = s // before its parts: things may point at each other
	a.collect(s, n, 0)
	// The parts of a thing may stand elsewhere on the page: itemref names them.
	const mostRefs = 20
	refs := strings.Fields(htmltext.Attr(n, "itemref"))
	for i, id := range refs[:min(len(refs), mostRefs)] {
		s.parts = append(s.parts, a.byID[id])
		if part := a.byID[id]; part != nil && !slices.Contains(refs[:i], id) && !htmltext.Within(n, part) {
			a.take(s, part, 0)
		}
	}
	return s
}

// collect gathers the properties below n that belong to s.
func (a *scopes) collect(s *scope, n *html.Node, depth int) {
	if depth > htmltext.MaxDepth {
		return
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type == html.ElementNode {
			a.take(s, c, depth)
		}
	}
}

// mostScopeSteps bounds the elements visited for the things of one page: many
// things may point at one part, and a part may be a page.
const mostScopeSteps = 2_000_000

// take adds what the element n is for s, and what is below it.
func (a *scopes) take(s *scope, n *html.Node, depth int) {
	if a.steps++; a.steps > mostScopeSteps {
		return
	}
	for _, name := range strings.Fields(strings.ToLower(propName(n))) {
		if i := strings.LastIndexAny(name, ":/"); i >= 0 {
			name = name[i+1:]
		}
		s.props[name] = append(s.props[name], n)
		if isScope(n) && s.subs[name] == nil {
			s.subs[name] = a.of(n)
		}
	}
	if !isScope(n) {
		a.collect(s, n, depth+1)
	}
}

func (r *Reader) scopeItem(s *scope, parent *Item) *Item {
	item := Item{Node: s.node, Elsewhere: s.parts}
	p := &item.Post
	p.Author, p.AuthorURL = r.scopePerson(s)
	for _, name := range []string{"datepublished", "datecreated", "dtreviewed", "commenttime", "date"} {
		for _, n := range s.props[name] {
			if slices.ContainsFunc(Moments(n), func(t string) bool { return item.Dated(r.Page, t) }) {
				break
			}
		}
		if item.DateText != "" {
			break
		}
	}
	p.Title = htmltext.Line(s.value("headline", "name"))
	for _, name := range []string{"reviewbody", "articlebody", "text", "commenttext", "description"} {
		if p.Text, item.Shorn = s.prose(name, Quotes(r.Env, s.kind.post())); p.Text != "" {
			break
		}
	}
	p.URL = r.Links.Resolve(s.link("url"))
	if s.kind == schemaReview {
		p.Rating = s.rating()
		item.weigh(s.notes(notesFor, Quotes(r.Env, s.kind.post())), s.notes(notesAgainst, Quotes(r.Env, s.kind.post())))
	}
	item.Native = s.value("identifier")
	item.answers(s.kind, parent)
	if s.kind == schemaReview && item.parent == nil {
		if item.Answer = r.AnswerIn(s.node, isPost); strings.Contains(text.Letters(p.Text), text.Letters(item.Answer.Text)) {
			item.Answer = Answer{} // nothing else stands there: it is the post
		}
	}
	if s.kind == schemaReview && p.Rating == nil && parent != nil && parent.Post.Rating != nil { // WooCommerce calls what answers a review so, too
		item.parent, p.Kind, p.IsReply, p.ThreadURL = parent, mention.Comment, true, cmp.Or(parent.Post.ThreadURL, parent.Post.URL)
	}
	if p.Text == "" && p.Rating == nil && (s.kind != schemaDiscussion || p.Title == "") {
		return nil
	}
	if s.kind == schemaQuestion && p.Author == "" && p.Published.IsZero() || s.kind == schemaComment && parent.owns(p) {
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
// into advantages, disadvantages and the rest. What is a post of its own inside of
// it, or the company's answer, is not read as the author's; shorn says that such an answer was left out.
func (s *scope) prose(name string, quotes htmltext.Quotes) (prose string, shorn bool) {
	other := func(n *html.Node) bool {
		answer := IsAnswer(n)
		shorn = shorn || answer
		return answer || otherPost(n)
	}
	var parts []string
	for _, n := range s.props[name] {
		part := quotes.Text(htmltext.Selection(n), other)
		if part == "" {
			part = quotes.Plain(htmltext.Attr(n, "content"))
		}
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, "\n"), shorn
}

// isPost reports what is marked up as something that somebody wrote.
func isPost(n *html.Node) bool { return isScope(n) && schemaKind(scopeTypes(n)) != schemaOther }

// otherPost reports what stands inside of a text and is marked up as somebody else's answer to it.
func otherPost(n *html.Node) bool {
	if isPost(n) {
		return true
	}
	switch strings.ToLower(propName(n)) {
	case "comment", "reply", "suggestedanswer", "acceptedanswer":
		return true
	}
	return false
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
			if links := sub.props["url"]; len(links) > 0 && !typed(links[0]) {
				profile = r.profile(sub.link("url"))
			}
		} else {
			name = htmltext.Line(s.value(prop))
			for _, n := range s.props[prop] {
				if !typed(n) {
					profile = r.profile(htmltext.Attr(n, "href"))
				}
			}
		}
		if name != "" {
			return name, profile
		}
	}
	return "", ""
}

// typed reports a link of which the site says that a visitor wrote it.
func typed(n *html.Node) bool {
	return slices.Contains(strings.Fields(strings.ToLower(htmltext.Attr(n, "rel"))), "ugc")
}

// rating is inside a Rating of its own or flat in the review.
func (s *scope) rating() *mention.Rating {
	for _, from := range []*scope{s.subs["reviewrating"], s.subs["rating"], s} {
		if from == nil {
			continue
		}
		if got := StarsOrText(from.value("ratingvalue"), from.value("bestrating"), from.props["ratingvalue"]); got != nil {
			return got
		}
	}
	if got := StarsOrText(s.value("rating", "reviewrating"), "", slices.Concat(s.props["rating"], s.props["reviewrating"])); got != nil {
		return got
	}
	for _, name := range []string{"ratingvalue", "reviewrating", "rating"} {
		if got := Stars(s.props[name], ""); got != nil {
			return got
		}
	}
	return nil
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
