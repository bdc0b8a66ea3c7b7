package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

func notice(id string, sev mention.Severity, created time.Time) mention.Alert {
	return mention.Alert{ID: mention.AlertID(id), Kind: mention.Notice, Route: "#m", Severity: sev, CreatedAt: created, Payload: []byte(`{"text":"x"}`)}
}

func enqueue(t *testing.T, s *Store, list ...mention.Alert) {
	t.Helper()
	mustDo(t, s.Enqueue(background, list...))
}

// ids lists the due alerts as "a b c".
func ids(list []mention.Alert) string {
	out := ""
	for i, a := range list {
		if i > 0 {
			out += " "
		}
		out += string(a.ID)
	}
	return out
}

func due(t *testing.T, s *Store, now time.Time) string {
	t.Helper()
	return ids(must(s.DueAlerts(background, now, 100))(t))
}

func send(t *testing.T, s *Store, id mention.AlertID) {
	t.Helper()
	want(t, "begin posting", must(s.BeginPosting(background, id, t0))(t), true)
	want(t, "mark posted", must(s.MarkPosted(background, id, "C1", "1.2", 1))(t), true)
}

func testOutbox(t *testing.T, open opener) {
	s := open(t)
	enqueue(t, s, notice("a", mention.Normal, t0))
	want(t, "posted before posting", must(s.MarkPosted(background, "a", "C", "1", 0))(t), false)
	want(t, "begin", must(s.BeginPosting(background, "a", t0))(t), true)
	want(t, "begin twice", must(s.BeginPosting(background, "a", t0))(t), false)
	want(t, "due while posting", due(t, s, t0), "")
	want(t, "in doubt at once", ids(must(s.InDoubt(background, t0))(t)), "")
	want(t, "in doubt later", ids(must(s.InDoubt(background, t0.Add(time.Second)))(t)), "a")
	want(t, "back", must(s.BackToPending(background, "a", 1, t0.Add(time.Minute), "429"))(t), true)
	want(t, "held", due(t, s, t0), "")
	want(t, "due after", due(t, s, t0.Add(time.Minute)), "a")
	want(t, "begin again", must(s.BeginPosting(background, "a", t0))(t), true)
	a, ok, err := s.Alert(background, "a")
	if err != nil || !ok || a.Attempts != 2 || a.LastError != "429" || a.Status != mention.Posting || string(a.Payload) != `{"text":"x"}` || !a.PostingAt.Equal(t0) {
		t.Errorf("alert %+v, %v, %v", a, ok, err)
	}
	want(t, "back again", must(s.BackToPending(background, "a", 2, t0.Add(2*time.Hour), "channel_not_found"))(t), true)
	want(t, "held again", due(t, s, t0.Add(time.Hour)), "")
	send(t, s, "a")
	a, _, _ = s.Alert(background, "a")
	if a.Status != mention.Posted || a.Channel != "C1" || a.TS != "1.2" || a.RenderedVersion != 1 || a.LastError != "" {
		t.Errorf("posted %+v", a)
	}
	want(t, "posted twice", must(s.MarkPosted(background, "a", "C2", "9", 0))(t), false)
	want(t, "back from posted", must(s.BackToPending(background, "a", 3, t0, ""))(t), false)
	_, ok, err = s.Alert(background, "b")
	want(t, "unknown alert", ok, false)
	want(t, "unknown alert", err, nil)
}

// testInstead: what is not true any more goes as long as nobody was told, also when a channel that
// was away did not take it. What may stand there is told to be over.
func testInstead(t *testing.T, open opener) {
	s := open(t)
	for why, gone := range map[string]bool{"": true, "429": true, "dial tcp: no route to host": true, mention.UnreadableHistory: false} {
		fails, back := notice("fails "+why, mention.Normal, t0), notice("back "+why, mention.Normal, t0)
		enqueue(t, s, fails)
		if why != "" {
			want(t, why+": begin", must(s.BeginPosting(background, fails.ID, t0))(t), true)
			want(t, why+": back", must(s.BackToPending(background, fails.ID, 1, t0, why))(t), true)
		}
		mustDo(t, s.EnqueueInstead(background, fails.ID, true, back))
		_, waits, _ := s.Alert(background, fails.ID)
		_, told, _ := s.Alert(background, back.ID)
		want(t, why+": it waits", waits, !gone)
		want(t, why+": its end is told", told, !gone)
	}
}

