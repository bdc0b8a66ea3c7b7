package daemon

import (
	"context"
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/door"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// checkDoors opens every door of a watchlist once and adds what is wrong with its address.
func checkDoors(cfg *config.Config, all *config.Errors) {
	for name, address := range cfg.Doors {
		if !address.IsSet() {
			continue // said already
		}
		err := door.Check(address.Reveal())
		var unknown *door.UnknownError
		var incomplete *door.IncompleteError
		var crowded *door.CrowdedError
		switch {
		case errors.As(err, &unknown):
			all.Add(cfg.Problem(cfg.DoorAt[name], name+": "+err.Error(), "known: "+strings.Join(door.Services(), ", ")))
		case errors.As(err, &incomplete):
			all.Add(cfg.Problem(cfg.DoorAt[name], name+": the address of this door is not complete", `write it like "`+incomplete.Example+`"`))
		case errors.As(err, &crowded):
			all.Add(cfg.Problem(cfg.DoorAt[name], name+": "+err.Error(), "make a second door of the rest"))
		}
	}
}

// newDoors makes the doors of a watchlist. One that stayed the same is kept with what it
// knows of messages that a part of its recipients got.
func (n *notifiers) newDoors(cfg *config.Config, old map[string]*door.Notifier) map[string]*door.Notifier {
	out := make(map[string]*door.Notifier, len(cfg.Doors))
	client := doorClients(cfg, n.version)
	for name, address := range cfg.Doors {
		opt := door.Options{Name: name, Address: address.Reveal(), Inbox: inboxAddress(cfg), Client: client, Exit: n.exit}
		if was := old[name]; was != nil && was.Same(opt) {
			out[name] = was
			continue
		}
		made, err := door.New(opt)
		if err != nil { // the watchlist was checked
			n.log.Error("a door cannot be opened", "door", name, "err", err)
			continue
		}
		out[name] = made
	}
	return out
}

// everywhere lets a door into the private network of a host that its address names; For
// says which those are, and the guard refuses the platform's addresses all the same.
var everywhere = []netip.Prefix{netip.PrefixFrom(netip.IPv4Unspecified(), 0), netip.PrefixFrom(netip.IPv6Unspecified(), 0)}

// doorClients makes the clients of doors: dialled under the guard of the crawlers, without
// redirects, and nothing late.
func doorClients(cfg *config.Config, version string) func(own ...string) *http.Client {
	guarded := fetch.New(fetch.Options{Contact: cfg.Contact, Version: version, AllowPrivate: everywhere, Now: time.Now})
	return func(own ...string) *http.Client {
		client := guarded.For(own...).StreamClient()
		client.Transport = punctual{client.Transport, time.Now}
		return client
	}
}

// inboxAddress is where people open the inbox; empty when there is none for those who are
// not on this machine.
func inboxAddress(cfg *config.Config) string {
	if !cfg.Web.Inbox || cfg.Web.Listen == "" {
		return ""
	}
	return strings.TrimRight(cfg.Web.PublicURL, "/")
}

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

// toldBy are the doors of the watchlist in use through which an alert was told.
func (d *Daemon) toldBy(ctx context.Context, a mention.Alert) (told []alerts.ToldBy, err error) {
	for name := range d.config().Doors {
		is, ok, err := d.store.Alert(ctx, alerts.FallbackID(a.ID, alerts.DoorPlace(name)))
		if err != nil {
			return nil, err
		}
		if ok && is.Status == mention.Posted && is.TS != "" {
			told = append(told, alerts.ToldBy{Door: name, At: is.PostedAt})
		}
	}
	return told, nil
}
