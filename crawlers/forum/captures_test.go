package forum_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/rig"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// recordings answers the addresses of one folder of recorded pages, whatever the
// host and port, and 404 to everything else.
type recordings struct {
	pages map[string]*rig.Capture
	asked []string
}

func recordedKey(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	q := u.Query()
	q.Del("sid")
	q.Del("lang")
	return u.EscapedPath() + "?" + q.Encode()
}

func (r *recordings) Do(ctx context.Context, req fetch.Request) (*fetch.Response, error) {
	r.asked = append(r.asked, req.URL)
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	p, ok := r.pages[recordedKey(req.URL)]
	if !ok {
		return nil, &fetch.StatusError{Status: http.StatusNotFound, URL: req.URL}
	}
	return &fetch.Response{URL: p.FinalURL, Status: 200, Header: rig.HeaderOf(p.Headers), Body: p.Body, At: recordedNow}, nil
}

// recordedNow is two hours after the recordings were made.
var recordedNow = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// tally counts what the replay of one folder gave.
type tally struct{ expected, found, twice, invented, author, time, permalink, quoted, signed int }

func (a *tally) String() string {
	return fmt.Sprintf("expected %3d  found %3d  twice %d  invented %d  author %3d  time %3d  permalink %3d  quoted %d  signatures %d",
		a.expected, a.found, a.twice, a.invented, a.author, a.time, a.permalink, a.quoted, a.signed)
}

// forumCrawler reads a forum as a watchlist's `forum:` does, at recordedNow.
func forumCrawler(t testing.TB, f crawlers.Fetcher, address string) crawlers.Crawler {
	t.Helper()
	return rig.Crawler(t, "forum: "+address, f, func(env *crawlers.Env) {
		env.Now = func() time.Time { return recordedNow }
		env.Source, env.PostKind = "test", mention.Forum
	})
}

// TestForumCaptures replays what real boards served, page by page.
func TestForumCaptures(t *testing.T) {
	for _, folder := range []string{"mybb-1.8.37", "phpbb-3.3.15", "nodebb-4.10.0", "wordpress-6.1.9"} {
		t.Run(folder, func(t *testing.T) {
			pages := rig.Captures(t, folder+"/*")
			var sum tally
			for _, page := range pages {
				if page.Items == nil || strings.HasSuffix(page.File, ".xml") {
					continue
				}
				t.Run(page.File, func(t *testing.T) { replayPage(t, page, &sum) })
			}
			t.Logf("%-14s %s", folder, &sum)
		})
	}
}

func replayPage(t *testing.T, page *rig.Capture, sum *tally) {
	// Only this page is there: its next pages are a dead port, which must cost
	// nothing but a note.
	site := &recordings{pages: map[string]*rig.Capture{recordedKey(page.URL): page}}
	f := forumCrawler(t, site, page.URL)
	b, err := f.Poll(context.Background(), "")
	if err != nil {
		t.Fatalf("poll: %v", err)
	}
	one := compareRecorded(t, page.Items, b.Posts)
	if !strings.HasPrefix(page.File, "wp-json") && (one.author != one.found) || one.time != one.found || one.permalink != one.found {
		t.Errorf("%s", &one)
	}
	if one.found != one.expected || one.twice+one.invented+one.quoted+one.signed > 0 {
		t.Errorf("%s", &one)
	}
	sum.expected += one.expected
	sum.found += one.found
	sum.twice += one.twice
	sum.invented += one.invented
	sum.author += one.author
	sum.time += one.time
	sum.permalink += one.permalink
	sum.quoted += one.quoted
	sum.signed += one.signed

	again, err := f.Poll(context.Background(), b.Next)
	if err != nil || len(again.Posts) > 0 {
		t.Errorf("second poll: %d posts, %v", len(again.Posts), err)
	}
}

func compareRecorded(t *testing.T, want []rig.CapturedItem, got []mention.Post) tally {
	t.Helper()
	sum := tally{expected: len(want)}
	markers := map[string]rig.CapturedItem{}
	for _, w := range want {
		markers[w.Marker] = w
	}
	seen := map[string]bool{}
	for _, p := range got {
		var own []string
		for m := range markers {
			if strings.Contains(p.Text, "("+m+")") {
				own = append(own, m)
			}
		}
		sort.Strings(own)
		switch {
		case len(own) == 0:
			sum.invented++
			t.Errorf("invented: %s %q", p.URL, p.Text)
			continue
		case len(own) > 1:
			sum.quoted++
			t.Errorf("quoted: %s %q", p.URL, p.Text)
		}
		w := markers[own[len(own)-1]]
		if seen[w.Marker] {
			sum.twice++
			t.Errorf("twice: %s", w.Marker)
			continue
		}
		seen[w.Marker] = true
		sum.found++
		if strings.Contains(p.Text, "Подпись") || strings.Contains(p.Text, "любимый магазин") {
			sum.signed++
		}
		if p.Author == w.Author {
			sum.author++
		} else {
			t.Logf("author of %s: %q, want %q", w.Marker, p.Author, w.Author)
		}
		if p.Published.Truncate(time.Minute).Equal(w.Time.Truncate(time.Minute)) {
			sum.time++
		} else {
			t.Errorf("time of %s: %v, want %v", w.Marker, p.Published, w.Time)
		}
		if p.URL == w.Permalink {
			sum.permalink++
		} else {
			t.Errorf("permalink of %s: %s, want %s", w.Marker, p.URL, w.Permalink)
		}
		if strings.Join(strings.Fields(p.Text), " ") != strings.Join(strings.Fields(w.Text), " ") {
			t.Logf("text of %s: %q, want %q", w.Marker, p.Text, w.Text)
		}
	}
	for m := range markers {
		if !seen[m] {
			t.Errorf("not found: %s", m)
		}
	}
	return sum
}
