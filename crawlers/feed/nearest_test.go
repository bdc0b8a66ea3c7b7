package feed

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
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
