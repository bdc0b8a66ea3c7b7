package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// outdated adds a message that stands in a channel and shows an old state.
func (m *memory) outdated(id, route, channel string) {
	m.add(id, mention.Low, route)
	m.change(mention.AlertID(id), func(a *mention.Alert) bool {
		a.Status, a.Channel, a.TS = mention.Posted, channel, id
		return true
	})
	m.c.Version = 1
}

// TestRefusedUpdateClosesOnlyUpdates: what cannot be redrawn is tried again slowly, and
// neither posts of its route nor updates in other channels wait for it.
func TestRefusedUpdateClosesOnlyUpdates(t *testing.T) {
	for _, one := range []bool{false, true} {
		t.Run(fmt.Sprintf("one=%v", one), func(t *testing.T) {
			events, end := play(t, 100*time.Second, func(m *memory, s *script) {
				m.outdated("old", "#x", "C1")
				m.outdated("other", "#x", "C2")
				left := 2
				s.update = func(msg alerts.Message) error {
					if msg.Alert.ID != "old" {
						return nil
					}
					if left == 2 {
						m.add("new", mention.Low, "#x")
					}
					if left--; left >= 0 {
						return &alerts.RefusedError{Code: "is_archived", One: one, Err: errors.New("archived")}
					}
					return nil
				}
				s.postChannel = "C3"
			})
			want := []string{"0s redraw old v1", "0s redraw other v1", "0s post new", "30s redraw old v1", "1m30s redraw old v1"}
			slices.Sort(want)
			slices.Sort(events)
			if !slices.Equal(events, want) {
				t.Errorf("the channel saw\n%q, want\n%q", events, want)
			}
			if left := end.list(func(a *mention.Alert) bool { return a.RenderedVersion != 1 && a.ID != "new" }); len(left) > 0 {
				t.Errorf("still outdated: %+v", left)
			}
		})
	}
}

// TestWaitingUpdatesStarveNoOthers: more messages than one read returns wait, and one
// that could be redrawn stands behind them.
func TestWaitingUpdatesStarveNoOthers(t *testing.T) {
	events, _ := play(t, 20*time.Second, func(m *memory, s *script) {
		for i := range 450 {
			m.outdated(fmt.Sprintf("gone%03d", i), "#x", "C1")
		}
		m.outdated("last", "#y", "C2")
		s.update = func(msg alerts.Message) error {
			if msg.Alert.Channel == "C1" {
				return &alerts.RefusedError{Code: "is_archived", Err: errors.New("archived")}
			}
			return nil
		}
	})
	if !slices.ContainsFunc(events, func(e string) bool { return strings.HasSuffix(e, "redraw last v1") }) {
		t.Errorf("the one that could be redrawn was not, behind %d calls", len(events))
	}
	if len(events) > 20 {
		t.Errorf("%d calls in 20 s for a channel that refuses updates", len(events))
	}
}

// TestManyPressAtOnce: messages that ten people change in one moment are redrawn in it, however slowly the channel
// takes new ones.
func TestManyPressAtOnce(t *testing.T) {
	events, _ := play(t, 900*time.Millisecond, func(m *memory, _ *script) {
		for i := range 10 {
			m.outdated(fmt.Sprint("old", i), "#x", "C1")
		}
	})
	if len(events) != 10 {
		t.Errorf("redrawn in the first second: %q", events)
	}
}

// TestDeletedIsNotRedrawn: a message that somebody deleted in the channel is redrawn no more, of whatever kind it is.
func TestDeletedIsNotRedrawn(t *testing.T) {
	for _, kind := range []mention.AlertKind{mention.Complaint, mention.Duplicate, mention.Escalation, mention.Changed} {
		events, _ := play(t, time.Minute, func(m *memory, s *script) {
			m.outdated("old", "#x", "C1")
			m.byID["old"].Kind = kind
			s.update = func(alerts.Message) error { return alerts.ErrDeleted }
		})
		if len(events) != 1 {
			t.Errorf("%s: the channel saw %q", kind, events)
		}
	}
}

