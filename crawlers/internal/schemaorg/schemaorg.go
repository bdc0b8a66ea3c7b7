// Package schemaorg finds the posts that a page describes in schema.org's words,
// as JSON-LD, microdata or RDFa Lite. It fetches nothing and follows no links.
package schemaorg

import (
	"cmp"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/jsonrepair"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/mention"
)

// maxSchemaDepth bounds the walk through nested things: comments under comments
// of a discussion are the deepest that is real.
const maxSchemaDepth = 64

// Page is what stands on a page is read with.
type Page struct {
	Env   crawlers.Env
	Hints []string // what the page says of its language and its dates
	Links poll.Links
}

// Date reads a date as the page writes them; the zero time when it is none.
func (p Page) Date(text string) (t time.Time, dateOnly bool) {
	return poll.Date(p.Env, text, p.Hints...)
}

// Reader collects reviews, comments, discussions, questions and answers
// that a page describes in schema.org's words, as JSON-LD or as microdata.
type Reader struct {
	Page
	Items []*Item
	Notes []string
	// Announced is how many reviews the page says there are; 0 when it does not say.
	Announced int
	byID      map[string]map[string]any // JSON-LD nodes by @id
	reviewed  map[string]any            // whose reviews are visited now
}

// JSONLD reads every <script type="application/ld+json">.
func (r *Reader) JSONLD(doc *goquery.Document) {
	var roots []any
	doc.Find("script[type]").Each(func(_ int, s *goquery.Selection) {
		if !strings.Contains(strings.ToLower(s.AttrOr("type", "")), "ld+json") {
			return
		}
		text := s.Text()
		if strings.TrimSpace(text) == "" {
			return
		}
		values, err := jsonrepair.Decode(text)
		if err != nil {
			r.Notes = append(r.Notes, "a JSON-LD block is broken and was left out")
			return
		}
		roots = append(roots, values...)
	})
	r.byID = map[string]map[string]any{}
	for _, root := range roots {
		r.index(root, 0)
	}
	for _, root := range roots {
		r.walk(root, nil, 0)
	}
}

// Written is what the page's JSON-LD says, as it is written.
func Written(doc *goquery.Document) string {
	var b strings.Builder
	doc.Find(`script[type*="ld+json"]`).Each(func(_ int, s *goquery.Selection) {
		b.WriteString(strings.ReplaceAll(s.Text(), `\/`, "/"))
	})
	return b.String()
}

// index notes the nodes other nodes may point to.
func (r *Reader) index(v any, depth int) {
	if depth > maxSchemaDepth {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			r.index(e, depth+1)
		}
	case map[string]any:
		if id, ok := v["@id"].(string); ok && !onlyNames(v) && r.byID[id] == nil {
			r.byID[id] = v
		}
		for _, e := range v {
			r.index(e, depth+1)
		}
	}
}

// onlyNames reports a node that says which thing is meant and nothing about it:
// {"@id": …}, with its type or without.
func onlyNames(v map[string]any) bool {
	for key := range v {
		if !strings.HasPrefix(key, "@") {
			return false
		}
	}
	return true
}

// deref follows a node that only names a thing to the node that describes it. Of
// a list the first is followed.
func (r *Reader) deref(v any) any {
	if list, ok := v.([]any); ok && len(list) == 1 {
		v = list[0]
	}
	m, ok := v.(map[string]any)
	if !ok || !onlyNames(m) {
		return v
	}
	if id, ok := m["@id"].(string); ok && r.byID[id] != nil {
		return r.byID[id]
	}
	return v
}

// walk visits v and what is inside. parent is the post v is inside of, or nil.
func (r *Reader) walk(v any, parent *Item, depth int) {
	if depth > maxSchemaDepth {
		return
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			r.walk(e, parent, depth+1)
		}
	case map[string]any:
		kind := kindOf(v)
		r.announce(valueText(field(v, "reviewCount", "ratingCount", "commentCount")))
		if kind == schemaSkip {
			return
		}
		if kind != schemaOther && kind != schemaSum {
			if item := r.node(v, kind, parent); item != nil {
				r.Items = append(r.Items, item)
				parent = item
			} else if kind == schemaQuestion {
				parent = &Item{context: true, asksFor: true}
			}
		} else if parent == nil {
			parent = r.article(v)
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			switch strings.ToLower(strings.TrimPrefix(key, "schema:")) {
			case "aggregaterating":
				if sum, ok := r.deref(v[key]).(map[string]any); ok {
					r.announce(valueText(field(sum, "reviewCount", "ratingCount")))
				}
				r.walk(v[key], parent, depth+1)
			case "itemreviewed": // of a review it is what the review says; of a sum its reviews may stand in it
				if kind == schemaSum {
					r.walk(v[key], parent, depth+1)
				}
			case "review", "reviews":
				r.walkReviews(v[key], v, parent, depth+1)
			case "author", "creator", "publisher", "reviewrating", "image", "@context", "breadcrumb", "parentitem", "about", "ispartof":
			default:
				r.walk(v[key], parent, depth+1)
			}
		}
	}
}

