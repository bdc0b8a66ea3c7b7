package feed

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/PuerkitoBio/goquery"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/testkit"
)

// TestAnnouncedIsBounded: a page that names thousands of feeds on as many hosts makes five
// requests at most, its own site's first.
func TestAnnouncedIsBounded(t *testing.T) {
	var b strings.Builder
	b.WriteString("<html><head>")
	for i := range 3000 {
		fmt.Fprintf(&b, `<link rel="alternate" type="application/rss+xml" href="https://victim%d.example/rss">`, i)
	}
	b.WriteString(`<link rel="alternate" type="application/rss+xml" href="https://feeds.news.co.uk/rss"><link rel="alternate" type="application/rss+xml" href="/comments/feed"></head></html>`)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	got := announced(doc, "https://www.news.co.uk/")
	want := []string{"https://feeds.news.co.uk/rss", "https://www.news.co.uk/comments/feed", "https://victim0.example/rss", "https://victim1.example/rss", "https://victim2.example/rss"}
	if !slices.Equal(got, want) {
		t.Errorf("%q\nwant %q", got, want)
	}
}

// TestPagesShareTheMemory: a page in the place of a feed waits as one of the page engine does until there is memory for it.
func TestPagesShareTheMemory(t *testing.T) {
	res := &fetch.Response{URL: "https://otzyv.example/", Body: []byte("<!doctype html><html><title>Romashka</title></html>")}
	for name, read := range map[string]func(){
		"looked through for feeds": func() { _, _ = lookAt(res) },
		"quoted":                   func() { begins(res) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if !testkit.WaitsFor(read, htmltext.ReserveMemory(math.MaxInt)) {
					t.Error("it is read without memory for it")
				}
			})
		})
	}
}
