package outbox

import (
	"context"
	"errors"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/fault"
	"github.com/earshot/earshot/mention"
)

const (
	// searchSpan bounds how far apart the attempts are that one search looks for: a
	// history of days is more than is read at once.
	searchSpan = time.Minute
	// searches is how often a history that answers with errors is asked before the
	// message is sent as a possible repeat.
	searches = 3
	// patientFor is how long a history that asks for silence is waited for: a search begins anew each
	// time, and one that may read a page in a minute would never come to its end.
	patientFor = 5 * time.Minute
)

// doubts starts searches for alerts whose attempt ended without an answer, in
// this process or in one that was killed. One search serves all of a thread or
// channel that were tried at about the same time.
func (s *Sender) doubts(ctx, work context.Context, now time.Time) (time.Duration, error) {
	all, err := s.opt.Queue.InDoubt(ctx, now.Add(-s.opt.InDoubt))
	if err != nil {
		return tick, err
	}
	type group struct {
		notifier alerts.Notifier
		alerts   []mention.Alert
	}
	var groups []*group
	latest := make(map[place]*group)
	wait := tick
	for _, a := range all {
		p := place{a.Route, a.ThreadOf}
		g := latest[p]
		joins := g != nil && a.PostingAt.Sub(g.alerts[0].PostingAt) <= searchSpan
		notifier, next, ok := s.takeMore(a, joins, now)
		wait = min(wait, next)
		switch {
		case !ok:
		case joins:
			g.alerts = append(g.alerts, a)
		default:
			latest[p] = &group{notifier, []mention.Alert{a}}
			groups = append(groups, latest[p])
		}
	}
	for _, g := range groups {
		s.tasks.Go(func() { s.search(work, g.notifier, g.alerts) })
	}
	return wait, nil
}

// takeMore is take for a search: an alert whose place is searched anyway does
// not wait for its turn.
func (s *Sender) takeMore(a mention.Alert, joins bool, now time.Time) (alerts.Notifier, time.Duration, bool) {
	if !joins {
		return s.take(a, toFind, now)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	notifier, ok := s.opt.NotifierFor(a.Route)
	if !ok || !s.idle(a.ID) {
		return nil, tick, false
	}
	s.busy[a.ID] = wayOut{notifier, toFind, a.Route}
	return notifier, tick, true
}

// search reads the history once and decides about every alert of the group, the oldest attempt of
// which comes first.
func (s *Sender) search(ctx context.Context, notifier alerts.Notifier, group []mention.Alert) {
	ids := make([]mention.AlertID, len(group))
	for i, a := range group {
		ids[i] = a.ID
	}
	first, last := group[0], group[len(group)-1]
	defer s.release(ids...)
	thread, err := s.thread(ctx, first)
	if err != nil {
		s.later(first, toFind, err)
		return
	}
	attempt, cancel := context.WithTimeout(ctx, 3*postTimeout) // several pages
	found, err := notifier.Find(attempt, alerts.Search{Route: first.Route, Thread: thread, Since: first.PostingAt, Until: last.PostingAt.Add(postTimeout), Alerts: ids})
	cancel()
	if err != nil && !s.giveUp(ctx, notifier, group, err) {
		return
	}
	for _, a := range group {
		at, ok := found[a.ID]
		switch {
		case err != nil:
			s.opt.Log.Warn("history cannot be read; a message is sent again and says so", "alert", a.ID, "route", a.Route, "err", err)
			s.backWith(ctx, a, s.opt.Now(), mention.UnreadableHistory)
		case ok:
			s.opt.Log.Info("a message in doubt was found in its channel", "alert", a.ID, "route", a.Route)
			// What it shows is not known, so it is drawn once more.
			m, err := s.message(ctx, a)
			if err != nil {
				m = alerts.Message{Alert: a} // only the metrics want more
			}
			s.posted(ctx, m, at, 0, nil)
		default:
			s.opt.Log.Info("a message in doubt is not in its channel and is sent again", "alert", a.ID, "route", a.Route)
			s.backWith(ctx, a, s.opt.Now(), "an attempt was not taken: it is not in the channel's history")
		}
	}
}

// giveUp decides whether a history that could not be read is asked again later
// (false) or taken as unreadable (true).
func (s *Sender) giveUp(ctx context.Context, notifier alerts.Notifier, group []mention.Alert, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	now := s.opt.Now()
	var again *alerts.RetryError
	var refused *alerts.RefusedError
	switch {
	case errors.As(err, &again):
		until := s.hold(notifier, toFind, group[0], again, now)
		return again.Method && until.Sub(s.silentSince(group[0], now)) > patientFor
	case errors.As(err, &refused):
		return true
	}
	s.timedOut(wayOut{notifier, toFind, group[0].Route}, err, now)
	s.mu.Lock()
	defer s.mu.Unlock()
	tries := 0
	for _, a := range group {
		tries = max(tries, s.throttle.fail(a, toFind, now))
	}
	return tries >= searches
}

// silentSince is when the search for an alert was asked for silence first.
func (s *Sender) silentSince(a mention.Alert, now time.Time) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := failuresOf(s.throttle.failures, alertMethod{a.ID, toFind})
	if f.silent.IsZero() {
		f.silent = now
	}
	return f.silent
}

