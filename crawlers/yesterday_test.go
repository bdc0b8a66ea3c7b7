package crawlers_test

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// places are the sites of TestCursorsOfYesterday, as they were when their cursor was stored
// and as they are today.
var places = []struct {
	name, block string
	on          bool          // it is asked for what follows alone: nothing comes again
	thread      *mention.Post // of whose discussion the cursor is; nil: of the source
	before, now map[string]string
	cursor      crawlers.Cursor // as 7f2fc241 stored it
	fresh       []string        // texts of what is new
}{
	{
		name: "feed that a page names", block: "feed: https://f.example/",
		before: map[string]string{"https://f.example/": feedPage, "https://f.example/rss": feedOf(1, 2)},
		now:    map[string]string{"https://f.example/": feedPage, "https://f.example/rss": feedOf(2, 3)},
		cursor: `{"v":{"hash":"41a0b8d7e177af09cb3695bcd7e5cda81930a7aec55733264aa78a3a626bad1c"},"url":"https://f.example/rss","seen":"O6DkKsK0kn+w5AbFhP8a/Q","since":"2026-11-22T12:00:00Z"}`,
		fresh:  []string{"item 3"},
	},
	{
		name: "comments of a feed", block: "feed: https://f.example/rss",
		thread: &mention.Post{ID: "1", URL: "https://f.example/1", ThreadHint: "https://f.example/1/feed"},
		before: map[string]string{"https://f.example/1/feed": feedOf(11, 12)},
		now:    map[string]string{"https://f.example/1/feed": feedOf(11, 12, 13)},
		cursor: `{"v":{"hash":"750fd98278f46ce3f772c059258c5d7a78cd1c1d773224adb95422de1c79ac51"},"seen":"L8zs+IU9o/flOsKwNzEMWQ","since":"2026-11-22T12:00:00Z"}`,
		fresh:  []string{"item 13"},
	},
	{
		name: "page", block: "page: https://p.example/r",
		before: map[string]string{"https://p.example/r": reviewsOf("", 2, 1)},
		now:    map[string]string{"https://p.example/r": reviewsOf("", 3, 2, 1)},
		cursor: `{"v":{"hash":"64430167bac498ad105c4e8cb25609e31112a4676b1736f7036dee945e1596c4"},"seen":"TuFoPLxCge6KGg+ykb9nDQ","since":"2026-11-22T12:00:00Z","at":"p.example/r"}`,
		fresh:  []string{"review 3"},
	},
	{
		name: "page of a list that goes to newer posts", block: newerPages,
		before: map[string]string{"https://p.example/r": reviewsOf("/r?p=2", 1, 2), "https://p.example/r?p=2": reviewsOf("", 3, 4)},
		now: map[string]string{"https://p.example/r": reviewsOf("/r?p=2", 1, 2), "https://p.example/r?p=2": reviewsOf("/r?p=3", 3, 4),
			"https://p.example/r?p=3": reviewsOf("", 5)},
		cursor: `{"seen":"O1ygbc1xeqBV+mgxrWf6vZJyjHtmSyZb+rgs8DtLgfI","since":"2026-11-22T12:00:00Z","at":"p.example/r","way":"newer","rising":true,"last":"https://p.example/r?p=2"}`,
		fresh:  []string{"review 5"},
	},
	{
		name: "api, each value", block: "json: https://api.example/{shop}\nlist: .items[]\nfields: {id: .id, time: .at, text: .t}\neach: {shop: [a, b]}",
		before: map[string]string{"https://api.example/a": itemsOf("", 1), "https://api.example/b": itemsOf("", 21)},
		now:    map[string]string{"https://api.example/a": itemsOf("", 2, 1), "https://api.example/b": itemsOf("", 22, 21)},
		cursor: `{"parts":{"a":{"for":"sha256:bf43b85999c0902a1931ee01","v":{"hash":"a90ac20d0ade98b8146015c4c2002a27966659303fa0b91939cf833137a360e8"},"newest":"2026-11-20T00:01:00Z","seen":"I1QqN+ucAJE"},"b":{"for":"sha256:4bf9166666a928786e46183a","v":{"hash":"6771a74229d6327de6eee7613ce41f4e0dbf8ad9b86b6ea19423106fa46e6b62"},"newest":"2026-11-20T00:21:00Z","seen":"u5xG5SyjG2A"}}}`,
		fresh:  []string{"item 2", "item 22"},
	},
	{
		name: "api, inbox", on: true, block: "json: \"https://api.example/in{?from=cursor}\"\nlist: .items[]\nfields: {id: .id, time: .at, text: .t}\npager: {by: cursor, next: .next, keep: true, pages: 1}",
		before: map[string]string{"https://api.example/in": itemsOf("3", 1, 2)},
		now:    map[string]string{"https://api.example/in?from=3": itemsOf("", 3)},
		cursor: `{"parts":{"":{"for":"sha256:4ab69d41245502246560b7ad","v":{"hash":"5b0b12b426a61a1104545bb76da66cd4d9d502ff725c41588497696a522b14df"},"newest":"2026-11-20T00:02:00Z","seen":"gxPmAH+hNIX7z+d+ftxg3w","cursor":"3"}}}`,
		fresh:  []string{"item 3"},
	},
	{
		name: "discussion of an api", block: "json: https://api.example/q\nlist: .items[]\nfields: {id: .id, time: .at, text: .t, comments: '\"https://api.example/c\"'}\nfollow: .items[]",
		thread: &mention.Post{ID: "1", URL: "https://api.example/1", ThreadHint: "https://api.example/c"},
		before: map[string]string{"https://api.example/c": itemsOf("", 1, 2)},
		now:    map[string]string{"https://api.example/c": itemsOf("", 1, 2, 3)},
		cursor: `{"v":{"hash":"8f8422972f0097aa539524ef32af7722199dc7037e9c1b56c87c839c96463456"},"seen":"nyeKehmx0+DUet1Ouz+IVg"}`,
		fresh:  []string{"item 3"},
	},
	{
		name: "stream", on: true, block: "stream: https://s.example/s{?from=cursor}\nfields: {id: .id, url: '\"https://s.example/\\(.id)\"', time: .at, text: .t, reply: .to}\ncursor: .id\nrewind: 2",
		before: map[string]string{"https://s.example/s": eventsOf(1, 2, 3)},
		now:    map[string]string{"https://s.example/s?from=1": eventsOf(2, 3, 4) + answerTo(5, 1) + answerTo(6, 99)},
		cursor: `{"cursor":"3","seen":"QsHlK2ndE7h7wykQQA/su3+ZvDWdk5Xk","known":"t7QSdjYFZNRgIbViFoBZiyYWfCr1Fiyk","pulse":{"n":3,"since":"2026-11-22T12:00:00Z","last":"2026-11-22T12:00:00Z"}}`,
		fresh:  []string{"answer 5", "event 4"},
	},
	{
		name: "forum, one thread", block: "forum: https://b.example/viewtopic.php?t=1",
		before: map[string]string{"https://b.example/viewtopic.php?t=1": topicOf(1, 0, 2, 11, 12), "https://b.example/viewtopic.php?t=1&start=2": topicOf(1, 2, 0, 13)},
		now: map[string]string{"https://b.example/viewtopic.php?t=1": topicOf(1, 0, 2, 11, 12), "https://b.example/viewtopic.php?t=1&start=2": topicOf(1, 2, 4, 13, 14),
			"https://b.example/viewtopic.php?t=1&start=4": topicOf(1, 4, 0, 15)},
		cursor: `{"engine":"phpBB","at":"https://b.example/viewtopic.php?t=1\u0026start=2","since":"2026-11-22T12:00:00Z","seen":"BPamtjVnZm+QK/PkiCeHlLu/DfdFqkhO"}`,
		fresh:  []string{"post 14", "post 15"},
	},
	{
		name: "forum, list of threads", block: "forum: https://b.example/viewforum.php?f=1",
		before: map[string]string{"https://b.example/viewforum.php?f=1": listOf([2]int{2, 21}, [2]int{1, 12}),
			"https://b.example/viewtopic.php?t=1": topicOf(1, 0, 0, 11, 12), "https://b.example/viewtopic.php?t=2": topicOf(2, 0, 0, 21)},
		now: map[string]string{"https://b.example/viewforum.php?f=1": listOf([2]int{3, 31}, [2]int{1, 13}, [2]int{2, 21}),
			"https://b.example/viewtopic.php?t=1": topicOf(1, 0, 0, 11, 12, 13), "https://b.example/viewtopic.php?t=2": topicOf(2, 0, 0, 21),
			"https://b.example/viewtopic.php?t=3": topicOf(3, 0, 0, 31)},
		cursor: `{"engine":"phpBB","v":{"hash":"82b5e2d9b5d04be33c88fed31b5bfb8383272d6a1c7793b35ca49ec27158a3c3"},"since":"2026-11-22T12:00:00Z","top":2,"threads":{"1":{"m":"1|12","p":"BjcyMoevj2S3FIxCQLi1xA","t":1795348800},"2":{"m":"0|21","p":"9jnxDmK1S6w","t":1795348800}}}`,
		fresh:  []string{"post 13", "post 31"},
	},
	{
		name: "forum, a thread that is followed", block: "forum: https://b.example/viewforum.php?f=1",
		thread: &mention.Post{ID: "11", URL: "https://b.example/viewtopic.php?p=11#p11", ThreadURL: "https://b.example/viewtopic.php?t=1"},
		before: map[string]string{"https://b.example/viewtopic.php?t=1": topicOf(1, 0, 0, 11, 12)},
		now:    map[string]string{"https://b.example/viewtopic.php?t=1": topicOf(1, 0, 0, 11, 12, 13)},
		cursor: `{"engine":"phpBB","since":"2026-11-22T12:00:00Z","seen":"BjcyMoevj2S3FIxCQLi1xA"}`,
		fresh:  []string{"post 13"},
	},
	{
		name: "forum by its API, at the second endpoint", block: "wordpress: https://w.example/",
		before: map[string]string{"https://w.example/?" + wordpressComments: commentsOf(1, 2)},
		now:    map[string]string{"https://w.example/?" + wordpressComments: commentsOf(1, 2, 3)},
		cursor: `{"way":1,"next":"{\"v\":{\"hash\":\"4fe97a2df46fbdcd30b3c2a0bb15aa1d0531171dbf44e4a0c43fdfce9458f2ba\"},\"since\":\"2026-11-22T12:00:00Z\",\"seen\":\"Dyrcmv4Mzh+++F/bOHyWSA\"}"}`,
		fresh:  []string{"comment 3"},
	},
	{
		name: "forum, index of boards", block: "forum: https://b.example/index.php",
		before: map[string]string{"https://b.example/index.php": boardsOf(12), "https://b.example/viewforum.php?f=1": listOf([2]int{1, 12}),
			"https://b.example/viewtopic.php?t=1": topicOf(1, 0, 0, 11, 12)},
		now: map[string]string{"https://b.example/index.php": boardsOf(13), "https://b.example/viewforum.php?f=1": listOf([2]int{1, 13}),
			"https://b.example/viewtopic.php?t=1": topicOf(1, 0, 0, 11, 12, 13)},
		cursor: `{"engine":"phpBB","v":{"hash":"705eacdc6f6c80347b8803919e53a59f8699e303096e11c47100bcf3388c490e"},"since":"2026-11-22T12:00:00Z","top":1,"threads":{"1":{"m":"1|12","p":"TvJxqNl0i/WZx8o/wpX2lA","t":1795348800}},"boards":{"1":"12|12"}}`,
		fresh:  []string{"post 13"},
	},
	{
		name: "feed with a hub and dates", block: "feed: https://f.example/atom",
		before: map[string]string{"https://f.example/atom": atomOf(1, 2)},
		now:    map[string]string{"https://f.example/atom": atomOf(3, 4)}, // a gap
		cursor: `{"v":{"hash":"6f81a7d096686f122020635f4412ac01834baee340ddd08f9ad6fafdd2d94a06"},"seen":"mBj4iGOpUduZEHJVHEtX6A","newest":"2026-11-20T00:02:00Z","since":"2026-11-22T12:00:00Z","hub":{"url":"https://hub.example/","topic":"https://f.example/atom"}}`,
		fresh:  []string{"entry 3", "entry 4"},
	},
}

