package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/cmd/earshot/internal/daemon"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/text"
)

type slackCmd struct {
	Manifest manifestCmd `cmd:"" help:"Print the manifest of the Slack app, to paste at api.slack.com/apps."`
}

type manifestCmd struct {
	Interactions string `help:"Public https address of this daemon, when clicks come as signed requests instead of Socket Mode." placeholder:"URL"`
}

// Run prints the manifest as YAML.
func (c manifestCmd) Run(term terminal) error { return slack.Manifest(term.out, c.Interactions) }

// probeTimeout bounds what check --probe asks of Slack: in a large workspace Slack wants
// to be read slowly.
const probeTimeout = 2 * time.Minute

// probeSlack asks Slack whether the tokens, the channels and the people of the watchlist
// would do; it returns how many problems there are, and 0 without a token.
func probeSlack(ctx context.Context, cfg *config.Config, term terminal) (bad int) {
	if cfg.Slack.BotToken.Reveal() == "" && cfg.Slack.WebhookURL.Reveal() != "" {
		fmt.Fprintln(term.out, "Slack: an incoming webhook: "+slack.HookLimits+". It cannot be tried without posting.")
		return 0
	}
	if cfg.Slack.BotToken.Reveal() == "" {
		fmt.Fprintln(term.out, "Slack: no bot_token; alerts go to the terminal.")
		return 0
	}
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	problems := daemon.ProbeSlack(ctx, cfg)
	for _, p := range problems {
		fmt.Fprintf(term.out, "Slack: %s\n", text.OneLine(p.Error()))
	}
	if len(problems) == 0 {
		fmt.Fprintln(term.out, "Slack: the tokens are good, and so are the channels and people of the watchlist.")
	}
	return len(problems)
}

// probeRedis asks the seen set's Redis; it returns 1 when it would not serve.
func probeRedis(ctx context.Context, cfg *config.Config, term terminal) (bad int) {
	if cfg.Store.Redis.Reveal() == "" {
		return 0
	}
	if err := daemon.ProbeRedis(ctx, cfg, newLog(term, slog.LevelInfo)); err != nil {
		fmt.Fprintf(term.out, "Redis: %v; the database answers instead while it is away\n", err)
		return 1
	}
	fmt.Fprintln(term.out, "Redis: it can be read and written.")
	return 0
}
