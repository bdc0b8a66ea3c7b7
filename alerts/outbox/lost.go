package outbox

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// A database that was put back from a backup does not know the messages that were posted
// since. Their complaints are found again on the sites and, since ids are derived, are the
// same alerts; so before such an alert is posted its channel is asked whether it stands
// there already.

const (
	// lookedAtOnce bounds the alerts that one reading of a history looks for.
	lookedAtOnce = 1000
	// lostMargin is added to what may be lost: what was on its way at the last poll.
	lostMargin = time.Minute
)

// place is what one reading of a history covers.
type place struct {
	route  string
	thread mention.AlertID // empty: the channel itself
}

// standing is what was found in channels of alerts that the outbox has not posted.
type standing struct {
	mu     sync.Mutex // held while a history is read: those that wait find their answer in it
	found  map[mention.AlertID]alerts.Place
	looked map[place]map[mention.AlertID]bool
}

// adopt looks whether the message stands in its channel already, posted by a process whose
// database was lost, and takes it over then. done is true when nothing is left to do now:
// it was taken over, or it cannot be said yet.
func (s *Sender) adopt(ctx context.Context, notifier alerts.Notifier, m alerts.Message) (done bool) {
	if s.opt.LostSince().IsZero() || m.Alert.Attempts > 0 {
		return false
	}
	at, ok, err := s.stands(ctx, notifier, m)
	if err != nil {
		s.later(m.Alert, toPost, err)
		return true
	}
	if !ok {
		return false
	}
	if s.begin(ctx, m.Alert, s.opt.Now()) {
		s.opt.Log.Info("a message of before the database was put back was found in its channel", "alert", m.Alert.ID, "route", m.Alert.Route)
		s.posted(ctx, m, at, 0, nil) // what it shows is not known, so it is drawn once more
	}
	return true
}

// stands looks in the channel, and for a reply in its thread too. The error says that it
// must be asked again later; a history that cannot be read at all is as one without it.
func (s *Sender) stands(ctx context.Context, notifier alerts.Notifier, m alerts.Message) (alerts.Place, bool, error) {
	s.standing.mu.Lock()
	defer s.standing.mu.Unlock()
	places := []place{{route: m.Alert.Route}}
	if m.Alert.ThreadOf != "" && m.Thread != (alerts.Place{}) {
		places = append(places, place{m.Alert.Route, m.Alert.ThreadOf})
	}
	for _, p := range places {
		if at, ok := s.standing.found[m.Alert.ID]; ok {
			return at, true, nil
		}
		if s.standing.looked[p][m.Alert.ID] {
			continue
		}
		if err := s.readHistory(ctx, notifier, p, m); err != nil {
			return alerts.Place{}, false, err
		}
	}
	at, ok := s.standing.found[m.Alert.ID]
	return at, ok, nil
}

// readHistory looks for m and for all that is due and could stand at the same place. The
// lock is held.
func (s *Sender) readHistory(ctx context.Context, notifier alerts.Notifier, p place, m alerts.Message) error {
	due, err := s.opt.Queue.DueAlerts(ctx, s.opt.Now(), lookedAtOnce)
	if err != nil {
		return err
	}
	ids := []mention.AlertID{m.Alert.ID}
	for _, a := range due {
		if a.Route == p.route && (p.thread == "" || a.ThreadOf == p.thread) && a.ID != m.Alert.ID {
			ids = append(ids, a.ID)
		}
	}
	// A storm may have begun with another complaint then, so threads count as well.
	q := alerts.Search{Route: p.route, Since: s.opt.LostSince().Add(-lostMargin), Alerts: ids, Replies: true}
	if p.thread != "" {
		q.Thread = m.Thread
	}
	attempt, cancel := context.WithTimeout(ctx, 3*postTimeout) // several pages
	found, err := notifier.Find(attempt, q)
	cancel()
	var again *alerts.RetryError
	switch {
	case errors.As(err, &again) || ctx.Err() != nil:
		return err
	case err != nil:
		s.opt.Log.Warn("the history of before the database was put back cannot be read; messages may be repeated", "route", p.route, "err", err)
	}
	if s.standing.looked[p] == nil {
		s.standing.looked[p] = map[mention.AlertID]bool{}
	}
	for _, id := range ids {
		s.standing.looked[p][id] = true
		if at, ok := found[id]; ok {
			s.standing.found[id] = at
		}
	}
	return nil
}
