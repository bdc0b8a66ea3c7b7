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
	now := time.Date(2026, 11, 26, 9, 0, 0, 0, time.UTC)
	src := Source{Name: "forum.example › Скарги"}
	for _, code := range []string{"uk", "ru", "bg"} {
		l := texts.In(code)
		var told []Notice
		for _, failure := range failures {
			state := mention.SourceState{LastSuccess: now.Add(-72 * time.Hour)}
			for range 8 {
				told = append(told, assessHealth(staff{l, time.UTC}, &state, src, outcome{err: failure}, now)...)
				now = now.Add(10 * time.Minute)
			}
			for _, posts := range []int{0, 2} {
				back := state
				told = append(told, assessHealth(staff{l, time.UTC}, &back, src, outcome{newPosts: posts}, now)...)
			}
		}
		if len(told) != 3*len(failures) {
			t.Errorf("%s: %d notices of %d failures", code, len(told), len(failures))
		}
		var state mention.SourceState
		seen := crawlers.Batch{Observed: crawlers.Observation{Items: 12, Bytes: 40 << 10}}
		for range 12 * 24 {
			told = append(told, assessHealth(staff{l, time.UTC}, &state, src, outcome{batch: seen, newPosts: 1}, now)...)
			now = now.Add(time.Hour)
		}
		quiet := state
		for range 7 {
			told = append(told, assessHealth(staff{l, time.UTC}, &quiet, src, outcome{batch: seen}, now)...)
			now = now.Add(24 * time.Hour)
		}
		for range 4 {
			told = append(told, assessHealth(staff{l, time.UTC}, &state, src, outcome{batch: crawlers.Batch{Observed: crawlers.Observation{Bytes: 512}}}, now)...)
		}
		told = append(told, toldOfPartly(l, src, now)...)
		for _, want := range []State{StateBlocked, StateFailing, StateQuiet, StateEmpty, StatePartly, StateMissed, StateRebuilt, StateReread, StateBack} {
			if !slices.ContainsFunc(told, func(n Notice) bool { return n.State == want }) {
				t.Errorf("%s: nobody is told %s", code, want)
			}
		}
		for _, n := range told {
			if left := testkit.English(n.Text, src.Name, "robots.txt API strange every crawl"); len(left) > 0 || strings.Contains(n.Text, "{") {
				t.Errorf("%s: not in the catalogue: %q in %q", code, left, n.Text)
			}
		}
	}
}

// toldOfPartly is what people are told of a source that loses all its parts, and posts.
func toldOfPartly(l i18n.Lang, src Source, now time.Time) (told []Notice) {
	var state mention.SourceState
	whole, bare := crawlers.Parts{Of: 5, Author: 5, Time: 5, Text: 5, Rating: 5}, crawlers.Parts{Of: 5}
	for i, parts := range []crawlers.Parts{whole, bare, bare, bare} {
		batch := crawlers.Batch{Observed: crawlers.Observation{Items: 5, Bytes: 512, Parts: parts}}
		told = append(told, assessHealth(staff{l, time.UTC}, &state, src, outcome{batch: batch, newPosts: 5, gap: true, rebuilt: i > 1, reread: i == 3}, now)...)
		now = now.Add(missedAgain)
	}
	return told
}
