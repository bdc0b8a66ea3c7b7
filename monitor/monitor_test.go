package monitor

import (
	"cmp"
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

	"go.uber.org/goleak"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is everything around the monitor, recording the order of what it is asked.
type world struct {
	mu      sync.Mutex
	calls   []string
	states  map[string]mention.SourceState
	seen    map[mention.PostKey]uint32
	intakes []mention.PollResult
	notices []Notice

	lookupErr, markErr, ingestErr, saveErr error
}

func newWorld() *world {
	return &world{states: map[string]mention.SourceState{}, seen: map[mention.PostKey]uint32{}}
}

func (w *world) note(format string, args ...any) {
	w.calls = append(w.calls, fmt.Sprintf(format, args...))
}

func (w *world) Lookup(_ context.Context, keys []mention.PostKey) ([]uint32, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.lookupErr != nil {
		return nil, w.lookupErr
	}
	out := make([]uint32, len(keys))
	for i, k := range keys {
		out[i] = w.seen[k]
	}
	return out, nil
}

func (w *world) Mark(_ context.Context, keys []mention.PostKey, hashes []uint32) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.note("mark %d", len(keys))
	if w.markErr != nil {
		return w.markErr
	}
	for i, k := range keys {
		w.seen[k] = hashes[i]
	}
	return nil
}

func (w *world) Ingest(_ context.Context, in mention.PollResult) (mention.IngestResult, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.note("ingest %d baseline=%v", len(in.Posts), in.Baseline)
	if w.ingestErr != nil {
		return mention.IngestResult{}, w.ingestErr
	}
	w.intakes = append(w.intakes, in)
	r := mention.IngestResult{New: len(in.Posts)}
	if in.Past {
		r.Past = r.New
	}
	return r, nil
}

func (w *world) Source(_ context.Context, name string) (mention.SourceState, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	state := w.states[name]
	state.Name = name
	return state, nil
}

func (w *world) SaveSource(_ context.Context, s mention.SourceState) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.note("save cursor=%s", s.Cursor)
	if w.saveErr != nil {
		return w.saveErr
	}
	w.states[cmp.Or(s.Key, s.Name)] = s
	return nil
}

func (w *world) Analyze(p mention.Post) []mention.Mention { return nil }

func (w *world) Notify(_ context.Context, n Notice) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.notices = append(w.notices, n)
	return nil
}

func (w *world) monitor(workers int) *Monitor {
	return New(Options{Seen: w, Ledger: w, Analyzer: w, Ops: w, Log: slog.New(slog.DiscardHandler), Now: time.Now, Workers: workers})
}

// site is a crawler whose answers a test scripts.
type site struct {
	mu     sync.Mutex
	polls  []time.Time
	since  []crawlers.Cursor
	answer func(n int) (crawlers.Batch, error)
	takes  time.Duration
	active *activity
}

// activity counts polls under way in one group.
type activity struct {
	mu       sync.Mutex
	now, top int
}

