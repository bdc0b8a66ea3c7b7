package outbox

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// When the network of a machine goes, every source fails within minutes, and every one is back
// within minutes. The first notice goes at once; others that say the same wait for at most
// togetherEvery, and go as one.

// togetherEvery is how far apart the messages are that say the same. After a restart the next
// may come sooner.
const togetherEvery = 2 * time.Minute

// bunch is what notices have in common that are told together.
type bunch struct {
	route string
	same  alerts.Same // without a name
}

// bunchOf is the bunch of a notice; ok is false of all that is told alone, and of what was
// tried: that may stand in its channel.
func bunchOf(a mention.Alert) (b bunch, ok bool) {
	if a.Kind != mention.Notice || a.Attempts > 0 {
		return b, false
	}
	same := alerts.ReadDetails(a.Payload).Same
	if same == nil {
		return b, false
	}
	b = bunch{a.Route, *same}
	b.same.Name = ""
	return b, true
}

// gather takes out of those that are due all notices that wait for others, and all but the first
// of those that are told together now: bunches has them whole. wait is how long the others wait.
func (s *Sender) gather(due []mention.Alert, now time.Time) (rest []mention.Alert, bunches map[mention.AlertID][]mention.Alert, wait time.Duration) {
	if s.opt.Join == nil {
		return due, nil, tick
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.together, func(_ bunch, at time.Time) bool { return now.Sub(at) >= togetherEvery })
	first := map[bunch]mention.AlertID{}
	bunches, wait = map[mention.AlertID][]mention.Alert{}, tick
	for _, a := range due {
		b, ok := bunchOf(a)
		if !ok {
			rest = append(rest, a)
			continue
		}
		if at, told := s.together[b]; told {
			wait = min(wait, at.Add(togetherEvery).Sub(now))
			continue
		}
		if first[b] == "" {
			first[b] = a.ID
			rest = append(rest, a)
		}
		bunches[first[b]] = append(bunches[first[b]], a)
	}
	return s.apart(rest, bunches), bunches, wait
}

// apart joins nothing for a route that takes nothing now, for what is well again before anybody was
// told goes. Only where nothing else asks the route does one of a bunch, alone. The lock is held.
func (s *Sender) apart(due []mention.Alert, bunches map[mention.AlertID][]mention.Alert) []mention.Alert {
	asked := map[string]bool{}
	for way := range s.running {
		asked[way.route] = asked[way.route] || way.m == toPost
	}
	for _, a := range due {
		asked[a.Route] = asked[a.Route] || len(bunches[a.ID]) < 2 && s.throttle.failures[alertMethod{a.ID, toPost}] == nil
	}
	return slices.DeleteFunc(due, func(a mention.Alert) bool {
		if !s.throttle.broken(a.Route) || len(bunches[a.ID]) < 2 {
			return false
		}
		if asked[a.Route] {
			return true
		}
		asked[a.Route] = true
		delete(bunches, a.ID)
		return false
	})
}

// begun notes that a bunch is told of now.
func (s *Sender) begun(a mention.Alert, at time.Time) {
	if b, ok := bunchOf(a); ok {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.together[b] = at
	}
}

// join stores one notice in place of a bunch; it goes with the next look.
func (s *Sender) join(ctx context.Context, list []mention.Alert) {
	defer s.release(list[0].ID)
	ok, err := s.opt.Join(ctx, list)
	if err != nil {
		s.later(list[0], toPost, err)
	}
	if !ok { // one of them is not true any more, or goes elsewhere: the others go with the next look
		b, _ := bunchOf(list[0])
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.together, b)
	}
}
