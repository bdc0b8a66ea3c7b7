package page_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"github.com/earshot/earshot/crawlers/internal/rig"
)

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

func BenchmarkPage(b *testing.B) {
	body := benchPage(30)
	block := "page: https://reviews.example/r\nselect: {item: .review, id: \"@data-id\", author: .name, time: \"time@datetime\", rating: \".stars@data-value\", text: .body, link: a.link}"
	c := rig.Crawler(b, block, rig.Says("text/html; charset=utf-8", string(body)))
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
