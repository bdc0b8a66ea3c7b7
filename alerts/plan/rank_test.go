package plan_test

import (
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/mention"
)

// A complaint stands in the list by when it began to wait and how much it weighs, and an
// edit for the worse brings it forward.
func TestRank(t *testing.T) {
	r := rig.New(t, alerts.Rules{Weights: map[string]float64{rig.Forum: 2}})
	first := rig.Said(rig.Forum, "1", "Олена К.", rig.Refund, -0.4)
	heard := r.Now
	r.Poll(first)
	m, c := r.State(first)
	details := alerts.Details{Weight: 2}
	if want := heard.Add(-alerts.PriorityOf(m, details).HeadStart()); !c.RankAt.Equal(want) || !c.RankAt.Before(heard.Add(-4*time.Hour)) {
		t.Errorf("ranks at %s, want %s", c.RankAt, want)
	}
	second := rig.Said(rig.Forum, "2", "Олена К.", rig.Rude, -0.4)
	r.Poll(second)
	m2, c2 := r.State(second)
	details.Nth, details.LastOpen = 2, true
	if got, want := c2.HeadStart(), alerts.PriorityOf(m2, details).HeadStart(); got != want || got <= c.HeadStart() {
		t.Errorf("of who complained before: head start %s, want %s, more than %s", got, want, c.HeadStart())
	}
	first.Post.Text += " Напишу скаргу."
	rig.Judge(&first, -0.9)
	r.Poll(first)
	m, worse := r.State(first)
	if worse.HeadStart() != alerts.PriorityOf(m, alerts.Details{Weight: 2}).HeadStart() || worse.HeadStart() <= c.HeadStart() {
		t.Errorf("edited for the worse: head start %s, before %s", worse.HeadStart(), c.HeadStart())
	}
	r.Do(first, mention.Action{Verb: mention.Reply})
	reopened := r.Now
	r.Do(first, mention.Action{Verb: mention.Reopen})
	if _, again := r.State(first); !again.RankAt.Equal(reopened.Add(-worse.HeadStart())) {
		t.Errorf("reopened at %s: ranks at %s, head start %s", reopened, again.RankAt, worse.HeadStart())
	}
}
