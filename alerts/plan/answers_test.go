package plan_test

import (
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/mention"
)

// answered is a rig with a complaint that got its answer ten minutes ago.
func answered(t *testing.T) (r *rig.Rig, complaint, answer mention.Mention) {
	t.Helper()
	r = rig.New(t, alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}})
	complaint = rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
	complaint.Post.Published = rig.Noon.Add(-time.Minute)
	answer = rig.Said(rig.Forum, "3", "Romashka Support", "Олено, кошти вже в дорозі.", 0.1)
	answer.Post.Published = rig.Noon.Add(90 * time.Second)
	r.Poll(complaint)
	r.Now = rig.Noon.Add(10 * time.Minute)
	r.One(r.Poll(answer), mention.Changed)
	return r, complaint, answer
}

// TestAnswerBeforeWorseWords: what the company said to a whole thread before one of its complaints became worse
// answers the others.
func TestAnswerBeforeWorseWords(t *testing.T) {
	r := rig.New(t, alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}})
	worse, other := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5), rig.Said(rig.Forum, "2", "Петро", rig.Rude, -0.5)
	r.Poll(worse)
	r.Poll(other)
	answer := rig.Said(rig.Forum, "3", "Romashka Support", "Вибачте, розбираємося.", 0.1)
	answer.Post.Published = rig.Noon.Add(20 * time.Minute)
	worse.Post.Text, worse.Post.Edited = worse.Post.Text+" Шахраї!", rig.Noon.Add(30*time.Minute)
	rig.Judge(&worse, -0.95)
	r.Now = rig.Noon.Add(40 * time.Minute)
	r.Poll(worse, answer)
	for _, c := range []struct {
		m    mention.Mention
		want mention.Status
	}{{worse, mention.Open}, {other, mention.Replied}} {
		if _, k := r.State(c.m); k.Status != c.want {
			t.Errorf("%s: %s, want %s", c.m.Post.ID, k.Status, c.want)
		}
	}
}

// gone is the same post, deleted.
func gone(m mention.Mention) mention.Mention {
	m.Post.Deleted = true
	return m
}

func TestAnswerGone(t *testing.T) {
	other := rig.Said(rig.Forum, "4", "Romashka Support", "Олено, вже повернули.", 0.1)
	other.Post.Published = rig.Noon.Add(5 * time.Minute)
	t.Run("opens the case, with a clock anew", func(t *testing.T) {
		r, m, answer := answered(t)
		r.Now = rig.Noon.Add(time.Hour)
		a := r.One(r.Poll(gone(answer)), mention.Changed)
		if f := alerts.ReadDetails(a.Payload); f.Change != alerts.Withdrawn || f.By != "Romashka Support" || f.Link != "" {
			t.Errorf("told %+v", f)
		}
		want := "The answer of Romashka Support is gone from the site, so the complaint is open again."
		if got := (alerts.Message{Details: alerts.ReadDetails(a.Payload)}).News(); got != want {
			t.Errorf("says %q, want %q", got, want)
		}
		if _, c := r.State(m); c.Status != mention.Open || c.AnswerVerified || !c.ReopenedAt.Equal(rig.Noon.Add(time.Hour)) || !c.RepliedAt.IsZero() {
			t.Errorf("case %+v", c)
		}
		r.None(r.Poll(gone(answer))) // once

		// Back, and gone again.
		if f := alerts.ReadDetails(r.One(r.Poll(answer), mention.Changed).Payload); f.Change != alerts.Answered {
			t.Errorf("told %+v", f)
		}
		if _, c := r.State(m); c.Status != mention.Replied || !c.AnswerVerified || c.RepliedAt.Before(c.ReopenedAt) {
			t.Errorf("case after the answer came back %+v", c)
		}
		r.One(r.Poll(gone(answer)), mention.Changed)
	})
	t.Run("another answer stands", func(t *testing.T) {
		r, m, answer := answered(t)
		r.None(r.Poll(other))
		r.None(r.Poll(gone(answer)))
		if _, c := r.State(m); c.Status != mention.Replied {
			t.Errorf("case %+v", c)
		}
		r.One(r.Poll(gone(other)), mention.Changed)
		if _, c := r.State(m); c.Status != mention.Open {
			t.Errorf("case after the last answer went %+v", c)
		}
	})
	t.Run("the answer was posted anew in the same poll", func(t *testing.T) {
		r, m, answer := answered(t)
		r.Poll(other, gone(answer))
		if _, c := r.State(m); c.Status != mention.Replied || !c.AnswerVerified {
			t.Errorf("case %+v", c)
		}
	})
	t.Run("the complaint is gone too", func(t *testing.T) {
		r, m, answer := answered(t)
		r.Poll(gone(m), gone(answer))
		if _, c := r.State(m); c.Status != mention.Replied {
			t.Errorf("case %+v", c)
		}
		r, m, answer = answered(t)
		r.Poll(gone(m))
		r.None(r.Poll(gone(answer)))
		if _, c := r.State(m); c.Status != mention.Replied {
			t.Errorf("case %+v", c)
		}
	})
	t.Run("an answer that came before the complaint", func(t *testing.T) {
		r, m, _ := answered(t)
		early := rig.Said(rig.Forum, "0", "Romashka Support", "Вітаємо на форумі!", 0.1)
		early.Post.Published = rig.Noon.Add(-time.Hour)
		r.Poll(early)
		r.None(r.Poll(gone(early)))
		if _, c := r.State(m); c.Status != mention.Replied {
			t.Errorf("case %+v", c)
		}
	})
	t.Run("staff dismissed it", func(t *testing.T) {
		r, m, answer := answered(t)
		r.Do(m, mention.Action{Verb: mention.Reopen})
		r.Do(m, mention.Action{Verb: mention.Dismiss, Reason: mention.Spam})
		r.None(r.Poll(gone(answer)))
		if _, c := r.State(m); c.Status != mention.Dismissed {
			t.Errorf("case %+v", c)
		}
	})
}

