package plan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/internal/rig"
	"github.com/earshot/earshot/mention"
)

// TestCountersAreNoEdit: the message is drawn anew and nothing is said; of praise too.
func TestCountersAreNoEdit(t *testing.T) {
	for _, score := range []float64{-0.5, 0.8} {
		r := rig.New(t, alerts.Rules{})
		var m mention.Mention
		for n := range 50 {
			m = rig.Said(rig.Review, "1", "Олена", fmt.Sprintf("%s %d людей вважають це корисним", rig.Refund, n), score)
			for i, a := range r.Poll(m) {
				if n > 0 || i > 0 {
					t.Errorf("poll %d: %s", n, a.Kind)
				}
			}
		}
		if _, c := r.State(m); c.Version != 50 {
			t.Errorf("version %d, want a redraw for each", c.Version)
		}
	}
}

// TestPostThatChangesOften: one reply an hour, five in all, and the last one says so.
func TestPostThatChangesOften(t *testing.T) {
	r := rig.New(t, alerts.Rules{})
	m := rig.Said(rig.Review, "1", "Олена", rig.Refund, -0.5)
	r.Poll(m)
	var told []mention.Alert
	for n := range 12 * 60 { // a poll a minute
		m.Post.Text = rig.Refund + " Сьогодні в магазині: " + strings.Repeat(rig.Numbered(n%200)+" ", 6)
		told = append(told, r.Poll(m)...)
	}
	if len(told) != 5 {
		t.Fatalf("%d replies", len(told))
	}
	for i, a := range told {
		if i > 0 && a.CreatedAt.Sub(told[i-1].CreatedAt) < time.Hour {
			t.Errorf("reply %d after %s", i, a.CreatedAt.Sub(told[i-1].CreatedAt))
		}
		if often := alerts.ReadDetails(a.Payload).Often; often != (i == 4) {
			t.Errorf("reply %d: often %v", i, often)
		}
	}
	if stored, _ := r.State(m); stored.Post.Text != m.Post.Text {
		t.Error("the message does not show the words as they are")
	}
	m.Post.Deleted = true
	r.One(r.Poll(m), mention.Changed)
}
