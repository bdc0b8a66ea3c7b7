package forum

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/phrases"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/crawlers/internal/schemaorg"
	words "github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Rules of this file: an engine no preset knows is read by what all of them have
// in common: blocks of one shape, one after another, each with a number in its
// id, an author, a moment and a text. Which element holds which is settled for
// all blocks of a page together. A block that lacks the author or the moment is
// no post: what is invented here is told to people as real.

// unknownEngine is the name of an engine that was not recognised.
const unknownEngine = "unknown engine"

// generic reads a page no preset knows.
func (d *document) generic() *pageData {
	d.preset, d.settled = &enginePreset{Zone: zoneRules}, false
	d.markQuotes()
	p := &pageData{Engine: unknownEngine}
	p.Topic = d.genericTopic()
	p.Thread = poll.WithoutFragment(d.public(d.at.String()))
	if ref := d.doc.Find("link[rel=canonical]").AttrOr("href", ""); ref != "" && d.public(ref) != "" {
		p.Thread = poll.WithoutFragment(d.public(ref))
	}
	p.Next, p.Prev = d.link(nextLinks), d.link(prevLinks)
	d.guessPager(p)
	var first *html.Node
	if p.Posts, first = d.blocks(p); len(p.Posts) == 0 {
		p.Posts, first = d.shapes(p)
	}
	d.r.meet(p.Posts)
	if post, ok := d.opening(p, first); ok {
		for i := range p.Posts {
			p.Posts[i].IsReply = true
		}
		p.Posts = append([]mention.Post{post}, p.Posts...)
	}
	if marked := d.marked(); len(marked) > len(p.Posts) {
		p.Posts = marked
	}
	if len(p.Posts) == 0 {
		p.Threads, p.Prev = d.genericThreads(), ""
		return p
	}
	p.Notes = poll.AppendNew(p.Notes, "the forum's engine is not known: its pages are read by their shape")
	return p
}

var (
	nextLinks = mustRules("link[rel=next]@href", "a[rel=next]@href", "a.next[href]@href", ".next a[href]@href", ".pagination-next a@href")
	prevLinks = mustRules("link[rel=prev]@href", "a[rel=prev]@href", "a.prev[href]@href", ".prev a[href]@href")
)

// zoneRules is how boards say their zone at the foot of a page.
var zoneRules = mustRules(`footer | `+zonePattern, `#footer, .footer, #page-footer, .page-footer | `+zonePattern, `body | `+zonePattern)

var zonePattern = `(?i)` + phrases.Pattern(phrases.TimeZone) + `[^.\n]{0,30}?((?:UTC|GMT)[^.<]{0,14})`

func mustRules(texts ...string) ruleList {
	var rules ruleList
	for _, text := range texts {
		rules = append(rules, mustRule(text))
	}
	return rules
}

func mustRule(text string) pageRule {
	r, err := parseRule(text)
	if err != nil {
		panic(err)
	}
	return r
}

func (d *document) genericTopic() string {
	for _, sel := range []string{"h1", `meta[property="og:title"]`, "title"} {
		el := d.doc.Find(sel).First()
		if v := htmltext.OneLine(el.AttrOr("content", "") + htmltext.Text(el, nil)); v != "" {
			return v
		}
		if sel == "title" {
			return htmltext.OneLine(el.Text())
		}
	}
	return ""
}

// marked reads what the page says of itself in schema.org's words.
func (d *document) marked() []mention.Post {
	r := schemaorg.Reader{Page: schemaorg.Page{Env: d.r.env, Links: d.links}}
	r.JSONLD(d.doc)
	items := r.Items
	r.Items = nil
	r.Microdata(d.doc)
	page := d.links.Apart.Clean(d.at.String())
	var posts []mention.Post
	for _, p := range schemaorg.Name(schemaorg.Merge(items, r.Items), page, page) {
		if p.URL = d.public(p.URL); p.Rating == nil {
			posts = append(posts, p)
		}
	}
	return posts
}

// blockID is how engines number the element of a post.
var blockID = regexp.MustCompile(`(?i)^(.*?(?:post|msg|message|comment|reply|entry|answer|p|m|c|pid|cid|mid)[-_]?)(\d+)$`)

