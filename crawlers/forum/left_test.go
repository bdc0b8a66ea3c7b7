package forum

import (
	"context"
	"errors"
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

// steadyBoard has threads of four posts, on two pages each, and pages whose bytes change
// with their posts alone.
func steadyBoard(t *testing.T, threads int) *board {
	b := newBoard(t)
	b.steady = true
	for thread := 1; thread <= threads; thread++ {
		for i := 1; i <= 4; i++ {
			b.add(thread, thread*100+i, fmt.Sprintf("%d.%d", thread, i))
		}
	}
	return b
}

// What one poll leaves for the next is read by it, also where the list itself stayed as
// it was meanwhile.
func TestLeftForTheNextPoll(t *testing.T) {
	down := &fetch.StatusError{Status: http.StatusInternalServerError, URL: "x"}

	t.Run("a thread of a list", func(t *testing.T) {
		b := steadyBoard(t, 3)
		r := b.reader(boardAt + "/viewforum.php?f=2")
		r.poll()
		b.add(1, 903, "late")
		b.fail["/viewtopic.php?t=1&start=3"] = down
		r.want("it cannot be read")
		b.fail = map[string]error{}
		r.want("it can", "late")
		if asked := r.want("nothing is left"); len(asked) != 1 {
			t.Errorf("asked for %q", asked)
		}
	})
	for what, address := range map[string]string{"a thread's second page": "/viewforum.php?f=2", "the source is a thread": "/viewtopic.php?t=1"} {
		t.Run(what, func(t *testing.T) {
			b := steadyBoard(t, 1)
			r := b.reader(boardAt + address)
			r.poll()
			for i := range 4 {
				b.add(1, 903+i, fmt.Sprintf("new %d", i))
			}
			b.fail["/viewtopic.php?t=1&start=6"] = down
			r.want("its last page cannot be read", "new 0", "new 1")
			b.fail = map[string]error{}
			r.want("it can", "new 2", "new 3")
		})
	}
	t.Run("a thread's page ends in the middle", func(t *testing.T) {
		b := steadyBoard(t, 2)
		r := b.reader(boardAt + "/viewforum.php?f=2")
		r.poll()
		b.add(1, 903, "late")
		b.cut = "/viewtopic.php?t=1&start=3"
		r.want("its last post waits")
		b.cut = ""
		r.want("it is whole", "late")
	})
	t.Run("more threads than one poll reads", func(t *testing.T) {
		b := steadyBoard(t, 25)
		r := b.reader(boardAt + "/viewforum.php?f=2")
		r.poll()
		for thread := 1; thread <= 25; thread++ {
			for i := range 4 {
				b.add(thread, 5000+thread*100+i, fmt.Sprintf("new %d.%d", thread, i))
			}
		}
		first, asked := r.poll()
		second, _ := r.poll()
		if len(asked) != maxRequests || len(first)+len(second) != 100 {
			t.Errorf("%d and %d posts, want 100 in all", len(first), len(second))
		}
	})
	t.Run("a closed thread is asked for again when the list changes", func(t *testing.T) {
		b := steadyBoard(t, 2)
		r := b.reader(boardAt + "/viewforum.php?f=2")
		r.poll()
		b.add(1, 903, "hidden")
		b.fail["/viewtopic.php?t=1&start=3"] = &fetch.BlockedError{Status: 403, URL: "x"}
		r.want("it is closed")
		if asked := r.want("still"); len(asked) != 1 {
			t.Errorf("asked for %q, want the list alone", asked)
		}
	})
}

// The threads of a front page's lists are read by the next poll, too.
func TestLeftOfAnIndex(t *testing.T) {
	b := steadyBoard(t, 2)
	site := fetcherFunc(func(ctx context.Context, req fetch.Request) (*fetch.Response, error) {
		if req.URL == boardAt+"/" {
			last := b.threads[b.order[0]]
			return answer(req, fmt.Sprintf(`<html><body id="phpbb"><ul class="topiclist forums"><li class="row"><a class="forumtitle" href="/viewforum.php?f=2">General</a><dl><dd class="posts">%d</dd><dd class="lastpost"><a href="/viewtopic.php?p=%d#p1">x</a></dd></dl></li></ul></body></html>`,
				len(last)+len(b.threads[1]), last[len(last)-1].id)), nil
		}
		return b.Do(ctx, req)
	})
	f, err := newCrawler(testEnv(site), boardAt+"/")
	if err != nil {
		t.Fatal(err)
	}
	r := &boardReader{t: t, b: b, f: f}
	if texts, _ := r.poll(); len(texts) != 8 {
		t.Fatalf("first poll: %q", texts)
	}
	b.add(1, 903, "late")
	b.fail["/viewtopic.php?t=1&start=3"] = errors.New("connection refused")
	r.want("a thread cannot be read")
	b.fail = map[string]error{}
	r.want("it can", "late")
}

// A list that does not tell which thread has a new post is no reason to leave its threads
// alone when it stays the same.
func TestListThatTellsNothing(t *testing.T) {
	comments := `<item><title>Comment on A by ann</title><link>https://blog.example/a/#comment-%d</link><guid>https://blog.example/?p=5#comment-%d</guid><description>%s</description></item>`
	for name, feed := range map[string]bool{"with a feed of comments": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			var said []string
			f, err := newCrawler(testEnv(fetcherFunc(func(_ context.Context, req fetch.Request) (*fetch.Response, error) {
				const generator = `<meta name="generator" content="WordPress 6.5">`
				head, list, items := "", "", ""
				if feed {
					head = `<link rel="alternate" type="application/rss+xml" href="/comments/feed/">`
				}
				for i, words := range said {
					list += fmt.Sprintf(`<li id="comment-%d" class="comment"><b class="fn">ann</b><div class="comment-metadata"><a href="/a/#comment-%d"><time datetime="2026-09-01T10:0%d:00Z"></time></a></div><div class="comment-content">%s</div></li>`, i+1, i+1, i, words)
					items = fmt.Sprintf(comments, i+1, i+1, words) + items
				}
				switch strings.TrimPrefix(req.URL, "https://blog.example") {
				case "/":
					return answer(req, `<html><head>`+generator+head+`</head><body class="blog"><article id="post-5"><h2 class="entry-title"><a href="/a/">A</a></h2></article></body></html>`), nil
				case "/a/":
					return answer(req, `<html><head>`+generator+`</head><body class="single"><ol>`+list+`</ol></body></html>`), nil
				}
				return answer(req, `<rss version="2.0"><channel><title>Comments</title>`+items+`</channel></rss>`), nil
			})), "https://blog.example/")
			if err != nil {
				t.Fatal(err)
			}
			said = []string{"first"}
			batch, err := f.Poll(t.Context(), "")
			if err != nil || len(batch.Posts) != 1 {
				t.Fatalf("%d posts, %v", len(batch.Posts), err)
			}
			said = append(said, "second")
			batch, err = f.Poll(t.Context(), batch.Next)
			if err != nil || len(batch.Posts) != 1 || batch.Posts[0].Text != "second" {
				t.Errorf("%+v, %v: want the second comment", batch.Posts, err)
			}
		})
	}
}