// TestPostOpensUpdates: a message that was taken by the channel shows that its others
// may be redrawn.
func TestPostOpensUpdates(t *testing.T) {
	events, _ := play(t, 20*time.Second, func(m *memory, s *script) {
		m.outdated("old", "#x", "C1")
		first := true
		s.update = func(msg alerts.Message) error {
			if first {
				first = false
				m.add("new", mention.Low, "#x")
				m.change("new", func(a *mention.Alert) bool {
					a.NotBefore = time.Now().Add(5 * time.Second)
					a.RenderedVersion = 1
					return true
				})
				return &alerts.RefusedError{Code: "not_in_channel", Err: errors.New("invite")}
			}
			return nil
		}
	})
	if !slices.ContainsFunc(events, func(e string) bool { return e == "5s redraw old v1" || e == "6s redraw old v1" }) {
		t.Errorf("the channel saw %q: want a redraw right after the post", events)
	}
}

// TestSearchesAreShort: attempts of different days are searched on their own, each from
// its beginning to its end.
func TestSearchesAreShort(t *testing.T) {
	var asked []alerts.Search
	var began time.Time
	events, _ := play(t, 5*time.Second, func(m *memory, s *script) {
		began = s.began
		for id, ago := range map[string]time.Duration{"a": 72 * time.Hour, "b": 72*time.Hour - 30*time.Second, "c": time.Hour} {
			m.add(id, mention.Low, "#x")
			m.change(mention.AlertID(id), func(a *mention.Alert) bool {
				a.Status, a.Attempts, a.PostingAt = mention.Posting, 1, began.Add(-ago)
				return true
			})
		}
		slices.SortFunc(m.all, func(a, b *mention.Alert) int { return a.PostingAt.Compare(b.PostingAt) })
		var mu sync.Mutex
		s.find = func(q alerts.Search) (map[mention.AlertID]alerts.Place, error) {
			mu.Lock()
			defer mu.Unlock()
			asked = append(asked, q)
			return map[mention.AlertID]alerts.Place{"a": {TS: "1"}, "b": {TS: "2"}, "c": {TS: "3"}}, nil
		}
	})
	slices.SortFunc(asked, func(a, b alerts.Search) int { return a.Since.Compare(b.Since) })
	if len(asked) != 2 || len(events) != 2 {
		t.Fatalf("searched %+v and saw %q, want two searches", asked, events)
	}
	for i, want := range [][2]time.Duration{{-72 * time.Hour, -72*time.Hour + 40*time.Second}, {-time.Hour, -time.Hour + 10*time.Second}} {
		if q := asked[i]; !q.Since.Equal(began.Add(want[0])) || !q.Until.Equal(began.Add(want[1])) {
			t.Errorf("search %d from %s to %s, want %v", i, q.Since.Sub(began), q.Until.Sub(began), want)
		}
	}
}

// slowBegin is a store that takes its time to write an attempt down.
type slowBegin struct {
	*memory
	takes time.Duration
}

func (m slowBegin) BeginPosting(ctx context.Context, id mention.AlertID, t0 time.Time) (bool, error) {
	time.Sleep(m.takes)
	return m.memory.BeginPosting(ctx, id, t0)
}

// TestAttemptEndsInItsTime: an attempt that waited for the store ends ten seconds after
// its t0 all the same, before anybody reads the history for it.
func TestAttemptEndsInItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := slowBegin{&memory{}, 8 * time.Second}
		m.add("a", mention.Low, "#x")
		began, ended := time.Now(), make(chan time.Duration, 9)
		run(t, options(m, timed{began: began, ended: ended}), 12*time.Second)
		if took := <-ended; took != 10*time.Second {
			t.Errorf("the attempt ended after %s", took)
		}
	})
}

// timed never answers, and tells when its attempts are given up.
type timed struct {
	alerts.Notifier
	began time.Time
	ended chan time.Duration
}

func (n timed) Post(ctx context.Context, _ alerts.Message) (alerts.Place, error) {
	<-ctx.Done()
	n.ended <- time.Since(n.began)
	return alerts.Place{}, ctx.Err()
}