func (a *activity) add(n int) {
	if a == nil {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.now += n
	a.top = max(a.top, a.now)
}

func (s *site) Poll(ctx context.Context, since crawlers.Cursor) (crawlers.Batch, error) {
	s.active.add(1)
	defer s.active.add(-1)
	s.mu.Lock()
	n := len(s.polls)
	s.polls = append(s.polls, time.Now())
	s.since = append(s.since, since)
	s.mu.Unlock()
	select {
	case <-time.After(s.takes):
	case <-ctx.Done():
		return crawlers.Batch{}, ctx.Err()
	}
	s.mu.Lock()
	answer := s.answer
	s.mu.Unlock()
	return answer(n)
}

// becomes changes what the site answers while it is polled.
func (s *site) becomes(answer func(int) (crawlers.Batch, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

func (s *site) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.polls)
}

func post(source, id string) mention.Post {
	return mention.Post{Source: source, ID: id, Text: "words of post " + id}
}

func always(batch crawlers.Batch) func(int) (crawlers.Batch, error) {
	return func(int) (crawlers.Batch, error) { return batch, nil }
}

// runFor runs the monitor over the sources for d of bubble time.
func runFor(t *testing.T, monitor *Monitor, d time.Duration, sources ...Source) {
	t.Helper()
	m := NewInProcess(monitor)
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	ended := make(chan struct{})
	go func() { defer close(ended); _ = m.Run(ctx) }()
	if err := m.Apply(ctx, sources); err != nil {
		t.Fatal(err)
	}
	<-ended
}

func TestOrderOfSteps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s := &site{answer: always(crawlers.Batch{Posts: []mention.Post{post("a", "1")}, Next: "c1"})}
		runFor(t, w.monitor(1), time.Second, Source{Name: "a", Group: "a", Every: time.Minute, Fixed: true, Crawler: s})
		want := []string{"ingest 1 baseline=true", "mark 1", "save cursor=c1"}
		if !slices.Equal(w.calls, want) {
			t.Errorf("steps of a poll:\n got %v\nwant %v", w.calls, want)
		}
	})
}

func TestBaselineOnlyOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s := &site{answer: func(n int) (crawlers.Batch, error) {
			return crawlers.Batch{Posts: []mention.Post{post("a", "1"), post("a", fmt.Sprint(n+2))}, Next: "c"}, nil
		}}
		runFor(t, w.monitor(1), 2*time.Minute, Source{Name: "a", Group: "a", Every: time.Minute, Fixed: true, Crawler: s})
		if len(w.intakes) < 2 {
			t.Fatalf("%d intakes, want at least 2", len(w.intakes))
		}
		if first := w.intakes[0]; !first.Baseline || !first.Complete || len(first.Posts) != 2 {
			t.Errorf("first intake: %+v, want a complete baseline of 2", first)
		}
		if second := w.intakes[1]; second.Baseline || len(second.Posts) != 1 {
			t.Errorf("second intake: baseline %v with %d posts, want the one new post", second.Baseline, len(second.Posts))
		}
	})
}

// A first poll that fails half way is no baseline: what it did not see would be
// alerted as new by the next one.
func TestIncompleteFirstPollIsRepeatedAsBaseline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s := &site{answer: func(n int) (crawlers.Batch, error) {
			if n == 0 {
				return crawlers.Batch{Posts: []mention.Post{post("a", "1")}, Next: "half"}, errors.New("page 2: cut off")
			}
			return crawlers.Batch{Posts: []mention.Post{post("a", "1"), post("a", "2")}, Next: "whole"}, nil
		}}
		runFor(t, w.monitor(1), 5*time.Minute, Source{Name: "a", Group: "a", Every: time.Minute, Fixed: true, Crawler: s})
		if !w.intakes[1].Baseline || !w.intakes[1].Complete {
			t.Errorf("second intake: %+v, want the completed baseline", w.intakes[1])
		}
		if s.since[1] != "" {
			t.Errorf("cursor after a failed poll: %q, want the old one", s.since[1])
		}
	})
}

func TestBackfillAlertsRecentPostsOfTheFirstPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		fresh, old := post("a", "fresh"), post("a", "old")
		fresh.Published, old.Published = time.Now().Add(-time.Hour), time.Now().Add(-48*time.Hour)
		s := &site{answer: always(crawlers.Batch{Posts: []mention.Post{fresh, old}})}
		runFor(t, w.monitor(1), time.Second, Source{Name: "a", Group: "a", Every: time.Minute, Crawler: s, Backfill: 24 * time.Hour})
		if len(w.intakes) != 2 || w.intakes[0].Baseline || w.intakes[0].Posts[0].Post.ID != "fresh" || !w.intakes[1].Baseline {
			t.Errorf("intakes: %+v, want the fresh post alerted, then the baseline", w.intakes)
		}
	})
}