// What stood on a board before the first poll is no news, whichever poll reads it first.
func TestBaselineThatOnePollDoesNotReach(t *testing.T) {
	years := func(b *board, thread, id, posts int) {
		for i := range posts {
			b.add(thread, id+i, fmt.Sprintf("old %d", id+i))
			b.threads[thread][len(b.threads[thread])-1].at = readAt.AddDate(-2, 0, 0)
		}
	}
	news := func(b *board, thread, id int) {
		b.add(thread, id, fmt.Sprintf("new %d", id))
		b.threads[thread][len(b.threads[thread])-1].at = readAt.Add(-time.Hour)
	}
	t.Run("a long list", func(t *testing.T) {
		b := newBoard(t)
		for thread := 1; thread <= 40; thread++ {
			years(b, thread, 100*thread, 4)
		}
		for i := range 40 { // more pages than a poll reads
			years(b, 3, 5000+i, 1)
		}
		r := b.reader(boardAt + "/viewforum.php?f=2")
		r.poll()
		news(b, 3, 9001)
		news(b, 12, 9002)
		r.want("two old threads are answered", "new 9002", "new 9001")
		news(b, 3, 9003)
		r.want("and again", "new 9003")
	})
	t.Run("a first poll that runs out of pages in a thread", func(t *testing.T) {
		b := newBoard(t)
		for thread := 1; thread <= 20; thread++ {
			years(b, thread, 100*thread, 12)
		}
		b.order[0], b.order[19] = b.order[19], b.order[0] // the newest thread is the last of the list
		r := b.reader(boardAt + "/viewforum.php?f=2")
		if _, asked := r.poll(); len(asked) != maxRequests {
			t.Fatalf("%d pages", len(asked))
		}
		r.want("nothing is new")
		news(b, 20, 9001)
		r.want("an answer", "new 9001")
	})
	t.Run("a thread that could not be read", func(t *testing.T) {
		for _, page := range []string{"", "&start=3", "&start=12"} {
			b := newBoard(t)
			years(b, 1, 100, 14)
			years(b, 2, 200, 4)
			r := b.reader(boardAt + "/viewforum.php?f=2")
			b.fail["/viewtopic.php?t=1"+page] = errors.New("connection refused")
			r.poll()
			b.fail = map[string]error{}
			news(b, 1, 9001)
			r.want("it can"+page, "new 9001")
			news(b, 1, 9002)
			r.want("and goes on"+page, "new 9002")
		}
	})
	t.Run("an index", func(t *testing.T) {
		b := newBoard(t)
		for thread := 1; thread <= 60; thread++ {
			years(b, thread, 100*thread, 4)
		}
		site := fetcherFunc(func(ctx context.Context, req fetch.Request) (*fetch.Response, error) {
			u, _ := url.Parse(req.URL)
			forum := 0
			fmt.Sscan(u.Query().Get("f"), &forum)
			switch {
			case u.Path == "/":
				var s strings.Builder
				for f := 1; f <= 4; f++ {
					fmt.Fprintf(&s, `<li class="row"><a class="forumtitle" href="/viewforum.php?f=%d">General</a><dl><dd class="posts">%d</dd></dl></li>`, f, 56+len(b.threads[60]))
				}
				return answer(req, `<html><body id="phpbb"><ul class="topiclist forums">`+s.String()+`</ul></body></html>`), nil
			case forum > 0:
				one := *b
				one.order = nil
				for thread := range b.threads {
					if (thread-1)/15 == forum-1 { // the newest threads are in the last one
						one.order = append(one.order, thread)
					}
				}
				slices.Sort(one.order)
				return answer(req, one.list()), nil
			}
			return b.Do(ctx, req)
		})
		f, err := newCrawler(testEnv(site), boardAt+"/")
		if err != nil {
			t.Fatal(err)
		}
		r := &boardReader{t: t, b: b, f: f}
		r.poll()
		for range 4 {
			r.want("the other lists")
		}
		if asked := r.want("all is known"); len(asked) > 0 {
			t.Errorf("asked for %q", asked)
		}
		news(b, 60, 9001)
		r.want("an answer", "new 9001")
	})
}

