package crawlers_test

import (
	"testing"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
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
			c := rig.Crawler(t, block, rig.Says("text/html", login))
			_, err := c.Poll(t.Context(), "")
			if word, _ := crawlers.Reason(err); word != "changed" {
				t.Errorf("%v: the word for it is %q", err, word)
			}
		})
	}
}
