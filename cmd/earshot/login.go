package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/store"
	"github.com/earshot/earshot/web/auth"
)

type loginCmd struct {
	watchlistFlag
}

// Run puts a link into the database, where the running daemon finds it, and prints it.
func (c *loginCmd) Run(ctx context.Context, term terminal) error {
	cfg, err := loadForReading(c.Config, term)
	if err != nil {
		return err
	}
	address, err := localAddress(cfg.Web)
	if err != nil {
		return err
	}
	db, err := openStore(ctx, store.Options{Database: cfg.Database(), Beside: true})
	if err != nil {
		return err
	}
	defer db.Close()
	path, err := auth.NewLink(ctx, db, operator(), time.Now())
	if err != nil {
		return err
	}
	fmt.Fprintf(term.err, "Open this in a browser on this machine within %.0f minutes; it works once:\n", auth.LinkLives.Minutes())
	_, err = fmt.Fprintln(term.out, address+path)
	return err
}

// localAddress is where this machine reaches the pages.
func localAddress(w config.Web) (string, error) {
	switch {
	case w.Listen == "":
		return "", errors.New("there are no pages to sign in to: write web: {listen: 127.0.0.1:8080} in the watchlist")
	case !w.Inbox:
		return "", errors.New("there are no pages to sign in to: the watchlist says web: {inbox: false}")
	}
	host, port, err := net.SplitHostPort(w.Listen)
	if err != nil {
		return "", fmt.Errorf("web.listen: %w", err)
	}
	if port == "0" {
		return "", errors.New("web.listen names no port: write one in place of 0")
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http"
	if w.TLS.Cert != "" {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, port), nil
}
