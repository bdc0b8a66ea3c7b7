package forum

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/poll"
	words "github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Rules of this file: who asks is often shown otherwise than those who answer: a question above its answers, a
// first post above comments. It is looked for behind the page's headline and before the first answer alone, and
// counts only where one person is named there, by a page such as the answers' authors have, with a moment that is
// not after theirs, and words. Sides and heads of pages name more people, or none.

// mostPeople bounds the forms of people's pages that are remembered: boards have one.
const mostPeople = 3

// meet remembers where this board keeps the pages of the people who wrote the posts.
func (r *pageReader) meet(posts []mention.Post) {
	for _, p := range posts {
		if form := peopleForm(p.AuthorURL); form != "" && !slices.Contains(r.people, form) && len(r.people) < mostPeople {
			r.people = append(r.people, form)
		}
	}
}

// peopleForm is what the addresses of people's pages share: all but who it is.
func peopleForm(address string) string {
	u, err := url.Parse(address)
	if err != nil || address == "" {
		return ""
	}
	dir := u.Path[:strings.LastIndexByte(strings.TrimSuffix(u.Path, "/"), '/')+1]
	if u.RawQuery == "" {
		return u.Host + dir
	}
	return u.Host + u.Path + "?" + digits.ReplaceAllString(u.RawQuery, "#")
}

// opening finds the post that opens the discussion, where it has another shape than its answers, the first of which
// is first; nil where nobody answered yet.
func (d *document) opening(p *pageData, first *html.Node) (mention.Post, bool) {
	headline := d.headline(first)
	if headline == nil || p.Prev != "" { // later pages may show an excerpt of it
		return mention.Post{}, false
	}
	for _, nodes := range d.behind(headline, first) {
		if post, ok := d.asked(nodes, headline, p); ok {
			return post, true
		}
	}
	return mention.Post{}, false
}

// headline is the last first-rank headline before a node; the last of the page where there is none.
func (d *document) headline(before *html.Node) (found *html.Node) {
	for n := range d.doc.Nodes[0].Descendants() {
		if n == before {
			return found
		}
		if n.Type == html.ElementNode && n.Data == "h1" {
			found = n
		}
	}
	return found
}

// behind are the elements from the headline's on to the first answer, or to the end of what stands around the
// headline: of the nearest element, the next, and so on.
func (d *document) behind(headline, first *html.Node) (found [][]*html.Node) {
	if first != nil {
		var nodes []*html.Node
		for n := first; n != nil; n = n.Parent {
			for s := n.PrevSibling; s != nil; s = s.PrevSibling {
				if isElement(s) {
					nodes = append(nodes, s)
				}
				if htmltext.Within(headline, s) {
					slices.Reverse(nodes)
					return [][]*html.Node{nodes}
				}
			}
		}
		return nil
	}
	const high = 4
	for n := headline.Parent; n != nil && n.Data != "body" && len(found) < high; n = n.Parent {
		found = append(found, []*html.Node{n})
	}
	return found
}

// asked reads the one post that stands in the elements.
func (d *document) asked(nodes []*html.Node, headline *html.Node, p *pageData) (mention.Post, bool) {
	if len(nodes) == 0 {
		return mention.Post{}, false
	}
	b := postBlock{postItem: postItem{d: d, rules: &postRules{}, el: &goquery.Selection{Nodes: nodes}, id: "opening"}, nameless: true}
	group := []postBlock{b}
	parts := partsOf(group)
	parts[0] = slices.DeleteFunc(parts[0], func(part blockPart) bool { return htmltext.Within(part.el.Nodes[0], headline) })
	who, ok := b.person(parts[0], p, nil)
	if !ok {
		return mention.Post{}, false
	}
	moment := bestMoment(group, parts)
	if moment == nil {
		return mention.Post{}, false
	}
	author := []blockPart{who}
	text := bestText(group, parts, author, moment)
	if text == nil || text[0].value == "" || mostlyLinks(text) {
		return mention.Post{}, false
	}
	if _, alone := b.person(parts[0], p, text[0].el.Nodes[0]); !alone || !signs(who, moment[0]) {
		return mention.Post{}, false
	}
	post := mention.Post{ID: poll.HashID("words", words.Letters(who.value), words.Letters(text[0].value)),
		Title: p.Topic, ThreadURL: p.Thread, URL: p.Thread, Author: who.value, AuthorURL: b.account(who.el, false, p),
		Published: moment[0].at, DateOnly: moment[0].day, Text: text[0].value}
	return post, !slices.ContainsFunc(p.Posts, func(q mention.Post) bool {
		return post.Published.After(q.Published.Add(time.Minute)) || words.Letters(q.Text) == words.Letters(post.Text)
	})
}

// signs reports a name that stands by itself, or in one line with the moment, as no name does that a text speaks of.
func signs(who, moment blockPart) bool {
	const high, longest = 4, 200 // elements, bytes
	at := moment.el.Nodes[0]
	alone := false
	for n, up := who.el.Nodes[0], 0; isElement(n) && up < high; n, up = n.Parent, up+1 {
		switch said := htmltext.Short(n); {
		case said == who.value:
			if alone = alone || mayBePost(n.DataAtom) || n.Data == "header"; near(n, at) {
				return true
			}
		case len(said) > longest:
			return alone
		case htmltext.Within(at, n) || htmltext.Within(n, at):
			return true
		}
	}
	return alone
}

// near reports whether what holds the moment stands next to n, or behind a rank or two.
func near(n, moment *html.Node) bool {
	const few = 3 // elements
	left := few
	for s := n.NextSibling; s != nil && left > 0; s = s.NextSibling {
		if isElement(s) {
			if left--; htmltext.Within(moment, s) {
				return true
			}
		} else if len(strings.TrimSpace(s.Data)) > few {
			return false
		}
	}
	return false
}

// person is the first whom a page of people's leads to from these parts; alone, that no other is named outside of
// the text, where one is given.
func (b *postBlock) person(parts []blockPart, p *pageData, text *html.Node) (who blockPart, alone bool) {
	for _, part := range parts {
		n := part.el.Nodes[0]
		if n.Data != "a" && !isPerson(n) || text != nil && (htmltext.Within(n, text) || membership.MatchString(htmltext.Short(n.Parent))) {
			continue // who edited it is told below
		}
		page := b.account(part.el, false, p)
		if page == "" || !slices.Contains(b.d.r.people, peopleForm(page)) {
			continue
		}
		part.value, part.found = htmltext.Short(n), true
		switch {
		case part.value == "" || noName.MatchString(part.value) || len(part.value) > 120: // a picture of the person
		case who.value == "":
			who, alone = part, true
		case who.value != part.value && text != nil:
			return who, false
		}
	}
	return who, alone
}
