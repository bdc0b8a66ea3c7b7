package monitor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

func TestBlockSuspendsAndIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		blocked := true
		s := &site{answer: func(int) (crawlers.Batch, error) {
			if blocked {
				return crawlers.Batch{}, &fetch.BlockedError{Status: 403, URL: "https://forum.example/"}
			}
			return crawlers.Batch{Posts: []mention.Post{post("a", "1")}, Observed: crawlers.Observation{Items: 1, Bytes: 900}}, nil
		}}
		src := Source{Name: "a", Group: "a", Every: time.Minute, Fixed: true, Crawler: s}
		runFor(t, w.monitor(1), 23*time.Hour, src)
		if n := s.count(); n != 1 {
			t.Errorf("%d polls in the day after a block, want 1", n)
		}
		runFor(t, w.monitor(1), 3*24*time.Hour, src) // a restart forgets nothing
		if n := s.count(); n != 2 {
			t.Errorf("%d polls four days after a block, want one a day later and then a week of rest", n)
		}
		blocked = false
		runFor(t, w.monitor(1), 8*24*time.Hour, src)
		states := []State{}
		for _, n := range w.notices {
			states = append(states, n.State)
		}
		if !slices.Equal(states, []State{"blocked", "back"}) {
			t.Errorf("staff were told %v, want blocked once and back once", states)
		}
	})
}

// TestRefusalIsTriedAgainWhenAPersonAsks: who got leave from a site's owner does not wait for a day, or a week; a
// site that refused minutes ago is left alone all the same, and a hub's ping changes nothing.
func TestRefusalIsTriedAgainWhenAPersonAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s := &site{answer: func(n int) (crawlers.Batch, error) {
			if n < 2 {
				return crawlers.Batch{}, &fetch.BlockedError{Status: 403, URL: "https://forum.example/"}
			}
			return crawlers.Batch{Posts: []mention.Post{post("a", "1")}, Observed: crawlers.Observation{Items: 1, Bytes: 900}}, nil
		}}
		monitor := w.monitor(1)
		m := NewInProcess(monitor)
		run(t, m, func(ctx context.Context) {
			_ = m.Apply(ctx, []Source{{Name: "a", Key: "k", Group: "a", Place: "p", Every: time.Hour, Fixed: true, Crawler: s}})
			asks := func(after time.Duration, person bool, polls int) {
				t.Helper()
				time.Sleep(after)
				if person {
					if err := monitor.Retry(ctx, "a"); err != nil {
						t.Error(err)
					}
				}
				m.PollNow(ctx, "a")
				time.Sleep(time.Second)
				if n := s.count(); n != polls {
					t.Errorf("after %s: %d polls, want %d", after, n, polls)
				}
			}
			asks(5*time.Minute, true, 1)
			asks(time.Hour, false, 1)
			asks(time.Minute, true, 2)
			asks(time.Hour, true, 3)
			if err := monitor.Retry(ctx, "nobody"); err != nil {
				t.Error(err)
			}
		})
		if state := w.states["k"]; state.Place != "p" || !state.SuspendedUntil.IsZero() || !state.Baselined {
			t.Errorf("what is stored: %+v", state)
		}
	})
}

// TestNoticeThatIsTriedAgainIsTheSame: while the state of a source cannot be stored its notice is told
// again each few seconds, and must be one that the receiver knows.
func TestNoticeThatIsTriedAgainIsTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s := &site{takes: 2 * time.Second, answer: func(int) (crawlers.Batch, error) {
			return crawlers.Batch{}, &fetch.BlockedError{Status: 403, URL: "https://a.example/"}
		}}
		w.saveErr = errors.New("the database is busy")
		runFor(t, w.monitor(1), time.Minute, Source{Name: "a", Group: "a", Every: time.Hour, Crawler: s})
		if len(w.notices) < 3 || len(s.polls) != 1 {
			t.Fatalf("%d notices of %d polls", len(w.notices), len(s.polls))
		}
		for _, n := range w.notices {
			if !n.Since.Equal(w.notices[0].Since) {
				t.Fatalf("told as another one: since %s, and since %s", w.notices[0].Since, n.Since)
			}
		}
	})
}

// TestNoticeOfOnePollIsTheSame: how long it takes to find out what a poll came to is another time at each try;
// the poll began when it did.
func TestNoticeOfOnePollIsTheSame(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		m := w.monitor(1)
		var looks time.Duration
		m.poller.Now = func() time.Time { looks++; time.Sleep(looks * time.Millisecond); return time.Now() }
		w.saveErr = errors.New("the database is busy")
		src := Source{Name: "a", Every: time.Hour, Crawler: &site{answer: func(int) (crawlers.Batch, error) {
			return crawlers.Batch{}, &fetch.BlockedError{Status: 403, URL: "https://a.example/"}
		}}}
		for range 3 {
			m.Poll(t.Context(), src)
			w.saveErr = nil
		}
		if len(w.notices) != 2 || !w.notices[1].Since.Equal(w.notices[0].Since) {
			t.Errorf("told as another one: %+v", w.notices)
		}
	})
}