// testJoin: one alert goes in place of some that wait, all of them or none: of what was withdrawn
// meanwhile, tried or sent elsewhere nothing may be said.
func testJoin(t *testing.T, open opener) {
	s := open(t)
	for name, meanwhile := range map[string]func(b mention.AlertID) error{
		"all wait": func(mention.AlertID) error { return nil },
		"one is not true any more": func(b mention.AlertID) error {
			return s.EnqueueInstead(background, b, true, notice("back", mention.Normal, t0))
		},
		"one is under way": func(b mention.AlertID) error { _, err := s.BeginPosting(background, b, t0); return err },
		"one goes elsewhere": func(b mention.AlertID) error {
			_, err := s.Reroute(background, func(a mention.Alert, _ mention.Mention) (string, string) {
				if a.ID == b {
					return "#other", ""
				}
				return a.Route, ""
			})
			return err
		},
	} {
		one, a, b := notice(name+" one", mention.Normal, t0), notice(name+" a", mention.Normal, t0), notice(name+" b", mention.Normal, t0)
		enqueue(t, s, a, b)
		mustDo(t, meanwhile(b.ID))
		joined := name == "all wait"
		want(t, name, must(s.Join(background, one, []mention.Alert{b, a}))(t), joined)
		_, stored, err := s.Alert(background, one.ID)
		want(t, name+": stored", stored, joined)
		want(t, name+": error", err, nil)
		enqueue(t, s, a) // told again after a crash
		is, _, _ := s.Alert(background, a.ID)
		want(t, name+": what it stands for", is.Status == mention.Posted, joined)
	}
}

// Two processes found the same alert in doubt; the slower must not undo what the
// faster began.
func testPostingOwner(t *testing.T, open opener) {
	s := open(t)
	enqueue(t, s, notice("a", mention.Normal, t0))
	must(s.BeginPosting(background, "a", t0))(t)
	want(t, "faster: back", must(s.BackToPending(background, "a", 1, t0, "in doubt"))(t), true)
	want(t, "faster: begin", must(s.BeginPosting(background, "a", t0))(t), true)
	want(t, "slower: back", must(s.BackToPending(background, "a", 1, t0, "in doubt"))(t), false)
	want(t, "slower: begin", must(s.BeginPosting(background, "a", t0))(t), false)
}

func testDueOrder(t *testing.T, open opener) {
	s := open(t)
	held := notice("held", mention.Critical, t0)
	held.NotBefore = t0.Add(time.Minute)
	enqueue(t, s, notice("late", mention.High, t0.Add(2)), notice("low", mention.Low, t0), notice("early", mention.High, t0), notice("loud", mention.Critical, t0.Add(time.Hour)), held)
	want(t, "order", due(t, s, t0.Add(time.Second)), "loud early late low")
	want(t, "limit", ids(must(s.DueAlerts(background, t0, 2))(t)), "loud early")
}

// What a storm gathers goes after every complaint's own message, and copies last; what
// is said in the thread of a complaint about itself waits for none of them.
func testGatheredWait(t *testing.T, open opener) {
	s := open(t)
	alert := func(id string, kind mention.AlertKind, sev mention.Severity, under mention.AlertID) mention.Alert {
		a := notice(id, sev, t0)
		a.Kind, a.ThreadOf = kind, under
		return a
	}
	enqueue(t, s, alert("storm", mention.Burst, mention.Critical, ""))
	send(t, s, "storm")
	enqueue(t, s,
		alert("a copy", mention.Duplicate, mention.High, "storm"), alert("b copy", mention.Duplicate, mention.Critical, "storm"),
		alert("c gathered", mention.Complaint, mention.High, "storm"), alert("d gathered", mention.Complaint, mention.Normal, "storm"),
		alert("e overdue", mention.Escalation, mention.Normal, "storm"), alert("f own", mention.Complaint, mention.Low, ""), alert("g own", mention.Complaint, mention.High, ""))
	want(t, "order", due(t, s, t0), "g own e overdue f own c gathered d gathered b copy a copy")
	want(t, "limit", ids(must(s.DueAlerts(background, t0, 4))(t)), "g own e overdue f own c gathered")
	if s.engine.name == "sqlite" {
		plan := strings.Join(planOf(t, s, dueQuery, micros(t0), 100), "\n")
		if !strings.Contains(plan, "alerts_turn") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("what is due is sorted, not read in its order: %s", plan)
		}
	}
}

