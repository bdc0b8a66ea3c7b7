package forum

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/phrases"
	"github.com/earshot/earshot/mention"
)

// Rules of this file: boards that number nothing are read by their shape alone:
// neighbours of one look, each with a person, a moment and words of its own. Lists
// of threads and of news look alike, but their words are links to elsewhere.

// mostShapes bounds how many groups of neighbours are tried, the largest first.
const mostShapes = 20

// shapes finds the posts of a page whose blocks carry no number, and where they begin.
func (d *document) shapes(p *pageData) ([]mention.Post, *html.Node) {
	var groups [][]*html.Node
	for n := range d.doc.Nodes[0].Descendants() {
		if isElement(n) && !htmltext.InvisibleElement(n.DataAtom) {
			groups = append(groups, neighbours(n)...)
		}
	}
	slices.SortStableFunc(groups, func(a, b []*html.Node) int { return len(b) - len(a) })
	best, first := d.rowsAlike(groups, false, p)
	if len(best) == 0 { // who and when may stand in one row, and the words in the next
		return d.rowsAlike(inPairs(groups), true, p)
	}
	return best, first
}

// rowsAlike reads the group of neighbours that gives most posts.
func (d *document) rowsAlike(groups [][]*html.Node, pairs bool, p *pageData) (best []mention.Post, first *html.Node) {
	for _, nodes := range groups[:min(len(groups), mostShapes)] {
		if len(nodes) > 500 || len(nodes) < len(best) {
			continue
		}
		var group []postBlock
		for i, n := range nodes {
			el := htmltext.Selection(n)
			if d.unfinished(el, false) {
				continue
			}
			group = append(group, postBlock{postItem: postItem{d: d, rules: &postRules{}, el: el, id: "row " + strconv.Itoa(i)}, nameless: true, pair: pairs})
		}
		if posts := readBlocks(grow(group), p); len(posts) > len(best) {
			best, first = posts, nodes[0]
		}
	}
	return best, first
}

// inPairs are the rows of tables two by two, below a head that is marked as one. Whose words stand in the row
// between two names nobody can tell unless the rows come out even.
func inPairs(groups [][]*html.Node) (pairs [][]*html.Node) {
	for _, nodes := range groups {
		if nodes[0].DataAtom != atom.Tr {
			continue
		}
		if htmltext.Selection(nodes[0]).Find("th").Length() > 0 {
			nodes = nodes[1:]
		}
		if len(nodes) < 4 || len(nodes)%2 != 0 {
			continue
		}
		var firsts []*html.Node
		for i := 0; i < len(nodes); i += 2 {
			firsts = append(firsts, nodes[i])
		}
		pairs = append(pairs, firsts)
	}
	return pairs
}

// inFirstRow reports parts that stand in the first row of their blocks.
func inFirstRow(group []postBlock, parts []blockPart) bool {
	for i := range group {
		if parts[i].found && !htmltext.Within(parts[i].el.Nodes[0], group[i].el.Nodes[0]) {
			return false
		}
	}
	return true
}

// titled reports rows in pairs of which most begin with a title: a link of several letters to another page that is
// nobody's. They list threads or news, and what stands below each is what it is about.
func titled(group []postBlock) bool {
	titles := 0
	for i := range group {
		b := &group[i]
		here := addressKey(b.d.at.String())
		for _, n := range b.el.First().Find("a[href]").Nodes {
			href, words := htmltext.Attr(n, "href"), htmltext.Short(n)
			if utf8.RuneCountInString(words) > 3 && !noName.MatchString(words) && !strings.HasPrefix(href, "#") && !isProfile(href) &&
				!actionLink.MatchString(href) && !phrases.IsAction(words) && addressKey(b.d.follow(href)) != here {
				titles++
				break
			}
		}
	}
	return titles*2 > len(group)
}

// listed reports rows of which most have their words beside a title, a link to another page of the site, and the person
// in a cell behind, in a table or, where nothing is one, behind a number: what a list says of its threads or boards, and
// who wrote there last. Outside of tables a headline is a card's: complaints have their votes and authors below.
func listed(group []postBlock, author, text []blockPart) bool {
	titles := map[string]bool{}
	for i := range group {
		b := &group[i]
		row := b.el.Nodes[0]
		if !author[i].found || !text[i].found {
			continue
		}
		said, who := cellOf(text[i].el.Nodes[0], row), cellOf(author[i].el.Nodes[0], row)
		if said == nil || who == nil || !behind(said, who, row.DataAtom != atom.Tr) {
			continue
		}
		if title := b.titleIn(said, row.DataAtom == atom.Tr); title != "" {
			titles[title] = true
		}
	}
	return len(titles)*2 > len(group)
}

// titleIn is the link to another page of the site that begins the cell; outside of tables none that is a headline.
func (it *postBlock) titleIn(cell *html.Node, table bool) string {
	here, begins := addressKey(it.d.at.String()), htmltext.Short(cell)
	for _, n := range htmltext.Selection(cell).Find("a[href]").Nodes {
		href, words := htmltext.Attr(n, "href"), htmltext.Short(n)
		if !strings.HasPrefix(begins, words) || noName.MatchString(words) || !table && headed(n, cell) {
			continue
		}
		link := it.d.follow(href)
		if link != "" && addressKey(link) != here && !isProfile(href) && !actionLink.MatchString(href) && !phrases.IsAction(words) {
			return words
		}
	}
	return ""
}

