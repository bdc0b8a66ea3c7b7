package alerts

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/earshot/earshot/mention"
)

func TestPriority(t *testing.T) {
	m := mention.Mention{Severity: mention.High, Score: mention.Score{Complaint: 0.5}, Post: mention.Post{Rating: &mention.Rating{Value: 1, Best: 5}}}
	got := PriorityOf(m, Details{Nth: 3, LastOpen: true, Weight: 2})
	want := Priority{Severity: 8 * time.Hour, Verdict: 2 * time.Hour, Stars: 3 * time.Hour, Place: 4 * time.Hour, Repeat: 5 * time.Hour}
	if got != want || got.HeadStart() != 22*time.Hour {
		t.Errorf("got %+v, %s, want %+v", got, got.HeadStart(), want)
	}
	if got := PriorityOf(mention.Mention{Score: mention.Score{Value: -0.25}}, Details{}); got != (Priority{Verdict: time.Hour}) {
		t.Errorf("without a verdict: %+v", got)
	}
	if got := PriorityOf(mention.Mention{}, Details{Weight: 0.5}); got.HeadStart() != -4*time.Hour {
		t.Errorf("a place that half as many read: %+v", got)
	}
}

// No stars are not the worst of stars: shops write 0 where a buyer gave none.
func TestPriorityWithoutStars(t *testing.T) {
	none := PriorityOf(mention.Mention{}, Details{})
	for _, rating := range []mention.Rating{{Value: 0, Best: 5}, {Value: 3, Best: 0}} {
		if got := PriorityOf(mention.Mention{Post: mention.Post{Rating: &rating}}, Details{}); got != none {
			t.Errorf("%+v: %+v, want %+v", rating, got, none)
		}
	}
}

// What is worse in one respect, and equal in the others, never stands behind.
func TestPriorityGrows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := mention.Mention{Severity: mention.Severity(rapid.IntRange(0, 4).Draw(t, "severity")), Score: mention.Score{Complaint: rapid.Float64Range(0.01, 1).Draw(t, "verdict")},
			Post: mention.Post{Rating: &mention.Rating{Value: rapid.Float64Range(0, 10).Draw(t, "stars"), Best: 10}}}
		d := Details{Nth: rapid.IntRange(0, 9).Draw(t, "nth"), LastOpen: rapid.Bool().Draw(t, "open"), Weight: rapid.Float64Range(0, 20).Draw(t, "weight")}
		is := PriorityOf(m, d).HeadStart()
		if is < -14*time.Hour || is > 52*time.Hour {
			t.Fatalf("head start %s", is)
		}
		worse := m
		worse.Severity = min(m.Severity+1, mention.Critical)
		worse.Score.Complaint = min(m.Score.Complaint+0.1, 1)
		lower := *m.Post.Rating
		lower.Value /= 2
		worse.Post.Rating = &lower
		again, read := d, d
		again.Nth, again.LastOpen = d.Nth+1, true
		read.Weight = max(d.Weight, 1) * 2
		if PriorityOf(worse, d).HeadStart() < is || PriorityOf(m, again).HeadStart() < is || PriorityOf(m, read).HeadStart() < is {
			t.Fatalf("worse and behind: %+v %+v", m, d)
		}
	})
}
