package plan_test

import (
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/mention"
)

func TestEdits(t *testing.T) {
	cases := []struct {
		name   string
		before mention.Action // what staff did before the edit
		text   string
		score  float64
		want   alerts.Change
		status mention.Status
	}{
		{"a word", mention.Action{}, rig.Refund + " Так.", -0.6, alerts.Edited, mention.Open},
		{"worse", mention.Action{}, rig.Refund + " Шахраї!", -0.9, alerts.Worse, mention.Open},
		{"worse after the answer", mention.Action{Verb: mention.Reply}, rig.Refund + " Шахраї!", -0.9, alerts.Worse, mention.Open},
		{"worse, but not us", mention.Action{Verb: mention.Dismiss, Reason: mention.NotUs}, rig.Refund + " Шахраї!", -0.9, alerts.Worse, mention.Dismissed},
		{"better", mention.Action{Verb: mention.Claim}, "Вже повернули, дякую!", 0.5, alerts.Better, mention.Claimed},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{})
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
			first := r.One(r.Poll(m), mention.Complaint)
			if c.before.Verb != "" {
				r.Do(m, c.before)
			}
			_, was := r.State(m)
			m.Post.Text = c.text
			rig.Judge(&m, c.score)
			a := r.One(r.Poll(m), mention.Changed)
			if f := alerts.ReadDetails(a.Payload); f.Change != c.want || a.ThreadOf != first.ID {
				t.Errorf("change %q under %q", f.Change, a.ThreadOf)
			}
			if _, is := r.State(m); is.Status != c.status || is.Version != was.Version+1 {
				t.Errorf("case is %s at version %d after %d", is.Status, is.Version, was.Version)
			}
		})
	}
}

func TestPraiseEditedIntoComplaint(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m := rig.Said(rig.Forum, "1", "Олена", "Чудовий банк, усе швидко!", 0.8)
	r.None(r.Poll(m))
	m.Post.Text = rig.Refund
	rig.Judge(&m, -0.6)
	r.One(r.Poll(m), mention.Complaint)
	if _, c := r.State(m); c.Status != mention.Open || !c.OpenedAt.Equal(rig.Noon.Add(time.Minute)) {
		t.Errorf("case %+v", c)
	}
}

// TestEditIsJudgedAnew: the verdict decides, whatever the words weigh.
func TestEditIsJudgedAnew(t *testing.T) {
	const score = -0.4
	cases := []struct {
		name    string
		was, is float64
		alert   bool // before the edit
		want    alerts.Change
	}{
		{"somebody else's fault becomes ours", 0.2, 0.8, false, ""},
		{"ours becomes somebody else's", 0.8, 0.2, true, alerts.Better},
		{"surer", 0.6, 0.81, true, alerts.Worse},
		{"hardly surer", 0.6, 0.79, true, alerts.Edited},
		{"alerted before there were verdicts", 0, 0.9, true, alerts.Edited},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{})
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, score)
			m.Score.Complaint = c.was
			if got := r.Poll(m); (len(got) == 1) != c.alert {
				t.Fatalf("alerts %+v", got)
			}
			m.Post.Text, m.Score.Complaint = rig.Rude, c.is
			if !c.alert {
				r.One(r.Poll(m), mention.Complaint)
				return
			}
			if got := alerts.ReadDetails(r.One(r.Poll(m), mention.Changed).Payload).Change; got != c.want {
				t.Errorf("change %q, want %q", got, c.want)
			}
		})
	}
}

func TestDeletion(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
	r.Poll(m)
	m.Post.Deleted = true
	a := r.One(r.Poll(m), mention.Changed)
	if f := alerts.ReadDetails(a.Payload); f.Change != alerts.Deleted {
		t.Errorf("change %q", f.Change)
	}
	if stored, _ := r.State(m); stored.Post.Text != "" || stored.Severity == 0 {
		t.Errorf("the words are still there, or the severity is gone: %q %s", stored.Post.Text, stored.Severity)
	}
}

