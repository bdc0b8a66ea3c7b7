package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

func testPrune(t *testing.T, open opener) {
	s := open(t)
	old := intakeOf(heard(post(1), "Romashka"), heard(post(2)), heard(post(3), "Romashka", "Delivery"))
	old.At = t0.AddDate(0, 0, -200)
	ingest(t, s, old)
	ingest(t, s, intakeOf(heard(post(4), "Romashka"), heard(post(5))))
	closed := mentionID(post(1), "Romashka")
	for _, id := range []mention.ID{closed, mentionID(post(3), "Delivery")} {
		must(act(s, id, mention.Action{Verb: mention.Dismiss, By: person("ira"), At: t0.Add(-time.Hour), Reason: mention.NotUs}))(t)
	}
	send(t, s, alertID(closed))
	p, err := s.Prune(background, DefaultRetention(t0))
	if err != nil {
		t.Fatal(err)
	}
	want(t, "pruned", p, Pruned{Posts: 1, Mentions: 1})
	m, c, err := s.Mention(background, closed)
	if err != nil || m.Post.Body() != "\n" || m.Post.Author+m.Post.URL != "" || len(m.Spans)+len(m.Score.Why) > 0 || m.Score.Value != -0.6 || m.Score.Complaint != 0.81 || c.Status != mention.Dismissed || m.Post.Deleted {
		t.Errorf("mention %+v, case %+v, %v", m, c, err)
	}
	want(t, "frames keep no words", fmt.Sprint(m.Score.Frames), "[{about us 0 0 } {voice customer 0 0 }]")
	m, _, _ = s.Mention(background, mentionID(post(3), "Delivery"))
	want(t, "words shared with an open case stay", m.Post.Text, post(3).Text)
	r := ingest(t, s, old)
	want(t, "the posts stay known", r.Known, 3)
	p, err = s.Prune(background, DefaultRetention(t0))
	want(t, "again", p, Pruned{})
	want(t, "again", err, nil)
	p, err = s.Prune(background, Retention{Events: t0.Add(time.Hour)})
	if err != nil || p.Events == 0 || p.Alerts != 1 {
		t.Errorf("events: %+v, %v", p, err)
	}
	p, _ = s.Prune(background, Retention{})
	want(t, "no retention", p, Pruned{})
}

// testPrunePayloads: with the words of a mention goes what its messages said, where they stand in Slack; one that is still to
// be told keeps what it will say, and those of other mentions theirs.
func testPrunePayloads(t *testing.T, open opener) {
	s := open(t)
	var list []mention.AnalyzedPost
	for n := range 4 {
		list = append(list, heard(post(n), "Romashka"))
	}
	old, fresh := intakeOf(list[:3]...), intakeOf(list[3])
	old.At = t0.AddDate(0, 0, -200)
	for _, in := range []mention.PollResult{old, fresh} {
		must(s.Ingest(background, in, func(ctx context.Context, tx *Tx, pending []*mention.PendingMention) error {
			err := alertAll(ctx, tx, pending)
			for _, d := range pending {
				d.Alerts[0].Payload = []byte(`{"text":"says"}`)
			}
			return err
		}))(t)
	}
	for n := range 4 {
		id := mentionID(post(n), "Romashka")
		if n != 1 {
			send(t, s, alertID(id))
		}
		must(act(s, id, mention.Action{Verb: mention.Dismiss, By: person("ira"), At: t0.Add(-time.Hour), Reason: mention.NotUs}))(t)
	}
	want(t, "pruned", must(s.Prune(background, DefaultRetention(t0)))(t), Pruned{Mentions: 3})
	for n, says := range []bool{false, true, false, true} {
		a, _, err := s.Alert(background, alertID(mentionID(post(n), "Romashka")))
		want(t, fmt.Sprint("message ", n, " says something"), len(a.Payload) > 0, says)
		want(t, "error", err, nil)
	}
}

