package jsonapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
)

const eachBlock = "json: https://api.example/{country}\neach: {country: [%s]}\nlist: .items[]\nfields: {id: .id, text: .t, time: .at}"

// TestJSONValueReadLate: a country that comes to a source in use, or whose shop was not
// there at the first poll, tells nothing of what was written before.
func TestJSONValueReadLate(t *testing.T) {
	bg := `{"items":[{"id":11,"t":"today","at":"2026-11-22T08:00:00Z"},{"id":12,"t":"in spring","at":"2026-04-02T08:00:00Z"},{"id":13,"t":"some day"}]}`
	for name, before := range map[string]string{"new": "ua", "not there": "ua, bg"} {
		t.Run(name, func(t *testing.T) {
			site := &rig.Pages{Bodies: map[string]string{"https://api.example/ua": `{"items":[{"id":1,"t":"one","at":"2026-01-01T08:00:00Z"}]}`}}
			first := rig.Poll(t, rig.Crawler(t, fmt.Sprintf(eachBlock, before), site), "")
			if len(first.Posts) != 1 {
				t.Fatalf("%d posts, want the whole first poll", len(first.Posts))
			}
			site.Bodies["https://api.example/bg"] = bg
			c := rig.Crawler(t, fmt.Sprintf(eachBlock, "ua, bg"), site)
			second := rig.Poll(t, c, first.Next)
			if len(second.Posts) != 1 || second.Posts[0].Text != "today" {
				t.Errorf("got %+v, want what is new alone", second.Posts)
			}
			site.Bodies["https://api.example/bg"] = strings.Replace(bg, `"items":[`, `"items":[{"id":14,"t":"late","at":"2026-11-01T08:00:00Z"},`, 1)
			if third := rig.Poll(t, c, second.Next); len(third.Posts) != 1 || third.Posts[0].Text != "late" {
				t.Errorf("got %+v, want what came since", third.Posts)
			}
		})
	}
}

// TestJSONAskedForMoreThanOnce: where a source was asked once for all and is asked for several things now, as after an
// update of earshot, the first of them goes on where it was: what came while earshot was down is told, however long
// that took. Of what is asked for besides the old is its baseline.
func TestJSONAskedForMoreThanOnce(t *testing.T) {
	site := &rig.Pages{Bodies: map[string]string{"https://api.example/wall": `{"items":[{"id":1,"t":"one","at":"2026-11-01T08:00:00Z"}]}`}}
	first := rig.Poll(t, rig.Crawler(t, "json: https://api.example/wall\nname: here\nlist: .items[]\nfields: {id: .id, text: .t, time: .at}", site), "")
	site.Bodies["https://api.example/wall"] = `{"items":[{"id":2,"t":"while it was down","at":"2026-11-19T08:00:00Z"},{"id":1,"t":"one","at":"2026-11-01T08:00:00Z"}]}`
	site.Bodies["https://api.example/talk"] = `{"items":[{"id":12,"t":"today","at":"2026-11-22T08:00:00Z"},{"id":11,"t":"said long ago","at":"2026-11-19T08:00:00Z"}]}`
	c := rig.Crawler(t, fmt.Sprintf(eachBlock, "wall, talk")+"\nname: here", site)
	second := rig.Poll(t, c, first.Next)
	if len(second.Posts) != 2 || second.Posts[0].Text != "while it was down" || second.Posts[1].Text != "today" {
		t.Errorf("got %+v", second.Posts)
	}
	if third := rig.Poll(t, c, second.Next); len(third.Posts) > 0 {
		t.Errorf("read again: %+v", third.Posts)
	}
}

