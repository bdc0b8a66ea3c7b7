// Package page is the engine of web pages that show reviews or comments: what
// they mark up for search engines is read first, then what selectors point at.
// It must not know one site: a site is a preset.
package page

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
	"golang.org/x/net/html"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/charset"
	"github.com/earshot/earshot/crawlers/internal/dates"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/crawlers/internal/schemaorg"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Kind is the kind this engine reads.
func Kind() crawlers.Kind {
	return crawlers.Kind{
		Name:     "page",
		About:    "Web pages that show reviews or comments: what they mark up for search engines (schema.org) is read first, then what `select` points at.",
		PostKind: mention.Review,
		Every:    30 * time.Minute,
		Limits:   "at most five pages of a list a poll, at the end where new posts stand, whether it shows the newest or the oldest first; of one with the oldest first both ends are read. An address that leads to the site's start page, with little there that was known, is not read and told: what stands there is about others",
		Options:  func() any { return new(Options) },
		New: func(env crawlers.Env, s config.Section) (crawlers.Crawler, error) {
			var o Options
			if err := s.Decode(&o); err != nil {
				return nil, err
			}
			o.Address = poll.Rebase(o.Address, env.Base)
			p, err := New(env, o, s)
			if err != nil {
				return nil, err
			}
			p.own = true
			return p, nil
		},
	}
}

// Options are what a user writes under page:.
type Options struct {
	Address string       `yaml:"address" required:"true" doc:"The page." format:"url" example:"https://reviews.example/romashka"`
	Select  *Select      `yaml:"select" doc:"Where the parts of a post stand, for pages without schema.org."`
	Detail  *Select      `yaml:"detail" doc:"The same for the page behind each post's link, when the list shows only a part."`
	Pages   int          `yaml:"pages" doc:"How many pages are followed at most while they bring new posts; 5 when left out."`
	Closed  []closedRule `yaml:"closed" doc:"How the page looks when its owner does not let it be read."`
}

// closedRule recognises a page that is there but says nothing to a stranger.
type closedRule struct {
	Shows string `yaml:"shows" doc:"A selector that finds something on a closed page."`
	Lacks string `yaml:"lacks" doc:"A selector that finds nothing on a closed page."`
	Says  string `yaml:"says" required:"true" doc:"What to tell the user."`
}

const (
	defaultPages = 5
	// maxDetails bounds the detail pages of one poll; the rest comes with the next.
	maxDetails = 20
	// maxBroken bounds those that may be broken when none can be read, and those that
	// may be refused: more are the site's trouble.
	maxBroken = 3
)

type page struct {
	env     crawlers.Env
	address string
	rules   *selectReader // nil: schema.org only
	detail  *selectReader
	pages   int
	closed  []closedCheck
	own     bool   // the selectors are the user's and not a preset's
	order   string // of its dates, once a page told it
	list    shownList
}

type closedCheck struct {
	shows, lacks goquery.Matcher
	says         string
}

// New makes a crawler of one page. Errors about o carry positions in s.
func New(env crawlers.Env, o Options, s config.Section) (*page, error) {
	p := &page{env: env.WithDefaults(), address: o.Address, pages: cmp.Or(o.Pages, defaultPages)}
	if p.pages < 1 || p.pages > poll.MaxPages {
		return nil, s.Errorf("pages", "%d pages: must be 1 to %d", o.Pages, poll.MaxPages)
	}
	var err error
	if o.Select != nil {
		if o.Select.Item == "" {
			return nil, s.Errorf("select", "item is missing: say which element is one post")
		}
		if p.rules, err = compileSelect(*o.Select, s, "select"); err != nil {
			return nil, err
		}
	}
	if o.Detail != nil {
		if p.detail, err = compileSelect(*o.Detail, s, "detail"); err != nil {
			return nil, err
		}
	}
	c := selectCompiler{section: s, option: "closed"}
	for _, rule := range o.Closed {
		check := closedCheck{says: rule.Says}
		if rule.Shows != "" {
			check.shows = c.css("shows", rule.Shows)
		}
		if rule.Lacks != "" {
			check.lacks = c.css("lacks", rule.Lacks)
		}
		p.closed = append(p.closed, check)
	}
	return p, c.err
}

// patient reports a host that wants longer pauses than one poll may take. A baseline that
// waited for its older pages would never be done.
func patient(err error) bool {
	var retry *fetch.RetryError
	return errors.As(err, &retry) && retry.Status == 0
}

const htmlAccept = "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"

func (p *page) describe(sees crawlers.Observation, n int) string {
	noun := "post"
	if areReviews(p.env) {
		noun = "review"
	}
	if sees.What == "" {
		return text.Count(n, noun)
	}
	return text.Count(n, noun) + " (" + sees.What + ")"
}

