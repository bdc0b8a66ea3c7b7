package crawlers

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/earshot/earshot/mention"
)

// Rules of this file: an engine no preset knows is read by what all of them have
// in common: blocks of one shape, one after another, each with a number in its
// id, an author, a moment and a text. Which element holds which is settled for
// all blocks of a page together. A block that lacks the author or the moment is
// no post: what is invented here is told to people as real.

// forumUnknown is the name of an engine that was not recognised.
const forumUnknown = "unknown engine"

// generic reads a page no preset knows.
func (d *forumDoc) generic() *forumPage {
	d.clock(&forumPreset{Zone: forumZoneWords})
	p := &forumPage{Engine: forumUnknown}
	p.Topic = d.genericTopic()
	p.Thread = withoutFragment(d.public(d.at.String()))
	if ref := d.doc.Find("link[rel=canonical]").AttrOr("href", ""); ref != "" && d.public(ref) != "" {
		p.Thread = withoutFragment(d.public(ref))
	}
	p.Posts = d.blocks(p)
	if marked := d.marked(); len(marked) > len(p.Posts) {
		p.Posts = marked
	}
	if len(p.Posts) == 0 {
		p.Threads = d.genericThreads()
		return p
	}
	p.Next = d.link(forumNextLinks)
	p.Prev = d.link(forumPrevLinks)
	p.note("the forum's engine is not known: its pages are read by their shape")
	return p
}

var (
	forumNextLinks = mustForumRules("link[rel=next]@href", "a[rel=next]@href", "a.next[href]@href", ".next a[href]@href", ".pagination-next a@href")
	forumPrevLinks = mustForumRules("link[rel=prev]@href", "a[rel=prev]@href", "a.prev[href]@href", ".prev a[href]@href")
)

// forumZoneWords is how boards say their zone at the foot of a page.
var forumZoneWords = mustForumRules(`footer | `+forumZoneSaid, `#footer, .footer, #page-footer, .page-footer | `+forumZoneSaid, `body | `+forumZoneSaid)

const forumZoneSaid = `(?i)(?:times? (?:are|is|zone)|пояс|зона)[^.\n]{0,30}?((?:UTC|GMT)[^.<]{0,14})`

func mustForumRules(texts ...string) forumRules {
	var rules forumRules
	for _, text := range texts {
		r, err := parseForumRule(text)
		if err != nil {
			panic(err)
		}
		rules = append(rules, r)
	}
	return rules
}

func (d *forumDoc) genericTopic() string {
	for _, sel := range []string{"h1", `meta[property="og:title"]`, "title"} {
		el := d.doc.Find(sel).First()
		if v := oneLine(el.AttrOr("content", "") + textOf(el, nil)); v != "" {
			return v
		}
		if sel == "title" {
			return oneLine(el.Text())
		}
	}
	return ""
}

// marked reads what the page says of itself in schema.org's words.
func (d *forumDoc) marked() []mention.Post {
	r := schemaReader{env: d.r.env, base: d.base}
	r.jsonLD(d.doc)
	items := r.items
	r.items = nil
	r.microdata(d.doc)
	page := cleanURL(d.at.String())
	var posts []mention.Post
	for _, p := range nameItems(merge(items, r.items), page, page) {
		if p.URL = d.public(p.URL); p.Rating == nil {
			posts = append(posts, p)
		}
	}
	return posts
}

// forumBlockID is how engines number the element of a post.
var forumBlockID = regexp.MustCompile(`(?i)^(.*?(?:post|msg|message|comment|reply|entry|answer|p|m|c|pid|cid|mid)[-_]?)(\d+)$`)

// forumBlock is what may be one post: an element, or neighbours.
type forumBlock struct {
	forumItem
	anchor string // the id="" or name="" that carries the number
}

// blocks finds the group of post-like blocks of one shape that gives most posts.
func (d *forumDoc) blocks(p *forumPage) []mention.Post {
	groups := map[string][]forumBlock{}
	var order []string
	d.doc.Find("[id], a[name], [data-post-id], [data-comment-id], [data-pid], .h-entry").Each(func(_ int, el *goquery.Selection) {
		shape, b := blockOf(el)
		if b.id == "" || d.unfinished(el, false) {
			return
		}
		b.d, b.rules, b.el = d, &forumPost{}, el
		if _, ok := groups[shape]; !ok {
			order = append(order, shape)
		}
		groups[shape] = append(groups[shape], b)
	})
	var best []mention.Post
	for _, shape := range order {
		if len(groups[shape]) > 500 || len(groups[shape]) < len(best) {
			continue
		}
		// Of groups that hold the same posts the first is the outermost.
		if posts := readBlocks(grow(groups[shape]), p); len(posts) > len(best) {
			best = posts
		}
	}
	return best
}

