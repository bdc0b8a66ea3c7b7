package main

import (
	"context"
	"fmt"

	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/cmd/earshot/internal/daemon"
	"github.com/earshot/earshot/config"
)

type slackCmd struct {
	Manifest manifestCmd `cmd:"" help:"Print the manifest of the Slack app, to paste at api.slack.com/apps."`
}

type manifestCmd struct {
	Interactions string `help:"Public https address of this daemon, when clicks come as signed requests instead of Socket Mode." placeholder:"URL"`
}

// Run prints the manifest as YAML.
func (c manifestCmd) Run(term terminal) error { return slack.Manifest(term.out, c.Interactions) }

// probeSlack asks Slack whether it accepts the token; it returns 1 when it does
// not, and 0 without a token.
func probeSlack(ctx context.Context, cfg *config.Config, term terminal) (bad int) {
	if cfg.Slack.BotToken.Reveal() == "" && cfg.Slack.WebhookURL.Reveal() != "" {
		fmt.Fprintln(term.out, "Slack: an incoming webhook: "+slack.HookLimits+". It cannot be tried without posting.")
		return 0
	}
	if cfg.Slack.BotToken.Reveal() == "" {
		fmt.Fprintln(term.out, "Slack: no bot_token; alerts go to the terminal.")
		return 0
	}
	if err := daemon.CheckSlack(ctx, cfg); err != nil {
		fmt.Fprintf(term.out, "Slack: %v\n", err)
		return 1
	}
	fmt.Fprintln(term.out, "Slack: the bot token is good.")
	return 0
}
