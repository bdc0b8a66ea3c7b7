package forum

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/earshot/earshot/crawlers/internal/charset"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/internal/fetch"
)

// TestGeneric reads the pages of engines that do have a preset without it:
// what the shapes alone give must be right, even where it is not everything.
func TestGeneric(t *testing.T) {
	want := map[string]int{ // posts of p1.html found right, at least
		"bbpress-thread": 5, "bgmamma-thread": 5, "discourse-crawler": 4, "fluxbb-thread": 4, "invision4-thread": 4,
		"invision5-thread": 5, "mybb-thread": 3, "nodebb-persona": 5, "phpbb33-thread": 4, "punbb-thread": 4,
		"vanilla-thread": 5, "vbulletin5-thread": 5, "woocommerce-reviews": 5, "wordpress-blocks": 4, "xenforo23-thread": 4,
	}
	paths, err := filepath.Glob("../testdata/forum/*/p1.html")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		name := filepath.Base(filepath.Dir(path))
		t.Run(name, func(t *testing.T) {
			right, got, all := genericOn(t, path)
			t.Logf("%d of %d right, %d of them found", right, all, got)
			if right < want[name] {
				t.Errorf("%d posts right, want %d", right, want[name])
			}
		})
	}
}

// goldenPost is what a want.json says of one post, as far as it is compared.
type goldenPost struct{ ID, URL, Author, Published, Text string }

func genericOn(t *testing.T, path string) (right, got, all int) {
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	golden, err := os.ReadFile(filepath.Join(filepath.Dir(path), "want.json"))
	if err != nil {
		t.Fatal(err)
	}
	var w struct{ Posts []goldenPost }
	if err := json.Unmarshal(golden, &w); err != nil {
		t.Fatal(err)
	}
	byText := map[string]goldenPost{}
	for _, p := range w.Posts {
		byText[strings.Join(strings.Fields(p.Text), " ")] = p
	}
	source, err := os.ReadFile(filepath.Join(filepath.Dir(path), "source.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var s struct{ Forum, Zone, Lang string }
	if err := yaml.Unmarshal(source, &s); err != nil {
		t.Fatal(err)
	}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		t.Fatal(err)
	}
	env := testEnv(nil)
	env.Zone, env.Lang = zone, s.Lang
	r := &pageReader{env: env}
	res := &fetch.Response{URL: s.Forum, Header: http.Header{}, Body: body, At: readAt}
	if strings.Contains(path, "vbulletin3") || strings.Contains(path, "smf20") {
		res.Header.Set("Content-Type", "text/html; charset=windows-1251")
	}
	doc, err := htmltext.Parse(charset.HTML(res))
	if err != nil {
		t.Fatal(err)
	}
	p := newDocument(r, res, doc).generic()
	for _, post := range p.Posts {
		x, ok := byText[strings.Join(strings.Fields(post.Text), " ")]
		if !ok {
			t.Logf("text %q", post.Text)
			continue
		}
		if x.Author != post.Author || x.Published[:16] != post.Published.Format("2006-01-02T15:04") {
			t.Logf("%s: author %q at %v, want %q at %s", x.ID, post.Author, post.Published, x.Author, x.Published)
			continue
		}
		if x.URL != post.URL {
			t.Logf("%s: link %s, want %s", x.ID, post.URL, x.URL)
		}
		right++
	}
	return right, len(p.Posts), len(w.Posts)
}