// blockOf returns what a numbered element has in common with its like.
func blockOf(el *goquery.Selection) (shape string, b forumBlock) {
	n := el.Nodes[0]
	for _, key := range []string{"data-post-id", "data-comment-id", "data-pid"} {
		if v := attr(n, key); v != "" && len(v) <= 40 {
			b.id, b.anchor = v, attr(n, "id")
			return n.Data + "@" + key, b
		}
	}
	b.anchor = attr(n, "id")
	if b.anchor == "" && n.DataAtom == atom.A {
		b.anchor = attr(n, "name")
	}
	if m := forumBlockID.FindStringSubmatch(b.anchor); m != nil {
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
func grow(group []forumBlock) []forumBlock {
	items := map[*html.Node]string{}
	if len(group) > 1 {
		holds := map[*html.Node]int{} // numbered elements inside
		for _, b := range group {
			for n := b.el.Nodes[0]; n != nil; n = n.Parent {
				holds[n]++
			}
		}
		tops := map[*html.Node]bool{}
		for i, b := range group {
			n := b.el.Nodes[0]
			for n.Parent != nil && holds[n.Parent] == holds[b.el.Nodes[0]] {
				n = n.Parent
			}
			group[i].el = selection(n)
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

// readBlocks reads the blocks of one shape that are complete posts.
func readBlocks(group []forumBlock, p *forumPage) []mention.Post {
	parts := partsOf(group)
	author, moment := bestAuthor(group, parts), bestMoment(group, parts)
	if author == nil || moment == nil {
		return nil
	}
	text := bestText(group, parts, author, moment)
	if text == nil {
		return nil
	}
	var posts []mention.Post
	seen := map[string]bool{}
	for i := range group {
		b := &group[i]
		post := mention.Post{ID: b.id, Title: p.Topic, ThreadURL: p.Thread, Author: author[i].value,
			Published: moment[i].at, DateOnly: moment[i].day, Text: text[i].value}
		if seen[b.id] || post.Author == "" || post.Published.IsZero() || post.Text == "" && !text[i].found {
			continue
		}
		seen[b.id] = true
		post.URL = b.guessLink(p)
		if post.URL != "" {
			post.ID = post.URL // the number may count within its thread only
		}
		post.IsReply = len(posts) > 0 || p.Prev != ""
		posts = append(posts, post)
	}
	return posts
}

// forumPart is one element of a block, or what it gave.
type forumPart struct {
	el    *goquery.Selection
	key   string // element name and classes: the same in every block
	value string
	at    time.Time
	day   bool
	found bool
}

// partsOf lists the elements of each block that are its own and in no quote.
func partsOf(group []forumBlock) [][]forumPart {
	all := make([][]forumPart, len(group))
	for i := range group {
		b := &group[i]
		var walk func(n *html.Node)
		walk = func(n *html.Node) {
			if !isElement(n) || invisibleElement(n.DataAtom) || quotes.Match(n) || forumNotOwn(n) || !b.owns(n) || len(all[i]) > 2000 {
				return
			}
			all[i] = append(all[i], forumPart{el: selection(n), key: partKey(n, n == b.el.Nodes[0])})
			for c := n.FirstChild; c != nil; c = c.NextSibling {
				walk(c)
			}
		}
		for _, n := range b.el.Nodes {
			walk(n)
		}
	}
	return all
}

// partKey is what an element has in common with its like in other blocks.
func partKey(n *html.Node, root bool) string {
	if root {
		return n.Data + "@root" // its classes tell the first from the last, the odd from the even
	}
	return n.Data + "." + forumDigits.ReplaceAllString(attr(n, "class")+" "+attr(n, "itemprop")+" "+attr(n, "data-role"), "")
}

// forumNotOwn reports elements that hold what is not the post: signatures,
// quotes, who edited it and when.
func forumNotOwn(n *html.Node) bool {
	for _, word := range strings.Fields(attr(n, "class") + " " + attr(n, "data-role")) {
		if !strings.HasPrefix(word, "js-") && forumForeign.MatchString(word) {
			return true
		}
	}
	return false
}

var (
	forumDigits   = regexp.MustCompile(`\d+|\b(?:odd|even|first|last|alt|bg|row\w*)\b`)
	forumForeign  = regexp.MustCompile(`(?i)(?:^|[-_])sig$|sig-|signature|quot|edited|lastedit|postedit|toolbar|attachment`)
	forumRank     = regexp.MustCompile(`(?i)title|rank|group|_ip|ip$|status|stat|count|role|level|badge`)
	forumNamed    = regexp.MustCompile(`(?i)author|user|poster|nick|member|(?:^|[\s_-])(?:by|name|fn)(?:$|[\s_-])`)
	forumProfile  = regexp.MustCompile(`(?i)profile|member|/users?/|/u/|[?&;]u(?:id)?=\d|author`)
	forumWhen     = regexp.MustCompile(`(?i)date|time|posted|when|ago`)
	forumSays     = regexp.MustCompile(`(?i)content|body|text|message|msg|entry|comment|articlebody`)
	forumBody     = regexp.MustCompile(`(?i)content|body|text`)
	forumSaysNot  = regexp.MustCompile(`(?i)head|foot|meta|info|author|user|profile|date|title|subject|name|control|button|action|tool|stat|rank|nav`)
	forumSince    = regexp.MustCompile(`(?i)joined|registered|member since|edit|регистр|реєстр|изменен|редакт|зарегистр|присъедин`)
	forumNoName   = regexp.MustCompile(`^[\d\s#.,:/-]*$`)
	forumLastWord = regexp.MustCompile(`\s+`)
)

// bestAuthor settles which element names the author.
func bestAuthor(group []forumBlock, parts [][]forumPart) []forumPart {
	return vote(group, parts, func(_ *forumBlock, p forumPart) (forumPart, int) {
		n := p.el.Nodes[0]
		score := 0
		if forumRank.MatchString(attr(n, "class")) {
			return p, 0
		}
		switch class := attr(n, "class"); {
		case attr(n, "data-author")+attr(n, "data-username") != "":
			p.value, score = attr(n, "data-author")+attr(n, "data-username"), 9
		case attr(n, "itemprop") == "name" || attr(n, "itemprop") == "author" || attr(n, "rel") == "author":
			score = 8
		case n.DataAtom == atom.A && forumProfile.MatchString(attr(n, "href")) && forumNamed.MatchString(class):
			score = 7
		case n.DataAtom == atom.A && forumProfile.MatchString(attr(n, "href")):
			score = 6
		case forumNamed.MatchString(class):
			score = 4
		}
		if score > 0 && p.value == "" {
			p.value = textOf(p.el, nil)
		}
		if n := utf8.RuneCountInString(p.value); n < 1 || n > 60 || strings.Contains(p.value, "\n") || forumNoName.MatchString(p.value) ||
			len(forumLastWord.FindAllString(p.value, -1)) > 5 {
			return p, 0
		}
		return p, score
	})
}

// bestMoment settles which element says when.
func bestMoment(group []forumBlock, parts [][]forumPart) []forumPart {
	return vote(group, parts, func(b *forumBlock, p forumPart) (forumPart, int) {
		n := p.el.Nodes[0]
		whole := oneLine(textOf(p.el, nil))
		if forumSince.MatchString(whole) || p.el.Parent().Length() > 0 && n.DataAtom != atom.Time && len(whole) < 12 && forumSince.MatchString(oneLine(textOf(p.el.Parent(), nil))) {
			return p, 0
		}
		for i, key := range []string{"datetime", "data-timestamp", "content", "data-time", "title"} {
			v := attr(n, key)
			if v == "" || !strings.ContainsAny(v, "0123456789") || key == "content" && !forumWhen.MatchString(attr(n, "itemprop")) {
				continue
			}
			if t, day, ok := b.d.parse(v); ok {
				p.at, p.day = t, day
				return p, 10 - i
			}
		}
		if len(whole) < 6 || len(whole) > 60 || !strings.ContainsAny(whole, "0123456789") {
			return p, 0
		}
		t, day, ok := b.d.parse(forumTimeText(p.el))
		if !ok {
			return p, 0
		}
		p.at, p.day = t, day
		score := 2
		if forumWhen.MatchString(attr(n, "class")) {
			score++
		}
		if day {
			score--
		}
		return p, score
	})
}

// vote gives every element a score and returns, for each block, the part of the
// kind that scores best over all blocks; nil when none is in most of them.
func vote(group []forumBlock, parts [][]forumPart, judge func(*forumBlock, forumPart) (forumPart, int)) []forumPart {
	found := map[string][]forumPart{}
	score := map[string]int{}
	blocks := map[string]int{}
	values := map[string]map[string]bool{}
	for i := range group {
		for _, part := range parts[i] {
			part, n := judge(&group[i], part)
			if n == 0 {
				continue
			}
			if found[part.key] == nil {
				found[part.key] = make([]forumPart, len(group))
			}
			if found[part.key][i].found {
				continue
			}
			part.found = true
			found[part.key][i] = part
			score[part.key] += n
			blocks[part.key]++
			if values[part.key] == nil {
				values[part.key] = map[string]bool{}
			}
			values[part.key][part.value+part.at.String()] = true
		}
	}
	best, most := "", 0
	for _, key := range slices.Sorted(maps.Keys(found)) {
		// What is the same in every post is the board's word and not the post's.
		if score[key] *= len(values[key]); blocks[key]*5 >= len(group)*3 && score[key] > most {
			best, most = key, score[key]
		}
	}
	if best == "" {
		return nil
	}
	// A guest's name is no link, and a moment may have another form in a few
	// blocks: what the best kind leaves open the next ones fill.
	chosen := found[best]
	for i := range chosen {
		for _, key := range slices.Sorted(maps.Keys(found)) {
			if !chosen[i].found && found[key][i].found && score[key]*3 >= most {
				chosen[i] = found[key][i]
			}
		}
	}
	fillFromAround(parts, chosen)
	return chosen
}

// fillFromAround gives a block that lacks the part the text of what stands around
// the part in the other blocks: a guest's name is in the same place, unlinked.
func fillFromAround(parts [][]forumPart, chosen []forumPart) {
	key, value := "", false
	for _, c := range chosen {
		if c.found && c.value != "" && c.el.Parent().Length() > 0 {
			key, value = partKey(c.el.Nodes[0].Parent, false), true
			break
		}
	}
	for i := range chosen {
		for _, p := range parts[i] {
			if chosen[i].found || !value || p.key != key {
				continue
			}
			p.value = textOf(p.el, nil)
			if n := utf8.RuneCountInString(p.value); n > 0 && n <= 60 && !strings.Contains(p.value, "\n") {
				p.found = true
				chosen[i] = p
			}
		}
	}
}

// bestText settles which element holds the text: the one with the most words of
// its own that is neither around the author nor around the moment. Words that
// stand in most blocks are the board's.
func bestText(group []forumBlock, parts [][]forumPart, author, moment []forumPart) []forumPart {
	common := commonLines(group)
	found := map[string][]forumPart{}
	length, blocks, depth := map[string]int{}, map[string]int{}, map[string]int{}
	for i := range group {
		for at, part := range parts[i] {
			n := part.el.Nodes[0]
			if around(n, author[i]) || around(n, moment[i]) || forumWithin(n, author[i]) || forumWithin(n, moment[i]) || notText(part.key) {
				continue
			}
			if found[part.key] == nil {
				found[part.key] = make([]forumPart, len(group))
			}
			if found[part.key][i].found {
				continue
			}
			part.value = forumRawQuote.ReplaceAllString(textOf(part.el, forumSkip{root: n, items: group[i].items, quotes: true, also: forumNotOwn}), "")
			if part.value == author[i].value {
				continue
			}
			part.found = true
			found[part.key][i] = part
			blocks[part.key]++
			depth[part.key] += at
			for _, line := range strings.Split(part.value, "\n") {
				if !common[line] {
					length[part.key] += len(line)
				}
			}
		}
	}
	best := ""
	weight := func(key string) int {
		if forumSays.MatchString(key) {
			return 3 * length[key]
		}
		return length[key]
	}
	for _, key := range slices.Sorted(maps.Keys(found)) {
		if blocks[key]*5 < len(group)*4 || length[key] == 0 {
			continue
		}
		// Of two that hold much the same the inner one.
		if best == "" || weight(key)*10 > weight(best)*11 || weight(key)*11 >= weight(best)*10 && depth[key]*blocks[best] > depth[best]*blocks[key] {
			best = key
		}
	}
	if best == "" {
		return nil
	}
	return found[best]
}

// commonLines are the lines that stand in more than half of the blocks.
func commonLines(group []forumBlock) map[string]bool {
	times := map[string]int{}
	for i := range group {
		seen := map[string]bool{}
		for _, line := range strings.Split(textOf(group[i].el, nil), "\n") {
			if !seen[line] {
				seen[line] = true
				times[line]++
			}
		}
	}
	common := map[string]bool{}
	for line, n := range times {
		common[line] = len(group) > 2 && n*2 > len(group)
	}
	return common
}

// around reports whether n is the part's element or stands around it.
func around(n *html.Node, part forumPart) bool {
	if !part.found {
		return false
	}
	for x := part.el.Nodes[0]; x != nil; x = x.Parent {
		if x == n {
			return true
		}
	}
	return false
}

// forumWithin reports whether n is inside of the part's element, when that is small:
// a whole post may carry the author in an attribute.
func forumWithin(n *html.Node, part forumPart) bool {
	if !part.found || strings.HasSuffix(part.key, "@root") || part.el.Children().Length() > 3 {
		return false
	}
	for n = n.Parent; n != nil; n = n.Parent {
		if n == part.el.Nodes[0] {
			return true
		}
	}
	return false
}

// notText reports kinds of elements that are called something else than a text.
func notText(key string) bool {
	return forumSaysNot.MatchString(key) && !forumBody.MatchString(key)
}

// forumInside reports whether an element m matches lies between n and top.
func forumInside(n, top *html.Node, m cascadia.Selector) bool {
	for n = n.Parent; n != nil && n != top; n = n.Parent {
		if m.Match(n) {
			return true
		}
	}
	return false
}

// guessLink finds the post's own link: one that names its id.
func (it *forumBlock) guessLink(p *forumPage) string {
	if strings.HasPrefix(it.id, "http") || strings.HasPrefix(it.id, "/") {
		return it.d.public(it.id)
	}
	whole := regexp.MustCompile(`(?:^|\D)` + regexp.QuoteMeta(it.id) + `(?:\D|$)`)
	els := it.el.Find("a[href]")
	for i, n := range els.Nodes {
		href := els.Eq(i).AttrOr("href", "")
		before, fragment, _ := strings.Cut(href, "#")
		if before != "" && it.owns(n) && !forumInside(n, it.el.Nodes[0], quotes) && fragment != "" && whole.MatchString(fragment) {
			return it.d.public(href)
		}
	}
	for i, n := range els.Nodes {
		href := els.Eq(i).AttrOr("href", "")
		if it.owns(n) && !forumInside(n, it.el.Nodes[0], quotes) && whole.MatchString(href) && forumPostLink.MatchString(href) && !forumDoLink.MatchString(href) {
			return it.d.public(href)
		}
	}
	anchor := it.anchor
	if anchor == "" {
		anchor = it.id
	}
	return it.d.public(p.Thread + "#" + anchor)
}

var (
	forumPostLink   = regexp.MustCompile(`(?i)post|msg|message|comment|reply|pid|permalink|/p/|#`)
	forumDoLink     = regexp.MustCompile(`(?i)report|quote|delete|edit|reply(?:to)?=|action=|login|vote|like`)
	forumThreadLink = regexp.MustCompile(`(?i)(?:topic|thread|discussion|viewtopic|showthread|/t/|/d/)[^?#]*[/=._-]\d+|[?&;](?:t|tid|topic)=\d+`)
)

// genericThreads finds the threads of a list no preset knows: links of the site
// that look like threads. What changed in them is not known.
func (d *forumDoc) genericThreads() []forumRow {
	var rows []forumRow
	seen := map[string]bool{}
	d.doc.Find("a[href]").Each(func(_ int, a *goquery.Selection) {
		href := a.AttrOr("href", "")
		title := oneLine(textOf(a, nil))
		if !forumThreadLink.MatchString(href) || forumDoLink.MatchString(href) || utf8.RuneCountInString(title) < 5 {
			return
		}
		link := d.follow(href)
		if key := addressKey(link); link != "" && !seen[key] {
			seen[key] = true
			rows = append(rows, forumRow{Key: key, URL: link, Title: title})
		}
	})
	if len(rows) < 3 { // a page with one or two such links is no list of threads
		return nil
	}
	return rows
}