// headed reports a link that is a headline, or in one, inside of the cell.
func headed(n, cell *html.Node) bool {
	for ; n != nil && n != cell.Parent; n = n.Parent {
		if htmltext.IsHeading(n) {
			return true
		}
	}
	return false
}

// cellOf is the part of a row that n stands in, or is; nil where n is elsewhere.
func cellOf(n, row *html.Node) *html.Node {
	for n != nil && n.Parent != row {
		n = n.Parent
	}
	return n
}

// behind reports whether b is a neighbour behind a, and whether a number stands between them, where one must.
func behind(a, b *html.Node, counted bool) bool {
	for n := a.NextSibling; n != nil; n = n.NextSibling {
		if n == b {
			return !counted
		}
		if words := htmltext.Short(n); isElement(n) && words != "" && noName.MatchString(words) {
			counted = false
		}
	}
	return false
}

// neighbours are the children of n by their look, where two or more share one.
func neighbours(n *html.Node) [][]*html.Node {
	var order []string
	alike := map[string][]*html.Node{}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if !isElement(c) || !mayBePost(c.DataAtom) {
			continue
		}
		key := partKey(c, false)
		if alike[key] == nil {
			order = append(order, key)
		}
		alike[key] = append(alike[key], c)
	}
	var groups [][]*html.Node
	for _, key := range order {
		if len(alike[key]) > 1 {
			groups = append(groups, alike[key])
		}
	}
	return groups
}

func mayBePost(a atom.Atom) bool {
	switch a {
	case atom.Div, atom.Article, atom.Section, atom.Li, atom.Tr, atom.Table, atom.Tbody, atom.Dl, atom.Dt, atom.Fieldset, atom.P:
		return true
	}
	return false
}

// leadingName scores an element that may name the author by nothing but its place:
// it holds one of the first words of its block and nothing else.
func leadingName(b *postBlock, n *html.Node, value string) int {
	const longest, mostSpaces = 30, 2
	if len(value) == 0 || utf8.RuneCountInString(value) > longest || strings.Count(value, " ") > mostSpaces || strings.ContainsAny(value, ".!?:;\n") {
		return 0
	}
	if b.dated(value) || membership.MatchString(value) {
		return 0
	}
	if !slices.ContainsFunc(b.leads(), func(t *html.Node) bool {
		return strings.TrimSpace(t.Data) == value && htmltext.Within(t, n) && !b.inTitle(t)
	}) {
		return 0
	}
	switch n.DataAtom {
	case atom.B, atom.Strong, atom.A, atom.H3, atom.H4, atom.H5, atom.Dt:
		return 2
	}
	return 1
}

// dated reports a date, or a part of one: the name of a month.
func (it *postBlock) dated(value string) bool {
	_, _, whole := it.d.parse(value)
	_, _, month := it.d.parse("1 " + value + " 2020")
	return whole || month
}

// leadsIn reports an element that holds one of the first texts of the block. What holds none need not be read.
func (it *postBlock) leadsIn(n *html.Node) bool {
	return slices.ContainsFunc(it.leads(), func(t *html.Node) bool { return htmltext.Within(t, n) })
}

// leads are the first texts of the block.
func (it *postBlock) leads() []*html.Node {
	if it.leading != nil {
		return it.leading
	}
	const few, near = 3, 200
	it.leading = []*html.Node{}
	seen := 0
	for _, top := range it.el.Nodes {
		for c := range top.Descendants() {
			if seen++; seen > near || len(it.leading) >= few {
				return it.leading
			}
			if c.Type == html.TextNode && strings.TrimSpace(c.Data) != "" {
				it.leading = append(it.leading, c)
			}
		}
	}
	return it.leading
}

// inTitle reports what stands in a link to another page of the site that is no person's. A guest's name leads to
// his own site, or to his address.
func (it *postBlock) inTitle(n *html.Node) bool {
	for n != nil && n.DataAtom != atom.A {
		n = n.Parent
	}
	if n == nil || isProfile(htmltext.Attr(n, "href")) {
		return false
	}
	link := it.d.follow(htmltext.Attr(n, "href"))
	return link != "" && addressKey(link) != addressKey(it.d.at.String())
}

// inForeignLink reports what stands in a link that leads to no person's page.
func inForeignLink(n *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n.DataAtom == atom.A {
			href := htmltext.Attr(n, "href")
			return href != "" && !isProfile(href)
		}
	}
	return false
}

// mostlyCounts reports texts without a letter: numbers of answers in a list.
func mostlyCounts(texts []blockPart) bool {
	counts, all := 0, 0
	for _, t := range texts {
		if t.found && t.value != "" {
			all++
			if noName.MatchString(t.value) {
				counts++
			}
		}
	}
	return counts*2 > all
}

// mostlyLinks reports texts that are links to elsewhere: titles of a list.
func mostlyLinks(texts []blockPart) bool {
	linked, all := 0, 0
	for _, t := range texts {
		if !t.found || t.value == "" {
			continue
		}
		all++
		words := 0
		t.el.Find("a[href]").Each(func(_ int, a *goquery.Selection) { words += len(htmltext.Short(a.Nodes[0])) })
		if words*10 >= len(t.value)*8 || inForeignLink(t.el.Nodes[0]) {
			linked++
		}
	}
	return linked*2 > all
}
