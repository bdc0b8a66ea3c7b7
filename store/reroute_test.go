package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// toNew sends what goes to #m to #new.
func toNew(a mention.Alert, _ mention.Mention) (route, notify string) {
	if a.Route == "#m" {
		return "#new", "@new"
	}
	return a.Route, a.Notify
}

// refuse lets an attempt end with an answer.
func refuse(t *testing.T, s *Store, id mention.AlertID, why string) {
	t.Helper()
	want(t, "begin posting", must(s.BeginPosting(background, id, t0))(t), true)
	a, _, err := s.Alert(background, id)
	want(t, "alert", err, nil)
	want(t, "back", must(s.BackToPending(background, id, a.Attempts, t0, why))(t), true)
}

// whereTo is where an alert is to go: "ROUTE NOTIFY under THREAD".
func whereTo(t *testing.T, s *Store, id mention.AlertID) string {
	t.Helper()
	a, ok, err := s.Alert(background, id)
	if err != nil || !ok {
		t.Fatal(id, ok, err)
	}
	out := strings.TrimSpace(a.Route + " " + a.Notify)
	if a.ThreadOf != "" {
		out += " under " + string(a.ThreadOf)
	}
	return out
}

func reroute(t *testing.T, s *Store, to func(mention.Alert, mention.Mention) (string, string)) int {
	t.Helper()
	return must(s.Reroute(background, to))(t)
}

// What is held for the quiet hours is held until they end by the hours of now; what waits for something else is not.
func testHold(t *testing.T, open opener) {
	s := open(t)
	held, tried, critical := notice("held", mention.Normal, t0), notice("tried", mention.Normal, t0), notice("critical", mention.Critical, t0)
	held.NotBefore, critical.NotBefore = t0.Add(8*time.Hour), t0.Add(8*time.Hour)
	enqueue(t, s, held, tried, critical, notice("due", mention.Normal, t0))
	want(t, "begin posting", must(s.BeginPosting(background, "tried", t0))(t), true)
	want(t, "back", must(s.BackToPending(background, "tried", 1, t0.Add(6*time.Hour), "silence"))(t), true)
	due := func(after time.Duration) string { return ids(must(s.DueAlerts(background, t0.Add(after), 10))(t)) }
	want(t, "held until later", must(s.Hold(background, t0, t0.Add(9*time.Hour)))(t), 1)
	want(t, "after eight hours", due(8*time.Hour), "critical due tried")
	want(t, "again", must(s.Hold(background, t0, t0.Add(9*time.Hour)))(t), 0)
	want(t, "held no longer", must(s.Hold(background, t0, time.Time{}))(t), 1)
	want(t, "at once", due(0), "due held")
}

// What surely stands nowhere goes elsewhere; its id stays, so it comes once.
func testReroute(t *testing.T, open opener) {
	s := open(t)
	enqueue(t, s, notice("untried", mention.Normal, t0), notice("refused", mention.Normal, t0), notice("doubt", mention.Normal, t0),
		notice("unread", mention.Normal, t0), notice("posted", mention.Normal, t0))
	refuse(t, s, "refused", "is_archived")
	refuse(t, s, "unread", mention.UnreadableHistory)
	must(s.BeginPosting(background, "doubt", t0))(t)
	send(t, s, "posted")
	want(t, "moved", reroute(t, s, toNew), 2)
	for id, to := range map[mention.AlertID]string{"untried": "#new @new", "refused": "#new @new", "doubt": "#m", "unread": "#m", "posted": "#m"} {
		want(t, string(id), whereTo(t, s, id), to)
	}
	want(t, "moved again", reroute(t, s, toNew), 0)
	a, _, _ := s.Alert(background, "refused")
	want(t, "attempts", a.Attempts, 1)
	want(t, "error of the old route", a.LastError, "")
}

// The rules are asked with what they choose by, and the audit says where it went.
func testRerouteByMention(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka")))
	id := mentionID(post(1), "Romashka")
	var asked mention.Mention
	moved := reroute(t, s, func(a mention.Alert, m mention.Mention) (string, string) {
		asked = m
		return "#billing", "@billing"
	})
	want(t, "moved", moved, 1)
	want(t, "asked about", asked.ID, id)
	want(t, "watch", asked.Watch, "Romashka")
	want(t, "source", asked.Post.Source, post(1).Source)
	want(t, "severity", asked.Severity, mention.Normal)
	want(t, "language", asked.Score.Lang, "en")
	want(t, "topics", strings.Join(asked.Score.Topics, " "), "delivery")
	want(t, "place", whereTo(t, s, alertID(id)), "#billing @billing")
	events := must(s.history(background, id))(t)
	last := events[len(events)-1]
	want(t, "event", last.Kind+" "+last.Detail, "rerouted #m → #billing")
	want(t, "alert of the event", last.AlertID, alertID(id))
}

