package desk_test

import (
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/mention"
)

// TestNobodyCanSeeIt: a complaint whose channel refuses it escalates all the same, once, and
// as a message of its own; one that is merely late does not.
func TestNobodyCanSeeIt(t *testing.T) {
	r := newWorld(t, deadlineRules())
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.broken["#mentions"] = false
	told := func(d time.Duration) (out []string) {
		t.Helper()
		for range 5 { // a late one is looked at every minute
			r.step(d / 5)
		}
		out, _ = r.waiting(mention.Escalation)
		return out
	}
	r.says(told(24 * time.Hour)) // late: the clock begins when it is posted
	r.broken["#mentions"] = true
	want := "#leads: This complaint cannot be posted to #mentions, and nobody has taken it for 24 h 2 min."
	if got := told(5 * time.Minute); len(got) != 1 || got[0] != want {
		t.Fatalf("told %q, want %q", got, want)
	}
	if _, c := r.State(m); !alerts.Overdue(c) || c.OverdueSince.Sub(c.OpenedAt) != 5*time.Minute {
		t.Errorf("overdue since %s, opened %s; want 5 min later", c.OverdueSince, c.OpenedAt)
	}
	if got := told(24 * time.Hour); len(got) != 1 {
		t.Errorf("told %q, want it once", got)
	}
	r.broken["#mentions"] = false
	r.Shown()
	r.says(r.after(24 * time.Hour)) // it was told, by words that are still true
}

// TestToldThroughAnotherDoor: while Slack cannot be reached, the clock of a complaint that people were told of
// by mail runs, from that mail on.
func TestToldThroughAnotherDoor(t *testing.T) {
	rules := deadlineRules()
	rules.Fallback = alerts.Fallback{Route: alerts.DoorPlace("night"), After: 10 * time.Minute}
	r := newWorld(t, rules)
	own := r.One(r.Poll(rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)), mention.Complaint)
	r.step(20 * time.Minute)
	mail := alerts.NewFallback(own, rules.Fallback.Route, r.Now)
	if err := r.Store.Enqueue(t.Context(), mail); err != nil {
		t.Fatal(err)
	}
	said := func() []string {
		t.Helper()
		words, _ := r.waiting(mention.Escalation)
		return words
	}
	r.step(20 * time.Minute) // the mail is not sent yet
	r.says(said())
	if ok, err := r.Store.BeginPosting(t.Context(), mail.ID, r.Now); err != nil || !ok {
		t.Fatal(ok, err)
	}
	if ok, err := r.Store.MarkPosted(t.Context(), mail.ID, mail.Route, "1", 1); err != nil || !ok {
		t.Fatal(ok, err)
	}
	r.step(4 * time.Minute)
	r.says(said())
	r.step(time.Minute)
	r.says(said(), "#leads: This complaint cannot be posted to #mentions, and nobody has taken it for 5 min.")
}

// TestBrokenAndClaimed: who took a complaint from the leads' channel hears no more of it
// before there is a thread to say it in.
func TestBrokenAndClaimed(t *testing.T) {
	r := newWorld(t, deadlineRules())
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	own := r.One(r.Poll(m), mention.Complaint)
	r.broken["#mentions"] = true
	r.step(10 * time.Minute)
	r.Do(m, mention.Action{Verb: mention.Claim})
	r.step(24 * time.Hour)
	if _, c := r.State(m); c.Status != mention.Claimed {
		t.Errorf("the case is %s", c.Status)
	}
	due, err := r.Store.DueAlerts(t.Context(), r.Now, 100)
	if err != nil || len(due) != 2 || due[0].ID != own.ID && due[1].ID != own.ID {
		t.Errorf("waiting %+v, %v; want the complaint and what the leads are told", due, err)
	}
}

// TestPostedWhileLookedAt: a message that is taken at last just when its case is looked at
// as one that cannot be posted begins the clocks all the same.
func TestPostedWhileLookedAt(t *testing.T) {
	r := newWorld(t, deadlineRules())
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	own := r.One(r.Poll(m), mention.Complaint)
	r.Do(m, mention.Action{Verb: mention.Claim, By: mention.Person{ID: "slack:U1", Name: "Ira"}})
	deadlines := desk.NewDeadlines(desk.DeadlineOptions{Cases: r.Store, Rules: r.Planner.Rules, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return r.Now }, Changed: func() {},
		Refused: func(mention.Alert) bool {
			began, err := r.Store.BeginPosting(t.Context(), own.ID, r.Now)
			if err != nil || !began {
				t.Fatal(began, err)
			}
			if _, err := r.Store.MarkPosted(t.Context(), own.ID, "C1", "1.1", 1); err != nil {
				t.Fatal(err)
			}
			return true // as it was a moment ago
		}})
	for range 2 {
		if err := deadlines.Step(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.Now = r.Now.Add(31 * time.Minute)
	}
	r.says(r.Shown(), "#mentions U1: Ira, you took this 31 min ago, and no public answer is to be seen.")
}

// TestNobodyCanTakeIt: where there is neither a button nor an inbox, nobody is told that nobody has
// taken a complaint, unless a public answer would end the wait; one that no channel takes is told.
func TestNobodyCanTakeIt(t *testing.T) {
	rules := deadlineRules()
	rules.NoDesk = true
	answered := newWorld(t, rules)
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	answered.Poll(m)
	answered.Shown()
	answered.says(answered.after(5*time.Minute), "#mentions @oncall: Nobody has taken this complaint for 5 min.")
	rules.Official = nil
	r := newWorld(t, rules)
	r.Poll(m)
	r.Shown()
	r.says(r.after(24 * time.Hour))
	refused := rig.Said(rig.Forum, "2", "Іван", rig.Rude, -0.5)
	r.broken["#mentions"] = true
	r.Poll(refused)
	for range 6 {
		r.step(time.Minute)
	}
	due, err := r.Store.DueAlerts(t.Context(), r.Now, 100)
	if err != nil || !slices.ContainsFunc(due, func(a mention.Alert) bool { return a.Kind == mention.Escalation && a.Route == "#leads" }) {
		t.Errorf("the refused one is not told: %v %v", due, err)
	}
}
