package page

import (
	"slices"
	"strings"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/crawlers/internal/schemaorg"
	"github.com/earshot/earshot/mention"
)

// Select says where the parts of a post stand on a page. Each part is a CSS
// selector inside the item; "selector@attribute" takes an attribute instead of
// the text, "@attribute" the item's own. Of several the first that gives
// something counts.
type Select struct {
	Item   string   `yaml:"item" doc:"One post of the page." example:".review"`
	Author []string `yaml:"author" doc:"The author's name." example:".name"`
	Time   []string `yaml:"time" doc:"When it was published." example:"time@datetime"`
	Edited []string `yaml:"edited" doc:"When it was last changed."`
	Rating []string `yaml:"rating" doc:"The stars: a number, or signs like ★★★☆☆." example:".stars@data-value"`
	Best   []string `yaml:"best" doc:"The top of the scale: a selector, or simply a number; 5 when left out."`
	Text   []string `yaml:"text" doc:"The author's words. All elements found are joined." example:".body"`
	Title  []string `yaml:"title" doc:"The headline."`
	Link   []string `yaml:"link" doc:"The permalink." example:"a.permalink@href"`
	ID     []string `yaml:"id" doc:"The site's own id of the post." example:"@data-id"`
	Thread []string `yaml:"thread" doc:"The address of the discussion the post belongs to."`
	Reply  []string `yaml:"reply" doc:"The link or id of the post it answers."`
	Own    []string `yaml:"own" doc:"The company's answer inside of the post, with its date: an answer that comes closes the complaint." example:".owner-reply"`
	Lang   []string `yaml:"lang" doc:"The language of the post."`
	Next   string   `yaml:"next" doc:"The link to the page with older posts." example:"a.next"`
	Drop   []string `yaml:"drop" doc:"What is removed before reading: quotes, signatures, advertisements."`
}

// selector is a compiled "css@attribute".
type selector struct {
	match goquery.Matcher // nil: the item itself
	attr  string          // "": the text
	text  string          // as the user wrote it
}

// selectors are tried in order.
type selectors []selector

// selectReader is a compiled Select.
type selectReader struct {
	item                                            goquery.Matcher
	author, time, edited, rating, best, text, title selectors
	link, id, thread, reply, own, lang, next        selectors
	drop                                            goquery.Matcher
	bestNumber                                      string
}

// compileSelect compiles every selector; errors stand at the option's position.
func compileSelect(s Select, section config.Section, option string) (*selectReader, error) {
	var r selectReader
	c := selectCompiler{section: section, option: option}
	if s.Item != "" {
		r.item = c.css("item", s.Item)
	}
	r.author, r.time, r.edited = c.list("author", s.Author), c.list("time", s.Time), c.list("edited", s.Edited)
	r.rating, r.text, r.title = c.list("rating", s.Rating), c.list("text", s.Text), c.list("title", s.Title)
	r.link, r.id, r.thread = c.list("link", s.Link), c.list("id", s.ID), c.list("thread", s.Thread)
	r.reply, r.own, r.lang = c.list("reply", s.Reply), c.list("own", s.Own), c.list("lang", s.Lang)
	if s.Next != "" {
		r.next = c.list("next", []string{s.Next})
	}
	if len(s.Best) == 1 && strings.Trim(s.Best[0], "0123456789.") == "" {
		r.bestNumber = s.Best[0]
	} else {
		r.best = c.list("best", s.Best)
	}
	if len(s.Drop) > 0 {
		r.drop = c.css("drop", strings.Join(s.Drop, ", "))
	}
	return &r, c.err
}

type selectCompiler struct {
	section config.Section
	option  string
	err     error
}

func (c *selectCompiler) css(part, text string) goquery.Matcher {
	m, err := cascadia.Compile(text)
	if err != nil {
		if c.err == nil {
			c.err = c.section.Errorf(c.option+"."+part, "%q is not a CSS selector: %v", text, err)
		}
		return nil
	}
	return m
}

func (c *selectCompiler) list(part string, texts []string) selectors {
	var list selectors
	for _, text := range texts {
		css, attr := splitAttr(text)
		s := selector{attr: attr, text: text}
		if css != "" && css != "." {
			if s.match = c.css(part, css); s.match == nil {
				continue
			}
		}
		list = append(list, s)
	}
	return list
}

// splitAttr cuts "time@datetime" into its halves. An "@" inside brackets or
// quotes belongs to the selector.
func splitAttr(text string) (css, attr string) {
	i := strings.LastIndexByte(text, '@')
	if i < 0 || strings.ContainsAny(text[i:], "])\"'") {
		return strings.TrimSpace(text), ""
	}
	return strings.TrimSpace(text[:i]), strings.ToLower(strings.TrimSpace(text[i+1:]))
}

