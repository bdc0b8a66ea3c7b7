package crawlers_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"math"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/testkit"
)

// hostileAnswers are what a site can send to readers that read no pages: each is a pattern
// of n parts whose reader once walked back, looked again or compared all with all, here or
// in a program of its kind.
var hostileAnswers = map[string]struct {
	block, kind string
	body        func(n int) string
}{
	"feed/line breaks":          {feedBlock, "rss", func(n int) string { return rssOf(1, strings.Repeat("&lt;br&gt;\n", n)) }},
	"feed/quotes in quotes":     {feedBlock, "rss", func(n int) string { return rssOf(1, strings.Repeat("&lt;blockquote&gt;x", n)) }},
	"feed/one link, many items": {feedBlock, "rss", func(n int) string { return rssOf(n/4, "the same words") }},
	"feed/nameless namespaces": {feedBlock, "rss", func(n int) string {
		return strings.Replace(rssOf(1, "x"), "<item>", each(n, func(i int) string { return fmt.Sprintf("<a%d:b xmlns:a%d='u'/>", i, i) })+"<item>", 1)
	}},
	"feed/entities unclosed": {feedBlock, "rss", func(n int) string { return rssOf(1, strings.Repeat("&amp;#x41", n)) }},
	"feed/comments unclosed": {feedBlock, "rss", func(n int) string { return rssOf(1, strings.Repeat("&lt;!--", n)) }},
	"feed/dates of digits":   {feedBlock, "rss", func(n int) string { return strings.Replace(rssOf(1, "x"), "PUB", strings.Repeat("1 ", n), 1) }},
	"json feed/brackets": {feedBlock, "feed+json", func(n int) string {
		return `{"version":"https://jsonfeed.org/version/1.1","items":` + strings.Repeat("[", n)
	}},
	"json feed/one id": {feedBlock, "feed+json", func(n int) string {
		return `{"version":"https://jsonfeed.org/version/1.1","items":[` + strings.TrimSuffix(strings.Repeat(`{"id":"1","content_text":"x"},`, n), ",") + "]}"
	}},
	"forum/brackets below a notice": {"wordpress: https://otzyv.example/", "json", func(n int) string { return "<br>\n" + strings.Repeat("[\n", n) }},
	"telegram/breaks":               {telegramBlock, "html", func(n int) string { return telegramOf(strings.Repeat("<br/>\n", n)) }},
	"telegram/emoji unclosed":       {telegramBlock, "html", func(n int) string { return telegramOf(strings.Repeat(`<tg-emoji><i class="emoji"><b>x`, n)) }},
	"telegram/many":                 {telegramBlock, "html", func(n int) string { return strings.Repeat(telegramOf("x"), n/8) }},
}

const (
	feedBlock     = "feed: https://otzyv.example/rss"
	telegramBlock = "telegram: romashka"
)

func rssOf(items int, text string) string {
	return `<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>` +
		each(items, func(int) string {
			return "<item><link>https://otzyv.example/p</link><pubDate>PUB</pubDate><description>" + text + "</description></item>"
		}) + "</channel></rss>"
}

func telegramOf(text string) string {
	return `<div class="tgme_widget_message_wrap"><div class="tgme_widget_message" data-post="romashka/1"><div class="tgme_widget_message_text">` + text +
		`</div><a class="tgme_widget_message_date" href="https://t.me/romashka/1"><time datetime="2026-11-01T10:00:00+00:00">1</time></a></div></div>`
}

// TestReadersAreLinear is TestWalkersAreLinear for feeds and Telegram. An answer that is
// refused at a bound costs nothing more either.
func TestReadersAreLinear(t *testing.T) {
	for name, c := range hostileAnswers {
		t.Run(name, func(t *testing.T) {
			tripled(t, 2000, 400*time.Millisecond, func(n int) time.Duration { return answerCost(t, c.block, c.kind, c.body(n)) })
		})
	}
}

// answerCost is the processor time that one poll costs whose first request is answered so; all others fail.
func answerCost(t *testing.T, block, kind, body string) time.Duration {
	t.Helper()
	start := testkit.Processor(t)
	answered(t, block, kind, body)
	return testkit.Processor(t) - start
}

