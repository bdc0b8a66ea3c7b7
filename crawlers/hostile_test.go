package crawlers_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers"
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
	"telegram/breaks":         {telegramBlock, "html", func(n int) string { return telegramOf(strings.Repeat("<br/>\n", n)) }},
	"telegram/emoji unclosed": {telegramBlock, "html", func(n int) string { return telegramOf(strings.Repeat(`<tg-emoji><i class="emoji"><b>x`, n)) }},
	"telegram/many":           {telegramBlock, "html", func(n int) string { return strings.Repeat(telegramOf("x"), n/8) }},
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
	typ := map[string]string{"rss": "application/rss+xml", "feed+json": "application/feed+json", "html": "text/html; charset=utf-8"}[kind]
	var asked atomic.Int32
	f := fetcherOf(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
		if asked.Add(1) > 1 {
			return nil, &fetch.StatusError{Status: http.StatusNotFound, URL: r.URL}
		}
		return &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{"Content-Type": {typ}}, Body: []byte(body), At: driverNow}, nil
	})
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	start := testkit.Processor(t)
	_, _ = crawlerOf(t, block, f).Poll(ctx, crawlers.Cursor("")) // what it says of such an answer is no matter here
	if asked.Load() == 0 {
		t.Fatal("nothing was read")
	}
	return testkit.Processor(t) - start
}
