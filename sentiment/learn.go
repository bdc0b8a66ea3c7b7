package sentiment

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/earshot/earshot/internal/tsv"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment/logit"
)

// Example is a post that staff judged.
type Example struct {
	Input     Input
	Complaint bool    // about the watch: answered or claimed; not: marked as none, or as not about us
	Unjudged  bool    // heard, and judged by nobody: it teaches nothing, and counts for how many alerts there may be
	Weight    float64 // how many posts it stands for: 4 when every fourth of its like is judged; 0 is 1
}

func (e *Example) weight() float64 {
	if e.Weight <= 0 {
		return 1
	}
	return e.Weight
}

// How an installation learns. What is shipped is the prior: a feature moves the verdict
// only as far as many posts that hold it agree, so that few verdicts change little.
const (
	learnRidge = 25.0 // the higher, the more what is shipped is believed
	learnMost  = 3.0  // how far one weight can move
	learnLeast = 0.02 // smaller changes are left out of the file
)

// Learn returns by how much features should move the verdict, beside what network and trees say, to
// agree better with what staff judged, as lines "feature<TAB>weight", the text for Options.Learned; ""
// when there is nothing to change. The scorer should be one without Learned: changes
// do not add up. It gives the most likely weights where 0 is the prior, and 1 that of network and trees
// together (logistic regression by Newton's method, a ridge around them), the same for the
// same examples in the same order, rounded to two places. The answers of the frames and
// the thresholds stay as they are. What is learned may order posts anew, not make more of
// them alerts: the examples, by their weights, give no more than before. Of alerts alone, which is what staff
// judge, that says nothing of the posts below the threshold: those are given unjudged. It takes about a second for a thousand examples.
func (s *Scorer) Learn(examples []Example) string {
	names := s.learnable()
	var prior []float64
	var all [][]float64
	said := make([]float64, len(examples)) // how likely each is a complaint by what is shipped
	rows := make([]logit.Example, 0, len(examples))
	for i := range examples {
		row, weights, complaint := s.verdictRow(examples[i].Input)
		said[i] = complaint
		prior, all = weights, append(all, row)
		if examples[i].Unjudged {
			continue
		}
		rows = append(rows, logit.NewExample(row, examples[i].Complaint, examples[i].weight()))
	}
	if len(rows) == 0 {
		return ""
	}
	changes := make([]float64, len(names))
	learned := append([]float64(nil), prior...)
	for i, w := range logit.Fit(rows, prior, learnRidge) {
		if d := max(-learnMost, min(learnMost, w-prior[i])); math.Abs(d) >= learnLeast {
			changes[i] = math.Round(d*100) / 100 // as it is written
		}
		learned[i] += changes[i]
	}
	changes[fBias] -= s.louder(examples, said, all, learned)
	var b strings.Builder
	for i, name := range names {
		if math.Round(changes[i]*100) != 0 {
			fmt.Fprintf(&b, "%s\t%.2f\n", name, max(-learnMost, changes[i]))
		}
	}
	return b.String()
}

// overThreshold is by how much the odds of a post must lie below a threshold to be surely below it as
// the scorer tells them: it reads the curve from a table and rounds to four places.
const overThreshold = 0.002

// louder is by how much the constant must fall, from 0 on, so that the learned weights make no
// more alerts of the examples than what is shipped does, by what it said. Complaints that were missed
// stand for their like, so without it learning is paid for with false alarms.
func (s *Scorer) louder(examples []Example, said []float64, rows [][]float64, learned []float64) float64 {
	type lead struct{ odds, weight float64 } // above the threshold
	var leads []lead
	var allowed float64
	for i := range examples {
		at := s.AlertAt(examples[i].Input.Kind)
		if said[i] >= at {
			allowed += examples[i].weight()
		}
		odds := -math.Log(at / (1 - at))
		for f, x := range rows[i] {
			odds += x * learned[f]
		}
		leads = append(leads, lead{odds, examples[i].weight()})
	}
	slices.SortStableFunc(leads, func(a, b lead) int { return cmp.Compare(b.odds, a.odds) })
	for _, l := range leads {
		if allowed -= l.weight; allowed < 0 {
			return max(0, math.Ceil((l.odds+overThreshold)*100)/100) // as it is written
		}
	}
	return 0
}

// together is the last of what learning weighs: what the network and the trees say. Its weight is 1.
const together = "taken together"

// learnable are the names of what learning weighs, in the order of verdictRow.
func (s *Scorer) learnable() []string { return append(slices.Clone(s.common.features), together) }

// verdictRow is what learning weighs of a text, what each weighs already, and what they say together.
func (s *Scorer) verdictRow(in Input) (row, weights []float64, complaint float64) {
	var out mention.Score
	sc := s.score(&out, in)
	defer s.pool.Put(sc)
	m := &s.common.models
	weights = make([]float64, len(sc.x)+1)
	for i, w := range m.learned {
		weights[i] = float64(w)
	}
	weights[len(sc.x)] = float64(m.together)
	for _, x := range sc.x {
		row = append(row, float64(x))
	}
	return append(row, float64(m.shipped(sc))), weights, out.Complaint
}

// Outdated is a feature that the learned weights speak of and this version does not weigh; empty
// when there is none. What is left of them would not be what was learned, so none of them is used.
func (s *Scorer) Outdated() string { return s.outdated }

// readLearned adds what an installation learned to the weights.
func (s *Scorer) readLearned(o Options) error {
	if o.Learned == "" {
		return nil
	}
	index := map[string]int{}
	for i, f := range s.learnable() {
		index[f] = i
	}
	var errs tsv.Errors
	weights := make([]float32, len(index))
	for _, r := range tsv.Read(cmp.Or(o.LearnedFile, "learned"), o.Learned, "", &errs) {
		at, ok := index[r.Cell(0)]
		if !ok {
			s.outdated = cmp.Or(s.outdated, r.Cell(0))
			continue
		}
		weights[at] += float32(r.Weight(1, -learnMost, learnMost, &errs))
	}
	if err := errs.Err(); err != nil {
		return fmt.Errorf("sentiment: learned weights: %w", err)
	}
	if s.outdated == "" {
		m := &s.common.models
		last := len(s.common.features)
		m.learned, m.together = weights[:last], m.together+weights[last]
	}
	return nil
}
