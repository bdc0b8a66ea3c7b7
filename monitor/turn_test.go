package monitor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// sharedWorld is a world that several monitors poll in.
type sharedWorld struct {
	*world
	mu   sync.Mutex
	dues map[string]mention.SourceDue
}

func newSharedWorld() *sharedWorld {
	return &sharedWorld{world: newWorld(), dues: map[string]mention.SourceDue{}}
}

func (w *sharedWorld) Dues(ctx context.Context, keys []string) (list []mention.SourceDue, err error) {
	if ctx.Err() != nil {
		return nil, fmt.Errorf("due sources: %w", ctx.Err())
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, key := range keys {
		if d, ok := w.dues[key]; ok {
			if !d.Rest.After(time.Now()) {
				d.Rest = time.Time{} // as the store says that it is over
			}
			list = append(list, d)
		}
	}
	return list, nil
}

func (w *sharedWorld) SaveDue(_ context.Context, was, now mention.SourceDue) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if there := w.dues[now.Key]; !there.At.Equal(was.At) {
		now.At = there.At
	}
	w.dues[now.Key] = now
	return nil
}

func (w *sharedWorld) SavePolled(ctx context.Context, state mention.SourceState, was, now mention.SourceDue) error {
	if err := w.SaveSource(ctx, state); err != nil {
		return err
	}
	return w.SaveDue(ctx, was, now)
}

func (w *sharedWorld) DueNow(_ context.Context, key string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	d := w.dues[key]
	d.Key, d.At = key, time.UnixMicro(-1)
	w.dues[key] = d
	return nil
}

func (w *sharedWorld) Asked(context.Context) (keys []string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for key, d := range w.dues {
		if d.At.Before(time.UnixMicro(0)) && !d.At.IsZero() {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

// several makes monitors of several processes.
func (w *sharedWorld) several(n int, d ThreadSource, sources ...Source) (all []*Monitor) {
	for range n {
		m := w.follower(d)
		m.poller.Dues = w
		m.Take(sources)
		all = append(all, m)
	}
	return all
}

// takeTurns gives the monitors turns of the group, one after the other, for d; every
// half minute they look what is overdue, as an engine does.
func takeTurns(t *testing.T, d time.Duration, group string, all ...*Monitor) {
	t.Helper()
	end := time.Now().Add(d)
	looked, moved, since := time.Time{}, time.Now(), 0
	for i := 0; time.Now().Before(end); i++ {
		if now := time.Now(); now.After(moved) {
			moved, since = now, i
		}
		if i-since > 1000 {
			t.Fatalf("%d turns of the group %s in no time", i-since, group)
		}
		overdue := false
		if time.Since(looked) >= reconcileEvery {
			looked = time.Now()
			for _, m := range all {
				groups, err := m.Overdue(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				overdue = overdue || slices.Contains(groups, group)
			}
		}
		next := all[i%len(all)].Turn(t.Context(), group)
		if next.IsZero() {
			t.Fatalf("the group %s is not known", group)
		}
		if !overdue {
			time.Sleep(min(max(time.Until(next), 0), reconcileEvery, time.Until(end)))
		}
	}
}

// TestAStopIsNoTrouble: a turn that begins as everything stops says nothing of a database that cannot be read.
func TestAStopIsNoTrouble(t *testing.T) {
	w := newSharedWorld()
	m := w.several(1, nil, Source{Name: "a", Group: "g", Every: time.Minute, Fixed: true, Crawler: &site{answer: always(page(post("a", "1")))}})[0]
	var said strings.Builder
	m.poller.Log = slog.New(slog.NewTextHandler(&said, nil))
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if next := m.Turn(ctx, "g"); next.IsZero() || said.Len() > 0 {
		t.Errorf("next %s, said %s", next, &said)
	}
}

// TestTurnsOfNewSources: after the first of them the others are due, and the group is
// known, also where its site needs no rest.
func TestTurnsOfNewSources(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSharedWorld()
		var sources []Source
		for i := range 3 {
			s := &site{answer: always(page(post(fmt.Sprint(i), "1")))}
			sources = append(sources, Source{Name: fmt.Sprint(i), Group: "g", Every: time.Minute, Fixed: true, Crawler: s})
		}
		m := w.several(1, nil, sources...)[0]
		for i := range sources {
			next := m.Turn(t.Context(), "g")
			if next.IsZero() {
				t.Fatalf("turn %d says that the group is unknown", i+1)
			}
			if wait := time.Until(next); (wait > time.Second) != (i == len(sources)-1) {
				t.Errorf("after turn %d the next one is due in %s", i+1, wait)
			}
		}
	})
}

func TestTurnsKeepRhythmAndGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, active := newSharedWorld(), &activity{}
		var sources []Source
		for i := range 3 {
			s := &site{answer: always(page(post(fmt.Sprint(i), "1"))), takes: time.Second, active: active}
			sources = append(sources, Source{Name: fmt.Sprint(i), Group: "g", Gap: 10 * time.Second, Every: time.Minute, Fixed: true, Crawler: s})
		}
		takeTurns(t, time.Hour, "g", w.several(3, nil, sources...)...)
		var polls []time.Time
		for _, src := range sources {
			s := src.Crawler.(*site)
			if n := s.count(); n < 52 || n > 66 {
				t.Errorf("source %s was polled %d times in an hour, want about 60", src.Name, n)
			}
			polls = append(polls, s.polls...)
		}
		slices.SortFunc(polls, time.Time.Compare)
		for i := 1; i < len(polls); i++ {
			if gap := polls[i].Sub(polls[i-1]); gap < 11*time.Second {
				t.Fatalf("polls %s apart, want a second and the gap", gap)
			}
		}
		if len(w.intakes) != 3 || active.top != 1 {
			t.Errorf("%d intakes, %d polls at once: want three baselines one after the other", len(w.intakes), active.top)
		}
	})
}

