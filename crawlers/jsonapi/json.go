// Package jsonapi is the engine of JSON APIs and of streams of JSON events: jq
// programs say where the posts and their parts are. It must not know one API: an
// API is a preset.
package jsonapi

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
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
	Address    string                   `yaml:"address" required:"true" doc:"The address. {page}, {offset}, {cursor}, {max_id} come from the pager; {since}, {since_ms}, {since_time}, {since_date} are the time of the newest post known; {NAME} is the present value of each." example:"https://api.example/posts?after={since}{&page}"`
	API        bool                     `yaml:"api" doc:"An official API: its terms rule, so robots.txt is not asked and the shorter pause holds."`
	Method     string                   `yaml:"method" doc:"GET when left out."`
	Body       string                   `yaml:"body" doc:"What is sent with POST; placeholders work here too."`
	Headers    map[string]config.Secret `yaml:"headers" doc:"Headers to send: keys, versions." example:"{Authorization: \"Bearer ${env:API_TOKEN}\"}"`
	Auth       Auth                     `yaml:"auth" doc:"How the access token is got and renewed; headers hold it as {access}."`
	List       string                   `yaml:"list" required:"true" doc:"A jq program that gives the posts one by one." example:".items[]"`
	Fields     Fields                   `yaml:"fields" required:"true" doc:"jq programs that give the parts of one post."`
	Pager      Pager                    `yaml:"pager" doc:"How the answer continues; left out: one page."`
	Window     time.Duration            `yaml:"window" doc:"How far {since} goes back at the first poll; 7d when left out."`
	Overlap    time.Duration            `yaml:"overlap" doc:"How far {since} goes back behind the newest known post; 1h when left out: search engines are late."`
	Each       map[string][]string      `yaml:"each" doc:"Ask once for each of these values: one name with its list." example:"{country: [ua, bg]}"`
	Fails      string                   `yaml:"fails" doc:"A jq program that gives the message when an answer is an error, whatever its status."`
	Closed     string                   `yaml:"closed" doc:"A jq program that gives the message when the site refuses and somebody must do something, whatever the status."`
	Backoff    string                   `yaml:"backoff" doc:"A jq program that gives the seconds the site asks to wait."`
	Follow     string                   `yaml:"follow" doc:"A jq program that gives the posts of one discussion, from the answer at fields.comments: answers to a mention are found there. $thread is the thread of the post that is followed."`
	FollowWith string                   `yaml:"follow_with" doc:"What is put behind the address of fields.comments when it is asked: a key that stands in addresses, which is not stored with them." example:"{&key=key}"`
	// FollowBody makes the question after a discussion a POST.
	FollowBody string `yaml:"follow_body" doc:"What is sent with POST to the address at fields.comments; {id} is the id of the post."`
	Markdown   bool   `yaml:"markdown" doc:"The text is Markdown: its quotes are left out."`
	Plain      bool   `yaml:"plain" doc:"The text is plain: what looks like HTML in it was typed by its author."`
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
	Own       string `yaml:"own" doc:"True when the site says that whoever owns the place wrote it: the public answer to reply, whatever name stands over it."`
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
	a.opt.Window, a.opt.Overlap = cmp.Or(o.Window, jsonWindow), cmp.Or(o.Overlap, jsonOverlap)
	a.opt.Pager.Pages = cmp.Or(o.Pager.Pages, jsonPages)
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

// part reads the pages for one value.
func (a *jsonAPI) part(ctx context.Context, value string, known jsonPart) (jsonFound, error) {
	var all []mention.Post
	found := jsonFound{next: known, dates: map[string]string{}}
	turn := a.first(value, known)
	first := poll.HashID(turn.home)
	for n := 1; ; n++ {
		req := a.request(turn)
		if n == 1 && known.For == first && known.Rules == a.program.rules {
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
		page, err := a.program.read(ctx, a.env, res, value, "")
		if err != nil {
			return a.close(found, all, known), fmt.Errorf("%s: %w", fetch.SafeURL(res.URL), err)
		}
		if n == 1 {
			found.next.For, found.next.V, found.next.Rules = first, res.Validators, a.program.rules
			found.anew = len(known.Marks) > 0 && known.Rules != a.program.rules && !a.opt.Pager.Keep // an inbox is read once
		}
		if a.opt.Pager.Keep { // an inbox tells in order what happened, and only once
			page.posts = poll.LastWord(page.posts)
		}
		last := lastID(page.posts)
		posts := poll.Finish(a.env, page.posts)
		all = append(all, posts...)
		maps.Copy(found.dates, page.dates)
		found.notes = poll.AppendNew(found.notes, page.notes...)
		if a.opt.Pager.Keep && page.next != "" {
			found.next.Cursor = page.next
		}
		more := n < a.opt.Pager.Pages && a.opt.Pager.goesOn(page) && !page.last && !known.reached(posts, last) && turn.advance(a.opt.Pager, page, res)
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

// lastID names the post that stands last.
func lastID(posts []mention.Post) string {
	if len(posts) == 0 {
		return ""
	}
	return posts[len(posts)-1].ID
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
	req := fetch.Request{URL: turn.values.Expand(a.opt.Address), Method: a.opt.Method, API: a.opt.API, Accept: "application/json"}
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

// form reports whether what is sent is a form and not JSON.
func (a *jsonAPI) form() bool {
	return strings.HasPrefix(a.headers().Get("Content-Type"), "application/x-www-form-urlencoded")
}

func (a *jsonAPI) headers() http.Header { return a.opt.headers(a.given) }

// headers are those that are sent. A key that was not given is not.
func (o Options) headers(given poll.Values) http.Header {
	h := filled(o.Headers, given)
	if o.Body != "" && h.Get("Content-Type") == "" {
		h.Set("Content-Type", "application/json")
	}
	return h
}

// filled are the headers that a block writes, with what was given in their places.
func filled(headers map[string]config.Secret, given poll.Values) http.Header {
	h := http.Header{}
	for name, value := range headers {
		if text, whole := given.Plain(value.Reveal()); whole {
			h.Set(name, text)
		}
	}
	return h
}
