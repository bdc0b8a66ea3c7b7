package crawlers_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
)

// TestSomethingElseStandsThere: a site that changed, or shows its login where a feed, a forum or an
// interface was, has one word, so that people read it in their language.
func TestSomethingElseStandsThere(t *testing.T) {
	const login = "<!doctype html><html><head><title>Sign in</title></head><body><h1>Sign in</h1><p>Please sign in.</p></body></html>"
	for name, block := range map[string]string{
		"a feed":       "feed: https://site.example/rss",
		"a forum":      "forum: https://site.example/board/",
		"an interface": "json: https://site.example/q\nlist: .items[]\nfields: {id: .id, text: .t}",
	} {
		t.Run(name, func(t *testing.T) {
			c := rig.Crawler(t, block, rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
				return &fetch.Response{URL: r.URL, Status: http.StatusOK, Header: http.Header{"Content-Type": {"text/html"}}, Body: []byte(login)}, nil
			}))
			_, err := c.Poll(t.Context(), "")
			if word, _ := crawlers.Reason(err); word != "changed" {
				t.Errorf("%v: the word for it is %q", err, word)
			}
		})
	}
}