// TestCursorsOfYesterday: a stored cursor of a version before (7f2fc241, which kept those of
// feeds, pages and discussions in one type) is read by this one: not one post is lost, and
// none is told twice.
func TestCursorsOfYesterday(t *testing.T) {
	for _, p := range places {
		t.Run(p.name, func(t *testing.T) {
			read := func(site rig.Fetcher, since crawlers.Cursor) crawlers.Batch {
				t.Helper()
				batch, err := asker(t, p.block, p.thread, site)(t.Context(), since)
				if err != nil {
					t.Fatal(err)
				}
				return batch
			}
			if !p.on {
				again := read(anew(siteOf(p.before)), p.cursor)
				if got := textsOf(again); len(got) > 0 {
					t.Errorf("nothing is new: %q", got)
				}
				if !keeps(decoded(t, string(p.cursor)), decoded(t, string(again.Next))) {
					t.Errorf("of the cursor\n%s\nis left\n%s", p.cursor, again.Next)
				}
			}
			batch := read(siteOf(p.now), p.cursor)
			if got := textsOf(batch); !slices.Equal(got, p.fresh) {
				t.Errorf("from the cursor of yesterday: %q, want %q", got, p.fresh)
			}
			if p.on {
				return
			}
			if got := textsOf(read(siteOf(p.now), batch.Next)); len(got) > 0 {
				t.Errorf("and once more: %q", got)
			}
		})
	}
}

