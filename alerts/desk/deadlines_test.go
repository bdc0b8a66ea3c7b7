package desk_test

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// TestQuietDeadlines: in the quiet hours only what is critical is told; the rest is told
// when they end, if it is still true.
func TestQuietDeadlines(t *testing.T) {
	rules := deadlineRules()
	rules.Quiet, rules.HasQuiet = parsed(t, "22:00-08:00 UTC"), true
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
	r, m := complained(t, deadlineRules())
	r.Do(m, mention.Action{Verb: mention.Claim})
	r.says(r.after(29 * time.Minute))
	r.says(r.after(time.Minute), "#mentions U1: Ira, you took this 30 min ago, and no public answer is to be seen.")
	r.says(r.after(4 * time.Minute))
	r.says(r.after(time.Minute), "#mentions @oncall: Ira had this for 35 min without an answer. It is open again.", "#leads: Nobody in #mentions has this complaint any more. It has waited 35 min.")
	if _, c := r.State(m); c.Status != mention.Open || c.Owner != (mention.Person{}) || !c.ClaimedAt.IsZero() {
		t.Errorf("somebody has it still: %+v", c)
	}
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
	r, m := complained(t, deadlineRules())
	r.Do(m, mention.Action{Verb: mention.Claim})
	r.Do(m, mention.Action{Verb: mention.Release})
	r.says(r.after(5*time.Minute), "#mentions @oncall: Nobody has this complaint any more. It has waited 5 min.")
	r.says(r.after(5*time.Minute), "#leads: Nobody in #mentions has this complaint any more. It has waited 10 min.")
	r.Do(m, mention.Action{Verb: mention.Claim})
	r.says(r.after(2 * time.Minute))
	r.Do(m, mention.Action{Verb: mention.Release})
	nobody := []string{"#mentions @oncall: Nobody has this complaint any more. It has waited 12 min.", "#leads: Nobody in #mentions has this complaint any more. It has waited 12 min."}
	r.says(r.after(0), nobody...)
	r.says(r.after(time.Minute))
	r.Do(m, mention.Action{Verb: mention.Claim})
	r.says(r.after(17*time.Minute), "#mentions U1: Ira, you took this 17 min ago, and no public answer is to be seen.")
	r.says(r.after(5*time.Minute), "#mentions @oncall: Ira had this for 22 min without an answer. It is open again.")
	r.says(r.after(24 * time.Hour))
}

