package crawlers

// Replays of feedCapture pages and feeds of real systems, kept beside the
// repository: skipped where they are absent. The bytes are served under the
// addresses they were feedCapture at.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// feedCapture is X.expect.json or X.meta.json beside a feedCapture answer X.
type feedCapture struct {
	Status   int               `json:"status"`
	URL      string            `json:"url"`
	FinalURL string            `json:"final_url"`
	Headers  map[string]string `json:"headers"`
	Items    []feedExpected    `json:"expected_items"`
}

// feedExpected is one post that must come out.
type feedExpected struct {
	ID        string  `json:"id"`
	Author    string  `json:"author"`
	Unix      int64   `json:"unix"`
	TimeRaw   *string `json:"time_raw"`
	Text      string  `json:"text"`
	Marker    string  `json:"marker"`
	Kind      string  `json:"kind"`
	Permalink string  `json:"permalink"`
	Title     *string `json:"title"`
	Quotes    bool    `json:"quotes"`
	Rating    any     `json:"rating"`
	Best      any     `json:"best"`
}

func readFeedCapture(t *testing.T, path string) feedCapture {
	t.Helper()
	for _, suffix := range []string{".expect.json", ".meta.json"} {
		src, err := os.ReadFile(path + suffix)
		if os.IsNotExist(err) {
			continue
		}
		var r feedCapture
		if err == nil {
			err = json.Unmarshal(src, &r)
		}
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	t.Fatalf("%s has no description", path)
	return feedCapture{}
}

// serveFeed is a Fetcher that gives body for every request.
func serveFeed(address string, header http.Header, body []byte) fetcherFunc {
	sum := sha256.Sum256(body)
	v := fetch.Validators{BodyHash: hex.EncodeToString(sum[:8])}
	return func(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if r.URL != address {
			return nil, &fetch.StatusError{Status: 404, URL: r.URL}
		}
		res := &fetch.Response{URL: address, Status: 200, Header: header, Body: body, Validators: v, At: driverNow}
		if r.Validators == v {
			res.NotModified, res.Body = true, nil
		}
		return res, nil
	}
}

func headerOf(m map[string]string) http.Header {
	h := http.Header{}
	for k, v := range m {
		h.Set(k, v)
	}
	return h
}

// feedTally is what one capture came to.
type feedTally struct {
	want, found, invented, twice          int
	author, moment, link, text, titleGood int
}

func (a *feedTally) add(b feedTally) {
	a.want += b.want
	a.found += b.found
	a.invented += b.invented
	a.twice += b.twice
	a.author += b.author
	a.moment += b.moment
	a.link += b.link
	a.text += b.text
	a.titleGood += b.titleGood
}

func (a feedTally) String() string {
	return fmt.Sprintf("%4d %6d %9d %6d %7d %6d %10d %6d %6d", a.want, a.found, a.invented, a.twice, a.author, a.moment, a.link, a.text, a.titleGood)
}

const feedTallyHead = "want  found  invented  twice  author   time  permalink   text  title"

// markerOf finds the unique sign the feedCapture posts carry: "(№9-1)".
func feedMarker(text string) string {
	i := strings.Index(text, "(№")
	if i < 0 {
		return ""
	}
	rest := text[i+1:]
	if end := strings.IndexByte(rest, ')'); end > 0 {
		return rest[:end]
	}
	return ""
}

// compareFeed matches posts with what was feedExpected by the markers in them.
func compareFeed(t *testing.T, posts []mention.Post, want []feedExpected) feedTally {
	t.Helper()
	got := map[string][]mention.Post{}
	for _, p := range posts {
		got[feedMarker(p.Text)] = append(got[feedMarker(p.Text)], p)
	}
	var n feedTally
	for _, e := range want {
		n.want++
		found := got[e.Marker]
		delete(got, e.Marker)
		if len(found) == 0 {
			t.Errorf("missing: %s %s", e.Marker, e.Permalink)
			continue
		}
		n.found++
		n.twice += len(found) - 1
		p := found[0]
		good := func(ok bool, count *int, what string, got, want any) {
			if ok {
				*count++
			} else {
				t.Errorf("%s: %s %q, want %q", e.Marker, what, got, want)
			}
		}
		good(p.Author == e.Author, &n.author, "author", p.Author, e.Author)
		good(p.Published.Unix() == e.Unix, &n.moment, "time", p.Published, time.Unix(e.Unix, 0).UTC())
		good(p.URL == e.Permalink, &n.link, "permalink", p.URL, e.Permalink)
		// An article goes on where the list of expected posts stops.
		good(letters(p.Text) == letters(e.Text) || e.Kind == "post" && strings.HasPrefix(p.Text, e.Text), &n.text, "text", p.Text, e.Text)
		if e.Title == nil || letters(p.Title) == letters(*e.Title) {
			n.titleGood++
		}
	}
	for marker, posts := range got {
		for _, p := range posts {
			n.invented++
			t.Errorf("invented: %s %q at %s", p.URL, clip(p.Text, 80), marker)
		}
	}
	return n
}

func TestCapturedFeeds(t *testing.T) {
	shared := testkit.Shared(t)
	var all feedTally
	t.Logf("%-44s %s", "feed", feedTallyHead)
	for _, pattern := range []string{"wordpress-*/*.xml", "mybb-*/*.xml", "phpbb-*/*.xml", "nodebb-*/*.xml"} {
		files, err := filepath.Glob(filepath.Join(shared, "captures", pattern))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: no captures: %v", pattern, err)
		}
		for _, path := range files {
			rec := readFeedCapture(t, path)
			if rec.Items == nil { // only a description: it must be readable
				rec.Items = []feedExpected{}
			}
			body, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			name := filepath.Base(filepath.Dir(path)) + "/" + filepath.Base(path)
			t.Run(name, func(t *testing.T) {
				c := crawlerOf(t, "feed: "+rec.FinalURL, serveFeed(rec.FinalURL, headerOf(rec.Headers), body))
				batch, err := c.Poll(t.Context(), "")
				if err != nil {
					t.Fatal(err)
				}
				checkPosts(t, batch.Posts)
				if len(rec.Items) == 0 {
					t.Logf("%-44s %d posts, nothing expected", name, len(batch.Posts))
					return
				}
				n := compareFeed(t, batch.Posts, rec.Items)
				all.add(n)
				t.Logf("%-44s %s", name, n)
			})
		}
	}
	t.Logf("%-44s %s", "all", all)
}

