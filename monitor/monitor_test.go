package monitor

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

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

// TestCursorOfNoNewsIsKept: a poll that found nothing new may have got further all the same: after a restart the source is
// asked from there on.
func TestCursorOfNoNewsIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		s := &site{answer: func(n int) (crawlers.Batch, error) {
			return crawlers.Batch{Posts: []mention.Post{post("a", "1")}, Next: crawlers.Cursor(fmt.Sprint("c", n))}, nil
		}}
		runFor(t, w.monitor(1), 35*time.Second, Source{Name: "a", Group: "a", Every: 10 * time.Second, Fixed: true, Crawler: s})
		if got, want := w.states["a"].Cursor, fmt.Sprint("c", s.count()-1); got != want || s.count() < 3 {
			t.Errorf("after %d polls the cursor is %s, want %s", s.count(), got, want)
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
