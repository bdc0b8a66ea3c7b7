package monitor

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/mention"
)

// shows is a poll of a list of twenty posts.
func shows(parts crawlers.Parts, posts ...mention.Post) crawlers.Batch {
	return crawlers.Batch{Posts: posts, Next: "c", Observed: crawlers.Observation{Items: 20, Bytes: 80 << 10, Parts: parts}}
}

// TestLostPartIsTold: a new layout without the names, the dates, the words or the stars leaves posts
// that are read, in part. Nothing else would say so.
func TestLostPartIsTold(t *testing.T) {
	whole := crawlers.Parts{Of: 20, Author: 20, Time: 20, Text: 20, Rating: 3}
	for name, test := range map[string]struct {
		later crawlers.Parts
		polls int // that are so, before all is well again
		says  string
	}{
		"no author":             {crawlers.Parts{Of: 20, Time: 20, Text: 20}, 5, "the author"},
		"neither text nor date": {crawlers.Parts{Of: 20, Author: 20}, 5, "the text, the date"},
		"for a while":           {crawlers.Parts{Of: 20, Time: 20, Text: 20}, 2, ""},
		"stars were rare":       {crawlers.Parts{Of: 20, Author: 20, Time: 20, Text: 20}, 5, ""},
		"from some":             {crawlers.Parts{Of: 20, Author: 1, Time: 20, Text: 20}, 5, ""},
		"a few of nobody's":     {crawlers.Parts{Of: 2, Time: 2, Text: 2}, 5, ""},
		"an unchanged page":     {crawlers.Parts{}, 5, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				s := &site{answer: func(n int) (crawlers.Batch, error) {
					switch {
					case n == 0 || n > test.polls:
						return shows(whole), nil
					case test.later.Of == 0 || n == 2: // a page that stays so is as bad
						return crawlers.Batch{Unchanged: true, Next: "c"}, nil
					}
					return shows(test.later), nil
				}}
				runFor(t, w.monitor(1), 10*time.Minute, Source{Name: "page", Group: "a", Every: time.Minute, Fixed: true, Crawler: s})
				switch {
				case test.says == "" && len(w.notices) > 0:
					t.Errorf("told: %+v", w.notices)
				case test.says == "":
				case len(w.notices) != 2 || w.notices[0].State != StatePartly || !strings.Contains(w.notices[0].Text, "("+test.says+")") || w.notices[1].State != StateBack:
					t.Errorf("notices %+v, want partly with %q, then back", w.notices, test.says)
				}
			})
		})
	}
}

// TestSilenceIsToldOfAPlaceThatLostAPart: some sites take their stars away for good. That they are gone
// keeps nothing else from being told.
func TestSilenceIsToldOfAPlaceThatLostAPart(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	src := Source{Name: "page", Every: time.Hour}
	var state mention.SourceState
	var told []State
	poll := func(n int, parts crawlers.Parts) {
		out := outcome{batch: shows(parts), newPosts: n}
		for _, notice := range assessHealth(staff{zone: time.UTC}, &state, src, out, now) {
			told = append(told, notice.State)
		}
		now = now.Add(12 * time.Hour)
	}
	for range 40 {
		poll(5, crawlers.Parts{Of: 20, Text: 20, Rating: 20})
	}
	for range 4 {
		poll(5, crawlers.Parts{Of: 20, Text: 20})
	}
	for range 8 {
		poll(0, crawlers.Parts{Of: 20, Text: 20})
	}
	if !slices.Equal(told, []State{StatePartly, StateQuiet}) {
		t.Errorf("told %v", told)
	}
}

// TestOtherSelectorsAreNoLoss: who takes a selector out of the watchlist knows what is missing then.
func TestOtherSelectorsAreNoLoss(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		m := w.monitor(1)
		s := &site{answer: always(shows(crawlers.Parts{Of: 20, Author: 20, Text: 20}))}
		src := Source{Name: "page", Group: "a", Every: time.Minute, Crawler: s, Place: "p", Settings: "one"}
		m.Poll(t.Context(), src)
		s.becomes(always(shows(crawlers.Parts{Of: 20, Text: 20})))
		src.Settings = "two"
		for range 5 {
			m.Poll(t.Context(), src)
		}
		if len(w.notices) > 0 {
			t.Errorf("told: %+v", w.notices)
		}
	})
}

// TestMissedPostsAreTold: more new posts than a place shows at once are a gap, where nothing of what
// it shows is known by anybody. It is told once a week, and the place is not polled less often then.
func TestMissedPostsAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s := &site{answer: func(n int) (crawlers.Batch, error) {
			b := shows(crawlers.Parts{}, post("a", fmt.Sprint(n, "x")), post("a", fmt.Sprint(n, "y")))
			b.Observed.Gap = n > 0
			switch {
			case n == 2: // one of them is known: the crawler's memory is short, the ledger's is not
				b.Posts[0] = post("a", "1x")
			case n > 3:
				b = crawlers.Batch{Unchanged: true, Next: "c"}
			}
			return b, nil
		}}
		runFor(t, w.monitor(1), 40*time.Minute, Source{Name: "page", Group: "a", Every: time.Minute, Crawler: s})
		if len(w.notices) != 1 || w.notices[0].State != StateMissed || !strings.Contains(w.notices[0].Text, "2 posts") {
			t.Errorf("notices %+v, want one: missed", w.notices)
		}
		if n := s.count(); n < 35 {
			t.Errorf("%d polls in 40 minutes: it is polled less often all the same", n)
		}
	})
}

// TestMissedPostsAreToldAtLast: where the notice could not be stored the posts are known at the next try,
// and it is told all the same.
func TestMissedPostsAreToldAtLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		ops := &refusing{world: w, tries: 2}
		m := w.monitor(1)
		m.poller.Ops = ops
		s := &site{answer: func(n int) (crawlers.Batch, error) {
			b := shows(crawlers.Parts{}, post("a", fmt.Sprint(n, "x")), post("a", fmt.Sprint(n, "y")))
			b.Observed.Gap = n > 0
			return b, nil
		}}
		runFor(t, m, 100*time.Second, Source{Name: "a", Group: "a", Every: time.Minute, Fixed: true, Crawler: s})
		if len(w.notices) != 1 || w.notices[0].State != StateMissed || !strings.Contains(w.notices[0].Text, "2 posts") {
			t.Errorf("notices %+v", w.notices)
		}
	})
}

// TestNoGap: a first poll, an edit of all posts, and what the ledger knows by its words are none.
func TestNoGap(t *testing.T) {
	gap := crawlers.Batch{Observed: crawlers.Observation{Gap: true}}
	was := mention.SourceState{Baselined: true}
	for name, is := range map[string]bool{
		"first poll": gapped(mention.SourceState{}, gap, 2, mention.IngestResult{New: 2}),
		"edited":     gapped(was, gap, 2, mention.IngestResult{Edited: 2}),
		"moved":      gapped(was, gap, 2, mention.IngestResult{New: 1, Known: 1}),
		"seen":       gapped(was, gap, 3, mention.IngestResult{New: 2}),
		"one post":   gapped(was, gap, 1, mention.IngestResult{New: 1}),
		"overlap":    gapped(was, crawlers.Batch{}, 2, mention.IngestResult{New: 2}),
	} {
		if is {
			t.Errorf("%s: a gap", name)
		}
	}
	if !gapped(was, gap, 2, mention.IngestResult{New: 2}) {
		t.Error("no gap")
	}
}