// updates starts updates of messages that show an old state of their case. Several
// changes in between are one update.
func (s *Sender) updates(ctx, work context.Context, now time.Time) (time.Duration, error) {
	all, err := s.opt.Queue.Outdated(ctx, s.lookBack)
	if err != nil {
		return tick, err
	}
	wait, started := tick, 0
	for _, a := range all {
		notifier, next, ok := s.take(a, toUpdate, now)
		wait = min(wait, next)
		if ok {
			started++
			s.tasks.Go(func() { s.update(work, notifier, a) })
		}
	}
	s.lookBack = looked(s.lookBack, len(all), started)
	return wait, nil
}

// update is step 11. It may be repeated without harm.
func (s *Sender) update(ctx context.Context, notifier alerts.Notifier, a mention.Alert) {
	defer s.release(a.ID)
	m, err := s.message(ctx, a)
	if err != nil {
		s.later(a, toUpdate, err)
		return
	}
	attempt, cancel := context.WithTimeout(ctx, postTimeout)
	err = notifier.Update(attempt, m)
	cancel()
	var again *alerts.RetryError
	var refused *alerts.RefusedError
	switch {
	case err == nil:
	case errors.Is(err, alerts.ErrDeleted):
		if !s.orphan(ctx, a) {
			return
		}
	case errors.As(err, &again):
		s.hold(notifier, toUpdate, a, again, s.opt.Now())
		return
	case errors.As(err, &refused):
		s.refuse(a, toUpdate, refused, s.opt.Now())
		return
	default:
		s.timedOut(wayOut{notifier, toUpdate, a.Route}, err, s.opt.Now())
		s.later(a, toUpdate, err)
		return
	}
	fault.At("message-redrawn")
	s.redrawn(notifier, a)
	mark, cancel := marking(ctx)
	defer cancel()
	if err := s.opt.Writer.SetRendered(mark, a.ID, m.Case.Version); err != nil {
		s.opt.Log.Error("a redraw cannot be marked; it will be drawn again", "alert", a.ID, "err", err)
	}
}

// orphan lets others show a case whose own message was deleted: its buttons went with it, and
// what was told in its thread does not say what it is about. It reports whether all do.
func (s *Sender) orphan(ctx context.Context, a mention.Alert) bool {
	if a.Kind != mention.Complaint && a.Kind != mention.Duplicate {
		return true // the complaint's own message stands
	}
	mark, cancel := marking(ctx)
	defer cancel()
	more, err := s.opt.Writer.Orphan(mark, a.MentionID)
	if err != nil || more {
		s.later(a, toUpdate, err)
		return false
	}
	s.opt.Log.Warn("a message does not stand in its channel any more; it is not posted again", "alert", a.ID, "route", a.Route, "channel", a.Channel)
	return true
}

// redrawn forgets why messages of this channel could not be redrawn.
func (s *Sender) redrawn(notifier alerts.Notifier, a mention.Alert) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.throttle.hung, wayOut{notifier, toUpdate, a.Route})
	delete(s.throttle.refused, refusedKey(a, toUpdate))
	delete(s.throttle.failures, alertMethod{a.ID, toUpdate})
}
