package forum

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/phrases"
)

// Rules of this file: the pages of a discussion on a board no preset knows are
// linked by a word, an arrow or a number. Such a link counts only when its address
// is this discussion's, one page further: "next" below a post often leads to
// another discussion.

// guessPager sets the addresses of the pages before and behind this one.
func (d *document) guessPager(p *pageData) {
	here := pageAddress(d.at)
	var nexts, prevs, numbers []pagerLink
	for _, n := range d.doc.FindMatcher(linkElements).Nodes {
		words := cmp.Or(htmltext.Short(n), htmltext.Attr(n, "aria-label"), htmltext.Attr(n, "title"))
		if words == "" { // an arrow that is a picture
			words = htmltext.Selection(n).Find("img[alt]").AttrOr("alt", "")
		}
		link := d.follow(htmltext.Attr(n, "href"))
		if link == "" || n.Data != "a" {
			continue
		}
		u, err := url.Parse(link)
		if err != nil {
			continue
		}
		to := pagerLink{link: link, at: pageAddress(u), words: words}
		if to.at.words != here.words && oneLess(to.at.words) != here.words && to.at.words != oneLess(here.words) && oneLess(to.at.words) != oneLess(here.words) {
			continue
		}
		if bareNumber.MatchString(words) && len(words) <= 8 {
			numbers = append(numbers, to)
			continue
		}
		if phrases.IsNextPage(words) {
			nexts = append(nexts, to)
		}
		if phrases.IsPrevPage(words) { // which way "newer" leads its address says
			prevs = append(prevs, to)
		}
	}
	if p.Next == "" {
		p.Next = here.pick(slices.Concat(nexts, here.beside(numbers, 1)), numbers, 1)
	}
	if p.Prev == "" {
		p.Prev = here.pick(slices.Concat(prevs, here.beside(numbers, -1)), numbers, -1)
	}
}

// pagerLink is a link that may lead to another page of the discussion.
type pagerLink struct {
	link  string
	at    pagedAddress
	words string
}

// pagedAddress is an address taken apart: two pages of one discussion have the same
// words in it, and the same numbers but for the last.
type pagedAddress struct {
	words   string
	numbers []int
}

var (
	digits   = regexp.MustCompile(`\d+`)
	pageWord = regexp.MustCompile(`(?i)(?:^|[/?&;_.=-])(?:page|pg|p|s|st|start|offset|from|str|стр|стор|paged|pn|pagenumber|page_num)(?:[=/_-]?#|$|[/&;=])`)
)

func pageAddress(u *url.URL) pagedAddress {
	s := u.Path
	if u.RawQuery != "" {
		s += "?" + u.RawQuery
	}
	var a pagedAddress
	for _, d := range digits.FindAllString(s, -1) {
		n, err := strconv.Atoi(d)
		if err != nil {
			n = -1
		}
		a.numbers = append(a.numbers, n)
	}
	a.words = pageWord.ReplaceAllString(digits.ReplaceAllString(s, "#"), "/")
	a.words = strings.Trim(a.words, "/?&;=#-_.")
	return a
}

var lastNumber = regexp.MustCompile(`[/_.-]?#(\.\w+)?$`)

// oneLess is the words of an address without its last number.
func oneLess(words string) string { return lastNumber.ReplaceAllString(words, "$1") }

// step reports whether to is another page of the same discussion: by one number
// more, or with another last number where the page numbers prove that it counts.
func (a pagedAddress) step(to pagedAddress, way int, sure bool) bool {
	x, y := a.numbers, to.numbers
	switch len(y) - len(x) {
	case 1:
		return way > 0 && slices.Equal(x, y[:len(x)]) && (to.words == a.words || oneLess(to.words) == a.words)
	case -1: // or the way up to the list
		return way < 0 && slices.Equal(x[:len(y)], y) && (to.words == a.words || sure && to.words == oneLess(a.words))
	case 0:
		last := len(x) - 1
		return last >= 0 && sure && slices.Equal(x[:last], y[:last]) && (y[last]-x[last])*way > 0
	}
	return false
}

