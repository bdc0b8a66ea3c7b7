package forum

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// TestPostsThatMoveUpAPage: moderators take posts away, so that those behind move up a page.
// What was written meanwhile is read also where it stands before the page that was last.
func TestPostsThatMoveUpAPage(t *testing.T) {
	for what, address := range map[string]string{"of a list": "/viewforum.php?f=2", "the source is a thread": "/viewtopic.php?t=7"} {
		t.Run(what, func(t *testing.T) {
			b := newBoard(t)
			for i := 1; i <= 7; i++ {
				b.add(7, i, fmt.Sprintf("post %d", i))
			}
			r := b.reader(boardAt + address)
			r.want("first poll", "post 1", "post 2", "post 3", "post 4", "post 5", "post 6", "post 7")
			b.threads[7] = slices.Delete(b.threads[7], 1, 3)
			for i := 8; i <= 10; i++ {
				b.add(7, i, fmt.Sprintf("post %d", i))
				b.threads[7][i-3].at = readAt.Add(time.Duration(i) * time.Second)
			}
			r.want("two are taken away, three are new", "post 8", "post 9", "post 10")
			if asked := r.want("nothing new"); len(asked) > 2 {
				t.Errorf("asked for %q", asked)
			}
		})
	}
}

const boardAt = "https://board.example"

func TestThreadPolls(t *testing.T) {
	b := newBoard(t)
	for i := 1; i <= 4; i++ {
		b.add(7, i, fmt.Sprintf("post %d", i))
	}
	r := b.reader(boardAt + "/viewtopic.php?t=7")
	r.want("first poll", "post 1", "post 2", "post 3", "post 4")
	if asked := r.want("nothing new, another session id"); !slices.Equal(asked, []string{"/viewtopic.php?t=7&start=3"}) {
		t.Errorf("asked for %q, want the last page alone", asked)
	}
	b.add(7, 9, "post 5")
	b.add(7, 10, "post 6")
	b.add(7, 11, "post 7")
	if asked := r.want("three new posts over two pages", "post 5", "post 6", "post 7"); len(asked) != 2 {
		t.Errorf("asked for %q, want two pages", asked)
	}
	b.threads[7][6].text = "post 7, edited"
	r.want("an edit on the last page", "post 7, edited")
	b.threads[7] = b.threads[7][:5]
	// Known posts may come again; the seen filter knows them.
	r.want("posts were deleted with their page", "post 1", "post 2", "post 3", "post 4", "post 5")
	b.add(7, 20, "post 8")
	r.want("and it goes on", "post 8")
}

func TestThreadFromPage(t *testing.T) {
	b := newBoard(t)
	for i := 1; i <= 8; i++ {
		b.add(7, i, fmt.Sprintf("post %d", i))
	}
	b.reader(boardAt+"/viewtopic.php?t=7&start=3").want("opened at page 2", "post 4", "post 5", "post 6", "post 7", "post 8")
}

func TestLongThread(t *testing.T) {
	b := newBoard(t)
	for i := 1; i <= 100; i++ {
		b.add(7, i, fmt.Sprintf("post %d", i))
	}
	r := b.reader(boardAt + "/viewtopic.php?t=7")
	texts, asked := r.poll()
	if len(asked) > maxThreadPages+2 || texts[0] != "post 1" || texts[len(texts)-1] != "post 100" {
		t.Errorf("%d pages, posts %q … %q: want bounded pages and the newest post", len(asked), texts[0], texts[len(texts)-1])
	}
	b.add(7, 200, "new")
	r.want("the next poll", "new")
}

