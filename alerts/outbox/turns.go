package outbox

import (
	"slices"
	"time"

	"github.com/earshot/earshot/mention"
)

// A channel takes one message a second, and a storm brings more. What goes first is the
// store's order; here is what keeps those at its end from waiting for ever.

const (
	// everyTurn is which turn of a channel goes to whoever waits longest there: a tenth of
	// its pace, which costs the others a second in ten.
	everyTurn = 10
	// patience is how long all may be overtaken: the few that come with a moment's burst
	// go in the order of their loudness.
	patience = 2 * time.Minute
)

// turns puts those in front whose turn it is because they were overtaken long enough, and
// returns for each route the alert that waits longest, if it has lost its patience.
func (s *Sender) turns(due []mention.Alert, now time.Time) ([]mention.Alert, map[string]mention.AlertID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	oldest := make(map[string]mention.Alert)
	for _, a := range due {
		o, ok := oldest[a.Route]
		// Of one moment's messages it is the last in the order: the others go before it anyway.
		if (!ok || !waitsSince(a).After(waitsSince(o))) && now.Sub(waitsSince(a)) > patience && s.idle(a.ID) && s.throttle.failures[alertMethod{a.ID, toPost}] == nil {
			oldest[a.Route] = a
		}
	}
	longest := make(map[string]mention.AlertID, len(oldest))
	var first []mention.Alert
	for route, a := range oldest {
		longest[route] = a.ID
		if s.overtook[route] >= everyTurn-1 {
			first = append(first, a)
		}
	}
	for route := range s.overtook {
		if _, waits := longest[route]; !waits {
			delete(s.overtook, route)
		}
	}
	if len(first) == 0 {
		return due, longest
	}
	rest := slices.DeleteFunc(slices.Clone(due), func(a mention.Alert) bool {
		return slices.ContainsFunc(first, func(f mention.Alert) bool { return f.ID == a.ID })
	})
	return append(first, rest...), longest
}

// waitsSince is when an alert could have gone: one held until a time was overtaken by none.
func waitsSince(a mention.Alert) time.Time { return mention.Later(a.CreatedAt, a.NotBefore) }

// passed notes that an alert took a turn of its route, in which longest waits the longest.
func (s *Sender) passed(a mention.Alert, longest mention.AlertID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch longest {
	case "":
	case a.ID:
		delete(s.overtook, a.Route)
	default:
		s.overtook[a.Route]++
	}
}
