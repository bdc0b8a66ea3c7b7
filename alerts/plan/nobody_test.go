package plan_test

import (
	"testing"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/mention"
)

// TestGuestsAreNobody: whoever writes as a guest is not who wrote as a guest before.
func TestGuestsAreNobody(t *testing.T) {
	for _, guest := range []string{"Гость", "Гість", "Гост", "A Google user", "[deleted]"} {
		r := rig.New(t, alerts.Rules{})
		first := rig.Said(rig.Review, "1", guest, rig.Refund, -0.5)
		r.One(r.Poll(first), mention.Complaint)
		second := r.One(r.Poll(rig.Said(rig.Review, "2", guest, rig.Rude, -0.5)), mention.Complaint)
		if f := alerts.ReadDetails(second.Payload); f.Nth != 0 || f.LastOpen || second.Severity >= mention.High {
			t.Errorf("%s: %s, %+v", guest, second.Severity, f)
		}
		r.Do(first, mention.Action{Verb: mention.Dismiss, Reason: mention.MutedAuthor})
		r.One(r.Poll(rig.Said(rig.Review, "3", guest, "Списали кошти двічі, а у відділенні навіть не захотіли слухати.", -0.9)), mention.Complaint)
		r.One(r.Poll(rig.Said(rig.Review, "4", guest, "Жахливо", -0.9)), mention.Complaint)
		r.One(r.Poll(rig.Said(rig.Review, "5", guest, "Жахливо", -0.9)), mention.Complaint) // another one, not a copy
	}
}

// TestCriticalPassesEveryMute: a threat of court is heard whoever writes it.
func TestCriticalPassesEveryMute(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	first := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.6)
	r.Poll(first)
	r.Do(first, mention.Action{Verb: mention.Dismiss, Reason: mention.MutedAuthor})
	muted := rig.Said(rig.Forum, "2", "Олена", rig.Rude, -0.6)
	r.None(r.Poll(muted))
	if m, _ := r.State(muted); m.Severity != 0 {
		t.Errorf("what was not alerted is %s", m.Severity)
	}
	court := rig.Said(rig.Forum, "3", "Олена", "Отруїлися в їхньому кафе всією родиною, готуємо позов до суду.", -0.9)
	court.Score.Topics = []string{"safety"}
	if a := r.One(r.Poll(court), mention.Complaint); a.Severity != mention.Critical {
		t.Errorf("severity %s", a.Severity)
	}
}