// asker is the Poll of a source, or the Thread of one of its posts.
func asker(t *testing.T, block string, post *mention.Post, site rig.Fetcher) func(context.Context, crawlers.Cursor) (crawlers.Batch, error) {
	c := rig.Crawler(t, block, site, func(e *crawlers.Env) {
		e.Interest = func(_, text string) bool { return strings.HasPrefix(text, "event") }
	})
	if post == nil {
		return c.Poll
	}
	return func(ctx context.Context, since crawlers.Cursor) (crawlers.Batch, error) {
		return c.(crawlers.Threader).Thread(ctx, *post, since)
	}
}

// anew is a site that knows no conditional requests.
func anew(site rig.Fetcher) rig.Fetcher {
	return func(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
		r.Validators = fetch.Validators{}
		return site(ctx, r)
	}
}

// decoded is a cursor with those that it keeps inside.
func decoded(t *testing.T, cursor string) (v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(cursor), &v); err != nil {
		t.Fatal(err)
	}
	if all, ok := v.(map[string]any); ok {
		if next, ok := all["next"].(string); ok {
			all["next"] = decoded(t, next)
		}
	}
	return v
}

// keeps reports whether all that was remembered is. Of what was seen a list that is read on
// from its last page keeps that page's.
func keeps(was, is any) bool {
	all, ok := was.(map[string]any)
	if !ok {
		return was == is
	}
	some, _ := is.(map[string]any)
	for key, value := range all {
		if now := some[key]; now == nil || key != "seen" && !keeps(value, now) {
			return false
		}
	}
	return true
}