// announce notes how many posts the page says it has.
func (r *Reader) announce(count string) {
	if n := numbers(count); len(n) > 0 && n[0] < 1e9 {
		r.Announced = max(r.Announced, int(n[0]))
	}
}

// article lets the comments under an article know its title and address; the
// article itself is no post of a page of reviews.
func (r *Reader) article(v map[string]any) *Item {
	for _, t := range types(v) {
		if strings.HasSuffix(t, "article") || t == "blogposting" || t == "videoobject" || t == "webpage" {
			var item Item
			item.Post.Title = htmltext.Line(valueText(field(v, "headline", "name")))
			item.Post.URL = r.link(v)
			item.context = true
			return &item
		}
	}
	return nil
}

// node makes a post of a node; nil when it says nothing.
func (r *Reader) node(v map[string]any, kind schemaType, parent *Item) *Item {
	var item Item
	p := &item.Post
	p.Author, p.AuthorURL = r.person(field(v, "author", "creator"))
	item.Dated(r.Page, valueText(field(v, "datePublished", "dateCreated", "commentTime", "uploadDate", "date")))
	if edited, _ := r.Date(valueText(field(v, "dateModified"))); edited.After(p.Published) {
		p.Edited = edited
	}
	p.Title = htmltext.Line(valueText(field(v, "headline", "name")))
	said := field(v, "reviewBody", "articleBody", "text", "commentText", "description")
	p.Text, item.named = r.prose(said, Quotes(r.Env, kind.post()))
	p.URL = r.link(v)
	p.Lang = poll.Language(valueText(field(v, "inLanguage")))
	item.Native = valueText(field(v, "identifier"))
	if kind == schemaReview {
		p.Rating, item.stars = r.rating(field(v, "reviewRating", "rating"))
		item.weigh(notes(v, notesFor, Quotes(r.Env, kind.post())), notes(v, notesAgainst, Quotes(r.Env, kind.post())))
	}
	item.answers(kind, parent)
	if kind == schemaReview {
		item.by, item.about = r.reviewer(v)
	}
	p.Own = kind == schemaComment && SaysSomething(p.Text) && r.isReviewed(field(v, "author", "creator"), parent)
	if p.Text == "" && p.Rating == nil && (kind != schemaDiscussion && kind != schemaQuestion || p.Title == "") {
		return nil
	}
	if kind == schemaQuestion && p.Author == "" && p.Published.IsZero() {
		return nil // a question of the shop itself
	}
	if kind == schemaComment && parent.owns(p) {
		return nil
	}
	return &item
}

// prose is the text of a value. named is what earlier versions read of it, by which a post without an id
// or a moment is named: the first of several texts, with what was escaped twice; empty where it is the same.
func (r *Reader) prose(v any, quotes htmltext.Quotes) (prose, named string) {
	named = quotes.Plain(valueText(v))
	prose = named
	if list, ok := v.([]any); ok {
		var parts []string
		said := map[string]bool{"": true}
		for _, e := range list {
			s, _ := e.(string)
			if part := quotes.Plain(s); !said[part] {
				said[part], parts = true, append(parts, part)
			}
		}
		if len(parts) > 1 && parts[0] == named { // paragraphs; the same in other languages says which, and is an object
			prose = strings.Join(parts, "\n")
		}
	}
	if entity.MatchString(prose) {
		prose = quotes.Plain(prose)
	}
	if prose == named {
		named = ""
	}
	return prose, named
}

// entity is what is left of a text that was escaped twice.
var entity = regexp.MustCompile(`&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[a-zA-Z]{2,8});`)