func TestListPolls(t *testing.T) {
	b := newBoard(t)
	for thread := 1; thread <= 3; thread++ {
		for i := 1; i <= 4; i++ {
			b.add(thread, thread*100+i, fmt.Sprintf("%d.%d", thread, i))
		}
	}
	r := b.reader(boardAt + "/viewforum.php?f=2")
	if texts, _ := r.poll(); len(texts) != 12 {
		t.Fatalf("first poll: %q", texts)
	}
	if asked := r.want("nothing changed"); len(asked) != 1 {
		t.Errorf("asked for %q, want the list alone", asked)
	}
	b.add(2, 901, "new in 2")
	if asked := r.want("one thread changed", "new in 2"); !slices.Equal(asked, []string{"/viewforum.php?f=2", "/viewtopic.php?t=2&start=3"}) {
		t.Errorf("asked for %q, want the list and the thread's last page", asked)
	}
	b.add(4, 902, "a new thread")
	r.want("a new thread", "a new thread")

	gone := &fetch.StatusError{Status: http.StatusInternalServerError, URL: "x"}
	b.fail["/viewtopic.php?t=1&start=3"] = gone
	b.add(1, 903, "late")
	b.add(2, 904, "on time")
	r.want("a thread that cannot be read costs itself", "on time")
	delete(b.fail, "/viewtopic.php?t=1&start=3")
	r.want("and is read by the next poll", "late")
}

// TestOldThread: a thread that was never on the list's first page gets an
// answer. Only the answer is new.
func TestOldThread(t *testing.T) {
	b := newBoard(t)
	b.add(500, 1000, "known")
	r := b.reader(boardAt + "/viewforum.php?f=2")
	r.want("first poll", "known")
	for i := 1; i <= 5; i++ {
		b.add(30, i, fmt.Sprintf("years ago %d", i))
		b.threads[30][i-1].at = time.Date(2015, 1, i, 0, 0, 0, 0, time.UTC)
	}
	b.add(30, 2000, "today")
	b.threads[30][5].at = readAt.Add(-time.Hour)
	r.want("an old thread with a new answer", "today")
	b.add(600, 2001, "a new thread with an odd date")
	b.threads[600][0].at = time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)
	r.want("a new thread counts whatever its dates say", "a new thread with an odd date")
}

func TestTroubleInTheMiddle(t *testing.T) {
	b := newBoard(t)
	for i := 1; i <= 9; i++ {
		b.add(7, i, fmt.Sprintf("post %d", i))
	}
	b.fail["/viewtopic.php?t=7&start=3"] = &fetch.RetryError{Status: 429, URL: "x", After: time.Minute}
	f := b.reader(boardAt + "/viewtopic.php?t=7").f
	batch, err := f.Poll(context.Background(), "")
	if got := crawlers.ClassifyError(err); got.RetryAfter != time.Minute {
		t.Errorf("error %v, want the site's own wait", err)
	}
	if len(batch.Posts) != 3 || batch.Next != "" {
		t.Errorf("%d posts, cursor %q: want the first page's posts and the old cursor", len(batch.Posts), batch.Next)
	}
	b.fail["/viewtopic.php?t=7&start=3"] = errors.New("connection refused")
	batch, err = f.Poll(context.Background(), "")
	if err != nil || len(batch.Posts) != 3 || len(batch.Observed.Notes) == 0 {
		t.Errorf("%d posts, %v, notes %q: a dead next page must cost a note", len(batch.Posts), err, batch.Observed.Notes)
	}
	b.fail = map[string]error{}
	if batch, err = f.Poll(context.Background(), batch.Next); err != nil || len(batch.Posts) != 6 {
		t.Errorf("%d posts, %v: want the pages that could not be read", len(batch.Posts), err)
	}
}

// TestMirror: the pages' own links name another port than the one they were
// read from. Links are followed where the source is, permalinks stay the board's.
func TestMirror(t *testing.T) {
	b := newBoard(t)
	b.origin = "http://127.0.0.1:8105"
	for i := 1; i <= 4; i++ {
		b.add(7, i, fmt.Sprintf("post %d", i))
	}
	f, err := newCrawler(testEnv(b), "http://127.0.0.1:40001/viewforum.php?f=2")
	if err != nil {
		t.Fatal(err)
	}
	batch, err := f.Poll(context.Background(), "")
	if err != nil {
		t.Fatal(err)
	}
	if len(batch.Posts) != 0 {
		t.Errorf("%d posts: a link to another port is another site's until the page says it is its own", len(batch.Posts))
	}
	env := testEnv(b)
	env.Base = "http://127.0.0.1:40001"
	if f, err = newCrawler(env, "http://127.0.0.1:8105/viewforum.php?f=2"); err != nil {
		t.Fatal(err)
	}
	if batch, err = f.Poll(context.Background(), ""); err != nil || len(batch.Posts) != 4 {
		t.Fatalf("%d posts, %v", len(batch.Posts), err)
	}
	if got := batch.Posts[3].URL; got != "http://127.0.0.1:8105/viewtopic.php?p=4#p4" {
		t.Errorf("permalink %s", got)
	}
}

