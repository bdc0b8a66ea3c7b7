package feed_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// oddFeed is an RSS feed of these items.
func oddFeed(items ...string) string {
	return `<?xml version="1.0"?><rss version="2.0"><channel><title>N</title><link>https://n.example/</link>` + strings.Join(items, "") + `</channel></rss>`
}

const oddItem = `<item><title>Topic %d</title><link>%s</link>%s<pubDate>Fri, 20 Nov 2026 08:0%[1]d:00 GMT</pubDate><description>Words of entry %[1]d.</description></item>`

// TestFeedSaysWhatCameInstead: no answer is silence, and an error page with status
// 200 is quoted.
func TestFeedSaysWhatCameInstead(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"an error page", `<html><head><title>Database Error</title></head><body><h1>Error establishing a database connection</h1></body></html>`, `"Error establishing a database connection"`},
		{"a page of a provider", `<!doctype html><html><head><title>Обслуговування</title></head><body><h2>Сайт тимчасово недоступний</h2></body></html>`, `"Сайт тимчасово недоступний"`},
		{"a title that says it all", `<html><head><title>503 Backend fetch failed</title></head></html>`, `"503 Backend fetch failed"`},
		{"a page that sends on", `<html><head><META HTTP-EQUIV="Refresh" CONTENT="0; URL='/uk/news?a=1'"></head></html>`, `sends browsers on to https://n.example/uk/news:`},
		{"an error of an API", `{"error": {"message": "Too many readers"}}`, `"Too many readers"`},
		{"an error in XML", `<?xml version="1.0"?><error code="7"><message>Feed disabled</message></error>`, `<error> that begins with "Feed disabled"`},
		{"a list of feeds", `<opml version="2.0"><head/><body><outline xmlUrl="https://n.example/a"/></body></opml>`, `<opml>`},
		{"a sentence", `upstream connect error or disconnect/reset before headers`, `"upstream connect error`},
		{"nothing", "  \n", "empty"},
		{"items that are none", `<rss version="2.0"><channel><title>N</title><category><item><title>A</title></channel></rss>`, "read"},
		{"items in a torn list", `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><channel><x:item>`, "cannot be read"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			site := &rig.Pages{Bodies: map[string]string{"https://n.example/rss": test.body}}
			batch, err := rig.Crawler(t, "feed: https://n.example/rss", site).Poll(t.Context(), "")
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want %s in it", err, test.want)
			}
			if len(batch.Posts) > 0 || batch.Next != "" {
				t.Errorf("posts or a cursor out of nothing: %+v", batch)
			}
		})
	}
}

// TestFeedsGuidsThatChange: a guid, or a token in the link, that is another one in
// every answer makes no known entry new.
func TestFeedsGuidsThatChange(t *testing.T) {
	links := []string{"https://n.example/works/%d", "https://n.example/d?f=AB%d&amp;v=%s7zz%[1]d9x8"}
	for _, link := range links {
		page := func(salt string, n int) string {
			var items []string
			for i := 1; i <= n; i++ {
				l := fmt.Sprintf(link, i, salt)
				l, _, _ = strings.Cut(l, "%!(EXTRA")
				items = append(items, fmt.Sprintf(oddItem, i, l, "<guid isPermaLink=\"false\">"+salt+fmt.Sprint(i)+"</guid>"))
			}
			return oddFeed(items...)
		}
		site := &rig.Pages{Bodies: map[string]string{"https://n.example/rss": page("aaaa", 2)}}
		c := rig.Crawler(t, "feed: https://n.example/rss", site)
		first := rig.Poll(t, c, "")
		site.Bodies["https://n.example/rss"] = page("bbbb", 3)
		second := rig.Poll(t, c, first.Next)
		if len(first.Posts) != 2 || len(second.Posts) != 1 || second.Posts[0].Title != "Topic 3" {
			t.Errorf("%s: first %d posts, then %+v, want the new one alone", link, len(first.Posts), second.Posts)
		}
	}
}

