package daemon

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/mmcdole/gofeed"

	"github.com/earshot/earshot/internal/testkit"
)

// benchItems is the number of items in the feed: what news sites commonly show.
const benchItems = 50

// benchFeeds returns feeds of 50 items, each step items further than the one
// before, made beforehand so that making them is not measured.
func benchFeeds(feeds, step int) [][]byte {
	out := make([][]byte, feeds)
	for f := range out {
		var b bytes.Buffer
		b.WriteString(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>News</title><link>https://news.example/</link><description>d</description>`)
		for i := range benchItems {
			b.WriteString(testkit.FeedItem(f*step + i))
		}
		fmt.Fprintf(&b, "</channel></rss><!-- %d -->", f)
		out[f] = b.Bytes()
	}
	return out
}

// reportCPU reports processor time per operation, which a busy machine does not
// change as it changes the wall clock.
func reportCPU(b *testing.B, began time.Duration) {
	b.ReportMetric(float64(testkit.Processor(b)-began)/float64(b.N), "cpu-ns/op")
}

// BenchmarkPollPath measures a whole poll (fetch over loopback, parse, match,
// score, seen, store on disk) beside parsing the same feed with gofeed alone.
// The server runs in the same process and is counted too.
func BenchmarkPollPath(b *testing.B) {
	b.Run("gofeed alone", func(b *testing.B) {
		body := benchFeeds(1, 0)[0]
		b.ReportAllocs()
		began := testkit.Processor(b)
		for b.Loop() {
			if _, err := gofeed.NewParser().Parse(bytes.NewReader(body)); err != nil {
				b.Fatal(err)
			}
		}
		reportCPU(b, began)
	})
	// The usual poll: the feed changed, its items did not.
	b.Run("all known", func(b *testing.B) { benchPolls(b, benchFeeds(2, 0)) })
	b.Run("one new", func(b *testing.B) { benchPolls(b, benchFeeds(2000, 1)) })
	b.Run("all new", func(b *testing.B) { benchPolls(b, benchFeeds(1000, benchItems)) })
	b.Run("unchanged body", func(b *testing.B) { benchPolls(b, benchFeeds(1, 0)) })
}

// benchPolls serves the feeds one after the other, round and round.
func benchPolls(b *testing.B, feeds [][]byte) {
	n := 0
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
		_, _ = w.Write(feeds[n%len(feeds)])
		n++
	}))
	defer site.Close()
	text := fmt.Sprintf("contact: bench@example.com\nwatch: [{name: Ромашка, terms: [Ромашка Банк]}]\nsources: [{feed: \"%s/rss\"}]\nfetch: {gap: 0s, allow_private: [127.0.0.0/8]}\nstore: {database: \"sqlite:%s\"}\n",
		site.URL, filepath.Join(b.TempDir(), "bench.db"))
	d := open(b, text)
	sources := d.inUse.Load().sources
	d.monitor.Poll(b.Context(), sources[0]) // the baseline
	b.ReportAllocs()
	b.ResetTimer()
	began := testkit.Processor(b)
	for b.Loop() {
		d.monitor.Poll(b.Context(), sources[0])
	}
	reportCPU(b, began)
	b.StopTimer()
	if st := d.monitor.Status(); len(st) != 1 || st[0].LastError != "" {
		b.Fatalf("polls failed: %+v", st)
	}
}
