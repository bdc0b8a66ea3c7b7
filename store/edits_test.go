package store

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

func testEdits(t *testing.T, open opener) {
	s := open(t)
	p := post(1)
	ingest(t, s, intakeOf(heard(p, "Romashka", "Delivery")))
	p.Text = "Romashka burnt my parcel, and Bazar saw it"
	in := intakeOf(heard(p, "Romashka", "Bazar"))
	in.At = t0.Add(time.Hour)
	list := pending(t, s, in, alertAll)
	if len(list) != 3 {
		t.Fatalf("%d pending, want one for each mention it had or has", len(list))
	}
	for _, d := range list {
		switch d.Mention.Watch {
		case "Romashka":
			if d.Previous == nil || d.Previous.Post.Text != post(1).Text || d.Case.Status != mention.Open || len(d.Mention.Spans) == 0 {
				t.Errorf("still named: %+v", d)
			}
			if !d.Mention.HeardAt.Equal(t0) || !d.Mention.EditedAt.Equal(in.At) || d.Mention.Severity != mention.Normal {
				t.Errorf("times: %+v", d.Mention)
			}
		case "Delivery":
			if d.Previous == nil || len(d.Mention.Spans) != 0 || len(d.Mention.Score.Why) != 0 || d.Mention.Score.Value != -0.6 || d.Mention.Post.Text != p.Text {
				t.Errorf("not named any more: %+v", d.Mention)
			}
		case "Bazar":
			if d.Previous != nil || d.Case.Status != mention.Quiet {
				t.Errorf("named now: %+v", d)
			}
		}
	}
	m, c, err := s.Mention(background, mentionID(p, "Romashka"))
	if err != nil || m.Post.Text != p.Text || c.Version != 2 {
		t.Errorf("stored: %q, version %d, %v", m.Post.Text, c.Version, err)
	}
	want(t, "history", kinds(must(s.history(background, m.ID))(t)), "heard edited")
	want(t, "alerts: no second message for an edit", len(must(s.DueAlerts(background, in.At, 10))(t)), 3)
	want(t, "the same edit again: known", ingest(t, s, in).Known, 1)
	unnamed := heard(post(5), "Romashka") // it belongs to the watch by its source
	unnamed.Mentions[0].Spans = nil
	ingest(t, s, intakeOf(unnamed))
	unnamed.Post.Text += " It came."
	ingest(t, s, intakeOf(unnamed))
	for watch, said := range map[mention.ID]string{
		mentionID(p, "Delivery"):            "does not name Delivery any more",
		mentionID(unnamed.Post, "Romashka"): "",
	} {
		events := must(s.history(background, watch))(t)
		want(t, "what the edit did", events[len(events)-1].Detail, said)
	}
}

// testEditsOfThePast: of what is of the past only what was never seen is recorded in silence. Where the
// filter of what was seen was wiped or is away, an edit of what is known comes with it, and is news.
func testEditsOfThePast(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka")))
	p := post(1)
	p.Text = "Romashka burnt my parcel, and Bazar saw it"
	in := intakeOf(heard(p, "Romashka", "Bazar"), heard(post(2), "Romashka"))
	in.Baseline, in.Past, in.Complete = true, true, false
	for _, d := range pending(t, s, in, alertAll) {
		want(t, d.Mention.Watch+" in post "+d.Mention.Post.ID+" is recorded in silence", d.Baseline, d.Mention.Post.ID != p.ID)
	}
}

