package desk_test

import (
	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/alerts/report"
	"go.uber.org/goleak"

	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/internal/i18n"
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
		r.processes[i] = desk.NewDeadlines(desk.DeadlineOptions{Cases: r.Store, Open: r.Store, Rules: r.Planner.Rules, Refused: refused, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return r.Now }, Changed: func() {}})
	}
	return r
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

func deadlineRules() alerts.Rules {
	d := alerts.Deadline{Claim: 5 * time.Minute, Reply: 30 * time.Minute, Notify: "@oncall", EscalateTo: "#leads"}
	return alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}, Deadlines: map[mention.Severity]alerts.Deadline{mention.Normal: d, mention.Low: d}}
}

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
		due, err := r.Store.DueAlerts(t.Context(), r.Now, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range due {
			if a.Kind == mention.Escalation {
				out = append(out, a.Route+": "+alerts.ReadDetails(a.Payload).Text)
			}
		}
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
	said := func() (words []string) {
		t.Helper()
		due, err := r.Store.DueAlerts(t.Context(), r.Now, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, a := range due {
			if a.Kind == mention.Escalation {
				words = append(words, a.Route+": "+alerts.ReadDetails(a.Payload).Text)
			}
		}
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
	deadlines := desk.NewDeadlines(desk.DeadlineOptions{Cases: r.Store, Open: r.Store, Rules: r.Planner.Rules, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return r.Now }, Changed: func() {},
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

// TestQuietDeadlines: in the quiet hours only what is critical is told; the rest is told
// when they end, if it is still true.
func TestQuietDeadlines(t *testing.T) {
	night, err := hours.Parse("22:00-08:00 UTC")
	if err != nil {
		t.Fatal(err)
	}
	rules := deadlineRules()
	rules.Quiet, rules.HasQuiet = night, true
	rules.Deadlines[mention.Critical] = rules.Deadlines[mention.Normal]
	r := newWorld(t, rules)
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	taken := rig.Said(rig.Forum, "2", "Petro", rig.Rude, -0.5)
	danger := rig.Said(rig.Forum, "3", "Ivan", "Після їхньої піци вся сім'я отруїлась, викликали швидку, подаю до суду.", -0.9)
	danger.Score.Topics = []string{"safety"}
	r.Now = time.Date(2026, 11, 22, 21, 58, 0, 0, time.UTC)
	r.Poll(m, taken, danger)
	r.Shown()
	r.says(r.after(5*time.Minute), "#mentions @oncall: Nobody has taken this complaint for 5 min.")
	r.says(r.after(5*time.Minute), "#leads: Nobody in #mentions has taken this complaint for 10 min.")
	r.Do(taken, mention.Action{Verb: mention.Dismiss, Reason: mention.Spam})
	r.says(r.after(9 * time.Hour))
	r.Now = time.Date(2026, 11, 23, 7, 59, 58, 0, time.UTC)
	r.says(r.after(time.Second))
	r.says(r.after(time.Second), "#mentions @oncall: Nobody has taken this complaint for 10 h 1 min.", "#leads: Nobody in #mentions has taken this complaint for 10 h 1 min.")
}

func TestNobodyTakesIt(t *testing.T) {
	r := newWorld(t, deadlineRules())
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.says(r.after(10 * time.Minute)) // posted only now: nobody could see it before
	r.says(r.after(4 * time.Minute))
	r.says(r.after(time.Minute), "#mentions @oncall: Nobody has taken this complaint for 5 min.")
	if _, c := r.State(m); !alerts.Overdue(c) {
		t.Errorf("case %+v is not overdue", c)
	}
	r.says(r.after(4 * time.Minute))
	r.says(r.after(time.Minute), "#leads: Nobody in #mentions has taken this complaint for 10 min.")
	r.says(r.after(24 * time.Hour))
}

func TestTakenAndSilent(t *testing.T) {
	r := newWorld(t, deadlineRules())
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.Shown()
	r.Do(m, mention.Action{Verb: mention.Claim})
	r.says(r.after(29 * time.Minute))
	r.says(r.after(time.Minute), "#mentions U1: Ira, you took this 30 min ago, and no public answer is to be seen.")
	r.says(r.after(4 * time.Minute))
	r.says(r.after(time.Minute), "#mentions @oncall: Ira had this for 35 min without an answer. It is open again.", "#leads: Nobody in #mentions has taken this complaint for 35 min.")
	// The next owner is nudged anew, and has half the time.
	r.Do(m, mention.Action{Verb: mention.Claim})
	r.says(r.after(14 * time.Minute))
	if got := r.after(time.Minute); len(got) != 1 || !strings.Contains(got[0], "Ira, you took this 15 min ago") {
		t.Errorf("said %q", got)
	}
}

// TestTakenLateAndGivenBack: a complaint of which everybody was told before somebody took it has its
// steps again when nobody has it any more; one that is given back in time waits on.
func TestTakenLateAndGivenBack(t *testing.T) {
	r := newWorld(t, deadlineRules())
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.Shown()
	r.Do(m, mention.Action{Verb: mention.Claim})
	r.Do(m, mention.Action{Verb: mention.Release})
	r.says(r.after(5*time.Minute), "#mentions @oncall: Nobody has taken this complaint for 5 min.")
	r.says(r.after(5*time.Minute), "#leads: Nobody in #mentions has taken this complaint for 10 min.")
	r.Do(m, mention.Action{Verb: mention.Claim})
	r.says(r.after(2 * time.Minute))
	r.Do(m, mention.Action{Verb: mention.Release})
	nobody := []string{"#mentions @oncall: Nobody has taken this complaint for 12 min.", "#leads: Nobody in #mentions has taken this complaint for 12 min."}
	r.says(r.after(0), nobody...)
	r.says(r.after(time.Minute))
	r.Do(m, mention.Action{Verb: mention.Claim})
	r.says(r.after(17*time.Minute), "#mentions U1: Ira, you took this 17 min ago, and no public answer is to be seen.")
	r.says(r.after(5*time.Minute), "#mentions @oncall: Ira had this for 22 min without an answer. It is open again.")
	r.says(r.after(24 * time.Hour))
}

func TestAnsweredInTime(t *testing.T) {
	r := newWorld(t, deadlineRules())
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.Shown()
	r.Do(m, mention.Action{Verb: mention.Reply})
	r.says(r.after(59 * time.Minute))
	r.says(r.after(time.Minute), "#mentions: Ira said 1 h ago that this is answered, but no answer of yours is to be seen on the site.")
	r.says(r.after(24 * time.Hour))
	answer := rig.Said(rig.Forum, "2", "Romashka Support", "Вибачте, усе повернули", 0)
	r.Poll(answer)
	if _, c := r.State(m); !c.AnswerVerified {
		t.Errorf("case %+v", c)
	}
}

// TestRepliedLongAfter: that no answer is to be seen is told an hour after somebody said that there is
// one, however long ago the complaint was heard: it waited, or was opened again. Of before nothing is.
func TestRepliedLongAfter(t *testing.T) {
	r := newWorld(t, alerts.Rules{Official: deadlineRules().Official})
	m, old := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5), rig.Said(rig.Forum, "2", "Іван", rig.Rude, -0.5)
	r.Poll(m, old)
	r.Shown()
	r.Do(m, mention.Action{Verb: mention.Dismiss, Reason: "spam"})
	r.Now = r.Now.Add(10 * 24 * time.Hour)
	r.Do(old, mention.Action{Verb: mention.Reply})
	r.Do(m, mention.Action{Verb: mention.Reopen})
	r.Do(m, mention.Action{Verb: mention.Reply})
	doubt := "#mentions: Ira said 1 h ago that this is answered, but no answer of yours is to be seen on the site."
	r.says(r.after(time.Hour), doubt, doubt)
	r.says(r.after(24 * time.Hour))
}

// TestAnswerThatNoPollSees: what the site took is not doubted because its polls do not read answers.
// Once they were seen to read one, an answer that they do not see is told.
func TestAnswerThatNoPollSees(t *testing.T) {
	r := newWorld(t, deadlineRules())
	send := func(id string) mention.Mention {
		m := rig.Said(rig.Forum, id, "Олена "+id, rig.Refund+" № "+id, -0.5)
		m.Post.ThreadURL = "https://forum.example/t/" + id
		r.Poll(m)
		r.Shown()
		draft := mention.SiteReply{ID: "K" + id, MentionID: rig.ID(m), Nth: 1, Status: mention.ReplyDraft, Account: "support", Text: "Вибачте, " + id, By: mention.Person{ID: "slack:U1", Name: "Ira"}, MadeAt: r.Now, ApprovedAt: r.Now}
		sent := draft
		sent.Status, sent.Attempts, sent.FirstAt, sent.SendingAt, sent.EndedAt, sent.RemoteID = mention.ReplySent, 1, r.Now, r.Now, r.Now, "a"+id
		if err := r.Store.AddReply(t.Context(), draft); err != nil {
			t.Fatal(err)
		}
		if ok, err := r.Store.ChangeReply(t.Context(), draft, sent, mention.Person{}); err != nil || !ok {
			t.Fatal(ok, err)
		}
		if err := desk.NewDesk(r.Store, nil, func() time.Time { return r.Now }, func() {}).ReplyEnded(t.Context(), sent); err != nil {
			t.Fatal(err)
		}
		return m
	}
	m := send("1")
	r.says(r.after(2 * time.Hour))
	if _, c := r.State(m); c.Status != mention.Replied || c.AnswerVerified {
		t.Errorf("case %+v", c)
	}
	doubt := "#mentions: Ira said 1 h ago that this is answered, but no answer of yours is to be seen on the site."
	r.Do(m, mention.Action{Verb: mention.Reopen})
	r.Do(m, mention.Action{Verb: mention.Reply}) // by hand
	r.says(r.after(time.Hour), doubt)
	answer := rig.Said(rig.Forum, "10", "Romashka Support", "Вибачте, 1", 0)
	answer.Post.ThreadURL, answer.Post.ReplyTo = m.Post.ThreadURL, "1"
	r.Poll(answer)
	r.Shown()
	send("2")
	r.says(r.after(59 * time.Minute))
	r.says(r.after(time.Minute), doubt)
}

func TestSnoozedAndDismissed(t *testing.T) {
	r := newWorld(t, deadlineRules())
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.Shown()
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
	r := newWorld(t, deadlineRules())
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.Shown()
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
			r := newWorld(t, deadlineRules())
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
			r.Poll(m)
			r.Shown()
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

// TestWorkingHours hears a complaint on Friday evening, before the night in which
// the clocks of Europe/Kyiv go forward.
func TestWorkingHours(t *testing.T) {
	rules := deadlineRules()
	open, err := hours.Parse("Mon-Fri 09:00-21:00 Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	d := rules.Deadlines[mention.Normal]
	d.Hours = open
	rules.Deadlines[mention.Normal] = d
	r := newWorld(t, rules)
	kyiv := open.Zone()
	r.Now = time.Date(2026, 3, 27, 20, 58, 0, 0, kyiv)
	r.Poll(rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5))
	r.Shown()
	r.says(r.after(2 * time.Minute))
	r.Now = time.Date(2026, 3, 30, 9, 3, 0, 0, kyiv)
	r.says(r.after(59 * time.Second))
	if got := r.after(time.Second); len(got) != 1 || !strings.HasPrefix(got[0], "#mentions @oncall") {
		t.Errorf("said %q", got)
	}
}

// TestClocksBeginWhenPeopleCanSeeIt: a message that came late, after an outage say,
// shouts only after its time.
func TestClocksBeginWhenPeopleCanSeeIt(t *testing.T) {
	r := newWorld(t, deadlineRules())
	r.Poll(rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5))
	r.says(r.after(2 * time.Hour)) // posted now, two hours late
	r.says(r.after(4 * time.Minute))
	r.says(r.after(time.Minute), "#mentions @oncall: Nobody has taken this complaint for 5 min.")
}

// TestReopenedClocksBeginAnew: days after it was closed a complaint is opened again;
// its clocks stood still meanwhile.
func TestReopenedClocksBeginAnew(t *testing.T) {
	r := newWorld(t, deadlineRules())
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.Shown()
	r.Do(m, mention.Action{Verb: mention.Dismiss, Reason: mention.NotNegative})
	r.says(r.after(72 * time.Hour))
	r.Do(m, mention.Action{Verb: mention.Reopen})
	r.says(r.after(4 * time.Minute))
	r.says(r.after(time.Minute), "#mentions @oncall: Nobody has taken this complaint for 5 min.")
}

// TestCopyOfAnAnsweredComplaintHasItsOwnClock: while the first one waits, it has the
// clock for both.
func TestCopyOfAnAnsweredComplaintHasItsOwnClock(t *testing.T) {
	r := newWorld(t, deadlineRules())
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.Shown()
	r.Do(m, mention.Action{Verb: mention.Reply})
	again := rig.Said(rig.Review, "2", "Олена", rig.Refund, -0.5)
	r.One(r.Poll(again), mention.Duplicate)
	r.Shown()
	got := r.after(11 * time.Minute)
	if len(got) != 2 || !strings.Contains(strings.Join(got, "\n"), "Nobody has taken this complaint") {
		t.Errorf("said %q, want the copy's two steps", got)
	}
}

// TestCopyOfAGoneComplaintHasItsOwnClock: when the first of two copies is gone from its site, nothing is
// demanded of it any more; the other still stands in public.
func TestCopyOfAGoneComplaintHasItsOwnClock(t *testing.T) {
	r := newWorld(t, deadlineRules())
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.Shown()
	r.One(r.Poll(rig.Said(rig.Review, "2", "Олена", rig.Refund, -0.5)), mention.Duplicate)
	r.Shown()
	m.Post.Deleted, m.Post.Text = true, ""
	r.Poll(m)
	r.Shown()
	if got := strings.Join(r.after(11*time.Minute), "\n"); strings.Count(got, "Nobody") != 2 {
		t.Errorf("said %q, want the copy's two steps", got)
	}
}

// TestCopyWaitsFromWhenTheFirstIsDone: while the first one had the clock for both, nobody let the copy wait: its
// clock begins when the first is answered, or gone from its site, and not with both its steps at once.
func TestCopyWaitsFromWhenTheFirstIsDone(t *testing.T) {
	for name, ends := range map[string]func(r world, m mention.Mention){
		"answered": func(r world, m mention.Mention) { r.Do(m, mention.Action{Verb: mention.Reply}) },
		"gone": func(r world, m mention.Mention) {
			m.Post.Deleted, m.Post.Text = true, ""
			r.Poll(m)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newWorld(t, deadlineRules())
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
			r.Poll(m)
			r.Shown()
			r.One(r.Poll(rig.Said(rig.Review, "2", "Олена", rig.Refund, -0.5)), mention.Duplicate)
			r.Shown()
			r.Do(m, mention.Action{Verb: mention.Claim})
			r.says(r.after(20 * time.Minute))
			done := r.Now
			ends(r, m)
			r.Shown()
			r.says(r.after(done.Add(5*time.Minute - time.Second).Sub(r.Now)))
			r.says(r.after(time.Second), "#mentions @oncall: Nobody has taken this complaint for 5 min.")
			r.says(r.after(5*time.Minute), "#leads: Nobody in #mentions has taken this complaint for 10 min.")
		})
	}
}

// TestSnoozeStandsStill: the clock goes on where it stopped, however often, and whoever
// takes the complaint out of its sleep.
func TestSnoozeStandsStill(t *testing.T) {
	r := newWorld(t, deadlineRules())
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.Shown()
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
	r := newWorld(t, deadlineRules())
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.Shown()
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
	rules := deadlineRules()
	open, err := hours.Parse("Mon-Fri 09:00-21:00 Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
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

// TestHandedOver: who is given a complaint, and who it is taken from, reads it in the
// thread; the clock of the new owner begins anew.
func TestHandedOver(t *testing.T) {
	r := newWorld(t, deadlineRules())
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.Shown()
	oleh := mention.Person{ID: "slack:U2", Name: "Oleh"}
	r.Do(m, mention.Action{Verb: mention.Assign, To: oleh})
	r.says(r.Shown(), "#mentions U2: Ira gave this to Oleh.")
	r.says(r.after(30*time.Minute), "#mentions U2: Oleh, you took this 30 min ago, and no public answer is to be seen.")
	r.Do(m, mention.Action{Verb: mention.TakeOver, From: oleh.ID})
	r.says(r.Shown(), "#mentions U2: Ira took this over from Oleh.")
	r.says(r.after(30*time.Minute), "#mentions U1: Ira, you took this 30 min ago, and no public answer is to be seen.")
	// Whoever somebody else takes it from reads that too.
	maria := mention.Person{ID: "slack:U3", Name: "Maria"}
	r.Do(m, mention.Action{Verb: mention.Assign, From: "slack:U1", To: maria})
	r.says(r.Shown(), "#mentions U3: Ira gave this to Maria.")
	r.Do(m, mention.Action{Verb: mention.Assign, From: maria.ID, To: oleh})
	r.says(r.Shown(), "#mentions U2: Ira gave this to Oleh.", "#mentions U3: Maria does not have this any more: Oleh does.")
	r.Do(m, mention.Action{Verb: mention.TakeOver, From: oleh.ID})
	r.says(r.Shown(), "#mentions U2: Ira took this over from Oleh.")
	// A claim of what nobody has any more needs no line.
	r.Do(m, mention.Action{Verb: mention.Release})
	r.Do(m, mention.Action{Verb: mention.TakeOver, From: oleh.ID})
	r.says(r.Shown())
}

// TestGonePost: what is gone from the site waits for no answer: nobody is named for it, and no answer
// is missed under it. When it is back its clocks go on; a snooze ends all the same.
func TestGonePost(t *testing.T) {
	r := newWorld(t, deadlineRules())
	open, done, asleep := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5), rig.Said(rig.Forum, "2", "Іван", rig.Rude, -0.5), rig.Said(rig.Forum, "3", "Оля", "Банкомат зʼїв картку, на лінії лише автовідповідач.", -0.5)
	gone := func(m mention.Mention) mention.Mention {
		m.Post.Deleted, m.Post.Text = true, ""
		return m
	}
	r.Poll(open, done, asleep)
	r.Shown()
	r.Do(done, mention.Action{Verb: mention.Reply})
	r.Do(asleep, mention.Action{Verb: mention.Snooze, Until: r.Now.Add(time.Hour)})
	r.Poll(gone(open), gone(done), gone(asleep))
	r.Shown()
	var said []string
	for range 20 {
		said = append(said, r.after(10*time.Minute)...)
	}
	if len(said) != 1 || !strings.Contains(said[0], "snooze") && !strings.Contains(said[0], "put") {
		t.Errorf("said %q, want the end of the snooze alone", said)
	}
	r.Poll(open) // of its five minutes none had run, and one does meanwhile
	r.Shown()
	r.says(r.after(4*time.Minute - time.Second))
	r.says(r.after(time.Second), "#mentions @oncall: Nobody has taken this complaint for 5 min.")
}

// TestSnoozedWhileGone: who puts a complaint off whose post is gone does not make the time before that count:
// nobody waited then, whether it wakes before the post is back or after.
func TestSnoozedWhileGone(t *testing.T) {
	for name, sleeps := range map[string]time.Duration{"it wakes first": time.Hour, "it is back first": 24 * time.Hour} {
		span := map[time.Duration]string{time.Hour: "1 h", 24 * time.Hour: "24 h"}[sleeps]
		t.Run(name, func(t *testing.T) {
			r := newWorld(t, deadlineRules())
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
			r.Poll(m)
			r.Shown()
			r.says(r.after(time.Minute))
			m.Post.Deleted, m.Post.Text = true, ""
			r.Poll(m) // one of its five minutes has run
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
			m.Post.Deleted, m.Post.Text = false, rig.Refund
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
	r := newWorld(t, deadlineRules())
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.Shown()
	r.says(r.after(time.Minute))
	m.Post.Deleted, m.Post.Text = true, ""
	r.Poll(m) // one of its five minutes has run
	r.Shown()
	r.after(5 * time.Hour)
	r.Do(m, mention.Action{Verb: mention.Snooze, Until: r.Now.Add(24 * time.Hour)})
	m.Post.Deleted, m.Post.Text = false, rig.Refund
	r.Poll(m)
	r.Shown()
	r.Do(m, mention.Action{Verb: mention.Undo})
	r.says(r.after(3*time.Minute - time.Second)) // the poll took one
	r.says(r.after(time.Second), "#mentions @oncall: Nobody has taken this complaint for 5 min.")
}

// TestHandedOverAndSnoozed: who is given a complaint and puts it off has all of the time for the answer when
// it wakes, and not less than without the snooze.
func TestHandedOverAndSnoozed(t *testing.T) {
	r := newWorld(t, deadlineRules())
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.Shown()
	r.after(4 * time.Minute)
	r.Do(m, mention.Action{Verb: mention.Claim})
	r.after(20 * time.Minute)
	oleh := mention.Person{ID: "slack:U2", Name: "Oleh"}
	r.Do(m, mention.Action{Verb: mention.Assign, From: "slack:U1", To: oleh})
	r.Shown()
	if _, err := desk.NewDesk(r.Store, nil, func() time.Time { return r.Now }, func() {}).Do(t.Context(), rig.ID(m), mention.Action{Verb: mention.Snooze, By: oleh, Until: r.Now.Add(time.Minute)}); err != nil {
		t.Fatal(err)
	}
	r.after(time.Minute)
	r.says(r.after(29 * time.Minute))
	if got := r.after(time.Minute); len(got) != 1 || !strings.HasPrefix(got[0], "#mentions U2: Oleh, you took this 31 min ago") {
		t.Errorf("said %q", got)
	}
}

// TestNudgedAfterTheNight: who is nudged when the quiet hours end has as long from then on to answer as by
// day: it is not taken away with the same breath.
func TestNudgedAfterTheNight(t *testing.T) {
	night, err := hours.Parse("22:00-08:00 UTC")
	if err != nil {
		t.Fatal(err)
	}
	rules := deadlineRules()
	rules.Quiet, rules.HasQuiet = night, true
	r := newWorld(t, rules)
	r.Now = time.Date(2026, 11, 22, 21, 35, 0, 0, time.UTC)
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.Shown()
	r.Do(m, mention.Action{Verb: mention.Claim})
	r.says(r.after(9 * time.Hour))
	r.Now = time.Date(2026, 11, 23, 8, 0, 0, 0, time.UTC)
	r.says(r.after(0), "#mentions U1: Ira, you took this 10 h 24 min ago, and no public answer is to be seen.")
	r.says(r.after(5*time.Minute - time.Second))
	r.says(r.after(time.Second), "#mentions @oncall: Ira had this for 10 h 29 min without an answer. It is open again.", "#leads: Nobody in #mentions has taken this complaint for 10 h 29 min.")
}

// TestNudgedAfterAnOutage: the nudge that was due while earshot was down comes when it is back, and who reads
// it then has as long to answer as ever.
func TestNudgedAfterAnOutage(t *testing.T) {
	r := newWorld(t, deadlineRules())
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.Shown()
	r.Do(m, mention.Action{Verb: mention.Claim})
	r.says(r.after(2*time.Hour), "#mentions U1: Ira, you took this 2 h ago, and no public answer is to be seen.")
	r.says(r.after(5*time.Minute - time.Second))
	r.says(r.after(time.Second), "#mentions @oncall: Ira had this for 2 h 5 min without an answer. It is open again.", "#leads: Nobody in #mentions has taken this complaint for 2 h 5 min.")
}

// TestFromHandToHand: who a complaint is handed to has all of the time for the answer, and is named with the
// time that is theirs; how long nobody had it ends with the first claim all the same.
func TestFromHandToHand(t *testing.T) {
	r := newWorld(t, deadlineRules())
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	r.Shown()
	r.after(4 * time.Minute)
	r.Do(m, mention.Action{Verb: mention.Claim})
	r.after(20 * time.Minute)
	oleh := mention.Person{ID: "slack:U2", Name: "Oleh"}
	r.Do(m, mention.Action{Verb: mention.Assign, From: "slack:U1", To: oleh})
	r.says(r.Shown(), "#mentions U2: Ira gave this to Oleh.")
	r.says(r.after(30*time.Minute - time.Second))
	r.says(r.after(time.Second), "#mentions U2: Oleh, you took this 30 min ago, and no public answer is to be seen.")
	r.after(2 * time.Minute)
	mm, c := r.State(m)
	if words := alerts.State(i18n.Lang{}, mm, c); !strings.HasPrefix(words, "Oleh has it · taken after 25 min") {
		t.Errorf("%s", words)
	}
	if _, c = r.State(m); !c.HadSince().Equal(r.Now.Add(-32 * time.Minute)) {
		t.Errorf("had since %s", c.HadSince())
	}
	r.Do(m, mention.Action{Verb: mention.TakeOver, From: oleh.ID})
	r.Do(m, mention.Action{Verb: mention.Reply})
	got := r.reported(0, 1)
	if got.Claim.Median != 5*time.Minute || got.Answer.Median != 52*time.Minute {
		t.Errorf("claimed after %s, answered after %s more", got.Claim.Median, got.Answer.Median)
	}
	answered := alerts.Message{Lang: i18n.Lang{}, Mention: mm, Case: c, Details: alerts.Details{Change: alerts.Answered, At: r.Now, By: "Romashka Support"}}
	if words := answered.News(); !strings.Contains(words, "Heard → claimed 5 min · claimed → answered 52 min (Oleh)") {
		t.Errorf("%s", words)
	}
}
