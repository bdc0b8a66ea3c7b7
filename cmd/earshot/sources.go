package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
)

// loadWatchlist reads, checks and completes a watchlist: what config alone
// cannot know (the options of the kinds, the terms) is checked here too, so that
// all mistakes are reported at once.
func loadWatchlist(path string) (*config.Config, error) {
	cfg, err := config.Load(path, kindOptions())
	return completeCheck(cfg, err)
}

// loadForReading is loadWatchlist for commands that only read sources or match:
// secrets that are not set yet are empty, so a watchlist can be tried before
// Slack is set up.
func loadForReading(path string, term terminal) (*config.Config, error) {
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("watchlist: %w", err)
	}
	lookup := func(name string) (string, bool) {
		value, _ := term.lookup(name)
		return value, true
	}
	cfg, err := config.Parse(path, src, lookup, kindOptions())
	return completeCheck(cfg, err)
}

// completeCheck adds the mistakes of terms and source options to those of the
// file itself, also when the file has mistakes of its own.
func completeCheck(cfg *config.Config, loadErr error) (*config.Config, error) {
	all := &config.Errors{}
	all.Add(loadErr)
	understood := cfg
	if cfg == nil {
		understood = all.Partial
	}
	if understood != nil {
		_, problems, _ := compileWatches(understood) // the problems say all that the error does
		for _, p := range problems {
			if p.Warning && cfg != nil {
				cfg.Warnings = append(cfg.Warnings, p)
			} else {
				all.Add(p)
			}
		}
		probe := crawlers.Env{Log: slog.New(slog.DiscardHandler), Now: time.Now}
		for _, src := range understood.Sources {
			if _, known := presets.Lookup(src.Kind); !known {
				continue // said already
			}
			if _, err := newCrawler(probe, src); err != nil {
				all.Add(err)
			}
		}
	}
	if err := all.Err(); err != nil {
		return nil, err
	}
	if cfg == nil {
		return nil, loadErr
	}
	return cfg, nil
}

// kindOptions are the source kinds for config: kind key → options struct.
func kindOptions() config.Kinds {
	kinds := config.Kinds{}
	for _, k := range presets.Kinds() {
		kinds[k.Name] = k.Options()
	}
	return kinds
}

// newFetch makes the HTTP client the watchlist asks for.
func newFetch(cfg *config.Config, log *slog.Logger) *fetch.Client {
	hosts := map[string]fetch.HostOptions{}
	for name, h := range cfg.Fetch.Hosts {
		hosts[name] = fetch.HostOptions{Gap: &h.Gap}
	}
	return fetch.New(fetch.Options{
		Contact: cfg.Contact, Version: version, Gap: &cfg.Fetch.Gap, Hosts: hosts,
		AllowPrivate: cfg.Fetch.AllowPrivate, Log: log, Now: time.Now,
	})
}

// newCrawler makes the crawler of one source; env says how, the source what.
func newCrawler(env crawlers.Env, src config.Source) (crawlers.Crawler, error) {
	env.Source, env.Base, env.Lang, env.PostKind = src.Name, src.Base, src.Lang, mention.PostKind(src.PostKind)
	if src.Zone != "" {
		zone, err := time.LoadLocation(src.Zone)
		if err != nil {
			return nil, src.Section.Errorf("zone", "unknown time zone %q", src.Zone)
		}
		env.Zone = zone
	}
	return presets.New(env, src.Kind, src.Section)
}

// newSources makes everything the monitor polls.
func newSources(cfg *config.Config, client *fetch.Client, log *slog.Logger) ([]monitor.Source, error) {
	var list []monitor.Source
	var errs []error
	watches, _, err := compileWatches(cfg)
	if err != nil {
		return nil, err
	}
	// A stream of a whole network is affordable because most of it is dropped at once.
	watched := func(title, text string) bool { return len(watches.Match(title, text)) > 0 }
	for _, src := range cfg.Sources {
		env := crawlers.Env{Fetch: client, Log: log.With("source", src.Name), Now: time.Now, Interest: watched}
		crawler, err := newCrawler(env, src)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		kind, _ := presets.Lookup(src.Kind)
		every := src.Every
		if every == 0 {
			every = kind.Every
		}
		_, streams := crawler.(crawlers.Streamer)
		group := politenessGroup(src)
		gap := cfg.Fetch.Gap
		if host, ok := cfg.Fetch.Hosts[group]; ok {
			gap = host.Gap
		}
		list = append(list, monitor.Source{
			Name: src.Name, Kind: src.Kind, Address: src.Address, Group: group, Gap: gap, Every: every, Fixed: src.Every != 0,
			Crawler: crawler, Backfill: src.Backfill, Stream: streams,
		})
	}
	return list, errors.Join(errs...)
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

// newLog is the daemon's log: plain text lines on stderr.
func newLog(term terminal, verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(term.err, &slog.HandlerOptions{Level: level}))
}

// pickSources returns the sources with these names, or addresses as written; all
// of them when no name is given.
func pickSources(cfg *config.Config, names []string) ([]config.Source, error) {
	if len(names) == 0 {
		return cfg.Sources, nil
	}
	var list []config.Source
	for _, name := range names {
		found := false
		for _, src := range cfg.Sources {
			if src.Name == name || src.Address == name {
				list, found = append(list, src), true
			}
		}
		if !found {
			return nil, usageError{fmt.Sprintf("no source %q in %s", name, cfg.Path)}
		}
	}
	return list, nil
}

// fileExists says whether there is something at path.
func fileExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
