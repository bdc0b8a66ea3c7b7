package forum

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// readAt is when the pages of these tests are read.
var readAt = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

type fetcherFunc func(context.Context, fetch.Request) (*fetch.Response, error)

func (f fetcherFunc) Do(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	return f(ctx, r)
}

func testEnv(f crawlers.Fetcher) crawlers.Env {
	return crawlers.Env{Fetch: f, Now: func() time.Time { return readAt }, Source: "test", PostKind: mention.Forum, Zone: time.UTC}
}

// board is a small phpBB: what it answers changes between polls, and every
// answer carries another session id.
type board struct {
	t       *testing.T
	threads map[int][]boardPost
	order   []int // of the list
	perPage int
	visits  int
	asked   []string
	fail    map[string]error // by path and query
	origin  string           // what absolute links point to; "" for relative ones
	finds   bool             // it redirects a post's number to the post's thread
	steady  bool             // without session ids: the same page is the same bytes
	cut     string           // the page that ends in the middle, by path and query
}

type boardPost struct {
	id   int
	text string
	at   time.Time
}

func newBoard(t *testing.T) *board {
	return &board{t: t, threads: map[int][]boardPost{}, perPage: 3, fail: map[string]error{}}
}

func (b *board) add(thread, id int, text string) {
	if _, ok := b.threads[thread]; !ok {
		b.order = append([]int{thread}, b.order...)
	}
	b.threads[thread] = append(b.threads[thread], boardPost{id, text, readAt.Add(time.Duration(id)*time.Minute).AddDate(0, 0, -3)})
}

func (b *board) Do(ctx context.Context, req fetch.Request) (*fetch.Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	u, err := url.Parse(req.URL)
	if err != nil {
		return nil, err
	}
	key := u.Path + "?" + u.RawQuery
	b.asked = append(b.asked, key)
	if err := b.fail[key]; err != nil {
		return nil, err
	}
	b.visits++
	q := u.Query()
	var page string
	switch u.Path {
	case "/viewforum.php":
		page = b.list()
	case "/viewtopic.php":
		var t, start int
		fmt.Sscan(q.Get("t"), &t)
		fmt.Sscan(q.Get("start"), &start)
		at := req.URL
		if b.finds && q.Get("p") != "" {
			t, start = b.find(q.Get("p"))
			at = fmt.Sprintf("%s/viewtopic.php?t=%d&start=%d", boardAt, t, start)
		}
		if len(b.threads[t]) <= start {
			return nil, &fetch.StatusError{Status: http.StatusNotFound, URL: req.URL}
		}
		page, req.URL = b.topic(t, start), at
	default:
		return nil, &fetch.StatusError{Status: http.StatusNotFound, URL: req.URL}
	}
	if b.cut == key {
		page = page[:strings.LastIndex(page, `<div class="content">`)+len(`<div class="content">`)]
	}
	return answer(req, page), nil
}

// answer is what the real client makes of a page: the same bytes again are no news.
func answer(req fetch.Request, page string) *fetch.Response {
	sum := sha256.Sum256([]byte(page))
	res := &fetch.Response{URL: req.URL, Status: 200, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Body: []byte(page), At: readAt,
		Validators: fetch.Validators{BodyHash: hex.EncodeToString(sum[:16])}}
	if req.Validators == res.Validators {
		res.NotModified, res.Body = true, nil
	}
	return res
}

// find returns the thread and the page that a post stands on; thread 0 is none.
func (b *board) find(id string) (thread, start int) {
	for t, posts := range b.threads {
		for i, p := range posts {
			if fmt.Sprint(p.id) == id {
				return t, i / b.perPage * b.perPage
			}
		}
	}
	return 0, 0
}

func (b *board) sid() string {
	if b.steady {
		return ""
	}
	return fmt.Sprintf("&amp;sid=%032x", b.visits)
}

