package plan_test

import (
	"path/filepath"
	"testing"

	"github.com/earshot/earshot/alerts/plan"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
	"github.com/earshot/earshot/sentiment/stream"
)

// share counts alerts, and those of them that are complaints.
type share struct{ right, all int }

func (s share) of() float64 { return float64(s.right) / float64(max(s.all, 1)) }

// TestSeverityTells measures on the labelled streams how many alerts of each severity
// are complaints. The louder an alert, the surer it must be. Nothing but the thresholds
// of severityOf was chosen after these figures, and on the part that is not held.
func TestSeverityTells(t *testing.T) {
	shared := testkit.SharedDir(t)
	var files []string
	for _, pattern := range []string{filepath.Join(shared, "eval", "stream", "??.tsv"), "../../sentiment/testdata/stream/??.tsv", "../../sentiment/testdata/stream/week-??.tsv"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	scorer, err := sentiment.New(sentiment.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var tuned, held [mention.Critical + 1]share
	places := stream.NewPlaces()
	for _, file := range files {
		posts, err := stream.Read(file, places)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range posts {
			m := mention.Mention{Post: mention.Post{Kind: p.Input.Kind}, Score: scorer.Score(p.Input)}
			if p.Complaint == "borderline" || m.Score.Complaint < scorer.AlertAt(p.Input.Kind) {
				continue
			}
			if p.Input.Stars > 0 {
				m.Post.Rating = &mention.Rating{Value: p.Input.Stars, Best: 5}
			}
			part := &tuned
			if p.Held() {
				part = &held
			}
			s := &part[plan.SeverityOf(m)]
			s.all++
			if p.Complaint == "yes" {
				s.right++
			}
		}
	}
	var both [mention.Critical + 1]share
	for s := mention.Low; s <= mention.Critical; s++ {
		a, b := tuned[s], held[s]
		both[s] = share{a.right + b.right, a.all + b.all}
		t.Logf("%-8s tuned %3d of %3d right, %.2f; held %3d of %3d right, %.2f", s, a.right, a.all, a.of(), b.right, b.all, b.of())
	}
	if both[mention.Critical].all < 10 {
		t.Fatalf("only %d critical alerts: the streams are missing", both[mention.Critical].all)
	}
	if got := both[mention.Critical].of(); got < 0.8 {
		t.Errorf("%.2f of the critical alerts are right, want 0.80", got)
	}
	if low, normal, high := both[mention.Low].of(), both[mention.Normal].of(), both[mention.High].of(); low >= normal || normal >= high || high < 0.8 {
		t.Errorf("right: low %.2f, normal %.2f, high %.2f; want them to rise, and 0.80 of high", low, normal, high)
	}
}
