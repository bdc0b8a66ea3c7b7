package sentiment

import (
	"math"
	"slices"
	"strconv"

	"github.com/earshot/earshot/internal/tsv"
	"github.com/earshot/earshot/mention"
)

// The verdict is half of what two models say, each in log odds, of the features of a text: a
// network with one hidden layer, which answers the frames too, and trees (trees.go). A network
// sees much of everything at once and trees the sharp turns; together they are right more often than
// a bigger one of either. Beside both counts the score of the words, as it stands (ADR 26). The program in
// fit/ writes the files.

// network is a hidden layer of units, each a weighted sum of features that counts when it is above
// 0, and the answers, each a weighted sum of units.
type network struct {
	answers []int   // the values of frames it answers, as in common.frames; after them comes the complaint
	groups  []group // the frames they belong to
	hidden  [][Units]float32
	out     [Units][maxAnswers]float32
	base    [maxAnswers]float32 // of each answer, with no unit above 0
}

// Units is how many units the network has. It is for fitting.
const Units = 64

const maxAnswers = 16

// verdictModels are what decides over the features.
type verdictModels struct {
	network
	forest
	score    []heldFeature // what the score of the words counts beside network and trees
	learned  []float32     // by feature: what an installation learned; empty for nothing
	together float32       // what all this counts: 1, unless an installation learned otherwise
	alert    [kinds]float64
}

// group is the answers of one frame.
type group struct{ from, to int }

// kinds are the kinds of posts that have a threshold of their own, and at 0 the
// one of all others.
const kinds = 6

var kindNames = [kinds]string{"", "review", "forum", "comment", "news", "social"}

// kindOf is the place of a kind in kindNames.
func kindOf(kind mention.PostKind) int { return max(slices.Index(kindNames[:], string(kind)), 0) }

const (
	verdictFile    = "common/verdict.tsv"
	complaintModel = "complaint"
	alertModel     = "alert"
	unitModel      = "unit " // + its number, from 1
)

// readVerdict reads the weights. Without the files nothing is known and every
// complaint is a half.
func (c *common) readVerdict(src source, errs *tsv.Errors) {
	c.features = c.featureNames()
	m := &c.models
	m.together = 1
	r := weightReader{c: c, models: map[string]int{}, sources: map[string]int{}, errs: errs}
	for i := range Units {
		r.models[unitModel+strconv.Itoa(i+1)] = i
	}
	for i, f := range c.features {
		r.sources[f] = i
	}
	c.readTrees(src, r.sources, errs)
	rows := src.rows(verdictFile, "model feature weight note", errs)
	for i := range rows {
		r.answer(&rows[i])
	}
	if len(m.answers) >= maxAnswers {
		errs.Add(tsv.Place{File: verdictFile}, "more than %d answers", maxAnswers-1)
		return
	}
	r.models[complaintModel] = Units + len(m.answers)
	m.hidden = make([][Units]float32, len(c.features))
	for i := range rows {
		r.weight(&rows[i])
	}
}

// weightReader reads verdict.tsv. Models are numbered: the units, the answers, the complaint.
type weightReader struct {
	c               *common
	models, sources map[string]int
	errs            *tsv.Errors
}

// answer notes the value of a frame that the row is of, when it is the first of it.
func (r *weightReader) answer(row *tsv.Row) {
	m, model := &r.c.models, row.Cell(0)
	f, ok := r.c.frameIndex[model]
	if _, known := r.models[model]; !ok || known {
		return
	}
	r.models[model] = Units + len(m.answers)
	m.answers = append(m.answers, f)
	if n := len(m.groups); n > 0 && r.c.frames[m.answers[m.groups[n-1].from]].frame == r.c.frames[f].frame {
		m.groups[n-1].to++
	} else {
		m.groups = append(m.groups, group{len(m.answers) - 1, len(m.answers)})
	}
}

// weight reads a row: what a feature counts for a unit, a unit for an answer, or a threshold.
func (r *weightReader) weight(row *tsv.Row) {
	m := &r.c.models
	if row.Cell(0) == alertModel {
		k := slices.Index(kindNames[:], row.Cell(1))
		if k < 0 {
			r.errs.Add(row.At(1), "unknown kind %q", row.Cell(1))
			return
		}
		m.alert[k] = row.Weight(2, 0, 1, r.errs)
		return
	}
	model, ok := r.models[row.Cell(0)]
	if !ok {
		r.errs.Add(row.At(0), "unknown model %q", row.Cell(0))
		return
	}
	w := float32(row.Weight(2, -30, 30, r.errs))
	if model < Units {
		f, ok := r.sources[row.Cell(1)]
		if !ok {
			r.errs.Add(row.At(1), "unknown feature %q", row.Cell(1))
			return
		}
		m.hidden[f][model] = w
		return
	}
	unit, ok := r.models[row.Cell(1)]
	switch answer := model - Units; {
	case row.Cell(1) == featureNames[fBias]:
		m.base[answer] = w
	case answer == len(m.answers) && isScore(row.Cell(1)):
		m.score = append(m.score, heldFeature{int32(r.sources[row.Cell(1)]), w})
	case !ok || unit >= Units:
		r.errs.Add(row.At(1), "unknown unit %q", row.Cell(1))
	default:
		m.out[unit][answer] = w
	}
}

func isScore(feature string) bool {
	return feature == featureNames[fScoreBad] || feature == featureNames[fScoreGood]
}

// heldFeature is a feature that is not 0.
type heldFeature struct {
	at int32
	x  float32
}

// say is what the network says, in log odds, of each answer and of the complaint. Units are
// summed up as many at a time as the processor has registers for.
func (n *network) say(held []heldFeature) [maxAnswers]float32 {
	said := n.base
	for from := 0; from < Units; from += 8 {
		var a, b, c, d, e, f, g, h float32
		for _, y := range held {
			x, w := y.x, (*[8]float32)(n.hidden[y.at][from:])
			a += w[0] * x
			b += w[1] * x
			c += w[2] * x
			d += w[3] * x
			e += w[4] * x
			f += w[5] * x
			g += w[6] * x
			h += w[7] * x
		}
		for i, u := range [8]float32{a, b, c, d, e, f, g, h} {
			if u > 0 {
				for k, w := range &n.out[from+i] {
					said[k] += w * u
				}
			}
		}
	}
	return said
}

// curve is the logistic curve from 0 on, in steps of 1/64, read between its points;
// nothing is told apart beyond the last one.
type curve [curveTop*curveSteps + 2]float32

const (
	curveTop   = 16
	curveSteps = 64
)

func newCurve() *curve {
	var c curve
	for i := range c {
		c[i] = float32(1 / (1 + math.Exp(-float64(i)/curveSteps)))
	}
	return &c
}

func (c *curve) at(x float32) float32 {
	y := abs(x) * curveSteps
	if y > curveTop*curveSteps {
		y = curveTop * curveSteps
	}
	i := int(y)
	p := c[i] + (c[i+1]-c[i])*(y-float32(i))
	if x < 0 {
		return 1 - p
	}
	return p
}