// TestJSONValueThatIsRefused: one video without comments, or one closed community, costs
// the others nothing. A site that refuses one after the other is left alone.
func TestJSONValueThatIsRefused(t *testing.T) {
	const each = "a, b, c, d, e, f, g, h"
	for closed, test := range map[string]struct{ posts, asked int }{
		"a":     {7, 8},
		"cdf":   {5, 8},
		"bcdef": {1, 5}, // no more is asked of a site that refuses so often
	} {
		t.Run(closed, func(t *testing.T) {
			asked := 0
			c := rig.Crawler(t, fmt.Sprintf(eachBlock, each), rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
				asked++
				value := r.URL[len(r.URL)-1:]
				if strings.Contains(closed, value) {
					return nil, &fetch.BlockedError{Status: http.StatusForbidden, URL: r.URL}
				}
				return &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{}, Body: []byte(`{"items":[{"id":"` + value + `","t":"words"}]}`)}, nil
			}))
			batch, err := c.Poll(t.Context(), "")
			if len(batch.Posts) != test.posts || asked != test.asked {
				t.Errorf("%d posts of %d requests", len(batch.Posts), asked)
			}
			if fails := test.asked < 8; fails != (err != nil) || fails != crawlers.ClassifyError(err).Blocked {
				t.Errorf("error %v", err)
			}
			if err == nil && len(batch.Observed.Unread) != len(closed) {
				t.Errorf("said %q of %d values", batch.Observed.Unread, len(closed))
			}
		})
	}
	c := rig.Crawler(t, fmt.Sprintf(eachBlock, "a"), rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
		return nil, &fetch.BlockedError{Status: http.StatusForbidden, URL: r.URL}
	}))
	if _, err := c.Poll(t.Context(), ""); !errors.As(err, new(*fetch.BlockedError)) {
		t.Errorf("the only value: %v", err)
	}
}

// TestJSONNothingThere: where not one value is there, that is the error, and no note says it again.
func TestJSONNothingThere(t *testing.T) {
	for name, block := range map[string]string{
		"one":     "json: https://api.example/none\nlist: .items[]\nfields: {id: .id, text: .t}",
		"several": fmt.Sprintf(eachBlock, "ua, bg"),
	} {
		t.Run(name, func(t *testing.T) {
			batch, err := rig.Crawler(t, block, &rig.Pages{}).Poll(t.Context(), "")
			if err == nil || len(batch.Observed.Unread)+len(batch.Observed.Notes) > 0 {
				t.Errorf("notes %q beside the error %v", batch.Observed.Notes, err)
			}
		})
	}
}

// TestJSONValuesInTurns: a site that takes some requests and then asks for a pause, with or
// without saying how long, is asked no more, and the next poll goes on where this one ended:
// the values at the end of the list are read as the first ones are.
func TestJSONValuesInTurns(t *testing.T) {
	for name, pause := range map[string]fetch.RetryError{"with a time": {Status: 429, After: time.Minute}, "without": {Status: 429}} {
		t.Run(name, func(t *testing.T) {
			now, asked := rig.Now, 0
			c := rig.Crawler(t, fmt.Sprintf(eachBlock, "a, b, c, d, e, f, g, h"), rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
				if asked++; asked > 3 {
					return nil, &pause
				}
				return &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{}, Body: []byte(`{"items":[{"id":"` + r.URL[len(r.URL)-1:] + `","t":"words","at":"2026-11-22T08:00:00Z"}]}`)}, nil
			}), func(env *crawlers.Env) { env.Now = func() time.Time { return now } })
			heard := ""
			var cursor crawlers.Cursor
			for range 3 {
				asked = 0
				batch, err := c.Poll(t.Context(), cursor)
				if err != nil || asked > 4 {
					t.Fatalf("%d requests, %v", asked, err)
				}
				for _, p := range batch.Posts {
					heard += p.ID
				}
				cursor = batch.Next
				if got, err := c.Poll(t.Context(), cursor); asked > 3 && (crawlers.ClassifyError(err).RetryAfter == 0 || len(got.Posts) > 0) {
					t.Errorf("within the pause: %v", err)
				}
				now = now.Add(time.Hour)
			}
			if heard != "abcdefgh" {
				t.Errorf("heard %s", heard)
			}
		})
	}
}