// A host that wants long pauses gives fewer pages before the poll must end: what was read
// counts, and the next poll goes on.
func TestSlowHost(t *testing.T) {
	b := newBoard(t)
	for thread := 1; thread <= 20; thread++ {
		for i := range 4 {
			b.add(thread, 100*thread+i, fmt.Sprintf("old %d", 100*thread+i))
			b.threads[thread][i].at = readAt.AddDate(-2, 0, 0)
		}
	}
	left := 0
	f, err := newCrawler(testEnv(fetcherFunc(func(ctx context.Context, req fetch.Request) (*fetch.Response, error) {
		if left--; left < 0 {
			return nil, &fetch.RetryError{URL: "x", After: time.Hour}
		}
		return b.Do(ctx, req)
	})), boardAt+"/viewforum.php?f=2")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	poll := func(since crawlers.Cursor, pages int) crawlers.Batch {
		t.Helper()
		left = pages
		batch, err := f.Poll(ctx, since)
		if err != nil {
			t.Fatal(err)
		}
		return batch
	}
	first := poll("", 10)
	if len(first.Posts) != 16 {
		t.Errorf("%d posts of the first poll, want those of four whole threads", len(first.Posts))
	}
	for thread := 1; thread <= 20; thread++ {
		b.add(thread, 9000+thread, fmt.Sprintf("new %d", thread))
		b.threads[thread][4].at = readAt.Add(-time.Hour)
	}
	told, next := 0, first.Next
	for range 8 {
		batch := poll(next, 10)
		for _, p := range batch.Posts {
			if told++; strings.HasPrefix(p.Text, "old") {
				t.Errorf("%q is told as news", p.Text)
			}
		}
		next = batch.Next
	}
	if told != 20 {
		t.Errorf("%d new posts, want 20", told)
	}
	left = 0
	if _, err := f.Poll(ctx, next); crawlers.ClassifyError(err).RetryAfter != time.Hour {
		t.Errorf("got %v: a poll that reads nothing says why", err)
	}
}

