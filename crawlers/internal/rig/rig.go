// Package rig makes crawlers of source blocks as a watchlist has them, on sites that a test
// says: what the tests of the contract, the engines and the presets share. Tests only.
package rig

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// Now is when a Crawler reads.
var Now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// Crawler makes the crawler of a source block as a watchlist has it.
func Crawler(t testing.TB, block string, f crawlers.Fetcher, change ...func(*crawlers.Env)) crawlers.Crawler {
	t.Helper()
	return Of(t, Source(t, block), f, change...)
}

// Of makes the crawler of a source that was read already.
func Of(t testing.TB, s config.Source, f crawlers.Fetcher, change ...func(*crawlers.Env)) crawlers.Crawler {
	t.Helper()
	var zone *time.Location
	if s.Zone != "" {
		var err error
		if zone, err = time.LoadLocation(s.Zone); err != nil {
			t.Fatal(err)
		}
	}
	env := crawlers.Env{Fetch: f, Now: func() time.Time { return Now }, Zone: zone, Lang: s.Lang, Source: s.Name,
		PostKind: mention.PostKind(s.PostKind), Base: s.Base}
	for _, c := range change {
		c(&env)
	}
	got, err := presets.New(env, s.Kind, s.Section)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// secretAddresses are feeds whose address is the key.
var secretAddresses = map[string]string{
	"ALERT_FEED":  "https://www.google.com/alerts/feeds/0123456789/987654321",
	"REDDIT_FEED": "https://www.reddit.com/r/ukraine/.rss?feed=0123456789abcdef&user=ganna",
}

// Source is a source block as config reads it, every ${env:NAME} filled in.
func Source(t testing.TB, block string) config.Source {
	t.Helper()
	kinds := config.Kinds{}
	for _, k := range presets.Kinds() {
		kinds[k.Name] = k.Options()
	}
	list := "contact: test@earshot.example\nwatch: [{name: Any, terms: [any]}]\nsources:\n  - " + strings.ReplaceAll(strings.TrimSpace(block), "\n", "\n    ") + "\n"
	env := func(name string) (string, bool) {
		if address, ok := secretAddresses[name]; ok {
			return address, true
		}
		return "secret-" + name, true
	}
	cfg, err := config.Parse("source.yaml", []byte(list), env, kinds)
	if err != nil {
		t.Fatal(err)
	}
	return cfg.Sources[0]
}

// CheckPosts keeps the promises of Batch.
func CheckPosts(t testing.TB, posts []mention.Post) {
	t.Helper()
	ids := map[string]bool{}
	for _, p := range posts {
		if p.ID == "" || ids[p.ID] {
			t.Errorf("ID %q is empty or comes twice", p.ID)
		}
		ids[p.ID] = true
		if u, err := url.Parse(p.URL); err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
			t.Errorf("%s: URL %q is not absolute", p.ID, p.URL)
		}
		for _, s := range []string{p.ID, p.URL, p.ThreadURL, p.ReplyTo, p.Author, p.Title, p.Text} {
			if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
				t.Errorf("%s: invalid text %q", p.ID, s)
			}
		}
		if p.Published.Location() != time.UTC || p.Edited.Location() != time.UTC {
			t.Errorf("%s: times are not UTC", p.ID)
		}
		if p.Published.After(Now) {
			t.Errorf("%s: published in the future: %v", p.ID, p.Published)
		}
		if p.Source == "" || p.Kind == "" || p.FetchedAt.IsZero() {
			t.Errorf("%s: source %q, kind %q, fetched %v", p.ID, p.Source, p.Kind, p.FetchedAt)
		}
		if p.Rating != nil && (p.Rating.Best <= 0 || p.Rating.Value < 0 || p.Rating.Value > p.Rating.Best) {
			t.Errorf("%s: rating %+v", p.ID, *p.Rating)
		}
		if strings.ContainsAny(p.Title+p.Author, "\n\r") {
			t.Errorf("%s: title or author has more than a line", p.ID)
		}
	}
}

// Fetcher is a site that answers as a test says.
type Fetcher func(context.Context, fetch.Request) (*fetch.Response, error)

// StreamClient and Turn make it one that streams are opened through.
func (f Fetcher) StreamClient() *http.Client { return Streams(f) }

// Turn is there at once.
func (f Fetcher) Turn(context.Context, string) (func(), error) { return func() {}, nil }

// Do implements crawlers.Fetcher.
func (f Fetcher) Do(ctx context.Context, r fetch.Request) (*fetch.Response, error) {
	return f(ctx, r)
}

// Says is a site that answers everything with body; contentType may be empty.
func Says(contentType, body string) Fetcher {
	header := http.Header{}
	if contentType != "" {
		header.Set("Content-Type", contentType)
	}
	raw := []byte(body)
	return func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
		return &fetch.Response{URL: r.URL, Status: http.StatusOK, Header: header, Body: raw, At: Now}, nil
	}
}

// Streams is a client whose streams are answers of f: bodies that end.
func Streams(f crawlers.Fetcher) *http.Client {
	return &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
		res, err := f.Do(r.Context(), fetch.Request{URL: r.URL.String(), Header: r.Header})
		if err != nil {
			return nil, err
		}
		return &http.Response{StatusCode: res.Status, Header: res.Header, Body: io.NopCloser(bytes.NewReader(res.Body)), Request: r}, nil
	})}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// Pages is a site in memory: address to body. It counts what is asked for and
// answers unchanged ones as the real client does.
type Pages struct {
	Bodies map[string]string
	Asked  []string
}

// Do implements crawlers.Fetcher.
func (p *Pages) Do(_ context.Context, r fetch.Request) (*fetch.Response, error) {
	p.Asked = append(p.Asked, r.URL)
	body, ok := p.Bodies[r.URL]
	if !ok {
		return nil, &fetch.StatusError{Status: http.StatusNotFound, URL: r.URL}
	}
	return answer(r, http.Header{}, []byte(body)), nil
}

// answer answers with body; one that has not changed since, as the real client does.
func answer(r fetch.Request, header http.Header, body []byte) *fetch.Response {
	res := &fetch.Response{URL: r.URL, Status: 200, Header: header, Body: body, At: Now,
		Validators: fetch.Validators{BodyHash: fmt.Sprintf("%x", sha256.Sum256(body))}}
	if r.Validators == res.Validators {
		res.NotModified, res.Body = true, nil
	}
	return res
}

// Poll polls and checks what comes.
func Poll(t testing.TB, c crawlers.Crawler, since crawlers.Cursor) crawlers.Batch {
	t.Helper()
	batch, err := c.Poll(t.Context(), since)
	if err != nil {
		t.Fatal(err)
	}
	CheckPosts(t, batch.Posts)
	return batch
}