// TestFeedThatIsShortForAWhile: an entry whose guid is another one in every answer is known when it is back, after an
// answer that broke off, or was empty.
func TestFeedThatIsShortForAWhile(t *testing.T) {
	page := func(salt string) string {
		var items []string
		for i := 1; i <= 4; i++ {
			items = append(items, fmt.Sprintf(oddItem, i, fmt.Sprintf("https://n.example/%d", i), "<guid>"+salt+fmt.Sprint(i)+"</guid>"))
		}
		return oddFeed(items...)
	}
	for name, short := range map[string]string{"empty": oddFeed(), "cut": page("bbbb")[:len(page("bbbb"))/2]} {
		site := &rig.Pages{Bodies: map[string]string{"https://n.example/rss": page("aaaa")}}
		c := rig.Crawler(t, "feed: https://n.example/rss", site)
		since := rig.Poll(t, c, "").Next
		for _, body := range []string{short, page("cccc")} {
			site.Bodies["https://n.example/rss"] = body
			batch := rig.Poll(t, c, since)
			if since = batch.Next; len(batch.Posts) > 0 {
				t.Errorf("%s: %d posts are new", name, len(batch.Posts))
			}
		}
	}
}

// TestFeedSessions: what has the same value on all links of an answer is no part of
// the name; what has it in the next answer, too, stays in the link.
func TestFeedSessions(t *testing.T) {
	page := func(sid string, n int) string {
		var items []string
		for i := 1; i <= n; i++ {
			items = append(items, fmt.Sprintf(oddItem, i, fmt.Sprintf("https://n.example/t?p=%d&amp;sid=%s", i, sid), ""))
		}
		return oddFeed(items...)
	}
	const one, two = "0123456789abcdef0123456789abcdef", "fedcba9876543210fedcba9876543210"
	for _, test := range []struct{ next, url string }{{two, "https://n.example/t?p=3"}, {one, "https://n.example/t?p=3&sid=" + one}} {
		site := &rig.Pages{Bodies: map[string]string{"https://n.example/rss": page(one, 2)}}
		c := rig.Crawler(t, "feed: https://n.example/rss", site)
		first := rig.Poll(t, c, "")
		if p := first.Posts[0]; p.ID != "https://n.example/t?p=1" || p.URL != p.ID {
			t.Errorf("first: %q at %q", p.ID, p.URL)
		}
		site.Bodies["https://n.example/rss"] = page(test.next, 3)
		second := rig.Poll(t, c, first.Next)
		if len(second.Posts) != 1 || second.Posts[0].ID != "https://n.example/t?p=3" || second.Posts[0].URL != test.url {
			t.Errorf("then: %+v, want %s", second.Posts, test.url)
		}
	}
}

// cutting answers with the first of its bodies, then with the next, and so on.
type cutting struct {
	rig.Pages
	next []string
}

func (c *cutting) answer(res *fetch.Response) {
	if len(c.next) > 0 {
		res.Body, c.next = []byte(c.next[0]), c.next[1:]
	}
}

// changed is a site whose answers something is done to.
type changed struct {
	site *rig.Pages
	to   func(*fetch.Response)
}

func (c changed) Do(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	res, err := c.site.Do(ctx, r)
	if err == nil {
		c.to(res)
	}
	return res, err
}

// TestFeedThatIsCut: once, it is read as a whole with the second try; always at the
// same place, as it is; always elsewhere, its whole entries.
func TestFeedThatIsCut(t *testing.T) {
	whole := oddFeed(fmt.Sprintf(oddItem, 1, "https://n.example/1", ""), fmt.Sprintf(oddItem, 2, "https://n.example/2", ""), fmt.Sprintf(oddItem, 3, "https://n.example/3", ""))
	cut := whole[:strings.Index(whole, "entry 3")]
	shorter := whole[:strings.Index(whole, "Topic 3")]
	for _, test := range []struct {
		name  string
		next  []string
		posts int
		said  bool
	}{
		{"once", []string{cut, whole}, 3, false},
		{"always there", []string{cut, cut}, 3, true},
		{"elsewhere", []string{cut, shorter}, 2, true},
		{"elsewhere, later", []string{shorter, cut}, 2, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := &cutting{Pages: rig.Pages{Bodies: map[string]string{"https://n.example/rss": whole}}, next: test.next}
			batch, err := rig.Crawler(t, "feed: https://n.example/rss", changed{&c.Pages, c.answer}).Poll(t.Context(), "")
			if err != nil || len(batch.Posts) != test.posts || (len(batch.Observed.Unread) > 0) != test.said {
				t.Errorf("%d posts, %q, %v", len(batch.Posts), batch.Observed.Unread, err)
			}
			if len(c.Asked) != 2 {
				t.Errorf("asked %d times", len(c.Asked))
			}
		})
	}
}

