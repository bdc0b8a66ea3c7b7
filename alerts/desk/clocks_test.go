package desk_test

import (
	"testing"
	"time"

	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

// reported is the report of some days from the rig's noon on.
func (r world) reported(from, till int) report.Report {
	r.T.Helper()
	s := report.Scope{Since: rig.Noon.AddDate(0, 0, from), Until: rig.Noon.AddDate(0, 0, till), Zone: time.UTC, Now: r.Now, Reply: r.Planner.Rules().ReplyWithin}
	all, err := r.Store.Times(r.T.Context(), s.Since, s.Until)
	if err != nil {
		r.T.Fatal(err)
	}
	return report.New(all, s)
}

// TestPraiseThatBecameAComplaint: who edits praise into a complaint, as people do in a store, complains on
// that day, and waits from then on.
func TestPraiseThatBecameAComplaint(t *testing.T) {
	r := newWorld(t, deadlineRules())
	m := rig.Said(rig.Review, "1", "Олена", "Чудовий банк, дякую!", 0.8)
	r.Poll(m)
	r.Shown()
	r.Now = rig.Noon.AddDate(0, 0, 20)
	began := r.Now
	m.Post.Text, m.Score = rig.Refund, rig.Said(rig.Review, "1", "Олена", rig.Refund, -0.6).Score
	r.Poll(m)
	r.Shown()
	r.after(4 * time.Minute)
	r.Do(m, mention.Action{Verb: mention.Claim})
	r.after(6 * time.Minute)
	r.Do(m, mention.Action{Verb: mention.Reply})
	if before := r.reported(0, 19); before.Heard != 0 {
		t.Errorf("heard while it was praise: %+v", before)
	}
	got := r.reported(19, 21)
	if got.Heard != 1 || got.Answered != 1 || got.Kept != (report.Kept{InTime: 1, Of: 1}) {
		t.Fatalf("heard %d, answered %d, in time %+v", got.Heard, got.Answered, got.Kept)
	}
	wait := func(from time.Time) report.Spread {
		return report.Spread{Median: r.Now.Sub(from), P90: r.Now.Sub(from), Of: 1}
	}
	if got.Overall != wait(began) || got.Claim != wait(began.Add(6*time.Minute)) || got.Hear.Of != 0 {
		t.Errorf("heard %+v, claimed %+v, answered %+v; all of it took %s", got.Hear, got.Claim, got.Overall, r.Now.Sub(began))
	}
}

// TestGonePostMissesNothing: of what is gone from the site no deadline is missed any more; one that ran
// out before is.
func TestGonePostMissesNothing(t *testing.T) {
	r := newWorld(t, deadlineRules())
	m, late := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5), rig.Said(rig.Forum, "2", "Іван", rig.Rude, -0.5)
	r.Poll(late)
	r.Shown()
	r.after(25 * time.Minute)
	r.Poll(m)
	r.Shown()
	r.after(10 * time.Minute)
	r.Poll(gone(m), gone(late))
	r.Shown()
	r.after(24 * time.Hour)
	if got := r.reported(0, 1); got.Unanswered != 2 || got.Kept != (report.Kept{Of: 1}) {
		t.Errorf("unanswered %d, in time %+v", got.Unanswered, got.Kept)
	}
	r.Poll(m)
	r.Shown()
	r.after(15 * time.Minute)
	if got := r.reported(0, 1); got.Kept != (report.Kept{Of: 1}) {
		t.Errorf("it is back, and had not run out: in time %+v", got.Kept)
	}
	r.after(10 * time.Minute)
	if got := r.reported(0, 1); got.Kept != (report.Kept{Of: 2}) {
		t.Errorf("it ran out: in time %+v", got.Kept)
	}
}

// TestAnsweredWhileGone: what people answered while its post was gone, and in time by its clock, is no missed
// deadline when the post is back.
func TestAnsweredWhileGone(t *testing.T) {
	r, m := complained(t, deadlineRules())
	r.after(10 * time.Minute)
	r.Poll(gone(m))
	r.Shown()
	r.after(24 * time.Hour)
	r.Do(m, mention.Action{Verb: mention.Reply})
	r.Poll(m)
	if got := r.reported(0, 1); got.Kept != (report.Kept{InTime: 1, Of: 1}) {
		t.Errorf("in time %+v", got.Kept)
	}
}

// TestErasedStaysAsItWas: what was answered too late, or not at all, before somebody's words were erased
// was; what had time left until then has missed nothing.
func TestErasedStaysAsItWas(t *testing.T) {
	r := newWorld(t, deadlineRules())
	late, never, soon := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5), rig.Said(rig.Forum, "2", "Іван", rig.Rude, -0.5), rig.Said(rig.Forum, "3", "Марія", "Кур'єр Ромашки не приїхав, посилку загубили, ніхто не відповідає", -0.5)
	r.Poll(late, never)
	r.Shown()
	r.after(40 * time.Minute)
	r.Do(late, mention.Action{Verb: mention.Reply})
	r.Poll(soon)
	r.Shown()
	r.after(5 * time.Minute)
	for _, m := range []mention.Mention{late, never, soon} {
		if e, err := r.Store.Erase(t.Context(), store.Subject{URL: m.Post.URL}, false); err != nil || e.Mentions != 1 {
			t.Fatalf("%+v, %v", e, err)
		}
	}
	r.after(24 * time.Hour)
	if got := r.reported(0, 1); got.Kept != (report.Kept{Of: 2}) {
		t.Errorf("in time %+v", got.Kept)
	}
}