// testEditsAtEveryPoll: a page that turns something in its posts does not fill the audit.
func testEditsAtEveryPoll(t *testing.T, open opener) {
	s := open(t)
	edit := func(id, n int, recount bool) {
		p := post(id)
		p.Text = fmt.Sprint("Romashka lost my parcel, text of the day: ", n)
		in := intakeOf(heard(p, "Romashka"))
		in.At = t0.Add(time.Duration(n) * 10 * time.Minute)
		_, err := s.Ingest(background, in, func(_ context.Context, _ *Tx, pending []*mention.PendingMention) error {
			for _, d := range pending {
				d.Recount = recount
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for n := range 100 {
		edit(1, n, false)
		edit(2, n, true)
	}
	want(t, "history", kinds(must(s.history(background, mentionID(post(1), "Romashka")))(t)), "heard edited edited edited edited edited")
	want(t, "history of what was only counted", kinds(must(s.history(background, mentionID(post(2), "Romashka")))(t)), "heard")
	m, c, err := s.Mention(background, mentionID(post(1), "Romashka"))
	if err != nil || !strings.HasSuffix(m.Post.Text, " 99") || c.Version != 100 {
		t.Errorf("%q at version %d, %v", m.Post.Text, c.Version, err)
	}
}

// testWithoutVerdict reads and edits a mention as it was stored before scores held a
// verdict and frames.
func testWithoutVerdict(t *testing.T, open opener) {
	s := open(t)
	p := post(1)
	ingest(t, s, intakeOf(heard(p, "Romashka")))
	m, _, err := s.Mention(background, mentionID(p, "Romashka"))
	if err != nil || !m.Score.Judged() || m.Score.Complaint != 0.81 || len(m.Score.Frames) != 2 || m.Score.Frames[0].Text != "Romashka" {
		t.Fatalf("verdict %+v, %v", m.Score, err)
	}
	const old = `{"score":-0.6,"label":"neg","lang":"en","topics":["delivery"],"why":[{"start":18,"end":22,"text":"lost","rule":"word","weight":-0.6}]}`
	must(s.write.ExecContext(background, `UPDATE mentions SET score = $1`, old))(t)
	m, _, err = s.Mention(background, m.ID)
	if err != nil || m.Score.Judged() || m.Score.Value != -0.6 || len(m.Score.Why) != 1 || len(m.Score.Topics) != 1 {
		t.Fatalf("score %+v, %v", m.Score, err)
	}
	p.Text = "Romashka burnt my parcel"
	list := pending(t, s, intakeOf(heard(p, "Romashka")), alertAll)
	if len(list) != 1 || list[0].Previous == nil || list[0].Previous.Score.Judged() || !list[0].Mention.Score.Judged() {
		t.Errorf("pending %+v", list)
	}
}

func testEditedBack(t *testing.T, open opener) {
	s := open(t)
	p := post(1)
	ingest(t, s, intakeOf(heard(p, "Romashka")))
	other := p
	other.Text = "Never mind"
	want(t, "edited", ingest(t, s, intakeOf(heard(other))).Edited, 1)
	want(t, "edited back", ingest(t, s, intakeOf(heard(p, "Romashka"))).Edited, 1)
	m, c, err := s.Mention(background, mentionID(p, "Romashka"))
	if err != nil || len(m.Spans) != 1 || c.Version != 3 {
		t.Errorf("mention %+v, case %+v, %v", m, c, err)
	}
	want(t, "messages", len(must(s.alertsOf(background, m.ID))(t)), 1)
}

func testDeletions(t *testing.T, open opener) {
	s := open(t)
	p := post(1)
	ingest(t, s, intakeOf(heard(p, "Romashka"), heard(post(2))))
	gone := mention.Post{Source: p.Source, ID: p.ID, Deleted: true}
	list := pending(t, s, intakeOf(heard(gone)), alertAll)
	if len(list) != 1 || !list[0].Mention.Post.Deleted || list[0].Mention.Post.Text != "" || list[0].Mention.Post.URL != p.URL || list[0].Previous.Post.Text != p.Text {
		t.Fatalf("pending %+v", list)
	}
	m, c, err := s.Mention(background, mentionID(p, "Romashka"))
	if err != nil || !m.Post.Deleted || m.Post.Body() != "\n" || m.Post.URL != p.URL || len(m.Spans)+len(m.Score.Why) != 0 || c.Version != 2 {
		t.Errorf("mention %+v, case %+v, %v", m, c, err)
	}
	want(t, "history", kinds(must(s.history(background, m.ID))(t)), "heard deleted")
	r := ingest(t, s, intakeOf(heard(gone)))
	want(t, "deleted again: known", r.Known, 1)
	want(t, "found by text", len(must(s.List(background, mention.Query{Text: "parcel"}))(t).Entries), 0)

	want(t, "back again: edited", ingest(t, s, intakeOf(heard(p, "Romashka"))).Edited, 1)
	m, _, _ = s.Mention(background, m.ID)
	want(t, "back again: text", m.Post.Text, p.Text)

	never := mention.Post{Source: "forum", ID: "never seen", Deleted: true}
	want(t, "deleted before it was seen", ingest(t, s, intakeOf(heard(never))).New, 0)
	want(t, "and again", ingest(t, s, intakeOf(heard(never))).Known, 1)
}

// testWordsReadAnew: what changed in nearly all posts of a place is no news, but for a post that had no
// words: a layout that was not understood hid them.
func testWordsReadAnew(t *testing.T, open opener) {
	s := open(t)
	had, bare := post(1), post(2)
	bare.Title, bare.Text = "Review", ""
	ingest(t, s, intakeOf(heard(had), heard(bare)))
	had.Text += " Read also: Romashka stole it all"
	bare.Text = "Romashka stole it all"
	in := intakeOf(heard(had, "Romashka"), heard(bare, "Romashka"))
	in.Reread = true
	r := ingest(t, s, in)
	want(t, "edited", r.Edited, 2)
	if want(t, "alerts", len(r.Alerts), 1); len(r.Alerts) == 1 {
		_, c, err := s.Mention(background, mentionID(bare, "Romashka"))
		if err != nil || c.Status != mention.Open {
			t.Errorf("case %+v, %v", c, err)
		}
	}
}
