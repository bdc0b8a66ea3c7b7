package desk_test

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/mention"
)

func TestSnoozedAndDismissed(t *testing.T) {
	r, m := complained(t, deadlineRules())
	r.Do(m, mention.Action{Verb: mention.Snooze, Until: r.Now.Add(time.Hour)})
	r.says(r.after(time.Hour+4*time.Minute), "#mentions U1: Ira snoozed this for 1 h. It is open again.")
	if got := r.after(time.Minute); len(got) != 1 {
		t.Errorf("said %q", got)
	}
	r.Do(m, mention.Action{Verb: mention.Dismiss, Reason: mention.Spam})
	r.says(r.after(24 * time.Hour))
	// Opened again, it has all its steps again.
	r.Do(m, mention.Action{Verb: mention.Reopen})
	if got := r.after(5 * time.Minute); len(got) == 0 {
		t.Error("a reopened complaint has no clocks")
	}
}

// TestSnoozedAndDismissedByASlip: what somebody put off is not overdue because it was
// dismissed and that undone meanwhile.
func TestSnoozedAndDismissedByASlip(t *testing.T) {
	r, m := complained(t, deadlineRules())
	end := r.Now.Add(24 * time.Hour)
	r.Do(m, mention.Action{Verb: mention.Snooze, Until: end})
	r.says(r.after(5 * time.Hour))
	r.Do(m, mention.Action{Verb: mention.Dismiss, Reason: mention.Spam})
	r.says(r.after(time.Minute))
	r.Do(m, mention.Action{Verb: mention.Undo})
	r.says(r.after(time.Minute))
	r.says(r.after(end.Sub(r.Now)), "#mentions U1: Ira snoozed this for 24 h. It is open again.")
}

// TestAnsweredWhileItSlept: the clocks stood still, so the answer is in time.
func TestAnsweredWhileItSlept(t *testing.T) {
	answered := func(r world, m mention.Mention) {
		a := rig.Said(rig.Forum, "2", "Romashka Support", "Вибачте, гроші вже в дорозі.", 0)
		a.Post.ReplyTo, a.Post.Published = "1", r.Now
		r.Poll(a)
	}
	for name, answer := range map[string]func(world, mention.Mention){
		"said": func(r world, m mention.Mention) { r.Do(m, mention.Action{Verb: mention.Reply}) },
		"seen": answered,
		"taken": func(r world, m mention.Mention) {
			r.Do(m, mention.Action{Verb: mention.Claim})
			r.Do(m, mention.Action{Verb: mention.Reply})
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, m := complained(t, deadlineRules())
			r.after(10 * time.Minute)
			r.Do(m, mention.Action{Verb: mention.Snooze, Until: r.Now.Add(24 * time.Hour)})
			r.after(5 * time.Hour)
			answer(r, m)
			all, err := r.Store.Times(t.Context(), rig.Noon, rig.Noon.AddDate(0, 0, 1))
			if err != nil {
				t.Fatal(err)
			}
			got := report.New(all, report.Scope{Since: rig.Noon, Until: rig.Noon.AddDate(0, 0, 1), Zone: time.UTC, Reply: r.Planner.Rules().ReplyWithin})
			if got.Kept != (report.Kept{InTime: 1, Of: 1}) {
				t.Errorf("in time: %+v", got.Kept)
			}
		})
	}
}

// TestSnoozeStandsStill: the clock goes on where it stopped, however often, and whoever
// takes the complaint out of its sleep.
func TestSnoozeStandsStill(t *testing.T) {
	r, m := complained(t, deadlineRules())
	r.says(r.after(2 * time.Minute))
	r.Do(m, mention.Action{Verb: mention.Snooze, Until: r.Now.Add(time.Hour)})
	r.says(r.after(30 * time.Minute))
	r.Do(m, mention.Action{Verb: mention.Snooze, Until: r.Now.Add(72 * time.Hour)})
	r.says(r.after(72*time.Hour - time.Second))
	r.says(r.after(time.Second), "#mentions U1: Ira snoozed this for 3 days. It is open again.")
	if _, c := r.State(m); c.Status != mention.Open || c.Snoozed() || !c.SnoozedUntil.IsZero() {
		t.Errorf("case %+v", c)
	}
	r.says(r.after(time.Minute))
	r.Do(m, mention.Action{Verb: mention.Snooze, Until: r.Now.Add(time.Hour)})
	r.says(r.after(10 * time.Minute))
	r.Do(m, mention.Action{Verb: mention.Wake})
	r.says(r.after(2*time.Minute - time.Second)) // 3 of 5 minutes had run
	r.says(r.after(time.Second), "#mentions @oncall: Nobody has taken this complaint for 5 min.")
	// A claim ends a snooze; the clock for the answer has stood still too.
	r.Do(m, mention.Action{Verb: mention.Snooze, Until: r.Now.Add(time.Hour)})
	r.says(r.after(50 * time.Minute))
	r.Do(m, mention.Action{Verb: mention.Claim})
	r.says(r.after(25*time.Minute - time.Second))
	r.says(r.after(time.Second), "#mentions U1: Ira, you took this 25 min ago, and no public answer is to be seen.")
}

// TestSnoozedWhileClaimed: it is still the owner's when it wakes.
func TestSnoozedWhileClaimed(t *testing.T) {
	r, m := complained(t, deadlineRules())
	r.Do(m, mention.Action{Verb: mention.Claim})
	r.says(r.after(20 * time.Minute))
	r.Do(m, mention.Action{Verb: mention.Snooze, Until: r.Now.Add(time.Hour)})
	r.says(r.after(time.Hour), "#mentions U1: Ira snoozed this for 1 h. Ira has it.")
	if _, c := r.State(m); c.Status != mention.Claimed {
		t.Errorf("case %+v", c)
	}
	r.says(r.after(15*time.Minute - time.Second)) // half the time for the answer is left at least
	r.says(r.after(time.Second), "#mentions U1: Ira, you took this 1 h 35 min ago, and no public answer is to be seen.")
}

