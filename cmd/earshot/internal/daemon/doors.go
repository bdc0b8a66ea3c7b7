package daemon

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/door"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

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
