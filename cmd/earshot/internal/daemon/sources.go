package daemon

import (
	"errors"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
	"github.com/earshot/earshot/store"
)

// newSources makes everything the monitor polls; what rests by the watchlist, or because people
// paused it, is not, and of that only the name and the place are told. In a shared
// database other daemons may poll the same, and access tokens are shared with them.
func newSources(w watchlist.List, paused []mention.SourcePause, client *fetch.Client, key []byte, db *store.Store, log *slog.Logger) (sources, resting []monitor.Source, err error) {
	var errs []error
	// A stream of a whole network is affordable because most of it is dropped at once.
	watched := func(title, text string) bool { return len(w.Terms.Match(title, text)) > 0 }
	for _, src := range w.Sources {
		place, settings := watchlist.Identify(key, src)
		former := ""
		if place != "" {
			former = watchlist.FormerPlace(key, src)
		}
		if src.Off(w.AsOf) || slices.ContainsFunc(paused, func(p mention.SourcePause) bool { return p.Place == place }) {
			resting = append(resting, monitor.Source{Name: src.Name, Place: place, Former: former})
			continue
		}
		env := crawlers.Env{Fetch: client, Log: log.With("source", src.Name), Now: time.Now, Interest: watched, Tokens: db}
		if len(src.Watches) > 0 {
			env.Interest = nil
		}
		crawler, err := watchlist.NewCrawler(env, src)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		_, streams := crawler.(crawlers.Streamer)
		kind, _ := presets.Lookup(src.Kind)
		every := src.Every
		if every == 0 {
			every = kind.Every
		}
		group := politenessGroup(src)
		gap := w.Fetch.Gap
		if host, ok := w.Fetch.Hosts[group]; ok {
			gap = host.Gap
		}
		if db.Shared() {
			group = siteOf(group)
		}
		sources = append(sources, monitor.Source{
			Name:     src.Name,
			Address:  src.Address,
			Group:    group,
			Gap:      gap,
			Every:    every,
			Fixed:    src.Every != 0,
			Crawler:  crawler,
			Backfill: src.Backfill,
			Stream:   streams,
			Place:    place,
			Settings: settings,
			Former:   former,
		})
	}
	return sources, resting, errors.Join(errs...)
}

// politenessGroup is the host a source polls, as far as the watchlist shows it;
// presets with a host of their own are a group by kind.
func politenessGroup(src config.Source) string {
	for _, address := range []string{src.Base, src.Address} {
		if u, err := url.Parse(address); err == nil && u.Hostname() != "" {
			return u.Hostname()
		}
	}
	return src.Kind
}

// siteOf is the group of a host where several daemons poll: one answers for www.a.example
// by sending to a.example, and only the asking daemon knows that the two are one. So all
// hosts under one registered name are a group. An address, or what is no host, is itself.
func siteOf(host string) string {
	if net.ParseIP(host) != nil || !strings.Contains(host, ".") {
		return host
	}
	site, err := publicsuffix.EffectiveTLDPlusOne(strings.TrimSuffix(strings.ToLower(host), "."))
	if err != nil {
		return host // a public suffix itself
	}
	return site
}

func sourceNames(sources []monitor.Source) []string {
	names := make([]string, len(sources))
	for i, src := range sources {
		names[i] = src.Name
	}
	return names
}
