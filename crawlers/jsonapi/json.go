// Package jsonapi is the engine of JSON APIs and of streams of JSON events: jq
// programs say where the posts and their parts are. It must not know one API: an
// API is a preset.
package jsonapi

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
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
		Name:     "json",
		About:    "JSON APIs: an address with placeholders, and jq programs that say where the posts and their parts are.",
		PostKind: mention.Social,
		Every:    10 * time.Minute,
		Options:  func() any { return new(Options) },
		New: func(env crawlers.Env, s config.Section) (crawlers.Crawler, error) {
			var o Options
			if err := s.Decode(&o); err != nil {
				return nil, err
			}
			return New(env, o, poll.Values{}, s)
		},
	}
}

// Options are what a user writes under json:.
type Options struct {
	Address  string                   `yaml:"address" required:"true" doc:"The address. {page}, {offset}, {cursor}, {max_id} come from the pager; {since}, {since_ms}, {since_time}, {since_date} are the time of the newest post known; {NAME} is the present value of each." example:"https://api.example/posts?after={since}{&page}"`
	API      bool                     `yaml:"api" doc:"An official API: its terms rule, so robots.txt is not asked and the shorter pause holds."`
	Method   string                   `yaml:"method" doc:"GET when left out."`
	Body     string                   `yaml:"body" doc:"What is sent with POST; placeholders work here too."`
	Headers  map[string]config.Secret `yaml:"headers" doc:"Headers to send: keys, versions." example:"{Authorization: \"Bearer ${env:API_TOKEN}\"}"`
	Auth     Auth                     `yaml:"auth" doc:"How the access token is got and renewed; headers hold it as {access}."`
	List     string                   `yaml:"list" required:"true" doc:"A jq program that gives the posts one by one." example:".items[]"`
	Fields   Fields                   `yaml:"fields" required:"true" doc:"jq programs that give the parts of one post."`
	Pager    Pager                    `yaml:"pager" doc:"How the answer continues; left out: one page."`
	Window   time.Duration            `yaml:"window" doc:"How far {since} goes back at the first poll; 7d when left out."`
	Overlap  time.Duration            `yaml:"overlap" doc:"How far {since} goes back behind the newest known post; 1h when left out: search engines are late."`
	Each     map[string][]string      `yaml:"each" doc:"Ask once for each of these values: one name with its list." example:"{country: [ua, bg]}"`
	Fails    string                   `yaml:"fails" doc:"A jq program that gives the message when an answer is an error, whatever its status."`
	Closed   string                   `yaml:"closed" doc:"A jq program that gives the message when the site refuses and somebody must do something, whatever the status."`
	Backoff  string                   `yaml:"backoff" doc:"A jq program that gives the seconds the site asks to wait."`
	Follow   string                   `yaml:"follow" doc:"A jq program that gives the posts of one discussion, from the answer at fields.comments: answers to a mention are found there."`
	Markdown bool                     `yaml:"markdown" doc:"The text is Markdown: its quotes are left out."`
}

// Fields are jq programs, each run on one item of the list.
type Fields struct {
	ID        string `yaml:"id" required:"true" doc:"The site's id of the post, the same whenever it is asked for." example:".id"`
	URL       string `yaml:"url" doc:"The permalink."`
	Thread    string `yaml:"thread" doc:"The address of the discussion."`
	Reply     string `yaml:"reply" doc:"The id or link of the post it answers."`
	IsReply   string `yaml:"is_reply" doc:"True when the title is the thread's and not the author's."`
	Author    string `yaml:"author" doc:"The public name."`
	AuthorURL string `yaml:"author_url" doc:"The public profile."`
	Time      string `yaml:"time" doc:"When it was published: a date in any form, or seconds or milliseconds since 1970."`
	Edited    string `yaml:"edited" doc:"When it was last changed."`
	Rating    string `yaml:"rating" doc:"The stars."`
	Best      string `yaml:"best" doc:"The top of the scale; 5 when left out."`
	Title     string `yaml:"title" doc:"The headline."`
	Text      string `yaml:"text" doc:"The words, HTML or plain; a list is joined."`
	Lang      string `yaml:"lang" doc:"The language."`
	Kind      string `yaml:"kind" doc:"review, forum, comment, news or social, where it differs from post to post."`
	Deleted   string `yaml:"deleted" doc:"True when the site says that the post is gone."`
	Comments  string `yaml:"comments" doc:"The address on the same host that lists the discussion of the post; see follow."`
}

