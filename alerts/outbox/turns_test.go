package outbox_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/outbox"
	"github.com/earshot/earshot/mention"
)

// gather adds replies of a storm that are due, as the store returns them: after all
// other messages.
func (m *memory) gather(n int, kind mention.AlertKind, route string) {
	m.add("storm", mention.Critical, route)
	m.change("storm", func(a *mention.Alert) bool { a.Status, a.Channel, a.TS = mention.Posted, "C1", "storm"; return true })
	for i := range n {
		id := fmt.Sprintf("%s%03d", kind, i)
		m.add(id, mention.High, route)
		m.change(mention.AlertID(id), func(a *mention.Alert) bool { a.Kind, a.ThreadOf = kind, "storm"; return true })
	}
}

// TestStormHoldsUpNoOther: 400 near copies wait for the thread of a storm in a channel
// that takes one message a second; another complaint's own message goes before them.
func TestStormHoldsUpNoOther(t *testing.T) {
	slack, _ := playWays(t, 8*time.Minute, quickly, quickly, func(m *memory) {
		m.gather(400, mention.Duplicate, "#x")
		go func() {
			time.Sleep(30 * time.Second)
			m.add("other", mention.Low, "#x")
		}()
	})
	if at, ok := slack.taken["other"]; !ok || at > 33*time.Second {
		t.Errorf("the other complaint went out after %s (taken: %v), want within 3 s of its 30 s", at, ok)
	}
	if len(slack.taken) != 401 {
		t.Errorf("%d messages went out, want 401", len(slack.taken))
	}
}

// TestNothingStarves: louder messages fill a channel; what is quiet or
// gathered still gets every tenth turn, the one that waits longest first.
func TestNothingStarves(t *testing.T) {
	slack, _ := playWays(t, 10*time.Minute, quickly, quickly, func(m *memory) {
		m.gather(20, mention.Duplicate, "#x")
		m.add("quiet", mention.Low, "#x")
		for i := range 650 {
			m.add(fmt.Sprintf("loud%04d", i), mention.Critical, "#x")
		}
	})
	if at, ok := slack.taken["quiet"]; !ok || at > 6*time.Minute {
		t.Errorf("the quiet one went out after %s (taken: %v)", at, ok)
	}
	copies, early := 0, 0
	for id, at := range slack.taken {
		if id[:4] == "twin" {
			copies++
			if at < 2*time.Minute {
				early++
			}
		}
	}
	if copies != 20 {
		t.Errorf("%d of 20 gathered ones went out", copies)
	}
	if early > 0 {
		t.Errorf("%d gathered ones went before others that they had not waited for", early)
	}
	if n := len(slack.taken); n < 595 {
		t.Errorf("%d messages in 10 min, want one a second", n)
	}
}

// TestRefusedOneTakesNoTurns: the message that waits longest is refused again and again;
// the turns of those that wait go on to the next.
func TestRefusedOneTakesNoTurns(t *testing.T) {
	events, _ := play(t, 8*time.Minute, func(m *memory, s *script) {
		m.gather(20, mention.Duplicate, "#x")
		s.post = func(msg alerts.Message) error {
			if msg.Alert.ID == "twin000" {
				return &alerts.RefusedError{Code: "invalid_blocks", One: true, Err: fmt.Errorf("no")}
			}
			return nil
		}
		for i := range 500 {
			m.add(fmt.Sprintf("loud%04d", i), mention.Critical, "#x")
		}
	})
	seen := 0
	for _, e := range events {
		for i := 1; i < 20; i++ {
			if len(e) > 9 && e[len(e)-7:] == fmt.Sprintf("twin%03d", i) {
				seen++
			}
		}
	}
	if seen != 19 {
		t.Errorf("%d of 19 that are not refused went out", seen)
	}
}

// lagging is an outbox whose answers are old when they come: what it lists as pending is
// sent by then.
type lagging struct {
	*memory
	sender *outbox.Sender
}

func (l *lagging) DueAlerts(ctx context.Context, now time.Time, limit int) ([]mention.Alert, error) {
	due, err := l.memory.DueAlerts(ctx, now, limit)
	time.Sleep(15 * time.Millisecond)
	return due, err
}

func (l *lagging) BeginPosting(ctx context.Context, id mention.AlertID, t0 time.Time) (bool, error) {
	l.sender.Wake()
	time.Sleep(10 * time.Millisecond)
	return l.memory.BeginPosting(ctx, id, t0)
}

// TestNoTurnIsSpentTwice: a look that lists a message which is sent before its turn comes
// costs the channel no turn.
func TestNoTurnIsSpentTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, s := &memory{}, &script{began: time.Now()}
		for _, id := range []string{"a", "b", "c", "d"} {
			m.add(id, mention.High, "#x")
		}
		l := &lagging{memory: m}
		l.sender = outbox.NewSender(options(l, s))
		runFor(t, l.sender, 5*time.Second)
		if want := []string{"0s post a", "0s post b", "0s post c", "1s post d"}; !slices.Equal(s.events, want) {
			t.Errorf("the channel saw %q, want %q", s.events, want)
		}
	})
}
