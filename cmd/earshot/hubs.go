package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/websub"
	"github.com/earshot/earshot/monitor"
)

// maxHubAnswer bounds what a hub says to a request, in bytes; nobody reads it.
const maxHubAnswer = 64 << 10

// newHubs makes the subscriber to feeds' hubs; nil when hubs could not reach it.
func newHubs(d *daemon, cfg *config.Config) *websub.Subscriber {
	if cfg.Web.Listen == "" || cfg.Web.PublicURL == "" {
		return nil
	}
	return websub.New(websub.Options{
		PublicURL: cfg.Web.PublicURL, Hubs: hubDoor{d}, Log: d.log, Now: d.now,
		Poke: func(ctx context.Context, source string) { d.monitor.Poke(ctx, source) },
	})
}

// offers is the subscriber as the monitor sees it. A nil *websub.Subscriber would
// be an interface that is not nil.
func (d *daemon) offers() monitor.Hubs {
	if d.hubs == nil {
		return nil
	}
	return d.hubs
}

// hubDoor sends requests to hubs with the manners and guards of all others.
type hubDoor struct{ *daemon }

// Post implements websub.Hubs.
func (h hubDoor) Post(ctx context.Context, address string, form url.Values) error {
	client := h.fetch.Load()
	if client == nil {
		return errors.New("no source is polled yet")
	}
	_, err := client.Do(ctx, fetch.Request{
		URL: address, Method: http.MethodPost, Body: []byte(form.Encode()),
		Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}},
		API:    true, MaxBody: maxHubAnswer,
	})
	return err
}

func sourceNames(sources []monitor.Source) []string {
	names := make([]string, len(sources))
	for i, src := range sources {
		names[i] = src.Name
	}
	return names
}
