package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/websub"
)

// webServer answers on web.listen: /healthz, /metrics, Slack's signed requests
// when the watchlist has a signing secret, and hubs when it has web.public_url.
type webServer struct {
	d        *daemon
	listener net.Listener
	started  time.Time
}

func newWebServer(d *daemon) *webServer { return &webServer{d: d, started: d.now()} }

// listen opens the port, so that a port in use stops the start and not a
// goroutine later. Without web.listen there is no server.
func (w *webServer) listen() error {
	address := w.d.config.Load().Web.Listen
	if address == "" {
		return nil
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("web.listen: %w (is another earshot running, or is the port taken?)", err)
	}
	w.listener = l
	w.d.log.Info("web", "address", l.Addr().String())
	return nil
}

// Limits of a request from outside.
const (
	headerTimeout = 5 * time.Second
	bodyTimeout   = 10 * time.Second
	maxHeader     = 64 << 10
	webGrace      = 3 * time.Second
)

// serve answers until ctx ends.
func (w *webServer) serve(ctx context.Context) {
	if w.listener == nil {
		return
	}
	server := &http.Server{Handler: w.routes(), ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout, MaxHeaderBytes: maxHeader}
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.Background(), webGrace)
		defer cancel()
		if err := server.Shutdown(grace); err != nil {
			_ = server.Close() // what did not end in the grace time is cut
		}
	})
	defer stop()
	if err := server.Serve(w.listener); !errors.Is(err, http.ErrServerClosed) {
		w.d.log.Error("web server ended", "err", err)
	}
}

func (w *webServer) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", w.health)
	mux.Handle("GET /metrics", promhttp.HandlerFor(w.d.metrics.registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("POST /slack/interactions", w.d.doors.interactions)
	if w.d.hubs != nil {
		mux.Handle(websub.Path, w.d.hubs)
	}
	return mux
}

// healthOut is the answer of /healthz. Status is "ok" while complaints can flow;
// sources in trouble do not change it, they are listed.
type healthOut struct {
	Status  string            `json:"status"` // ok, degraded (a part is away; it catches up), down
	Version string            `json:"version"`
	Uptime  string            `json:"uptime"`
	Trouble map[string]string `json:"trouble"` // part → what is wrong
	Sources []sourceHealth    `json:"sources"`
	Outbox  map[string]int    `json:"outbox"`
}

type sourceHealth struct {
	Name        string `json:"name"`
	State       string `json:"state"` // ok, failing, suspended, quiet, empty, blocked, new
	LastPoll    string `json:"last_poll,omitempty"`
	LastSuccess string `json:"last_success,omitempty"`
	LastNew     string `json:"last_new,omitempty"`
	Error       string `json:"error,omitempty"`
}

func (w *webServer) health(rw http.ResponseWriter, r *http.Request) {
	d := w.d
	out := healthOut{Status: "ok", Version: version, Uptime: d.now().Sub(w.started).Round(time.Second).String(), Trouble: d.metrics.routesInTrouble(), Outbox: map[string]int{}}
	if err := d.seen.health(); err != nil {
		out.Trouble["redis"] = err.Error()
	}
	for _, s := range d.monitor.Status() {
		row := sourceHealth{Name: s.Name, State: s.State, LastPoll: stamp(s.LastPoll), LastSuccess: stamp(s.LastSuccess), LastNew: stamp(s.LastNew), Error: s.LastError}
		switch {
		case row.State != "":
		case s.SuspendedUntil.After(d.now()):
			row.State = "suspended"
		case s.Failures > 0:
			row.State = "failing"
		case s.LastSuccess.IsZero():
			row.State = "new"
		default:
			row.State = "ok"
		}
		out.Sources = append(out.Sources, row)
	}
	if len(out.Trouble) > 0 {
		out.Status = "degraded"
	}
	status := http.StatusOK
	counts, err := d.store.Counts(r.Context(), d.now())
	if err != nil {
		out.Status, out.Trouble["database"], status = "down", err.Error(), http.StatusServiceUnavailable
	}
	out.Outbox["pending"], out.Outbox["posting"] = counts.Pending, counts.Posting
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(out) // the asker is gone if this fails
}

// checkLive asks the running daemon's health page.
func checkLive(ctx context.Context, cfg *config.Config) error {
	if cfg.Web.Listen == "" {
		return errors.New("check --live asks the daemon's health page: set web.listen in the watchlist")
	}
	host, port, err := net.SplitHostPort(cfg.Web.Listen)
	if err != nil {
		return fmt.Errorf("web.listen: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || (ip != nil && ip.IsUnspecified()) {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, headerTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/healthz", nil)
	if err != nil {
		return err
	}
	client := &http.Client{} // our own daemon on this machine: no manners needed
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("the daemon does not answer: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("the daemon answers %s", resp.Status)
	}
	return nil
}
