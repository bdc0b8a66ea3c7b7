package crawlers_test

// Replays of recorded pages and feeds of real systems, kept beside the
// repository: skipped where they are absent. The bytes are served under the
// addresses they were recorded at.

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers/internal/dates"
	"github.com/earshot/earshot/crawlers/internal/htmltext"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// capture is what X.expect.json or X.meta.json says of the answer X beside it.
type capture struct {
	URL      string            `json:"url"`
	FinalURL string            `json:"final_url"`
	Headers  map[string]string `json:"headers"`
	Items    []capturedItem    `json:"expected_items"`

	File string `json:"-"` // the name of X
	Body []byte `json:"-"`
}

// capturedItem is one post that must come out.
type capturedItem struct {
	ID        string    `json:"id"`
	Author    string    `json:"author"`
	Time      time.Time `json:"time"`
	Unix      int64     `json:"unix"`
	TimeRaw   *string   `json:"time_raw"`
	Text      string    `json:"text"`
	Marker    string    `json:"marker"`
	Kind      string    `json:"kind"`
	Permalink string    `json:"permalink"`
	Title     *string   `json:"title"`
	Rating    any       `json:"rating"`
	Best      any       `json:"best"`
}

// readCaptures reads every answer the pattern names, with what is said of it.
func readCaptures(t *testing.T, pattern string) []*capture {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(testkit.Shared(t), "captures", pattern))
	if err != nil || len(paths) == 0 {
		t.Fatalf("%s: no captures: %v", pattern, err)
	}
	var all []*capture
	for _, path := range paths {
		if strings.HasSuffix(path, ".expect.json") || strings.HasSuffix(path, ".meta.json") {
			continue
		}
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		said, err := os.ReadFile(path + ".expect.json")
		if errors.Is(err, fs.ErrNotExist) {
			said, err = os.ReadFile(path + ".meta.json")
		}
		if err != nil {
			t.Fatalf("%s has no description: %v", path, err)
		}
		c := &capture{File: filepath.Base(path), Body: body}
		if err := json.Unmarshal(said, c); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all = append(all, c)
	}
	return all
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

// feedMarker finds the unique sign the recorded posts carry: "(№9-1)".
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

// compareFeed matches posts with what was expected by the markers in them.
func compareFeed(t *testing.T, posts []mention.Post, want []capturedItem) feedTally {
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
		good(text.Letters(p.Text) == text.Letters(e.Text) || e.Kind == "post" && strings.HasPrefix(p.Text, e.Text), &n.text, "text", p.Text, e.Text)
		if e.Title == nil || text.Letters(p.Title) == text.Letters(*e.Title) {
			n.titleGood++
		}
	}
	for marker, posts := range got {
		for _, p := range posts {
			n.invented++
			t.Errorf("invented: %s %q at %s", p.URL, p.Text[:min(len(p.Text), 80)], marker)
		}
	}
	return n
}

func TestCapturedFeeds(t *testing.T) {
	var all feedTally
	t.Logf("%-44s %s", "feed", feedTallyHead)
	for _, pattern := range []string{"wordpress-*/*.xml", "mybb-*/*.xml", "phpbb-*/*.xml", "nodebb-*/*.xml"} {
		for _, rec := range readCaptures(t, pattern) {
			name := strings.TrimSuffix(pattern, "*.xml") + rec.File
			t.Run(name, func(t *testing.T) {
				c := crawlerOf(t, "feed: "+rec.FinalURL, serveFeed(rec.FinalURL, headerOf(rec.Headers), rec.Body))
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
	t.Logf("%-28s want  found  invented  author  time  rating  text", "page")
	for _, rec := range readCaptures(t, "schema-org-pages/*.html") {
		name := rec.File
		address := "https://" + strings.TrimSuffix(name, ".html") + ".example/page"
		t.Run(name, func(t *testing.T) {
			c := crawlerOf(t, "page: "+address, serveFeed(address, http.Header{"Content-Type": {"text/html"}}, rec.Body))
			batch, err := c.Poll(t.Context(), "")
			if err != nil {
				t.Fatal(err)
			}
			checkPosts(t, batch.Posts)
			left := batch.Posts
			var found, author, moment, stars, sameText int
			for _, e := range rec.Items {
				at := -1
				for i, p := range left {
					if text.Letters(p.Text) == text.Letters(htmltext.Plain(e.Text)) && p.Author == htmltext.Line(e.Author) && sameMoment(p, e) {
						at = i
						break
					}
				}
				if at < 0 {
					t.Errorf("missing or wrong: %q by %q at %v", e.Text[:min(len(e.Text), 60)], e.Author, e.TimeRaw)
					continue
				}
				p := left[at]
				left = append(left[:at:at], left[at+1:]...)
				found, author, moment, sameText = found+1, author+1, moment+1, sameText+1
				if sameStars(p.Rating, e) {
					stars++
				} else {
					t.Errorf("%q: rating %+v, want %v of %v", e.Text[:min(len(e.Text), 60)], p.Rating, e.Rating, e.Best)
				}
			}
			for _, p := range left {
				t.Errorf("invented: %q by %q at %v", p.Text[:min(len(p.Text), 60)], p.Author, p.Published)
			}
			t.Logf("%-28s %4d %6d %9d %7d %5d %7d %5d  %s", name, len(rec.Items), found, len(left), author, moment, stars, sameText, batch.Observed.What)
		})
	}
}

func sameMoment(p mention.Post, e capturedItem) bool {
	if e.TimeRaw == nil || *e.TimeRaw == "" {
		return p.Published.IsZero()
	}
	want, _, ok := dates.Parse(*e.TimeRaw, driverNow, time.UTC)
	return ok && want.Equal(p.Published)
}

func sameStars(r *mention.Rating, e capturedItem) bool {
	number := func(v any) (float64, bool) {
		switch v := v.(type) {
		case float64:
			return v, true
		case string:
			n, err := strconv.ParseFloat(strings.Replace(v, ",", ".", 1), 64)
			return n, err == nil
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