// Replies stay under their first message where they can; one whose first message stays
// behind, or goes elsewhere, comes on its own.
func testRerouteThreads(t *testing.T, open opener) {
	child := func(id, root string, kind mention.AlertKind) mention.Alert {
		a := notice(id, mention.Normal, t0)
		a.ThreadOf, a.Kind = mention.AlertID(root), kind
		return a
	}
	s := open(t)
	enqueue(t, s, notice("waits", mention.Normal, t0), notice("stands", mention.Normal, t0), notice("unread", mention.Normal, t0), notice("doubt", mention.Normal, t0),
		child("with", "waits", mention.Duplicate), child("apart", "waits", mention.Complaint), child("complaint", "waits", mention.Complaint),
		child("under posted", "stands", mention.Duplicate), child("under unread", "unread", mention.Changed),
		child("under doubt", "doubt", mention.Changed), child("orphan", "pruned", mention.Changed))
	send(t, s, "stands")
	refuse(t, s, "unread", mention.UnreadableHistory)
	must(s.BeginPosting(background, "doubt", t0))(t)
	reroute(t, s, func(a mention.Alert, m mention.Mention) (string, string) {
		if a.ID == "apart" {
			return "#apart", ""
		}
		return "#new", ""
	})
	for id, to := range map[mention.AlertID]string{
		"waits": "#new", "with": "#new under waits", "complaint": "#new under waits", "apart": "#apart",
		"under posted": "#new", "under unread": "#new", "under doubt": "#m under doubt", "orphan": "#new",
	} {
		want(t, string(id), whereTo(t, s, id), to)
	}
	want(t, "replies wait for their first message alone", due(t, s, t0), "apart orphan under posted under unread unread waits")
}

// A message that gathers goes where the first that it gathers goes.
func testRerouteGathering(t *testing.T, open opener) {
	s := open(t)
	storm := notice("storm", mention.Critical, t0)
	storm.Kind = mention.Burst
	enqueue(t, s, storm)
	ingest(t, s, intakeOf(heard(post(1), "Romashka")))
	id := alertID(mentionID(post(1), "Romashka"))
	_, err := s.exec(background, "gather", `UPDATE alerts SET thread_of = 'storm' WHERE id = $1`, string(id))
	want(t, "gathered", err, nil)
	reroute(t, s, func(_ mention.Alert, m mention.Mention) (string, string) { return "#" + m.Watch, "" })
	want(t, "storm", whereTo(t, s, "storm"), "#Romashka")
	want(t, "gathered", whereTo(t, s, id), "#Romashka under storm")
}

// An alert that was taken between being asked about and being moved keeps its place.
func testRerouteRace(t *testing.T, open opener) {
	s := open(t)
	enqueue(t, s, notice("a", mention.Normal, t0), notice("b", mention.Normal, t0))
	moved := reroute(t, s, func(a mention.Alert, _ mention.Mention) (string, string) {
		if a.ID == "a" {
			refuse(t, s, "a", mention.UnreadableHistory) // tried, in doubt, and back
		}
		return "#new", ""
	})
	want(t, "moved", moved, 1)
	want(t, "a", whereTo(t, s, "a"), "#m")
	want(t, "b", whereTo(t, s, "b"), "#new")
}

func testDetach(t *testing.T, open opener) {
	s := open(t)
	child := notice("child", mention.Normal, t0)
	child.ThreadOf = "root"
	enqueue(t, s, notice("root", mention.Normal, t0), child)
	refuse(t, s, "root", "invalid_blocks")
	want(t, "before", due(t, s, t0), "root")
	want(t, "detach", s.Detach(background, "root"), nil)
	want(t, "after", due(t, s, t0), "child root")
	want(t, "place", whereTo(t, s, "child"), "#m")
}

// What was told in threads about a complaint whose message is gone shows the case, except what is
// on its way; what is about other complaints stays what it is.
func testOrphan(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka"), heard(post(2), "Romashka")))
	id := mentionID(post(1), "Romashka")
	own := alertID(id)
	under := func(name string, kind mention.AlertKind, of mention.ID) mention.Alert {
		a := notice(name, mention.Normal, t0)
		a.Kind, a.MentionID, a.ThreadOf = kind, of, own
		return a
	}
	enqueue(t, s, under("nudge", mention.Escalation, id), under("waits", mention.Escalation, id), under("on its way", mention.Escalation, id),
		under("news", mention.Changed, id), under("of a copy", mention.Escalation, mentionID(post(2), "Romashka")))
	send(t, s, own)
	send(t, s, "nudge")
	must(s.BeginPosting(background, "on its way", t0))(t)
	want(t, "of nothing", must(s.Orphan(background, ""))(t), false)
	want(t, "nothing yet", len(must(s.Outdated(background, 10))(t)), 0)
	want(t, "more", must(s.Orphan(background, id))(t), true)
	want(t, "redrawn", ids(must(s.Outdated(background, 10))(t)), "nudge")
	must(s.MarkPosted(background, "on its way", "C", "9", 1))(t)
	want(t, "all", must(s.Orphan(background, id))(t), false)
	alone := ""
	for _, name := range []string{"nudge", "waits", "on its way", "news", "of a copy"} {
		if a, _, _ := s.Alert(background, mention.AlertID(name)); a.ThreadOf == "" {
			alone += name + ", "
		}
	}
	want(t, "stand for themselves", alone, "nudge, waits, on its way, ")
	for _, name := range []string{"nudge", "on its way"} {
		want(t, name, s.SetRendered(background, mention.AlertID(name), 1), nil)
	}
	claim(t, s, id, "ira")
	want(t, "show the claim", ids(must(s.Outdated(background, 10))(t)), string(own)+" nudge on its way")
}

