// Package forum is the engine of forums and of comments below articles: it finds
// out which software made a page, walks lists and threads politely, and reads the
// posts. How a software's pages look is data in presets/forum; only what data
// cannot say stands here.
package forum

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Kind is the kind this engine reads.
func Kind() crawlers.Kind {
	return crawlers.Kind{
		Name:     "forum",
		About:    "a forum or the comments of a blog: a board's index, a list of threads, or one thread; the engine is found by itself",
		PostKind: mention.Forum,
		Every:    10 * time.Minute,
		Status:   "recorded pages of MyBB, phpBB, NodeBB and WordPress; other engines from their templates, not checked live",
		Limits:   "one request at a time, at most 40 pages a poll; a thread that did not change is not read again",
		Terms:    "public pages only; robots.txt and the board's rules apply",
		Options:  func() any { return new(options) },
		New: func(env crawlers.Env, section config.Section) (crawlers.Crawler, error) {
			return fromSection(env, section, newCrawler)
		},
	}
}

// options are the fields of a forum source.
type options struct {
	Address string `yaml:"address" required:"true" doc:"A board's index, a list of threads, or one thread." format:"url" example:"https://forum.example/viewforum.php?f=3"`
}

// fromSection makes a crawler of what the user wrote.
func fromSection[C crawlers.Crawler](env crawlers.Env, section config.Section, made func(crawlers.Env, string) (C, error)) (crawlers.Crawler, error) {
	var opt options
	if err := section.Decode(&opt); err != nil {
		return nil, err
	}
	c, err := made(env, opt.Address)
	if err != nil {
		return nil, section.Errorf("address", "%v", err)
	}
	return c, nil
}

// Bounds of one poll. They are about manners: at the default gap of 10 s forty
// pages are seven minutes of one host's time.
const (
	maxRequests    = 40  // pages fetched in one poll
	maxThreadPages = 10  // pages read of one thread
	wholePages     = 4   // a thread of so many pages is read whole by the first poll of a list
	maxThreads     = 25  // threads read on the first poll of a list
	maxBlind       = 10  // threads read when the list does not tell what changed
	maxKept        = 200 // threads remembered
	maxLists       = 3   // pages of one thread list when everything on the first is new
	maxBoards      = 30  // thread lists read from an index
)

// crawler is the crawler of one forum source.
type crawler struct {
	env     crawlers.Env
	address string
	home    *url.URL // the address's own origin when base moved it
	api     bool     // the address is an API's
}

func newCrawler(env crawlers.Env, address string) (*crawler, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || !poll.IsWeb(u) {
		return nil, errors.New("must be an address that begins with https:// or http://")
	}
	f := &crawler{env: env.WithDefaults()}
	if env.Base != "" {
		base, err := url.Parse(env.Base)
		if err != nil || !poll.IsWeb(base) {
			return nil, errors.New("base must be an address that begins with https:// or http://")
		}
		f.home = &url.URL{Scheme: u.Scheme, Host: u.Host}
		u.Scheme, u.Host = base.Scheme, base.Host
	}
	u.Fragment, u.RawFragment = "", ""
	f.address = u.String()
	return f, nil
}

// cursorState is the cursor of a forum source.
type cursorState struct {
	Engine  string                   `json:"engine,omitempty"`
	Order   string                   `json:"order,omitempty"` // of numeric dates
	People  []string                 `json:"people,omitempty"`
	V       fetch.Validators         `json:"v,omitzero"`      // of the page at At
	At      string                   `json:"at,omitempty"`    // where the next poll begins, when not at the address
	Since   time.Time                `json:"since,omitzero"`  // the first poll
	Rules   int                      `json:"rules,omitempty"` // by which the source's own page was read last
	Top     int64                    `json:"top,omitempty"`   // highest thread id seen by the first poll
	Threads map[string]visitedThread `json:"threads,omitempty"`
	Boards  map[string]string        `json:"boards,omitempty"` // thread list → its mark on the index
	Marks   poll.Fingerprints        `json:"seen,omitempty"`
	Moved   string                   `json:"moved,omitempty"`  // where a followed post was found when it had left its thread
	Visits  map[string]string        `json:"visits,omitempty"` // what looked like a session in the first page's links
	Cut     bool                     `json:"cut,omitempty"`    // the last poll met a page that ended in the middle
}

// readingRules is counted up when pages of unknown boards are read in a way that finds posts where none were found
// before, or gives them other names.
const readingRules = 3

// rules are those by which the pages of this poll are read. Where an engine's did not change nothing is told anew:
// what a moderator lets through late would be taken for old.
func (w *walk) rules() int {
	if p := presetNamed(cmp.Or(w.engine, w.st.Engine)); p != nil {
		return max(p.Rules, 1)
	}
	return readingRules
}

