package monitor

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

func TestNoticeIsStoredBeforeTheStateSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		ops := &refusing{world: w, tries: 2}
		m := w.monitor(1)
		m.poller.Ops = ops
		s := &site{answer: func(int) (crawlers.Batch, error) {
			return crawlers.Batch{}, &fetch.BlockedError{Status: 403, URL: "https://forum.example/"}
		}}
		runFor(t, m, 23*time.Hour, Source{Name: "a", Group: "a", Every: time.Minute, Fixed: true, Crawler: s})
		if ops.taken != 1 {
			t.Errorf("%d notices of the block were stored, want 1", ops.taken)
		}
		if n := s.count(); n != 1 {
			t.Errorf("the site was asked %d times for one notice, want once", n)
		}
	})
}

// TestDiskFullDoesNotHammerSites: while nothing can be stored a site is asked as
// often as it may be, and what it answered is not lost.
func TestDiskFullDoesNotHammerSites(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.ingestErr = errors.New("disk full")
		s := &site{answer: always(page(post("a", "1")))}
		m := NewInProcess(w.monitor(1))
		run(t, m, func(ctx context.Context) {
			_ = m.Apply(ctx, []Source{{Name: "a", Group: "a", Every: 15 * time.Minute, Fixed: true, Crawler: s}})
			time.Sleep(time.Hour)
			if n := s.count(); n != 1 {
				t.Errorf("the site was asked %d times in the hour, want once: its answer is kept", n)
			}
			w.mu.Lock()
			w.ingestErr = nil
			w.mu.Unlock()
			time.Sleep(time.Minute)
		})
		if len(w.intakes) != 1 || len(w.intakes[0].Posts) != 1 {
			t.Errorf("intakes %+v, want the post that was read before", w.intakes)
		}
	})
}

// TestKeptIsBounded: with more than memory should hold a site is read again, at its own pace, whatever of
// its answer could not be stored.
func TestKeptIsBounded(t *testing.T) {
	full := errors.New("disk full")
	for what, refuse := range map[string]func(w *world, m *Monitor){
		"posts":   func(w *world, _ *Monitor) { w.ingestErr = full },
		"state":   func(w *world, _ *Monitor) { w.saveErr = full },
		"notices": func(w *world, m *Monitor) { m.poller.Ops = &refusing{world: w, tries: math.MaxInt} },
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				m := w.monitor(1)
				refuse(w, m)
				s := &site{answer: func(n int) (crawlers.Batch, error) {
					b := page(items("a", mostKept+1, fmt.Sprint(n))...)
					b.Observed.Gap = n > 0 // of which people are told
					return b, nil
				}}
				runFor(t, m, 40*time.Minute, Source{Name: "a", Group: "a", Every: 15 * time.Minute, Fixed: true, Crawler: s})
				if n := s.count(); n < 2 || n > 4 {
					t.Errorf("%d polls in 40 minutes, want one every 15 minutes", n)
				}
				if m.poller.posts != 0 {
					t.Errorf("%d posts are kept", m.poller.posts)
				}
			})
		})
	}
}

// TestLargePollsAreCommittedInPieces: no transaction has more than commitPiece posts,
// and only the last piece of a baseline completes it.
func TestLargePollsAreCommittedInPieces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s := &site{answer: always(page(items("a", 2*commitPiece+5, "x")...))}
		runFor(t, w.monitor(1), time.Second, Source{Name: "a", Group: "a", Every: time.Hour, Crawler: s})
		var sizes []int
		for i, in := range w.intakes {
			sizes = append(sizes, len(in.Posts))
			if last := i == len(w.intakes)-1; !in.Baseline || in.Complete != last {
				t.Errorf("piece %d: baseline %v, complete %v", i, in.Baseline, in.Complete)
			}
		}
		if fmt.Sprint(sizes) != fmt.Sprint([]int{commitPiece, commitPiece, 5}) {
			t.Errorf("pieces of %v posts", sizes)
		}
		if len(w.seen) != 2*commitPiece+5 {
			t.Errorf("%d posts marked seen", len(w.seen))
		}
	})
}

// slowLedger takes its time for a commit.
type slowLedger struct {
	*world
	takes time.Duration
	ended error
}

func (l *slowLedger) Ingest(ctx context.Context, in mention.PollResult) (mention.IngestResult, error) {
	select {
	case <-time.After(l.takes):
	case <-ctx.Done():
		l.ended = ctx.Err()
		return mention.IngestResult{}, ctx.Err()
	}
	return l.world.Ingest(ctx, in)
}