// TestAnswerInABaseline: what a source shows at its first poll is no news, but an answer
// under a complaint that is open closes it.
func TestAnswerInABaseline(t *testing.T) {
	r := rig.New(t, alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}})
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
	m.Post.Published = rig.Noon.Add(-time.Minute)
	first := r.One(r.Poll(m), mention.Complaint)
	answer := rig.Said(rig.Forum, "3", "Romashka Support", "Олено, кошти вже в дорозі.", 0.1)
	answer.Post.Published = rig.Noon.Add(90 * time.Second)
	old := rig.Said(rig.Forum, "4", "Петро", rig.Rude, -0.6)
	r.Now = rig.Noon.Add(time.Hour)
	a := r.One(r.PollBaseline(old, answer), mention.Changed)
	if f := alerts.ReadDetails(a.Payload); f.Change != alerts.Answered || a.ThreadOf != first.ID {
		t.Errorf("told %+v under %q", f, a.ThreadOf)
	}
	if _, c := r.State(m); c.Status != mention.Replied || !c.AnswerVerified || !c.RepliedAt.Equal(answer.Post.Published) {
		t.Errorf("case %+v", c)
	}
	if _, c := r.State(old); c.Status != mention.Quiet {
		t.Errorf("a complaint of the baseline is %s", c.Status)
	}
}