// What would ring in its channel, the loudest first, without what is told elsewhere already.
func testUntold(t *testing.T, open opener) {
	s := open(t)
	alert := func(id string, kind mention.AlertKind, sev mention.Severity, thread string) mention.Alert {
		a := notice(id, sev, t0)
		a.Kind, a.ThreadOf = kind, mention.AlertID(thread)
		return a
	}
	held := alert("held", mention.Complaint, mention.Critical, "")
	held.NotBefore = t0.Add(time.Hour)
	elsewhere := alert("elsewhere", mention.Complaint, mention.High, "")
	elsewhere.Route = "#other"
	enqueue(t, s, held, elsewhere, alert("root", mention.Complaint, mention.Normal, ""), alert("waits", mention.Complaint, mention.Normal, ""),
		alert("loud", mention.Complaint, mention.Critical, ""), alert("under way", mention.Digest, mention.High, ""), alert("copy", mention.Duplicate, mention.High, "root"),
		alert("gathered", mention.Complaint, mention.High, "root"), alert("names", mention.Escalation, mention.High, "root"), alert("names later", mention.Escalation, mention.High, "waits"),
		alert("notice", mention.Notice, mention.High, ""), alert("told", mention.Complaint, mention.High, ""), alert("known", mention.Complaint, mention.High, ""),
		alert("by door: told", mention.Fallback, mention.High, ""))
	for _, a := range []mention.Alert{alert("again", mention.Changed, mention.High, "root"), alert("of what is closed", mention.Duplicate, mention.High, "root")} {
		a.Notify = "@duty"
		enqueue(t, s, a, alert("silent "+string(a.ID), a.Kind, mention.High, "root"))
	}
	send(t, s, "root")
	must(s.BeginPosting(background, "under way", t0))(t)
	ids := func(limit int) (out []string) {
		got, err := s.Untold(background, "#m", t0, limit, func(a mention.Alert) mention.AlertID {
			if a.ID == "known" {
				return ""
			}
			return "by door: " + a.ID
		})
		want(t, "untold", err, nil)
		for _, a := range got {
			out = append(out, string(a.ID))
		}
		return out
	}
	want(t, "untold", strings.Join(ids(10), ", "), "loud, again, names, of what is closed, under way, waits")
	want(t, "the first", strings.Join(ids(1), ", "), "loud")
}

func testWaiting(t *testing.T, open opener) {
	s := open(t)
	held := notice("held", mention.Critical, t0.Add(-time.Hour))
	held.NotBefore = t0.Add(time.Hour)
	enqueue(t, s, held, notice("old", mention.Low, t0), notice("loud", mention.High, t0.Add(time.Minute)), notice("posted", mention.Critical, t0.Add(-time.Minute)))
	send(t, s, "posted")
	ask := func() string {
		n, since, loudest, err := s.Waiting(background, "#m", t0.Add(time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(n, " ", loudest, " ", since.Sub(t0))
	}
	want(t, "waiting", ask(), "2 high 0s")
	must(s.BeginPosting(background, "old", t0))(t)
	want(t, "under way", ask(), "2 high 0s")
	must(s.BackToPending(background, "old", 1, t0.Add(time.Hour), "away"))(t)
	want(t, "asked to come later", ask(), "2 high 0s")
	n, since, loudest, err := s.Waiting(background, "#quiet", t0)
	want(t, "nobody", n == 0 && since.IsZero() && loudest == 0 && err == nil, true)
}

// TestWaitingReadsWhatWaits: while a route takes nothing, what waits for it is asked for again and
// again, and so is whether an answer can be seen: the messages and mentions of years are not read.
func TestWaitingReadsWhatWaits(t *testing.T) {
	s := openFile(t)
	for what, plan := range map[string][]string{
		"waiting": planOf(t, s, waitingQuery, "#m", int64(0)),
		"untold":  planOf(t, s, untoldQuery, "#m", int64(0)),
		"unseen":  planOf(t, s, unseenQuery, "m1"),
	} {
		for _, line := range plan {
			if slices.Contains([]string{"SCAN a", "SCAN alerts", "SCAN m", "SCAN mentions"}, line) {
				t.Errorf("%s: %s\n%s", what, line, strings.Join(plan, "\n"))
			}
		}
	}
}
