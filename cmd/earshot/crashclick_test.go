package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/demosites"
	"github.com/earshot/earshot/internal/fakeslack"
)

// redrawFaults are the ways in which Slack's answer to the redraw can fail.
var redrawFaults = []struct {
	name  string
	fault *fakeslack.Fault
}{
	{"clean", nil},
	{"429", &fakeslack.Fault{Method: "chat.update", Kind: fakeslack.RateLimit, After: 2 * time.Second}},
	{"accept then drop", &fakeslack.Fault{Method: "chat.update", Kind: fakeslack.AcceptDrop}},
	{"5xx", &fakeslack.Fault{Method: "chat.update", Kind: fakeslack.Refuse5xx}},
	{"timeout", &fakeslack.Fault{Method: "chat.update", Kind: fakeslack.AcceptSlow, Delay: 15 * time.Second}},
}

// TestCrashAtClick kills the process at the steps of a click. The first to press
// has the complaint for good, the second is told so, and the message ends up
// saying who has it, in one piece, whatever was lost on the way. EARSHOT_CRASH=full
// breaks Slack's answers at every step, with and without Redis.
func TestCrashAtClick(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	full := os.Getenv("EARSHOT_CRASH") == "full"
	stores := map[string]string{"sqlite": ""}
	if full {
		stores["sqlite and redis"] = redisServer(t)
	}
	for seen, redis := range stores {
		for _, net := range redrawFaults {
			for _, step := range []string{"click-decided", "click-acknowledged", "message-redrawn"} {
				if net.fault != nil && !full {
					continue
				}
				t.Run(seen+"/"+net.name+"/"+step, func(t *testing.T) {
					t.Parallel()
					crashClick(t, redis, step, net.fault)
				})
			}
		}
	}
}

func crashClick(t *testing.T, redis, step string, fault *fakeslack.Fault) {
	r := newRig(t, redis)
	r.baseline()
	r.town.Publish(demosites.Post{Place: "forum", Author: "maria", Text: "Romashka Bank charged me twice and refuses to refund. Kangaroo."})
	if fault != nil {
		r.slack.Break(*fault)
	}
	p := r.start(step)
	r.until(p, time.Minute, "the alert", func() bool { return r.count("Kangaroo") == 1 && r.slack.Connections() > 0 })
	m := r.message("Kangaroo")
	value := claimValue(t, m)
	_, err := r.slack.Press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: "U0000IRA"})
	if err == nil && step == "click-decided" { // after the other steps it depends on what is faster
		t.Error("killed before the acknowledgement, and the press is acknowledged")
	}
	p.killed(time.Minute)

	p = r.start("")
	r.until(p, time.Minute, "the owner in the message", func() bool { return shownMessage{r.message("Kangaroo")}.has("Ira has it") })
	r.until(p, time.Minute, "a press that arrives", func() bool { // the socket of the killed one may stand still
		_, err := r.slack.Press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: "U000OLEH", Value: value})
		return err == nil
	})
	r.until(p, time.Minute, "the loser told who has it", func() bool {
		for _, e := range r.slack.Ephemerals() {
			if e.User == "U000OLEH" && strings.HasPrefix(e.Text, "Ira took it") {
				return true
			}
		}
		return false
	})
	time.Sleep(3 * time.Second)
	if shown := (shownMessage{r.message("Kangaroo")}); !shown.has("Ira has it") || shown.has("Oleh") || shown.AlertID() == "" {
		t.Errorf("the message ends as %s", shown.Blocks)
	}
	if n := len(r.slack.Messages("#mentions")); n != 1 {
		t.Errorf("%d messages stand in the channel, want 1\n%s", n, r.texts())
	}
	p.stop()
	if v := r.slack.Violations(); len(v) > 0 {
		t.Errorf("Slack's rules were broken: %v", v)
	}
}

// TestCrashAtDeadline kills the process right after each step of a deadline was
// written down: every step is told once, and the next ones still come.
func TestCrashAtDeadline(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	for _, step := range []string{"deadline-stepped", "deadline-stepped:2"} {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			r := newRig(t, "")
			r.write(r.watchlist() + "deadlines: {claim: 6s, reply: 1h, notify: \"@oncall-pr\", escalate_to: \"#support-leads\"}\n")
			r.baseline()
			r.town.Publish(demosites.Post{Place: "forum", Author: "maria", Text: "Romashka Bank charged me twice and refuses to refund. Kangaroo."})
			r.start(step).killed(time.Minute)
			p := r.start("")
			r.until(p, time.Minute, "both steps", func() bool {
				return r.count("Nobody has taken this complaint") > 0 && len(r.slack.Messages("#support-leads")) > 0
			})
			time.Sleep(24 * time.Second) // an attempt in doubt would be settled by now
			r.once(p, "Nobody has taken this complaint")
			if n := len(r.slack.Messages("#support-leads")); n != 1 {
				t.Errorf("#support-leads was told %d times, want once", n)
			}
			p.stop()
		})
	}
}
