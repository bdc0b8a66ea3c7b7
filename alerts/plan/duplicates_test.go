package plan_test

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/mention"
)

func TestTwins(t *testing.T) {
	long := strings.Repeat(rig.Refund+" "+rig.Rude+" ", 2)
	cases := []struct {
		name          string
		first, second mention.Mention
		twin          bool
	}{
		{"same text elsewhere", rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6), rig.Said(rig.Review, "7", "olena", rig.Refund, -0.6), true},
		{"punctuation and case", rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6), rig.Said(rig.Review, "7", "olena", strings.ToUpper(rig.Refund)+" !!!", -0.6), true},
		{"one word of many changed", rig.Said(rig.Forum, "1", "Олена", long, -0.6), rig.Said(rig.Review, "7", "olena", long+" Дякую.", -0.6), true},
		{"another complaint", rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6), rig.Said(rig.Review, "7", "olena", rig.Rude, -0.6), false},
		{"two people, few words", rig.Said(rig.Forum, "1", "Олена", "Ужасный банк", -0.6), rig.Said(rig.Review, "7", "Петро", "Ужасный банк", -0.6), false},
		{"one person, few words", rig.Said(rig.Forum, "1", "Олена", "Ужасный банк", -0.6), rig.Said(rig.Forum, "2", "Олена", "Ужасный банк!", -0.6), true},
	}
	for _, c := range cases {
		for _, together := range []bool{false, true} {
			name := c.name
			if together {
				name += " in one poll"
			}
			t.Run(name, func(t *testing.T) {
				r := rig.New(t, alerts.Rules{})
				var all []mention.Alert
				if together && c.first.Post.Source == c.second.Post.Source {
					all = r.Poll(c.first, c.second)
				} else {
					all = append(r.Poll(c.first), r.Poll(c.second)...)
				}
				if len(all) != 2 {
					t.Fatalf("%d alerts: every complaint must have a message with its words", len(all))
				}
				want := mention.Complaint
				if c.twin {
					want = mention.Duplicate
				}
				if all[1].Kind != want || c.twin != (all[1].ThreadOf == all[0].ID) {
					t.Errorf("second is %s under %q", all[1].Kind, all[1].ThreadOf)
				}
				_, k := r.State(c.first)
				if c.twin != (k.Duplicates == 1) {
					t.Errorf("first counts %d twins", k.Duplicates)
				}
				if _, k := r.State(c.second); k.Status != mention.Open {
					t.Errorf("the second case is %s", k.Status)
				}
			})
		}
	}
}

// TestTwinOfClosed shows a copy of what nobody works on any more in the channel too: this copy still
// needs an answer where it stands, and nobody looks into the thread of what is closed.
func TestTwinOfClosed(t *testing.T) {
	did := func(a mention.Action) func(*rig.Rig, mention.Mention) {
		return func(r *rig.Rig, m mention.Mention) { r.Do(m, a) }
	}
	for name, c := range map[string]struct {
		close  func(*rig.Rig, mention.Mention)
		copied string
		shown  bool
	}{
		"still open":                {func(*rig.Rig, mention.Mention) {}, rig.Refund, false},
		"claimed":                   {did(mention.Action{Verb: mention.Claim}), rig.Refund, false},
		"answered":                  {did(mention.Action{Verb: mention.Reply}), rig.Refund, true},
		"its author muted":          {did(mention.Action{Verb: mention.Dismiss, Reason: mention.MutedAuthor}), rig.Refund, true},
		"dismissed as gone":         {did(mention.Action{Verb: mention.Dismiss, Reason: mention.Gone}), rig.Refund, true},
		"no complaint, other words": {did(mention.Action{Verb: mention.Dismiss, Reason: mention.NotNegative}), rig.Refund + " Чекаю.", true},
	} {
		t.Run(name, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{})
			first := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
			r.Poll(first)
			c.close(r, first)
			told := r.Poll(rig.Said(rig.Review, "7", "olena", c.copied, -0.6))
			if twin := r.One(told, mention.Duplicate); alerts.ReadDetails(twin.Payload).Broadcast != c.shown {
				t.Errorf("the copy is shown in the channel: %v", !c.shown)
			}
			r.Now = r.Now.Add(30 * 24 * time.Hour)
			r.One(r.Poll(rig.Said("later.example", "9", "x", rig.Rude+" "+rig.Rude, -0.6)), mention.Complaint)
		})
	}
}

