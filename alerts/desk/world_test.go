package desk_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/mention"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// world is a rig in which time passes, with three processes that take the steps.
type world struct {
	*rig.Rig
	processes [3]*desk.Deadlines
	broken    map[string]bool // routes that refuse
}

func newWorld(t *testing.T, rules alerts.Rules) world {
	r := world{Rig: rig.New(t, rules), broken: map[string]bool{}}
	refused := func(a mention.Alert) bool { return r.broken[a.Route] }
	for i := range r.processes {
		r.processes[i] = desk.NewDeadlines(desk.DeadlineOptions{Cases: r.Store, Rules: r.Planner.Rules, Refused: refused, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return r.Now }, Changed: func() {}})
	}
	return r
}

func deadlineRules() alerts.Rules {
	d := alerts.Deadline{Claim: 5 * time.Minute, Reply: 30 * time.Minute, Notify: "@oncall", EscalateTo: "#leads"}
	return alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}, Deadlines: map[mention.Severity]alerts.Deadline{mention.Normal: d, mention.Low: d}}
}

// complained is a world in which one complaint was heard and shown.
func complained(t *testing.T, rules alerts.Rules) (world, mention.Mention) {
	t.Helper()
	r := newWorld(t, rules)
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.Shown()
	return r, m
}

// after moves the time, lets every process take its steps, and posts what waits.
func (r world) after(d time.Duration) []string {
	r.T.Helper()
	r.step(d)
	return r.Shown()
}

// step moves the time and lets every process take its steps.
func (r world) step(d time.Duration) {
	r.T.Helper()
	r.Now = r.Now.Add(d)
	var all sync.WaitGroup
	for _, d := range r.processes {
		all.Go(func() {
			if err := d.Step(context.Background()); err != nil {
				r.T.Error(err)
			}
		})
	}
	all.Wait()
}

func (r world) says(got []string, want ...string) {
	r.T.Helper()
	slices.Sort(got) // messages of one moment come in any order
	slices.Sort(want)
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		r.T.Fatalf("said %q, want %q", got, want)
	}
}

// desk is where people press; it speaks English.
func (r world) desk() *desk.Desk {
	return desk.NewDesk(r.Store, nil, func() time.Time { return r.Now }, func() {})
}

// gone is the post as the site tells of it when it stands there no more.
func gone(m mention.Mention) mention.Mention {
	m.Post.Deleted, m.Post.Text = true, ""
	return m
}

func parsed(t *testing.T, text string) hours.Hours {
	t.Helper()
	h, err := hours.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// waiting lists what is due of a kind: "ROUTE WHOM: TEXT".
func (r world) waiting(kind mention.AlertKind) (words []string, last mention.Alert) {
	r.T.Helper()
	due, err := r.Store.DueAlerts(r.T.Context(), r.Now, 1000)
	if err != nil {
		r.T.Fatal(err)
	}
	for _, a := range due {
		if a.Kind == kind {
			words = append(words, strings.TrimSpace(a.Route+" "+a.Notify)+": "+alerts.ReadDetails(a.Payload).Text)
			last = a
		}
	}
	return words, last
}
