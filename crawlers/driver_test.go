package crawlers_test

// The driver runs every case under testdata/<kind>/<case>/ through everything a
// source must stand: see docs for a new source in CONTRIBUTING.md. A case is
//
//	source.yaml  the block a user would write
//	tape.txt     what the site answers (internal/testkit), with body files beside
//	want.json    what must come out; `go test ./crawlers -run /KIND -update` writes it
//	ORIGIN       where the shape comes from
//	example.yaml the block that docs/sources.md shows, where source.yaml is written for the test
//
// A kind without a case fails, and so does a part of a recording nobody asks for.

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/crawlers/push"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

var update = flag.Bool("update", false, "write want.json from what comes out")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestSources(t *testing.T) {
	for _, kind := range presets.Kinds() {
		if kind.Name == push.Name {
			continue // asks no site; its tests stand beside it
		}
		t.Run(kind.Name, func(t *testing.T) {
			dirs, err := filepath.Glob(filepath.Join("testdata", kind.Name, "*", "source.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			if len(dirs) == 0 {
				t.Fatalf("no case: add testdata/%s/<case>/ with source.yaml, tape.txt and ORIGIN", kind.Name)
			}
			for _, path := range dirs {
				dir := filepath.Dir(path)
				t.Run(filepath.Base(dir), func(t *testing.T) { runCase(t, dir) })
			}
		})
	}
}

func runCase(t *testing.T, dir string) {
	if _, err := os.Stat(filepath.Join(dir, "ORIGIN")); err != nil {
		t.Errorf("ORIGIN is missing: say where the shape of the case comes from")
	}
	c := caseOf(t, dir)
	var golden crawlers.Batch
	t.Run("golden", func(t *testing.T) { golden = c.golden(t) })
	if t.Failed() {
		return
	}
	t.Run("cancelled", c.cancelled)
	t.Run("asked to wait", c.askedToWait)
	t.Run("server error", c.serverError)
	t.Run("refused", c.refused)
	t.Run("too large", c.tooLarge)
	t.Run("cut off", func(t *testing.T) { c.cutOff(t, golden) })
	t.Run("hostile", c.hostile)
}

// sourceCase is one folder, and the block in it.
type sourceCase struct {
	dir    string
	source config.Source
}

func caseOf(t testing.TB, dir string) sourceCase {
	t.Helper()
	block, err := os.ReadFile(filepath.Join(dir, "source.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return sourceCase{dir, rig.Source(t, string(block))}
}

// crawler makes the crawler of the case, reading through f.
func (c sourceCase) crawler(t testing.TB, f crawlers.Fetcher) crawlers.Crawler {
	t.Helper()
	return rig.Of(t, c.source, f)
}

// client is the real HTTP client against site, which stands for every host.
func (c sourceCase) client(t testing.TB, site *testkit.Site, maxBody int64) *lens {
	t.Helper()
	none := time.Duration(0)
	client := fetch.New(fetch.Options{Contact: "test@earshot.example", Gap: &none, APIGap: &none, MaxBody: maxBody,
		AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(client.Close)
	return &lens{client: client.For(site.URL), site: site.URL}
}

// lens shows a site on loopback under the addresses of the real one.
type lens struct {
	client *fetch.Client
	site   string
	change func(*fetch.Response) // what goes wrong on the way; may be nil
}

func (l *lens) Do(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	u, err := url.Parse(r.URL)
	if err != nil {
		return nil, err
	}
	origin := u.Scheme + "://" + u.Host
	r.URL = l.site + strings.TrimPrefix(r.URL, origin)
	res, err := l.client.Do(ctx, r)
	if err != nil {
		return nil, err
	}
	res.URL = origin + strings.TrimPrefix(res.URL, l.site)
	if l.change != nil {
		l.change(res)
	}
	return res, nil
}

// StreamClient and Turn make every Fetcher of these tests a Streamer, too: a
// stream is a body that ends.
func (l *lens) StreamClient() *http.Client { return rig.Streams(l) }
func (l *lens) Turn(context.Context, string) (func(), error) {
	return func() {}, nil
}

// golden compares the first poll with want.json, and asks again.
func (c sourceCase) golden(t *testing.T) crawlers.Batch {
	site := testkit.Play(t, c.dir)
	got := c.crawler(t, c.client(t, site, 0))
	batch, err := got.Poll(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	rig.CheckPosts(t, batch.Posts)
	c.compare(t, batch)
	again, err := got.Poll(t.Context(), batch.Next)
	if err != nil {
		t.Fatalf("second poll: %v", err)
	}
	for _, p := range again.Posts {
		t.Errorf("the second poll finds it again: %s", p.ID)
	}
	site = testkit.Play(t, c.dir)
	site.Lax() // what only the second poll asks for
	other, err := c.crawler(t, c.client(t, site, 0)).Poll(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(batch.Posts, other.Posts); diff != "" {
		t.Errorf("a second reading from the beginning differs:\n%s", diff)
	}
	return batch
}

// wantPost is a post as want.json and `crawl --json` show it.
type wantPost struct {
	Kind      mention.PostKind `json:"kind"`
	ID        string           `json:"id"`
	URL       string           `json:"url"`
	ThreadURL string           `json:"thread_url,omitempty"`
	ReplyTo   string           `json:"reply_to,omitempty"`
	IsReply   bool             `json:"is_reply,omitempty"`
	Author    string           `json:"author,omitempty"`
	Published string           `json:"published,omitempty"`
	Edited    string           `json:"edited,omitempty"`
	Rating    *mention.Rating  `json:"rating,omitempty"`
	Title     string           `json:"title,omitempty"`
	Text      string           `json:"text,omitempty"`
	Lang      string           `json:"lang,omitempty"`
	Own       bool             `json:"own,omitempty"`
	SeemsOwn  bool             `json:"seems_own,omitempty"`
	Deleted   bool             `json:"deleted,omitempty"`
}

func wantOf(p mention.Post) wantPost {
	w := wantPost{Kind: p.Kind, ID: p.ID, URL: p.URL, ThreadURL: p.ThreadURL, ReplyTo: p.ReplyTo, IsReply: p.IsReply,
		Author: p.Author, Rating: p.Rating, Title: p.Title, Text: p.Text, Lang: p.Lang, Own: p.Own, SeemsOwn: p.SeemsOwn, Deleted: p.Deleted}
	switch {
	case p.Published.IsZero():
	case p.DateOnly:
		w.Published = p.Published.Format(time.RFC3339) + " (day)"
	default:
		w.Published = p.Published.Format(time.RFC3339)
	}
	if !p.Edited.IsZero() {
		w.Edited = p.Edited.Format(time.RFC3339)
	}
	return w
}

func (c sourceCase) compare(t *testing.T, batch crawlers.Batch) {
	t.Helper()
	type want struct {
		What  string     `json:"what"`
		Items int        `json:"items"`
		Notes []string   `json:"notes,omitempty"`
		Posts []wantPost `json:"posts"`
	}
	w := want{What: batch.Observed.What, Items: batch.Observed.Items, Notes: batch.Observed.Notes, Posts: []wantPost{}}
	for _, p := range batch.Posts {
		w.Posts = append(w.Posts, wantOf(p))
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "\t")
	if err := enc.Encode(w); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(c.dir, "want.json")
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v (-update writes it)", err)
	}
	if diff := cmp.Diff(string(golden), b.String()); diff != "" {
		t.Errorf("want.json differs (-want +got):\n%s", diff)
	}
}

// broken plays the case against a site that answers everything with f.
func (c sourceCase) broken(t *testing.T, f http.HandlerFunc) (crawlers.Batch, error) {
	t.Helper()
	site := testkit.Play(t, c.dir)
	site.Lax()
	site.Before(func(w http.ResponseWriter, r *http.Request) bool {
		if r.URL.Path == "/robots.txt" {
			return false
		}
		f(w, r)
		return true
	})
	return c.crawler(t, c.client(t, site, 0)).Poll(t.Context(), "")
}

func (c sourceCase) cancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	entered := make(chan struct{})
	crawler := c.crawler(t, rig.Fetcher(func(ctx context.Context, _ fetch.Request) (*fetch.Response, error) {
		close(entered)
		<-ctx.Done()
		return nil, ctx.Err()
	}))
	go func() { <-entered; cancel() }()
	batch, err := crawler.Poll(ctx, "")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want context.Canceled", err)
	}
	if len(batch.Posts) > 0 {
		t.Errorf("%d posts out of nothing", len(batch.Posts))
	}
}

func (c sourceCase) askedToWait(t *testing.T) {
	batch, err := c.broken(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "77")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	if got := crawlers.ClassifyError(err); err == nil || got.RetryAfter != 77*time.Second || got.Blocked {
		t.Errorf("error %v, trouble %+v, want a wait of 77 s", err, got)
	}
	if len(batch.Posts) > 0 || batch.Next != "" {
		t.Errorf("posts or a cursor out of nothing: %+v", batch)
	}
}

func (c sourceCase) serverError(t *testing.T) {
	batch, err := c.broken(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) })
	if err == nil || crawlers.ClassifyError(err).Blocked {
		t.Errorf("error %v, want one that is no block", err)
	}
	if len(batch.Posts) > 0 {
		t.Errorf("%d posts out of nothing", len(batch.Posts))
	}
}

func (c sourceCase) refused(t *testing.T) {
	_, err := c.broken(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	if err == nil || !crawlers.ClassifyError(err).Blocked {
		t.Errorf("error %v, want a block", err)
	}
}

func (c sourceCase) tooLarge(t *testing.T) {
	site := testkit.Play(t, c.dir)
	site.Lax()
	batch, err := c.crawler(t, c.client(t, site, 40)).Poll(t.Context(), "")
	if !errors.Is(err, fetch.ErrTooLarge) {
		t.Errorf("error %v, want ErrTooLarge", err)
	}
	if len(batch.Posts) > 0 {
		t.Errorf("%d posts out of nothing", len(batch.Posts))
	}
}

// cutOff ends every body early, at many places: no post may appear that the
// whole body does not hold.
func (c sourceCase) cutOff(t *testing.T, golden crawlers.Batch) {
	known := map[string]bool{}
	prints := map[mention.PostKey]bool{}
	for _, p := range golden.Posts {
		known[p.ID] = true
		prints[p.Fingerprint()] = true
	}
	const places = 30
	for i := range places {
		site := testkit.Play(t, c.dir)
		site.Lax()
		l := c.client(t, site, 0)
		l.change = func(res *fetch.Response) { res.Body = res.Body[:len(res.Body)*i/places] }
		batch, _ := c.crawler(t, l).Poll(t.Context(), "")
		rig.CheckPosts(t, batch.Posts)
		for _, p := range batch.Posts {
			if !known[p.ID] && !prints[p.Fingerprint()] {
				t.Errorf("cut at %d/%d: invented %s %q", i, places, p.ID, p.Text[:min(80, len(p.Text))])
			}
		}
	}
}

// hostileBodies are what no site should send.
var hostileBodies = []string{
	"", "\x00\x00", "<", "{", "[", "null", "[[[[[[", "\xff\xfe\x00", "<?xml version=\"1.0\"?><rss", "{}", "[]", `{"a":`,
	strings.Repeat("<div>", 20000), strings.Repeat("<b><i>", 5000) + "x", strings.Repeat("[", 20000),
	strings.Repeat(`{"review":`, 12000), "<script type=\"application/ld+json\">" + strings.Repeat(`{"review":[`, 9000),
	`<div itemscope itemtype="http://schema.org/Review"><span itemprop="author">` + strings.Repeat("а", 100000),
	`<a href="javascript:alert(1)">x</a><time datetime="9999-99-99T99:99:99Z"></time>`,
	`<script type="application/ld+json">{"@type":"Review","reviewBody":"a\u0000b","author":{"name":{"name":{"name":1}}},"datePublished":["x",{}],"reviewRating":{"ratingValue":"1e999","bestRating":-5}}</script>`,
	`<rss version="2.0"><channel><item><title>a&#0;b</title><link>javascript:x</link><guid>` + strings.Repeat("g", 9000) + `</guid></item></channel></rss>`,
	`<rss version="2.0"><channel><item></item><item></item></channel></rss>`,
	`<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><rss version="2.0"><channel><item><title>&b;</title></item></channel></rss>`,
	`{"version":"https://jsonfeed.org/version/1","items":[{"id":1,"url":7,"content_html":{}}]}`,
	`{"version":"https://jsonfeed.org/version/1","items":null}`,
}

func (c sourceCase) hostile(t *testing.T) {
	for i, body := range hostileBodies {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			site := testkit.Play(t, c.dir)
			site.Lax()
			l := c.client(t, site, 0)
			l.change = func(res *fetch.Response) { res.Body = []byte(body) }
			batch, _ := c.crawler(t, l).Poll(t.Context(), "")
			rig.CheckPosts(t, batch.Posts)
		})
	}
}