// An old thread that was answered more than its last page shows.
func TestOldThreadWithTwoNewPages(t *testing.T) {
	b := newBoard(t)
	b.add(500, 1000, "known")
	r := b.reader(boardAt + "/viewforum.php?f=2")
	r.want("first poll", "known")
	for i := 1; i <= 20; i++ {
		b.add(30, i, fmt.Sprintf("years ago %d", i))
		b.threads[30][i-1].at = time.Date(2015, 1, i, 0, 0, 0, 0, time.UTC)
	}
	for i := range 5 {
		b.add(30, 2000+i, fmt.Sprintf("today %d", i))
		b.threads[30][20+i].at = readAt.Add(time.Duration(i-60) * time.Minute)
	}
	r.want("five answers on three pages", "today 0", "today 1", "today 2", "today 3", "today 4")
}

// A pinned thread stands first whether it changed or not.
func TestPinnedThread(t *testing.T) {
	b := newBoard(t)
	for thread := 1; thread <= 12; thread++ {
		b.add(thread, thread, fmt.Sprintf("%d", thread))
	}
	pages := fetcherFunc(func(ctx context.Context, req fetch.Request) (*fetch.Response, error) {
		one := *b
		one.order = append([]int{1}, slices.DeleteFunc(slices.Clone(b.order), func(t int) bool { return t == 1 })...)
		switch req.URL {
		case boardAt + "/viewforum.php?f=2":
			one.order = one.order[:6]
			return answer(req, strings.Replace(one.list(), "</body>", `<div class="pagination"><a rel="next" href="/viewforum.php?f=2&amp;start=6">Next</a></div></body>`, 1)), nil
		case boardAt + "/viewforum.php?f=2&start=6":
			one.order = one.order[6:]
			return answer(req, one.list()), nil
		}
		return b.Do(ctx, req)
	})
	f, err := newCrawler(testEnv(pages), boardAt+"/viewforum.php?f=2")
	if err != nil {
		t.Fatal(err)
	}
	r := &boardReader{t: t, b: b, f: f}
	r.poll()
	var want []string
	for thread := 20; thread < 27; thread++ {
		b.add(thread, thread, fmt.Sprintf("%d", thread))
		want = append(want, fmt.Sprintf("%d", thread))
	}
	r.want("more new threads than the first page holds", want...)
}

// Of a long thread the pages in the middle are left out: a post that may stand there is
// not said to be deleted.
func TestPostInThePagesThatAreLeftOut(t *testing.T) {
	b := newBoard(t)
	for i := 1; i <= 60; i++ {
		b.add(7, i, fmt.Sprintf("post %d", i))
	}
	f := b.reader(boardAt + "/viewforum.php?f=2").f
	for id, gone := range map[string]bool{"40": false, "5": true} {
		if gone {
			b.threads[7] = slices.Delete(b.threads[7], 4, 5)
		}
		batch, err := f.Thread(t.Context(), mention.Post{ID: id, URL: boardAt + "/viewtopic.php?t=7#p" + id, ThreadURL: boardAt + "/viewtopic.php?t=7"}, "")
		if err != nil {
			t.Fatal(err)
		}
		if said := slices.ContainsFunc(batch.Posts, func(p mention.Post) bool { return p.Deleted }); said != gone {
			t.Errorf("post %s is said to be deleted: %v", id, said)
		}
	}
}

