package jsonapi_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
)

// pages is a list of pages that a test turns over; it counts what is asked for.
type pages struct {
	bodies []string
	asked  []string
	status int // of the answers; 0: 200
}

func (p *pages) Do(_ context.Context, r fetch.Request) (*fetch.Response, error) {
	_, at, _ := strings.Cut(r.URL, "page=")
	p.asked = append(p.asked, at)
	res := &fetch.Response{URL: r.URL, Status: max(p.status, 200), Header: http.Header{}}
	for i, body := range p.bodies {
		if at == fmt.Sprint(i+1) {
			res.Body = []byte(body)
		}
	}
	if res.Body == nil && res.Status == 200 {
		res.Body = []byte(`{"items":[]}`)
	}
	return res, nil
}

func item(id int, day string) string {
	return fmt.Sprintf(`{"id":%d,"t":"words of %d","at":"%s"}`, id, id, day)
}

func answer(items ...string) string { return `{"items":[` + strings.Join(items, ",") + `]}` }

const pagesBlock = "json: https://api.example/q?page={page}\nlist: .items[]\nfields: {id: .id, text: .t, time: .at}\npager: {by: page, from: 1, pages: 5}"

// TestJSONSortedByLastChange: a list that is sorted by the last change begins with old posts that somebody answered.
// They are known, and behind them stands what is new, over more than one page.
func TestJSONSortedByLastChange(t *testing.T) {
	old := []string{item(1, "2019-03-01T00:00:00Z"), item(2, "2020-03-01T00:00:00Z"), item(3, "2026-11-20T00:00:00Z")}
	site := &pages{bodies: []string{answer(old...)}}
	c := rig.Crawler(t, pagesBlock, site)
	first := rig.Poll(t, c, "")
	site.bodies = []string{
		answer(old[0], old[1], item(9, "2026-11-22T09:00:00Z"), item(8, "2026-11-22T08:00:00Z")),
		answer(item(7, "2026-11-22T07:00:00Z"), item(6, "2026-11-22T06:00:00Z")),
		answer(item(5, "2026-11-22T05:00:00Z"), old[2]),
	}
	site.asked = nil
	second := rig.Poll(t, c, first.Next)
	if len(second.Posts) != 5 {
		t.Errorf("%d posts, want 5 to 9", len(second.Posts))
	}
	site.asked = nil
	if third := rig.Poll(t, c, second.Next); len(third.Posts) > 0 || len(site.asked) != 1 {
		t.Errorf("%d posts again, of pages %q", len(third.Posts), site.asked)
	}
}

// TestJSONPagesThatShift: what is written while the pages are read moves the rest on by one. Nothing is missed, and
// nothing comes twice.
func TestJSONPagesThatShift(t *testing.T) {
	day := func(n int) string { return fmt.Sprintf("2026-11-%02dT00:00:00Z", n) }
	site := &pages{bodies: []string{
		answer(item(9, day(19)), item(8, day(18)), item(7, day(17))),
		answer(item(7, day(17)), item(6, day(16)), item(5, day(15))), // 7 was pushed here by a new one
		answer(item(5, day(15)), item(4, day(14))),
		answer(), // an empty page
		answer(item(3, day(13))),
	}}
	batch := rig.Poll(t, rig.Crawler(t, pagesBlock, site), "")
	if got := len(batch.Posts); got != 6 {
		t.Errorf("%d posts, want 4 to 9 once", got)
	}
	site.asked = nil
	batch = rig.Poll(t, rig.Crawler(t, strings.Replace(pagesBlock, "from: 1", "from: 1, more: 'true'", 1), site), "")
	if len(batch.Posts) != 7 || len(site.asked) != 5 {
		t.Errorf("%d posts of pages %q, want what stands behind the empty page, too", len(batch.Posts), site.asked)
	}
}

// TestJSONCursorsInACircle: a cursor that leads back to where it was costs the pages of a poll and no more, and posts
// that stand on the page after an empty one are read.
func TestJSONCursorsInACircle(t *testing.T) {
	answers := map[string]string{
		"":  `{"items":[{"id":1,"t":"one"}],"next":"b"}`,
		"b": `{"items":[],"next":"c"}`,
		"c": `{"items":[{"id":3,"t":"three"}],"next":"b"}`,
	}
	asked := 0
	c := rig.Crawler(t, "json: https://api.example/q{?at=cursor}\nlist: .items[]\nfields: {id: .id, text: .t}\npager: {by: cursor, next: .next, pages: 9}",
		rig.Fetcher(func(_ context.Context, r fetch.Request) (*fetch.Response, error) {
			asked++
			_, at, _ := strings.Cut(r.URL, "at=")
			return &fetch.Response{URL: r.URL, Status: 200, Header: http.Header{}, Body: []byte(answers[at])}, nil
		}))
	batch := rig.Poll(t, c, "")
	if len(batch.Posts) != 2 || asked != 3 {
		t.Errorf("%d posts of %d requests, want the circle seen at its end", len(batch.Posts), asked)
	}
}

// TestJSONNoContent: an answer of 204 says that there is nothing, and is no failure.
func TestJSONNoContent(t *testing.T) {
	site := &pages{status: http.StatusNoContent}
	c := rig.Crawler(t, pagesBlock, site)
	first := rig.Poll(t, c, "")
	if len(first.Posts) > 0 || len(site.asked) != 1 {
		t.Errorf("got %+v of %q", first.Posts, site.asked)
	}
	site.status, site.bodies = 0, []string{answer(item(1, "2026-11-22T09:00:00Z"))}
	if second := rig.Poll(t, c, first.Next); len(second.Posts) != 1 {
		t.Errorf("%d posts, want what came since", len(second.Posts))
	}
}