// visitedThread is what is remembered of one thread.
type visitedThread struct {
	Mark  string            `json:"m"`
	Last  string            `json:"l,omitempty"` // the last page that was read
	Marks poll.Fingerprints `json:"p,omitempty"` // of the posts on it
	Poll  int64             `json:"t"`           // unix time it was last on a list
	Rules int               `json:"r,omitempty"` // by which it was read last
	Old   bool              `json:"o,omitempty"` // its end was not reached yet, and posts of before the first poll are no news
}

// Poll implements Crawler.
func (f *crawler) Poll(ctx context.Context, since crawlers.Cursor) (crawlers.Batch, error) {
	w := f.walk(ctx, since)
	err := w.run()
	if w.unchanged {
		return crawlers.Batch{Next: since, Unchanged: true, Observed: w.sight()}, nil
	}
	return w.batch(since, err)
}

func (f *crawler) walk(ctx context.Context, since crawlers.Cursor) *walk {
	w := &walk{f: f, ctx: ctx, visited: map[string]bool{}}
	poll.DecodeCursor(since, &w.st)
	w.first = w.st.Since.IsZero()
	if w.first {
		w.st.Since = f.env.Now().UTC().Truncate(time.Second)
	}
	if w.st.Threads == nil {
		w.st.Threads = map[string]visitedThread{}
	}
	w.reader = pageReader{env: f.env, api: f.api, order: w.st.Order, people: w.st.People, home: f.home, visits: w.st.Visits, patient: !w.st.Cut}
	w.st.Cut = false
	w.reader.engine = presetNamed(w.st.Engine)
	return w
}

// walk is one poll.
type walk struct {
	f         *crawler
	ctx       context.Context // of this poll only: the walk does not outlive it
	reader    pageReader
	st        cursorState
	first     bool // nothing was read before
	unchanged bool
	// left: something was not read that the next poll must read. It may not take what
	// stayed the same since, the source's own page or a thread's mark, for no news.
	left     bool
	gap      int  // posts of the last thread before pages that were left out; 0: none were
	unlisted bool // the list is read for the first time, after the first poll
	requests int
	visited  map[string]bool
	posts    []mention.Post
	beside   []string // IDs of posts that are there as they were
	kind     string   // "one", "thread", "board", "post": what the address is, or a list of
	rows     int
	bytes    int
	items    int
	wordless int // threads on whose pages no posts were recognised
	parts    crawlers.Parts
	newest   time.Time
	engine   string
	notes    []string
	anew     bool // something was read by other rules than before
	called   string
	past     []string // ids of posts that are known by another name
}

// errBudget ends a poll that has asked for enough pages.
var errBudget = errors.New("enough pages for one poll")

// get fetches and reads one page. A page that did not change is nil.
func (w *walk) get(address string, v fetch.Validators) (*pageData, *fetch.Response, error) {
	if w.requests >= maxRequests {
		return nil, nil, errBudget
	}
	w.requests++
	w.visited[addressKey(address)] = true
	res, err := w.f.env.Fetch.Do(w.ctx, fetch.Request{URL: address, Validators: v, API: w.f.api})
	if err != nil {
		return nil, nil, fmt.Errorf("forum: %w", err)
	}
	w.bytes += len(res.Body)
	if res.NotModified {
		return nil, res, nil
	}
	p, err := w.reader.read(res)
	if err != nil {
		return nil, nil, fmt.Errorf("forum: %w", err)
	}
	w.visited[addressKey(res.URL)] = true
	if p.at != "" {
		w.visited[addressKey(p.at)] = true
	}
	if w.reader.order != "" {
		w.st.Order = w.reader.order
	}
	w.st.People, w.called = w.reader.people, p.Called
	if p.Engine != "" {
		w.engine = p.Engine
	}
	for _, n := range p.Notes {
		w.note("%s", n)
	}
	if address == w.f.address {
		w.notes = poll.AppendNew(w.notes, poll.Moved(res)...)
	}
	if p.cut {
		w.st.Cut, w.left = true, true
	}
	w.see(p.Posts)
	return p, res, nil
}

// open gets a page that another one led to. Without a page and an error, it could not be read,
// which costs nothing else; again says that the next poll tries it.
func (w *walk) open(address, what string) (p *pageData, again bool, err error) {
	p, _, err = w.get(address, fetch.Validators{})
	if err == nil || w.fatal(err) {
		return p, false, err
	}
	return nil, w.skip(what, err), nil
}

// unread reports an address of a page that this poll has not read.
func (w *walk) unread(address string) bool { return address != "" && !w.visited[addressKey(address)] }

// spent reports an error that ends a poll which has read what it could: pages enough, or
// as many as a host that wants long pauses gives before the poll must end.
func (w *walk) spent(err error) bool {
	var retry *fetch.RetryError
	end, ok := w.ctx.Deadline()
	return errors.Is(err, errBudget) ||
		ok && w.requests > 1 && errors.As(err, &retry) && retry.Status == 0 && retry.After > time.Until(end)
}