// TestAnswerHeardFirst: a complaint that is heard after its answer, as when a program hands the newest
// posts in first or a page was read late, is answered since then; what was said before it, or to
// somebody else, is no answer to it.
func TestAnswerHeardFirst(t *testing.T) {
	for name, c := range map[string]struct {
		change func(complaint, answer *mention.Post)
		want   mention.Status
	}{
		"in its thread":   {func(_, _ *mention.Post) {}, mention.Replied},
		"to it":           {func(m, a *mention.Post) { a.ReplyTo = m.ID }, mention.Replied},
		"before it":       {func(m, _ *mention.Post) { m.Published = rig.Noon.Add(time.Hour) }, mention.Open},
		"no time":         {func(m, a *mention.Post) { m.Published = time.Time{} }, mention.Open},
		"to another":      {func(_, a *mention.Post) { a.ReplyTo = "2" }, mention.Open},
		"of nobody known": {func(_, a *mention.Post) { a.Author = "Romashka Fan" }, mention.Open},
	} {
		t.Run(name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}})
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
			m.Post.Published = rig.Noon.Add(-time.Minute)
			answer := rig.Said(rig.Forum, "3", "Romashka Support", "Олено, кошти вже в дорозі.", 0.1)
			answer.Post.Published = rig.Noon.Add(90 * time.Second)
			c.change(&m.Post, &answer.Post)
			r.None(r.Poll(answer))
			r.Now = rig.Noon.Add(2 * time.Hour)
			r.Poll(m)
			if _, got := r.State(m); got.Status != c.want || got.AnswerVerified != (c.want == mention.Replied) || got.AnswerVerified && !got.RepliedAt.Equal(answer.Post.Published) {
				t.Errorf("case %+v", got)
			}
			if c.want == mention.Replied {
				r.One(r.Poll(gone(answer)), mention.Changed)
			}
		})
	}
}

// TestOwnAnswerHeardFirst: what the site calls the owner's is an answer also where the watchlist knows no
// official author; not to words that are newer than it.
func TestOwnAnswerHeardFirst(t *testing.T) {
	for name, c := range map[string]struct {
		edited time.Duration
		want   mention.Status
	}{"to it": {0, mention.Replied}, "to its words before": {time.Hour, mention.Open}} {
		t.Run(name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{})
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
			m.Post.Kind, m.Post.Published = mention.Review, rig.Noon.Add(-time.Minute)
			if c.edited > 0 {
				m.Post.Edited = rig.Noon.Add(c.edited)
			}
			answer := rig.Said(rig.Forum, "1/answer", "", "Олено, кошти вже в дорозі.", 0.1)
			answer.Post.Kind, answer.Post.ReplyTo, answer.Post.Own, answer.Post.Published = mention.Review, "1", true, rig.Noon.Add(90*time.Second)
			r.None(r.Poll(answer))
			r.Now = rig.Noon.Add(2 * time.Hour)
			r.Poll(m)
			if _, got := r.State(m); got.Status != c.want {
				t.Errorf("the case is %s, want %s", got.Status, c.want)
			}
		})
	}
}

// TestAnswerThatWasSaid: an answer without a moment of its own stands since a person said so, and not since it was
// seen: moderators may keep it for hours.
func TestAnswerThatWasSaid(t *testing.T) {
	for name, at := range map[string]func(p *mention.Post){
		"no time": func(*mention.Post) {},
		"a day":   func(p *mention.Post) { p.Published, p.DateOnly = rig.Noon.Truncate(24*time.Hour), true },
	} {
		t.Run(name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{})
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
			m.Post.Kind = mention.Review
			r.Poll(m)
			r.Now = rig.Noon.Add(20 * time.Minute)
			r.Do(m, mention.Action{Verb: mention.Reply})
			r.Now = rig.Noon.Add(5 * time.Hour)
			answer := rig.Said(rig.Forum, "1/answer", "", "Олено, кошти вже в дорозі.", 0.1)
			answer.Post.Kind, answer.Post.ReplyTo, answer.Post.Own = mention.Review, "1", true
			at(&answer.Post)
			r.Poll(answer)
			if _, c := r.State(m); !c.AnswerVerified || !c.RepliedAt.Equal(rig.Noon.Add(20*time.Minute)) {
				t.Errorf("case %+v", c)
			}
		})
	}
}

