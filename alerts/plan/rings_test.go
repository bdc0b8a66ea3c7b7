package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/mention"
)

// newDesk is a rig whose critical complaints go to a channel of their own, and whose others name whoever
// is on duty.
func newDesk(t *testing.T) *rig.Rig {
	return rig.New(t, alerts.Rules{Official: map[string][]string{rig.Bank: {"Romashka Support"}}, Routes: []alerts.Route{
		{Severities: []mention.Severity{mention.Critical}, To: "#war-room", Notify: "@oncall"},
		{To: "#mentions", Notify: "@duty"},
	}})
}

// rung is what a reply in the thread of a complaint does in its channel.
func rung(a mention.Alert) (said string) {
	if alerts.ReadDetails(a.Payload).Broadcast {
		said = "in the channel"
	}
	return strings.TrimSpace(said + " " + a.Notify)
}

// TestWhatAsksForActionAnewRings: a thread rings nobody. What opens a closed complaint again, or makes it loud,
// is shown in the channel too and names whom a new complaint would; who put one off is named when it is worse.
func TestWhatAsksForActionAnewRings(t *testing.T) {
	worse := func(m mention.Mention) mention.Mention {
		m.Post.Text += " Шахраї!"
		rig.Judge(&m, -0.95)
		m.Score.Complaint = 0.84 // and no louder
		return m
	}
	loud := func(m mention.Mention) mention.Mention {
		m.Post.Text += " Шахраї!"
		rig.Judge(&m, -0.95)
		return m
	}
	answer := rig.Said(rig.Forum, "2", "Romashka Support", "Олено, ми вже повернули кошти.", 0.3)
	for name, c := range map[string]struct {
		before []mention.Action
		edit   func(*rig.Rig, mention.Mention) []mention.Alert
		want   string
	}{
		"a word": {nil, func(r *rig.Rig, m mention.Mention) []mention.Alert {
			m.Post.Text += " Так і є."
			return r.Poll(m)
		}, ""},
		"worse":                     {nil, func(r *rig.Rig, m mention.Mention) []mention.Alert { return r.Poll(worse(m)) }, ""},
		"louder":                    {nil, func(r *rig.Rig, m mention.Mention) []mention.Alert { return r.Poll(loud(m)) }, "in the channel @duty"},
		"louder, and somebody's":    {[]mention.Action{{Verb: mention.Claim}}, func(r *rig.Rig, m mention.Mention) []mention.Alert { return r.Poll(loud(m)) }, "in the channel U1"},
		"worse after the answer":    {[]mention.Action{{Verb: mention.Reply}}, func(r *rig.Rig, m mention.Mention) []mention.Alert { return r.Poll(worse(m)) }, "in the channel @duty"},
		"worse while it sleeps":     {[]mention.Action{{Verb: mention.Snooze, Until: rig.Noon.AddDate(0, 0, 9)}}, func(r *rig.Rig, m mention.Mention) []mention.Alert { return r.Poll(worse(m)) }, "in the channel U1"},
		"somebody's, worse, asleep": {[]mention.Action{{Verb: mention.Claim}, {Verb: mention.Snooze, Until: rig.Noon.AddDate(0, 0, 9)}}, func(r *rig.Rig, m mention.Mention) []mention.Alert { return r.Poll(worse(m)) }, "U1"},
		"louder, and not ours":      {[]mention.Action{{Verb: mention.Dismiss, Reason: mention.NotUs}}, func(r *rig.Rig, m mention.Mention) []mention.Alert { return r.Poll(loud(m)) }, ""},
		"gone, and back": {nil, func(r *rig.Rig, m mention.Mention) []mention.Alert {
			r.Poll(gone(m))
			r.Do(m, mention.Action{Verb: mention.Dismiss, Reason: mention.Gone})
			return r.Poll(m)
		}, "in the channel @duty"},
		"its answer is gone": {nil, func(r *rig.Rig, _ mention.Mention) []mention.Alert {
			r.One(r.Poll(answer), mention.Changed)
			return r.Poll(gone(answer))
		}, "in the channel @duty"},
		"answered": {nil, func(r *rig.Rig, _ mention.Mention) []mention.Alert { return r.Poll(answer) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := newDesk(t)
			m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
			r.One(r.Poll(m), mention.Complaint)
			r.Shown()
			for _, a := range c.before {
				r.Do(m, a)
			}
			told := r.One(c.edit(r, m), mention.Changed)
			if got := rung(told); got != c.want {
				t.Errorf("%+v: rings %q, want %q", alerts.ReadDetails(told.Payload), got, c.want)
			}
		})
	}
}