func TestLoop(t *testing.T) {
	page := `<html><body id="phpbb"><div id="p1" class="post"><div class="postbody"><p class="author"><a class="username">a</a><time datetime="2026-09-01T10:00:00Z"></time></p><div class="content">x</div></div></div>
<div class="pagination"><a rel="next" href="/viewtopic.php?t=1&amp;start=%d">next</a></div></body></html>`
	n := 0
	f, err := newCrawler(testEnv(fetcherFunc(func(_ context.Context, req fetch.Request) (*fetch.Response, error) {
		n++
		return &fetch.Response{URL: req.URL, Status: 200, Header: http.Header{}, Body: fmt.Appendf(nil, page, n*10), At: readAt}, nil
	})), boardAt+"/viewtopic.php?t=1")
	if err != nil {
		t.Fatal(err)
	}
	batch, err := f.Poll(context.Background(), "")
	if err != nil || len(batch.Posts) != 1 || n > 3 {
		t.Errorf("%d posts after %d pages, %v", len(batch.Posts), n, err)
	}
}

func TestNotOne(t *testing.T) {
	f, err := newCrawler(testEnv(fetcherFunc(func(_ context.Context, req fetch.Request) (*fetch.Response, error) {
		return &fetch.Response{URL: req.URL, Status: 200, Header: http.Header{}, Body: []byte("<html><body><h1>Hello</h1></body></html>")}, nil
	})), boardAt+"/")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = f.Poll(context.Background(), ""); err == nil || !strings.Contains(err.Error(), "no forum was recognised") {
		t.Errorf("got %v, want an error that says what to do", err)
	}
	for _, address := range []string{"", "board.example", "ftp://board.example/", "https://"} {
		if _, err := newCrawler(crawlers.Env{}, address); err == nil {
			t.Errorf("%q was taken", address)
		}
	}
}

func TestZones(t *testing.T) {
	at := time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		text string
		want int // seconds east in July; -1 for no zone
	}{
		{"All times are UTC+03:00", 3 * 3600},
		{"UTC+02:00 Europe/Kiev", 3 * 3600},
		{"All times are GMT +2. The time now is 04:17 PM.", 2 * 3600},
		{"All times are GMT -5. The time now is 04:17 PM.", -5 * 3600},
		{"All times are UTC", 0},
		{"All times are UTC + 2 hours [ DST ]", 3 * 3600},
		{"Часовой пояс: UTC + 3 часа [ Летнее время ]", 4 * 3600},
		{"Часовой пояс GMT +4, время: 16:17.", 4 * 3600},
		{"UTC+05:30", 5*3600 + 1800},
		{"UTC−03:30", -3*3600 - 1800},
		{"Powered by a board", -1},
	} {
		zone := boardZone([]string{c.text})
		got := -1
		if zone != nil {
			_, got = at.In(zone).Zone()
		}
		if got != c.want {
			t.Errorf("%q: %d, want %d", c.text, got, c.want)
		}
	}
}

func TestBlocked(t *testing.T) {
	b := newBoard(t)
	b.add(1, 1, "x")
	b.fail["/viewforum.php?f=2"] = &fetch.BlockedError{Status: 403, URL: "x"}
	f := b.reader(boardAt + "/viewforum.php?f=2").f
	if _, err := f.Poll(context.Background(), ""); !crawlers.ClassifyError(err).Blocked {
		t.Errorf("got %v, want a block", err)
	}
	b.fail = map[string]error{"/viewtopic.php?t=1": &fetch.BlockedError{Status: 403, URL: "x"}}
	batch, err := f.Poll(context.Background(), "")
	if err != nil || len(batch.Observed.Notes) == 0 {
		t.Errorf("%v, notes %q: one closed thread is no block of the board", err, batch.Observed.Notes)
	}
}