// What one process knows of a source another knows too.
func TestTurnsShareTheState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSharedWorld()
		s := &site{answer: func(n int) (crawlers.Batch, error) {
			if n > 0 {
				return crawlers.Batch{}, &fetch.BlockedError{Status: 403, URL: "https://forum.example/"}
			}
			return crawlers.Batch{Posts: []mention.Post{post("a", "1")}, Next: "first"}, nil
		}}
		src := Source{Name: "a", Group: "g", Place: "p", Settings: "old key", Every: time.Minute, Fixed: true, Crawler: s}
		all := w.several(2, nil, src)
		takeTurns(t, 23*time.Hour, "g", all...)
		if len(s.polls) != 2 || s.since[1] != "first" {
			t.Fatalf("%d polls since %q, want one more after the first, from its cursor, and none of a site that refuses", len(s.polls), s.since)
		}
		if len(w.notices) != 1 {
			t.Errorf("told %d times that the site refuses", len(w.notices))
		}
		src.Settings = "new key"
		for _, m := range all {
			m.Take([]Source{src})
		}
		if groups, err := all[0].Overdue(t.Context()); err != nil || !slices.Equal(groups, []string{"g"}) {
			t.Errorf("overdue after the settings changed: %q, %v", groups, err)
		}
		takeTurns(t, time.Minute, "g", all...)
		if len(s.polls) != 3 {
			t.Errorf("%d polls after the settings changed, want one", len(s.polls)-2)
		}
	})
}

func TestTurnRestsAsLongAsTheSiteWishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSharedWorld()
		a, b := &site{answer: always(page())}, &site{answer: always(page())}
		all := w.several(2, nil, Source{Name: "a", Group: "g", Gap: time.Second, Every: time.Minute, Fixed: true, Crawler: a}, Source{Name: "b", Group: "g", Gap: time.Second, Every: time.Minute, Fixed: true, Crawler: b})
		for _, m := range all {
			m.poller.Pause = func(context.Context) time.Duration { return 10 * time.Minute }
		}
		began := time.Now()
		takeTurns(t, time.Minute, "g", all...)
		if err := w.DueNow(t.Context(), "b"); err != nil {
			t.Fatal(err)
		}
		takeTurns(t, 10*time.Minute, "g", all...)
		if len(a.polls)+len(b.polls) != 2 || max(a.polls[0].Sub(began), b.polls[0].Sub(began)) != 10*time.Minute {
			t.Errorf("polls at %v and %v, want the second ten minutes after the first, whatever is asked for", a.polls, b.polls)
		}
	})
}