func TestQuietSourceIsToldWithItsRhythm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		silent := false
		n := 0
		s := &site{answer: func(int) (crawlers.Batch, error) {
			b := crawlers.Batch{Observed: crawlers.Observation{Items: 25, Bytes: 40 << 10}}
			if !silent {
				n++
				b.Posts = []mention.Post{post("a", fmt.Sprint(n))}
			}
			return b, nil
		}}
		src := Source{Name: "forum", Group: "a", Every: 2 * time.Hour, Fixed: true, Crawler: s}
		runFor(t, w.monitor(1), 14*24*time.Hour, src)
		if len(w.notices) > 0 {
			t.Fatalf("told while all was well: %+v", w.notices)
		}
		silent = true
		runFor(t, w.monitor(1), 3*24*time.Hour, src)
		if len(w.notices) != 1 || w.notices[0].State != "quiet" {
			t.Fatalf("notices %+v, want one: quiet", w.notices)
		}
		text := w.notices[0].Text
		for _, want := range []string{"forum has been silent for", "posts a day", "40 KB", "25 posts"} {
			if !strings.Contains(text, want) {
				t.Errorf("notice lacks %q: %s", want, text)
			}
		}
		silent = false
		runFor(t, w.monitor(1), 5*time.Hour, src)
		if len(w.notices) != 2 || w.notices[1].State != "back" || !strings.Contains(w.notices[1].Text, "since") {
			t.Errorf("notices %+v, want it told that the source is back", w.notices)
		}
	})
}

// TestQuietSourceIsToldByWhatWasReadLast: what is silent for long mostly answers that
// nothing changed. That is no page of 0 bytes with 0 posts.
func TestQuietSourceIsToldByWhatWasReadLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		silent := false
		n := 0
		s := &site{answer: func(int) (crawlers.Batch, error) {
			if silent {
				return crawlers.Batch{Unchanged: true}, nil
			}
			n++
			return crawlers.Batch{Posts: []mention.Post{post("a", fmt.Sprint(n))}, Observed: crawlers.Observation{Items: 25, Bytes: 40 << 10}}, nil
		}}
		src := Source{Name: "feed", Group: "a", Every: 2 * time.Hour, Fixed: true, Crawler: s}
		runFor(t, w.monitor(1), 14*24*time.Hour, src)
		silent = true
		runFor(t, w.monitor(1), 3*24*time.Hour, src)
		if len(w.notices) != 1 || w.notices[0].State != "quiet" || !strings.Contains(w.notices[0].Text, "shows 25 posts (40 KB)") {
			t.Errorf("notices %+v, want one: quiet, with what the page showed", w.notices)
		}
	})
}

func TestEmptyPageIsToldAfterThreePolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s := &site{answer: func(n int) (crawlers.Batch, error) {
			if n < 2 {
				return crawlers.Batch{Posts: []mention.Post{post("a", "1")}, Observed: crawlers.Observation{Items: 20, Bytes: 80 << 10}}, nil
			}
			return crawlers.Batch{Observed: crawlers.Observation{Items: 0, Bytes: 82 << 10, Notes: []string{"selectors match 0 items"}}}, nil
		}}
		runFor(t, w.monitor(1), 10*time.Minute, Source{Name: "page", Group: "a", Every: time.Minute, Fixed: true, Crawler: s})
		if len(w.notices) != 1 || w.notices[0].State != "empty" || !strings.Contains(w.notices[0].Text, "Selectors match 0 items.") {
			t.Errorf("notices %+v, want one: empty, with the evidence", w.notices)
		}
	})
}

// TestPageThatStaysEmptyIsTold: a page of consent, of a login or of repairs in the place of
// the posts is the same at every poll, so the site says, or the bytes do, that nothing
// changed. It is as empty as the first time.
func TestPageThatStaysEmptyIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s := &site{answer: func(n int) (crawlers.Batch, error) {
			switch {
			case n == 1:
				return crawlers.Batch{Posts: []mention.Post{post("a", "1")}, Observed: crawlers.Observation{Items: 20, Bytes: 80 << 10}}, nil
			case n < 4:
				return crawlers.Batch{Unchanged: true}, nil
			case n == 4:
				return crawlers.Batch{Observed: crawlers.Observation{Bytes: 5 << 10, Notes: []string{"selectors match 0 items"}}}, nil
			}
			return crawlers.Batch{Unchanged: true}, nil
		}}
		runFor(t, w.monitor(1), 10*time.Minute, Source{Name: "page", Group: "a", Every: time.Minute, Fixed: true, Crawler: s})
		if len(w.notices) != 1 || w.notices[0].State != "empty" || !strings.Contains(w.notices[0].Text, "5 KB") || !strings.Contains(w.notices[0].Text, "Selectors match 0 items.") {
			t.Errorf("notices %+v, want one: empty, with the evidence of the last answer that was read", w.notices)
		}
	})
}

// TestWhatAPageLacksIsNoRefusalAtOnce: a place that was read and shows a page of another kind once, as a site that is being
// mended does, is read again soon. One that shows it for half an hour, or was never read, refuses.
func TestWhatAPageLacksIsNoRefusalAtOnce(t *testing.T) {
	for _, test := range []struct {
		name       string
		good, lack int // polls that are well, then those that lack it
		want       State
		polls      int // within six hours, at least
	}{
		{"once", 1, 1, "", 60}, {"for an hour", 1, 1000, StateBlocked, 4}, {"never read", 0, 1000, StateBlocked, 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				s := &site{answer: func(n int) (crawlers.Batch, error) {
					if n >= test.good && n < test.good+test.lack {
						return crawlers.Batch{}, fmt.Errorf("page: https://t.example/s/c %w: the preview is off", crawlers.ErrGuessed)
					}
					return crawlers.Batch{Posts: []mention.Post{post("a", fmt.Sprint(n))}, Observed: crawlers.Observation{Items: 20, Bytes: 1000}}, nil
				}}
				runFor(t, w.monitor(1), 6*time.Hour, Source{Name: "a", Group: "a", Every: 5 * time.Minute, Fixed: true, Crawler: s})
				got := State("")
				if len(w.notices) > 0 {
					got = w.notices[0].State
				}
				if got != test.want || len(w.notices) > 1 || len(s.polls) < test.polls || test.want != "" && len(s.polls) > test.polls+1 {
					t.Errorf("%d polls, notices %+v", len(s.polls), w.notices)
				}
			})
		})
	}
}
