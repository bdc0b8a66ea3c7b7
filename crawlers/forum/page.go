package forum

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/charset"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// pageData is what one page of a forum says, whatever made it.
type pageData struct {
	Engine   string
	Called   string // the topic, as a board of no known make is read
	Topic    string
	Thread   string // the thread's own address, the same on all its pages
	Posts    []mention.Post
	Threads  []threadRow
	Boards   []threadRow // thread lists of an index
	Next     string      // addresses as they are to be fetched; "" for none
	Prev     string
	Last     string // the last page, when there are more pages than this one
	LastNo   int    // its number, when the page tells it
	Older    string
	Comments string // a feed of what is new in the threads of a list
	Notes    []string
	at       string            // the page's own address, cleaned as its links are
	visits   map[string]string // what looks like a session in its links
	cut      bool
}

// threadRow is one line of a thread list.
type threadRow struct {
	Key  string // what names the thread at every poll
	URL  string
	Mark string // changes when a post is added
}

// pageReader reads the pages of one source.
type pageReader struct {
	env    crawlers.Env
	api    bool          // it is an API that is asked
	engine *enginePreset // nil until it is found
	// patient: the post a page ends in the middle of waits for the next poll. A
	// page that ends so twice in a row is taken as it is.
	patient bool
	order   string            // "mdy" or "dmy", once a page has told
	people  []string          // the forms of people's pages, once a board no preset knows has told
	visits  map[string]string // what looked like a session at the last poll
	apart   poll.Apart        // what the pages of this poll told to be none
	home    *url.URL          // the address the source was given as, when base moved it
}

// read turns one answer into a page. It returns an error only for an answer that
// is no page of a forum at all.
func (r *pageReader) read(res *fetch.Response) (*pageData, error) {
	if p, ok, err := r.readJSON(res); ok {
		if p != nil {
			p.at = poll.CleanURL(res.URL)
		}
		return p, err
	}
	body := charset.HTML(res)
	doc, release, err := htmltext.Open(body)
	if err != nil {
		return nil, err
	}
	defer release()
	d := newDocument(r, res, doc)
	if r.patient && htmltext.EndsInMiddle(body) {
		d.spine = htmltext.Spine(doc)
	}
	best := &pageData{}
	if r.engine != nil {
		best = d.page(r.engine)
	}
	if !best.useful() {
		best = r.recognise(d, res, body)
	}
	if best.cut = d.spine != nil; best.cut {
		best.Notes = poll.AppendNew(best.Notes, "the page ends in the middle: its last post waits for the next poll")
	}
	d.written(best)
	return best, nil
}

// written gives addresses back what they need to lead somewhere. The things are
// named by then.
func (d *document) written(p *pageData) {
	for i := range p.Posts {
		p.Posts[i].URL, p.Posts[i].ThreadURL = d.links.Written(p.Posts[i].URL), d.links.Written(p.Posts[i].ThreadURL)
	}
	for _, rows := range [][]threadRow{p.Threads, p.Boards} {
		for i := range rows {
			rows[i].URL = d.links.Written(rows[i].URL)
		}
	}
	for _, link := range []*string{&p.Next, &p.Prev, &p.Last, &p.Older} {
		*link = d.links.Written(*link)
	}
	p.at, p.visits = d.links.Written(d.links.Resolve(d.at.String())), d.links.Seen
}

// useful reports whether anything was recognised on the page.
func (p *pageData) useful() bool {
	return len(p.Posts) > 0 || len(p.Threads) > 0 || len(p.Boards) > 0
}

// document is one HTML page on its way to become a pageData.
type document struct {
	r     *pageReader
	doc   *goquery.Document
	root  *goquery.Selection
	at    *url.URL // where the page was read
	base  *url.URL // what relative links are relative to
	links poll.Links
	home  *url.URL // the origin the board calls its own; nil when it is at's
	now   time.Time
	zone  *time.Location
	lang  string
	order string // of the day and the month in its dates
	// preset is what the page is read by; settled, that its dates are understood.
	preset  *enginePreset
	settled bool
	anchors []*html.Node // every link of the page
	// spine is what the page ends in when it was cut off.
	spine map[*html.Node]bool
}