// TestCommitsAreHurriedByShutdownsOnly: a commit of a minute is waited for; when the
// daemon stops it gets commitTimeout and no more.
func TestCommitsAreHurriedByShutdownsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		l := &slowLedger{world: w, takes: time.Minute}
		m := w.monitor(1)
		m.poller.Ledger = l
		s := &site{answer: always(page(post("a", "1")))}
		runFor(t, m, 2*time.Minute, Source{Name: "a", Group: "a", Every: time.Hour, Crawler: s})
		if len(w.intakes) != 1 {
			t.Fatalf("%d intakes, want the slow one taken", len(w.intakes))
		}

		l.takes = time.Hour
		m = w.monitor(1)
		m.poller.Ledger = l
		began := time.Now()
		e := NewInProcess(m)
		run(t, e, func(ctx context.Context) {
			_ = e.Apply(ctx, []Source{{Name: "b", Group: "b", Every: time.Hour, Crawler: &site{answer: always(page(post("b", "1")))}}})
			time.Sleep(time.Minute)
		})
		if took := time.Since(began); took != time.Minute+commitTimeout || !errors.Is(l.ended, context.Canceled) {
			t.Errorf("stopped after %s with %v, want a minute and %s", took, l.ended, commitTimeout)
		}
	})
}

// listener is a stream without a cursor: what it heard and nobody committed is gone.
type listener struct{ heard []mention.Post }

func (l *listener) Poll(ctx context.Context, _ crawlers.Cursor) (crawlers.Batch, error) {
	<-ctx.Done()
	return page(l.heard...), fmt.Errorf("stream: %w", ctx.Err())
}

// TestAStopKeepsWhatWasHeard: the posts that a stream returns because it is stopped are
// committed; that it was stopped is no failure of the source.
func TestAStopKeepsWhatWasHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.states["s"] = mention.SourceState{Name: "s", Baselined: true, Cursor: "before"}
		m := NewInProcess(w.monitor(4))
		run(t, m, func(ctx context.Context) {
			_ = m.Apply(ctx, []Source{{Name: "s", Group: "a", Every: time.Minute, Stream: true, Crawler: &listener{items("s", 3, "p")}}})
			time.Sleep(10 * time.Second)
		})
		if len(w.intakes) != 1 || len(w.intakes[0].Posts) != 3 || w.intakes[0].Baseline {
			t.Errorf("committed %+v, want the three posts that were heard when the stop came", w.intakes)
		}
		if st := w.states["s"]; st.Failures != 0 || st.Cursor != "before" {
			t.Errorf("a stop left the state %+v", st)
		}
	})
}

// TestRemovedSourcesKeepNoPosts: what could not be stored does not hold memory for a
// source that nobody polls any more.
func TestRemovedSourcesKeepNoPosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.ingestErr = errors.New("disk full")
		m := NewInProcess(w.monitor(4))
		run(t, m, func(ctx context.Context) {
			_ = m.Apply(ctx, []Source{{Name: "goes", Group: "b", Every: time.Hour, Fixed: true, Crawler: &site{answer: always(page(items("goes", 5, "p")...))}}})
			kept := func() (posts, sources int) {
				m.poller.mu.Lock()
				defer m.poller.mu.Unlock()
				return m.poller.posts, len(m.poller.kept)
			}
			time.Sleep(time.Second)
			if posts, _ := kept(); posts != 5 {
				t.Fatalf("%d posts kept, want the 5 that could not be stored", posts)
			}
			_ = m.Apply(ctx, nil)
			time.Sleep(time.Minute)
			if posts, sources := kept(); posts != 0 || sources != 0 {
				t.Errorf("%d posts of nobody are kept", posts)
			}
		})
	})
}

// TestNotStoredIsShown: posts that cannot be stored are a state that health can show,
// from the first try to the one that works.
func TestNotStoredIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.ingestErr = errors.New("disk full")
		m := NewInProcess(w.monitor(4))
		run(t, m, func(ctx context.Context) {
			_ = m.Apply(ctx, []Source{{Name: "a", Group: "a", Every: time.Minute, Fixed: true, Crawler: &site{answer: always(page(items("a", 5, "p")...))}}})
			time.Sleep(time.Second)
			if got := m.Status(); len(got) != 1 || got[0].NotStored == "" || got[0].Name != "a" {
				t.Errorf("while the disk is full: %+v", got)
			}
			w.mu.Lock()
			w.ingestErr = nil
			w.mu.Unlock()
			time.Sleep(time.Minute)
			if got := m.Status(); got[0].NotStored != "" || got[0].NewPosts != 5 {
				t.Errorf("afterwards: %+v", got)
			}
		})
	})
}
