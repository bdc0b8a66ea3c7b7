package daemon

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers/push"
	"golang.org/x/net/netutil"

	"github.com/earshot/earshot/internal/websub"
	"github.com/earshot/earshot/monitor"
)

// webServer answers on web.listen: /healthz, /livez, /readyz, /metrics, Slack's signed requests
// when the watchlist has a signing secret, hubs when it has web.public_url, and
// programs that hand posts in when it has push sources.
type webServer struct {
	address      string // web.listen; empty for no server
	log          *slog.Logger
	health       http.Handler
	ready        http.Handler
	metrics      http.Handler
	interactions http.HandlerFunc
	hubs         *websub.Subscriber // nil: no hub can reach this daemon
	pushed       http.Handler
	listener     net.Listener // nil until listen
}

// listen opens the port, so that a port in use stops the start and not a
// goroutine later. Without web.listen there is no server.
func (w *webServer) listen() error {
	if w.address == "" {
		return nil
	}
	l, err := net.Listen("tcp", w.address)
	if err != nil {
		return fmt.Errorf("web.listen: %w (is another earshot running, or is the port taken?)", err)
	}
	w.listener = netutil.LimitListener(l, maxConns)
	w.log.Info("web", "address", l.Addr().String())
	return nil
}

// Limits of a request from outside.
const (
	headerTimeout = 5 * time.Second
	bodyTimeout   = 10 * time.Second
	writeTimeout  = 30 * time.Second // of a whole answer: one who does not read it is cut off
	idleTimeout   = 2 * time.Minute  // between two requests of a connection
	maxConns      = 256              // at once; who comes later waits in the system's queue
	maxHeader     = 64 << 10
	webGrace      = 3 * time.Second
)

// serve answers until ctx ends.
func (w *webServer) serve(ctx context.Context) {
	if w.listener == nil {
		return
	}
	server := w.server()
	stop := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.Background(), webGrace)
		defer cancel()
		if err := server.Shutdown(grace); err != nil {
			_ = server.Close() // what did not end in the grace time is cut
		}
	})
	defer stop()
	if err := server.Serve(w.listener); !errors.Is(err, http.ErrServerClosed) {
		w.log.Error("web server ended", "err", err)
	}
}

// server is the HTTP server with its bounds.
func (w *webServer) server() *http.Server {
	return &http.Server{Handler: w.routes(), ReadHeaderTimeout: headerTimeout, ReadTimeout: bodyTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader}
}

func (w *webServer) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /healthz", w.health)
	mux.HandleFunc("GET /livez", func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprintln(rw, "ok") })
	mux.Handle("GET /readyz", w.ready)
	mux.Handle("GET /metrics", w.metrics)
	mux.HandleFunc("POST /slack/interactions", w.interactions)
	mux.Handle("POST "+push.Path, w.pushed)
	if w.hubs != nil {
		mux.Handle(websub.Path, w.hubs)
	}
	return mux
}

// hiding serves what next answers without the secrets of the watchlists: errors of
// libraries and names of sources may hold them. The answers are short, so they are
// held back as a whole and never compressed.
func hiding(secrets *config.Redactor, next http.Handler) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		r = r.Clone(r.Context())
		r.Header.Del("Accept-Encoding")
		held := &heldAnswer{ResponseWriter: rw, status: http.StatusOK}
		next.ServeHTTP(held, r)
		rw.Header().Del("Content-Length")
		rw.WriteHeader(held.status)
		_, _ = io.WriteString(rw, secrets.Redact(held.body.String())) // the asker is gone if this fails
	})
}

type heldAnswer struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader notes the status.
func (h *heldAnswer) WriteHeader(status int) { h.status = status }

// Write notes the body.
func (h *heldAnswer) Write(p []byte) (int, error) { return h.body.Write(p) }

// Health is the answer of /healthz. Status is "ok" while complaints can flow;
// sources in trouble do not change it, they are listed. Whether to restart the process
// is another question, which /livez answers: no trouble listed here ends by that.
type Health struct {
	Status  string            `json:"status"` // ok, degraded (a part is away; it catches up), down
	Version string            `json:"version"`
	Uptime  string            `json:"uptime"`
	Trouble map[string]string `json:"trouble"` // part → what is wrong
	Sources []SourceHealth    `json:"sources"`
	Outbox  map[string]int    `json:"outbox"`
}

// SourceHealth is how one source stands. Times are RFC 3339 UTC.
type SourceHealth struct {
	Name        string        `json:"name"`
	State       monitor.State `json:"state"` // ok, failing, suspended, quiet, empty, blocked, new, off
	LastPoll    string        `json:"last_poll,omitempty"`
	LastSuccess string        `json:"last_success,omitempty"`
	LastNew     string        `json:"last_new,omitempty"`
	Error       string        `json:"error,omitempty"`
	Note        string        `json:"note,omitempty"` // of one that is off: until when
}

func (d *Daemon) health(rw http.ResponseWriter, r *http.Request) {
	out := Health{
		Status:  "ok",
		Version: d.version,
		Uptime:  d.now().Sub(d.started).Round(time.Second).String(),
		Trouble: d.troubles(),
		Outbox:  map[string]int{},
	}
	for _, s := range d.monitor.Status() {
		out.Sources = append(out.Sources, SourceHealth{
			Name:        s.Name,
			State:       s.StateAt(d.now()),
			LastPoll:    Stamp(s.LastPoll),
			LastSuccess: Stamp(s.LastSuccess),
			LastNew:     Stamp(s.LastNew),
			Error:       s.LastError,
		})
	}
	out.Sources = append(out.Sources, d.resting()...)
	if len(out.Trouble) > 0 {
		out.Status = "degraded"
	}
	status := http.StatusOK
	counts, err := d.store.Counts(r.Context(), d.now())
	if err != nil {
		out.Trouble["database"] = err.Error()
	}
	if out.Trouble["database"] != "" {
		out.Status, status = "down", http.StatusServiceUnavailable
	}
	out.Outbox["pending"], out.Outbox["posting"] = counts.Pending, counts.Posting
	rw.Header().Set("Content-Type", "application/json; charset=utf-8")
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(out) // the asker is gone if this fails
}

// ready answers whether the daemon can do its work now: read and write its database.
func (d *Daemon) ready(rw http.ResponseWriter, r *http.Request) {
	_, err := d.store.Counts(r.Context(), d.now())
	if err == nil {
		err = d.store.Trouble()
	}
	if err != nil {
		http.Error(rw, err.Error(), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(rw, "ok")
}

// Stamp is t as every JSON of earshot writes it: RFC 3339 UTC, empty when unknown.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