func newDocument(r *pageReader, res *fetch.Response, doc *goquery.Document) *document {
	at, err := url.Parse(res.URL)
	if err != nil {
		at = &url.URL{}
	}
	d := &document{r: r, doc: doc, root: doc.Selection, at: at, base: poll.DocumentBase(doc, res.URL), now: res.At}
	if d.now.IsZero() {
		d.now = r.env.Now()
	}
	d.links = poll.PageLinks(doc.Nodes[0], d.base, r.visits)
	if r.apart == nil {
		r.apart = poll.Apart{}
	}
	d.links.Learn(r.apart)
	d.lang = pageLang(doc.Find("html").AttrOr("lang", ""))
	d.home = d.ownOrigin()
	return d
}

// pageLang is the language a page names; a hint only, and only of its frame.
func pageLang(tag string) string {
	lang, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
	if len(lang) != 2 && len(lang) != 3 {
		return ""
	}
	return lang
}

// ownOrigin returns the origin the board names in its own head when the page
// came from another one (a mirror, a proxy, a test): permalinks are the board's.
func (d *document) ownOrigin() *url.URL {
	if d.r.home != nil {
		return d.r.home
	}
	for _, rule := range ownAddress {
		u, err := url.Parse(ruleList{rule}.first(d.doc.FindMatcher(headElement)))
		if err != nil || !poll.IsWeb(u) {
			continue
		}
		if u.Scheme == d.at.Scheme && strings.EqualFold(u.Host, d.at.Host) {
			return nil
		}
		return &url.URL{Scheme: u.Scheme, Host: u.Host}
	}
	return nil
}

// public returns the permalink ref stands for: absolute, cleaned, at the board's
// own origin.
func (d *document) public(ref string) string {
	link := d.links.Resolve(ref)
	if link == "" || d.home == nil {
		return link
	}
	u, err := url.Parse(link)
	if err != nil || !strings.EqualFold(u.Host, d.at.Host) {
		return link
	}
	u.Scheme, u.Host = d.home.Scheme, d.home.Host
	return u.String()
}

// own is public for a page of the board itself, of a post or an author. An address at another
// site is one that a guest wrote beside the name, or a button to share or subscribe.
func (d *document) own(ref string) string {
	address := d.public(ref)
	site := poll.Site(address)
	if site == poll.Site(d.at.String()) || d.home != nil && site == poll.Site(d.home.String()) {
		return address
	}
	return ""
}

// follow returns the address to fetch for ref, without session ids and always at
// the origin the page came from; "" when it leads to another site.
func (d *document) follow(ref string) string {
	link := d.links.Resolve(ref)
	if link == "" {
		return ""
	}
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	own := strings.EqualFold(u.Host, d.at.Host) || d.home != nil && strings.EqualFold(u.Host, d.home.Host) ||
		strings.EqualFold(strings.TrimPrefix(u.Host, "www."), strings.TrimPrefix(d.at.Host, "www."))
	if !own {
		return ""
	}
	u.Scheme, u.Host = d.at.Scheme, d.at.Host
	u.Fragment, u.RawFragment = "", ""
	return u.String()
}

// page reads the document by the rules of one preset.
func (d *document) page(preset *enginePreset) *pageData {
	p := &pageData{Engine: preset.Name}
	if preset.Data != "" {
		if d.embedded(preset, p); p.useful() {
			return p
		}
	}
	d.preset, d.settled = preset, false
	d.thread(preset, p)
	if len(p.Posts) > 0 {
		p.Called = d.genericTopic()
		return p
	}
	p.Threads = d.rows(preset, &preset.List)
	p.Next, p.Comments = d.link(preset.List.Next), d.link(preset.List.Comments)
	if len(p.Threads) == 0 {
		p.Boards = d.rows(preset, &preset.Index)
	}
	return p
}

// thread reads the posts of a thread page.
func (d *document) thread(preset *enginePreset, p *pageData) {
	t := &preset.Thread
	p.Topic = t.Topic.first(d.root) // <title> is the last resort: the board's name stands in it
	p.Thread = d.threadURL(preset)
	p.Next, p.Prev = d.link(t.Next), d.link(t.Prev)
	p.Older = d.link(t.Older)
	if p.Next != "" {
		p.Last, p.LastNo = d.lastPage(t)
	}
	for i := range t.Posts {
		d.posts(preset, &t.Posts[i], p)
	}
}