// TestLouderGoesWhereItBelongs: a complaint that becomes critical after it was told, by an edit or because it is
// read in full elsewhere, is told where critical ones go, once; there it would have gone.
func TestLouderGoesWhereItBelongs(t *testing.T) {
	excerpt, whole := excerptAndWhole()
	edited := excerpt
	edited.Post.Text += " Отруїлася їжею, лежу в лікарні."
	for name, again := range map[string]mention.Mention{"edited": poisoned(edited), "read in full": poisoned(whole)} {
		t.Run(name, func(t *testing.T) {
			r := newDesk(t)
			first := r.One(r.Poll(excerpt), mention.Complaint)
			r.Shown()
			told := r.Poll(again)
			if len(told) != 2 {
				t.Fatalf("told %+v", told)
			}
			for _, a := range told {
				switch {
				case a.ThreadOf == first.ID && a.Route == "#mentions":
				case a.ThreadOf == "" && a.Route == "#war-room" && a.Notify == "@oncall" && a.Kind == mention.Escalation && a.Severity == mention.Critical && a.MentionID == rig.ID(excerpt):
					if says := alerts.ReadDetails(a.Payload).Text; says != "This has become critical: surely a complaint, in strong words, health or safety. It was told in #mentions." {
						t.Errorf("says %q", says)
					}
				default:
					t.Errorf("told %+v", a)
				}
			}
			r.Shown()
			r.Now = r.Now.Add(2 * time.Hour)
			again.Post.Text += " Досі в лікарні, і ніхто не подзвонив."
			for _, a := range r.Poll(again) {
				if a.Route != "#mentions" {
					t.Errorf("told again: %+v", a)
				}
			}
		})
	}
}

// TestWhatIsNotOursRingsNobody: what people said of the words holds, however loud an edit makes them, or however they
// are read in full.
func TestWhatIsNotOursRingsNobody(t *testing.T) {
	excerpt, whole := excerptAndWhole()
	edited := excerpt
	edited.Post.Text += " Отруїлася їжею, лежу в лікарні."
	for name, again := range map[string]mention.Mention{"edited": poisoned(edited), "read in full": poisoned(whole)} {
		t.Run(name, func(t *testing.T) {
			r := newDesk(t)
			r.One(r.Poll(excerpt), mention.Complaint)
			r.Shown()
			r.Do(excerpt, mention.Action{Verb: mention.Dismiss, Reason: mention.NotUs})
			for _, a := range r.Poll(again) {
				if rung(a) != "" || a.ThreadOf == "" {
					t.Errorf("rings: %+v", a)
				}
			}
		})
	}
}

// TestLouderCopyGoesWhereItBelongs: a copy that is critical, be it for where it stands, rings as a new complaint
// would, though it hangs under the first one; so does a copy of what is closed.
func TestLouderCopyGoesWhereItBelongs(t *testing.T) {
	r := newDesk(t)
	first := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	own := r.One(r.Poll(first), mention.Complaint)
	r.Shown()
	told := r.Poll(poisoned(rig.Said(rig.Review, "7", "olena", rig.Refund, 0)))
	if len(told) != 2 || told[0].Route != "#war-room" || told[0].Notify != "@oncall" || told[0].Kind != mention.Escalation || told[0].MentionID != told[1].MentionID {
		t.Fatalf("told %+v", told)
	}
	if told[1].ThreadOf != own.ID || rung(told[1]) != "in the channel" {
		t.Errorf("the copy %+v", told[1])
	}
	r.Do(first, mention.Action{Verb: mention.Reply})
	if a := r.One(r.Poll(rig.Said("blog.example", "8", "olena", rig.Refund, -0.5)), mention.Duplicate); rung(a) != "in the channel @duty" {
		t.Errorf("a copy of what is answered: %+v", a)
	}
}

