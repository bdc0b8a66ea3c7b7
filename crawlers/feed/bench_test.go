package feed_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/mmcdole/gofeed"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
)

// benchFeed is an RSS feed of n items as a news site serves it.
func benchFeed(n int) []byte {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>News</title><link>https://news.example/</link>`)
	for i := range n {
		fmt.Fprintf(&b, `<item><title>Новина номер %d про банк &amp; пошту</title><link>https://news.example/%d?utm_source=rss</link><guid isPermaLink="false">n-%d</guid><dc:creator><![CDATA[Ірина Коваль]]></dc:creator><pubDate>Fri, 20 Nov 2026 10:%02d:00 +0200</pubDate><description>Короткий початок…</description><content:encoded><![CDATA[%s]]></content:encoded></item>`,
			i, i, i, i%60, strings.Repeat(`<p>Третій тиждень клієнти <a href="https://news.example/x">чекають</a> на&nbsp;посилки, а підтримка мовчить. Nobody answers the phone.</p>`, 12))
	}
	b.WriteString(`</channel></rss>`)
	return []byte(b.String())
}

func BenchmarkFeed(b *testing.B) {
	body := benchFeed(30)
	c := rig.Crawler(b, "feed: https://news.example/rss", rig.Says("text/html; charset=utf-8", string(body)))
	first, err := c.Poll(b.Context(), "")
	if err != nil || len(first.Posts) != 30 {
		b.Fatal(err, len(first.Posts))
	}
	poll := func(since crawlers.Cursor) func(*testing.B) {
		return func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.Poll(b.Context(), since); err != nil {
					b.Fatal(err)
				}
			}
		}
	}
	b.Run("new", poll(""))
	b.Run("known", poll(first.Next))
	b.Run("gofeed alone", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := gofeed.NewParser().Parse(bytes.NewReader(body)); err != nil {
				b.Fatal(err)
			}
		}
	})
}
