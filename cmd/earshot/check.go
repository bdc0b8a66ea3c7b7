package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/cmd/earshot/internal/daemon"
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/presets"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

type checkCmd struct {
	watchlistFlag
	languageFlag
	NoSecrets bool `help:"Tokens and passwords that are not set here are warnings, for a check where nobody has them."`
	Probe     bool `help:"Poll each source once and say what it sees; ask sites that are answered whether the keys may; ask everything else of the watchlist (Slack's tokens, channels and people, webhooks, database, disk, Redis) whether it would serve. Nothing is posted."`
	Live      bool `help:"Ask whether the daemon runs (for a container's health check), whatever is wrong with the watchlist."`
}

// Run checks the watchlist. Warnings are said and do not fail the check.
func (c *checkCmd) Run(ctx context.Context, term terminal) error {
	load := watchlist.Load
	if c.NoSecrets {
		load = func(paths ...string) (watchlist.List, error) { return loadForReading(paths, term) }
	}
	list, err := load(c.Config...)
	if c.Live {
		return checkLive(ctx, liveAddress(c.Config, list.Config, err))
	}
	cfg := list.Config
	term.learn(cfg)
	term.learnWrong(err)
	s := c.at(term)
	if err != nil {
		told := s.tell(term, err)
		keysMissing(term.err, s, err)
		return told
	}
	term.out = &screen{to: term.out, hidden: term.hidden, colour: term.colour(term.out)} // all of it is about the watchlist
	warnings := &config.Errors{List: cfg.Warnings}
	scorer, wrong := watchlist.NewScorer(cfg.Sentiment.WordsFile, cfg.Sentiment.WeightsFile)
	if wrong == nil {
		warnings.List = append(warnings.List, scorerWarnings(cfg, scorer)...)
	}
	if err := s.render(term.err, warnings, term.colour(term.err)); err != nil {
		return err
	}
	if wrong != nil {
		return s.tell(term, wrong)
	}
	fmt.Fprintln(term.out, s.Text("check.good", "path", cfg.Path, "watches", s.Plural("check.watches", len(cfg.Watches)),
		"sources", s.Plural("check.sources", len(cfg.Sources)), "routes", s.Plural("check.routes", len(cfg.Routes))))
	thresholds(term.out, s, watchlist.NewRules(cfg, scorer))
	byEar(term.out, s, list, time.Now())
	keysNeeded(term.out, s, cfg.Sources)
	answered(term.out, s, cfg)
	note := s.printed(cfg, c.NoSecrets)
	if note != "" && len(cfg.Routes) > 0 {
		fmt.Fprintf(term.out, "Slack: %s\n", note)
	}
	restingEntries(term.out, s, cfg, time.Now())
	if c.Probe {
		return probe(ctx, cfg, s, term, note)
	}
	return nil
}

// printed says what goes to the terminal for want of a Slack; empty where nothing does, and where
// secrets are not looked for: a token that is not here may be where earshot runs.
func (s speech) printed(cfg *config.Config, noSecrets bool) string {
	channels := daemon.ChannelsOf(cfg)
	switch {
	case noSecrets, cfg.Slack.BotToken.Reveal() != "" || cfg.Slack.WebhookURL.Reveal() != "":
		return ""
	case len(cfg.Routes) == 0:
		return s.Text("check.no_slack")
	case len(channels) > 0:
		return s.Text("check.no_slack_channels", "channels", strings.Join(channels, ", "))
	}
	return ""
}

// thresholds says from when on a post of each kind raises an alert.
func thresholds(out io.Writer, s speech, rules alerts.Rules) {
	var verdicts, scores []string
	for _, kind := range mention.PostKinds {
		if below, ok := rules.Below(kind); ok {
			scores = append(scores, fmt.Sprintf("%s %.2f", kind, below))
		} else {
			verdicts = append(verdicts, fmt.Sprintf("%s %.2f", kind, rules.Above(kind)))
		}
	}
	if len(verdicts) > 0 {
		fmt.Fprintln(out, s.Text("check.verdicts", "kinds", strings.Join(verdicts, ", ")))
	}
	if len(scores) > 0 {
		fmt.Fprintln(out, s.Text("check.scores", "kinds", strings.Join(scores, ", ")))
	}
}

// keysMissing says where from the keys of the kinds are of whose sources something is wrong: a key may be
// what they lack.
func keysMissing(out io.Writer, s speech, err error) {
	var wrong *config.Errors
	if !errors.As(err, &wrong) || wrong.Partial == nil {
		return
	}
	probe := crawlers.Env{Log: slog.New(slog.DiscardHandler), Now: time.Now}
	keysNeeded(out, s, slices.DeleteFunc(slices.Clone(wrong.Partial.Sources), func(src config.Source) bool {
		_, err := watchlist.NewCrawler(probe, src)
		return err == nil
	}))
}

// keysNeeded says of sources that need a key of the user's which and where from.
func keysNeeded(out io.Writer, s speech, sources []config.Source) {
	said := map[string]bool{}
	for _, src := range sources {
		kind, ok := presets.Lookup(src.Kind)
		if ok && kind.Key != "" && !said[src.Kind] {
			said[src.Kind] = true
			fmt.Fprintf(out, "%s: %s\n", src.Kind, s.key(kind))
		}
	}
}

// answered says which sources are answered from earshot, and as whom.
func answered(out io.Writer, s speech, cfg *config.Config) {
	for _, src := range cfg.Sources {
		if src.Reply != nil {
			fmt.Fprintln(out, s.Text("check.answered", "source", text.OneLine(src.Name), "account", text.OneLine(src.Reply.As)))
		}
	}
}

// restingEntries says which entries are not used for now.
func restingEntries(out io.Writer, s speech, cfg *config.Config, now time.Time) {
	say := func(off, offUntil, name string, rest config.Rest) {
		switch until := rest.Until(); {
		case !rest.Off(now):
		case until.IsZero():
			fmt.Fprintln(out, s.Text(off, "name", text.OneLine(name)))
		default:
			fmt.Fprintln(out, s.Text(offUntil, "name", text.OneLine(name), "until", s.Time("time.date_time_zone", until.In(cfg.Zone()))))
		}
	}
	for _, w := range cfg.Watches {
		say("check.watch_off", "check.watch_off_until", w.Name, w.Rest)
	}
	for _, src := range cfg.Sources {
		say("check.source_off", "check.source_off_until", src.Name, src.Rest)
	}
}
