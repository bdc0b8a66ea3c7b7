package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
	"github.com/earshot/earshot/sentiment/stream"
	"github.com/earshot/earshot/tune"
)

// taughtAlerts are alerts among the posts that no shipped weight was fitted on, with
// the verdict staff would give.
func taughtAlerts(t *testing.T) (in tune.Input) {
	t.Helper()
	shared := testkit.SharedDir(t)
	var files []string
	for _, pattern := range []string{"../../sentiment/testdata/stream/??.tsv", "../../sentiment/testdata/stream/week-??.tsv", filepath.Join(shared, "eval", "stream", "??.tsv")} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	in, scorer := untaught(t)
	rules := watchlist.NewRules(&config.Config{}, scorer)
	for _, l := range labelledPosts(t, files) {
		l.Score = watchlist.Score(scorer, l.Post, watchlist.Places{Brand: l.Spans})
		if l.of.Held() && l.of.Complaint != "borderline" && rules.IsComplaint(l.Mention) {
			in.Examples = append(in.Examples, tune.Example{Mention: l.Mention, Verdict: l.verdict()})
		}
	}
	return in
}

// untaught is what a plan is made of where staff gave no verdict yet, and the scorer.
func untaught(t testing.TB) (tune.Input, *sentiment.Scorer) {
	t.Helper()
	scorer, err := watchlist.NewScorer("", "")
	if err != nil {
		t.Fatal(err)
	}
	return tune.Input{Margin: watchlist.NewRules(&config.Config{}, scorer).Margin, File: newWords, New: true, WeightsFile: newWeights}, scorer
}

// labelledPost is a labelled post as the daemon would record it.
type labelledPost struct {
	mention.Mention
	of stream.Post
}

// verdict is what staff would press.
func (l *labelledPost) verdict() tune.Verdict {
	if l.of.Complaint == "no" {
		return tune.NotNegative
	}
	return tune.Confirmed
}

func labelledPosts(t testing.TB, files []string) (all []labelledPost) {
	t.Helper()
	places := stream.NewPlaces()
	for _, file := range files {
		posts, err := stream.Read(file, places)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range posts {
			m := mention.Mention{ID: mention.ID(file + p.ID), Watch: p.Brand, Post: mention.Post{Kind: p.Input.Kind, Text: p.Input.Text, Lang: p.Input.Lang}}
			if p.Input.Stars > 0 {
				m.Post.Rating = &mention.Rating{Value: p.Input.Stars, Best: 5}
			}
			for _, s := range p.Input.Spans {
				s.Start, s.End = s.Start+1, s.End+1 // the body begins with the empty title's line end
				m.Spans = append(m.Spans, s)
			}
			all = append(all, labelledPost{m, p})
		}
	}
	return all
}

// TestLearning: what staff pressed ends false alarms, also on texts it was not learned
// from. The file that is written is what the daemon reads. What a stricter threshold would
// do for as many complaints is told beside it: on these texts, which are of many brands and
// hold no false alarm twice, it does about as much.
func TestLearning(t *testing.T) {
	if testing.Short() {
		t.Skip("learns six times from a few hundred texts")
	}
	t.Parallel()
	in := taughtAlerts(t)
	propose := func(mayLose int) tune.Plan {
		t.Helper()
		in.MayLose = mayLose
		plan, err := tune.Propose(t.Context(), in, noWords{}, noMatch{}, learner{"", newLexicon(in, watchlist.List{})})
		if err != nil {
			t.Fatal(err)
		}
		return plan
	}
	plan := propose(len(in.Examples) / 8)
	w := plan.Weights
	if w == nil {
		t.Fatalf("no weights: %q %q", plan.TooFew, plan.Kept)
	}
	t.Logf("before %+v, after %+v, on texts not learned from %+v", w.Before, w.After, w.Unseen)
	lost := w.Before.Complaints - w.Unseen.Complaints
	stricter := endedByThreshold(in, lost)
	t.Logf("false alarms ended: %d of %d for %d complaints; by a stricter threshold %d", w.Before.FalseAlarms-w.Unseen.FalseAlarms, w.Before.FalseAlarms, lost, stricter)
	ended := w.Before.FalseAlarms - w.Unseen.FalseAlarms
	if ended <= lost {
		t.Errorf("%d false alarms ended for %d complaints", ended, lost)
	}
	t.Run("a sixth", func(t *testing.T) { // of all labelled posts: fewer move the weights less
		testkit.Shared(t)
		if ended*6 < w.Before.FalseAlarms || lost*20 > w.Before.Complaints {
			t.Errorf("%d false alarms ended for %d complaints: want a sixth for at most a twentieth", ended, lost)
		}
	})
	if lost > 0 {
		if kept := propose(0); kept.Weights != nil || !strings.Contains(kept.Kept, "--may-lose ") {
			t.Errorf("complaints may not be lost, yet %+v, %q", kept.Weights, kept.Kept)
		}
	}

	file := filepath.Join(t.TempDir(), newWeights)
	if err := (&tuneCmd{Weights: file}).writeWeights(speech{}, plan); err != nil {
		t.Fatal(err)
	}
	scorer, err := watchlist.NewScorer("", file)
	if err != nil {
		t.Fatal(err)
	}
	after := 0
	for _, e := range in.Examples {
		if e.Verdict == tune.NotNegative && in.Margin(e.Mention.Post.Kind, watchlist.Score(scorer, e.Mention.Post, watchlist.Places{Brand: e.Mention.Spans})) >= 0 {
			after++
		}
	}
	if after != w.After.FalseAlarms {
		t.Errorf("the daemon has %d false alarms with the file, %d were promised", after, w.After.FalseAlarms)
	}
	if err := (&tuneCmd{Weights: file}).writeWeights(speech{}, tune.Plan{}); err == nil {
		t.Error("nothing is proposed, and nobody is told that nothing was written")
	}
}

// endedByThreshold counts the false alarms that a stricter threshold ends when it may
// cost so many complaints.
func endedByThreshold(in tune.Input, lost int) (ended int) {
	var complaints, others []float64
	for _, e := range in.Examples {
		m := in.Margin(e.Mention.Post.Kind, e.Mention.Score)
		if e.Verdict == tune.Confirmed {
			complaints = append(complaints, m)
		} else {
			others = append(others, m)
		}
	}
	slices.Sort(complaints)
	for _, m := range others {
		if m < complaints[max(lost, 0)] {
			ended++
		}
	}
	return ended
}

// noWords and noMatch propose nothing: only weights are measured here.
type noWords struct{}

func (noWords) Scorer(string) (tune.Scorer, error) { return noWords{}, nil }

func (noWords) Reads(string) bool { return true }

func (noWords) Score(m mention.Mention) mention.Score { return m.Score }

type noMatch struct{}

func (noMatch) Try(_ string, lists [][]string) (func(mention.Post) []bool, error) {
	return func(mention.Post) []bool { return make([]bool, len(lists)) }, nil
}