// TestMovedComplaint: a complaint that is split off its thread is answered where it stands now, whether the answer comes with it, after
// it, or was heard there before. Nobody is told that it moved.
func TestMovedComplaint(t *testing.T) {
	for name, polls := range map[string][]string{"together": {"mb"}, "after": {"m", "b"}, "before": {"b", "m"}, "in the old thread": {"m", "a"}} {
		t.Run(name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}})
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
			m.Post.Published = rig.Noon.Add(-time.Minute)
			r.One(r.Poll(m), mention.Complaint)
			answer := rig.Said(rig.Forum, "3", "Romashka Support", "Олено, кошти вже в дорозі.", 0.1)
			answer.Post.Published = rig.Noon.Add(5 * time.Minute)
			moved, there := m, answer
			moved.Post.ThreadURL, moved.Post.Moved, there.Post.ThreadURL = "https://forum.example/t/2", true, "https://forum.example/t/2"
			r.Now = rig.Noon.Add(10 * time.Minute)
			var told []mention.Alert
			for _, poll := range polls {
				all := map[string][]mention.Mention{"mb": {there, moved}, "m": {moved}, "b": {there}, "a": {answer}}[poll]
				told = append(told, r.Poll(all...)...)
			}
			is, c := r.State(m)
			if is.Post.ThreadURL != moved.Post.ThreadURL || !is.EditedAt.IsZero() {
				t.Errorf("it stands in %q, edited %v", is.Post.ThreadURL, is.EditedAt)
			}
			if name == "in the old thread" {
				r.None(told)
				return
			}
			if got := alerts.ReadDetails(r.One(told, mention.Changed).Payload); got.Change != alerts.Answered || c.Status != mention.Replied || !c.RepliedAt.Equal(answer.Post.Published) {
				t.Errorf("told %+v, case %+v", got, c)
			}
		})
	}
}

// TestAnswerLongSaid: an answer that is seen days after a person said that it stands is written down and told nobody,
// where the thread did not doubt it: the first poll that reads the answers of a place finds those of months.
func TestAnswerLongSaid(t *testing.T) {
	for name, c := range map[string]struct {
		said, doubted, told bool
		after               time.Duration
	}{
		"said lately":        {true, false, true, 13 * time.Hour},
		"said and doubted":   {true, true, true, 13 * 24 * time.Hour},
		"said days ago":      {true, false, false, 2 * 24 * time.Hour},
		"doubted, weeks ago": {true, true, false, 15 * 24 * time.Hour},
		"never said":         {false, false, true, 15 * 24 * time.Hour},
	} {
		t.Run(name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{})
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
			m.Post.Kind = mention.Review
			r.Poll(m)
			if c.said {
				r.Do(m, mention.Action{Verb: mention.Reply})
			}
			if _, err := r.Store.UpdateCase(t.Context(), rig.ID(m), func(one *mention.Case) ([]mention.Event, []mention.Alert, error) {
				one.Steps.Doubted = c.doubted
				return nil, nil, nil
			}); err != nil {
				t.Fatal(err)
			}
			r.Now = r.Now.Add(c.after)
			answer := rig.Said(rig.Forum, "1/answer", "", "Олено, кошти вже в дорозі.", 0.1)
			answer.Post.Kind, answer.Post.ReplyTo, answer.Post.Own = mention.Review, "1", true
			if told := r.Poll(answer); len(told) > 0 != c.told {
				t.Errorf("told %+v", told)
			}
			if _, c := r.State(m); !c.AnswerVerified {
				t.Errorf("case %+v", c)
			}
		})
	}
}

// TestAnswerHeardFirstAndCounted: in the poll that brings the complaint a number counts under the answer that
// was heard before it; it answers all the same.
func TestAnswerHeardFirstAndCounted(t *testing.T) {
	r := rig.New(t, alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}})
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
	m.Post.Published = rig.Noon.Add(-time.Minute)
	answer := rig.Said(rig.Forum, "3", "Romashka Support", "Олено, кошти вже в дорозі. Корисно: 1", 0.1)
	answer.Post.Published = rig.Noon.Add(90 * time.Second)
	r.Now = rig.Noon.Add(2 * time.Hour)
	r.None(r.Poll(answer))
	answer.Post.Text = "Олено, кошти вже в дорозі. Корисно: 2"
	r.Poll(m, answer)
	if _, c := r.State(m); c.Status != mention.Replied || !c.RepliedAt.Equal(answer.Post.Published) {
		t.Errorf("case %+v", c)
	}
}

