package crawlers_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
)

// TestMovedForGood: an address that leads elsewhere for good is read there, and whoever looks at the source is
// told the new one, whatever it is: one day the old one leads nowhere.
func TestMovedForGood(t *testing.T) {
	const list = `<html><body id=phpbb><ul class=topiclist><li class=row><a class=topictitle href="viewtopic.php?t=3">Romashka</a></li></ul></body></html>`
	for block, body := range map[string]string{
		"feed: https://old.example/x":  `<rss version="2.0"><channel><title>F</title><item><title>One</title><link>https://new.example/1</link></item></channel></rss>`,
		"page: https://old.example/x":  `<html><body><script type="application/ld+json">{"@type":"Review","reviewBody":"Never again","author":"Ann"}</script></body></html>`,
		"forum: https://old.example/x": list,
	} {
		t.Run(block, func(t *testing.T) {
			c := rig.Crawler(t, block, rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
				res := &fetch.Response{URL: r.URL, Status: http.StatusOK, Header: http.Header{}, Body: []byte(body), At: rig.Now}
				if r.URL == "https://old.example/x" {
					res.URL, res.PermanentURL = "https://new.example/x", "https://new.example/x"
				} else {
					res.Body = []byte("<html><body id=phpbb></body></html>")
				}
				return res, nil
			}))
			batch, _ := c.Poll(t.Context(), "")
			if note := "moved for good to https://new.example/x: change the watchlist"; !slices.Contains(batch.Observed.Notes, note) {
				t.Errorf("notes %q", batch.Observed.Notes)
			}
		})
	}
}
