package daemon

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// TestGuestsBesideEachOther: on the day a shop's app is down its guests write the same three
// words, one under the other. Each of them is heard, also those who write while the others
// still stand on the page.
func TestGuestsBesideEachOther(t *testing.T) {
	t.Parallel()
	const said = "Ромашка не работает!"
	for kind, show := range map[string]struct {
		source string
		place  func(n int) string
	}{
		"page": {`{page: {address: "%s/x", select: {item: .r, author: b, time: time, text: p, link: a, rating: i@title}}, name: x, every: 1s}`, func(n int) string {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, `<div class=r><b>Гость</b><time datetime=%q></time><a href=/r/%d>link</a><i title=1></i><p>%s</p></div>`, time.Now().UTC().Format(time.DateOnly), i, said)
			}
			return "<html><body>" + b.String() + "</body></html>"
		}},
		"feed": {`{feed: "%s/x", name: x, kind: review, every: 1s}`, func(n int) string {
			var b strings.Builder
			for i := range n {
				fmt.Fprintf(&b, `<item><guid>%d</guid><author>Гость</author><pubDate>%s</pubDate><description>%s</description></item>`, i, time.Now().UTC().Format("02 Jan 2006"), said)
			}
			return `<rss version="2.0"><channel><title>N</title>` + b.String() + `</channel></rss>`
		}},
	} {
		t.Run(kind, func(t *testing.T) {
			var shown atomic.Int64
			site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/x" {
					http.NotFound(w, r)
					return
				}
				fmt.Fprint(w, show.place(int(shown.Load())))
			}))
			defer site.Close()
			text := "contact: a@example.com\nwatch: [{name: Ромашка, terms: [Ромашка]}]\nsources:\n- " + fmt.Sprintf(show.source, site.URL) +
				"\nroutes: [{to: console}]\nfetch: {allow_private: [127.0.0.0/8], gap: 0s}\nstore: {database: \"sqlite:" + filepath.Join(t.TempDir(), "e.db") + "\"}\n"
			polling(t, check(t, text), time.Now, func(d *Daemon, ctx context.Context) {
				heard := func(n int) {
					shown.Store(int64(n))
					eventually(t, fmt.Sprintf("%d guests", n), func() bool {
						list, err := d.store.List(ctx, mention.Query{})
						return err == nil && len(list.Entries) == n
					})
				}
				for _, n := range []int{1, 3, 6} {
					heard(n)
				}
			})
		})
	}
}

// TestAgainInAWindow: an API shows what is new since the last poll, and who is left without an
// answer writes the same words again, under another article. Each is a post of its own: its id
// is the site's.
func TestAgainInAWindow(t *testing.T) {
	const said = "Ромашка не работает!"
	var shown atomic.Int64
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/x" {
			http.NotFound(w, r)
			return
		}
		n := shown.Load()
		fmt.Fprintf(w, `[{"id": %d, "url": "http://%s/%d", "by": "Оля Коваль", "at": %q, "text": %q}]`, n, r.Host, n, time.Now().UTC().Format(time.RFC3339), said)
	}))
	defer site.Close()
	text := "contact: a@example.com\nwatch: [{name: Ромашка, terms: [Ромашка]}]\nsources:\n- {json: {address: \"" + site.URL +
		`/x", list: ".[]", fields: {id: .id, url: .url, author: .by, time: .at, text: .text}}, name: x, kind: comment, every: 1s, backfill: 1d}` +
		"\nroutes: [{to: console}]\nfetch: {allow_private: [127.0.0.0/8], gap: 0s}\nstore: {database: \"sqlite:" + filepath.Join(t.TempDir(), "e.db") + "\"}\n"
	polling(t, check(t, text), time.Now, func(d *Daemon, ctx context.Context) {
		for n := range 3 {
			shown.Store(int64(n + 1))
			eventually(t, fmt.Sprintf("%d posts", n+1), func() bool {
				list, err := d.store.List(ctx, mention.Query{})
				return err == nil && len(list.Entries) == n+1
			})
		}
	})
}