// TestFeedCostsLinearTime: walks over hostile feeds cost in proportion to their length.
func TestFeedCostsLinearTime(t *testing.T) {
	if testing.Short() {
		t.Skip("measures")
	}
	for _, part := range []string{"<item>", "<item><title>", "<![CDATA[", "<!--", "</item>", "<a:item xml:base='x'>", "<x:p xmlns:x='http://www.w3.org/1999/xhtml'>", "<item><title>a</title></item>", "<", "<!", "<![", "<?", "<iframe/>", "&amp;", "<p><a href='x'>", "<link xml:base='a/'>"} {
		for _, head := range []string{"<rss>", `<feed xml:base="https://a.example/" xmlns:h="http://www.w3.org/1999/xhtml">`, `<rss xmlns="x"><channel>`} {
			testkit.Linear(t, head+part, 1000, func(n int) {
				site := &rig.Pages{Bodies: map[string]string{"https://n.example/rss": head + strings.Repeat(part, n)}}
				_, _ = rig.Crawler(t, "feed: https://n.example/rss", site).Poll(t.Context(), "")
			})
		}
	}
}

// TestFeedThatTurnsOver: what a feed shows first may be of last year: one that shows ten of two
// hundred posts at a time. Where its dates can be read as nothing else, and tell posts apart, that is
// no news; whatever happened about the time of the first poll, or since, is.
func TestFeedThatTurnsOver(t *testing.T) {
	feed := func(items ...string) string {
		var b strings.Builder
		for _, item := range items {
			id, when, _ := strings.Cut(item, " ")
			fmt.Fprintf(&b, `<item><guid isPermaLink="false">%s</guid><pubDate>%s</pubDate><description>number %s</description></item>`, id, when, id)
		}
		return `<rss version="2.0"><channel><title>N</title>` + b.String() + `</channel></rss>`
	}
	const first = "a Fri, 20 Nov 2026 10:00:00 GMT"
	for name, test := range map[string]struct {
		items []string
		past  []string
	}{
		"of last year":                  {[]string{first, "b Tue, 11 Mar 2025 10:00:00 GMT", "c 2025-03-12T10:00:00Z"}, []string{"b", "c"}},
		"let through by a moderator":    {[]string{first, "b Mon, 16 Nov 2026 10:00:00 GMT"}, nil},
		"day and month may be confused": {[]string{first, "b 03/12/2025 10:00", "c 03.12.2025"}, nil},
		"software that knows no dates":  {[]string{"b Thu, 01 Jan 1970 00:00:00 GMT", "c Thu, 01 Jan 1970 00:00:00 GMT"}, nil},
		"one whose date is not known":   {[]string{first, "b Thu, 01 Jan 1970 00:00:00 GMT", "c 0001-01-01T00:00:00Z"}, nil},
		"without dates":                 {[]string{first, "b "}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			site := &rig.Pages{Bodies: map[string]string{"https://n.example/f": feed(first)}}
			c := rig.Crawler(t, "feed: https://n.example/f", site)
			batch := rig.Poll(t, c, "")
			if len(batch.Past) != 0 {
				t.Errorf("of the first poll: %v", batch.Past)
			}
			for range 2 { // it goes on turning
				site.Bodies["https://n.example/f"] = feed(test.items...)
				batch = rig.Poll(t, c, batch.Next)
				slices.Sort(batch.Past)
				if !slices.Equal(batch.Past, test.past) {
					t.Errorf("past: %v, want %v", batch.Past, test.past)
				}
				site.Bodies["https://n.example/f"] = feed(first)
				batch = rig.Poll(t, c, batch.Next)
			}
		})
	}
}

