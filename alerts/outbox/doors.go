package outbox

import (
	"context"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/fault"
	"github.com/earshot/earshot/mention"
)

// An alert whose route takes nothing is told through another door by an alert of its own.
// Two things must not happen then: that the door tells what its own channel shows by now,
// and that a watchlist which sends the alert to that very door makes it tell it twice.

// told marks a message that people have seen already as posted, without sending it. It
// reports whether nothing is left to do now.
func (s *Sender) told(ctx context.Context, m alerts.Message) (done bool) {
	a := m.Alert
	at := alerts.Place{Channel: a.Route} // without a TS: nothing stands there
	switch instead := m.Details.Instead; {
	case a.Kind == mention.Digest && m.Details.Summary == nil && s.opt.Gathered != nil && m.Gathered.Count == 0:
		// It would gather complaints in its thread; those were told on their own.
	case instead != nil:
		if _, isDoor := alerts.DoorOf(a.Route); !isDoor {
			break // its door left the watchlist; its own channel shows it when it can
		}
		parent, ok, err := s.opt.Queue.Alert(ctx, instead.Of)
		if err != nil {
			s.later(a, toPost, err)
			return true
		}
		if ok && parent.Status != mention.Posted {
			return false
		}
	default:
		if _, isDoor := alerts.DoorOf(a.Route); !isDoor {
			return false
		}
		before, ok, err := s.opt.Queue.Alert(ctx, alerts.FallbackID(a.ID, a.Route))
		if err != nil {
			s.later(a, toPost, err)
			return true
		}
		if !ok || before.Status != mention.Posted || before.TS == "" {
			return false
		}
		at.TS = string(a.ID)
	}
	began, err := s.opt.Writer.BeginPosting(ctx, a.ID, s.opt.Now())
	if err != nil {
		s.later(a, toPost, err)
	}
	if err != nil || !began {
		return true
	}
	fault.At("posting-marked")
	if _, err := s.opt.Writer.MarkPosted(ctx, a.ID, at.Channel, at.TS, m.Case.Version); err != nil {
		s.opt.Log.Error("an alert that needs no telling cannot be marked; trying again", "alert", a.ID, "err", err)
		return true
	}
	fault.At("posted-marked")
	s.opt.Log.Info("people know it already; it is not told again", "alert", a.ID, "route", a.Route)
	return true
}