// A page may show another text long after the words went, and its complaint be told then: it
// is answered like any other, and the new words go with time as the old ones did.
func testPruneEdited(t *testing.T, open opener) {
	s := open(t)
	old := intakeOf(heard(post(1), "Romashka"))
	old.At = t0.AddDate(0, 0, -200)
	ingest(t, s, old)
	id := mentionID(post(1), "Romashka")
	close := func() {
		t.Helper()
		must(act(s, id, mention.Action{Verb: mention.Dismiss, By: person("ira"), At: t0.Add(-time.Hour), Reason: mention.NotUs}))(t)
	}
	close()
	want(t, "pruned", must(s.Prune(background, DefaultRetention(t0)))(t), Pruned{Mentions: 1})
	edited := post(1)
	edited.Text = "Romashka lost my second parcel too"
	want(t, "edited", ingest(t, s, intakeOf(heard(edited, "Romashka"))).Edited, 1)
	must(act(s, id, mention.Action{Verb: mention.Reopen, At: t0}))(t)
	if err := s.AddReply(background, draftOf(id, "k1")); err != nil {
		t.Errorf("it cannot be answered: %v", err)
	}
	want(t, "words of an open case stay", must(s.Prune(background, DefaultRetention(t0)))(t), Pruned{})
	close()
	want(t, "pruned again", must(s.Prune(background, DefaultRetention(t0)))(t), Pruned{Mentions: 1})
	if left := everywhere(t, s); strings.Contains(left, edited.Text) || strings.Contains(left, edited.Author) {
		t.Errorf("left for good: %s", left)
	}
}

// The words of a complaint may go before its case is done with, because somebody asked for it, and people
// press the buttons of a message whose words went long ago: what that leaves of staff goes with time all the
// same.
func testPruneStaff(t *testing.T, open opener) {
	s := open(t)
	old := intakeOf(heard(post(1), "Romashka"), heard(post(2), "Romashka"), heard(post(3), "Romashka"))
	old.At = t0.AddDate(0, 0, -200)
	ingest(t, s, old)
	asked, pressed, open3 := mentionID(post(1), "Romashka"), mentionID(post(2), "Romashka"), mentionID(post(3), "Romashka")
	do := func(id mention.ID, verbs ...mention.Verb) {
		t.Helper()
		for _, verb := range verbs {
			if _, err := act(s, id, mention.Action{Verb: verb, By: person("ira"), At: t0.Add(-mention.UndoWithin), Reason: mention.NotUs}); err != nil {
				t.Fatal(verb, err)
			}
		}
	}
	named := func(id mention.ID) bool {
		t.Helper()
		_, c, err := s.Mention(background, id)
		if err != nil {
			t.Fatal(err)
		}
		return c.Owner.ID+c.Owner.Name+c.RepliedBy+c.SnoozedBy.ID+c.SnoozedBy.Name != ""
	}
	prune := func() { t.Helper(); must(s.Prune(background, DefaultRetention(t0)))(t) }
	do(asked, mention.Claim)
	do(open3, mention.Claim)
	for _, n := range []int{1, 3} {
		if got := must(s.Erase(background, Subject{URL: post(n).URL}, false))(t); got.Mentions != 1 {
			t.Fatalf("erased: %+v", got)
		}
	}
	do(asked, mention.Reply)
	do(pressed, mention.Claim, mention.Dismiss)
	prune()
	do(pressed, mention.Reopen, mention.Claim, mention.Reply)
	if !named(pressed) {
		t.Fatal("nobody has answered")
	}
	prune()
	if named(asked) {
		t.Error("erased on request: who answered stays for good")
	}
	if named(pressed) {
		t.Error("pressed after the words went: who answered stays for good")
	}
	if !named(open3) {
		t.Error("who has an open case is forgotten")
	}
}

// testPruneClosedLately: a case that waited longer than the retention is closed: its words stay
// while the public answer is looked for, and while a slip can be undone.
func testPruneClosedLately(t *testing.T, open opener) {
	const day = 24 * time.Hour
	s := open(t)
	for i, c := range []struct {
		name           string
		retention, ago time.Duration
		verb           mention.Verb
		seen           bool // the answer stands on the site
		stays          bool
	}{
		{"answered now", 20 * day, 0, mention.Reply, false, true},
		{"answered two weeks ago", 20 * day, 14 * day, mention.Reply, false, false},
		{"answered, and the answer seen", 20 * day, 0, mention.Reply, true, false},
		{"answered within a short retention", day, day - time.Hour, mention.Reply, false, true},
		{"answered before it", day, day + time.Hour, mention.Reply, false, false},
		{"dismissed now", 20 * day, 0, mention.Dismiss, false, true},
		{"dismissed for longer than can be undone", 20 * day, mention.UndoWithin, mention.Dismiss, false, false},
	} {
		old := intakeOf(heard(post(i), "Romashka"))
		old.At = t0.Add(-40 * day)
		ingest(t, s, old)
		id := mentionID(post(i), "Romashka")
		_, err := act(s, id, mention.Action{Verb: c.verb, By: person("ira"), At: t0.Add(-c.ago), Reason: mention.Spam})
		if err == nil && c.seen {
			_, err = s.UpdateCase(background, id, func(k *mention.Case) ([]mention.Event, []mention.Alert, error) {
				return nil, nil, k.Answered("Romashka Support", t0)
			})
		}
		if err != nil {
			t.Fatal(c.name, err)
		}
		must(s.Prune(background, Retention{Mentions: t0.Add(-c.retention)}))(t)
		m, _, err := s.Mention(background, id)
		want(t, c.name+": words and thread stay", m.Post.Text != "" && m.Post.ThreadURL != "", c.stays)
		want(t, c.name, err, nil)
	}
}