// An answer that could not be stored is void when another process polled since.
func TestKeptAnswerOfBeforeIsVoid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSharedWorld()
		s := &site{answer: func(n int) (crawlers.Batch, error) {
			return crawlers.Batch{Posts: []mention.Post{post("a", fmt.Sprint(n))}, Next: crawlers.Cursor(fmt.Sprint("c", n))}, nil
		}}
		all := w.several(2, nil, Source{Name: "a", Group: "g", Every: time.Minute, Fixed: true, Crawler: s})
		takeTurns(t, time.Second, "g", all[0])
		time.Sleep(2 * time.Minute)
		w.ingestErr = errors.New("disk full")
		next := all[0].Turn(t.Context(), "g")
		w.ingestErr = nil
		if wait := time.Until(next); wait != storeRetry {
			t.Errorf("the next turn in %s, want %s", wait, storeRetry)
		}
		time.Sleep(storeRetry)
		all[1].Turn(t.Context(), "g")
		time.Sleep(2 * time.Minute)
		all[0].Turn(t.Context(), "g")
		if got := w.states["a"].Cursor; got != "c3" || s.count() != 4 {
			t.Errorf("cursor %s after %d polls, want that of the last", got, s.count())
		}
	})
}

// Threads are followed in turns as in one process: each visit goes on from the last, and
// takes no more than its share.
func TestTurnsFollowThreads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, s, d := newSharedWorld(), newThreadSite(), &desk{}
		one := waits("a", "5", "t1")
		d.set(one)
		s.thread = func(n int, p mention.Post) (crawlers.Batch, error) {
			return crawlers.Batch{Posts: []mention.Post{one.Post}, Next: crawlers.Cursor(fmt.Sprint("visit ", n)), Observed: crawlers.Observation{Bytes: 1, Items: 1}}, nil
		}
		start := time.Now()
		src := Source{Name: "a", Group: "g", Gap: time.Second, Every: time.Minute, Fixed: true, Crawler: s}
		takeTurns(t, 3*time.Hour, "g", w.several(3, d, src)...)
		if n := s.between(start, 0, time.Hour); n < 10 || n > 13 {
			t.Errorf("%d visits in the first hour, want about 12", n)
		}
		if n := s.between(start, time.Hour, 3*time.Hour); n < 3 || n > 6 {
			t.Errorf("%d visits in the next two hours, want about 4", n)
		}
		for i, from := range s.from[1:] {
			if want := crawlers.Cursor(fmt.Sprint("visit ", i)); from != want {
				t.Fatalf("visit %d began from %q, want %q", i+1, from, want)
			}
		}
	})
}

// TestTurnsLeaveThreadsOfWhatIsNotWell: a complaint waits in a thread of a source that fails, or is left alone for a day. Its
// visits wait (but for the one before it was so), and the sources of its site are polled as ever, the one that fails among them: so it is found out when it is well.
func TestTurnsLeaveThreadsOfWhatIsNotWell(t *testing.T) {
	for name, err := range map[string]error{"fails": errors.New("503"), "refuses": &fetch.BlockedError{Status: 403, URL: "https://a.example/"}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w, s, d, other := newSharedWorld(), newThreadSite(), &desk{}, &site{answer: always(crawlers.Batch{Next: "c"})}
				d.set(waits("a", "5", "t1"))
				s.answer = func(n int) (crawlers.Batch, error) {
					if n >= 2 && n < 6 {
						return crawlers.Batch{}, err
					}
					return crawlers.Batch{Next: "c"}, nil
				}
				sources := []Source{{Name: "a", Group: "g", Every: time.Minute, Fixed: true, Crawler: s}, {Name: "b", Group: "g", Every: time.Minute, Fixed: true, Crawler: other}}
				takeTurns(t, 3*time.Hour, "g", w.several(2, d, sources...)...)
				if n := other.count(); n < 160 {
					t.Errorf("%d polls of the other source in three hours, want about 180", n)
				}
				if n, visits := s.count(), len(s.visits); name == "fails" && (n < 60 || visits < 5) || name == "refuses" && (n != 3 || visits > 1) {
					t.Errorf("%d polls of the source that %s, %d visits of its thread", n, name, visits)
				}
			})
		})
	}
}