func textsOf(b crawlers.Batch) (texts []string) {
	for _, p := range b.Posts {
		texts = append(texts, p.Text)
	}
	slices.Sort(texts)
	return texts
}

// siteOf answers unchanged pages as the real client does.
func siteOf(pages map[string]string) rig.Fetcher {
	return func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
		body, ok := pages[r.URL]
		if !ok {
			return nil, &fetch.StatusError{Status: http.StatusNotFound, URL: r.URL}
		}
		res := &fetch.Response{URL: r.URL, Status: http.StatusOK, Header: http.Header{}, Body: []byte(body), At: rig.Now,
			Validators: fetch.Validators{BodyHash: fmt.Sprintf("%x", sha256.Sum256([]byte(body)))}}
		if strings.HasPrefix(body, "data:") {
			res.Header.Set("Content-Type", "text/event-stream")
		}
		if r.Validators == res.Validators {
			res.NotModified, res.Body = true, nil
		}
		return res, nil
	}
}

// dayOf is a day of the posts' numbers, before rig.Now.
func dayOf(n int) string { return fmt.Sprintf("2026-11-20T%02d:%02d:00Z", n/60, n%60) }

const feedPage = `<html><head><link rel="alternate" type="application/rss+xml" href="/rss"></head><body>news</body></html>`

func feedOf(numbers ...int) string {
	var s strings.Builder
	for _, n := range numbers {
		fmt.Fprintf(&s, "<item><guid isPermaLink=\"false\">%d</guid><link>https://f.example/i/%d</link><description>item %d</description></item>", n, n, n)
	}
	return `<rss version="2.0"><channel><title>F</title>` + s.String() + `</channel></rss>`
}

const newerPages = "page: {address: https://p.example/r, pages: 3, select: {item: .r, id: '@id', text: p, time: time, next: a.next}}"

func reviewsOf(next string, numbers ...int) string {
	var s strings.Builder
	for _, n := range numbers {
		fmt.Fprintf(&s, `<div class="r" id="r%d" itemscope itemtype="https://schema.org/Review"><time itemprop="datePublished" datetime="%s"></time><p itemprop="reviewBody">review %d</p></div>`, n, dayOf(n), n)
	}
	if next != "" {
		fmt.Fprintf(&s, `<a class="next" href="%s">next</a>`, next)
	}
	return "<html><body>" + s.String() + "</body></html>"
}