// TestWhatIsOfThePastIsNoNews: what a later poll shows first, and is of long before the source was
// polled first, is recorded; where it was seen before it was edited, and that is news.
func TestWhatIsOfThePastIsNoNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		edited := post("a", "2")
		edited.Text = "in other words"
		s := &site{answer: func(n int) (crawlers.Batch, error) {
			if n == 0 {
				return crawlers.Batch{Posts: []mention.Post{post("a", "1"), post("a", "2")}, Next: "c"}, nil
			}
			return crawlers.Batch{Posts: []mention.Post{edited, post("a", "3"), post("a", "4")}, Past: []string{"2", "3"}, Next: "c"}, nil
		}}
		runFor(t, w.monitor(1), 90*time.Second, Source{Name: "a", Group: "a", Every: time.Minute, Fixed: true, Crawler: s})
		if len(w.intakes) != 3 {
			t.Fatalf("%d intakes: %+v", len(w.intakes), w.intakes)
		}
		news, past := w.intakes[1], w.intakes[2]
		if news.Baseline || len(news.Posts) != 2 || news.Posts[0].Post.ID != "2" || news.Posts[1].Post.ID != "4" {
			t.Errorf("news: %+v", news)
		}
		if !past.Baseline || !past.Past || past.Complete || len(past.Posts) != 1 || past.Posts[0].Post.ID != "3" {
			t.Errorf("recorded: %+v", past)
		}
	})
}

func TestSeenAwayLosesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.lookupErr, w.markErr = errors.New("redis away"), errors.New("redis away")
		s := &site{answer: always(crawlers.Batch{Posts: []mention.Post{post("a", "1")}, Next: "c"})}
		runFor(t, w.monitor(1), 30*time.Second, Source{Name: "a", Group: "a", Every: 20 * time.Second, Fixed: true, Crawler: s})
		if len(w.intakes) < 2 {
			t.Errorf("%d intakes, want the ledger asked at every poll while the filter is away", len(w.intakes))
		}
		if w.states["a"].Cursor != "c" {
			t.Error("the cursor was not stored although the ledger has the posts")
		}
	})
}

// A page that shows a post as a teaser and in full has one post, and nobody
// edited it.
func TestTeaserAndFullTextAreOnePost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		teaser, full := post("a", "1"), post("a", "1")
		full.Text += " and the rest of what was said"
		s := &site{answer: func(n int) (crawlers.Batch, error) {
			if n%2 == 0 {
				return crawlers.Batch{Posts: []mention.Post{teaser, full}}, nil
			}
			return crawlers.Batch{Posts: []mention.Post{full, teaser}}, nil
		}}
		runFor(t, w.monitor(1), 5*time.Minute, Source{Name: "a", Group: "a", Every: time.Minute, Fixed: true, Crawler: s})
		if len(w.intakes) != 1 || len(w.intakes[0].Posts) != 1 || w.intakes[0].Posts[0].Post.Text != full.Text {
			t.Errorf("intakes %+v, want the full post once", w.intakes)
		}
	})
}

func TestDatabaseAwayKeepsTheCursor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		w.ingestErr = errors.New("disk full")
		s := &site{answer: always(crawlers.Batch{Posts: []mention.Post{post("a", "1")}, Next: "c"})}
		runFor(t, w.monitor(1), 12*time.Second, Source{Name: "a", Group: "a", Every: time.Hour, Crawler: s})
		if len(w.seen) > 0 || len(w.states) > 0 {
			t.Error("posts were marked seen or the cursor moved before they were stored")
		}
		if n := s.count(); n != 1 {
			t.Errorf("%d polls, want one: what was read is kept and tried again", n)
		}
	})
}

func TestOneAtATimeInAGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		active := &activity{}
		var sources []Source
		for i := range 20 {
			s := &site{answer: always(crawlers.Batch{}), takes: 3 * time.Second, active: active}
			sources = append(sources, Source{Name: fmt.Sprint(i), Group: "host", Every: time.Second, Fixed: true, Crawler: s})
		}
		runFor(t, w.monitor(8), 5*time.Minute, sources...)
		if active.top != 1 {
			t.Errorf("%d polls at once in one group, want 1", active.top)
		}
		for _, src := range sources {
			if n := src.Crawler.(*site).count(); n < 3 {
				t.Errorf("source %s was polled %d times in 5 minutes; its group starves it", src.Name, n)
			}
		}
	})
}

func TestWorkersBoundPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		active := &activity{}
		var sources []Source
		for i := range 50 {
			s := &site{answer: always(crawlers.Batch{}), takes: time.Second, active: active}
			sources = append(sources, Source{Name: fmt.Sprint(i), Group: fmt.Sprint(i), Every: time.Minute, Fixed: true, Crawler: s})
		}
		runFor(t, w.monitor(4), time.Minute, sources...)
		if active.top != 4 {
			t.Errorf("%d polls at once, want 4", active.top)
		}
	})
}

func TestApplyAddsAndRemoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		m := NewInProcess(w.monitor(2))
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { defer close(ended); _ = m.Run(ctx) }()
		a, b := &site{answer: always(crawlers.Batch{})}, &site{answer: always(crawlers.Batch{})}
		src := func(name string, s *site) Source {
			return Source{Name: name, Group: name, Every: 10 * time.Second, Fixed: true, Crawler: s}
		}
		if err := m.Apply(ctx, []Source{src("a", a)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if err := m.Apply(ctx, []Source{src("b", b)}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		before := a.count()
		time.Sleep(time.Minute)
		if a.count() != before || before < 5 {
			t.Errorf("a was polled %d times, then %d: want none after it was removed", before, a.count()-before)
		}
		if b.count() < 5 {
			t.Errorf("b was polled %d times in a minute, want it taken up at once", b.count())
		}
		if names := m.Status(); len(names) != 1 || names[0].Name != "b" {
			t.Errorf("status lists %v, want only b", names)
		}
		cancel()
		<-ended
	})
}

func TestIntervalStretchesOnlyWhenNotFixed(t *testing.T) {
	polls := func(fixed bool) (n int) {
		synctest.Test(t, func(t *testing.T) {
			s := &site{answer: always(crawlers.Batch{})}
			runFor(t, newWorld().monitor(1), 2*time.Hour, Source{Name: "a", Group: "a", Every: time.Minute, Fixed: fixed, Crawler: s})
			n = s.count()
		})
		return n
	}
	if n := polls(true); n < 100 {
		t.Errorf("every: 1m was polled %d times in 2 h, want about 120", n)
	}
	if n := polls(false); n > 60 || n < 25 {
		t.Errorf("an unchanging source was polled %d times in 2 h, want it stretched to about every 4 minutes", n)
	}
}

func TestRetryAfterIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{answer: func(int) (crawlers.Batch, error) {
			return crawlers.Batch{}, &fetch.RetryError{Status: 429, After: 30 * time.Minute}
		}}
		runFor(t, newWorld().monitor(1), 29*time.Minute, Source{Name: "a", Group: "a", Every: time.Minute, Fixed: true, Crawler: s})
		if n := s.count(); n != 1 {
			t.Errorf("%d polls within Retry-After, want 1", n)
		}
	})
}

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
		if len(w.notices) != 1 || w.notices[0].State != "empty" || !strings.Contains(w.notices[0].Text, "selectors match 0 items") {
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
		if len(w.notices) != 1 || w.notices[0].State != "empty" || !strings.Contains(w.notices[0].Text, "5 KB") || !strings.Contains(w.notices[0].Text, "selectors match 0 items") {
			t.Errorf("notices %+v, want one: empty, with the evidence of the last answer that was read", w.notices)
		}
	})
}

func TestShutdownWaitsForPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &site{answer: always(crawlers.Batch{}), takes: time.Hour}
		began := time.Now()
		runFor(t, newWorld().monitor(1), time.Minute, Source{Name: "a", Group: "a", Every: time.Minute, Crawler: s})
		if took := time.Since(began); took != time.Minute {
			t.Errorf("Run ended after %s, want it to end with its context and its poll", took)
		}
	})
}