// TestSnoozeEndsWithoutDeadlines: also where the watchlist has no clocks, and for a copy.
func TestSnoozeEndsWithoutDeadlines(t *testing.T) {
	r := newWorld(t, alerts.Rules{})
	first, again := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5), rig.Said(rig.Review, "2", "Олена", rig.Refund, -0.5)
	r.Poll(first)
	r.One(r.Poll(again), mention.Duplicate)
	r.Shown()
	r.Do(first, mention.Action{Verb: mention.Snooze, Until: r.Now.Add(time.Hour)})
	r.Do(again, mention.Action{Verb: mention.Snooze, Until: r.Now.Add(time.Hour)})
	line := "#mentions U1: Ira snoozed this for 1 h. It is open again."
	r.says(r.after(time.Hour), line, line)
	r.says(r.after(240 * time.Hour))
}

// TestSnoozeOverNight: only open hours count for the clock.
func TestSnoozeOverNight(t *testing.T) {
	rules, open := deadlineRules(), parsed(t, "Mon-Fri 09:00-21:00 Europe/Kyiv")
	d := rules.Deadlines[mention.Normal]
	d.Hours = open
	rules.Deadlines[mention.Normal] = d
	r := newWorld(t, rules)
	r.Now = time.Date(2026, 11, 25, 20, 57, 0, 0, open.Zone())
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.Shown()
	r.says(r.after(time.Minute))
	r.Do(m, mention.Action{Verb: mention.Snooze, Until: time.Date(2026, 11, 26, 8, 0, 0, 0, open.Zone())})
	r.Now = time.Date(2026, 11, 26, 8, 0, 0, 0, open.Zone())
	r.says(r.after(0), "#mentions U1: Ira snoozed this for 11 h 1 min. It is open again.")
	r.says(r.after(time.Hour + 4*time.Minute - time.Second))
	if got := r.after(time.Second); len(got) != 1 || !strings.HasPrefix(got[0], "#mentions @oncall") {
		t.Errorf("said %q", got)
	}
}

// TestSnoozedWhileGone: who puts a complaint off whose post is gone does not make the time before that count:
// nobody waited then, whether it wakes before the post is back or after.
func TestSnoozedWhileGone(t *testing.T) {
	for name, sleeps := range map[string]time.Duration{"it wakes first": time.Hour, "it is back first": 24 * time.Hour} {
		span := map[time.Duration]string{time.Hour: "1 h", 24 * time.Hour: "24 h"}[sleeps]
		t.Run(name, func(t *testing.T) {
			r, m := complained(t, deadlineRules())
			r.says(r.after(time.Minute))
			r.Poll(gone(m)) // one of its five minutes has run
			r.Shown()
			r.after(5 * time.Hour)
			r.Do(m, mention.Action{Verb: mention.Snooze, Until: r.Now.Add(sleeps)})
			woken := func() {
				t.Helper()
				if got := r.after(sleeps); len(got) != 1 || !strings.HasPrefix(got[0], "#mentions U1: Ira snoozed this for "+span) {
					t.Errorf("said %q, want the end of the snooze", got)
				}
			}
			if sleeps < 24*time.Hour {
				woken()
				r.says(r.after(time.Hour))
			}
			r.Now = r.Now.Add(-time.Minute)
			r.Poll(m)
			r.Shown()
			if sleeps >= 24*time.Hour {
				woken()
			}
			r.says(r.after(2 * time.Minute))
			if got := r.after(2 * time.Minute); len(got) != 1 || !strings.HasPrefix(got[0], "#mentions @oncall: Nobody has taken this complaint for ") {
				t.Errorf("said %q", got)
			}
		})
	}
}

// TestSnoozeOfAGonePostUndone: a snooze can be undone also where the post was gone when it was made, and is back.
func TestSnoozeOfAGonePostUndone(t *testing.T) {
	r, m := complained(t, deadlineRules())
	r.says(r.after(time.Minute))
	r.Poll(gone(m)) // one of its five minutes has run
	r.Shown()
	r.after(5 * time.Hour)
	r.Do(m, mention.Action{Verb: mention.Snooze, Until: r.Now.Add(24 * time.Hour)})
	r.Poll(m)
	r.Shown()
	r.Do(m, mention.Action{Verb: mention.Undo})
	r.says(r.after(3*time.Minute - time.Second)) // the poll took one
	r.says(r.after(time.Second), "#mentions @oncall: Nobody has taken this complaint for 5 min.")
}

// TestHandedOverAndSnoozed: who is given a complaint and puts it off has all of the time for the answer when
// it wakes, and not less than without the snooze.
func TestHandedOverAndSnoozed(t *testing.T) {
	r, m := complained(t, deadlineRules())
	r.after(4 * time.Minute)
	r.Do(m, mention.Action{Verb: mention.Claim})
	r.after(20 * time.Minute)
	oleh := mention.Person{ID: "slack:U2", Name: "Oleh"}
	r.Do(m, mention.Action{Verb: mention.Assign, From: "slack:U1", To: oleh})
	r.Shown()
	if _, err := r.desk().Do(t.Context(), rig.ID(m), mention.Action{Verb: mention.Snooze, By: oleh, Until: r.Now.Add(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	r.after(time.Minute)
	r.says(r.after(29 * time.Minute))
	if got := r.after(time.Minute); len(got) != 1 || !strings.HasPrefix(got[0], "#mentions U2: Oleh, you took this 31 min ago") {
		t.Errorf("said %q", got)
	}
}