// Pager says how an answer continues.
type Pager struct {
	By    string `yaml:"by" required:"true" doc:"page, offset, cursor, next or max_id." example:"page"`
	From  int    `yaml:"from" doc:"The first page or offset; 0 when left out."`
	Step  int    `yaml:"step" doc:"What an offset grows by: the size of a page."`
	Next  string `yaml:"next" doc:"A jq program that gives the cursor, or the address of the next page. For next, left out: the Link header."`
	Keep  bool   `yaml:"keep" doc:"The cursor goes on in the next poll where this one stopped: an inbox that is read once."`
	More  string `yaml:"more" doc:"A jq program that says whether there is more."`
	Pages int    `yaml:"pages" doc:"How many pages are read at most while they bring new posts; 3 when left out."`
}

const (
	jsonPages   = 3
	jsonWindow  = 7 * 24 * time.Hour
	jsonOverlap = time.Hour
	// maxEach bounds the requests one source makes in a poll.
	maxEach = 60
	// maxRefused bounds those that may be refused: of more, the site refuses.
	maxRefused = 3
)

// jsonAPI reads one API.
type jsonAPI struct {
	env     crawlers.Env
	opt     Options
	program *jsonProgram
	given   poll.Values
	grant   *grant   // nil: no token is needed, or it stands in the headers
	name    string   // of the value in each; "" when there is none
	each    []string // at least one element
}

// New is a crawler that follows discussions when the options say how.
func New(env crawlers.Env, o Options, given poll.Values, s config.Section) (crawlers.Crawler, error) {
	a, err := newJSON(env, o, given, s)
	if err != nil {
		return nil, err
	}
	if o.Follow == "" {
		return a, nil
	}
	o.List, o.Pager = o.Follow, Pager{}
	follow, err := compileJSON(o, given, a.name, s)
	if err != nil {
		return nil, err
	}
	return &jsonThreads{jsonAPI: a, follow: follow}, nil
}

func newJSON(env crawlers.Env, o Options, given poll.Values, s config.Section) (*jsonAPI, error) {
	a := &jsonAPI{env: env.WithDefaults(), opt: o, given: given, each: []string{""}}
	a.opt.Address = poll.Rebase(given.Expand(o.Address), env.Base)
	a.opt.Body = given.Body(o.Body, a.form())
	if o.Window == 0 {
		a.opt.Window = jsonWindow
	}
	if o.Overlap == 0 {
		a.opt.Overlap = jsonOverlap
	}
	if o.Pager.Pages == 0 {
		a.opt.Pager.Pages = jsonPages
	}
	if !slices.Contains([]string{"", "page", "offset", "cursor", "next", "max_id"}, o.Pager.By) {
		return nil, s.Errorf("pager", "by %q: must be page, offset, cursor, next or max_id", o.Pager.By)
	}
	if a.opt.Pager.Pages < 1 || a.opt.Pager.Pages > poll.MaxPages {
		return nil, s.Errorf("pager", "%d pages: must be 1 to %d", o.Pager.Pages, poll.MaxPages)
	}
	if len(o.Each) > 1 {
		return nil, s.Errorf("each", "one name with its list, not %d", len(o.Each))
	}
	for name, list := range o.Each {
		a.name, a.each = name, given.Splice(list)
	}
	if len(a.each) == 0 || len(a.each) > maxEach {
		return nil, s.Errorf("each", "%d values: must be 1 to %d", len(a.each), maxEach)
	}
	var err error
	if a.grant, err = newGrant(a.env, o.Auth, given, s); err != nil {
		return nil, err
	}
	a.program, err = compileJSON(a.opt, given, a.name, s)
	return a, err
}