// Many threads of a host take the same part of its time in turns as in one process.
func TestTurnsShareAHostWithThreads(t *testing.T) {
	hour := func(poll func(t *testing.T, w *sharedWorld, d *desk, src Source)) (polls, visits int) {
		synctest.Test(t, func(t *testing.T) {
			s, d := newThreadSite(), &desk{}
			s.takes = time.Second
			var list []OpenThread
			for i := range 200 {
				list = append(list, waits("a", fmt.Sprint(i), fmt.Sprint("t", i)))
			}
			d.set(list...)
			poll(t, newSharedWorld(), d, Source{Name: "a", Group: "g", Gap: 9 * time.Second, Every: 15 * time.Second, Fixed: true, Crawler: s})
			polls, visits = s.count(), len(s.visits)
		})
		return polls, visits
	}
	wantPolls, wantVisits := hour(func(t *testing.T, w *sharedWorld, d *desk, src Source) { runFor(t, w.follower(d), time.Hour, src) })
	polls, visits := hour(func(t *testing.T, w *sharedWorld, d *desk, src Source) {
		takeTurns(t, time.Hour, "g", w.several(2, d, src)...)
	})
	if visits < 40 || max(polls-wantPolls, wantPolls-polls) > 25 || max(visits-wantVisits, wantVisits-visits) > 10 {
		t.Errorf("%d polls and %d visits in an hour, want about %d and %d as in one process", polls, visits, wantPolls, wantVisits)
	}
}

// A wish during a poll is kept, and one about a group that is unknown is none.
func TestAskIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newSharedWorld()
		s := &site{answer: always(page()), takes: time.Minute}
		m := w.several(1, nil, Source{Name: "a", Key: "k", Group: "g", Every: time.Hour, Fixed: true, Crawler: s})[0]
		go func() {
			time.Sleep(time.Second)
			if group, err := m.Ask(t.Context(), "a"); group != "g" || err != nil {
				t.Errorf("asked for group %q, %v", group, err)
			}
			if group, err := m.Ask(t.Context(), "nobody"); group != "" || err != nil {
				t.Errorf("asked for group %q, %v", group, err)
			}
			if groups, err := m.Overdue(t.Context()); err != nil || !slices.Equal(groups, []string{"g"}) {
				t.Errorf("overdue %q, %v", groups, err)
			}
		}()
		if next := m.Turn(t.Context(), "g"); next.After(time.Now()) {
			t.Errorf("the next turn in %s, want it at once", time.Until(next))
		}
		if next := m.Turn(t.Context(), "g"); time.Until(next) < 50*time.Minute {
			t.Errorf("the turn after that in %s", time.Until(next))
		}
		if next := m.Turn(t.Context(), "nobody's"); !next.IsZero() {
			t.Errorf("an unknown group has a turn at %s", next)
		}
	})
}

// takenAway is a source that is taken out of the watchlist while it is polled.
type takenAway struct {
	*site
	from *Monitor
}

// Poll implements crawlers.Crawler.
func (c takenAway) Poll(ctx context.Context, since crawlers.Cursor) (crawlers.Batch, error) {
	c.from.Take(nil)
	return c.site.Poll(ctx, since)
}

// Of a source that left during its poll nothing is shown.
func TestNothingIsShownOfWhatLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newSharedWorld().several(1, nil)[0]
		m.Take([]Source{{Name: "a", Key: "k", Group: "g", Every: time.Hour, Fixed: true, Crawler: takenAway{&site{answer: always(page())}, m}}})
		m.Turn(t.Context(), "g")
		if list := m.Status(); len(list) > 0 {
			t.Errorf("shown: %+v", list)
		}
	})
}