func TestFollowsThread(t *testing.T) {
	b := newBoard(t)
	for i := 1; i <= 7; i++ {
		b.add(7, i, fmt.Sprintf("post %d", i))
	}
	f := b.reader(boardAt + "/viewforum.php?f=2").f
	at := mention.Post{ID: "2", URL: boardAt + "/viewtopic.php?p=2#p2", ThreadURL: boardAt + "/viewtopic.php?t=7"}
	batch, err := f.Thread(context.Background(), at, "")
	if err != nil || len(batch.Posts) != 7 {
		t.Fatalf("%d posts, %v", len(batch.Posts), err)
	}
	b.add(7, 8, "an answer")
	b.threads[7][1].text = "post 2, edited"
	if batch, err = f.Thread(context.Background(), at, batch.Next); err != nil || len(batch.Posts) != 2 ||
		batch.Posts[0].Text != "post 2, edited" || batch.Posts[1].Text != "an answer" {
		t.Fatalf("%+v, %v: want the edit and the answer", batch.Posts, err)
	}
	b.threads[7] = slices.Delete(b.threads[7], 1, 2)
	if batch, err = f.Thread(context.Background(), at, batch.Next); err != nil || len(batch.Posts) != 1 ||
		!batch.Posts[0].Deleted || batch.Posts[0].ID != "2" {
		t.Fatalf("%+v, %v: want the deletion", batch.Posts, err)
	}
	delete(b.threads, 7)
	if batch, err = f.Thread(context.Background(), at, batch.Next); err != nil || len(batch.Posts) != 1 || !batch.Posts[0].Deleted {
		t.Fatalf("%+v, %v: want the deletion with its thread", batch.Posts, err)
	}
}

// TestBlogPolls: a front page does not tell which article has a new comment,
// its comments feed does, and the articles are not visited again.
func TestBlogPolls(t *testing.T) {
	front := `<html><head><meta name="generator" content="WordPress 6.5"><link rel="alternate" type="application/rss+xml" href="/comments/feed/"></head><body class="blog"><article id="post-5"><h2 class="entry-title"><a href="/a/">A</a></h2></article></body></html>`
	article := `<html><head><meta name="generator" content="WordPress 6.5"></head><body class="single"><ol><li id="comment-1" class="comment"><b class="fn">ann</b><div class="comment-metadata"><a href="/a/#comment-1"><time datetime="2026-09-01T10:00:00Z"></time></a></div><div class="comment-content">first</div></li></ol></body></html>`
	item := `<item><title>Comment on A by ann</title><link>https://blog.example/a/#comment-%d</link><pubDate>Tue, 01 Sep 2026 10:00:00 +0000</pubDate><guid>https://blog.example/?p=5#comment-%d</guid><description>%s</description></item>`
	items := fmt.Sprintf(item, 1, 1, "first")
	var asked []string
	f, err := newCrawler(testEnv(fetcherFunc(func(_ context.Context, req fetch.Request) (*fetch.Response, error) {
		path := strings.TrimPrefix(req.URL, "https://blog.example")
		asked = append(asked, path)
		body := map[string]string{"/": front, "/a/": article, "/comments/feed/": `<rss version="2.0"><channel><title>Comments</title>` + items + `</channel></rss>`}[path]
		return &fetch.Response{URL: req.URL, Status: 200, Header: http.Header{}, Body: []byte(body), At: readAt}, nil
	})), "https://blog.example/")
	if err != nil {
		t.Fatal(err)
	}
	batch, err := f.Poll(context.Background(), "")
	if err != nil || len(batch.Posts) != 1 {
		t.Fatalf("%d posts, %v", len(batch.Posts), err)
	}
	items = fmt.Sprintf(item, 2, 2, "second") + items
	asked = nil
	batch, err = f.Poll(context.Background(), batch.Next)
	if err != nil || len(batch.Posts) != 1 || batch.Posts[0].ID != "comment-2" || batch.Posts[0].Text != "second" {
		t.Fatalf("%+v, %v: want the second comment", batch.Posts, err)
	}
	if !slices.Equal(asked, []string{"/", "/comments/feed/"}) {
		t.Errorf("asked for %q", asked)
	}
}