func TestAnsweredInTime(t *testing.T) {
	r, m := complained(t, deadlineRules())
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
// Once they were seen to read one, an answer that they do not see is told; one that a moderator has, once that
// lasts longer than it takes: it was refused.
func TestAnswerThatNoPollSees(t *testing.T) {
	r := newWorld(t, deadlineRules())
	send := func(id string, held bool) mention.Mention {
		m := rig.Said(rig.Forum, id, "Олена "+id, rig.Refund+" № "+id, -0.5)
		m.Post.ThreadURL = "https://forum.example/t/" + id
		r.Poll(m)
		r.Shown()
		draft := mention.SiteReply{ID: "K" + id, MentionID: rig.ID(m), Nth: 1, Status: mention.ReplyDraft, Account: "support", Text: "Вибачте, " + id, By: mention.Person{ID: "slack:U1", Name: "Ira"}, MadeAt: r.Now, ApprovedAt: r.Now}
		sent := draft
		sent.Status, sent.Attempts, sent.FirstAt, sent.SendingAt, sent.EndedAt, sent.RemoteID, sent.Held = mention.ReplySent, 1, r.Now, r.Now, r.Now, "a"+id, held
		if err := r.Store.AddReply(t.Context(), draft); err != nil {
			t.Fatal(err)
		}
		if ok, err := r.Store.ChangeReply(t.Context(), draft, sent, mention.Person{}); err != nil || !ok {
			t.Fatal(ok, err)
		}
		if err := r.desk().ReplyEnded(t.Context(), sent); err != nil {
			t.Fatal(err)
		}
		return m
	}
	m := send("1", false)
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
	send("2", false)
	r.says(r.after(59 * time.Minute))
	r.says(r.after(time.Minute), doubt)
	send("3", true)
	r.says(r.after(3*24*time.Hour - time.Minute))
	r.says(r.after(time.Minute), strings.Replace(doubt, "1 h", "3 days", 1))
}

// TestAnswerThatPeopleWereAskedAbout: who was asked whether what stands below a review is theirs, and says that they
// answered, is not told that nothing is to be seen there, also where answers at that site were seen; others are.
func TestAnswerThatPeopleWereAskedAbout(t *testing.T) {
	r := newWorld(t, deadlineRules())
	heard := func(id string) mention.Mention {
		m := rig.Said(rig.Review, id, "Олена "+id, rig.Refund+" № "+id, -0.5)
		m.Post.Kind, m.Post.ThreadURL = mention.Review, ""
		r.Poll(m)
		return m
	}
	answer := func(id string, sure bool) {
		a := rig.Said(rig.Review, id+"#answer", "", "Вибачте, "+id, 0)
		a.Post.Kind, a.Post.ThreadURL, a.Post.ReplyTo, a.Post.Own, a.Post.SeemsOwn = mention.Review, "", id, sure, !sure
		r.Poll(a)
	}
	asked, other := heard("1"), heard("2")
	heard("3")
	answer("3", true)
	answer("1", false)
	r.Shown()
	r.Do(asked, mention.Action{Verb: mention.Reply})
	r.Do(other, mention.Action{Verb: mention.Reply})
	r.says(r.after(25*time.Hour), "#mentions: Ira said 25 h ago that this is answered, but no answer of yours is to be seen on the site.")
	r.Do(asked, mention.Action{Verb: mention.Reopen})
	r.Do(asked, mention.Action{Verb: mention.Reply})
	r.says(r.after(25*time.Hour), "#mentions: Ira said 25 h ago that this is answered, but no answer of yours is to be seen on the site.")
}

// TestWorkingHours hears a complaint on Friday evening, before the night in which
// the clocks of Europe/Kyiv go forward.
func TestWorkingHours(t *testing.T) {
	rules, open := deadlineRules(), parsed(t, "Mon-Fri 09:00-21:00 Europe/Kyiv")
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
	r, m := complained(t, deadlineRules())
	r.Do(m, mention.Action{Verb: mention.Dismiss, Reason: mention.NotNegative})
	r.says(r.after(72 * time.Hour))
	r.Do(m, mention.Action{Verb: mention.Reopen})
	r.says(r.after(4 * time.Minute))
	r.says(r.after(time.Minute), "#mentions @oncall: Nobody has taken this complaint for 5 min.")
}

// TestHandedOver: who is given a complaint, and who it is taken from, reads it in the
// thread; the clock of the new owner begins anew.
func TestHandedOver(t *testing.T) {
	r, m := complained(t, deadlineRules())
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

// TestNudgedAfterTheNight: who is nudged when the quiet hours end has as long from then on to answer as by
// day: it is not taken away with the same breath.
func TestNudgedAfterTheNight(t *testing.T) {
	rules := deadlineRules()
	rules.Quiet, rules.HasQuiet = parsed(t, "22:00-08:00 UTC"), true
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
	r.says(r.after(time.Second), "#mentions @oncall: Ira had this for 10 h 29 min without an answer. It is open again.", "#leads: Nobody in #mentions has this complaint any more. It has waited 10 h 29 min.")
}

// TestNudgedAfterAnOutage: the nudge that was due while earshot was down comes when it is back, and who reads
// it then has as long to answer as ever.
func TestNudgedAfterAnOutage(t *testing.T) {
	r, m := complained(t, deadlineRules())
	r.Do(m, mention.Action{Verb: mention.Claim})
	r.says(r.after(2*time.Hour), "#mentions U1: Ira, you took this 2 h ago, and no public answer is to be seen.")
	r.says(r.after(5*time.Minute - time.Second))
	r.says(r.after(time.Second), "#mentions @oncall: Ira had this for 2 h 5 min without an answer. It is open again.", "#leads: Nobody in #mentions has this complaint any more. It has waited 2 h 5 min.")
}

// TestFromHandToHand: who a complaint is handed to has all of the time for the answer, and is named with the
// time that is theirs; how long nobody had it ends with the first claim all the same.
func TestFromHandToHand(t *testing.T) {
	r, m := complained(t, deadlineRules())
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
	if words := alerts.State(i18n.Lang{}, nil, mm, c); !strings.HasPrefix(words, "Oleh has it · taken after 25 min") {
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

// TestAnswerWhereNoneIsRead: most places of reviews are read without the answers under them, so that none is
// seen there says nothing. Where one of them was seen it does.
func TestAnswerWhereNoneIsRead(t *testing.T) {
	r := newWorld(t, alerts.Rules{Official: deadlineRules().Official})
	review := func(id string) mention.Mention {
		m := rig.Said("store", id, "Олена "+id, rig.Refund+" № "+id, -0.5)
		m.Post.Kind = mention.Review
		return m
	}
	replied := func(m mention.Mention) {
		r.Poll(m)
		r.Shown()
		r.Do(m, mention.Action{Verb: mention.Reply})
	}
	replied(review("1"))
	r.says(r.after(2 * time.Hour))
	answer := review("1/answer")
	answer.Post.Own, answer.Post.ReplyTo, answer.Post.Text = true, "1", "Вибачте"
	r.Poll(answer)
	r.Shown()
	replied(review("2"))
	r.says(r.after(24*time.Hour - time.Minute)) // many such places are asked every few hours, and moderators look first
	r.says(r.after(time.Minute), "#mentions: Ira said 24 h ago that this is answered, but no answer of yours is to be seen on the site.")
}