// value returns what the first selector that gives something gives, as one line.
func (list selectors) value(item *goquery.Selection) string {
	for _, s := range list {
		for _, n := range s.nodes(item) {
			v := ""
			if s.attr != "" {
				v = htmltext.OneLine(htmltext.Attr(n, s.attr))
			} else {
				v = htmltext.Short(n)
			}
			if v != "" {
				return v
			}
		}
	}
	return ""
}

// prose joins the texts of all elements the first selector that gives something
// finds. An element inside another one that was found is not read twice, and the company's
// answer is not read at all, unless nothing else is there. left says what became of one.
func (list selectors) prose(item *goquery.Selection, quotes htmltext.Quotes, own map[*html.Node]bool) (prose string, left leftOut) {
	said := answers{asked: map[*html.Node]bool{}, own: own}
	for _, s := range list {
		var parts []string
		nodes := outermost(s.nodes(item))
		if mine := slices.DeleteFunc(slices.Clone(nodes), func(n *html.Node) bool { return own[n] || said.around(n, item.Nodes[0]) }); len(mine) > 0 {
			nodes, left.answer = mine, len(mine) < len(nodes)
		} else {
			left.nothing = true
		}
		isAnswer := func(n *html.Node) bool {
			found := said.is(n)
			left.answer = left.answer || found
			return found
		}
		for _, n := range nodes {
			part := ""
			if s.attr != "" {
				part = quotes.Plain(htmltext.Attr(n, s.attr))
			} else {
				part = quotes.Text(htmltext.Selection(n), isAnswer)
			}
			if part != "" {
				parts = append(parts, part)
			}
		}
		if len(parts) > 0 {
			return strings.Join(parts, "\n"), left
		}
		left.nothing = false
	}
	return "", leftOut{}
}

// leftOut is what was left out of the words of a post.
type leftOut struct {
	answer  bool // the company's
	nothing bool // there was nothing else to read
}

// answers remembers which elements are the company's answer, or stand in one.
type answers struct {
	asked map[*html.Node]bool
	own   map[*html.Node]bool // by the user's selector
}

func (a answers) is(n *html.Node) bool { return a.own[n] || schemaorg.IsAnswer(n) }

// around reports whether n stands in an answer inside of the item.
func (a answers) around(n, item *html.Node) bool {
	up := n.Parent
	if up == nil || up == item {
		return false
	}
	found, asked := a.asked[up]
	if !asked {
		found = a.is(up) || a.around(up, item)
		a.asked[up] = found
	}
	return found
}

// dates are the texts to look for a date in, best first: a selector without an
// attribute also finds what machines are told (datetime=, content=, title=).
func (list selectors) dates(item *goquery.Selection) []string {
	var all []string
	for _, s := range list {
		for _, n := range s.nodes(item) {
			if s.attr != "" {
				all = append(all, htmltext.Attr(n, s.attr))
			} else {
				all = append(all, schemaorg.Moments(n)...)
			}
		}
	}
	return all
}

// link is the first absolute address found: an <a> is its href without being told.
func (list selectors) link(item *goquery.Selection, links poll.Links) string {
	for _, s := range list {
		for _, n := range s.nodes(item) {
			v := ""
			switch {
			case s.attr != "":
				v = htmltext.Attr(n, s.attr)
			case htmltext.Attr(n, "href") != "":
				v = htmltext.Attr(n, "href")
			default:
				v = htmltext.Short(n)
			}
			if u := links.Resolve(v); u != "" {
				return u
			}
		}
	}
	return ""
}

func (s selector) nodes(item *goquery.Selection) []*html.Node {
	if s.match == nil {
		return item.Nodes
	}
	return item.FindMatcher(s.match).Nodes
}

// outermost returns the nodes that are not inside another one of the list.
func outermost(list []*html.Node) []*html.Node {
	if len(list) < 2 {
		return list
	}
	found := make(map[*html.Node]bool, len(list))
	for _, n := range list {
		found[n] = true
	}
	var out []*html.Node
	for _, n := range list {
		inside := false
		for p := n.Parent; p != nil && !inside; p = p.Parent {
			inside = found[p]
		}
		if !inside {
			out = append(out, n)
		}
	}
	return out
}

// deepest bounds how many items may stand inside of one another: answers below
// answers. Each of them is read with all that is in it.
const deepest = 20

