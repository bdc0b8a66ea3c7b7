// Package feed is the engine of RSS, Atom, RDF and JSON feeds. It reads feeds and
// the pages that announce them; pages without a feed are other engines' work.
package feed

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/PuerkitoBio/goquery"
	"github.com/mmcdole/gofeed"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/charset"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/poll"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// Kind is the kind this engine reads.
func Kind() crawlers.Kind {
	return crawlers.Kind{
		Name:     "feed",
		About:    "RSS, Atom, RDF and JSON feeds of news sites, blogs and forums, and feeds of comments. The address of a web page will do: its feed is found.",
		PostKind: mention.News,
		Every:    10 * time.Minute,
		Limits:   "one request a poll, conditional where the site allows it. A feed that names a WebSub hub is read as soon as the hub announces a change, when the watchlist has web.listen and web.public_url; it is polled all the same, in case an announcement gets lost",
		Options:  func() any { return new(Options) },
		New: func(env crawlers.Env, s config.Section) (crawlers.Crawler, error) {
			var o Options
			if err := s.Decode(&o); err != nil {
				return nil, err
			}
			o.Address = poll.Rebase(o.Address, env.Base)
			return New(env, o), nil
		},
	}
}

// Options are what a user writes under feed:.
type Options struct {
	Address   string `yaml:"address" required:"true" doc:"The feed, or a web page that announces one." format:"url" example:"https://news.example/rss"`
	Target    string `yaml:"target" doc:"The parameter of the links that holds the article's own address, where links lead through a counter." example:"url"`
	Publisher bool   `yaml:"publisher" doc:"Search results: the title ends in the publisher's name and the text repeats it."`
}

// cursor is the memory of a feed.
type cursor struct {
	V      fetch.Validators  `json:"v,omitzero"`
	URL    string            `json:"url,omitempty"`    // what was really read, when it was found by itself
	Seen   poll.Fingerprints `json:"seen,omitempty"`   // marks of the items
	Newest time.Time         `json:"newest,omitzero"`  // of all posts ever read
	Since  time.Time         `json:"since,omitzero"`   // the first poll
	Visits map[string]string `json:"visits,omitempty"` // what looks like a session in the links of the feed
	Hub    crawlers.Hub      `json:"hub,omitzero"`     // an unchanged answer does not repeat it
	Full   bool              `json:"full,omitempty"`   // the marks are of full texts, too
	Rules  int               `json:"rules,omitempty"`  // by which it was read
}

// readingRules is counted up when more of a faulty document is mended than before, so that posts have other words or
// are found where none were.
const readingRules = 1

// feed reads one feed.
type feed struct {
	Options
	env  crawlers.Env
	only bool   // a page in the place of the feed leads to no other
	lost string // where the feed that was found by itself is not to be read now
}

// New makes a crawler of one feed.
func New(env crawlers.Env, o Options) *feed {
	return &feed{Options: o, env: env.WithDefaults()}
}

