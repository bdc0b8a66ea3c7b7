package crawlers_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/mmcdole/gofeed"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/dates"
	"github.com/earshot/earshot/internal/fetch"
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

// benchPage is a page of n reviews with a shop's usual amount of markup around.
func benchPage(n int) []byte {
	var b strings.Builder
	b.WriteString(`<!doctype html><html><head><title>Reviews</title></head><body>` + strings.Repeat(`<div class="menu"><a href="/x"><span class="icon"></span>Menu</a></div>`, 300))
	for i := range n {
		fmt.Fprintf(&b, `<div class="review" data-id="%d"><div class="head"><span class="name">Автор %d</span><time datetime="2026-11-20T10:%02d:00+02:00">20 листопада</time><span class="stars" data-value="%d"></span></div><div class="body"><p>Деньги не вернули, хамят по телефону, номер %d.</p><p>%s</p></div><a class="link" href="/r/%d">#</a></div>`,
			i, i, i%60, i%5+1, i, strings.Repeat("Долго ждали ответа, ничего не решили. ", 8), i)
	}
	b.WriteString(`</body></html>`)
	return []byte(b.String())
}

func benchCrawler(b *testing.B, block string, body []byte) crawlers.Crawler {
	b.Helper()
	return crawlerOf(b, block, fetcherFunc(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
		return &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{"Content-Type": {"text/html; charset=utf-8"}}, Body: body, At: driverNow}, nil
	}))
}

func BenchmarkFeed(b *testing.B) {
	body := benchFeed(30)
	c := benchCrawler(b, "feed: https://news.example/rss", body)
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

func BenchmarkPage(b *testing.B) {
	body := benchPage(30)
	block := "page: https://reviews.example/r\nselect: {item: .review, id: \"@data-id\", author: .name, time: \"time@datetime\", rating: \".stars@data-value\", text: .body, link: a.link}"
	c := benchCrawler(b, block, body)
	first, err := c.Poll(b.Context(), "")
	if err != nil || len(first.Posts) != 30 {
		b.Fatal(err, len(first.Posts))
	}
	b.Run("new", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Poll(b.Context(), ""); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("goquery alone", func(b *testing.B) {
		b.SetBytes(int64(len(body)))
		b.ReportAllocs()
		for b.Loop() {
			doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
			if err != nil {
				b.Fatal(err)
			}
			n := 0
			doc.Find(".review").Each(func(_ int, s *goquery.Selection) {
				n += len(s.Find(".name").Text() + s.Find("time").AttrOr("datetime", "") + s.Find(".stars").AttrOr("data-value", "") + s.Find(".body").Text() + s.Find("a.link").AttrOr("href", ""))
			})
		}
	})
}

func BenchmarkDate(b *testing.B) {
	for _, text := range []string{"2026-11-20T10:00:00+02:00", "20 листопада 2026 р. о 14:05", "преди 2 часа"} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				dates.Parse(text, driverNow, nil, "uk")
			}
		})
	}
}
