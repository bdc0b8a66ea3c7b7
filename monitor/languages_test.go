package monitor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// notesOfPages are what a page says of itself that was built anew.
var notesOfPages = []string{
	"page has 17 KB but no schema.org Review; select.item finds nothing on the page",
	"page has 17 KB but no schema.org Review; select.item finds 1 element, but no text, title or rating inside",
	"page has 17 KB but no schema.org Review; select.item finds 12 elements, but no text, title or rating inside; nothing is found by text (.body)",
	"page has 17 KB but no schema.org Review and no `select`: see docs/sources.md#page",
	"a JSON-LD block is broken and was left out",
}

// TestNoticesInEveryLanguage brings a source into every state that people are told of, for
// every reason, and looks for what is not in the catalogue.
func TestNoticesInEveryLanguage(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	const where = "https://forum.example/f"
	failures := []error{
		&fetch.BlockedError{Status: 403, URL: where}, &fetch.BlockedError{Status: 403, URL: where, Why: "a Cloudflare challenge"},
		fmt.Errorf("x: %w", fetch.ErrRobots), fmt.Errorf("x: %w", fetch.ErrReserved), fmt.Errorf("x %w: by invitation", crawlers.ErrClosed), &fetch.StatusError{Status: 410, URL: where},
		&fetch.StatusError{Status: 404, URL: where}, &fetch.StatusError{Status: 502, URL: where}, &fetch.RetryError{Status: 429, URL: where},
		fetch.ErrTooLarge, fetch.ErrTooManyRedirects, fetch.ErrPrivate, fetch.ErrTimeout, context.DeadlineExceeded,
		&net.OpError{Op: "dial", Err: errors.New("refused")}, errors.New("strange"),
	}
	phrases := texts.Phrases([]string{"within"}, "seen")
	said := func(l i18n.Lang, english string) string {
		words, _ := phrases.In(l, english)
		return words
	}
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	src := Source{Name: "forum.example › Скарги"}
	for _, code := range []string{"uk", "ru", "bg"} {
		l := texts.In(code)
		var told []Notice
		for _, failure := range failures {
			state := mention.SourceState{LastSuccess: now.Add(-72 * time.Hour)}
			for range 8 {
				told = append(told, assessHealth(staff{Lang: l, zone: time.UTC, said: said}, &state, src, outcome{err: failure}, now)...)
				now = now.Add(10 * time.Minute)
			}
			for _, posts := range []int{0, 2} {
				back := state
				told = append(told, assessHealth(staff{Lang: l, zone: time.UTC, said: said}, &back, src, outcome{newPosts: posts}, now)...)
			}
		}
		if len(told) != 3*len(failures) {
			t.Errorf("%s: %d notices of %d failures", code, len(told), len(failures))
		}
		var state mention.SourceState
		seen := crawlers.Batch{Observed: crawlers.Observation{Items: 12, Bytes: 40 << 10}}
		for range 12 * 24 {
			told = append(told, assessHealth(staff{Lang: l, zone: time.UTC, said: said}, &state, src, outcome{batch: seen, newPosts: 1}, now)...)
			now = now.Add(time.Hour)
		}
		quiet := state
		for range 7 {
			told = append(told, assessHealth(staff{Lang: l, zone: time.UTC, said: said}, &quiet, src, outcome{batch: seen}, now)...)
			now = now.Add(24 * time.Hour)
		}
		for range 4 {
			told = append(told, assessHealth(staff{Lang: l, zone: time.UTC, said: said}, &state, src, outcome{batch: crawlers.Batch{Observed: crawlers.Observation{Bytes: 512, Notes: notesOfPages}}}, now)...)
		}
		told = append(told, toldOfPartly(staff{Lang: l, zone: time.UTC, said: said}, src, now)...)
		for _, want := range []State{StateBlocked, StateFailing, StateQuiet, StateEmpty, StatePartly, StateMissed, StateRebuilt, StateReread, StateBack} {
			if !slices.ContainsFunc(told, func(n Notice) bool { return n.State == want }) {
				t.Errorf("%s: nobody is told %s", code, want)
			}
		}
		for _, n := range told {
			if left := testkit.English(n.Text, src.Name, "robots.txt API strange every crawl select schema.org Review select item docs sources.md#page body text JSON"); len(left) > 0 || strings.Contains(n.Text, "{") {
				t.Errorf("%s: not in the catalogue: %q in %q", code, left, n.Text)
			}
		}
	}
}

// toldOfPartly is what people are told of a source that loses all its parts, and posts.
func toldOfPartly(l staff, src Source, now time.Time) (told []Notice) {
	var state mention.SourceState
	whole, bare := crawlers.Parts{Of: 5, Author: 5, Time: 5, Text: 5, Rating: 5}, crawlers.Parts{Of: 5}
	for i, parts := range []crawlers.Parts{whole, bare, bare, bare} {
		batch := crawlers.Batch{Observed: crawlers.Observation{Items: 5, Bytes: 512, Parts: parts}}
		told = append(told, assessHealth(l, &state, src, outcome{batch: batch, newPosts: 5, gap: true, rebuilt: i > 1, reread: i == 3}, now)...)
		now = now.Add(missedAgain)
	}
	return told
}