// answered is what one poll returns whose first request is answered so; all others fail.
func answered(t *testing.T, block, kind, body string) crawlers.Batch {
	t.Helper()
	batch, _ := answeredOr(t, block, kind, body) // what it says of such an answer is no matter here
	return batch
}

func answeredOr(t *testing.T, block, kind, body string) (crawlers.Batch, error) {
	t.Helper()
	typ := map[string]string{"rss": "application/rss+xml", "feed+json": "application/feed+json", "json": "application/json", "html": "text/html; charset=utf-8"}[kind]
	var asked atomic.Int32
	f := rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
		if asked.Add(1) > 1 {
			return nil, &fetch.StatusError{Status: http.StatusNotFound, URL: r.URL}
		}
		return &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{"Content-Type": {typ}}, Body: []byte(body), At: rig.Now}, nil
	})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	batch, err := rig.Crawler(t, block, f).Poll(ctx, crawlers.Cursor(""))
	if asked.Load() == 0 {
		t.Fatal("nothing was read")
	}
	return batch, err
}

// TestAnswersOfTooManyParts: ten megabytes of empty objects become gigabytes in a program that reads them into its own.
func TestAnswersOfTooManyParts(t *testing.T) {
	const parts = 200_000
	list := strings.Repeat("{},", parts) + "{}"
	for name, c := range map[string]struct{ block, body string }{
		"discourse": {"discourse: https://otzyv.example/", `{"latest_posts":[` + list + `]}`},
		"nodebb":    {"nodebb: https://otzyv.example/", `[{"pid":1,"tid":1},` + list + `]`},
		"flarum":    {"flarum: https://otzyv.example/", `{"data":[{"type":"posts"},` + list + `]}`},
		"wordpress": {"wordpress: https://otzyv.example/", `[{"id":1,"link":"https://otzyv.example/1"},` + list + `]`},
		"json":      {jsonBlock, `[` + list + `]`},
		"json feed": {feedBlock, `{"version":"https://jsonfeed.org/version/1.1","items":[` + list + `]}`},
	} {
		if _, err := answeredOr(t, c.block, "json", c.body); !errors.Is(err, htmltext.ErrTooComplex) {
			t.Errorf("%s: %v", name, err)
		}
	}
	page := `<!doctype html><html><body id="nodebb"><script id="ajaxify-data" type="application/json">{"posts":[{"pid":1,"tid":1,"content":"x"},` + list + `],"relative_path":"","template":{"name":"topic"}}</script></body></html>`
	if b := answered(t, forumBlock, "html", page); b.Observed.Items > 0 {
		t.Errorf("of the data in a page %d posts are read", b.Observed.Items)
	}
}

// TestReadersShareTheMemory: whatever is made of an answer waits until there is memory for it, so that many large ones
// at once cost no more than one.
func TestReadersShareTheMemory(t *testing.T) {
	const page = "<!doctype html><html><title>Romashka</title><body><p>Nothing here.</p></body></html>"
	for name, c := range map[string]struct{ block, kind, body string }{
		"feed":      {feedBlock, "rss", rssOf(1, "x")},
		"json feed": {feedBlock, "feed+json", `{"version":"https://jsonfeed.org/version/1.1","items":[]}`},
		"page":      {pageBlock, "html", page},
		"forum":     {forumBlock, "html", page},
		"discourse": {"discourse: https://otzyv.example/", "json", `{"latest_posts":[]}`},
		"json":      {jsonBlock, "json", "[]"},
		"telegram":  {telegramBlock, "html", telegramOf("x")},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if !testkit.WaitsFor(func() { answered(t, c.block, c.kind, c.body) }, htmltext.ReserveMemory(math.MaxInt)) {
					t.Error("it is read without memory for it")
				}
			})
		})
	}
}

