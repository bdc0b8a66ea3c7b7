package crawlers_test

import (
	"context"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/testkit"
)

// FuzzPoll gives every kind any body: no panic, and what comes out keeps the
// promises of Batch.
func FuzzPoll(f *testing.F) {
	blocks := map[string]string{}
	var names []string
	for _, k := range presets.Kinds() {
		cases, err := filepath.Glob(filepath.Join("testdata", k.Name, "*", "source.yaml"))
		if err != nil || len(cases) == 0 {
			continue
		}
		src, err := os.ReadFile(cases[0])
		if err != nil {
			f.Fatal(err)
		}
		names = append(names, k.Name)
		blocks[k.Name] = string(src)
	}
	for i, name := range names {
		err := filepath.WalkDir(filepath.Join("testdata", name), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			switch filepath.Ext(path) {
			case ".html", ".xml", ".json", ".rdf":
				body, err := os.ReadFile(path)
				if err != nil || filepath.Base(path) == "want.json" || len(body) > 20000 {
					return err
				}
				f.Add(byte(i), body)
			}
			return nil
		})
		if err != nil {
			f.Fatal(err)
		}
	}
	for _, body := range hostileBodies {
		if len(body) < 2000 {
			f.Add(byte(0), []byte(body))
			f.Add(byte(len(names)-1), []byte(body))
		}
	}
	testkit.AttackSeeds(func(body string) {
		for _, name := range []string{"feed", "page", "json", "hackernews", "telegram"} {
			f.Add(byte(slices.Index(names, name)), []byte(body))
		}
	})
	// Making a crawler reads a watchlist, which is slower than a poll: once is enough.
	var body []byte
	asked := 0
	serve := rig.Fetcher(func(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
		asked++
		return &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{}, Body: body, At: rig.Now}, nil
	})
	made := make([]crawlers.Crawler, len(names))
	for i, name := range names {
		made[i] = rig.Crawler(f, blocks[name], serve)
	}
	f.Fuzz(func(t *testing.T, which byte, in []byte) {
		body, asked = in, 0
		i := int(which) % len(names)
		batch, err := made[i].Poll(t.Context(), "")
		rig.CheckPosts(t, batch.Posts)
		if err == nil {
			again, _ := made[i].Poll(t.Context(), batch.Next)
			rig.CheckPosts(t, again.Posts)
		}
		const most = 500
		if asked > most {
			t.Errorf("%s asks for %d pages in two polls", names[i], asked)
		}
	})
}
