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

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
	"github.com/earshot/earshot/store"
)

// NewFetch makes the HTTP client the watchlist asks for; version goes into its
// User-Agent. The caller closes it.
func NewFetch(cfg *config.Config, version string, log *slog.Logger) *fetch.Client {
	return fetch.New(fetchOptions(cfg, version, log))
}

func fetchOptions(cfg *config.Config, version string, log *slog.Logger) fetch.Options {
	hosts := map[string]fetch.HostOptions{}
	for name, h := range cfg.Fetch.Hosts {
		hosts[name] = fetch.HostOptions{Gap: &h.Gap}
	}
	return fetch.Options{
		Contact:      cfg.Contact,
		Version:      version,
		Gap:          &cfg.Fetch.Gap,
		Hosts:        hosts,
		AllowPrivate: cfg.Fetch.AllowPrivate,
		Log:          log,
		Now:          time.Now,
	}
}

// NewCrawler makes the crawler of one source; env says how, the source what. A
// mistake in its options is a config.Error with its place.
func NewCrawler(env crawlers.Env, src config.Source) (crawlers.Crawler, error) {
	env.Source, env.Base, env.Lang, env.PostKind = src.Name, src.Base, src.Lang, mention.PostKind(src.PostKind)
	if src.Zone != "" {
		zone, err := time.LoadLocation(src.Zone)
		if err != nil {
			return nil, src.Section.Errorf("zone", "unknown time zone %q", src.Zone)
		}
		env.Zone = zone
	}
	if client, ok := env.Fetch.(*fetch.Client); ok {
		env.Fetch = client.For(named(src)...)
	}
	return presets.New(env, src.Kind, src.Section)
}

// named are the addresses that a source's block writes. A server without a scheme is
// asked by https.
func named(src config.Source) []string {
	list := []string{src.Base}
	for _, text := range src.Section.Texts() {
		if !strings.Contains(text, "://") {
			text = "https://" + text
		}
		list = append(list, text)
	}
	return list
}

// newSources makes everything the monitor polls; what rests by the watchlist, or because people
// paused it, is not, and of that only the name and the place are told. In a shared
// database other daemons may poll the same, and access tokens are shared with them.
func newSources(w Watchlist, paused []mention.SourcePause, client *fetch.Client, key []byte, db *store.Store, log *slog.Logger) (sources, resting []monitor.Source, err error) {
	var errs []error
	// A stream of a whole network is affordable because most of it is dropped at once.
	watched := func(title, text string) bool { return len(w.Terms.Match(title, text)) > 0 }
	for _, src := range w.Sources {
		place, settings := identify(key, src)
		former := ""
		if place != "" {
			former = formerPlace(key, src)
		}
		if src.Off(w.at) || slices.ContainsFunc(paused, func(p mention.SourcePause) bool { return p.Place == place }) {
			resting = append(resting, monitor.Source{Name: src.Name, Place: place, Former: former})
			continue
		}
		env := crawlers.Env{Fetch: client, Log: log.With("source", src.Name), Now: time.Now, Interest: watched, Tokens: db}
		if len(src.Watches) > 0 {
			env.Interest = nil
		}
		crawler, err := NewCrawler(env, src)
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