func itemsOf(next string, numbers ...int) string {
	var list []string
	for _, n := range numbers {
		list = append(list, fmt.Sprintf(`{"id":%d,"at":%q,"t":"item %d"}`, n, dayOf(n), n))
	}
	return fmt.Sprintf(`{"items":[%s],"next":%q}`, strings.Join(list, ","), next)
}

func eventsOf(numbers ...int) string {
	var s strings.Builder
	for _, n := range numbers {
		fmt.Fprintf(&s, "data: {\"id\":%d,\"at\":%q,\"t\":\"event %d\"}\n\n", n, dayOf(n), n)
	}
	return s.String()
}

func answerTo(n, to int) string {
	return fmt.Sprintf("data: {\"id\":%d,\"at\":%q,\"t\":\"answer %d\",\"to\":%d}\n\n", n, dayOf(n), n, to)
}

func topicOf(thread, start, next int, numbers ...int) string {
	var s strings.Builder
	fmt.Fprintf(&s, `<html><body id="phpbb"><h2 class="topic-title"><a href="./viewtopic.php?t=%d">Thread %d</a></h2>`, thread, thread)
	for _, n := range numbers {
		fmt.Fprintf(&s, `<div id="p%d" class="post"><div class="postbody"><h3><a href="./viewtopic.php?p=%d#p%d">Re: Thread</a></h3><p class="author">by <a class="username" href="#">ann</a> <time datetime="%s"></time></p><div class="content">post %d</div></div></div>`,
			n, n, n, dayOf(n), n)
	}
	s.WriteString(`<div class="pagination"><ul>`)
	if start > 0 {
		fmt.Fprintf(&s, `<li class="arrow previous"><a rel="prev" href="./viewtopic.php?t=%d">Previous</a></li>`, thread)
	}
	if next > 0 {
		fmt.Fprintf(&s, `<li class="arrow next"><a rel="next" href="./viewtopic.php?t=%d&amp;start=%d">Next</a></li>`, thread, next)
	}
	return s.String() + `</ul></div></body></html>`
}

func listOf(rows ...[2]int) string { // thread, its last post
	var s strings.Builder
	for _, r := range rows {
		fmt.Fprintf(&s, `<li class="row"><a class="topictitle" href="./viewtopic.php?t=%d">Thread %d</a><dl><dd class="posts">%d</dd><dd class="lastpost"><a href="./viewtopic.php?p=%d#p%d">x</a></dd></dl></li>`,
			r[0], r[0], r[1]%10-1, r[1], r[1])
	}
	return `<html><body id="phpbb"><ul class="topiclist topics">` + s.String() + `</ul></body></html>`
}

func boardsOf(last int) string {
	return fmt.Sprintf(`<html><body id="phpbb"><ul class="topiclist forums"><li class="row"><a class="forumtitle" href="./viewforum.php?f=1">Board</a><dl><dd class="posts">%d</dd><dd class="lastpost"><a href="./viewtopic.php?p=%d#p%d">x</a></dd></dl></li></ul></body></html>`, last, last, last)
}

func atomOf(numbers ...int) string {
	var s strings.Builder
	for _, n := range numbers {
		fmt.Fprintf(&s, `<entry><id>urn:%d</id><link href="https://f.example/e/%d"/><updated>%s</updated><published>%s</published><content>entry %d</content></entry>`, n, n, dayOf(n), dayOf(n), n)
	}
	return `<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><link rel="hub" href="https://hub.example/"/><link rel="self" href="https://f.example/atom"/>` + s.String() + `</feed>`
}

const wordpressComments = "rest_route=/wp/v2/comments&per_page=100&order=desc&orderby=date_gmt&_embed=up"

func commentsOf(numbers ...int) string {
	var list []string
	for _, n := range numbers {
		list = append(list, fmt.Sprintf(`{"id":%d,"post":1,"parent":0,"author_name":"ann","date_gmt":%q,"link":"https://w.example/a/#comment-%d","type":"comment","content":{"rendered":"<p>comment %d</p>"}}`,
			n, strings.TrimSuffix(dayOf(n), "Z"), n, n))
	}
	return "[" + strings.Join(list, ",") + "]"
}