func (b *board) link(rest string) string {
	if b.origin == "" {
		return "./" + rest
	}
	return b.origin + "/" + rest
}

func (b *board) list() string {
	var s strings.Builder
	s.WriteString(`<html><body id="phpbb"><ul class="topiclist topics">`)
	for _, t := range b.order {
		posts := b.threads[t]
		last := posts[len(posts)-1]
		fmt.Fprintf(&s, `<li class="row"><a class="topictitle" href="%s">Thread %d</a><dl><dd class="posts">%d</dd><dd class="lastpost"><a href="%s#p%d">x</a></dd></dl></li>`,
			b.link(fmt.Sprintf("viewtopic.php?t=%d%s", t, b.sid())), t, len(posts)-1, b.link(fmt.Sprintf("viewtopic.php?p=%d%s", last.id, b.sid())), last.id)
	}
	return s.String() + `</ul></body></html>`
}

func (b *board) topic(t, start int) string {
	var s strings.Builder
	fmt.Fprintf(&s, `<html><body id="phpbb"><h2 class="topic-title"><a href="%s">Thread %d</a></h2>`, b.link(fmt.Sprintf("viewtopic.php?t=%d%s", t, b.sid())), t)
	posts := b.threads[t]
	end := min(start+b.perPage, len(posts))
	for _, p := range posts[start:end] {
		fmt.Fprintf(&s, `<div id="p%d" class="post"><div class="postbody"><h3><a href="%s#p%d">Re: Thread</a></h3><p class="author">by <a class="username" href="#">ann</a> <time datetime="%s"></time></p><div class="content">%s</div></div></div>`,
			p.id, b.link(fmt.Sprintf("viewtopic.php?p=%d%s", p.id, b.sid())), p.id, p.at.Format(time.RFC3339), p.text)
	}
	s.WriteString(`<div class="pagination"><ul>`)
	if start > 0 {
		fmt.Fprintf(&s, `<li class="arrow previous"><a rel="prev" href="%s">Previous</a></li>`, b.link(fmt.Sprintf("viewtopic.php?t=%d%s&amp;start=%d", t, b.sid(), start-b.perPage)))
	}
	for i := 0; i*b.perPage < len(posts); i++ {
		fmt.Fprintf(&s, `<li><a class="button" href="%s">%d</a></li>`, b.link(fmt.Sprintf("viewtopic.php?t=%d%s&amp;start=%d", t, b.sid(), i*b.perPage)), i+1)
	}
	if end < len(posts) {
		fmt.Fprintf(&s, `<li class="arrow next"><a rel="next" href="%s">Next</a></li>`, b.link(fmt.Sprintf("viewtopic.php?t=%d%s&amp;start=%d", t, b.sid(), end)))
	}
	return s.String() + `</ul></div></body></html>`
}

// reader polls one source of the board and keeps the cursor.
type boardReader struct {
	t      *testing.T
	b      *board
	f      *crawler
	cursor crawlers.Cursor
}

func (b *board) reader(address string) *boardReader {
	f, err := newCrawler(testEnv(b), address)
	if err != nil {
		b.t.Fatal(err)
	}
	return &boardReader{t: b.t, b: b, f: f}
}

// poll returns the texts of the posts and what was asked for.
func (r *boardReader) poll() (texts, asked []string) {
	r.t.Helper()
	r.b.asked = nil
	batch, err := r.f.Poll(context.Background(), r.cursor)
	if err != nil {
		r.t.Fatal(err)
	}
	r.cursor = batch.Next
	for _, p := range batch.Posts {
		texts = append(texts, p.Text)
	}
	return texts, r.b.asked
}

func (r *boardReader) want(what string, texts ...string) []string {
	r.t.Helper()
	got, asked := r.poll()
	if !slices.Equal(got, texts) {
		r.t.Errorf("%s: got %q, want %q (asked for %q)", what, got, texts, asked)
	}
	return asked
}