func testThreadsWait(t *testing.T, open opener) {
	s := open(t)
	child, orphan := notice("child", mention.Critical, t0), notice("orphan", mention.Normal, t0)
	child.ThreadOf, orphan.ThreadOf = "parent", "unknown"
	enqueue(t, s, notice("parent", mention.Low, t0), child, orphan)
	want(t, "before", due(t, s, t0), "orphan parent")
	loud := notice("loud", mention.Normal, t0)
	loud.ThreadOf, loud.NotBefore = "parent", t0.Add(time.Hour)
	enqueue(t, s, loud)
	loud.ThreadOf, loud.NotBefore, loud.Severity, loud.Route = "", time.Time{}, mention.Critical, "#war-room"
	enqueue(t, s, loud)
	want(t, "taken out of its thread", due(t, s, t0), "loud orphan parent")
	loud.Route = "#other"
	enqueue(t, s, loud)
	taken, _, _ := s.Alert(background, "loud")
	want(t, "changed once", taken.Route, "#war-room")
	send(t, s, "loud")
	send(t, s, "parent")
	list := must(s.DueAlerts(background, t0, 10))(t)
	want(t, "after", ids(list), "child orphan")
	want(t, "thread", list[0].ThreadOf, "parent")
	want(t, "thread of the orphan", list[1].ThreadOf, "")
}

func testGathered(t *testing.T, open opener) {
	s := open(t)
	watches, n, loudest, err := s.Gathered(background, "root")
	want(t, "nothing", fmt.Sprintf("%v %d %q %v", watches, n, loudest, err), `[] 0 "" <nil>`)
	enqueue(t, s, notice("root", mention.Normal, t0))
	ingest(t, s, intakeOf(heard(post(1), "Tea"), heard(post(2), "Bank"), heard(post(3), "Bank"), heard(post(4), "Bank")))
	under := func(id string, p mention.Post, watch string, sev mention.Severity, root string) mention.Alert {
		a := notice(id, sev, t0)
		a.ThreadOf, a.Kind, a.MentionID = mention.AlertID(root), mention.Complaint, mentionID(p, watch)
		return a
	}
	enqueue(t, s, under("a", post(1), "Tea", mention.High, "root"), under("b", post(2), "Bank", mention.Low, "root"),
		under("c", post(3), "Bank", mention.Normal, "root"), under("d", post(4), "Bank", mention.Critical, "other"))
	for _, id := range []string{"edited", "edited again", "answered"} {
		line := under(id, post(1), "Tea", mention.High, "root")
		line.Kind = mention.Changed
		enqueue(t, s, line)
	}
	watches, n, loudest, err = s.Gathered(background, "root")
	want(t, "all", fmt.Sprintf("%v %d %q %v", watches, n, loudest, err), fmt.Sprintf(`[Bank Tea] 3 %q <nil>`, mentionID(post(1), "Tea")))
}

func testOutdated(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka")))
	id := mentionID(post(1), "Romashka")
	want(t, "unposted is not stale", len(must(s.Outdated(background, 10))(t)), 0)
	claim(t, s, id, "ira")
	must(s.BeginPosting(background, alertID(id), t0))(t)
	must(s.MarkPosted(background, alertID(id), "C", "1", 1))(t) // drawn before the claim
	want(t, "stale", ids(must(s.Outdated(background, 10))(t)), string(alertID(id)))
	mustDo(t, s.SetRendered(background, alertID(id), 2))
	want(t, "drawn", len(must(s.Outdated(background, 10))(t)), 0)
	mustDo(t, s.SetRendered(background, alertID(id), 1))
	want(t, "never goes back", len(must(s.Outdated(background, 10))(t)), 0)
	p := post(1)
	p.Text = "Romashka, worse"
	ingest(t, s, intakeOf(heard(p, "Romashka")))
	want(t, "stale after an edit", len(must(s.Outdated(background, 10))(t)), 1)
}