// TestCopyNoLouderRingsNobody: a copy stands under the first one and rings nobody, where that one rang for as much,
// or where it is not critical.
func TestCopyNoLouderRingsNobody(t *testing.T) {
	judged := func(score float64, topics ...string) func(mention.Mention) mention.Mention {
		return func(m mention.Mention) mention.Mention {
			rig.Judge(&m, score)
			m.Score.Topics = topics
			return m
		}
	}
	normal, high, critical := judged(-0.5), judged(-0.9), judged(-0.9, "safety")
	for name, c := range map[string]struct {
		first, copied func(mention.Mention) mention.Mention
	}{
		"normal": {normal, normal}, "high under normal": {normal, high}, "both critical": {critical, critical}, "high under critical": {critical, high},
	} {
		t.Run(name, func(t *testing.T) {
			r := newDesk(t)
			r.Poll(c.first(rig.Said(rig.Forum, "1", "Олена", rig.Refund, 0)))
			r.Shown()
			if a := r.One(r.Poll(c.copied(rig.Said(rig.Review, "7", "olena", rig.Refund, 0))), mention.Duplicate); rung(a) != "" {
				t.Errorf("rings %q: %+v", rung(a), a)
			}
		})
	}
}

// TestAnsweredRingsNobody: a complaint that is heard with its answer, or after it, as when earshot was away for the
// night, is told and names nobody: nobody has to act.
func TestAnsweredRingsNobody(t *testing.T) {
	heard := poisoned(rig.Said(rig.Forum, "1", "Олена", rig.Refund, 0))
	heard.Post.Published = rig.Noon.Add(-3 * time.Hour)
	answer := rig.Said(rig.Forum, "2", "Romashka Support", "Олено, ми вже повернули кошти.", 0.3)
	answer.Post.Published = rig.Noon.Add(-2 * time.Hour)
	for name, polls := range map[string][][]mention.Mention{"together": {{heard, answer}}, "the answer first": {{answer}, {heard}}} {
		t.Run(name, func(t *testing.T) {
			r := newDesk(t)
			for _, poll := range polls {
				for _, a := range r.Poll(poll...) {
					if a.Notify != "" || a.Route != "#war-room" {
						t.Errorf("rings: %+v", a)
					}
				}
			}
			if _, c := r.State(heard); c.Status != mention.Replied {
				t.Errorf("case %+v", c)
			}
		})
	}
}

// TestWorseAndAnsweredRingsNobody: a complaint that became loud and was answered between two polls asks nobody for
// anything.
func TestWorseAndAnsweredRingsNobody(t *testing.T) {
	r := newDesk(t)
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	r.One(r.Poll(m), mention.Complaint)
	r.Shown()
	m.Post.Text += " Отруїлася їжею, лежу в лікарні."
	for _, a := range r.Poll(poisoned(m), rig.Said(rig.Forum, "2", "Romashka Support", "Олено, ми вже повернули кошти.", 0.3)) {
		if a.Notify != "" {
			t.Errorf("rings: %+v", a)
		}
	}
	if _, c := r.State(m); c.Status != mention.Replied {
		t.Errorf("case %+v", c)
	}
}

// TestAnswerThatComesAndGoesRingsOnce: where a site shows the public answer at every other look, the case opens and
// closes with it, and people are called once an hour for it, not at each look.
func TestAnswerThatComesAndGoesRingsOnce(t *testing.T) {
	r := newDesk(t)
	m := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5)
	answer := rig.Said(rig.Forum, "2", "Romashka Support", "Олено, ми вже повернули кошти.", 0.3)
	r.Poll(m)
	r.Shown()
	rings, told := 0, 0
	for range 12 {
		r.Poll(answer)
		for _, a := range r.Poll(gone(answer)) {
			told++
			if rung(a) != "" {
				rings++
			}
		}
		if _, c := r.State(m); c.Status != mention.Open {
			t.Errorf("without its answer it is %s", c.Status)
		}
		r.Now = r.Now.Add(8 * time.Minute) // ten with the two polls
	}
	if rings != 2 || told != 12 {
		t.Errorf("in two hours it rings %d times and is told %d times", rings, told)
	}
}