// read returns the items of the page, in its order, and what could not be read.
func (r *selectReader) read(doc *goquery.Document, page schemaorg.Page) ([]*schemaorg.Item, *tally) {
	if r == nil || r.item == nil {
		return nil, nil
	}
	var items []*schemaorg.Item
	seen := newTally(r)
	depth := map[*html.Node]int{}
	own := newOwnFinder(r, page)
	all := doc.FindMatcher(r.item)
	for _, n := range all.Nodes {
		own.items[n] = true
	}
	all.EachWithBreak(func(_ int, s *goquery.Selection) bool {
		n := s.Nodes[0]
		if own.answers[n] {
			return true // the company's, below the post that it stands in
		}
		depth[n] = 1
		for p := n.Parent; p != nil; p = p.Parent {
			if d := depth[p]; d > 0 {
				depth[n] = d + 1
				break
			}
		}
		if depth[n] > deepest {
			return true
		}
		item := &schemaorg.Item{Node: n}
		// Which post is answered may stand in what is dropped: a quote of it.
		item.Post.ReplyTo = r.answered(s, page.Links)
		item.Answer = own.in(s, seen)
		if r.drop != nil {
			s.FindMatcher(r.drop).Remove()
		}
		r.fill(item, s, page, seen, own.answers)
		if item.Post.Text != "" || item.Post.Rating != nil || item.Post.Title != "" {
			items = append(items, item)
		}
		return len(items) < schemaorg.MaxItems
	})
	return items, seen
}

// whole reads a page that is about one post.
func (r *selectReader) whole(item *schemaorg.Item, doc *goquery.Document, page schemaorg.Page) {
	scope := doc.Selection
	if r.item != nil {
		scope = doc.FindMatcher(r.item).First()
	}
	own := newOwnFinder(r, page)
	if r.item != nil && scope.Length() > 0 { // the whole of a page may show answers to others
		item.Answer = own.in(scope, nil)
	}
	if r.drop != nil {
		doc.FindMatcher(r.drop).Remove()
	}
	r.fill(item, scope, page, nil, own.answers)
}

// fill sets what the selectors find inside s and leaves the rest alone. seen may
// be nil.
func (r *selectReader) fill(item *schemaorg.Item, s *goquery.Selection, page schemaorg.Page, seen *tally, own map[*html.Node]bool) {
	p := &item.Post
	set := func(part string, to *string, v string) {
		if v != "" {
			*to = v
			seen.found(part)
		}
	}
	set("author", &p.Author, r.author.value(s))
	set("title", &p.Title, r.title.value(s))
	words, left := r.text.prose(s, schemaorg.Quotes(page.Env, ""), own)
	if item.Shorn = left.answer; left.nothing || saysThat(words, item.Answer.Text) {
		item.Answer = schemaorg.Answer{} // it is the post
	}
	set("text", &p.Text, words)
	set("link", &p.URL, r.link.link(s, page.Links))
	set("thread", &p.ThreadURL, r.thread.link(s, page.Links))
	set("lang", &p.Lang, poll.Language(r.lang.value(s)))
	if p.ReplyTo == "" {
		p.ReplyTo = r.answered(s, page.Links)
	}
	if id := r.id.value(s); id != "" {
		item.Native, item.Chosen = id, true
		seen.found("id")
	}
	dates := r.time.dates(s)
	for _, t := range dates {
		if item.Dated(page, t) {
			seen.found("time")
			break
		}
	}
	if p.Published.IsZero() {
		seen.unread("time", strings.Join(dates, " "))
	}
	for _, t := range r.edited.dates(s) {
		if at, _ := page.Date(t); !at.IsZero() {
			p.Edited = at
			break
		}
	}
	if rating, text := r.stars(s); rating != nil {
		item.Rated(rating, text)
		seen.found("rating")
	} else if len(r.rating) > 0 {
		seen.unread("rating", text)
	}
}

// answered is the link, else the id, of the post this one answers.
func (r *selectReader) answered(s *goquery.Selection, links poll.Links) string {
	reply := r.reply.value(s)
	if link := r.reply.link(s, links); link != "" {
		return link
	}
	return reply
}

// stars reads the rating: a number, or what the element looks like.
func (r *selectReader) stars(s *goquery.Selection) (*mention.Rating, string) {
	best := r.bestNumber
	if best == "" {
		best = r.best.value(s)
	}
	value := r.rating.value(s)
	read := schemaorg.SignStars(value) // of the first selector that finds something; the others show it by their look
	for _, one := range r.rating {
		var nodes []*html.Node
		if one.attr == "" {
			nodes = one.nodes(s)
		}
		switch rating := schemaorg.StarsOrText(read, best, nodes); {
		case rating != nil && one.attr == "style" && rating.Value <= 0:
			return nil, "" // a strip without length has no stars
		case rating != nil && one.attr == "style":
			return &mention.Rating{Value: rating.Stars(), Best: 5}, value // its length is no scale that people read
		case rating != nil:
			return rating, value
		}
		read = ""
	}
	return nil, value
}