// TestFoundFeedInTrouble: a feed that was found by itself and answers with a page, or is not
// there for a moment, is not another feed that the same page leads to.
func TestFoundFeedInTrouble(t *testing.T) {
	post := func(words string) string {
		return oddFeed("<item><title>" + words + "</title><link>https://n.example/" + words + "</link></item>")
	}
	for name, front := range map[string]string{
		"announced":                       `<html><head><link rel=alternate type=application/rss+xml href=/feed/><link rel=alternate type=application/rss+xml href=/comments/feed/></head></html>`,
		"guessed":                         `<html><head><title>News</title></head></html>`,
		"linked":                          `<html><head><title>News</title></head><a href="/feed/">RSS</a><a href="/talk.rss">RSS</a></html>`,
		"guessed before there was a link": `<html><head><title>News</title></head></html>`,
	} {
		for trouble, page := range map[string]string{"a page": `<html><title>Back soon</title></html>`, "not there": ""} {
			t.Run(name+", "+trouble, func(t *testing.T) {
				site := &rig.Pages{Bodies: map[string]string{
					"https://n.example/":               front,
					"https://n.example/feed/":          post("one"),
					"https://n.example/comments/feed/": post("talk"),
					"https://n.example/rss.xml":        post("talk"),
					"https://n.example/talk.rss":       post("talk"),
				}}
				c := rig.Crawler(t, "feed: https://n.example/", site)
				first := rig.Poll(t, c, "")
				if strings.Contains(name, "before") {
					site.Bodies["https://n.example/"] = `<html><head><title>News</title></head><a href="/talk.rss">RSS</a></html>`
				}
				if site.Bodies["https://n.example/feed/"] = page; page == "" {
					delete(site.Bodies, "https://n.example/feed/")
				}
				if batch, err := c.Poll(t.Context(), first.Next); err == nil || len(batch.Posts) > 0 || page != "" && !strings.Contains(err.Error(), "Back soon") {
					t.Errorf("%d posts, %v: want the trouble", len(batch.Posts), err)
				}
				site.Bodies["https://n.example/feed/"] = post("two")
				if batch := rig.Poll(t, c, first.Next); len(batch.Posts) != 1 || batch.Posts[0].Title != "two" {
					t.Errorf("got %+v, want the post of the feed", batch.Posts)
				}
			})
		}
	}
}

// TestFeedsOfBlogger: the comments of an article are found from it, and a comment says in
// which discussion it stands and what it answers. The feeds are written after those of
// Blogger: an entry answers the article whatever comment it stands under, which a link names.
func TestFeedsOfBlogger(t *testing.T) {
	const comment = `<entry><id>tag:blogger.com,1999:blog-1.post-%d</id><published>2026-11-2%[1]dT10:00:00.000+02:00</published><title type='text'>%[2]s</title><content type='html'>%[2]s, it really does</content>
		<link rel='edit' type='application/atom+xml' href='https://www.blogger.com/feeds/1/70/comments/default/%[1]d'/>%[3]s
		<link rel='alternate' type='text/html' href='https://b.example/2026/11/lost.html?showComment=17%[1]d#c%[1]d' title=''/><author><name>%[4]s</name></author>
		<thr:in-reply-to xmlns:thr='http://purl.org/syndication/thread/1.0' href='https://b.example/2026/11/lost.html' ref='tag:blogger.com,1999:blog-1.post-70' source='https://www.blogger.com/feeds/1/posts/default/70' type='text/html'/></entry>`
	comments := `<feed xmlns='http://www.w3.org/2005/Atom'><id>tag:blogger.com,1999:blog-1.comments</id><title type='text'>Comments on B</title>` +
		fmt.Sprintf(comment, 2, "Sorry", `<link rel='related' type='application/atom+xml' href='https://www.blogger.com/feeds/1/70/comments/default/1'/>`, "Romashka") +
		fmt.Sprintf(comment, 1, "Romashka keeps my money", "", "Olena") + `</feed>`
	site := &rig.Pages{Bodies: map[string]string{
		"https://b.example/feeds/posts/default": `<feed xmlns='http://www.w3.org/2005/Atom'><title>B</title><entry><id>tag:blogger.com,1999:blog-1.post-70</id><published>2026-11-20T10:00:00.000+02:00</published><title>Lost</title><content type='html'>words</content>
			<link rel='replies' type='application/atom+xml' href='https://b.example/feeds/70/comments/default' title='Post Comments'/><link rel='replies' type='text/html' href='https://b.example/2026/11/lost.html#comment-form'/>
			<link rel='alternate' type='text/html' href='https://b.example/2026/11/lost.html'/></entry></feed>`,
		"https://b.example/feeds/comments/default":    comments,
		"https://b.example/feeds/70/comments/default": comments,
	}}
	check := func(posts []mention.Post) {
		t.Helper()
		if len(posts) != 2 {
			t.Fatalf("%d posts", len(posts))
		}
		for i, want := range []string{"tag:blogger.com,1999:blog-1.post-70", "tag:blogger.com,1999:blog-1.post-1"} {
			if p := posts[i]; p.ReplyTo != want || p.ThreadURL != "https://b.example/2026/11/lost.html" || p.Kind != mention.Comment {
				t.Errorf("%s: %q answers %q in %q, want %q", p.Kind, p.Text, p.ReplyTo, p.ThreadURL, want)
			}
		}
	}
	check(rig.Poll(t, rig.Crawler(t, "feed: https://b.example/feeds/comments/default", site), "").Posts)
	c := rig.Crawler(t, "feed: https://b.example/feeds/posts/default", site)
	article := rig.Poll(t, c, "").Posts[0]
	batch, err := c.(crawlers.Threader).Thread(t.Context(), article, "")
	if err != nil {
		t.Fatal(err)
	}
	check(batch.Posts)
}