// withstanding are the readers of what sites answer: the block of a watchlist, the content type,
// and what a pattern stands in, so that it gets past the first look.
var withstanding = map[string]struct {
	block, kind string
	in          func(pattern string) string
}{
	"feed":                   {feedBlock, "rss", asItIs},
	"feed, in a description": {feedBlock, "rss", func(s string) string { return rssOf(1, "<![CDATA["+s+"]]>") }},
	"feed, in every field": {feedBlock, "rss", func(s string) string {
		s = html.EscapeString(s)
		return "<rss><channel><title>" + s + "</title><link>" + s + "</link><item><guid>" + s + "</guid><author>" + s + "</author><pubDate>" + s + "</pubDate><link>" + s + "</link><title>" + s + "</title></item></channel></rss>"
	}},
	"json feed": {feedBlock, "feed+json", func(s string) string {
		return `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":` + quoted(s) + `,"url":` + quoted(s) + `,"content_html":` + quoted(s) + `}]}`
	}},
	"page":                       {pageBlock, "html", asItIs},
	"page, in a review":          {pageBlock, "html", func(s string) string { return item("A", s) }},
	"page, in an attribute":      {pageBlock, "html", func(s string) string { return thing("A", ` itemref="`+html.EscapeString(s)+`"`, "") }},
	"page, in schema.org":        {pageBlock, "html", func(s string) string { return ld(s) }},
	"page, in a schema.org text": {pageBlock, "html", func(s string) string { return ld(`{"@type":"Review","author":"a","reviewBody":` + quoted(s) + `}`) }},
	"forum":                      {forumBlock, "html", asItIs},
	"forum, in a post":           {forumBlock, "html", func(s string) string { return phpbbPost(s) }},
	"forum of a JSON interface":  {"discourse: https://otzyv.example/", "json", asItIs},
	"telegram":                   {telegramBlock, "html", telegramOf},
	"json and jq":                {jsonBlock, "json", asItIs},
	"json and jq, in every field": {jsonBlock, "json", func(s string) string {
		return `[{"id":` + quoted(s) + `,"url":` + quoted(s) + `,"text":` + quoted(s) + `}]`
	}},
	"preset with jq": {"hackernews: romashka", "json", func(s string) string {
		return `{"hits":[{"objectID":"1","created_at_i":1,"author":` + quoted(s) + `,"comment_text":` + quoted(s) + `,"story_title":` + quoted(s) + `}]}`
	}},
}

const (
	pageBlock  = "page: https://otzyv.example/romashka\nselect: {item: .rv, author: .nm, time: time, text: .tx, rating: .st}"
	forumBlock = "forum: https://otzyv.example/romashka"
	jsonBlock  = "json: https://otzyv.example/api\nlist: '.[]'\nfields: {id: .id, url: .url, text: .text}\npager: {by: next}"
)

func asItIs(s string) string { return s }

// quoted is s as a JSON string. Escapes that are in it stay escapes.
func quoted(s string) string {
	raw, err := json.Marshal(s)
	if err != nil {
		panic(err)
	}
	return strings.ReplaceAll(string(raw), `\\ud800`, `\ud800`)
}

func phpbbPost(text string) string {
	return `<body id="phpbb"><div id="p1" class="post"><p class="author"><a class="username" href="/u1">a</a> » 20 Nov 2026 10:00</p><div class="content">` + text + `</div></div></body>`
}

// TestSitesAreWithstood reads every pattern by every engine.
func TestSitesAreWithstood(t *testing.T) {
	for name, c := range withstanding {
		t.Run(name, func(t *testing.T) {
			testkit.Withstand(t, func(t *testing.T, pattern string) int {
				return sizeOf(answered(t, c.block, c.kind, c.in(pattern)))
			})
		})
	}
}

// sizeOf is what a poll hands on, in bytes.
func sizeOf(b crawlers.Batch) (n int) {
	for _, p := range b.Posts {
		n += len(p.ID) + len(p.URL) + len(p.ThreadURL) + len(p.ReplyTo) + len(p.Author) + len(p.AuthorURL) + len(p.Title) + len(p.Text)
	}
	for _, note := range append(b.Observed.Notes, b.Observed.Unread...) {
		n += len(note)
	}
	return n + len(b.Next) + len(b.Hub.URL) + len(b.Hub.Topic)
}