// read takes one page apart. A body that ends in the middle loses the item it
// ends in, until the same bytes come a second time: then that is how the page is.
func (p *page) read(res *fetch.Response, cutBefore string, visits map[string]string) (leaf, error) {
	body := charset.HTML(res)
	doc, release, err := htmltext.Open(body)
	if err != nil {
		return leaf{}, fmt.Errorf("page: %s: %w", fetch.SafeURL(res.URL), err)
	}
	defer release()
	var l leaf
	l.cut = htmltext.EndsInMiddle(body) && (cutBefore == "" || !strings.Contains(cutBefore, res.Validators.BodyHash))
	for _, c := range p.closed {
		if l.cut {
			break // what it lacks may be in the part that did not come
		}
		why := crawlers.ErrClosed
		switch {
		case c.shows != nil && doc.FindMatcher(c.shows).Length() > 0:
		case c.lacks != nil && doc.FindMatcher(c.lacks).Length() == 0:
			why = crawlers.ErrGuessed
		default:
			continue
		}
		return leaf{}, fmt.Errorf("page: %s %w: %s", fetch.SafeURL(res.URL), why, c.says)
	}
	schema := schemaorg.Reader{Page: pageOf(p.env, doc, res.URL, visits, &p.order)}
	links := schema.Links
	items := p.items(doc, &schema, &l)
	named := schemaorg.Name(items, links.Apart.Clean(p.address), links.Apart.Clean(res.URL))
	unordered := mixed(named)
	l.rising, l.dates = rises(named), datesOf(items)
	for _, i := range items {
		if l.otherwise = l.otherwise || i.Otherwise(); i.Shorn {
			l.shorn = append(l.shorn, i.Post.ID)
		}
	}
	named, l.answers = below(items, named)
	l.posts = poll.Finish(p.env, named)
	for i := range l.posts {
		l.posts[i].URL, l.posts[i].ThreadURL = links.Written(l.posts[i].URL), links.Written(l.posts[i].ThreadURL)
	}
	for i := range l.answers {
		l.answers[i].url = links.Written(l.answers[i].url)
	}
	l.visits = links.Seen
	l.next = links.Written(p.older(doc, links, res.URL))
	if unordered && l.next != "" {
		l.notes = append(l.notes, "the page does not go by date, so what is new may stand on a later page that is not read: give the address under which it shows the newest first")
	}
	l.notes = append(l.notes, schema.Notes...)
	if len(l.posts) == 0 {
		l.notes = append(l.notes, p.nothing(res, schema.Announced, l.seen, doc))
	}
	return l, nil
}

// items reads the page in each way there is, and makes one item of what several ways find.
func (p *page) items(doc *goquery.Document, schema *schemaorg.Reader, l *leaf) []*schemaorg.Item {
	schema.JSONLD(doc)
	structured := schema.Items
	schema.Items = nil
	schema.Microdata(doc)
	marked := schema.Items
	selected, seen := p.rules.read(doc, schema.Page)
	l.seen = seen
	if l.cut {
		l.notes = append(l.notes, "the page ends in the middle: its last post waits for the next poll")
		marked, selected = dropUnfinished(marked, doc), dropUnfinished(selected, doc)
		structured = slices.DeleteFunc(structured, nameless)
	}
	for _, way := range []struct {
		name  string
		items []*schemaorg.Item
	}{{"JSON-LD", structured}, {"microdata", marked}, {"select", selected}} {
		if len(way.items) > 0 {
			l.ways = append(l.ways, way.name)
		}
	}
	return schemaorg.Merge(schemaorg.Merge(structured, marked), selected)
}

// mixed reports posts that stand in no order of time: the most useful ones first. A few may
// stand out of it, pinned or paid for, and answers stand below what they answer.
func mixed(posts []mention.Post) bool {
	const few = 2
	newer, older := 0, 0
	var last time.Time
	for _, p := range posts {
		if p.Published.IsZero() || p.ReplyTo != "" || p.IsReply {
			continue
		}
		switch gap := p.Published.Sub(last); {
		case last.IsZero():
		case gap > 24*time.Hour: // a day may be of any zone
			newer++
		case gap < -24*time.Hour:
			older++
		}
		last = p.Published
	}
	return newer > few && older > few
}

// pageOf is what stands on one page is read with: its links, the language that it says it is in, and
// in which order its dates tell that it writes the day and the month. A page that tells none is
// believed to keep the order that another of its source told, and the last one that did is
// remembered there.
func pageOf(e crawlers.Env, doc *goquery.Document, address string, visits map[string]string, order *string) schemaorg.Page {
	page := schemaorg.Page{Env: e, Links: poll.PageLinks(doc.Nodes[0], poll.DocumentBase(doc, address), visits)}
	if lang := strings.ToLower(strings.TrimSpace(doc.Find("html").AttrOr("lang", ""))); lang != "" {
		page.Hints = append(page.Hints, lang)
	}
	if told := cmp.Or(dates.Order(htmltext.Text(doc.Selection, nil)), dates.Order(schemaorg.Written(doc))); told != "" {
		*order = told
	}
	if *order != "" {
		page.Hints = append(page.Hints, *order)
	}
	return page
}

