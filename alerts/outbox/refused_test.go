package outbox_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/outbox"
	"github.com/earshot/earshot/mention"
)

// TestMovedWhileItWasTaken: between being read and being taken the alert got another route.
// It is not sent where it does not belong any more, and comes once in the new place.
func TestMovedWhileItWasTaken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, s := &memory{}, &script{began: time.Now()}
		m.add("a", mention.Low, "#old")
		var routes []string
		s.post = func(m alerts.Message) error { routes = append(routes, m.Alert.Route); return nil }
		mover := &moving{memory: m, to: "#new"}
		run(t, options(mover, s), 10*time.Second)
		if a, _, _ := m.Alert(t.Context(), "a"); !slices.Equal(routes, []string{"#new"}) || a.Status != mention.Posted {
			t.Errorf("posted to %q, then %s; want #new alone", routes, a.Status)
		}
	})
}

// moving changes the route of what is about to be taken, once.
type moving struct {
	*memory
	to string
}

func (m *moving) BeginPosting(ctx context.Context, id mention.AlertID, t0 time.Time) (bool, error) {
	m.change(id, func(a *mention.Alert) bool { a.Route = m.to; return true })
	return m.memory.BeginPosting(ctx, id, t0)
}

// TestRefusedIsNotLate: what a channel refused is told from what merely waits.
func TestRefusedIsNotLate(t *testing.T) {
	cases := map[string]struct {
		err  error
		want bool
	}{
		"its channel":     {&alerts.RefusedError{Code: "is_archived", Err: errors.New("archived")}, true},
		"its form":        {&alerts.RefusedError{Code: "invalid_blocks", One: true, Err: errors.New("blocks")}, true},
		"asked for later": {&alerts.RetryError{After: time.Minute, Method: true, Err: errors.New("429")}, false},
		"out of reach":    {&alerts.RetryError{Err: errors.New("dial")}, false},
		"its words":       {&alerts.RetryError{One: true, Err: errors.New("fatal_error")}, false},
		"in doubt":        {errors.New("reset"), false},
		"posted":          {nil, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, s := &memory{}, &script{began: time.Now()}
				m.add("a", mention.Low, "#x")
				s.post = func(alerts.Message) error { return c.err }
				sender := run(t, options(m, s), 3*time.Second)
				a, _, _ := m.Alert(t.Context(), "a")
				if got := sender.Refused(a); got != c.want {
					t.Errorf("refused %v, want %v", got, c.want)
				}
				if !sender.Refused(mention.Alert{ID: "b", Route: "nowhere"}) {
					t.Error("a route that leads nowhere is not refused")
				}
				if sender.Reload(); sender.Refused(a) {
					t.Error("still refused after the watchlist changed")
				}
			})
		})
	}
}

// TestRefusedFormFreesItsReplies: a channel that takes anything but the first message does
// not keep its replies from people.
func TestRefusedFormFreesItsReplies(t *testing.T) {
	events, _ := play(t, 5*time.Second, func(m *memory, s *script) {
		m.add("root", mention.Low, "#x")
		m.add("reply", mention.Low, "#x")
		m.all[1].ThreadOf = "root"
		s.post = func(m alerts.Message) error {
			if m.Alert.ID == "root" {
				return &alerts.RefusedError{Code: "invalid_blocks", One: true, Err: errors.New("blocks")}
			}
			return nil
		}
	})
	if want := []string{"0s post root", "0s post reply"}; !slices.Equal(events, want) {
		t.Errorf("the channel saw %q, want %q", events, want)
	}
}

// TestReloadForgetsTroubles: what nothing goes to any more is in no trouble, and what still
// does not work is told again.
func TestReloadForgetsTroubles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, s := &memory{}, &script{began: time.Now()}
		m.add("a", mention.Low, "#x")
		s.post = func(alerts.Message) error {
			return &alerts.RefusedError{Code: "is_archived", Err: errors.New("archived")}
		}
		var told []string
		opt := options(m, s)
		opt.Trouble = func(route string, err error) { told = append(told, fmt.Sprint(route, " ", err)) }
		sender := outbox.NewSender(opt)
		time.AfterFunc(2*time.Second, sender.Reload)
		runFor(t, sender, 4*time.Second)
		if want := []string{"#x archived", "#x <nil>", "#x archived"}; !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
	})
}