func TestCapturedSchemaOrg(t *testing.T) {
	shared := testkit.Shared(t)
	files, err := filepath.Glob(filepath.Join(shared, "captures", "schema-org-pages", "*.html"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no captures: %v", err)
	}
	t.Logf("%-28s want  found  invented  author  time  rating  text", "page")
	for _, path := range files {
		rec := readFeedCapture(t, path)
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name := filepath.Base(path)
		address := "https://" + strings.TrimSuffix(name, ".html") + ".example/page"
		t.Run(name, func(t *testing.T) {
			c := crawlerOf(t, "page: "+address, serveFeed(address, http.Header{"Content-Type": {"text/html"}}, body))
			batch, err := c.Poll(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			checkPosts(t, batch.Posts)
			left := batch.Posts
			var found, author, moment, stars, text int
			for _, e := range rec.Items {
				at := -1
				for i, p := range left {
					if letters(p.Text) == letters(plainText(e.Text)) && p.Author == lineText(e.Author) && sameMoment(p, e) {
						at = i
						break
					}
				}
				if at < 0 {
					t.Errorf("missing or wrong: %q by %q at %v", clip(e.Text, 60), e.Author, e.TimeRaw)
					continue
				}
				p := left[at]
				left = append(left[:at:at], left[at+1:]...)
				found, author, moment, text = found+1, author+1, moment+1, text+1
				if sameStars(p.Rating, e) {
					stars++
				} else {
					t.Errorf("%q: rating %+v, want %v of %v", clip(e.Text, 60), p.Rating, e.Rating, e.Best)
				}
			}
			for _, p := range left {
				t.Errorf("invented: %q by %q at %v", clip(p.Text, 60), p.Author, p.Published)
			}
			t.Logf("%-28s %4d %6d %9d %7d %5d %7d %5d  %s", name, len(rec.Items), found, len(left), author, moment, stars, text, batch.Sees.What)
		})
	}
}

func sameMoment(p mention.Post, e feedExpected) bool {
	if e.TimeRaw == nil || *e.TimeRaw == "" {
		return p.Published.IsZero()
	}
	want, _, ok := ParseDate(*e.TimeRaw, driverNow, time.UTC)
	return ok && want.Equal(p.Published)
}

func sameStars(r *mention.Rating, e feedExpected) bool {
	number := func(v any) (float64, bool) {
		switch v := v.(type) {
		case float64:
			return v, true
		case string:
			if n := numbers(v); len(n) > 0 {
				return n[0], true
			}
		}
		return 0, false
	}
	value, ok := number(e.Rating)
	if !ok || r == nil {
		return !ok && r == nil
	}
	best, ok := number(e.Best)
	if !ok {
		best = 5
	}
	return math.Abs(r.Value-value) < 1e-9 && math.Abs(r.Best-best) < 1e-9
}