// jsonState is the cursor.
type jsonState struct {
	Parts map[string]jsonPart `json:"parts,omitempty"` // by the value of each
	Wait  time.Time           `json:"wait,omitzero"`   // the site's own backoff
	At    string              `json:"at,omitempty"`    // the value to begin with: those before it had their turn
}

// jsonPart is the memory of one value of each.
type jsonPart struct {
	For    string            `json:"for,omitempty"` // hash of the first page's address, which may hold a key: validators are for it alone
	V      fetch.Validators  `json:"v,omitzero"`
	Newest time.Time         `json:"newest,omitzero"`
	Marks  poll.Fingerprints `json:"seen,omitempty"`
	Cursor string            `json:"cursor,omitempty"` // where an inbox goes on
}

// unread reports a value that was never read.
func (p jsonPart) unread() bool { return p.For == "" && len(p.Marks) == 0 }

// lateNews is how old a post may be that counts when a value is read first after others
// were: it came to the watchlist, or was not there. The rest is its baseline.
const lateNews = 36 * time.Hour

// Poll asks once for each value. What one value brings is kept when another
// fails; the error is returned beside it. A value that is not there or closed, among
// others that can be read, is no failure but a note.
func (a *jsonAPI) Poll(ctx context.Context, since crawlers.Cursor) (crawlers.Batch, error) {
	var state jsonState
	poll.DecodeCursor(since, &state)
	if wait := state.Wait.Sub(a.env.Now()); wait > 0 {
		return crawlers.Batch{}, &fetch.RetryError{URL: fetch.SafeURL(a.opt.Address), After: wait}
	}
	next := jsonState{Parts: map[string]jsonPart{}}
	batch := crawlers.Batch{Unchanged: true, OwnIDs: true}
	var failed, missing error
	read, refused := 0, 0
	values := a.from(state.At)
	for i, value := range values {
		got, err := a.part(ctx, value, state.Parts[value])
		if len(state.Parts) > 0 && state.Parts[value].unread() {
			got.posts = slices.DeleteFunc(got.posts, func(p mention.Post) bool { return a.env.Now().Sub(p.Published) > lateNews })
		}
		got.addTo(&batch)
		next.Parts[value] = got.next
		if got.wait.After(next.Wait) {
			next.Wait = got.wait
		}
		if err != nil {
			if value != "" {
				err = fmt.Errorf("%s %s: %w", a.name, value, err)
			}
			if poll.Refused(err) {
				refused++
			}
			if poll.NotFound(err) || poll.Refused(err) && refused <= maxRefused {
				missing = errors.Join(missing, err)
				batch.Observed.Unread = append(batch.Observed.Unread, crawlers.Explain(err))
				continue
			}
			var pause *fetch.RetryError
			asked := errors.As(err, &pause)
			if asked && read > 0 && failed == nil { // the rest comes after the pause
				batch.Observed.Unread = append(batch.Observed.Unread, crawlers.Explain(err))
				next.Wait, next.At = a.env.Now().Add(max(pause.After, leastPause)), value
				next.Parts[value] = state.Parts[value]
				break
			}
			failed = errors.Join(failed, err)
			if ctx.Err() != nil || asked || crawlers.ClassifyError(err).Blocked {
				break
			}
		}
		if read++; !next.Wait.IsZero() { // the rest comes after the wait
			if !got.again {
				i = (i + 1) % len(values)
			}
			next.At = values[i]
			break
		}
	}
	next.keep(state, a.each)
	batch.Posts = poll.Finish(a.env, batch.Posts)
	batch.Observed.What = text.Count(batch.Observed.Items, "post")
	batch.Observed.Notes = poll.AppendNew(batch.Observed.Notes, batch.Observed.Unread...)
	if failed == nil && read == 0 {
		failed = missing
	}
	if failed != nil {
		batch.Unchanged = false
		return batch, fmt.Errorf("json: %w", failed)
	}
	batch.Next = poll.EncodeCursor(next)
	return batch, nil
}