// postBlock is what may be one post: an element, or neighbours.
type postBlock struct {
	postItem
	anchor string // the id="" or name="" that carries the number
	// nameless: the page does not number it, so its id is of this page only.
	nameless bool
	pair     bool         // two rows of a table: the first says who and when
	leading  []*html.Node // its first texts, once asked for
}

// blocks finds the group of post-like blocks of one shape that gives most posts, and where it begins.
func (d *document) blocks(p *pageData) (best []mention.Post, first *html.Node) {
	groups := map[string][]postBlock{}
	var order []string
	d.doc.Find("[id], a[name], [data-post-id], [data-comment-id], [data-pid], .h-entry").Each(func(_ int, el *goquery.Selection) {
		shape, b := blockOf(el)
		if b.id == "" || d.unfinished(el, false) {
			return
		}
		b.d, b.rules, b.el = d, &postRules{}, el
		if _, ok := groups[shape]; !ok {
			order = append(order, shape)
		}
		groups[shape] = append(groups[shape], b)
	})
	// Large groups first; of groups of one size the first is the outermost.
	slices.SortStableFunc(order, func(a, b string) int { return len(groups[b]) - len(groups[a]) })
	for _, shape := range order[:min(len(order), 40)] {
		if len(groups[shape]) > 500 || len(groups[shape]) < len(best) {
			continue
		}
		if posts := readBlocks(grow(groups[shape]), p); len(posts) > len(best) {
			best, first = posts, groups[shape][0].el.Nodes[0]
		}
	}
	return best, first
}

// blockOf returns what a numbered element has in common with its like.
func blockOf(el *goquery.Selection) (shape string, b postBlock) {
	n := el.Nodes[0]
	for _, key := range []string{"data-post-id", "data-comment-id", "data-pid"} {
		if v := htmltext.Attr(n, key); v != "" && len(v) <= 40 {
			b.id, b.anchor = v, htmltext.Attr(n, "id")
			return n.Data + "@" + key, b
		}
	}
	b.anchor = htmltext.Attr(n, "id")
	if b.anchor == "" && n.DataAtom == atom.A {
		b.anchor = htmltext.Attr(n, "name")
	}
	if m := blockID.FindStringSubmatch(b.anchor); m != nil {
		b.id = m[2]
		return n.Data + "#" + m[1], b
	}
	if el.HasClass("h-entry") {
		b.id = el.Find(".u-url").First().AttrOr("href", "")
	}
	return "h-entry", b
}

// grow widens each block to all that stands around its number and around no
// other's: the number may be on an anchor or a headline inside of the post, or
// in front of it.
func grow(group []postBlock) []postBlock {
	items := map[*html.Node]string{}
	if len(group) > 1 {
		holds := map[*html.Node]int{} // numbered elements inside
		numbered := map[*html.Node]bool{}
		for _, b := range group {
			numbered[b.el.Nodes[0]] = true
			for n := b.el.Nodes[0]; n != nil; n = n.Parent {
				holds[n]++
			}
		}
		tops := map[*html.Node]bool{}
		for i, b := range group {
			n := b.el.Nodes[0]
			for n.Parent != nil && holds[n.Parent] == holds[b.el.Nodes[0]] && !numbered[elementBefore(n.Parent)] { // what stands behind a number is its post
				n = n.Parent
			}
			group[i].el = htmltext.Selection(n)
			tops[n] = true
		}
		for i, b := range group {
			for n := b.el.Nodes[0].NextSibling; n != nil && !tops[n]; n = n.NextSibling {
				if isElement(n) {
					group[i].el = group[i].el.AddNodes(n)
				}
			}
		}
		// The last one has no neighbour to end at, so what follows it (the foot
		// of the page) is only its own when the others have as much.
		if last := &group[len(group)-1]; last.el.Length() > group[0].el.Length() {
			last.el = last.el.Slice(0, group[0].el.Length())
		}
	}
	for i := range group {
		items[group[i].el.Nodes[0]] = group[i].id
		group[i].items = items
	}
	return group
}

// elementBefore is the element next to n, before it.
func elementBefore(n *html.Node) *html.Node {
	for n = n.PrevSibling; n != nil && !isElement(n); {
		n = n.PrevSibling
	}
	return n
}

