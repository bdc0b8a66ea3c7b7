package main

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/console"
	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/alerts/webhook"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/mention"
)

// doors are the ways out of the watchlist in use: the terminal, Slack, webhooks.
type doors struct {
	log     *slog.Logger
	trouble func(part string, err error)
	console alerts.Notifier
	client  *http.Client

	mu       sync.RWMutex
	webhooks map[string]alerts.Notifier // by name
	slack    *slack.Notifier            // nil without a token
	hook     *slack.Hook                // Slack without an app; nil without its address
	account  slackAccount               // what slack was made with
	fallback string
	changed  chan struct{} // closed when slack is replaced
}

// slackAccount is what makes a Slack notifier another one.
type slackAccount struct{ bot, app, signing, api, hook string }

// slackTimeout bounds one call to Slack; the sender's own limits are tighter.
const slackTimeout = 30 * time.Second

func newDoors(term terminal, log *slog.Logger, trouble func(string, error)) *doors {
	return &doors{
		log: log, trouble: trouble, changed: make(chan struct{}),
		console: console.New(console.Options{Out: term.out, Colour: term.colour(term.out)}),
		client:  &http.Client{Timeout: slackTimeout},
	}
}

// use takes the ways out from a watchlist. A Slack account that stayed the same
// keeps its connection.
func (d *doors) use(cfg *config.Config, desk *desk.Desk, reader alerts.Reader) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fallback = fallbackRoute(cfg)
	d.webhooks = make(map[string]alerts.Notifier, len(cfg.Webhooks))
	for _, w := range cfg.Webhooks {
		d.webhooks[w.Name] = webhook.New(webhook.Options{Name: w.Name, URL: w.URL.Reveal(), Secret: w.Secret.Reveal(), HTTP: d.client})
	}
	account := slackAccount{cfg.Slack.BotToken.Reveal(), cfg.Slack.AppToken.Reveal(), cfg.Slack.SigningSecret.Reveal(), cfg.Slack.APIURL, cfg.Slack.WebhookURL.Reveal()}
	if account == d.account {
		return
	}
	d.account, d.slack, d.hook = account, nil, nil
	switch {
	case account.bot != "":
		d.slack = newSlack(cfg, d.client, desk, reader, d.log, func(err error) { d.trouble("slack", err) })
	case account.hook != "":
		d.hook = slack.NewHook(account.hook, cfg.Slack.WebhookURL.Origin(), d.client)
		d.log.Warn("slack by webhook: " + slack.HookLimits)
	}
	close(d.changed)
	d.changed = make(chan struct{})
}

func newSlack(cfg *config.Config, client *http.Client, desk slack.Desk, reader alerts.Reader, log *slog.Logger, trouble func(error)) *slack.Notifier {
	return slack.New(slack.Options{
		BotToken: cfg.Slack.BotToken.Reveal(), AppToken: cfg.Slack.AppToken.Reveal(), SigningSecret: cfg.Slack.SigningSecret.Reveal(),
		BotTokenFrom: cfg.Slack.BotToken.Origin(), AppTokenFrom: cfg.Slack.AppToken.Origin(),
		APIURL: cfg.Slack.APIURL, HTTP: client, Desk: desk, Reader: reader,
		Replies: func(m mention.Mention) []string { return fillReplies(cfg.Replies, m) },
		Log:     log, Now: time.Now, Trouble: trouble,
	})
}

// door implements outbox.Options.NotifierFor. Without a Slack token and without a webhook
// everything that would go to Slack is printed.
func (d *doors) door(route string) (alerts.Notifier, bool) {
	d.mu.RLock()
	defer d.mu.RUnlock()
	name, isWebhook := strings.CutPrefix(route, "webhook:")
	switch {
	case isWebhook:
		n, ok := d.webhooks[name]
		return n, ok
	case route == consoleRoute:
		return d.console, true
	case d.slack != nil:
		return d.slack, true
	case d.hook != nil:
		return d.hook, true
	}
	return d.console, true
}

// staffRoute is where notices about earshot itself go.
func (d *doors) staffRoute() string {
	d.mu.RLock()
	defer d.mu.RUnlock()
	return d.fallback
}

// run keeps the Slack connection of the account in use until ctx ends.
func (d *doors) run(ctx context.Context) {
	for ctx.Err() == nil {
		d.mu.RLock()
		door, changed := d.slack, d.changed
		d.mu.RUnlock()
		session, stop := context.WithCancel(ctx)
		var done sync.WaitGroup
		if door != nil {
			done.Go(func() {
				if err := door.Run(session); err != nil && session.Err() == nil {
					d.log.Error("slack cannot be used", "err", err)
				}
			})
		}
		select {
		case <-ctx.Done():
		case <-changed:
		}
		stop()
		done.Wait()
	}
}

// interactions takes Slack's signed requests.
func (d *doors) interactions(w http.ResponseWriter, r *http.Request) {
	d.mu.RLock()
	door, signing := d.slack, d.account.signing
	d.mu.RUnlock()
	if door == nil || signing == "" {
		http.Error(w, "slack.signing_secret is not set in the watchlist", http.StatusNotFound)
		return
	}
	door.Interactions().ServeHTTP(w, r)
}
