package forum_test

import (
	"context"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/testkit"
)

// FuzzForum gives the engine any page: it must not panic, must keep the promises
// of Batch, must end, and must not find the same posts again in the same page.
func FuzzForum(f *testing.F) {
	for _, pattern := range []string{"../testdata/forum/*/*.html", "../testdata/forum/*/*.json", "../testdata/discourse/*/*.json", "../testdata/nodebb/*/*.json", "../testdata/flarum/*/*.json", "../testdata/wordpress/*/*.json"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range paths {
			if filepath.Base(path) == "want.json" {
				continue
			}
			body, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(body)
		}
	}
	testkit.AttackSeeds(func(body string) { f.Add([]byte(body)) })
	f.Fuzz(func(t *testing.T, body []byte) {
		n := 0
		const most = 80 // twice what one poll may ask for
		c := rig.Crawler(t, "forum: https://fuzz.example/viewtopic.php?t=1", rig.Fetcher(func(_ context.Context, req fetch.Request) (*fetch.Response, error) {
			if n++; n > most {
				t.Fatalf("asked for %d pages", n)
			}
			return &fetch.Response{URL: req.URL, Status: 200, Header: http.Header{}, Body: body, At: rig.Now}, nil
		}))
		batch, err := c.Poll(t.Context(), "")
		rig.CheckPosts(t, batch.Posts)
		if err != nil {
			return
		}
		again, err := c.Poll(t.Context(), batch.Next)
		if err != nil {
			return
		}
		rig.CheckPosts(t, again.Posts)
		if !waits(t, batch.Next) && len(batch.Posts) < 200 /* half of what a cursor remembers */ {
			known := map[string]bool{}
			for _, p := range batch.Posts {
				known[p.ID+p.Text] = true
			}
			for _, p := range again.Posts {
				if known[p.ID+p.Text] {
					t.Errorf("found again: %s", p.ID)
				}
			}
		}
	})
}

// waits reports whether the poll that wrote the cursor left a post for the next
// one: the page ended in the middle.
func waits(t *testing.T, c crawlers.Cursor) bool {
	t.Helper()
	var state struct{ Cut bool }
	if err := json.Unmarshal([]byte(c), &state); err != nil {
		t.Fatal(err)
	}
	return state.Cut
}
