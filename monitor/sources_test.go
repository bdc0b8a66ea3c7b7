package monitor

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// TestAnotherPlaceUnderTheName: what a new address shows is its baseline, and the
// crawler of the new place gets nothing of the old one's.
func TestAnotherPlaceUnderTheName(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		old := &site{answer: always(page(items("reviews", 3, "old")...))}
		fresh := &site{answer: always(page(items("reviews", 50, "new")...))}
		m := NewInProcess(w.monitor(4))
		run(t, m, func(ctx context.Context) {
			src := Source{Name: "reviews", Group: "a", Place: "one", Every: time.Minute, Fixed: true, Crawler: old}
			_ = m.Apply(ctx, []Source{src})
			time.Sleep(10 * time.Minute)
			src.Place, src.Group, src.Crawler = "two", "b", fresh
			_ = m.Apply(ctx, []Source{src})
			time.Sleep(10 * time.Minute)
		})
		if len(fresh.since) == 0 || fresh.since[0] != "" {
			t.Errorf("the new place's crawler was asked with cursors %q, want none of the old place first", fresh.since)
		}
		for _, in := range w.intakes {
			if !in.Baseline {
				t.Errorf("%d posts that stood there before are news", len(in.Posts))
			}
		}
		if last := w.intakes[len(w.intakes)-1]; len(last.Posts) != 50 {
			t.Errorf("the last intake has %d posts, want the new place's 50", len(last.Posts))
		}
	})
}

// TestRepairedSettingsEndASuspension: a new key is tried as soon as it is saved; the same
// settings are not, also when somebody asks, because a block is an answer.
func TestRepairedSettingsEndASuspension(t *testing.T) {
	for _, c := range []struct {
		settings string
		soon     bool
	}{{"repaired", true}, {"broken", false}} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld()
			bad := &site{answer: func(int) (crawlers.Batch, error) {
				return crawlers.Batch{}, &fetch.BlockedError{Status: 401, URL: "https://api.example/"}
			}}
			good := &site{answer: always(page(post("a", "1")))}
			var repaired time.Time
			m := NewInProcess(w.monitor(4))
			run(t, m, func(ctx context.Context) {
				_ = m.Apply(ctx, []Source{{Name: "a", Group: "a", Place: "p", Settings: "broken", Every: time.Hour, Fixed: true, Crawler: bad}})
				time.Sleep(25 * time.Hour) // blocked twice: a week
				repaired = time.Now()
				_ = m.Apply(ctx, []Source{{Name: "a", Group: "a", Place: "p", Settings: c.settings, Every: time.Hour, Fixed: true, Crawler: good}})
				if !c.soon {
					m.PollNow(ctx, "a")
				}
				time.Sleep(8 * 24 * time.Hour)
			})
			if len(good.polls) == 0 {
				t.Fatal("never polled again")
			}
			if wait := good.polls[0].Sub(repaired); (wait < time.Second) != c.soon {
				t.Errorf("settings %s: polled after %s", c.settings, wait)
			}
		})
	}
}

// TestRepairedSettingsDuringAPoll: the poll under way is still by the old key; what becomes
// of it keeps the new one waiting no longer.
func TestRepairedSettingsDuringAPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bad := &site{answer: func(int) (crawlers.Batch, error) {
			time.Sleep(10 * time.Second)
			return crawlers.Batch{}, &fetch.BlockedError{Status: 401, URL: "https://api.example/"}
		}}
		good := &site{answer: always(page(post("a", "1")))}
		m := NewInProcess(newWorld().monitor(4))
		run(t, m, func(ctx context.Context) {
			_ = m.Apply(ctx, []Source{{Name: "a", Group: "a", Place: "p", Settings: "broken", Every: time.Hour, Fixed: true, Crawler: bad}})
			time.Sleep(time.Second)
			_ = m.Apply(ctx, []Source{{Name: "a", Group: "a", Place: "p", Settings: "repaired", Every: time.Minute, Fixed: true, Crawler: good}})
			time.Sleep(15 * time.Second)
		})
		if good.count() != 1 {
			t.Errorf("polled %d times with the new key, want once", good.count())
		}
	})
}

// brokenAnalyzer fails at one post.
type brokenAnalyzer struct{ at string }

func (b brokenAnalyzer) Analyze(p mention.Post) []mention.Mention {
	if p.ID == b.at {
		var none []int
		_ = none[3]
	}
	return []mention.Mention{{Watch: "w"}}
}

