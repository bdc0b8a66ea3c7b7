package page

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/charset"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/schemaorg"
	"github.com/earshot/earshot/internal/fetch"
)

// A post on a page is a block that comes again and again, and holds a date and a text.
// Proposals are made from such blocks, and only what they find is proposed.

// Proposal is a set of selectors for a page, with what they find there.
type Proposal struct {
	Select Select
	Items  int            // posts that are read by it
	Parts  map[string]int // in how many of them each part is found: "author", "time" …
	// Own is where the company's answers seem to stand, OwnIn in how many of the posts: people must say whether they are.
	Own   string
	OwnIn int
}

// Bounds of proposals.
const (
	proposeText   = 30   // letters and digits a post has at least
	proposeDates  = 4000 // texts of a page that are tried as dates
	proposeSample = 30   // blocks that are looked into for the parts
	proposeMost   = 3
	proposeSmall  = 60 // elements inside of one that says a date, a name or stars
	maxClasses    = 12 // of an element that are looked at
)

// Propose returns sets of selectors for the posts of a page, the likeliest first; none
// when nothing on it is repeated and holds a date and a text.
func Propose(env crawlers.Env, res *fetch.Response) ([]Proposal, error) {
	doc, release, err := htmltext.Open(charset.HTML(res))
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	defer release()
	page := pageOf(env.WithDefaults(), doc, res.URL, nil, new(string))
	pr := proposer{page: page, doc: doc, stats: map[*html.Node]blockStat{}}
	pr.measure(doc.Nodes[0])
	var list []Proposal
	for _, b := range pr.blocks() {
		p := Proposal{Select: pr.selectors(b)}
		rules, err := compileSelect(p.Select, config.Section{}, "select")
		if err != nil {
			continue
		}
		items, seen := rules.read(doc, page)
		if p.Items, p.Parts = len(items), seen.parts; p.Items < 2 || p.Parts["text"] == 0 {
			continue
		}
		p.Own, p.OwnIn = pr.own(b)
		if list = append(list, p); len(list) == proposeMost {
			break
		}
	}
	return list, nil
}

// proposer looks for repeated blocks. It measures every element once.
type proposer struct {
	page  schemaorg.Page
	doc   *goquery.Document
	stats map[*html.Node]blockStat
	tries int
}

// blockStat is what is inside of an element.
type blockStat struct {
	size    int // elements, itself included
	letters int
	dates   int
	date    *html.Node // the first element that says a date
}

// block is a group of elements of one parent.
type block struct {
	item    string
	members []*html.Node
	worth   float64
}

// measure walks the tree once, the children first. The parser bounds its depth.
func (pr *proposer) measure(n *html.Node) blockStat {
	var s blockStat
	if n.Type == html.ElementNode && htmltext.InvisibleElement(n.DataAtom) {
		return s
	}
	if n.Type == html.TextNode {
		for _, r := range n.Data {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				s.letters++
			}
		}
		return s
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		inner := pr.measure(c)
		s.size += inner.size
		s.letters += inner.letters
		s.dates += inner.dates
		if s.date == nil {
			s.date = inner.date
		}
	}
	s.size++
	if n.Type == html.ElementNode && s.dates == 0 && s.size <= proposeSmall && pr.dated(n, s.letters) {
		s.dates, s.date = 1, n
	}
	pr.stats[n] = s
	return s
}

// dated reports whether an element says a date and hardly more.
func (pr *proposer) dated(n *html.Node, letters int) bool {
	const most = 30
	if letters > most || pr.tries >= proposeDates {
		return false
	}
	words := htmltext.Attr(n, "datetime")
	if words == "" {
		if letters < 4 {
			return false
		}
		words = htmltext.Short(n)
	}
	pr.tries++
	at, _ := pr.page.Date(words)
	return !at.IsZero()
}

