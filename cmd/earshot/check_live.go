package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"time"

	"github.com/earshot/earshot/config"
)

// liveTimeout bounds how long the running daemon may take to answer.
const liveTimeout = 5 * time.Second

// listenLine is where a watchlist that cannot be parsed says web.listen; sources have a
// listen of another form.
var listenLine = regexp.MustCompile(`(?m)^[^#\n]*\blisten:\s*["']?([^\s"'{},#]*:\d+)\b`)

// liveAddress is web.listen of the watchlist. The daemon runs on with the
// watchlist it has when a wrong one is saved, and must not be ended for that: so the
// address is taken from what can be understood of the file. Empty when it says none.
func liveAddress(paths []string, cfg *config.Config, loadErr error) string {
	var many *config.Errors
	if cfg == nil && errors.As(loadErr, &many) {
		cfg = many.Partial
	}
	if cfg != nil && cfg.Web.Listen != "" {
		return cfg.Web.Listen
	}
	files, _ := config.ReadFiles(paths) // what cannot be read does not say it
	for _, file := range files {
		if found := listenLine.FindSubmatch(file.Text); found != nil {
			return string(found[1])
		}
	}
	return ""
}

// checkLive asks whether the running daemon, which listens at address, is alive.
func checkLive(ctx context.Context, address string) error {
	if address == "" {
		return errors.New("check --live asks the running daemon: set web.listen in the watchlist")
	}
	host, port, err := splitListen(address)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, liveTimeout)
	defer cancel()
	// Our own daemon on this machine: no manners needed, and its certificate is for another name.
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	defer client.CloseIdleConnections()
	status, err := askLive(ctx, client, "http://"+net.JoinHostPort(host, port)+"/livez")
	if status == http.StatusBadRequest { // it wants TLS
		status, err = askLive(ctx, client, "https://"+net.JoinHostPort(host, port)+"/livez")
	}
	switch {
	case err != nil:
		return fmt.Errorf("the daemon does not answer: %w", err)
	case status != http.StatusOK:
		return fmt.Errorf("the daemon answers %d %s", status, http.StatusText(status))
	}
	return nil
}

func askLive(ctx context.Context, client *http.Client, address string) (status int, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}
