package tune_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/tune"
)

// memory learns which words stand in false alarms and in no complaint, and hears
// nothing where one of them stands. The greedy one learns every word of a false alarm; the loud one hears
// complaints in what is quiet as soon as it has learned something.
type memory struct{ greedy, loud bool }

func (m memory) Learn(examples []tune.Example, _ []mention.Mention) (string, error) {
	words := map[string]bool{}
	for _, good := range []bool{false, true} {
		for _, e := range examples {
			for _, w := range strings.Fields(strings.ToLower(e.Mention.Post.Text)) {
				if e.Verdict != tune.Confirmed && !good {
					words[w] = true
				} else if e.Verdict == tune.Confirmed && good && !m.greedy {
					delete(words, w)
				}
			}
		}
	}
	var list []string
	for w := range words {
		list = append(list, w)
	}
	slices.Sort(list)
	return strings.Join(list, " "), nil
}

func (m memory) Weighing(weights string) (tune.Scorer, error) {
	return memorizer{strings.Fields(weights), m.loud}, nil
}

func (m memory) Changes(weights string) []tune.WeightChange {
	var out []tune.WeightChange
	for _, w := range strings.Fields(weights) {
		out = append(out, tune.WeightChange{Feature: w, Says: "the word " + w, By: -1})
	}
	return out
}

type memorizer struct {
	words []string
	loud  bool
}

func (m memorizer) Score(x mention.Mention) mention.Score {
	s := mention.Score{Lang: "xx", Value: -0.5}
	for _, w := range strings.Fields(strings.ToLower(x.Post.Text)) {
		if slices.Contains(m.words, w) || w == "quiet" && !(m.loud && len(m.words) > 0) {
			s.Value = 0.5
		}
	}
	return s
}

func TestWeights(t *testing.T) {
	complaints := filler(tune.Confirmed, 10, "acme lost my %s")
	cases := []struct {
		name    string
		in      tune.Input
		learner tune.Learner
		unseen  int // false alarms left on texts it was not learned from; -1: nothing is proposed
		kept    string
		few     string
	}{
		{"what holds of texts not learned from", heard(input(complaints, filler(tune.NotNegative, 6, "acme sponsors the-%s"), filler(tune.NotUs, 4, "acme sponsors cats of-%s")), "quiet", 12), memory{}, 0, "", ""},
		{"what finds no more than it ends", heard(input(complaints, filler(tune.NotNegative, 10, "acme sponsors the-%s")), "quiet", 10), memory{loud: true}, 0, "", ""},
		{"what finds more than it ends", heard(input(complaints, filler(tune.NotNegative, 10, "acme sponsors the-%s")), "quiet", 11), memory{loud: true}, -1, "but raise 11 alerts where there were none", ""},
		{"what was only learned by heart", input(complaints, copiesOf(10)), memory{}, -1, "", ""},
		{"what may cost complaints", losing(input(complaints, filler(tune.NotNegative, 10, "acme sponsors the-%s")), 10), memory{}, 0, "", ""},
		{"what costs complaints", input(complaints, filler(tune.NotNegative, 10, "acme sponsors the-%s")), memory{greedy: true}, -1, "--may-lose 10 proposes them", ""},
		{"too few", input(complaints, filler(tune.NotNegative, 6, "acme sponsors the-%s")), memory{}, -1, "", "weights: 6 texts"},
		{"nobody learns", input(complaints, filler(tune.NotNegative, 10, "acme sponsors the-%s")), nil, -1, "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			c.in.WeightsFile = "our-weights.tsv"
			plan, err := tune.Propose(t.Context(), c.in, toy{map[string]float64{"lost": -3, "sponsors": -3}}, toyMatch{}, c.learner)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := plan.Text(&b); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(plan.Kept, c.kept) || (plan.Kept == "") != (c.kept == "") || !strings.Contains(b.String(), plan.Kept) {
				t.Errorf("kept %q, want %q", plan.Kept, c.kept)
			}
			if c.few != "" && !strings.Contains(b.String(), c.few) {
				t.Errorf("no %q in %s", c.few, b.String())
			}
			if (plan.Weights != nil) != (c.unseen >= 0) {
				t.Fatalf("weights %+v, kept %q", plan.Weights, plan.Kept)
			}
			if w := plan.Weights; w != nil {
				if w.Before.FalseAlarms != 10 || w.After.FalseAlarms != 0 || w.Unseen.FalseAlarms != c.unseen || w.Unseen.Complaints != 10 {
					t.Errorf("%+v", w)
				}
				others := map[int]string{0: "weights", 10: "of 10 other posts, which nobody judged, 10 would become alerts", 12: "of 12 other posts, which nobody judged, 0 would become alerts"}
				command := map[int]string{0: "to take them: earshot tune --weights our-weights.tsv", 10: "earshot tune --may-lose 10 --weights our-weights.tsv"}[c.in.MayLose]
				for _, want := range []string{command, others[w.Others], "false alarms 10, after 0 (0 on texts they were not learned from)", "-1.00  the word ", "sentiment: {weights: our-weights.tsv}"} {
					if !strings.Contains(b.String(), want) {
						t.Errorf("no %q in\n%s", want, b.String())
					}
				}
			}
		})
	}
}

func losing(in tune.Input, n int) tune.Input {
	in.MayLose = n
	return in
}

// heard adds n posts with this text that nobody judged.
func heard(in tune.Input, text string, n int) tune.Input {
	for i := range n {
		in.Others = append(in.Others, mention.Mention{ID: mention.ID(fmt.Sprint("other", i)), Post: mention.Post{Text: text}})
	}
	return in
}

// copiesOf are false alarms that have nothing in common but what complaints have too.
func copiesOf(n int) []tune.Example {
	var out []tune.Example
	for i := range n {
		out = append(out, example(tune.NotNegative, "acme lost my game"+strings.Repeat("z", i)))
	}
	return out
}
