package feed

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/mmcdole/gofeed"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/mention"
)

// Rules of this file: what software puts under every entry is not the author's
// word. It is told by where it leads (to the entry itself) and by standing alike,
// but for numbers, names and titles, at the end of most entries. Counters among it
// would make the same post another one at each poll.

const (
	maxTailLines = 4   // "Article URL", "Comments URL", "Points", "# Comments"
	maxTailWords = 12  // "Continue reading TITLE at SITE"
	maxTail      = 300 // bytes of all that
	minTails     = 3   // entries that must end alike, beside being most of them
	tailSample   = 12  // entries that are asked
)

// tails are the ends most entries of a feed share, normalised.
type tails map[string]bool

// learnTails finds the ends of this feed.
func (r *reader) learnTails() {
	if len(r.feed.Items) < minTails {
		return
	}
	r.read = make(map[*gofeed.Item]string, tailSample)
	count := map[string]int{}
	asked := 0
	for _, item := range r.feed.Items[:min(len(r.feed.Items), tailSample)] {
		p := mention.Post{Author: r.author(item), Title: htmltext.Line(item.Title), URL: r.link(item)}
		r.thread(item, &p)
		r.words(item, &p) // r.tails is empty yet
		if p.Text == "" {
			continue
		}
		asked++
		for _, t := range tailsOf(p.Text, &p, r.isTalk(&p)) {
			count[t.key]++
		}
	}
	found := tails{}
	for key, n := range count {
		if n >= minTails && 2*n > asked {
			found[key] = true
		}
	}
	if len(found) > 0 {
		r.tails = found
	}
}

// tail is one end of a text: what it says, and the text before it.
type tail struct{ key, before string }

// tailsOf lists the ends a text may share with others, the longest first. In a talk
// they are whole lines: people say the same things.
func tailsOf(text string, p *mention.Post, talk bool) []tail {
	var list []tail
	take := func(kind, end, before string) {
		const letters = 3 // less says nothing: a number, a mark
		if len(end) > maxTail || strings.TrimSpace(before) == "" {
			return // something is left
		}
		if key := alike(end, p); utf8.RuneCountInString(key)-strings.Count(key, "0")-strings.Count(key, "\n") >= letters {
			list = append(list, tail{kind + key, before})
		}
	}
	lines := strings.Split(text, "\n")
	for k := min(maxTailLines, len(lines)-1); k > 0; k-- {
		before := lines[:len(lines)-k]
		take(strconv.Itoa(k)+"\n", strings.Join(lines[len(lines)-k:], "\n"), strings.Join(before, "\n"))
	}
	if talk {
		return list
	}
	last := lines[len(lines)-1]
	head := strings.Join(lines[:len(lines)-1], "\n")
	end := len(last)
	var ends []int
	for n := 1; n <= maxTailWords; n++ {
		i := strings.LastIndexByte(strings.TrimRight(last[:end], " "), ' ')
		if i < 0 {
			break
		}
		end = i
		if endsSentence(strings.TrimRight(last[:i], " ")) {
			ends = append(ends, i)
		}
	}
	for _, i := range slices.Backward(ends) {
		take("w", last[i+1:], strings.TrimLeft(head+"\n"+strings.TrimRight(last[:i], " "), "\n"))
	}
	return list
}

func endsSentence(s string) bool {
	return strings.HasSuffix(s, ".") || strings.HasSuffix(s, "…") || strings.HasSuffix(s, "!") || strings.HasSuffix(s, "?") || strings.HasSuffix(s, "]")
}

// alike is an end without what differs from entry to entry.
func alike(s string, p *mention.Post) string {
	for _, own := range []string{p.Title, p.Author} {
		if len(own) > 2 {
			s = strings.ReplaceAll(s, own, "\x01")
		}
	}
	var b strings.Builder
	digit := false
	for _, c := range strings.ToLower(s) {
		switch {
		case unicode.IsDigit(c):
			if !digit {
				b.WriteByte('0')
			}
			digit = true
			continue
		case unicode.IsLetter(c), c == '\n', c == '\x01':
			b.WriteRune(c)
		}
		digit = false
	}
	return b.String()
}

// off takes the shared ends off a text.
func (t tails) off(text string, p *mention.Post, talk bool) string {
	if len(t) == 0 || text == "" {
		return text
	}
	for _, end := range tailsOf(text, p, talk) {
		if t[end.key] {
			return end.before
		}
	}
	return text
}

// ownLinks are the addresses that lead to the entry itself, and to its feed's page.
type ownLinks struct {
	base        *url.URL
	entry, page map[string]bool
}

func (r *reader) ownLinks(item *gofeed.Item, p *mention.Post) ownLinks {
	own := ownLinks{base: r.base, entry: map[string]bool{}, page: map[string]bool{}}
	for _, l := range []string{p.URL, poll.Resolve(r.base, item.Link), poll.CleanURL(item.GUID)} {
		if l != "" {
			own.entry[bareLink(l)] = true
		}
	}
	if u, err := url.Parse(r.page); err == nil {
		own.page[bareLink(r.page)] = true
		own.page[bareLink(u.Scheme+"://"+u.Host+"/")] = true
	}
	return own
}

// bareLink is an address without its fragment and the slash at its end.
func bareLink(l string) string {
	return strings.TrimSuffix(poll.WithoutFragment(l), "/")
}