// After each transaction the retention rests for longer than that took, so that years that go at once
// hold up neither polls nor people; and it ends when earshot does.
func testPruneRests(t *testing.T, open opener) {
	s := open(t)
	const posts = 3*pruneWords + 1
	for n := range posts {
		ingest(t, s, intakeOf(heard(post(n), "Romashka")))
		must(act(s, mentionID(post(n), "Romashka"), mention.Action{Verb: mention.Dismiss, By: person("ira"), At: t0.Add(-time.Hour), Reason: mention.Spam}))(t)
	}
	rests := 0
	stop := errors.New("the end")
	s.rest = func(_ context.Context, d time.Duration) error {
		if rests++; d <= 0 {
			t.Errorf("rests for %s", d)
		}
		if rests == 2 {
			return stop
		}
		return nil
	}
	old := Retention{Mentions: t0.Add(time.Hour)}
	if p, err := s.Prune(background, old); !errors.Is(err, stop) || p.Mentions != 2*pruneWords {
		t.Errorf("it is ended in its second rest: %+v, %v", p, err)
	}
	p := must(s.Prune(background, old))(t)
	want(t, "mentions", p.Mentions, posts-2*pruneWords)
	want(t, "rests", rests, 4)
}

// testPruneLooksOnce: the bodies of complaints, which stay as long as their words, are not looked at every hour; what
// is old by then goes as before, and once a day all are looked at.
func testPruneLooksOnce(t *testing.T, open opener) {
	now := t0
	s := open(t)
	s.now = func() time.Time { return now }
	const posts = 2*pruneLook + 10
	var old []mention.AnalyzedPost
	for n := range posts {
		p := heard(post(n))
		if n > 0 {
			p = heard(post(n), "Romashka")
		}
		old = append(old, p)
	}
	in := intakeOf(old...)
	in.At = t0.AddDate(0, 0, -40)
	ingest(t, s, in)
	prune := func() (p Pruned, looks int) {
		t.Helper()
		r := Retention{Posts: now.AddDate(0, 0, -30)}
		job := s.pruneJobs(r, &p)[0]
		for !job.finished() {
			looks += one(len(job.todo) == 0)
			mustDo(t, job.step(background))
		}
		job.leaveMark()
		return p, looks
	}
	for _, c := range []struct {
		what        string
		after       time.Duration
		gone, looks int
	}{
		{"at first", 0, 1, 3}, {"an hour later", time.Hour, 0, 1}, {"when another is old", 11 * time.Hour, 1, 1}, {"again", 12 * time.Hour, 0, 1},
		{"a day later, what came late", 25 * time.Hour, 1, 3}, {"when the clock was set back", 24 * time.Hour, 0, 3},
	} {
		if c.after == 11*time.Hour {
			later := intakeOf(heard(post(posts)), heard(post(posts+1), "Romashka"))
			later.At = t0.AddDate(0, 0, -30).Add(10 * time.Hour)
			ingest(t, s, later)
		}
		if c.after == 12*time.Hour {
			late := intakeOf(heard(post(posts + 2)))
			late.At = t0.AddDate(0, 0, -35)
			ingest(t, s, late)
		}
		now = t0.Add(c.after)
		if p, looks := prune(); p.Posts != c.gone || looks != c.looks {
			t.Errorf("%s: %d posts in %d looks, want %d in %d", c.what, p.Posts, looks, c.gone, c.looks)
		}
	}
}

// testPruneByTheClock: a day is one of the clock that all times come from. That of Go goes on when the clock is set back,
// and stands still while a machine sleeps.
func testPruneByTheClock(t *testing.T, open opener) {
	s := open(t)
	s.now = time.Now
	must(s.Prune(background, Retention{Posts: t0}))(t)
	if since := s.bodies.Load().since; since != since.Round(0) {
		t.Errorf("marks are believed since %s", since)
	}
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