// jsonFound is what one value of each brought.
type jsonFound struct {
	posts     []mention.Post
	next      jsonPart
	items     int
	bytes     int
	newest    time.Time
	notes     []string
	unchanged bool
	wait      time.Time
	again     bool // the next poll starts where this one did: older pages are left
	cut       bool // there are older pages than are read at most
}

// part reads the pages for one value.
func (a *jsonAPI) part(ctx context.Context, value string, known jsonPart) (jsonFound, error) {
	var all []mention.Post
	found := jsonFound{next: known}
	turn := a.first(value, known)
	first := poll.HashID(turn.address(a.opt.Address))
	for n := 1; ; n++ {
		req := a.request(turn)
		if n == 1 && known.For == first {
			req.Validators = known.V
		}
		res, err := a.ask(ctx, a.program, req, value)
		if n > 1 && poll.NoOlder(err) {
			found.notes = poll.AppendNew(found.notes, "older posts are not read: "+crawlers.Explain(err))
			break
		}
		if err != nil {
			return a.close(found, all, known), err
		}
		if res.NotModified {
			found.unchanged, found.next.V = true, res.Validators
			return found, nil
		}
		found.bytes += len(res.Body)
		page, err := a.program.read(ctx, a.env, res, value)
		if err != nil {
			return a.close(found, all, known), fmt.Errorf("%s: %w", fetch.SafeURL(res.URL), err)
		}
		if n == 1 {
			found.next.For, found.next.V = first, res.Validators
		}
		if a.opt.Pager.Keep { // an inbox tells in order what happened, and only once
			page.posts = poll.LastWord(page.posts)
		}
		posts := poll.Finish(a.env, page.posts)
		all = append(all, posts...)
		found.notes = poll.AppendNew(found.notes, page.notes...)
		if a.opt.Pager.Keep && page.next != "" {
			found.next.Cursor = page.next
		}
		more := n < a.opt.Pager.Pages && a.opt.Pager.goesOn(page) && !page.last && !known.Marks.Reached(posts) && turn.advance(a.opt.Pager, page, res)
		if page.wait > 0 {
			found.wait = a.env.Now().Add(page.wait)
			found.again = more && len(known.Marks) > 0 // the older pages of a first poll are not worth it
			break
		}
		if !more {
			found.cut = n >= a.opt.Pager.Pages && n > 1 && !a.opt.Pager.Keep && a.opt.Pager.goesOn(page) && !page.last
			break
		}
		if turn.away && a.opt.Body != "" {
			break // a body may hold a key, and without it nothing is asked
		}
	}
	return a.close(found, all, known), nil
}

// ask asks with the token, where one is needed.
func (a *jsonAPI) ask(ctx context.Context, p *jsonProgram, req fetch.Request, value string) (*fetch.Response, error) {
	res, err := a.grant.do(ctx, a.env.Fetch, req)
	if err != nil {
		return nil, p.refusal(ctx, err, value)
	}
	return res, nil
}

// request is what is asked in this turn. Headers and body may hold a key, which no
// other origin than the watchlist's gets to see.
func (a *jsonAPI) request(turn *jsonTurn) fetch.Request {
	req := fetch.Request{URL: turn.address(a.opt.Address), Method: a.opt.Method, API: a.opt.API, Accept: "application/json"}
	if turn.link != "" {
		req.URL = turn.link
	}
	if turn.away {
		return req
	}
	req.Header = a.headers()
	if a.opt.Body != "" {
		req.Body = []byte(turn.values.Body(a.opt.Body, a.form()))
	}
	return req
}

// goesOn reports whether an answer may have another behind it. One without posts is the
// last of those that are counted, unless it says itself that there is more: what it holds
// may be posts without words, or all left out by the list.
func (p Pager) goesOn(page jsonPage) bool {
	return page.items > 0 || p.More != "" || p.By == "cursor" || p.By == "next"
}

