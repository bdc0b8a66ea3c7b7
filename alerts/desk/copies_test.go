package desk_test

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/mention"
)

// TestGonePost: what is gone from the site waits for no answer: nobody is named for it, and no answer
// is missed under it. When it is back its clocks go on; a snooze ends all the same.
func TestGonePost(t *testing.T) {
	r := newWorld(t, deadlineRules())
	open, done, asleep := rig.Said(rig.Forum, "1", "Олена", rig.Refund, -0.5), rig.Said(rig.Forum, "2", "Іван", rig.Rude, -0.5), rig.Said(rig.Forum, "3", "Оля", "Банкомат зʼїв картку, на лінії лише автовідповідач.", -0.5)
	r.Poll(open, done, asleep)
	r.Shown()
	r.Do(done, mention.Action{Verb: mention.Reply})
	r.Do(asleep, mention.Action{Verb: mention.Snooze, Until: r.Now.Add(time.Hour)})
	r.Poll(gone(open), gone(done), gone(asleep))
	r.Shown()
	var said []string
	for range 20 {
		said = append(said, r.after(10*time.Minute)...)
	}
	if len(said) != 1 || !strings.Contains(said[0], "snooze") && !strings.Contains(said[0], "put") {
		t.Errorf("said %q, want the end of the snooze alone", said)
	}
	r.Poll(open) // of its five minutes none had run, and one does meanwhile
	r.Shown()
	r.says(r.after(4*time.Minute - time.Second))
	r.says(r.after(time.Second), "#mentions @oncall: Nobody has taken this complaint for 5 min.")
}

// TestCopyOfAnAnsweredComplaintHasItsOwnClock: while the first one waits, it has the
// clock for both.
func TestCopyOfAnAnsweredComplaintHasItsOwnClock(t *testing.T) {
	r, m := complained(t, deadlineRules())
	r.Do(m, mention.Action{Verb: mention.Reply})
	again := rig.Said(rig.Review, "2", "Олена", rig.Refund, -0.5)
	r.One(r.Poll(again), mention.Duplicate)
	r.Shown()
	got := r.after(11 * time.Minute)
	if len(got) != 2 || !strings.Contains(strings.Join(got, "\n"), "Nobody has taken this complaint") {
		t.Errorf("said %q, want the copy's two steps", got)
	}
}

// TestCopyOfAGoneComplaintHasItsOwnClock: when the first of two copies is gone from its site, nothing is
// demanded of it any more; the other still stands in public.
func TestCopyOfAGoneComplaintHasItsOwnClock(t *testing.T) {
	r, m := complained(t, deadlineRules())
	r.One(r.Poll(rig.Said(rig.Review, "2", "Олена", rig.Refund, -0.5)), mention.Duplicate)
	r.Shown()
	r.Poll(gone(m))
	r.Shown()
	if got := strings.Join(r.after(11*time.Minute), "\n"); strings.Count(got, "Nobody") != 2 {
		t.Errorf("said %q, want the copy's two steps", got)
	}
}

// TestCopyWaitsFromWhenTheFirstIsDone: while the first one had the clock for both, nobody let the copy wait: its
// clock begins when the first is answered, or gone from its site, and not with both its steps at once.
func TestCopyWaitsFromWhenTheFirstIsDone(t *testing.T) {
	for name, ends := range map[string]func(r world, m mention.Mention){
		"answered": func(r world, m mention.Mention) { r.Do(m, mention.Action{Verb: mention.Reply}) },
		"gone": func(r world, m mention.Mention) {
			r.Poll(gone(m))
		},
	} {
		t.Run(name, func(t *testing.T) {
			r, m := complained(t, deadlineRules())
			r.One(r.Poll(rig.Said(rig.Review, "2", "Олена", rig.Refund, -0.5)), mention.Duplicate)
			r.Shown()
			r.Do(m, mention.Action{Verb: mention.Claim})
			r.says(r.after(20 * time.Minute))
			done := r.Now
			ends(r, m)
			r.Shown()
			r.says(r.after(done.Add(5*time.Minute - time.Second).Sub(r.Now)))
			r.says(r.after(time.Second), "#mentions @oncall: Nobody has taken this complaint for 5 min.")
			r.says(r.after(5*time.Minute), "#leads: Nobody in #mentions has taken this complaint for 10 min.")
		})
	}
}