// TestAPanicIsOneTasksFailure: a crawler's costs its source a poll, an analyzer's the
// one post its verdict.
func TestAPanicIsOneTasksFailure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		broken := &site{answer: func(n int) (crawlers.Batch, error) {
			if n < 3 {
				panic("index out of range in a parser")
			}
			return page(post("a", "1")), nil
		}}
		well := &site{answer: always(page(post("b", "1"), post("b", "2"), post("b", "3")))}
		m := w.monitor(2)
		m.poller.Analyzer = brokenAnalyzer{at: "2"}
		runFor(t, m, time.Hour,
			Source{Name: "a", Group: "a", Every: time.Minute, Fixed: true, Crawler: broken},
			Source{Name: "b", Group: "b", Every: time.Minute, Fixed: true, Crawler: well})
		if broken.count() < 4 || well.count() < 30 {
			t.Errorf("%d polls of the broken source, %d of the other", broken.count(), well.count())
		}
		if w.states["a"].Failures != 0 {
			t.Errorf("the source counts %d failures after it is well again", w.states["a"].Failures)
		}
		mentions := map[string]int{}
		for _, in := range w.intakes {
			for _, p := range in.Posts {
				mentions[p.Post.Source+p.Post.ID] += len(p.Mentions)
			}
		}
		if mentions["b1"] != 1 || mentions["b2"] != 0 || mentions["b3"] != 1 {
			t.Errorf("mentions by post: %v, want b2 alone without", mentions)
		}
	})
}

// TestRenamedSourceGoesOn: a name given to a source changes neither when it is polled
// nor what is remembered of it.
func TestRenamedSourceGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		place := &site{answer: always(page(items("https://a.example", 3, "p")...))}
		m := NewInProcess(w.monitor(4))
		run(t, m, func(ctx context.Context) {
			src := Source{Name: "https://a.example", Key: "https://a.example", Group: "a", Place: "one", Every: time.Hour, Fixed: true, Crawler: place}
			_ = m.Apply(ctx, []Source{src})
			time.Sleep(10 * time.Minute)
			src.Name = "Reviews"
			_ = m.Apply(ctx, []Source{src})
			time.Sleep(10 * time.Minute)
			if len(place.polls) != 1 {
				t.Errorf("polled %d times in 20 minutes, every hour", len(place.polls))
			}
			if got := m.Status(); len(got) != 1 || got[0].Name != "Reviews" || got[0].Polls != 1 {
				t.Errorf("status %+v", got)
			}
			m.PollNow(ctx, "Reviews")
			time.Sleep(time.Minute)
			place.becomes(always(page(items("Reviews", 4, "p")...)))
			m.PollNow(ctx, "Reviews")
			time.Sleep(time.Minute)
		})
		if len(place.since) != 3 || place.since[1] != "c" {
			t.Errorf("asked with the cursors %q, want the one it had under the old name", place.since)
		}
		last := w.intakes[len(w.intakes)-1]
		if last.Baseline || len(last.Posts) != 1 || last.Source != "Reviews" || last.SourceKey != "https://a.example" {
			t.Errorf("the last intake: %+v, want the one new post", last)
		}
		for i, state := range w.states {
			if state.Key != "https://a.example" {
				t.Errorf("state %s has the key %q", i, state.Key)
			}
		}
	})
}

// TestRemovedSourcesAreForgotten: what is remembered of a source goes with it, also when
// its last poll ends later.
func TestRemovedSourcesAreForgotten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld()
		m := NewInProcess(w.monitor(4))
		run(t, m, func(ctx context.Context) {
			slow := &site{answer: always(page(items("slow", 1, "p")...)), takes: time.Minute}
			_ = m.Apply(ctx, []Source{
				{Name: "stays", Group: "a", Every: time.Hour, Fixed: true, Crawler: &site{answer: always(page())}},
				{Name: "goes", Group: "b", Every: time.Hour, Fixed: true, Crawler: &site{answer: always(page())}},
				{Name: "slow", Group: "c", Every: time.Hour, Fixed: true, Crawler: slow},
			})
			time.Sleep(10 * time.Second)
			_ = m.Apply(ctx, []Source{{Name: "stays", Group: "a", Every: time.Hour, Fixed: true, Crawler: &site{answer: always(page())}}})
			time.Sleep(10 * time.Minute)
			m.poller.mu.Lock()
			defer m.poller.mu.Unlock()
			if _, ok := m.poller.state["stays"]; len(m.poller.state) != 1 || !ok {
				t.Errorf("remembered: %v, want the one source that is left", m.poller.state)
			}
		})
	})
}