// readBlocks reads the blocks of one shape that are complete posts.
func readBlocks(group []postBlock, p *pageData) []mention.Post {
	if len(group) == 0 {
		return nil
	}
	parts := partsOf(group)
	comments := group[0].comments()
	leading := group[0].nameless
	author, moment := bestAuthor(group, parts, leading), bestMoment(group, parts)
	if author == nil && comments && len(group) > 1 {
		leading = true
		author = bestAuthor(group, parts, leading)
	}
	if author == nil || moment == nil {
		return nil
	}
	if group[0].pair && (!inFirstRow(group, author) || !inFirstRow(group, moment) || titled(group)) {
		return nil
	}
	text := bestText(group, parts, author, moment)
	if text == nil || group[0].nameless && (mostlyLinks(text) || mostlyCounts(text)) || listed(group, author, text) {
		return nil
	}
	var posts []mention.Post
	seen := map[string]bool{}
	for i := range group {
		b := &group[i]
		post := mention.Post{Title: p.Topic, ThreadURL: p.Thread, Author: author[i].value,
			Published: moment[i].at, DateOnly: moment[i].day, Text: text[i].value}
		if !b.nameless {
			post.URL, post.ID = b.guessLink(p)
			post.ID = cmp.Or(post.ID, b.id)
		}
		if leading { // whether or not it is numbered: earlier versions read it by its shape
			post.ID = poll.HashID("words", words.Letters(cmp.Or(author[i].whole, post.Author)), words.Letters(post.Text))
		}
		if seen[post.ID] || post.Author == "" || post.Published.IsZero() || post.Text == "" && !text[i].found {
			continue
		}
		seen[post.ID] = true
		post.AuthorURL = b.account(author[i].el, comments, p)
		post.FreeName = comments && post.AuthorURL == ""
		post.URL = cmp.Or(post.URL, p.Thread)
		post.IsReply = len(posts) > 0 || p.Prev != ""
		posts = append(posts, post)
	}
	return posts
}

// account is the page that the site has of the author: where the name leads to none, he wrote it as
// he liked. Sites do not vouch for an address that a guest wrote, also for one of their own, and lead
// to it by a page of theirs (/go?to=); a name may lead to what he wrote, too.
func (b *postBlock) account(name *goquery.Selection, comments bool, p *pageData) string {
	if name == nil {
		return ""
	}
	link := name.Closest("a[href]")
	if link.Length() == 0 {
		link = name.Find("a[href]")
	}
	rel := strings.ToLower(link.First().AttrOr("rel", ""))
	if strings.Contains(rel, "ugc") || strings.Contains(rel, "external") || comments && strings.Contains(rel, "nofollow") {
		return ""
	}
	ref := link.First().AttrOr("href", "")
	if isPerson(name.Nodes[0]) { // that it has no link is the theme's doing
		ref = cmp.Or(ref, htmltext.Attr(name.Nodes[0], "about"))
	}
	address := b.d.own(ref)
	u, err := url.Parse(address)
	if err != nil || !isProfile(u.RequestURI()) || leadsOn.MatchString(u.RequestURI()) {
		return ""
	}
	if here := poll.WithoutFragment(address); here == p.Thread || here == poll.WithoutFragment(b.d.public(b.d.at.String())) {
		return ""
	}
	return address
}

// leadsOn finds another address in one.
var leadsOn = regexp.MustCompile(`(?i)https?(?::|%3a)`)

// comments reports blocks that the page itself calls comments or reviews, or keeps under that name:
// over them guests write the names they like.
func (b *postBlock) comments() bool {
	if namesComments.MatchString(b.anchor) {
		return true
	}
	for n := b.el.Nodes[0]; isElement(n) && n.DataAtom != atom.Body; n = n.Parent {
		if namesComments.MatchString(htmltext.Attr(n, "id")) || namesComments.MatchString(htmltext.Attr(n, "class")) {
			return true
		}
	}
	return false
}

// namesComments are the words for them in addresses and styles, English or in Latin letters.
var namesComments = regexp.MustCompile(`(?i)comment(?:[^a]|ai|$)|komm?ent|(?:^|[^p])review|ot[sz][yi]v|vid[gh]uk|guestbook|gostev`)