// see counts the posts of a page for the sight.
func (w *walk) see(posts []mention.Post) {
	w.items += len(posts)
	poll.Count(&w.parts, posts)
	for _, p := range posts {
		if p.Published.After(w.newest) && !p.Published.After(w.f.env.Now()) {
			w.newest = p.Published
		}
	}
}

func (w *walk) note(format string, args ...any) {
	if len(w.notes) < 20 {
		w.notes = poll.AppendNew(w.notes, fmt.Sprintf(format, args...))
	}
}

// skip notes a page that could not be read. The next poll tries again, unless the page is
// not there or not for us: that stays so until something changes.
func (w *walk) skip(what string, err error) (again bool) {
	w.note("%s could not be read: %v", what, err)
	again = !poll.NotFound(err) && !crawlers.ClassifyError(err).Blocked
	w.left = w.left || again
	return again
}

// fatal reports errors that end the whole poll: the next page of the same host
// would fare no better. What is only about one page costs only that page.
func (w *walk) fatal(err error) bool {
	if w.ctx.Err() != nil || errors.Is(err, errBudget) {
		return true
	}
	var retry *fetch.RetryError
	return errors.As(err, &retry)
}

// run reads the source's own page and goes on from what it turns out to be.
func (w *walk) run() error {
	start := cmp.Or(w.st.At, w.f.address)
	p, res, err := w.get(start, w.st.V)
	if err != nil && poll.NotFound(err) && start != w.f.address {
		// The last page of the thread went away with its posts.
		start, w.st.At, w.st.V = w.f.address, "", fetch.Validators{}
		p, res, err = w.get(start, w.st.V)
	}
	switch {
	case err != nil:
		return err
	case p == nil:
		w.unchanged = true
		return nil
	}
	w.st.Visits, w.st.V = p.visits, res.Validators
	if lists := w.st.Rules > 0 && len(p.Threads) > 0; lists || len(p.Posts) > 0 { // a list whose rows were taken for posts
		if w.anew = !w.first && w.st.Rules < w.rules(); lists {
			w.st.Rules = w.rules()
		}
	}
	switch {
	case len(p.Posts) > 0 && p.Older != "" && p.Thread == "":
		return w.stream(p)
	case len(p.Posts) > 0:
		return w.thread(p, start)
	case len(p.Threads) > 0:
		if tellsNothing(p.Threads) {
			w.left = true
		}
		return w.list(p)
	case len(p.Boards) > 0:
		return w.index(p)
	case p.cut:
		return nil
	case p.Engine == "":
		return crawlers.Other(fmt.Sprintf("forum: %s: no forum was recognised on this page; if it is one, read it as a page and say where the parts of a post stand, for example\n"+
			"  - page:\n      address: %s\n      select: {item: .message, author: .name, time: .date, text: .body, next: a.next}\n"+
			"with the names this page gives to them (docs/sources.md#page)", poll.Host(start), fetch.SafeURL(w.f.address)))
	}
	w.note("no posts and no threads on the page")
	return nil
}

// batch closes the poll.
func (w *walk) batch(since crawlers.Cursor, err error) (crawlers.Batch, error) {
	b := crawlers.Batch{Posts: poll.Finish(w.f.env, w.posts), Beside: w.beside, Past: w.past, Anew: w.anew, Next: since, Observed: w.sight()}
	if w.spent(err) {
		w.left, err = true, nil
	}
	if err != nil {
		return b, err
	}
	if w.left {
		w.st.V = fetch.Validators{}
	}
	const closed = 2 // one or two that changed may ask for a login, or be gone
	if w.items == 0 && (w.wordless > closed || w.wordless > 0 && w.first) {
		w.note("no posts were recognised on the pages of %s; read one of them as a page and say where the parts of a post stand (docs/sources.md#page)", text.Count(w.wordless, "thread"))
		b.Observed = w.sight()
	}
	w.forget()
	if w.reader.engine != nil {
		w.st.Engine = w.reader.engine.Name
	}
	b.Next = poll.EncodeCursor(w.st)
	return b, nil
}

func (w *walk) sight() crawlers.Observation {
	s := crawlers.Observation{Items: w.items, Newest: w.newest, Bytes: w.bytes, Notes: w.notes, Parts: w.parts}
	name := cmp.Or(w.engine, w.st.Engine, "forum")
	switch w.kind {
	case "":
		s.What = name
	case "one":
		s.What = name + ", one thread"
	case "post":
		s.What = name + ", newest posts"
	default:
		s.What = name + ", " + text.Count(w.rows, w.kind)
		s.Items = max(s.Items, w.rows)
	}
	return s
}

// forget bounds the cursor: the threads that were on a list last are kept.
func (w *walk) forget() {
	for len(w.st.Threads) > maxKept {
		oldest, at := "", int64(0)
		for key, t := range w.st.Threads {
			if oldest == "" || t.Poll < at || t.Poll == at && key < oldest {
				oldest, at = key, t.Poll
			}
		}
		delete(w.st.Threads, oldest)
	}
}