// TestDismissedAsGone: a complaint that was closed because its post was gone is open again when the post is back,
// with a clock anew, and its words are no verdict on others.
func TestDismissedAsGone(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
	r.Poll(m)
	r.Shown()
	says := func(change alerts.Details, want string) {
		t.Helper()
		if got := (alerts.Message{Details: change}).News(); got != want {
			t.Errorf("says %q, want %q", got, want)
		}
	}
	r.One(r.Poll(gone(m)), mention.Changed)
	says(alerts.ReadDetails(r.One(r.Poll(m), mention.Changed).Payload), "The post is back on the site. It reads now:")
	r.Now = r.Now.Add(2 * time.Hour)
	r.Poll(gone(m))
	r.Do(m, mention.Action{Verb: mention.Dismiss, Reason: mention.Gone})
	r.One(r.Poll(rig.Said(rig.Forum, "2", "Петро", rig.Refund, -0.6)), mention.Complaint)
	r.Now = r.Now.Add(2 * time.Hour)
	says(alerts.ReadDetails(r.One(r.Poll(m), mention.Changed).Payload), "The post is back on the site, so the complaint is open again. It reads now:")
	if _, c := r.State(m); c.Status != mention.Open || !c.ReopenedAt.Equal(r.Now.Add(-time.Minute)) {
		t.Errorf("case %+v", c)
	}
	if f := alerts.ReadDetails(r.One(r.Poll(gone(m)), mention.Changed).Payload); f.Change != alerts.Deleted {
		t.Errorf("gone again: %+v", f)
	}
}

// TestBackAsPraiseAndWorse: what was closed because its post was gone, came back as praise, and is edited into a
// complaint again is a complaint again: nobody said that its words were none.
func TestBackAsPraiseAndWorse(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
	praise := rig.Said(rig.Forum, "1", "Олена", "Усе владнали, дякую!", 0.8)
	r.Poll(m)
	r.Shown()
	r.Poll(gone(m))
	r.Do(m, mention.Action{Verb: mention.Dismiss, Reason: mention.Gone})
	r.Poll(praise)
	if _, c := r.State(m); c.Status != mention.Dismissed {
		t.Errorf("back as praise: %+v", c)
	}
	r.Now = r.Now.Add(2 * time.Hour)
	r.One(r.Poll(m), mention.Changed)
	if _, c := r.State(m); c.Status != mention.Open {
		t.Errorf("a complaint again: %+v", c)
	}
}

// TestBackSoonAfterAnEdit: that a post is back is told also where its edits were told just before: else the
// thread ends with its being gone.
func TestBackSoonAfterAnEdit(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
	r.Poll(m)
	r.Shown()
	m.Post.Text += " Чекаю вже тиждень."
	r.One(r.Poll(m), mention.Changed)
	r.One(r.Poll(gone(m)), mention.Changed)
	if f := alerts.ReadDetails(r.One(r.Poll(m), mention.Changed).Payload); !f.Back {
		t.Errorf("told %+v", f)
	}
}

// TestWorseInTheSameWords: worse words that were told before, and taken back by their author, open what people
// closed since, or end its snooze, and are told: nobody would know of it.
func TestWorseInTheSameWords(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	bad := rig.Said(rig.Forum, "1", "Олена", rig.Refund+" Шахраї!", -0.9)
	r.Poll(m)
	r.Shown()
	r.One(r.Poll(bad), mention.Changed)
	for _, a := range []mention.Action{{Verb: mention.Reply}, {Verb: mention.Snooze, Until: r.Now.Add(90 * 24 * time.Hour)}, {Verb: mention.Dismiss, Reason: mention.NotNegative}} {
		r.Now = r.Now.Add(2 * time.Hour)
		r.Poll(m)
		r.Do(m, a)
		if f := alerts.ReadDetails(r.One(r.Poll(bad), mention.Changed).Payload); f.Change != alerts.Worse || !f.Reopened {
			t.Errorf("after %s: told %+v", a.Verb, f)
		}
	}
}