// markQuotes makes what a page calls quotes by its own names the element that they are: so the lines that
// announce them ("Anna wrote:") are known, too.
func (d *document) markQuotes() {
	for _, n := range d.doc.Find("[class*=quot], [class*=Quot], [class*=citat]").Nodes {
		if n.DataAtom != atom.Div || !notOwn(n) {
			continue
		}
		if box := n.Parent; quoteTop.MatchString(htmltext.Attr(n, "class")) && holdsTwo(box, n) {
			n = box // only its head is called a quote
		}
		n.DataAtom, n.Data = atom.Blockquote, "blockquote"
	}
}

// quoteTop is how boards call the line above a quote.
var quoteTop = regexp.MustCompile(`(?i)quote?[-_]?(?:top|head|title|author|name)`)

// holdsTwo reports an element that holds the first and one more, which is no paragraph, and no text beside them.
func holdsTwo(box, first *html.Node) bool {
	var inside []*html.Node
	for c := box.FirstChild; c != nil; c = c.NextSibling {
		switch {
		case isElement(c):
			if inside = append(inside, c); len(inside) > 2 {
				return false
			}
		case c.Type == html.TextNode && strings.TrimSpace(c.Data) != "":
			return false
		}
	}
	return box.DataAtom == atom.Div && len(inside) == 2 && inside[0] == first && inside[1].DataAtom == atom.Div
}

// inQuote reports whether n stands in a quote below top.
func inQuote(n, top *html.Node) bool {
	for n = n.Parent; n != nil && n != top; n = n.Parent {
		if htmltext.IsQuote(n) {
			return true
		}
	}
	return false
}

// guessLink finds the post's own link, one that names its id, and what the post is known by: that link, since the
// number may count within its thread only, or one to answer it, by which it was known before such were left out.
func (it *postBlock) guessLink(p *pageData) (link, name string) {
	if strings.HasPrefix(it.id, "http") || strings.HasPrefix(it.id, "/") {
		link = it.d.public(it.id)
		return link, link
	}
	whole := regexp.MustCompile(`(?:^|\D)` + regexp.QuoteMeta(it.id) + `(?:\D|$)`)
	els := it.el.Find("a[href]")
	for i, n := range els.Nodes {
		href := els.Eq(i).AttrOr("href", "")
		before, fragment, _ := strings.Cut(href, "#")
		if before != "" && it.owns(n) && !inQuote(n, it.el.Nodes[0]) && fragment != "" && whole.MatchString(fragment) {
			if link := it.d.own(href); link != "" {
				return link, link
			}
		}
	}
	for i, n := range els.Nodes {
		href := els.Eq(i).AttrOr("href", "")
		if it.owns(n) && !inQuote(n, it.el.Nodes[0]) && whole.MatchString(href) && postLink.MatchString(href) && !actionLink.MatchString(href) {
			link := it.d.own(href)
			name = cmp.Or(name, link)
			if link != "" && !answerLink.MatchString(href) {
				return link, name
			}
		}
	}
	link = it.d.public(p.Thread + "#" + cmp.Or(it.anchor, it.id))
	return link, cmp.Or(name, link)
}

var (
	postLink   = regexp.MustCompile(`(?i)post|msg|message|comment|reply|pid|permalink|/p/|#`)
	actionLink = regexp.MustCompile(`(?i)report|quote|delete|edit|reply(?:to)?=|action=|login|vote|like`)
	answerLink = regexp.MustCompile(`(?i)comment/reply/`)
	threadLink = regexp.MustCompile(`(?i)(?:topic|thread|discussion|viewtopic|showthread|/t/|/d/)[^?#]*[/=._-]\d+|[?&;](?:t|tid|topic)=\d+`)
)

// genericThreads finds the threads of a list no preset knows: links of the site
// that look like threads. What changed in them is not known.
func (d *document) genericThreads() []threadRow {
	var rows []threadRow
	seen := map[string]bool{}
	d.doc.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
		href := a.AttrOr("href", "")
		title := lineOf(a)
		if !threadLink.MatchString(href) || actionLink.MatchString(href) || utf8.RuneCountInString(title) < 5 {
			return
		}
		link := d.follow(href)
		if key := addressKey(link); link != "" && !seen[key] {
			seen[key] = true
			rows = append(rows, threadRow{Key: key, URL: link})
		}
	})
	if len(rows) < 3 { // a page with one or two such links is no list of threads
		if rows = d.slugThreads(); len(rows) < 3 {
			return nil
		}
	}
	return rows
}