// testOutdatedOrder: somebody takes all of a storm, whose messages hang in its thread, and others press
// meanwhile and afterwards. Theirs are redrawn at once, not when a thousand others are.
func testOutdatedOrder(t *testing.T, open opener) {
	s := open(t)
	var list []mention.AnalyzedPost
	for n := range 12 {
		list = append(list, heard(post(n), "Romashka"))
	}
	ingest(t, s, intakeOf(list...))
	of := func(n int) mention.ID { return mentionID(post(n), "Romashka") }
	for n := range 12 {
		send(t, s, alertID(of(n)))
	}
	must(s.write.ExecContext(background, `UPDATE alerts SET thread_of = 'storm', severity = 4 WHERE id NOT IN ($1, $2)`, string(alertID(of(3))), string(alertID(of(7)))))(t)
	claim(t, s, of(7), "olga")
	for n := range 12 {
		if n != 3 && n != 7 {
			claim(t, s, of(n), "ira")
		}
	}
	claim(t, s, of(3), "olga")
	must(act(s, of(5), mention.Action{Verb: mention.Reply, By: person("ira"), At: t0}))(t)
	all := must(s.Outdated(background, 20))(t)
	want(t, "outdated", len(all), 12)
	for i, n := range []int{3, 7, 5} {
		if all[i].ID != alertID(of(n)) {
			t.Errorf("turn %d is not that of message %d", i+1, n)
		}
	}
	want(t, "what was taken first", all[11].ID, alertID(of(0)))
}

func testEnqueue(t *testing.T, open opener) {
	s := open(t)
	enqueue(t, s, notice("a", mention.Normal, t0), notice("a", mention.Critical, t0))
	send(t, s, "a")
	enqueue(t, s, notice("a", mention.Normal, t0))
	a, _, _ := s.Alert(background, "a")
	want(t, "status", a.Status, mention.Posted)
	want(t, "severity", a.Severity, mention.Normal)
	enqueue(t, s)
	now := notice("now", mention.Normal, time.Time{})
	enqueue(t, s, now)
	a, _, _ = s.Alert(background, "now")
	want(t, "created", a.CreatedAt, t0)
}

func testCounts(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka"), heard(post(2), "Romashka"), heard(post(3), "Romashka")))
	claim(t, s, mentionID(post(1), "Romashka"), "ira")
	send(t, s, alertID(mentionID(post(1), "Romashka")))
	must(s.BeginPosting(background, alertID(mentionID(post(2), "Romashka")), t0))(t)
	c, err := s.Counts(background, t0)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "counts", c, mention.Counts{Pending: 1, Posting: 1, OldestPending: t0, Open: 2, OldestOpen: t0, Claimed: 1})
	for _, n := range []int{2, 3} { // a snoozed one waits for nobody
		must(act(s, mentionID(post(n), "Romashka"), mention.Action{Verb: mention.Snooze, By: person("ira"), At: t0, Until: t0.Add(time.Hour)}))(t)
	}
	if c, err = s.Counts(background, t0); err != nil || !c.OldestOpen.IsZero() || c.Open != 0 {
		t.Errorf("counts with snoozed cases: %+v, %v", c, err)
	}
	if c, err = s.Counts(background, t0.Add(2*time.Hour)); err != nil || !c.OldestOpen.Equal(t0) || c.Open != 2 {
		t.Errorf("counts after they woke: %+v, %v", c, err)
	}
	two, three := mentionID(post(2), "Romashka"), mentionID(post(3), "Romashka")
	if _, err := s.UpdateCase(background, two, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		c.Woke(10 * time.Minute)
		return nil, nil, nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, v := range []mention.Verb{mention.Reply, mention.Reopen} {
		must(act(s, three, mention.Action{Verb: v, By: person("ira"), At: t0.Add(3 * time.Hour)}))(t)
	}
	if c, err = s.Counts(background, t0.Add(4*time.Hour)); err != nil || !c.OldestOpen.Equal(t0.Add(50*time.Minute)) {
		t.Errorf("what was slept does not count: %+v, %v", c, err)
	}
	must(act(s, two, mention.Action{Verb: mention.Claim, By: person("ira"), At: t0.Add(3 * time.Hour)}))(t)
	if c, err = s.Counts(background, t0.Add(4*time.Hour)); err != nil || !c.OldestOpen.Equal(t0.Add(3*time.Hour)) {
		t.Errorf("one that was opened again waits since then: %+v, %v", c, err)
	}
	gone := heard(post(3), "Romashka")
	gone.Post.Deleted, gone.Post.Text = true, ""
	ingest(t, s, intakeOf(gone))
	if c, err = s.Counts(background, t0.Add(4*time.Hour)); err != nil || !c.OldestOpen.IsZero() || c.Open != 0 {
		t.Errorf("one that is gone from its site waits: %+v, %v", c, err)
	}
}