// pick returns the first link that is one step that way.
func (a pagedAddress) pick(links, numbers []pagerLink, way int) string {
	// That the last number of the address is the page's is sure when another link
	// that says a page number differs in nothing else, or lacks it.
	sure := slices.ContainsFunc(numbers, func(l pagerLink) bool {
		x, y := a.numbers, l.at.numbers
		return len(y)+1 == len(x) && slices.Equal(x[:len(y)], y) && bareNumber.FindStringSubmatch(l.words)[1] == "1" ||
			len(y) == len(x) && len(x) > 0 && slices.Equal(x[:len(x)-1], y[:len(y)-1])
	})
	for _, l := range links {
		if a.step(l.at, way, sure) {
			return l.link
		}
	}
	return ""
}

// beside are the links whose words are the number behind or before this page's:
// the page's own number is the one that is no link among them.
func (a pagedAddress) beside(numbers []pagerLink, way int) []pagerLink {
	said := map[int]pagerLink{}
	most := 0
	for _, l := range numbers {
		m := bareNumber.FindStringSubmatch(l.words)
		if n, err := strconv.Atoi(m[1]); err == nil && n > 0 {
			if _, ok := said[n]; !ok {
				said[n] = l
			}
			most = max(most, n)
		}
	}
	own := 0
	for n := 1; n <= min(most+1, 10_000); n++ {
		if _, linked := said[n]; !linked {
			own = n
			break
		}
	}
	if l, ok := said[own+way]; ok && own > 0 {
		return []pagerLink{l}
	}
	return nil
}

// mostSlugs bounds the links of a list that are looked at: a page lists fifty.
const mostSlugs = 1000

// slugThreads finds the threads of a list whose addresses hold no numbers: links
// of many words in rows of one look, each with a date or a count beside it.
func (d *document) slugThreads() []threadRow {
	var order []string
	groups := map[string][]threadRow{}
	seen := map[string]bool{}
	here := addressKey(d.links.Resolve(d.at.String()))
	for _, n := range d.doc.Find("tr a[href], li a[href], article a[href], div a[href]").Nodes {
		title := htmltext.Short(n)
		if len(strings.Fields(title)) < 2 || len(title) > 300 || actionLink.MatchString(htmltext.Attr(n, "href")) {
			continue
		}
		link := d.follow(htmltext.Attr(n, "href"))
		u, err := url.Parse(link)
		key := addressKey(link)
		if link == "" || err != nil || key == here || seen[key] || !slug.MatchString(u.Path) {
			continue
		}
		row := n.Parent
		for row != nil && !mayBePost(row.DataAtom) {
			row = row.Parent
		}
		for up := 0; row != nil && up < 4 && !rowFacts.MatchString(strings.Replace(htmltext.Short(row), title, "", 1)); up++ {
			row = row.Parent
		}
		if row == nil || row.Data == "body" || row.Data == "html" || !rowFacts.MatchString(strings.Replace(htmltext.Short(row), title, "", 1)) {
			continue
		}
		if seen[key] = true; len(seen) > mostSlugs {
			break
		}
		shape := u.Path[:strings.LastIndexByte(strings.TrimSuffix(u.Path, "/"), '/')+1] + " " + partKey(row, false)
		if groups[shape] == nil {
			order = append(order, shape)
		}
		groups[shape] = append(groups[shape], threadRow{Key: key, URL: link})
	}
	var best []threadRow
	for _, shape := range order {
		if len(groups[shape]) > len(best) {
			best = groups[shape]
		}
	}
	return best
}

var (
	slug     = regexp.MustCompile(`/[\p{L}\d]+(?:[-_][\p{L}\d]+)+(?:\.html?|\.php)?/?$`)
	rowFacts = regexp.MustCompile(`\d`)
)
