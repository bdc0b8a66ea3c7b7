package outbox

import (
	"context"
	"errors"
	"time"

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
	at, known, err := s.known(ctx, m)
	switch {
	case err != nil:
		s.later(a, toPost, err)
		return true
	case !known:
		return false
	case !s.begin(ctx, a, s.opt.Now()):
		return true
	}
	if _, err := s.opt.Writer.MarkPosted(ctx, a.ID, at.Channel, at.TS, m.Case.Version); err != nil {
		s.opt.Log.Error("an alert that needs no telling cannot be marked; trying again", "alert", a.ID, "err", err)
		return true
	}
	fault.At("posted-marked")
	s.opt.Log.Info("people know it already, or it is not true any more; it is not told", "alert", a.ID, "route", a.Route)
	return true
}

// wokenWithin is how long after the end of a snooze its case is surely awake.
const wokenWithin = 10 * time.Second

var errAsleep = errors.New("not sent: somebody put the complaint off meanwhile")

// asleep puts a message back until the snooze of its complaint is over: its step was taken, and no other comes
// for it.
func (s *Sender) asleep(ctx context.Context, m alerts.Message) bool {
	a, until := m.Alert, m.SleepsUntil()
	if until.IsZero() {
		return false
	}
	if now := s.opt.Now(); s.begin(ctx, a, now) {
		a.Attempts++
		if until.Before(now) {
			until = now.Add(wokenWithin)
		}
		s.back(ctx, a, until, errAsleep)
	}
	return true
}

// known reports whether people have seen what a message says, or it is not true any more, and as standing
// where it is marked then.
func (s *Sender) known(ctx context.Context, m alerts.Message) (at alerts.Place, known bool, err error) {
	a, instead := m.Alert, m.Details.Instead
	at.Channel = a.Route // without a TS: nothing stands there
	_, isDoor := alerts.DoorOf(a.Route)
	switch {
	case a.Kind == mention.Digest && m.Details.Summary == nil && s.opt.Gathered != nil && m.Gathered.Count == 0:
		return at, true, nil // it would gather complaints in its thread; those were told on their own
	case m.Stale():
		at.TS = string(a.ID)
		return at, true, nil
	case instead != nil && !isDoor:
		return at, true, nil // its door left the watchlist; its own channel shows it when it can
	case instead != nil:
		of, ok, err := s.opt.Queue.Alert(ctx, instead.Of)
		return at, !ok || of.Status == mention.Posted, err
	case isDoor:
		before, ok, err := s.opt.Queue.Alert(ctx, alerts.FallbackID(a.ID, a.Route))
		at.TS = string(a.ID)
		return at, ok && before.Status == mention.Posted && before.TS != "", err
	}
	return at, false, nil
}