// TestFeedsFullTexts: an entry that was read when full texts were not is the same one, and its full text is
// looked at for edits from then on.
func TestFeedsFullTexts(t *testing.T) {
	page := func(full string, n int) string {
		var items []string
		for i := 1; i <= n; i++ {
			items = append(items, fmt.Sprintf(oddItem, i, fmt.Sprintf("https://n.example/%d", i), strings.ReplaceAll(full, "N", fmt.Sprint(i))))
		}
		return strings.Replace(oddFeed(items...), "<rss ", `<rss xmlns:yandex="http://news.yandex.ru" `, 1)
	}
	const words = `<yandex:full-text>All words of entry N.</yandex:full-text>`
	site := &rig.Pages{Bodies: map[string]string{"https://n.example/rss": page("", 2)}}
	c := rig.Crawler(t, "feed: https://n.example/rss", site)
	before := rig.Poll(t, c, "") // by a version that passed over them
	site.Bodies["https://n.example/rss"] = page(words, 3)
	second := rig.Poll(t, c, before.Next)
	if len(second.Posts) != 1 || second.Posts[0].Text != "All words of entry 3." {
		t.Errorf("then: %+v, want the new one alone", second.Posts)
	}
	site.Bodies["https://n.example/rss"] = page(strings.Replace(words, "All", "More", 1), 3)
	if third := rig.Poll(t, c, second.Next); len(third.Posts) != 3 {
		t.Errorf("%d edits of 3 are seen", len(third.Posts))
	}
}

// TestFeedShownOnAPage: an article about feeds is a page.
func TestFeedShownOnAPage(t *testing.T) {
	site := &rig.Pages{Bodies: map[string]string{"https://n.example/rss": `<!DOCTYPE html><html><title>How to</title><script type="text/plain"><?xml version="1.0"?>` + oddFeed(fmt.Sprintf(oddItem, 1, "https://n.example/1", "")) + `</script></html>`}}
	if batch, err := rig.Crawler(t, "feed: https://n.example/rss", site).Poll(t.Context(), ""); err == nil || !strings.Contains(err.Error(), "How to") {
		t.Errorf("%v, %+v", err, batch.Posts)
	}
}

// TestFeedThatIsAlwaysCut: what is shown now is remembered before what was shown once.
func TestFeedThatIsAlwaysCut(t *testing.T) {
	page := func(from, to int) string {
		var items []string
		for i := from; i <= to; i++ {
			items = append(items, fmt.Sprintf(oddItem, i, fmt.Sprintf("https://n.example/%d", i), fmt.Sprintf("<description>Entry %d</description>", i)))
		}
		whole := oddFeed(items...)
		return whole[:strings.LastIndex(whole, "</item>")]
	}
	site := &rig.Pages{Bodies: map[string]string{"https://n.example/rss": page(1, 300)}}
	c := rig.Crawler(t, "feed: https://n.example/rss", site)
	first := rig.Poll(t, c, "")
	site.Bodies["https://n.example/rss"] = page(301, 600)
	second := rig.Poll(t, c, first.Next)
	site.Bodies["https://n.example/rss"] = page(301, 602)
	third := rig.Poll(t, c, second.Next)
	if len(second.Posts) < 299 || len(third.Posts) > 3 { // whether the last is whole is known at the second look
		t.Errorf("%d new, and then %d of them again", len(second.Posts), len(third.Posts))
	}
}