var (
	anchor   = regexp.MustCompile(`(?is)<a\s[^<>]*?href\s*=\s*["']?([^"'\s<>]+)["']?[^<>]*>(.*?)</a\s*>`)
	counting = regexp.MustCompile(`^[\p{L}#.:\s]{0,30}\d[\d\s.,]*[\p{L}\s]{0,24}(?:[-–—·|,;/•()\s]+[\p{L}#.:\s]{0,30}\d[\d\s.,]*[\p{L}\s]{0,24})*$`)
)

// trimEnd takes white space and the tags of a kind off the end.
func trimEnd(s string, mark func(string) int) string {
	for {
		s = strings.TrimRight(s, " \t\n\f\r")
		n := mark(s)
		if n == 0 {
			return s
		}
		s = s[:len(s)-n]
	}
}

// endMark is the length of a blank or a line that s ends with.
func endMark(s string) int {
	for _, blank := range []string{"&nbsp;", "&#160;"} {
		if hasSuffixFold(s, blank) {
			return len(blank)
		}
	}
	tag := lastTag(s)
	name := strings.TrimSuffix(tag, "/")
	switch strings.ToLower(strings.TrimRight(name, " \t\n\f\r")) {
	case "br", "hr":
		return len(tag) + len("<>")
	}
	return 0
}

// closing is the length of the end tag of a paragraph or of emphasis that s ends with.
func closing(s string) int {
	tag := lastTag(s)
	switch strings.ToLower(tag) {
	case "/p", "/div", "/span", "/small", "/em", "/i", "/b", "/strong":
		return len(tag) + len("<>")
	}
	return 0
}

// lastTag is what stands between the angle brackets s ends with.
func lastTag(s string) string {
	const longest = 32
	if !strings.HasSuffix(s, ">") {
		return ""
	}
	from := max(0, len(s)-longest)
	i := strings.LastIndexByte(s[from:], '<')
	if i < 0 {
		return ""
	}
	return s[from+i+1 : len(s)-1]
}

func hasSuffixFold(s, end string) bool {
	return len(s) >= len(end) && strings.EqualFold(s[len(s)-len(end):], end)
}

// dropOwnLinks takes off the paragraphs and links at the end that lead to the entry
// itself ("Read full topic", "The post … appeared first on …"), and the counters above.
func dropOwnLinks(raw string, own ownLinks) string {
	const near = 2 << 10
	if !strings.Contains(raw[max(0, len(raw)-near):], "</a") {
		return raw
	}
	rest, dropped := raw, false
	for range 3 {
		rest = trimEnd(rest, endMark)
		block := lastBlock(rest)
		if block >= 0 && !dropped && !strings.Contains(rest[block:], "</a") && !strings.Contains(rest[block:], "</A") {
			break // the author's last words
		}
		switch {
		case block >= 0 && own.only(rest[block:]) && htmltext.Plain(rest[:block]) != "":
			rest, dropped = rest[:block], true
			continue
		case block >= 0 && dropped && counting.MatchString(htmltext.Line(rest[block:])):
			rest = rest[:block]
			continue
		}
		at := own.lastLink(rest)
		if at < 0 {
			break
		}
		rest, dropped = rest[:at], true
	}
	if !dropped || htmltext.Plain(rest) == "" {
		return raw
	}
	return rest
}

// lastBlock is where the last paragraph begins when the text ends with one; else -1.
func lastBlock(raw string) int {
	const longest = 2 << 10
	for _, name := range []string{"p", "div"} {
		if !hasSuffixFold(raw, "</"+name+">") {
			continue
		}
		from := max(0, len(raw)-longest)
		i := -1
		for _, n := range []string{name, strings.ToUpper(name)} {
			i = max(i, strings.LastIndex(raw[from:], "<"+n+">"), strings.LastIndex(raw[from:], "<"+n+" "))
		}
		if i >= 0 {
			return from + i
		}
	}
	return -1
}

// only reports a block that is nothing but links to the entry, or to the feed's
// page beside it, and a few words around.
func (own ownLinks) only(block string) bool {
	const around, between = 16, 120 // bytes: an arrow; "The post … appeared first on …." in any language, with room
	entry, page := false, false
	for _, m := range anchor.FindAllStringSubmatch(block, -1) {
		to := bareLink(poll.Resolve(own.base, strings.ReplaceAll(m[1], "&amp;", "&")))
		if !own.entry[to] && !own.page[to] {
			return false
		}
		entry, page = entry || own.entry[to], page || own.page[to]
	}
	words := len(htmltext.Line(anchor.ReplaceAllString(block, " ")))
	return entry && (words <= around || page && words <= between)
}

// lastLink is where the link begins that ends the text and leads to the entry; -1
// when it ends otherwise.
func (own ownLinks) lastLink(raw string) int {
	const longest, words = 1 << 10, 80
	open := trimEnd(raw, closing)
	if !hasSuffixFold(open, "</a>") {
		return -1
	}
	from := max(0, len(open)-longest)
	at := strings.LastIndex(strings.ToLower(open[from:]), "<a ")
	if at < 0 {
		return -1
	}
	m := anchor.FindStringSubmatch(open[from+at:])
	if m == nil || !own.entry[bareLink(poll.Resolve(own.base, strings.ReplaceAll(m[1], "&amp;", "&")))] || len(htmltext.Line(m[2])) > words {
		return -1
	}
	return from + at
}
