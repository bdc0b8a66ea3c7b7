package outbox_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
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