// blocks are the repeated blocks with a date and a text, the best first.
func (pr *proposer) blocks() []block {
	var list []block
	known := map[string]bool{}
	for _, parent := range pr.doc.Find("body, body *").Nodes {
		for _, members := range pr.siblings(parent) {
			b := pr.block(parent, members)
			if b.item != "" && !known[b.item] {
				known[b.item] = true
				list = append(list, b)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b block) int { return cmp.Compare(b.worth, a.worth) })
	return list[:min(len(list), 4*proposeMost)]
}

// siblings groups the children that hold a date and a text, by their tag; one alone is
// no group.
func (pr *proposer) siblings(parent *html.Node) (groups [][]*html.Node) {
	byTag := map[string][]*html.Node{}
	var tags []string
	for c := parent.FirstChild; c != nil; c = c.NextSibling {
		if s := pr.stats[c]; c.Type == html.ElementNode && s.dates > 0 && s.letters >= proposeText {
			if byTag[c.Data] == nil {
				tags = append(tags, c.Data)
			}
			byTag[c.Data] = append(byTag[c.Data], c)
		}
	}
	for _, tag := range tags {
		if len(byTag[tag]) > 1 {
			groups = append(groups, byTag[tag])
		}
	}
	return groups
}

// block names a group. Blocks with more than one date each are rather lists of posts.
func (pr *proposer) block(parent *html.Node, members []*html.Node) block {
	b := block{members: members}
	letters, dates := 0, 0
	for _, m := range members {
		letters += min(pr.stats[m].letters, 2000)
		dates += pr.stats[m].dates
	}
	b.worth = float64(letters) * float64(len(members)) / float64(dates)
	if class := commonClass(members); class != "" {
		b.item = members[0].Data + "." + class
		return b
	}
	if name := nameOf(parent); name != "" {
		b.item = name + " > " + members[0].Data
	}
	return b
}

// commonClass is the first class that all of the elements carry.
func commonClass(list []*html.Node) string {
	for _, class := range classes(list[0]) {
		if !slices.ContainsFunc(list[1:], func(n *html.Node) bool { return !slices.Contains(classes(n), class) }) {
			return class
		}
	}
	return ""
}

var plainName = regexp.MustCompile(`^[A-Za-z_][\w-]{0,60}$`)

// classes are those a selector can name as they are; names that end in a number are
// one element's.
func classes(n *html.Node) (list []string) {
	for class := range strings.FieldsSeq(htmltext.Attr(n, "class")) {
		if len(list) == maxClasses {
			break
		}
		if last := class[len(class)-1]; plainName.MatchString(class) && (last < '0' || last > '9') {
			list = append(list, class)
		}
	}
	return list
}

// nameOf is a selector for one element: by its id, its class or what it is called.
func nameOf(n *html.Node) string {
	if id := htmltext.Attr(n, "id"); plainName.MatchString(id) {
		return n.Data + "#" + id
	}
	if list := classes(n); len(list) > 0 {
		return n.Data + "." + list[0]
	}
	if prop := htmltext.Attr(n, "itemprop"); plainName.MatchString(prop) {
		return n.Data + `[itemprop="` + prop + `"]`
	}
	return n.Data
}

// selectors proposes the parts of a block: for each the selector that most of its
// members agree on.
func (pr *proposer) selectors(b block) Select {
	sample := b.members[:min(len(b.members), proposeSample)]
	s := Select{Item: b.item}
	s.Time = agreed(sample, func(item *html.Node) string {
		n := pr.stats[item].date
		if n == nil || n == item {
			return ""
		}
		if htmltext.Attr(n, "datetime") != "" {
			return inside(n) + "@datetime"
		}
		return inside(n)
	})
	s.Text = agreed(sample, func(item *html.Node) string { return inside(pr.words(item)) })
	s.Author = agreed(sample, func(item *html.Node) string { return inside(pr.author(item)) })
	s.Rating = agreed(sample, func(item *html.Node) string { return inside(pr.rating(item)) })
	s.Title = agreed(sample, func(item *html.Node) string { return inside(firstInside(item, htmltext.IsHeading)) })
	s.Link = agreed(sample, func(item *html.Node) string { return inside(pr.link(item)) })
	for _, attr := range []string{"data-id", "data-review-id", "data-comment-id", "id"} {
		if distinctValues(b.members, attr) {
			s.ID = []string{"@" + attr}
			break
		}
	}
	return s
}

// inside is the selector of an element inside of an item; empty for none.
func inside(n *html.Node) string {
	if n == nil {
		return ""
	}
	if list := classes(n); len(list) > 0 {
		return "." + list[0]
	}
	if prop := htmltext.Attr(n, "itemprop"); plainName.MatchString(prop) {
		return `[itemprop="` + prop + `"]`
	}
	return n.Data
}

// agreed is the commonest answer of the items, when at least a third give it.
func agreed(items []*html.Node, ask func(item *html.Node) string) []string {
	count := map[string]int{}
	best := ""
	for _, item := range items {
		if answer := ask(item); answer != "" {
			if count[answer]++; count[answer] > count[best] {
				best = answer
			}
		}
	}
	if best == "" || 3*count[best] < len(items) {
		return nil
	}
	return []string{best}
}

// words is the innermost element that holds most of the item's text.
func (pr *proposer) words(item *html.Node) *html.Node {
	at := item
	for {
		var most *html.Node
		for c := at.FirstChild; c != nil; c = c.NextSibling {
			if c.Type == html.ElementNode && pr.stats[c].date != c && (most == nil || pr.stats[c].letters > pr.stats[most].letters) {
				most = c
			}
		}
		// Beside the words stand a name, a date, buttons: a third of a short post.
		share := 0.6
		if pr.stats[at].dates > 0 {
			share = 0.4
		}
		if most == nil || float64(pr.stats[most].letters) < share*float64(pr.stats[at].letters) {
			break
		}
		at = most
	}
	if at == item || pr.stats[at].dates > 0 {
		return nil
	}
	for up := at.Parent; len(classes(at)) == 0 && up != item && pr.stats[up].letters == pr.stats[at].letters; up = up.Parent {
		at = up // the one paragraph of this post may be one of several in another
	}
	return at
}

var (
	authorHint = regexp.MustCompile(`(?i)\bby\b|byline|author|user|name|nick|reviewer|poster|creator`)
	ratingHint = regexp.MustCompile(`(?i)rat(?:e|ing)|star|score|mark|grade`)
)

func hints(n *html.Node) string {
	return htmltext.Attr(n, "class") + " " + htmltext.Attr(n, "itemprop") + " " + htmltext.Attr(n, "rel")
}

func (pr *proposer) author(item *html.Node) *html.Node {
	return firstInside(item, func(n *html.Node) bool {
		s := pr.stats[n]
		if s.dates > 0 || s.size > proposeSmall || s.letters == 0 || s.letters > 60 || htmltext.IsHeading(n) || !authorHint.MatchString(hints(n)) {
			return false
		}
		return utf8.RuneCountInString(htmltext.Short(n)) <= 80
	})
}

func (pr *proposer) rating(item *html.Node) *html.Node {
	return firstInside(item, func(n *html.Node) bool {
		if s := pr.stats[n]; s.dates > 0 || s.size > proposeSmall || s.letters > 40 || !ratingHint.MatchString(hints(n)) {
			return false
		}
		return schemaorg.ParseRating(htmltext.Short(n), "") != nil || schemaorg.Stars([]*html.Node{n}, "") != nil
	})
}

// link is the link around the date, or in it; else the title's.
func (pr *proposer) link(item *html.Node) *html.Node {
	isLink := func(n *html.Node) bool { return n.Data == "a" && htmltext.Attr(n, "href") != "" }
	date := pr.stats[item].date
	for n := date; n != nil && n != item; n = n.Parent {
		if isLink(n) {
			return n
		}
	}
	if title := firstInside(item, htmltext.IsHeading); title != nil {
		return firstInside(title, isLink)
	}
	return nil
}

func firstInside(item *html.Node, fits func(*html.Node) bool) *html.Node {
	for n := range item.Descendants() {
		if n.Type == html.ElementNode && fits(n) {
			return n
		}
	}
	return nil
}

// distinctValues reports whether the attribute tells the elements apart.
func distinctValues(list []*html.Node, attr string) bool {
	seen := map[string]bool{}
	for _, n := range list {
		v := htmltext.Attr(n, attr)
		if v == "" || seen[v] {
			return false
		}
		seen[v] = true
	}
	return true
}
