package daemon

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/mention"
)

// paused is a watchlist with one source and one watch in a pause, and one of each that is
// switched off.
func paused(t *testing.T, db, site string, until, now time.Time) watchlist.List {
	t.Helper()
	text := fmt.Sprintf(`contact: a@example.com
watch: [{name: Alpha, terms: [Alpha]}, {name: Beta, terms: [Beta], paused_until: 2020-01-01}, {name: Gamma, terms: [Gamma], enabled: false}]
sources:
- {feed: "%[2]s/beta", name: beta, watch: [Beta, Gamma], paused_until: 2020-01-01}
- {feed: "%[2]s/gamma", name: gamma, watch: Alpha, enabled: false}
routes: [{watch: Gamma, to: console}, {source: gamma, to: console}, {to: console}]
deadlines: {claim: 5m, hours: "Mon-Sun 00:00-24:00 Europe/Kyiv"}
fetch: {allow_private: [127.0.0.0/8], gap: 0s}
store: {database: "sqlite:%[1]s"}
`, db, site)
	cfg, err := config.Parse("watchlist.yaml", []byte(text), lookup, watchlist.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	cfg.Watches[1].PausedUntil.Until, cfg.Sources[0].PausedUntil.Until = until, until
	list, err := watchlist.CheckAt(cfg, nil, now)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// skipping is a clock that goes as all do, and can be put forward.
type skipping struct{ ahead atomic.Int64 }

func (s *skipping) now() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }

func (s *skipping) to(at time.Time) { s.ahead.Store(int64(time.Until(at))) }

// polling runs work while a daemon of the watchlist polls, and does nothing else.
func polling(t *testing.T, list watchlist.List, now func() time.Time, work func(d *Daemon, ctx context.Context)) {
	t.Helper()
	d := openTo(t, io.Discard, list, now)
	defer d.close()
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { _ = d.engine.Run(ctx) })
	d.poll(ctx, d.inUse.Load())
	work(d, ctx)
	stop()
	wg.Wait()
}

// TestPauseEnds: what rests is neither polled nor matched, /healthz says so, and at its end
// it is used again and staff are told, once, also over restarts.
func TestPauseEnds(t *testing.T) {
	var polls atomic.Int64
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/gamma" {
			t.Error("a source that is off was polled")
		}
		if r.URL.Path == "/beta" {
			polls.Add(1)
		}
		fmt.Fprint(w, `<rss version="2.0"><channel><title>N</title></channel></rss>`)
	}))
	defer site.Close()
	db := filepath.Join(t.TempDir(), "e.db")
	clock := &skipping{}
	until := clock.now().Add(time.Hour)

	run := func(work func(d *Daemon, ctx context.Context)) {
		polling(t, paused(t, db, site.URL, until, clock.now()), clock.now, work)
	}
	hears := func(d *Daemon) string {
		var words []string
		for _, m := range d.inUse.Load().analyzer.Analyze(mention.Post{Source: "beta", ID: "1", Text: "Alpha Beta Gamma", FetchedAt: time.Now()}) {
			words = append(words, m.Watch)
		}
		return strings.Join(words, " ")
	}
	states := func(d *Daemon) string {
		_, h := healthOf(t, d)
		words := map[string]string{}
		for _, s := range h.Sources {
			words[s.Name] = string(s.State) + " " + s.Note
		}
		return words["beta"] + "/" + words["gamma"]
	}
	notices := func(d *Daemon) (n int) {
		for _, subject := range []string{"source beta", "watch Beta"} {
			a := alerts.NewNotice(subject, "resumed", until, "", d.notifiers.opsRoute())
			if m, ok, err := d.store.Alert(t.Context(), a.ID); err == nil && ok && strings.Contains(alerts.ReadDetails(m.Payload).Text, "is over") {
				n++
			}
		}
		return n
	}
	run(func(d *Daemon, ctx context.Context) {
		told := map[config.Resting]bool{}
		d.lookAtPauses(ctx, told)
		if got := hears(d); got != "Alpha" {
			t.Errorf("in the pause it hears %q", got)
		}
		if got := states(d); !strings.HasPrefix(got, "off off until ") || !strings.HasSuffix(got, "/off off") {
			t.Errorf("in the pause /healthz says %q", got)
		}
		if polls.Load() != 0 || notices(d) != 0 {
			t.Errorf("in the pause: %d polls, %d notices", polls.Load(), notices(d))
		}
		clock.to(until.Add(time.Second))
		d.lookAtPauses(ctx, told)
		d.lookAtPauses(ctx, told)
		if got := hears(d); got != "Alpha Beta" {
			t.Errorf("after the pause it hears %q", got)
		}
		eventually(t, "a poll", func() bool { return polls.Load() > 0 })
		if notices(d) != 2 {
			t.Errorf("after the pause: %d polls, %d notices", polls.Load(), notices(d))
		}
	})
	run(func(d *Daemon, ctx context.Context) { // started anew, with the line still in the watchlist
		d.lookAtPauses(ctx, map[config.Resting]bool{})
		if got := hears(d); got != "Alpha Beta" || notices(d) != 2 {
			t.Errorf("after a restart: hears %q, %d notices", got, notices(d))
		}
	})
}
