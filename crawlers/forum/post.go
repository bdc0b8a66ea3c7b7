package forum

import (
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/phrases"
	words "github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// postItem is one post's element on a page.
type postItem struct {
	d     *document
	rules *postRules
	el    *goquery.Selection
	id    string
	items map[*html.Node]string // every post's element and its id: a nested one owns what is in it
}

// posts reads the posts that one set of rules finds.
func (d *document) posts(preset *enginePreset, rules *postRules, p *pageData) {
	items := map[*html.Node]string{}
	var list []postItem
	seen := map[string]bool{}
	own := rules.Own.first(d.root)
	rules.Item.in(d.root).Each(func(_ int, el *goquery.Selection) {
		if rules.Skip.matches(el) {
			return
		}
		id := rules.ID.first(el)
		if id == "" || seen[id] || own != "" && id != own || d.unfinished(el, rules.WithNext) {
			return
		}
		seen[id] = true
		items[el.Nodes[0]] = id
		if rules.WithNext {
			el = el.AddSelection(el.Next())
		}
		list = append(list, postItem{d: d, rules: rules, el: el, id: id})
	})
	for i := range list {
		list[i].items = items
		post, ok := list[i].post(preset, p)
		if ok {
			p.Posts = append(p.Posts, post)
		}
	}
}

// unfinished reports an element that a cut off page ends in.
func (d *document) unfinished(el *goquery.Selection, withNext bool) bool {
	if d.spine == nil || d.spine[el.Nodes[0]] || !withNext {
		return d.spine[el.Nodes[0]]
	}
	next := el.Next()
	return next.Length() == 0 || d.spine[next.Nodes[0]]
}

// post reads one post. ok is false for an element that is none after all.
func (it *postItem) post(preset *enginePreset, p *pageData) (mention.Post, bool) {
	rules := it.rules
	text := it.element(rules.Text)
	prefix := rules.Prefix
	if rules.Local {
		prefix = threadNumber(p.Thread) + "/"
	}
	post := mention.Post{
		ID:        prefix + it.id,
		Kind:      rules.Kind,
		ThreadURL: p.Thread,
		Author:    it.first(rules.Author),
		AuthorURL: it.d.own(it.first(rules.AuthorURL)),
		FreeName:  preset.Free,
		Title:     p.Topic,
	}
	if post.Author == "" && (text == nil || text.Nodes[0] == it.el.Nodes[0]) { // all of an element, and nobody's
		return post, false
	}
	post.Published, post.DateOnly = it.moment(rules.Time)
	if text != nil {
		post.Text = it.words(text, post)
	}
	if post.Title == "" {
		post.Title = replyMark.ReplaceAllString(it.first(rules.Title), "")
	}
	post.Edited, _ = it.moment(rules.Edited)
	if !post.Edited.After(post.Published) {
		post.Edited = time.Time{}
	}
	post.URL = it.permalink(p)
	if to := it.answered(); to != "" && to != it.id && to != "0" {
		post.ReplyTo = prefix + to
	} else if text != nil && !rules.Quotes {
		post.ReplyTo = it.quoted(text, p.Posts)
	}
	post.Rating = it.rating()
	post.IsReply = it.reply(len(p.Posts) > 0, preset, p)
	return post, true
}

var replyMark = regexp.MustCompile(`(?i)^\s*(?:ha|` + phrases.Pattern(phrases.ReplyMark) + `)\s*(?:\[\d+\])?\s*:\s*`)

// owns reports whether n belongs to this post and not to one nested in it.
func (it *postItem) owns(n *html.Node) bool {
	for ; n != nil && n != it.el.Nodes[0]; n = n.Parent {
		if it.items[n] != "" {
			return false
		}
	}
	return true
}

func (it *postItem) first(rules ruleList) string {
	for _, r := range rules {
		els := r.elements(it.el)
		for i, n := range els.Nodes {
			if !it.owns(n) {
				continue
			}
			if v := r.value(els.Eq(i)); v != "" {
				return v
			}
		}
	}
	return ""
}

func (it *postItem) element(rules ruleList) *goquery.Selection {
	for _, r := range rules {
		els := r.elements(it.el)
		for i, n := range els.Nodes {
			if it.owns(n) {
				return els.Eq(i)
			}
		}
	}
	return nil
}

// answered is the id of the post this one answers: what the page says, or the
// post it is nested in.
func (it *postItem) answered() string {
	if to := it.first(it.rules.ReplyTo); to != "" {
		return to
	}
	for n := it.el.Nodes[0].Parent; n != nil; n = n.Parent {
		if id := it.items[n]; id != "" {
			return id
		}
	}
	return ""
}

const (
	quotedLetters = 20   // from which words tell posts apart
	quotedMost    = 200  // letters of a quote that are looked for
	quotedBack    = 50   // posts before this one that are looked at,
	quotedWithin  = 8000 // and so many bytes of each
)

// quoted is the id of the post before this one whose words it quotes first; empty where that is not on the page. Many boards write
// no more than a name over a quote.
func (it *postItem) quoted(text *goquery.Selection, before []mention.Post) string {
	if len(before) == 0 {
		return ""
	}
	inside := text.Find("*")
	at := slices.IndexFunc(inside.Nodes, func(n *html.Node) bool { return it.owns(n) && htmltext.IsQuote(n) })
	if at < 0 {
		return ""
	}
	quote := inside.Eq(at)
	said := htmltext.Text(quote, func(n *html.Node) bool {
		return n != quote.Nodes[0] && (htmltext.IsQuote(n) || htmltext.IsQuoteHead(n) || n.DataAtom == atom.Cite)
	})
	_, below, _ := strings.Cut(said, "\n") // the first line may be the name
	before = before[max(0, len(before)-quotedBack):]
	texts := make([]string, len(before)) // in letters, made when they are asked for
	for _, said := range []string{said, below} {
		letters := []rune(words.Letters(said))
		if len(letters) < quotedLetters {
			continue
		}
		is := string(letters[:min(len(letters), quotedMost)])
		for i := len(before) - 1; i >= 0; i-- {
			if texts[i] == "" {
				texts[i] = words.Letters(words.Clip(before[i].Text, quotedWithin))
			}
			if strings.Contains(texts[i], is) {
				return before[i].ID
			}
		}
	}
	return ""
}

// words is the author's text: no quotes, no signature, nothing the preset drops.
func (it *postItem) words(text *goquery.Selection, post mention.Post) string {
	skip := textFilter{root: text.Nodes[0], drop: &it.rules.Drop, items: it.items, quotes: !it.rules.Quotes}
	if text.Nodes[0] == it.el.Nodes[0] {
		skip.also = it.heads(post)
	}
	return ownWords(text, skip)
}

// heads reports the elements of a post without a text of its own that say who wrote it, and when. Another date
// is of what the post is about, and its words are the author's.
func (it *postItem) heads(post mention.Post) func(*html.Node) bool {
	return func(n *html.Node) bool {
		class := htmltext.Attr(n, "class")
		switch {
		case authorClass.MatchString(class):
			return htmltext.Short(n) == post.Author
		case timeClass.MatchString(class) || n.DataAtom == atom.Time:
			at, _, ok := it.d.parse(htmltext.Short(n))
			return ok && at.Equal(post.Published)
		}
		return false
	}
}

// ownWords is the text without what is not the author's. A text that is nothing
// without its quotes keeps them.
func ownWords(text *goquery.Selection, skip textFilter) string {
	own := withoutSignature(dropRawQuotes(htmltext.Text(text, skip.skips)))
	if own == "" && skip.quotes {
		skip.quotes = false
		return ownWords(text, skip)
	}
	return own
}

// signatureLine is how boards draw the line above a signature.
var signatureLine = regexp.MustCompile(`(?m)^_{8,}$`)

// withoutSignature cuts the text at the last such line when little follows.
func withoutSignature(text string) string {
	const mostLines, mostBytes = 6, 600
	found := signatureLine.FindAllStringIndex(text, -1)
	if len(found) == 0 {
		return text
	}
	at := found[len(found)-1]
	if rest := text[at[1]:]; len(rest) > mostBytes || strings.Count(rest, "\n") > mostLines {
		return text
	}
	if own := strings.TrimRight(text[:at[0]], "\n "); own != "" {
		return own
	}
	return text
}

// rawQuote is where a quote begins or ends that a board left in its own markup.
var rawQuote = regexp.MustCompile(`(?i)\[quote[^\]]*\]|\[/quote\]\s*`)

// dropRawQuotes takes such quotes out, each with those inside of it, and leaves what the
// author wrote between them. One that never ends is left.
func dropRawQuotes(text string) string {
	var b strings.Builder
	at, open, end, depth := 0, 0, 0, 0
	for _, m := range rawQuote.FindAllStringIndex(text, -1) {
		switch {
		case text[m[0]+1] != '/':
			if depth++; depth == 1 {
				open = m[0]
			}
		case depth > 0:
			if depth, end = depth-1, m[1]; depth == 0 {
				b.WriteString(text[at:open])
				at = end
			}
		}
	}
	if depth > 0 && end > open { // one of those inside is without an end
		b.WriteString(text[at:open])
		at = end
	}
	return b.String() + text[at:]
}

// textFilter says which elements inside of a post's text are not the author's.
type textFilter struct {
	root   *html.Node // the text itself, which may look like a quote: vBulletin's does
	drop   *selector
	items  map[*html.Node]string
	quotes bool
	also   func(*html.Node) bool // left out besides; may be nil
}

func (s textFilter) skips(n *html.Node) bool {
	if n == s.root {
		return false
	}
	if s.items[n] != "" || htmltext.IsSignature(n) || s.drop != nil && s.drop.m != nil && s.drop.m.Match(n) {
		return true
	}
	if s.also != nil && s.also(n) || htmltext.IsControl(n) {
		return true
	}
	return s.quotes && (htmltext.IsQuote(n) || htmltext.IsQuoteHead(n))
}

// permalink is the post's own link, cleaned, or one built from its id when the
// link is missing or names a page: pages move.
func (it *postItem) permalink(p *pageData) string {
	rules := it.rules
	link := it.d.public(it.first(rules.Link))
	if link != "" && (rules.Paged == nil || !rules.Paged.MatchString(link)) && !it.anothers(link) {
		return link
	}
	if rules.Permalink == "" {
		return link
	}
	dir := *it.d.base
	dir.RawQuery, dir.Fragment, dir.RawFragment = "", "", ""
	dir.RawPath = ""
	dir.Path = dir.Path[:strings.LastIndexByte(dir.Path, '/')+1]
	root := dir
	root.Path = "/"
	thread := p.Thread
	return it.d.public(strings.NewReplacer(
		"{dir}", dir.String(), "{root}", root.String(), "{id}", it.id, "{thread}", thread,
		"{thread_id}", threadNumber(thread),
	).Replace(rules.Permalink))
}

// anothers reports a link that is made as this post's would be, with another number: the author led to
// what somebody else wrote.
func (it *postItem) anothers(link string) bool {
	_, form, _ := strings.Cut(it.rules.Permalink, "#")
	before, ok := strings.CutSuffix(form, "{id}")
	_, fragment, _ := strings.Cut(link, "#")
	number, same := strings.CutPrefix(fragment, before)
	_, err := strconv.Atoi(number)
	return ok && before != "" && same && err == nil && number != it.id
}

var threadNumberInLink = regexp.MustCompile(`[?&;](?:tid|t|id|topic)=(\d+)|/t/(?:[^/]+/)?(\d+)`)

// threadNumber is the thread's number in its address.
func threadNumber(thread string) string {
	if m := threadNumberInLink.FindStringSubmatch(thread); m != nil {
		return m[1] + m[2]
	}
	return ""
}

// reply reports whether the post answers the thread's opening one.
func (it *postItem) reply(before bool, preset *enginePreset, p *pageData) bool {
	switch {
	case it.rules.Opening:
		return false
	case it.rules.Answer:
		return true
	}
	if n, err := strconv.Atoi(it.first(it.rules.Number)); err == nil {
		return n != 1
	}
	if n, err := strconv.Atoi(it.first(it.rules.AnswerNo)); err == nil {
		return n != 0
	}
	here := it.d.public(it.d.at.String())
	return before || p.Prev != "" || !sameAddress(preset.stripPage(here), here)
}

// rating reads stars, of 5 unless the page says otherwise.
func (it *postItem) rating() *mention.Rating {
	number := func(rules ruleList) float64 {
		f, err := strconv.ParseFloat(strings.ReplaceAll(it.first(rules), ",", "."), 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return 0
		}
		return f
	}
	value, best := number(it.rules.Rating), number(it.rules.Best)
	if best <= 0 {
		best = 5
	}
	if value <= 0 || value > best {
		return nil
	}
	return &mention.Rating{Value: value, Best: best}
}
