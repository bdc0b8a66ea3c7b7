package slack_test

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/outbox"
	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/mention"
)

// TestSearchInSlacksTime asks for the history of an attempt, by the clock that Slack's
// answers tell: from a minute before it to a minute after its end.
func TestSearchInSlacksTime(t *testing.T) {
	const end = 10 * time.Second
	cases := []struct {
		name           string
		ahead          []time.Duration // of Slack's clock, one answer each; nil: no answer tells
		oldest, latest time.Duration   // from the attempt
	}{
		{"the same", []time.Duration{0}, -time.Minute, end + time.Minute},
		{"ours is ahead", []time.Duration{-2 * time.Minute}, -3 * time.Minute, end - time.Minute},
		{"ours is behind", []time.Duration{5 * time.Minute}, 4 * time.Minute, end + 6*time.Minute},
		{"ours was set meanwhile", []time.Duration{-2 * time.Minute, 0}, -3 * time.Minute, end + time.Minute},
		{"days behind", []time.Duration{48 * time.Hour}, 48*time.Hour - time.Minute, end + 48*time.Hour + time.Minute},
		{"nonsense", []time.Duration{math.MinInt64}, -time.Hour, end + time.Hour},
		{"unknown", nil, -time.Hour, end + time.Hour},
	}
	for _, c := range cases {
		for _, thread := range []string{"", "1.000001"} {
			t.Run(c.name+" "+thread, func(t *testing.T) {
				t.Parallel()
				var ahead *time.Duration
				asked := map[string]string{}
				srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header()["Date"] = nil
					if ahead != nil {
						w.Header().Set("Date", time.Now().Add(*ahead).UTC().Format(http.TimeFormat))
					}
					if strings.Contains(r.URL.Path, "conversations.") {
						asked["oldest"], asked["latest"] = r.FormValue("oldest"), r.FormValue("latest")
					}
					fmt.Fprint(w, `{"ok":true,"messages":[]}`)
				}))
				defer srv.Close()
				n := slack.New(slack.Options{BotToken: "xoxb-1", APIURL: srv.URL + "/", HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, Log: slog.New(slog.DiscardHandler), Now: time.Now})
				for i := range c.ahead {
					ahead = &c.ahead[i]
					if err := n.Check(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				t0 := time.Now().Add(-time.Hour)
				q := alerts.Search{Route: "C0MENTIONS", Since: t0, Until: t0.Add(end), Alerts: []mention.AlertID{"a"}}
				if thread != "" {
					q.Thread = alerts.Place{Channel: "C0MENTIONS", TS: thread}
				}
				if _, err := n.Find(t.Context(), q); err != nil {
					t.Fatal(err)
				}
				for name, want := range map[string]time.Duration{"oldest": c.oldest, "latest": c.latest} {
					at, err := strconv.ParseFloat(asked[name], 64)
					if err != nil {
						t.Fatalf("%s is %q", name, asked[name])
					}
					if off := time.UnixMicro(int64(at * 1e6)).Sub(t0.Add(want)).Abs(); off > 3*time.Second {
						t.Errorf("%s is %s off", name, off)
					}
				}
			})
		}
	}
}

// TestClockAheadRepeatsNothing has a clock two minutes ahead of Slack's, and a message
// in doubt: it is found.
func TestClockAheadRepeatsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.stop()
	ahead := func() time.Time { return time.Now().Add(2 * time.Minute) }
	log := slog.New(slog.NewTextHandler(w.log, nil))
	n := slack.New(slack.Options{BotToken: fakeslack.BotToken, APIURL: w.fake.URL(), HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, Reader: w.store, Log: log, Now: ahead})
	w.sender = outbox.NewSender(outbox.Options{Queue: w.store, Writer: w.store, Reader: w.store, Log: log, Now: ahead, InDoubt: 300 * time.Millisecond,
		NotifierFor: func(string) (alerts.Notifier, bool) { return n, true }})
	w.fake.Break(fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.AcceptDrop})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = w.sender.Run(ctx) }()
	defer func() { cancel(); <-ended }()
	if err := n.Check(ctx); err != nil {
		t.Fatal(err)
	}
	w.hear(complaint("1", refund))
	w.posted(1)
	if n := calls(w, "chat.postMessage"); n != 1 {
		t.Errorf("posted %d times", n)
	}
}

// TestBusyChannelRepeatsNothing has an attempt in doubt at a crash, and many messages of
// others before earshot is back: only the attempt's own minutes are read.
func TestBusyChannelRepeatsNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("short: many real messages")
	}
	t.Parallel()
	w := newWorld(t, worldOptions{inDoubt: time.Hour})
	w.fake.Break(fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.AcceptDrop})
	w.hear(complaint("1", refund))
	eventually(t, "the attempt", func() bool { return len(w.fake.Messages("")) == 1 })
	w.stop()
	w.fake.Advance(10 * time.Minute)
	for i := range 320 {
		postAsSomebody(t, w, fmt.Sprintf("chat %d", i))
	}
	w.opt.inDoubt = shortDoubt
	w.start()
	w.quiet()
	ours := 0
	for _, m := range w.fake.Messages("") {
		if m.AlertID() != "" {
			ours++
		}
	}
	if ours != 1 {
		t.Errorf("%d messages of one alert", ours)
	}
	if n := calls(w, "conversations.history"); n != 1 {
		t.Errorf("%d pages of the history were read, want 1", n)
	}
}