// datesOf are the dates of items as the page writes them, by id.
func datesOf(items []*schemaorg.Item) map[string]string {
	dates := make(map[string]string, len(items))
	for _, i := range items {
		dates[i.Post.ID] = i.DateText
	}
	return dates
}

// rises reports posts of which the last on the page is newer than the first.
func rises(posts []mention.Post) bool {
	var first, last time.Time
	for _, p := range posts {
		if p.Published.IsZero() {
			continue
		}
		if last = p.Published; first.IsZero() {
			first = last
		}
	}
	return last.After(first)
}

// older finds the page with older posts: what `select` says, else what the page
// declares. It never leaves the host.
func (p *page) older(doc *goquery.Document, links poll.Links, here string) string {
	link := ""
	if p.rules != nil && p.rules.next != nil {
		link = p.rules.next.link(doc.Selection, links)
	} else {
		link = links.Resolve(doc.Find("link[rel=next][href], a[rel=next][href]").First().AttrOr("href", ""))
	}
	if at, same := fetch.AtOrigin(here, link); same {
		link = at // by https where the page was
	}
	if link == "" || link == links.Apart.Clean(here) || poll.Host(link) != poll.Host(here) {
		return ""
	}
	return link
}

// details completes fresh posts from the pages behind their links, at the host of home, where
// the list was read, or of its address. late are the
// posts that must wait for the next poll: more than one reads, and, once, those whose
// page is broken, which are added to broken. Of a first poll, the baseline, none waits.
func (p *page) details(ctx context.Context, home string, fresh []mention.Post, known cursor, broken poll.Fingerprints) (done, late []mention.Post, err error) {
	if p.detail == nil {
		return fresh, nil, nil
	}
	read, failed, refused := 0, 0, 0
	wait := func(post mention.Post) {
		if len(known.Seen) == 0 {
			done = append(done, post)
		} else {
			late = append(late, post)
		}
	}
	for i, post := range fresh {
		if at := poll.Host(post.URL); at == "" || at != poll.Host(home) && at != poll.Host(p.address) {
			done = append(done, post)
			continue
		}
		if read == maxDetails {
			wait(post)
			continue
		}
		read++
		full, err := p.readDetail(ctx, post)
		switch f := crawlers.ClassifyError(err); {
		case err == nil:
			done = append(done, full)
		case errors.Is(err, fetch.ErrRobots), poll.Refused(err) && refused < maxBroken:
			if done = append(done, post); poll.Refused(err) { // as much as the list says
				refused++
			}
		case patient(err) && (read > 1 || len(known.Seen) == 0):
			read = maxDetails
			wait(post)
		case f.Blocked || f.RetryAfter > 0 || ctx.Err() != nil || failed == maxBroken && read == failed+1:
			return done, append(late, fresh[i:]...), err
		default: // the trouble of one post
			failed++
			mark := poll.Fingerprint(post)
			if _, again := known.Broken[mark]; again {
				done = append(done, post) // it may stay so
				continue
			}
			broken[mark] = struct{}{}
			wait(post)
		}
	}
	return done, late, nil
}

func (p *page) readDetail(ctx context.Context, post mention.Post) (mention.Post, error) {
	res, err := p.env.Fetch.Do(ctx, fetch.Request{URL: post.URL, Accept: htmlAccept})
	if err != nil {
		if poll.NotFound(err) { // taken down between the list and now
			return post, nil
		}
		return post, fmt.Errorf("page: detail: %w", err)
	}
	doc, release, err := htmltext.Open(charset.HTML(res))
	if err != nil {
		return post, fmt.Errorf("page: detail: %w", err)
	}
	defer release()
	item := schemaorg.Item{Post: post}
	p.detail.whole(&item, doc, pageOf(p.env, doc, res.URL, nil, &p.order))
	item.Post.ID, item.Post.URL = post.ID, post.URL
	return poll.Finish(p.env, []mention.Post{item.Post})[0], nil
}

// nameless reports an item whose name may depend on what the rest of the page says
// of it: its day.
func nameless(i *schemaorg.Item) bool {
	return i.Post.URL == "" && i.Native == "" && i.Post.Published.IsZero()
}

// dropUnfinished removes the item the document ends in, also where only a part of
// it stands there or is still to come.
func dropUnfinished(items []*schemaorg.Item, doc *goquery.Document) []*schemaorg.Item {
	spine := htmltext.Spine(doc)
	return slices.DeleteFunc(items, func(i *schemaorg.Item) bool {
		return spine[i.Node] || slices.ContainsFunc(i.Elsewhere, func(n *html.Node) bool { return n == nil || spine[n] })
	})
}
