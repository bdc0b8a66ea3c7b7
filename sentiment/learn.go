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
	Weight    float64 // how many posts it stands for: 4 when every fourth of its like is judged; 0 is 1
}

func (e *Example) weight() float64 {
	if e.Weight <= 0 {
		return 1
	}
	return e.Weight
}

// How an installation learns. The shipped weights are the prior: a feature moves
// only as far as many posts that hold it agree, so that few verdicts change little.
const (
	learnRidge = 40.0 // the higher, the more the shipped weights are believed
	learnMost  = 3.0  // how far one weight can move
	learnLeast = 0.02 // smaller changes are left out of the file
)

// Learn returns how the weights of the complaint should change to agree better with
// what staff judged, as lines "feature<TAB>change", the text for Options.Learned; ""
// when there is nothing to change. The scorer should be one without Learned: changes
// do not add up. It gives the most likely weights where the shipped ones are the prior
// (logistic regression by Newton's method, a ridge around them), the same for the
// same examples in the same order, rounded to two places. The models of the frames and
// the thresholds stay as they are. What is learned may order posts anew, not make more of
// them alerts: the examples, by their weights, give no more than before. It takes about a second for a thousand examples.
func (s *Scorer) Learn(examples []Example) string {
	names := s.verdictNames()
	var prior []float64
	var all [][]float64
	rows := make([]logit.Example, 0, len(examples))
	for i := range examples {
		row, weights := s.verdictRow(examples[i].Input)
		prior, all = weights, append(all, row)
		rows = append(rows, logit.NewExample(row, examples[i].Complaint, examples[i].weight()))
	}
	if len(rows) == 0 {
		return ""
	}
	changes := make([]float64, len(names))
	learned := append([]float64(nil), prior...)
	for i, w := range logit.Fit(rows, len(names), prior, learnRidge) {
		if d := max(-learnMost, min(learnMost, w-prior[i])); math.Abs(d) >= learnLeast {
			changes[i] = math.Round(d*100) / 100 // as it is written
		}
		learned[i] += changes[i]
	}
	changes[fBias] -= s.louder(examples, all, prior, learned)
	var b strings.Builder
	for i, name := range names {
		if math.Round(changes[i]*100) != 0 {
			fmt.Fprintf(&b, "%s\t%.2f\n", name, max(-learnMost, changes[i]))
		}
	}
	return b.String()
}

// louder is by how much the constant must fall, from 0 on, so that the learned weights make no
// more alerts of the examples than the shipped ones do. Complaints that were missed stand for
// their like, so without it learning is paid for with false alarms.
func (s *Scorer) louder(examples []Example, rows [][]float64, prior, learned []float64) float64 {
	type lead struct{ odds, weight float64 } // above the threshold
	var leads []lead
	var allowed float64
	for i := range examples {
		at := s.AlertAt(examples[i].Input.Kind)
		threshold := math.Log(at / (1 - at))
		var was, is float64
		for f, x := range rows[i] {
			was, is = was+x*prior[f], is+x*learned[f]
		}
		if was >= threshold {
			allowed += examples[i].weight()
		}
		leads = append(leads, lead{is - threshold, examples[i].weight()})
	}
	slices.SortStableFunc(leads, func(a, b lead) int { return cmp.Compare(b.odds, a.odds) })
	for _, l := range leads {
		if allowed -= l.weight; allowed < 0 {
			return max(0, math.Ceil(l.odds*100+0.01)/100) // as it is written, and surely below
		}
	}
	return 0
}

// together is the last of what the complaint sees: what the trees say. Its weight is 1.
const together = "taken together"

// verdictNames are the names of all that the complaint sees, in the order of row.
func (s *Scorer) verdictNames() []string {
	c := s.common
	names := append([]string(nil), c.features...)
	for _, a := range c.models.answers {
		names = append(names, answerFeature+c.frames[a].name())
	}
	for i := range productFeatures {
		names = append(names, productFeatures[i].Name)
	}
	return append(names, together)
}

// row is what the complaint sees of a text that was scored.
func (sc *scratch) row(m *verdictModels) []float32 {
	row := append([]float32(nil), sc.x...)
	row = append(append(row, sc.p...), sc.joint...)
	return append(row, m.say(sc))
}

// row is the weight of each.
func (m *verdictModels) row() []float32 {
	var weights []float32
	for f := range m.weights {
		weights = append(weights, *m.complaint(f))
	}
	weights = append(append(weights, m.told...), m.products.weights...)
	return append(weights, m.together)
}

// verdictRow is what the complaint sees of a text, and the weights it gives that.
func (s *Scorer) verdictRow(in Input) (row, weights []float64) {
	var out mention.Score
	sc := s.pool.Get().(*scratch)
	defer s.pool.Put(sc)
	s.scoreWith(sc, &out, in)
	m := &s.common.models
	for _, x := range sc.row(m) {
		row = append(row, float64(x))
	}
	for _, w := range m.row() {
		weights = append(weights, float64(w))
	}
	return row, weights
}

// readLearned adds what an installation learned to the weights.
func (s *Scorer) readLearned(o Options) error {
	if o.Learned == "" {
		return nil
	}
	name := o.LearnedFile
	if name == "" {
		name = "learned"
	}
	index := map[string]int{}
	for i, f := range s.verdictNames() {
		index[f] = i
	}
	var errs tsv.Errors
	m := &s.common.models
	for _, r := range tsv.Read(name, o.Learned, "", &errs) {
		at, ok := index[r.Cell(0)]
		if !ok {
			errs.Add(r.At(0), "unknown feature %q", r.Cell(0))
			continue
		}
		d := float32(r.Weight(1, -learnMost, learnMost, &errs))
		switch told := at - len(m.weights); {
		case told < 0:
			*m.complaint(at) += d
		case told < len(m.told):
			m.told[told] += d
		case told < len(m.told)+len(m.products.weights):
			m.products.weights[told-len(m.told)] += d
		default:
			m.together += d
		}
	}
	if err := errs.Err(); err != nil {
		return fmt.Errorf("sentiment: learned weights: %w", err)
	}
	return nil
}
