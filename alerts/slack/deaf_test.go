package slack_test

import (
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/internal/fakeslack"
)

// listens is a notifier that would listen to presses, and tells deaf whether it does.
func listens(t *testing.T, deaf func(error)) *looker {
	t.Helper()
	fake, err := fakeslack.Start(fakeslack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	n := slack.New(slack.Options{BotToken: fakeslack.BotToken, AppToken: fakeslack.AppToken, APIURL: fake.URL(), HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		Log: slog.New(slog.DiscardHandler), Now: time.Now, Deaf: deaf})
	return &looker{Notifier: n, fake: fake, told: true}
}

// TestAppTokenWithoutItsPermission: only people can help, so Slack is not asked ten times a minute; and what
// is told of it says how, for as long as it lasts.
func TestAppTokenWithoutItsPermission(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var deaf []string
	l := listens(t, func(err error) { mu.Lock(); deaf = append(deaf, err.Error()); mu.Unlock() })
	l.fake.Break(fakeslack.Fault{Method: "apps.connections.open", Kind: fakeslack.Code, Error: "missing_scope", Times: -1})
	l.run(t)
	eventually(t, "that it is told", func() bool { mu.Lock(); defer mu.Unlock(); return len(deaf) > 0 })
	time.Sleep(2 * time.Second)
	asked := 0
	for _, c := range l.fake.Calls() {
		if c.Method == "apps.connections.open" {
			asked++
		}
	}
	mu.Lock()
	defer mu.Unlock()
	for _, words := range deaf {
		if !strings.Contains(words, "connections:write") {
			t.Errorf("told %q", words)
		}
	}
	if asked > 1 {
		t.Errorf("asked %d times in two seconds", asked)
	}
}

// TestAStopIsNoTrouble: a connection that a stop cuts short was no trouble of Slack's.
func TestAStopIsNoTrouble(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.stop()
	w.fake.Break(fakeslack.Fault{Method: "apps.connections.open", Kind: fakeslack.RefuseSlow, Delay: time.Minute, Times: -1})
	for range 5 { // whether the library tells of its last try is chance
		asked := len(w.fake.Calls()) // before the start: a call that came sooner would never be seen
		w.start()
		eventually(t, "that it connects", func() bool {
			return slices.ContainsFunc(w.fake.Calls()[asked:], func(c fakeslack.Call) bool { return c.Method == "apps.connections.open" })
		})
		w.stop()
	}
	if w.log.count("cannot be used") > 0 {
		t.Error("a stop is told as trouble")
	}
}

// TestPressesGetHere: each connection says so, the first one too: it is not known before.
func TestPressesGetHere(t *testing.T) {
	t.Parallel()
	var heard atomic.Int32
	l := listens(t, func(err error) {
		if err == nil {
			heard.Add(1)
		}
	})
	l.run(t)
	eventually(t, "the first connection", func() bool { return heard.Load() == 1 })
	l.fake.CutSockets()
	eventually(t, "the next one", func() bool { return heard.Load() == 2 })
}