// TestAnswerEditedAfterReopening: a number that counts in an old answer answers nothing that was opened
// again since. What the company writes into its old answer does, from that moment on: some sites have
// room for one.
func TestAnswerEditedAfterReopening(t *testing.T) {
	r, m, answer := answered(t)
	answer.Post.Text += " Корисно: 1"
	r.Poll(answer)
	worse := m
	worse.Post.Text = rig.Refund + " Обіцяли й обдурили, шахраї!"
	rig.Judge(&worse, -0.95)
	r.Now = rig.Noon.Add(time.Hour)
	r.Poll(worse)
	_, c := r.State(m)
	if c.Status != mention.Open {
		t.Fatalf("case after worse words %+v", c)
	}
	reopened := c.ReopenedAt
	answer.Post.Text = "Олено, кошти вже в дорозі. Корисно: 17"
	r.Poll(answer)
	if _, c := r.State(m); c.Status != mention.Open {
		t.Errorf("a number counts, and the case is %+v", c)
	}
	r.Now = rig.Noon.Add(2 * time.Hour)
	answer.Post.Text = "Олено, перепрошуємо за затримку: банк отримувача відхилив переказ, сьогодні надіслали ще раз."
	r.Poll(answer)
	if _, c := r.State(m); c.Status != mention.Replied || !c.RepliedAt.Equal(rig.Noon.Add(2*time.Hour)) {
		t.Errorf("answered anew, and the case, open since %v, is %+v", reopened, c)
	}
}

// TestAnswerOfAnotherDay: where a site shows days alone, what the company wrote in the thread on a day
// before that of the complaint is no answer to it.
func TestAnswerOfAnotherDay(t *testing.T) {
	day := rig.Noon.Truncate(24 * time.Hour)
	for _, c := range []struct {
		name                string
		complaint, answer   time.Time
		dayAlone, answerDay bool
		status              mention.Status
	}{
		{"weeks before", day, day.AddDate(0, 0, -20), true, true, mention.Open},
		{"the same day", day, day, true, true, mention.Replied},
		{"the next day", day, day.AddDate(0, 0, 1), true, true, mention.Replied},
		{"on a day before", rig.Noon, day.AddDate(0, 0, -3), false, true, mention.Open},
		{"on the day of the moment", rig.Noon, day, false, true, mention.Replied},
		{"at a moment of a day before", day, day.AddDate(0, 0, -3).Add(time.Hour), true, false, mention.Open},
		{"at a moment of the day", day, rig.Noon, true, false, mention.Replied},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}})
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
			m.Post.Published, m.Post.DateOnly = c.complaint, c.dayAlone
			r.Poll(m)
			answer := rig.Said(rig.Forum, "3", "Romashka Support", "Вітаємо на форумі, питайте тут.", 0.1)
			answer.Post.Published, answer.Post.DateOnly = c.answer, c.answerDay
			r.Poll(answer)
			if _, k := r.State(m); k.Status != c.status {
				t.Errorf("the case is %s, want %s", k.Status, c.status)
			}
		})
	}
}

// TestWorseAfterTheAnswer: of an answer and worse words that one poll finds, the words are
// the last, where the site says so: the complaint waits.
func TestWorseAfterTheAnswer(t *testing.T) {
	for name, edited := range map[string]time.Duration{"later": 20 * time.Minute, "before": time.Minute, "nobody knows": 0} {
		t.Run(name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}})
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
			m.Post.Published = rig.Noon.Add(-time.Minute)
			r.Poll(m)
			answer := rig.Said(rig.Forum, "3", "Romashka Support", "Олено, кошти вже в дорозі.", 0.1)
			answer.Post.Published = rig.Noon.Add(10 * time.Minute)
			m.Post.Text = rig.Refund + " Обіцяли й обдурили, шахраї!"
			if edited > 0 {
				m.Post.Edited = rig.Noon.Add(edited)
			}
			rig.Judge(&m, -0.95)
			r.Now = rig.Noon.Add(30 * time.Minute)
			r.Poll(answer, m)
			want := mention.Replied
			if edited > 10*time.Minute {
				want = mention.Open
			}
			if _, c := r.State(m); c.Status != want {
				t.Errorf("the case is %s, want %s", c.Status, want)
			}
		})
	}
}
