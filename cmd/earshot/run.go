package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/earshot/earshot/alerts/door"
	"github.com/earshot/earshot/cmd/earshot/internal/daemon"
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
)

type runCmd struct {
	watchlistFlag
	Verbose bool `short:"v" help:"Say more in the log: --log-level=debug."`
}

// Run listens until it is told to stop.
func (c *runCmd) Run(ctx context.Context, term terminal) error {
	list, err := watchlist.Load(c.Config...)
	if err != nil {
		term.learnWrong(err)
		return err
	}
	term.learn(list.Config)
	level := slog.LevelInfo
	if c.Verbose {
		level = slog.LevelDebug
	}
	log := slog.New(newSparing(newLog(term, level).Handler(), time.Now))
	for _, w := range list.Warnings {
		log.Warn(w.Error())
	}
	name, commit := built()
	host, err := os.Hostname()
	if err != nil {
		host = "a machine without a name"
	}
	exit := door.NewExit()
	exit.Install()
	d, err := daemon.Open(ctx, daemon.Options{
		Exit: exit, Watchlist: list, Out: term.console(), Colour: term.colour(term.out), Version: name, Revision: commit, Host: fmt.Sprintf("%s/%d", host, os.Getpid()), Log: log, Now: time.Now, Secrets: term.hidden,
	})
	if err != nil {
		return unlessStopped(ctx, err)
	}
	log.Info("earshot starts", starting(list.Config, name, commit)...)
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	following := config.Following{Paths: c.Config, Kinds: watchlist.Kinds(), Start: list.Config, Reload: hup, Log: log, Failed: func(err error) { d.Refused(ctx, err) }}
	var manager sync.WaitGroup
	err = d.Run(ctx, func(ctx context.Context) error {
		manager.Go(func() { tellSystemd(ctx, log) }) // it listens by now: before, an address in use was a start that went well
		return config.Follow(ctx, following, func(next *config.Config) error {
			list, err := watchlist.Check(next, nil)
			if err != nil {
				return err
			}
			return d.Reload(ctx, list)
		})
	})
	manager.Wait()
	return unlessStopped(ctx, err)
}

// starting is what whoever reads a log later asks first: which earshot it was, and where it keeps what it
// knows. Of an address it says the place alone.
func starting(cfg *config.Config, name, commit string) []any {
	redis := "none"
	if cfg.Store.Redis.IsSet() {
		redis = placeOf(cfg.Store.Redis.Reveal())
	}
	return []any{"version", name, "commit", commit, "database", placeOf(cfg.Database()), "redis", redis}
}

func placeOf(address string) string {
	u, err := url.Parse(address)
	switch {
	case strings.HasPrefix(address, "sqlite:"):
		return address
	case err != nil:
		return "an address that cannot be read"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// unlessStopped is err but for what comes of being told to stop: that is how run and demo
// end, also while they begin.
func unlessStopped(ctx context.Context, err error) error {
	if ctx.Err() != nil && (errors.Is(err, context.Canceled) || errors.Is(err, context.Cause(ctx))) {
		return nil
	}
	return err
}