// TestWorseEndsASnooze: who put a complaint off did so with what stood there then: worse words do not wait
// for days until it wakes; better ones do.
func TestWorseEndsASnooze(t *testing.T) {
	for _, c := range []struct {
		name    string
		claimed bool
		score   float64
		asleep  bool
		status  mention.Status
	}{
		{"worse", false, -0.95, false, mention.Open},
		{"worse, and somebody has it", true, -0.95, false, mention.Claimed},
		{"as before", false, -0.6, true, mention.Open},
		{"better", false, 0.9, true, mention.Open},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{})
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
			r.Poll(m)
			r.Shown()
			if c.claimed {
				r.Do(m, mention.Action{Verb: mention.Claim})
			}
			r.Do(m, mention.Action{Verb: mention.Snooze, Until: r.Now.AddDate(0, 0, 30)})
			m.Post.Text += " Оновлено: дзвонила ще раз, обманули знову."
			rig.Judge(&m, c.score)
			told := r.One(r.Poll(m), mention.Changed)
			if f := alerts.ReadDetails(told.Payload); f.Reopened != (!c.asleep && !c.claimed) {
				t.Errorf("told %+v", f)
			}
			if _, k := r.State(m); k.Snoozed() != c.asleep || k.Status != c.status {
				t.Errorf("case %+v", k)
			}
		})
	}
}

// TestStarsOfAnEdit: fewer stars than before open an answered complaint again, whatever the words weigh; more of
// them, or the first ones, do not.
func TestStarsOfAnEdit(t *testing.T) {
	stars := func(n float64) *mention.Rating { return &mention.Rating{Value: n, Best: 5} }
	for name, c := range map[string]struct {
		was, is *mention.Rating
		want    mention.Status
	}{"fewer": {stars(2), stars(1), mention.Open}, "more": {stars(1), stars(2), mention.Replied}, "the first": {nil, stars(1), mention.Replied}} {
		t.Run(name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{})
			m := rig.Said(rig.Review, "1", "Олена", rig.Refund, -0.4)
			m.Post.Rating = c.was
			r.Poll(m)
			r.Do(m, mention.Action{Verb: mention.Reply})
			m.Post.Text, m.Post.Rating = m.Post.Text+" Оновлено.", c.is
			r.One(r.Poll(m), mention.Changed)
			if _, k := r.State(m); k.Status != c.want {
				t.Errorf("the case is %s", k.Status)
			}
		})
	}
}

// TestHistorySaysWhy: the history of a complaint says where it was heard, whose word keeps it quiet, and how much
// worse an edit made what nobody had read yet.
func TestHistorySaysWhy(t *testing.T) {
	says := func(r *rig.Rig, m mention.Mention, kind, want string) {
		t.Helper()
		file, err := r.Store.CaseFile(t.Context(), rig.ID(m))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range file.History {
			if e.Kind == kind {
				if e.Detail != want {
					t.Errorf("%s: %q, want %q", kind, e.Detail, want)
				}
				return
			}
		}
		t.Errorf("nothing is said of %s: %+v", kind, file.History)
	}
	r, _ := newNight(t)
	first := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	copied := rig.Said(rig.Review, "7", "olena", rig.Refund, -0.5)
	r.Poll(first)
	says(r, first, "heard", rig.Forum)
	first.Post.Text += " Отруїлася їжею, лежу в лікарні."
	r.Poll(poisoned(first))
	says(r, first, "edited", "score -0.50 → -0.90, complaint 0.65 → 0.85")
	r.Do(first, mention.Action{Verb: mention.Dismiss, Reason: mention.NotUs})
	copied.Post.Text = first.Post.Text
	r.None(r.Poll(copied))
	says(r, copied, "suppressed", alerts.QuietSaid(mention.NotUs, "Ira"))
}
