package daemon

import (
	"context"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// maxInstead bounds what one look tells through a door.
const maxInstead = 500

// fallBack tells of what waits for a broken route through its other door, the loudest first,
// once the route has taken nothing long enough. What was told before is not told again: the
// message has its own id for each alert and door.
func (r *routes) fallBack(ctx context.Context, route string, b breakage) error {
	rules, now := *r.opt.rules(), r.opt.now()
	other := rules.FallbackOf(route)
	if other.Route == "" {
		return nil
	}
	broken := now.Sub(b.since)
	if broken < other.After && (broken < awayFor && b.away()) {
		return nil
	}
	waiting, err := r.opt.outbox.Untold(ctx, route, now, maxInstead, func(a mention.Alert) mention.AlertID {
		id := alerts.FallbackID(a.ID, other.Route)
		if r.told[id] {
			return ""
		}
		return id
	})
	if err != nil {
		return err
	}
	var told []mention.Alert
	for _, a := range waiting {
		// After a restart only what waits knows since when the route takes nothing.
		if broken < other.After && now.Sub(dueSince(a)) < other.After {
			continue
		}
		if a.Kind == mention.Digest && alerts.ReadDetails(a.Payload).Summary != nil {
			continue // a summary may be late
		}
		told = append(told, alerts.NewFallback(a, other.Route, now))
	}
	if len(told) == 0 {
		return nil
	}
	if err := r.opt.outbox.Enqueue(ctx, told...); err != nil {
		return err
	}
	if len(r.told) > 20*maxInstead {
		clear(r.told) // the store knows them
	}
	for _, a := range told {
		r.told[a.ID] = true
	}
	r.opt.log.Warn("a route takes nothing; what waits is told through another door", "route", route, "door", other.Route, "alerts", len(told))
	r.opt.wake()
	return nil
}

// dueSince is when an alert could have gone.
func dueSince(a mention.Alert) time.Time {
	if a.Attempts == 0 && a.NotBefore.After(a.CreatedAt) {
		return a.NotBefore
	}
	return a.CreatedAt
}