func TestWhatStaffSaidHolds(t *testing.T) {
	for _, reason := range []string{mention.NotUs, mention.NotNegative, mention.Spam} {
		t.Run(reason, func(t *testing.T) {
			r := rig.New(t, alerts.Rules{})
			first := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
			r.Poll(first)
			r.Do(first, mention.Action{Verb: mention.Dismiss, Reason: reason})
			copied := rig.Said(rig.Review, "7", "olena", rig.Refund, -0.6)
			r.None(r.Poll(copied))
			if m, c := r.State(copied); c.Status != mention.Quiet || m.Post.Text == "" {
				t.Errorf("a suppressed complaint must be recorded; case is %s", c.Status)
			}
			r.One(r.Poll(rig.Said(rig.Review, "8", "olena", rig.Rude, -0.6)), mention.Complaint)
		})
	}
	t.Run(mention.MutedAuthor, func(t *testing.T) {
		r := rig.New(t, alerts.Rules{})
		first := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
		r.Poll(first)
		r.Do(first, mention.Action{Verb: mention.Dismiss, Reason: mention.MutedAuthor})
		r.None(r.Poll(rig.Said(rig.Forum, "2", "Олена", rig.Rude, -0.9)))
		r.One(r.Poll(rig.Said(rig.Forum, "3", "Петро", rig.Rude, -0.9)), mention.Complaint)
		// What cannot wait passes every mute.
		hurt := rig.Said(rig.Forum, "4", "Олена", "У відділенні люди отруїлись водою з кулера.", -0.9)
		hurt.Score.Topics = []string{"safety"}
		if a := r.One(r.Poll(hurt), mention.Complaint); a.Severity != mention.Critical {
			t.Errorf("severity %s", a.Severity)
		}
		// A mute ends by itself.
		r.Now = r.Now.Add(mention.MuteFor)
		r.One(r.Poll(rig.Said(rig.Forum, "5", "Олена", "Знову чекаю на лінії підтримки дві години.", -0.9)), mention.Complaint)
	})
}

// TestWhatStaffSaidOfPlainWords holds for as long as their copies come: after that the same few
// words are a complaint of another day, or of another person.
func TestWhatStaffSaidOfPlainWords(t *testing.T) {
	for text, again := range map[string]bool{
		"Ромашка знову не працює": true,
		"Застосунок Ромашки не працює, вже другий день чекаю на відповідь": true,
		rig.Refund: false, // nobody else writes that
	} {
		r := rig.New(t, alerts.Rules{})
		first := rig.Said(rig.Forum, "1", "Олена", text, -0.6)
		r.Poll(first)
		r.Do(first, mention.Action{Verb: mention.Dismiss, Reason: mention.Spam})
		r.Now = r.Now.Add(6 * 24 * time.Hour)
		soon := rig.Said(rig.Forum, "2", "Олена", text, -0.6)
		soon.Post.Published = r.Now
		r.None(r.Poll(soon))
		r.Now = r.Now.Add(60 * 24 * time.Hour)
		late := rig.Said(rig.Forum, "3", "Олена", text, -0.6)
		late.Post.Published = r.Now
		if told := r.Poll(late); len(told) > 0 != again {
			t.Errorf("%s: told again: %v", text, !again)
		}
	}
}

// TestWhatStaffSaidOfACopyHolds as well, also where the first one was no mistake.
func TestWhatStaffSaidOfACopyHolds(t *testing.T) {
	for _, reason := range []string{mention.NotNegative, mention.NotUs, mention.Spam} {
		r := rig.New(t, alerts.Rules{})
		first := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
		r.Poll(first)
		r.Do(first, mention.Action{Verb: mention.Reply})
		copied := rig.Said(rig.Review, "7", "olena", rig.Refund, -0.6)
		r.One(r.Poll(copied), mention.Duplicate)
		r.Do(copied, mention.Action{Verb: mention.Dismiss, Reason: reason})
		r.None(r.Poll(rig.Said("third.example", "8", "olena", rig.Refund, -0.6)))
		r.Do(copied, mention.Action{Verb: mention.Reopen})
		if a := r.One(r.Poll(rig.Said("fourth.example", "9", "olena", rig.Refund, -0.6)), mention.Duplicate); a.ThreadOf == "" {
			t.Errorf("%s taken back: %+v", reason, a)
		}
	}
}