// TestJSONClosedInWords: a value that is closed in words among others that are read is a note, also where the
// poll begins with it, since the last one was asked for a pause there. Of many the site refuses.
func TestJSONClosedInWords(t *testing.T) {
	for name, test := range map[string]struct {
		values, closed string
		at             string // the value that the poll begins with
		posts, asked   int
		fails          bool
	}{
		"the last":                      {"a, b", "b", "", 1, 2, false},
		"the first":                     {"a, b", "a", "", 0, 1, true},
		"the last, which is begun with": {"a, b", "b", "b", 1, 2, false},
		"both":                          {"a, b", "ab", "b", 0, 2, true},
		"many":                          {"a, b, c, d, e, f, g, h", "bcdefg", "", 1, 5, true},
	} {
		t.Run(name, func(t *testing.T) {
			asked := 0
			c := rig.Crawler(t, fmt.Sprintf(eachBlock, test.values)+"\nclosed: .no", rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
				asked++
				value := r.URL[len(r.URL)-1:]
				body := `{"items":[{"id":"` + value + `","t":"words","at":"2026-11-22T08:00:00Z"}]}`
				if strings.Contains(test.closed, value) {
					body = `{"no":"not for you"}`
				}
				return &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{}, Body: []byte(body)}, nil
			}))
			batch, err := c.Poll(t.Context(), crawlers.Cursor(`{"at":"`+test.at+`"}`))
			if len(batch.Posts) != test.posts || asked != test.asked || test.fails != errors.Is(err, crawlers.ErrClosed) || err == nil && len(batch.Observed.Unread) != len(test.closed) {
				t.Errorf("%d posts of %d requests, said %q, %v", len(batch.Posts), asked, batch.Observed.Unread, err)
			}
		})
	}
}

// TestJSONShownLate: what is of long before the first poll and is shown first later is no news: the comments
// of an old discussion that somebody took up, or of an old post that is pinned.
func TestJSONShownLate(t *testing.T) {
	const first, second = `{"items":[{"id":1,"t":"one","at":%s},{"id":2,"t":"two","at":%s}]}`, `{"items":[{"id":1,"t":"one","at":%[1]s},{"id":3,"t":"three","at":%[3]s},{"id":4,"t":"four","at":%[2]s}]}`
	for name, test := range map[string]struct {
		dates  []any // of the first post, of the one after the first poll, of the old one
		cursor crawlers.Cursor
		past   string
	}{
		"as people write dates":       {[]any{`"2026-11-20T10:00:00Z"`, `"2026-11-21T10:00:00Z"`, `"2024-05-01T10:00:00Z"`}, "", "3"},
		"as clocks count":             {[]any{"1795168800", "1795255200.0", "1714557600"}, "", "3"},
		"let through late":            {[]any{`"2026-11-20T10:00:00Z"`, `"2026-11-21T10:00:00Z"`, `"2026-11-10T10:00:00Z"`}, "", ""},
		"may be another day":          {[]any{`"20.11.2026"`, `"21.11.2026"`, `"05.06.2024"`}, "", ""},
		"one date everywhere":         {[]any{`"2024-05-01"`, `"2024-05-01"`, `"2024-05-01"`}, "", ""},
		"an earlier earshot began it": {[]any{`"2026-11-20T10:00:00Z"`, `"2026-11-21T10:00:00Z"`, `"2024-05-01T10:00:00Z"`}, `{"parts":{"":{"for":"a","newest":"2026-11-19T09:00:00Z","seen":"AAAAAAAAAAE"}}}`, "3"},
	} {
		t.Run(name, func(t *testing.T) {
			site := &rig.Pages{Bodies: map[string]string{"https://api.example/p": fmt.Sprintf(first, test.dates[0], test.dates[0])}}
			c := rig.Crawler(t, "json: https://api.example/p\nlist: .items[]\nfields: {id: .id, text: .t, time: .at}", site)
			before := rig.Poll(t, c, test.cursor)
			if len(before.Past) > 0 {
				t.Errorf("of the past at first: %q", before.Past)
			}
			site.Bodies["https://api.example/p"] = fmt.Sprintf(second, test.dates...)
			if got := rig.Poll(t, c, before.Next); len(got.Posts) != 2 || strings.Join(got.Past, " ") != test.past {
				t.Errorf("%d posts, of the past %q, want %q", len(got.Posts), got.Past, test.past)
			}
		})
	}
}