// close sums up what was read.
func (a *jsonAPI) close(found jsonFound, all []mention.Post, known jsonPart) jsonFound {
	all = poll.Finish(a.env, all)
	found.items, found.newest = len(all), poll.Newest(all)
	found.posts, found.next.Marks = known.Marks.New(all)
	found.cut = found.cut && len(known.Marks) > 0 && len(found.posts) == len(all)
	if found.newest.After(found.next.Newest) {
		found.next.Newest = found.newest
	}
	if found.again {
		found.next = known
	} else if len(all) == 0 && len(known.Marks) > 0 {
		found.next.Marks = known.Marks // a window without posts forgets nothing
	}
	return found
}

// form reports whether what is sent is a form and not JSON.
func (a *jsonAPI) form() bool {
	return strings.HasPrefix(a.headers().Get("Content-Type"), "application/x-www-form-urlencoded")
}

func (a *jsonAPI) headers() http.Header {
	h := http.Header{}
	for name, value := range a.opt.Headers {
		if text, whole := a.given.Plain(value.Reveal()); whole {
			h.Set(name, text)
		}
	}
	if a.opt.Body != "" && h.Get("Content-Type") == "" {
		h.Set("Content-Type", "application/json")
	}
	return h
}

// jsonTurn is where in the pages a poll is.
type jsonTurn struct {
	values poll.Values
	number int    // page or offset
	link   string // the next page's whole address
	home   string // the first page's: the watchlist's origin
	away   bool   // link is at another origin, where a redirect led to
}

func (a *jsonAPI) first(value string, known jsonPart) *jsonTurn {
	since := a.env.Now().Add(-a.opt.Window)
	if !known.Newest.IsZero() {
		since = known.Newest.Add(-a.opt.Overlap)
	}
	since = since.UTC().Truncate(time.Minute)
	t := &jsonTurn{number: a.opt.Pager.From, values: poll.Values{Text: map[string]string{
		"since":      strconv.FormatInt(since.Unix(), 10),
		"since_ms":   strconv.FormatInt(since.UnixMilli(), 10),
		"since_time": since.Format(time.RFC3339),
		"since_date": since.Format(time.DateOnly),
		"page":       "", "offset": "", "cursor": "", "max_id": "",
	}}}
	if a.name != "" {
		t.values.Text[a.name] = value
	}
	switch by := a.opt.Pager.By; by {
	case "page", "offset":
		t.values.Text[by] = strconv.Itoa(t.number)
	case "cursor":
		t.values.Text[by] = known.Cursor // empty unless it is kept
	}
	t.home = t.address(a.opt.Address)
	return t
}

func (t *jsonTurn) address(template string) string { return t.values.Expand(template) }

// advance moves to the next page; false when there is none.
func (t *jsonTurn) advance(p Pager, page jsonPage, res *fetch.Response) bool {
	switch p.By {
	case "page":
		t.number++
		t.values.Text["page"] = strconv.Itoa(t.number)
	case "offset":
		step := p.Step
		if step == 0 {
			step = page.items
		}
		if step == 0 {
			return false
		}
		t.number += step
		t.values.Text["offset"] = strconv.Itoa(t.number)
	case "cursor":
		if page.next == "" || page.next == t.values.Text["cursor"] {
			return false
		}
		t.values.Text["cursor"] = page.next
	case "max_id":
		if page.minID == "" || page.minID == t.values.Text["max_id"] {
			return false
		}
		t.values.Text["max_id"] = page.minID
	case "next":
		link := page.next
		if p.Next == "" {
			link = poll.NextLink(res.Header)
		}
		base, _ := url.Parse(res.URL)
		if link = poll.Resolve(base, link); link == "" {
			return false
		}
		return t.follow(link, res.URL)
	default:
		return false
	}
	return true
}

// follow moves to a link: at the watchlist's origin, or where that led to.
func (t *jsonTurn) follow(link, here string) bool {
	at, ok := fetch.AtOrigin(t.home, link)
	t.away = !ok
	if t.away {
		at, ok = fetch.AtOrigin(here, link)
	}
	if !ok || at == t.link {
		return false
	}
	t.link = at
	return true
}