// A page of a site's newest posts that cannot be read is read by the next poll.
func TestStreamThatBreaksOff(t *testing.T) {
	newest := 4
	fail := map[string]error{}
	f, err := newAPICrawler(testEnv(fetcherFunc(func(_ context.Context, req fetch.Request) (*fetch.Response, error) {
		u, _ := url.Parse(req.URL)
		if err := fail[u.RawQuery]; err != nil {
			return nil, err
		}
		from := newest + 1
		fmt.Sscan(u.Query().Get("before"), &from)
		var posts []string
		for id := from - 1; id > max(from-3, 0); id-- {
			posts = append(posts, fmt.Sprintf(`{"id":%d,"username":"ann","created_at":"2026-09-01T10:%02d:00Z","cooked":"<p>post %d</p>","post_number":%d,"post_type":1,"topic_id":7,"topic_slug":"t"}`, id, id, id, id))
		}
		return answer(req, `{"latest_posts":[`+strings.Join(posts, ",")+`]}`), nil
	})), boardAt, discourseEndpoints)
	if err != nil {
		t.Fatal(err)
	}
	var since crawlers.Cursor
	var got []string
	poll := func() {
		t.Helper()
		batch, err := f.Poll(t.Context(), since)
		if err != nil {
			t.Fatal(err)
		}
		since = batch.Next
		for _, p := range batch.Posts {
			got = append(got, p.Text)
		}
	}
	poll()
	newest, fail["before=7"] = 8, errors.New("connection refused")
	poll()
	fail = map[string]error{}
	poll()
	for id := 3; id <= newest; id++ {
		if want := fmt.Sprintf("post %d", id); !slices.Contains(got, want) {
			t.Errorf("%s was never returned: %q", want, got)
		}
	}
	got = nil
	if poll(); len(got) > 0 {
		t.Errorf("again %q", got)
	}
}

// One way to a site's posts is closed, for a while perhaps: what the next way shows of
// before is no news.
func TestAnotherWayIsNoNews(t *testing.T) {
	closed := map[string]error{}
	post := func(id, no int, at time.Time) string {
		return fmt.Sprintf(`{"id":%d,"username":"ann","created_at":%q,"cooked":"<p>post %d</p>","post_number":%d,"post_type":1,"topic_id":7,"topic_slug":"t"}`, id, at.Format(time.RFC3339), id, no)
	}
	old, now := readAt.AddDate(-2, 0, 0), readAt.Add(-time.Hour)
	f, err := newAPICrawler(testEnv(fetcherFunc(func(_ context.Context, req fetch.Request) (*fetch.Response, error) {
		u, _ := url.Parse(req.URL)
		if err := closed[u.Path]; err != nil {
			return nil, err
		}
		switch u.Path {
		case "/posts.json":
			return answer(req, `{"latest_posts":[`+post(1, 3, old)+`]}`), nil
		case "/latest.json":
			return answer(req, `{"topic_list":{"topics":[{"id":7,"title":"T","slug":"t","highest_post_number":4}]}}`), nil
		}
		return answer(req, `{"id":7,"title":"T","slug":"t","post_stream":{"posts":[`+post(11, 1, old)+`,`+post(12, 2, old)+`,`+post(1, 3, old)+`,`+post(14, 4, now)+`],"stream":[11,12,1,14]}}`), nil
	})), boardAt, discourseEndpoints)
	if err != nil {
		t.Fatal(err)
	}
	first, err := f.Poll(t.Context(), "")
	if err != nil || len(first.Posts) != 1 {
		t.Fatal(first.Posts, err)
	}
	closed["/posts.json"] = &fetch.StatusError{Status: http.StatusNotFound, URL: "x"}
	second, err := f.Poll(t.Context(), first.Next)
	if err != nil || len(second.Posts) != 1 || second.Posts[0].Text != "post 14" {
		t.Errorf("%+v, %v: want the new post alone", second.Posts, err)
	}
	fresh, err := f.Poll(t.Context(), "")
	if err != nil || len(fresh.Posts) != 4 {
		t.Errorf("%d posts, %v: want all where nothing was read before", len(fresh.Posts), err)
	}
}