// Accept asks for feeds first; servers that negotiate answer with one.
const Accept = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, text/html;q=0.5, */*;q=0.1"

// errNoFeed says that an answer is no feed; discovery goes on.
var errNoFeed = crawlers.Other("not a feed")

// errLost says that a page still leads to the feed that cannot be read: it has not moved.
var errLost = errors.New("the feed is not there")

// Poll reads the feed. An unreadable feed is an error and its validators are not
// kept, so that the next poll reads it again.
func (f *feed) Poll(ctx context.Context, since crawlers.Cursor) (crawlers.Batch, error) {
	var state cursor
	poll.DecodeCursor(since, &state)
	address := cmp.Or(state.URL, f.Address)
	batch, err := f.read(ctx, address, state)
	if state.URL != "" && (poll.NotFound(err) || errors.Is(err, errNoFeed)) {
		// It may have moved: look for it again.
		moved := *f
		moved.lost = state.URL
		found, why := moved.read(ctx, f.Address, cursor{Seen: state.Seen, Since: state.Since, Rules: state.Rules})
		if !errors.Is(why, errLost) {
			batch, err, address = found, why, f.Address
		}
	}
	switch {
	case err != nil && !errors.Is(err, errNoFeed):
		return batch, fmt.Errorf("feed: %w", err)
	case err != nil:
		return batch, fmt.Errorf("feed: %s: %w", fetch.SafeURL(address), err)
	}
	return batch, nil
}

// read reads one address: a feed, or a page that leads to one.
func (f *feed) read(ctx context.Context, address string, state cursor) (crawlers.Batch, error) {
	res, err := f.env.Fetch.Do(ctx, fetch.Request{URL: address, Validators: state.V, Accept: Accept})
	if err != nil {
		return crawlers.Batch{}, err
	}
	if res.NotModified {
		state.V = res.Validators
		return crawlers.Batch{Next: poll.EncodeCursor(state), Unchanged: true, Observed: crawlers.Observation{What: "feed"}, Hub: state.Hub}, nil
	}
	got, err := f.whole(ctx, res)
	if err == nil {
		return f.batch(got, state), nil
	}
	// What was a feed before is one that has trouble: another feed the page may name is
	// not what was asked for.
	known := f.only || state.URL != "" || state.V != (fetch.Validators{}) || !state.Newest.IsZero()
	if known || !looksLikeHTML(res) {
		if errors.Is(err, errNoFeed) {
			err = fmt.Errorf("%w%s", err, begins(res))
		}
		return crawlers.Batch{Observed: crawlers.Observation{Bytes: len(res.Body)}}, err
	}
	return f.discover(ctx, res, state)
}

// batch turns a parsed feed into posts. Items that were read before, byte for
// byte, are counted and not read again.
func (f *feed) batch(got answer, state cursor) crawlers.Batch {
	res, parsed := got.res, got.feed
	r := newReader(parsed, res.URL, f.env)
	r.known(state.Visits)
	next := cursor{Visits: r.visit, V: res.Validators, URL: state.URL, Seen: make(poll.Fingerprints, len(parsed.Items)), Newest: state.Newest, Hub: hubOf(res.Header, parsed, res.URL), Rules: readingRules}
	if next.Since = state.Since; next.Since.IsZero() {
		next.Since = f.env.Now()
		if !state.Newest.IsZero() { // an earlier earshot read it first
			next.Since = state.Newest
		}
	}
	var fresh, known, past []mention.Post
	tell := !state.Since.IsZero() && telling(parsed)
	for i, item := range parsed.Items {
		full := fullText(item)
		mark := r.markItem(item, full)
		if i < poll.MaxFingerprints { // feeds begin with what is new
			next.Seen[mark] = struct{}{}
		}
		_, ok := state.Seen[mark]
		if next.Full = next.Full || full != ""; full != "" && !state.Full { // an earlier earshot read it
			_, early := state.Seen[r.markItem(item, "")]
			ok = ok || early
		}
		if ok {
			p := r.named(item)
			f.unwrap(&p, item)
			known = append(known, p)
			continue
		}
		if len(fresh) == 0 {
			r.learnTails()
		}
		p := r.post(item)
		f.unwrap(&p, item)
		fresh = append(fresh, p)
		if tell && poll.LongPast(item.Published, p, state.Since) {
			past = append(past, p)
		}
	}
	if got.cut || len(parsed.Items) == 0 { // what is not shown for a while is known when it is back
		for mark := range state.Seen {
			if len(next.Seen) >= poll.MaxFingerprints {
				break
			}
			next.Seen[mark] = struct{}{}
		}
	}
	read := len(fresh)
	fresh = poll.Finish(f.env, fresh)
	if t := poll.Newest(fresh); t.After(next.Newest) {
		next.Newest = t
	}
	sees := got.sight(len(known)+len(fresh), read-len(fresh))
	sees.Newest, sees.Gap = next.Newest, len(state.Seen) > 0 && len(known) == 0
	return crawlers.Batch{Posts: fresh, Beside: poll.IDs(known), Past: poll.IDs(past), Anew: got.mended && len(state.Seen) > 0 && state.Rules < readingRules, Next: poll.EncodeCursor(next), Observed: sees, Hub: next.Hub}
}

// sight is what to tell of an answer that so many posts were made of.
func (a answer) sight(posts, dropped int) crawlers.Observation {
	sees := crawlers.Observation{What: fmt.Sprintf("%s, %s", feedName(a.feed), text.Count(posts, "post")), Items: posts, Bytes: len(a.res.Body)}
	if len(a.feed.Items) == 0 {
		sees.Notes = append(sees.Notes, "the feed is empty: it can be read and holds no entry")
	}
	if note := a.note(); note != "" {
		sees.Notes, sees.Unread = append(sees.Notes, note), []string{note}
	}
	if dropped > 0 {
		sees.Notes = append(sees.Notes, fmt.Sprintf("%s without words, or twice", text.Count(dropped, "entry")))
	}
	sees.Notes = append(sees.Notes, poll.Moved(a.res)...)
	return sees
}

// telling reports whether the dates of a feed tell its posts apart.
func telling(parsed *gofeed.Feed) bool {
	dates := make([]string, len(parsed.Items))
	for i, item := range parsed.Items {
		dates[i] = item.Published
	}
	return poll.Telling(dates)
}

// unwrap undoes what feeds of search engines put around an article: a counter
// before its address, the publisher behind its title, both again as its text.
func (f *feed) unwrap(p *mention.Post, item *gofeed.Item) {
	if f.Target != "" {
		if u, err := url.Parse(p.URL); err == nil {
			if own := poll.CleanURL(u.Query().Get(f.Target)); own != "" {
				if p.ID == p.URL {
					p.ID = own
				}
				p.URL = own
			}
		}
	}
	if !f.Publisher {
		return
	}
	publisher := htmltext.Line(item.Custom[customSource]) // empty where the feed names none beside
	switch i := strings.LastIndex(p.Title, " - "); {
	case p.Author != "":
	case publisher != "":
		p.Title, p.Author = strings.TrimSpace(strings.TrimSuffix(p.Title, " - "+publisher)), publisher
	case i > 0:
		p.Title, p.Author = strings.TrimSpace(p.Title[:i]), strings.TrimSpace(p.Title[i+3:])
	}
	if strings.HasPrefix(text.Letters(p.Title+p.Author), text.Letters(p.Text)) {
		p.Text = ""
	}
}

func feedName(p *gofeed.Feed) string {
	switch p.FeedType {
	case "rss":
		return strings.TrimSpace("RSS " + p.FeedVersion)
	case "atom":
		return "Atom"
	case "json":
		return "JSON Feed"
	}
	return "feed"
}

// looksLikeHTML tells a web page from a broken feed.
func looksLikeHTML(res *fetch.Response) bool {
	head := strings.ToLower(string(res.Body[:min(len(res.Body), 1024)]))
	return strings.Contains(head, "<html") || strings.Contains(head, "<!doctype html") ||
		strings.HasPrefix(res.Header.Get("Content-Type"), "text/html")
}

// begins quotes what came instead of a feed: the title of a page, or the first
// words of a text. It is empty, or begins with a colon.
func begins(res *fetch.Response) string {
	body := charset.HTML(res)
	if looksLikeHTML(res) {
		doc, release, err := htmltext.Open(body)
		if err != nil {
			return ""
		}
		defer release()
		if said := says(doc); said != "" {
			return ": the page" + said
		}
		return ""
	}
	body = bytes.TrimSpace(body[:min(len(body), 400)])
	if bytes.HasPrefix(body, []byte("<")) {
		return isXML(body)
	}
	if len(body) == 0 || body[0] == '{' || body[0] == '[' || !utf8.Valid(body[:min(len(body), 200)]) && !utf8.Valid(body) || bytes.IndexByte(body, 0) >= 0 {
		return ""
	}
	return ": it begins with " + quoted(string(body))
}

// isXML quotes the name and the first words of a document that is something else than a feed: of an error, a sitemap.
func isXML(head []byte) (said string) {
	eachTag(head, func(t tag) bool {
		said = ": it is XML of <" + t.name + ">"
		if words := htmltext.Line(anyElement.ReplaceAllString(string(head[t.end:]), " ")); words != "" {
			said += " that begins with " + quoted(words)
		}
		return false
	})
	return said
}

// webPage is what a page says that is no feed.
type webPage struct {
	feeds   []string // that it announces or links to, or else the places where feeds usually are
	guessed bool     // it announces none
	said    string   // as says has it
	sentOn  string   // where it sends browsers on to
}

func lookAt(page *fetch.Response) (p webPage, err error) {
	doc, release, err := htmltext.Open(charset.HTML(page))
	if err != nil {
		return p, err
	}
	defer release()
	p = webPage{feeds: announced(doc, page.URL), said: says(doc), sentOn: poll.SentOn(doc, page.URL)}
	if p.guessed = len(p.feeds) == 0; p.guessed {
		const most = 2 // the usual places are asked for as well
		near := linked(doc, page.URL)
		near = near[:min(len(near), most)]
		usual := slices.DeleteFunc(usualFeeds(page.URL), func(c string) bool { return slices.Contains(near, c) })
		p.feeds = append(near, usual...)
	}
	return p, nil
}

// discover reads the first feed that a page leads to and that can be read.
func (f *feed) discover(ctx context.Context, page *fetch.Response, state cursor) (crawlers.Batch, error) {
	p, err := lookAt(page)
	if err != nil {
		return crawlers.Batch{}, err
	}
	if slices.Contains(p.feeds, f.lost) {
		return crawlers.Batch{}, errLost // another one would be another feed
	}
	var last error
	for _, c := range p.feeds {
		if c == page.URL {
			continue
		}
		batch, err := f.read(ctx, c, cursor{URL: c, Seen: state.Seen, Since: state.Since, Rules: state.Rules})
		switch {
		case err == nil:
			batch.Observed.Notes = append(batch.Observed.Notes, "found by itself: "+fetch.SafeURL(c))
			return batch, nil
		case ctx.Err() != nil:
			return crawlers.Batch{}, ctx.Err()
		case crawlers.ClassifyError(err).Blocked && !errors.Is(err, fetch.ErrRobots) && !errors.Is(err, fetch.ErrGone):
			return crawlers.Batch{}, err // the host refuses: no more guesses
		}
		last = err
	}
	sees := crawlers.Observation{What: "a web page without a feed", Bytes: len(page.Body)}
	switch {
	case !p.guessed && last != nil:
		err = fmt.Errorf("the feed the page%s announces cannot be read: %w", p.said, last)
	case p.sentOn != "":
		err = crawlers.Other("no feed: the page" + p.said + " sends browsers on to " + fetch.SafeURL(p.sentOn) + ": give that address, or the feed's own")
	default:
		err = crawlers.Other("no feed: the page" + p.said + " announces none and none is in the usual places; give the feed's own address, or read the page with `page:` or `forum:`")
	}
	return crawlers.Batch{Observed: sees}, err
}

// says quotes a page's title and heading: an error page that comes with status 200
// tells there what is the matter. It is empty, or begins with a space.
func says(doc *goquery.Document) string {
	title, heading := htmltext.OneLine(doc.Find("head title").First().Text()), htmltext.OneLine(doc.Find("h1, h2").First().Text())
	if title == "" || strings.Contains(heading, title) {
		title, heading = heading, ""
	}
	switch {
	case title == "":
		return ""
	case heading == "" || strings.Contains(title, heading):
		return " " + quoted(title)
	}
	return " " + quoted(title) + " (" + quoted(heading) + ")"
}

// Thread follows the comments of an article by the feed it names for them.
func (f *feed) Thread(ctx context.Context, p mention.Post, since crawlers.Cursor) (crawlers.Batch, error) {
	if !strings.HasPrefix(p.ThreadHint, "http") {
		return crawlers.Batch{Next: since, Unchanged: true}, nil
	}
	var state cursor
	poll.DecodeCursor(since, &state)
	comments := feed{env: f.env, only: true}
	comments.env.PostKind = mention.Comment
	batch, err := comments.read(ctx, p.ThreadHint, state)
	for i := range batch.Posts {
		if batch.Posts[i].ThreadURL == "" {
			batch.Posts[i].ThreadURL = p.URL
		}
	}
	return batch, err
}
