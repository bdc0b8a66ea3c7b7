package daemon

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/store"
)

// Probed is how one thing beside the sources answered that earshot works with.
type Probed = slack.Probed

const (
	// slackPatience bounds what is asked of Slack: in a large workspace it wants to be read slowly.
	slackPatience = 2 * time.Minute
	// probePatience bounds what is asked of anything else.
	probePatience = 15 * time.Second
	// enoughDisk is what the disk of the database should have left, in bytes: weeks of a
	// usual watchlist, and room for the file that VACUUM writes.
	enoughDisk = 200 << 20
)

// Probe asks everything that the watchlist names, but for the sources, whether it would
// serve. No message is sent, and nothing stays written.
func Probe(ctx context.Context, cfg *config.Config) []Probed {
	var all []Probed
	if cfg.Slack.BotToken.Reveal() != "" {
		all = probeSlack(ctx, cfg)
	}
	ctx, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	if address := cfg.Slack.WebhookURL.Reveal(); cfg.Slack.BotToken.Reveal() == "" && address != "" {
		all = append(all, Probed{Part: "probe.hook", Err: reachable(ctx, address)})
	}
	for _, w := range cfg.Webhooks {
		all = append(all, Probed{Part: "probe.webhook", Name: w.Name, Err: reachable(ctx, w.URL.Reveal())})
	}
	database := cfg.Database()
	err := store.Probe(ctx, store.Options{Database: database, Now: time.Now})
	all = append(all, Probed{Part: "probe.database", Err: advised(err, "way.database")})
	if free, err := store.FreeSpace(database); !errors.Is(err, store.ErrFreeUnknown) {
		p := Probed{Part: "probe.disk", Err: err}
		if err == nil && free < enoughDisk {
			p.Err = &alerts.Advice{Key: "way.disk", Pairs: []any{"free", int(free >> 20), "enough", enoughDisk >> 20}}
		}
		all = append(all, p)
	}
	if address := cfg.Store.Redis.Reveal(); address != "" {
		err, what := probeRedis(ctx, address), "way.redis_unfit"
		if away := (*store.AwayError)(nil); errors.As(err, &away) {
			what = "way.redis"
		}
		all = append(all, Probed{Part: "probe.redis", Err: advised(err, what)})
	}
	return all
}

// advised adds what to do to an error.
func advised(err error, key string) error {
	if err == nil {
		return nil
	}
	return &alerts.Advice{What: Bare(err.Error()) + " — ", Key: key, Err: err}
}

// Bare is what an error says without the package it is of, which means nothing to people.
func Bare(words string) string { return strings.TrimPrefix(words, "store: ") }

func probeSlack(ctx context.Context, cfg *config.Config) []Probed {
	ctx, cancel := context.WithTimeout(ctx, slackPatience)
	defer cancel()
	options := slack.Options{HTTP: outgoing(), Log: slog.New(slog.DiscardHandler), Now: time.Now}
	channels, notify := slackNeeds(cfg)
	return slack.New(slackAccount(options, cfg)).Probe(ctx, channels, notify, cfg.Groups())
}

func probeRedis(ctx context.Context, address string) error {
	redis, err := store.OpenRedis(store.RedisOptions{URL: address, InstallKey: []byte("probe"), Log: slog.New(slog.DiscardHandler), Now: time.Now}) // no key is looked up
	if err != nil {
		return err
	}
	return errors.Join(redis.Check(ctx), redis.Close())
}

// reachable says whether a webhook's host, or the proxy on the way to it, answers and has
// a certificate that is accepted. Whether it would take an alert is known only by sending one.
func reachable(ctx context.Context, address string) error {
	to, err := url.Parse(address)
	if err != nil {
		return &alerts.Advice{Key: "way.webhook_url"} // the error repeats the address, and that is secret
	}
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: to})
	if err != nil {
		return &alerts.Advice{Key: "way.webhook_url"}
	}
	if proxy != nil {
		to = proxy
	}
	port := to.Port()
	switch {
	case port != "":
	case to.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	dial := (&net.Dialer{}).DialContext
	if to.Scheme == "https" {
		dial = (&tls.Dialer{}).DialContext
	}
	conn, err := dial(ctx, "tcp", net.JoinHostPort(to.Hostname(), port))
	if err != nil {
		return &alerts.Advice{Key: "way.unreachable", Pairs: []any{"why", err}, Err: err}
	}
	return conn.Close()
}