// answers ties a comment to what it is under.
func (i *Item) answers(kind schemaType, parent *Item) {
	p := &i.Post
	switch kind {
	case schemaComment:
		p.Kind = mention.Comment
	case schemaDiscussion, schemaQuestion:
		p.Kind = mention.Forum
	}
	if kind != schemaComment || parent == nil {
		return
	}
	i.parent = parent
	p.ThreadURL = cmp.Or(parent.Post.ThreadURL, parent.Post.URL)
	if p.Title == "" {
		p.Title, p.IsReply = parent.Post.Title, true
	}
	if parent.Post.Kind == mention.Forum {
		p.Kind = mention.Forum
	}
}

// person returns the public name and profile of an author in any shape.
func (r *Reader) person(v any) (name, profile string) {
	switch v := r.deref(v).(type) {
	case string:
		if strings.HasPrefix(v, "http://") || strings.HasPrefix(v, "https://") {
			return "", r.profile(v)
		}
		return htmltext.Line(v), ""
	case []any:
		var names []string
		for _, e := range v {
			n, u := r.person(e)
			if n != "" {
				names = append(names, n)
			}
			if profile == "" {
				profile = u
			}
		}
		return strings.Join(names, ", "), profile
	case map[string]any:
		name = htmltext.Line(valueText(field(v, "name", "alternateName")))
		if name == "" {
			name = strings.TrimSpace(htmltext.Line(valueText(field(v, "givenName"))) + " " + htmltext.Line(valueText(field(v, "familyName"))))
		}
		return name, r.profile(valueText(field(v, "url", "sameAs")))
	}
	return "", ""
}

// profile is the page that this site has of an author. An address elsewhere is what authors
// say of themselves: under a comment anybody writes whichever he likes.
func (r *Reader) profile(ref string) string {
	address := r.Links.Resolve(ref)
	if base := r.Links.Base; base != nil && poll.Site(address) != poll.Site(base.String()) {
		return ""
	}
	return address
}

// rating reads a Rating, a list of them, or a bare value. Of a list it is the one that is of the whole; first is
// the first one, where that is another: posts are named by it.
func (r *Reader) rating(v any) (whole, first *mention.Rating) {
	list, ok := r.deref(v).([]any)
	if !ok {
		return r.oneRating(v), nil
	}
	for _, e := range list {
		got := r.oneRating(e)
		part, _ := r.deref(e).(map[string]any)
		switch {
		case got == nil:
		case field(part, "reviewAspect") == nil:
			return got, first
		case first == nil:
			first = got
		}
	}
	return first, nil
}

func (r *Reader) oneRating(v any) *mention.Rating {
	switch v := r.deref(v).(type) {
	case map[string]any:
		return ParseRating(valueText(field(v, "ratingValue", "value")), valueText(field(v, "bestRating")))
	case string, json.Number:
		return ParseRating(valueText(v), "")
	}
	return nil
}

// link is the node's own address; "" when it has none.
func (r *Reader) link(v map[string]any) string {
	for _, key := range []string{"url", "@id", "mainEntityOfPage", "discussionUrl"} {
		s := valueText(field(v, key))
		if s == "" || key == "@id" && !strings.HasPrefix(s, "http") {
			continue
		}
		if u := r.Links.Resolve(s); u != "" {
			return u
		}
	}
	return ""
}

// field returns the first property that is there, with or without a prefix. Case
// counts: "ReviewRating" is a type and no property.
func field(v map[string]any, names ...string) any {
	for _, name := range names {
		if x, ok := v[name]; ok && !empty(x) {
			return x
		}
	}
	for _, name := range names {
		for key, x := range v {
			if i := strings.LastIndexAny(key, ":/"); i >= 0 && key[i+1:] == name && !empty(x) {
				return x
			}
		}
	}
	return nil
}

func empty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return strings.TrimSpace(v) == ""
	case []any:
		return len(v) == 0
	}
	return false
}

// valueText returns a value as text: {"@value": …}, a list's first, a node's address.
func valueText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case []any:
		for _, e := range v {
			if s := valueText(e); s != "" {
				return s
			}
		}
	case map[string]any:
		for _, key := range []string{"@value", "value", "@id", "url", "name"} {
			if s, ok := v[key]; ok {
				if s := valueText(s); s != "" {
					return s
				}
			}
		}
	}
	return ""
}
