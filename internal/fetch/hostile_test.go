package fetch

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// TestSitesAreWithstood reads every pattern as robots.txt, as a packed body, and as headers.
func TestSitesAreWithstood(t *testing.T) {
	t.Run("robots.txt", func(t *testing.T) {
		testkit.Withstand(t, func(_ *testing.T, body string) int {
			r := parseRobots([]byte(body), product)
			for _, path := range []string{"/" + strings.Repeat("a", 7<<10), "/" + body[:min(len(body), 7<<10)]} {
				_ = r.check(&url.URL{Scheme: "https", Host: "a.example", Path: path})
			}
			return r.size() / 4 // what rules take in memory, not bytes
		})
	})
	var body []byte
	coding := ""
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/headers" {
			short := string(body[:min(len(body), 4<<10)])
			for _, name := range []string{"Retry-After", "ETag", "Last-Modified", "Content-Type", "Link"} {
				w.Header().Set(name, strings.Map(printable, short))
			}
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		w.Header().Set("Content-Encoding", coding)
		_, _ = w.Write(body)
	})
	c := client(t).For(s.URL)
	read := func(path string, packed func(*testing.T, []byte) []byte) func(*testing.T, string) int {
		return func(t *testing.T, pattern string) int {
			body = packed(t, []byte(pattern)) // before the request, which orders it
			res, err := c.Do(t.Context(), Request{URL: s.URL + path, API: true, MaxBody: 1 << 20})
			if err != nil {
				return len(err.Error())
			}
			return len(res.Body)
		}
	}
	for _, coding = range []string{"gzip", "deflate", "br", "x, gzip, gzip"} {
		t.Run("body in "+coding, func(t *testing.T) {
			testkit.Withstand(t, read("/"+url.PathEscape(coding), func(t *testing.T, b []byte) []byte {
				return squeeze(t, map[string]string{"gzip": "gzip", "deflate": "zlib", "x, gzip, gzip": "gzip twice"}[coding], b)
			}))
		})
	}
	t.Run("Retry-After", func(t *testing.T) {
		testkit.Withstand(t, func(_ *testing.T, body string) int {
			if after, ok := RetryAfter(http.Header{"Retry-After": {body}}, time.Now()); ok && after < 0 {
				t.Errorf("wait %v", after)
			}
			return 0
		})
	})
	t.Run("headers", func(t *testing.T) {
		fresh := func(_ *testing.T, b []byte) []byte { c = client(t).For(s.URL); return b } // a 429 rests its host
		testkit.Withstand(t, read("/headers", fresh))
	})
}

// printable leaves what a server may write into a header.
func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return ' '
	}
	return r
}
