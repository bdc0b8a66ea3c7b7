package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
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
	cfg, err := loadForStore(c.Config, term)
	if err != nil {
		return err
	}
	s := speechOf(term)
	address, err := s.localAddress(cfg.Web)
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
	fmt.Fprintln(term.err, s.Plural("link.open", int(auth.LinkLives.Minutes())))
	if _, err = fmt.Fprintln(term.out, address+path); err != nil {
		return err
	}
	fmt.Fprintln(term.err, s.fromAfar(address))
	return nil
}

// fromAfar says how a browser on another computer comes to an address of this machine, as that of
// whoever works here through ssh.
func (s speech) fromAfar(address string) string {
	_, to, _ := strings.Cut(address, "://")
	host, port, _ := net.SplitHostPort(to) // made here
	typed := to
	if strings.Contains(to, "[") {
		typed = "'" + to + "'" // some shells look for files of such a name
	}
	if config.Loopback(host) {
		return s.Text("link.afar", "port", port, "to", typed)
	}
	// There the address itself leads past the tunnel, or nowhere.
	return s.Text("link.afar_other", "port", port, "to", typed, "host", to, "here", net.JoinHostPort("127.0.0.1", port))
}

// localAddress is where this machine reaches the pages.
func (s speech) localAddress(w config.Web) (string, error) {
	switch {
	case w.Listen == "":
		return "", errors.New(s.Text("link.no_web", "what", "web: {listen: 127.0.0.1:8080}"))
	case !w.Inbox:
		return "", errors.New(s.Text("link.no_inbox", "what", "web: {inbox: false}"))
	}
	host, port, err := splitListen(w.Listen)
	switch {
	case err != nil:
		return "", err
	case port == "0":
		return "", errors.New(s.Text("link.no_port"))
	}
	scheme := "http"
	if w.TLS.Cert != "" {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, port), nil
}
