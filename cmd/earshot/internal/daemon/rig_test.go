package daemon

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/console"
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/internal/testkit"
)

// check is the watchlist of this text.
func check(t testing.TB, text string) watchlist.List {
	t.Helper()
	return checkWith(t, text, lookup)
}

// open opens a daemon of the watchlist with this text; nothing runs.
func open(t testing.TB, text string) *Daemon {
	t.Helper()
	return openAt(t, text, time.Now)
}

// openAt is open by another clock.
func openAt(t testing.TB, text string, now func() time.Time) *Daemon {
	t.Helper()
	return openTo(t, io.Discard, check(t, text), now)
}

// openTo is openAt that prints into out.
func openTo(t testing.TB, out io.Writer, list watchlist.List, now func() time.Time) *Daemon {
	t.Helper()
	d, err := Open(t.Context(), Options{Watchlist: list, Out: out, Version: "test", Log: slog.New(slog.DiscardHandler), Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.close)
	return d
}

// printed is what a daemon printed, or wrote into its log, until now.
type printed struct{ testkit.Output }

// notices are those that wait in the outbox.
func notices(t *testing.T, d *Daemon) (texts []string) {
	t.Helper()
	due, err := d.store.DueAlerts(t.Context(), d.now().Add(time.Second), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range due {
		texts = append(texts, alerts.ReadDetails(a.Payload).Text)
	}
	return texts
}

func ask(t *testing.T, handler http.Handler, path string) (code int, body string) {
	t.Helper()
	answer := httptest.NewRecorder()
	handler.ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.Code, string(text)
}

func healthOf(t *testing.T, d *Daemon) (code int, h Health) {
	t.Helper()
	code, body := ask(t, http.HandlerFunc(d.health), "/healthz")
	if err := json.Unmarshal([]byte(body), &h); err != nil {
		t.Fatal(err)
	}
	return code, h
}

func newTerminal(d *Daemon) *printed {
	t := &printed{}
	d.notifiers.console = console.New(console.Options{Out: t})
	return t
}

// count says how often words were printed, wherever lines were broken.
func (p *printed) count(words string) int {
	return strings.Count(strings.Join(strings.Fields(p.String()), " "), words)
}

// notices are the messages about earshot itself, each in one line.
func (p *printed) notices() (list []string) {
	for part := range strings.SplitSeq(p.String(), "NOTICE") {
		if words := strings.Join(strings.Fields(part), " "); words != "" {
			list = append(list, words)
		}
	}
	return list
}

// scrape is what /metrics answers.
func scrape(d *Daemon) string {
	rec := httptest.NewRecorder()
	d.metrics.handler().ServeHTTP(rec, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return rec.Body.String()
}

// emptyOutbox waits until nothing waits to be told.
func emptyOutbox(t *testing.T, d *Daemon) {
	t.Helper()
	eventually(t, "an empty outbox", func() bool {
		c, err := d.store.Counts(t.Context(), d.now())
		return err == nil && c.Pending+c.Posting == 0
	})
}