// link returns the address to fetch that the rules name and this page is not.
func (d *document) link(rules ruleList) string {
	here := d.links.Resolve(d.at.String())
	for _, r := range rules {
		for _, el := range d.anchored(r) {
			if link := d.follow(r.value(el)); link != "" && !sameAddress(link, here) {
				return link
			}
		}
	}
	return ""
}

// anchored returns the links a rule selects. Pages have many rules for links that
// most pages lack, so they are tried on the links alone and not on every element.
func (d *document) anchored(r pageRule) []*goquery.Selection {
	if d.anchors == nil {
		d.anchors = d.root.FindMatcher(linkElements).Nodes
	}
	var found []*goquery.Selection
	for _, n := range d.anchors {
		if r.sel != nil && r.sel.Match(n) {
			found = append(found, htmltext.Selection(n))
		}
	}
	return found
}

var (
	headElement  = cascadia.MustCompile("head")
	linkElements = cascadia.MustCompile("a[href], link[href]")
	ownAddress   = []pageRule{
		mustRule(`link[rel=canonical]@href`), mustRule(`meta[property="og:url"]@content`),
		mustRule(`link[rel=alternate][type*="rss"]@href`), mustRule(`link[rel=alternate][type*="atom"]@href`),
	}
)

var bareNumber = regexp.MustCompile(`^\D{0,2}(\d{1,6})\D{0,2}$`)

// lastPage finds the last page among the links to pages.
func (d *document) lastPage(t *threadRules) (string, int) {
	last, number := "", 0
	for _, rule := range t.Pages {
		for _, el := range d.anchored(rule) {
			m := bareNumber.FindStringSubmatch(lineOf(el))
			if m == nil {
				continue
			}
			if n, err := strconv.Atoi(m[1]); err == nil && n > number {
				if link := d.follow(el.AttrOr("href", "")); link != "" {
					last, number = link, n
				}
			}
		}
		if last != "" {
			break
		}
	}
	if link := d.link(t.Last); link != "" {
		last = link
	}
	return last, number
}

// rows reads the lines of a list of threads, or of a list of such lists.
func (d *document) rows(preset *enginePreset, l *listRules) []threadRow {
	var rows []threadRow
	seen := map[string]bool{}
	l.Item.in(d.root).Each(func(_ int, item *goquery.Selection) {
		if l.Skip.matches(item) {
			return
		}
		row := threadRow{URL: d.follow(l.Link.first(item))}
		if row.URL == "" {
			return
		}
		if row.Key = l.ID.first(item); row.Key == "" {
			row.Key = addressKey(preset.stripPage(row.URL))
		}
		if seen[row.Key] || d.spine[item.Nodes[0]] {
			return
		}
		seen[row.Key] = true
		row.URL = preset.stripPage(row.URL)
		row.Mark = rowMark(l.Replies.first(item), l.Last.first(item))
		rows = append(rows, row)
	})
	return rows
}

// rowMark joins what changes when a post is added. "5 minutes ago" changes
// by itself, so words without a clear moment count only when nothing else does.
func rowMark(replies, last string) string {
	replies = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, replies)
	switch {
	case replies == "" && last == "":
		return ""
	case replies != "" && !steadyText.MatchString(last):
		return replies
	}
	return replies + "|" + last
}

// steadyText matches ids and full dates.
var steadyText = regexp.MustCompile(`^\d+$|\d{4}|#|/`)

// recognise reads a page whose engine is to be found, or of an engine that was
// found on another page and reads nothing on this one.
func (r *pageReader) recognise(d *document, res *fetch.Response, body []byte) *pageData {
	found := detectEngine(enginePresets(), d.doc, res.Header, body)
	for _, preset := range found {
		if preset == r.engine {
			continue
		}
		if p := d.page(preset); p.useful() {
			r.engine = preset
			return p
		}
	}
	best := &pageData{}
	if d.spine == nil {
		if p := d.generic(); p.useful() {
			best = p
		}
	}
	if best.Engine == "" && len(found) > 0 {
		best.Engine = found[0].Name
	}
	return best
}

// headerValues joins the values of a header for a mark to look into.
func headerValues(h http.Header, name string) string { return strings.Join(h.Values(name), "\n") }

// isElement reports whether n is an element.
func isElement(n *html.Node) bool { return n != nil && n.Type == html.ElementNode }
