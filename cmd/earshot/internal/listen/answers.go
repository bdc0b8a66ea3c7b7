package listen

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/earshot/earshot/config"
)

// Hiding serves what next answers without the secrets of the watchlists: errors of
// libraries and names of sources may hold them. The answers are short, so they are
// held back as a whole and never compressed.
func Hiding(secrets *config.Redactor, next http.Handler) http.Handler {
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

// wellFor is how long an answer of well stands: however many ask, the database is asked
// once in that time.
const wellFor = time.Second

// wellWithin bounds asking the database.
const wellWithin = 2 * time.Second

// Well answers whether earshot is well, and no more: anybody may ask. It is served for
// /healthz and /readyz of the outside.
type Well struct {
	Ask func(context.Context) error
	Now func() time.Time

	mu    sync.Mutex
	asked time.Time
	err   error
}

// ServeHTTP answers 200 and ok, or 503.
func (w *Well) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	if now := w.Now(); w.asked.IsZero() || now.Sub(w.asked) >= wellFor {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), wellWithin) // the answer is not this asker's alone
		w.err, w.asked = w.Ask(ctx), now
		cancel()
	}
	err := w.err
	w.mu.Unlock()
	if err != nil {
		http.Error(rw, "not ok", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(rw, "ok")
}
