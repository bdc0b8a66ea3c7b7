package sentiment

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/earshot/earshot/internal/tsv"
	"github.com/earshot/earshot/mention"
)

// A model is a row of weights of common/verdict.tsv: a weighted sum of features
// through a logistic curve. One stands for each value of a frame that is answered
// by weighing ("voice press"); the last one, "complaint", sees their answers as
// features too, and to its sum the trees of trees.go are added. The program in fit/
// writes the files.

// verdictModels are the weights by feature, so that features that are 0 cost
// nothing.
type verdictModels struct {
	answers []int                           // the values of frames that have a model, as in common.frames
	groups  []group                         // the frames they belong to
	weights [][modelRows][rowModels]float32 // by feature: of each answer's model, then of the complaint
	told    []float32                       // of the complaint: what each answer counts
	products
	forest
	together float32 // what the trees count: 1, unless an installation learned otherwise
	alert    [kinds]float64
}

// maxModels is one for each answer and one for the complaint. They are summed up in
// rows, of as many as the processor has registers for.
const (
	maxModels = modelRows * rowModels
	modelRows = 3
	rowModels = 7
)

// products are features of the complaint that multiply others.
type products struct {
	parts   [][3]uint8 // positions in scratch.factors
	weights []float32
}

// group is the answers of one frame.
type group struct{ from, to int }

// kinds are the kinds of posts that have a threshold of their own, and at 0 the
// one of all others.
const kinds = 6

var kindNames = [kinds]string{"", "review", "forum", "comment", "news", "social"}

const (
	verdictFile    = "common/verdict.tsv"
	complaintModel = "complaint"
	alertModel     = "alert"
	answerFeature  = "is " // + frame and value: what its model answers
)

// Product is a feature of the complaint that multiplies answers and features:
// each by itself leaves too much open.
type Product struct {
	Name  string
	Parts []string // names of features or of answers ("event yes" is what its model answers)
}

// Products returns them in the order of verdict.tsv. It is for fitting.
func Products() []Product { return slices.Clone(productFeatures) }

var productFeatures = []Product{
	{"happened to a customer by us", []string{"is event yes", "is about us", "is voice customer"}},
	{"told as happened by a customer", []string{"is event yes", "is voice customer", "is voice customer"}},
	{"told as happened of us", []string{"is event yes", "is about us", "is about us"}},
	{"bad and happened by us", []string{"score bad", "is event yes", "is about us"}},
	{"told of us by a customer as happened", []string{"told of us", "is event yes", "is voice customer"}},
	{"told of another by a customer", []string{"told of another", "is about other", "is voice customer"}},
	{"nothing bad but happened to a customer by us", []string{"nothing good or bad", "is event yes", "is about us"}},
	{"good of us", []string{"score good", "is about us"}},
	{"a customer in the news", []string{"kind news", "is voice customer", "is event yes"}},
	{"happened, in a forum", []string{"kind forum", "is event yes", "is about us"}},
	{"happened, in a network", []string{"kind social", "is event yes", "is about us"}},
	{"asked by one whom it happened to", []string{"asks", "is event yes", "is about us"}},
	{"no place: score bad", []string{"no place of the brand is known", "score bad"}},
	{"no place: score good", []string{"no place of the brand is known", "score good"}},
	{"no place: bad cues", []string{"no place of the brand is known", "bad cues"}},
	{"no place: bad words", []string{"no place of the brand is known", "bad words"}},
	{"no place: share of bad", []string{"no place of the brand is known", "share of bad"}},
	{"no place: worst sentence", []string{"no place of the brand is known", "worst sentence"}},
	{"no place: happened", []string{"no place of the brand is known", "is event yes"}},
	{"no place: a customer", []string{"no place of the brand is known", "is voice customer"}},
	{"no place: about us", []string{"no place of the brand is known", "is about us"}},
	{"no place: asks", []string{"no place of the brand is known", "asks"}},
	{"few stars and us", []string{"few stars", "is about us"}},
}

// readVerdict reads the weights. Without the file nothing is known and every
// complaint is a half.
func (c *common) readVerdict(src func(string) string, errs *tsv.Errors) {
	const name = verdictFile
	c.features = c.featureNames()
	m := &c.models
	index := map[string]int{}
	for i, f := range c.features {
		index[f] = i
	}
	c.readTrees(src, index, errs)
	rows := tsv.Read(name, src(name), "model feature weight note", errs)
	models := map[string]int{}
	for _, r := range rows {
		model := r.Cell(0)
		f, ok := c.frameIndex[model]
		if _, known := models[model]; ok && !known {
			models[model] = len(m.answers)
			m.answers = append(m.answers, f)
			if n := len(m.groups); n > 0 && c.frames[m.answers[m.groups[n-1].from]].frame == c.frames[f].frame {
				m.groups[n-1].to++
			} else {
				m.groups = append(m.groups, group{len(m.answers) - 1, len(m.answers)})
			}
		}
	}
	if len(m.answers) >= maxModels {
		errs.Add(tsv.Place{File: name}, "more than %d models", maxModels)
		m.answers = m.answers[:maxModels-1]
	}
	for k, a := range m.answers {
		index[answerFeature+c.frames[a].name()] = len(c.features) + k
	}
	m.readProducts(len(c.features)+len(m.answers), index)
	models[complaintModel] = len(m.answers)
	m.weights = make([][modelRows][rowModels]float32, len(c.features))
	m.told = make([]float32, len(m.answers))
	for _, r := range rows {
		c.readWeight(&r, models, index, errs)
	}
	m.together = 1
}

// readProducts finds the parts of the products; an answer that no model gives is
// always 0. one is the place of the number 1, and after it stands the 0.
func (m *verdictModels) readProducts(one int, index map[string]int) {
	for k, p := range productFeatures {
		parts := [3]uint8{uint8(one), uint8(one), uint8(one)}
		for i, name := range p.Parts {
			at, ok := index[name]
			if !ok {
				at = one + 1
			}
			parts[i] = uint8(at)
		}
		m.parts = append(m.parts, parts)
		index[p.Name] = one + k
	}
	m.products.weights = make([]float32, len(productFeatures))
}

// complaint is what a feature weighs for the complaint.
func (m *verdictModels) complaint(feature int) *float32 {
	n := len(m.answers)
	return &m.weights[feature][n/rowModels][n%rowModels]
}

func (c *common) readWeight(r *tsv.Row, models, index map[string]int, errs *tsv.Errors) {
	m := &c.models
	if r.Cell(0) == alertModel {
		k := slices.Index(kindNames[:], r.Cell(1))
		if k < 0 {
			errs.Add(r.At(1), "unknown kind %q", r.Cell(1))
			return
		}
		m.alert[k] = r.Weight(2, 0, 1, errs)
		return
	}
	model, ok := models[r.Cell(0)]
	if !ok {
		errs.Add(r.At(0), "unknown model %q", r.Cell(0))
		return
	}
	f, ok := index[r.Cell(1)]
	w := float32(r.Weight(2, -30, 30, errs))
	switch {
	case !ok:
		errs.Add(r.At(1), "unknown feature %q", r.Cell(1))
	case f < len(c.features):
		m.weights[f][model/rowModels][model%rowModels] = w
	case r.Cell(0) != complaintModel:
		errs.Add(r.At(1), "only the complaint sees the other models' answers")
	case f < len(c.features)+len(m.told):
		m.told[f-len(c.features)] = w
	default:
		m.products.weights[f-len(c.features)-len(m.told)] = w
	}
}

// answer is what a frame was found to be, with the cue that speaks for it.
type answer struct {
	frame int   // index of common.frames
	cue   int32 // index of scratch.cues, -1 for none
}

// decide answers the frames and the verdict.
func (s *Scorer) decide(dst *mention.Score, sc *scratch, in *Input) {
	dst.Complaint = math.Round(float64(s.curve.at(s.weigh(sc)))*1e4) / 1e4
	s.answer(sc, sc.p)
	s.tellFrames(dst, sc, in.Text)
}

// maxFactors is room for all features, all answers and two numbers more.
const maxFactors = 256

// makeRoom lays out what the products multiply: the features, the answers, a 1 and
// a 0.
func (sc *scratch) makeRoom(features, answers int) {
	sc.factors[features+answers] = 1
	sc.x, sc.p = sc.factors[:features], sc.factors[features:features+answers]
	sc.held = make([]heldFeature, features)
	sc.joint = make([]float32, len(productFeatures))
}

// weigh returns the complaint's weighted sum, and leaves the answers in sc.p and
// the products in sc.joint.
func (s *Scorer) weigh(sc *scratch) float32 {
	m := &s.common.models
	sums := m.sums(sc)
	verdict := sums[len(sc.p)]
	for k := range sc.p {
		sc.p[k] = s.curve.at(sums[k])
	}
	for _, g := range m.groups {
		m.share(sc.p[g.from:g.to])
	}
	for k, p := range sc.p {
		verdict += m.told[k] * p
	}
	parts := m.parts
	weights, joint, factors := m.products.weights[:len(parts)], sc.joint[:len(parts)], &sc.factors
	for k, parts := range parts {
		p := factors[parts[0]] * factors[parts[1]] * factors[parts[2]]
		joint[k] = p
		verdict += weights[k] * p
	}
	return verdict + m.together*m.say(sc)
}

// heldFeature is a feature that is not 0.
type heldFeature struct {
	at int32
	x  float32
}

// sums weighs the features for every model. Most features are 0: the others are
// gathered first, and then a row of models is summed up at a time, in registers.
func (m *verdictModels) sums(sc *scratch) (sums [maxModels]float32) {
	x := sc.x
	held := sc.held[:len(x)]
	k := 0
	for f := range x {
		if math.Float32bits(x[f]) != 0 {
			held[k] = heldFeature{int32(f), x[f]}
			k++
		}
	}
	sc.held = held[:k]
	for row := range len(m.answers)/rowModels + 1 {
		var a, b, c, d, e, f, g float32
		for _, y := range sc.held {
			x, w := y.x, &m.weights[y.at][row]
			a += w[0] * x
			b += w[1] * x
			c += w[2] * x
			d += w[3] * x
			e += w[4] * x
			f += w[5] * x
			g += w[6] * x
		}
		*(*[rowModels]float32)(sums[row*rowModels:]) = [rowModels]float32{a, b, c, d, e, f, g}
	}
	return sums
}

// share makes the answers of one frame sum up to one; a frame with one answer
// stays as it is.
func (m *verdictModels) share(p []float32) {
	if len(p) < 2 {
		return
	}
	var sum float32
	for _, x := range p {
		sum += x
	}
	for i := range p {
		p[i] /= sum
	}
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

// answer takes, for each frame that is weighed, the likeliest value, and for the
// others the value with the heaviest cues.
func (s *Scorer) answer(sc *scratch, p []float32) {
	c, m := s.common, &s.common.models
	sc.answers = sc.answers[:0]
	for _, g := range m.groups {
		best := g.from
		for k := g.from + 1; k < g.to; k++ {
			if p[k] > p[best] {
				best = k
			}
		}
		frame := m.answers[best]
		if g.to-g.from == 1 && p[best] < 0.5 {
			frame = sc.heaviest(c.valuesOf[frame], frame)
		}
		sc.answers = append(sc.answers, answer{frame, sc.heaviestCue(frame)})
	}
	if f := sc.heaviest(c.ends, 0); f != 0 {
		sc.answers = append(sc.answers, answer{f, sc.heaviestCue(f)})
	}
}

// heaviest returns the value in g, other than one, that cues speak for most; 0 when
// none does.
func (sc *scratch) heaviest(g group, except int) int {
	best, weight := 0, float32(0)
	values := sc.x[len(sc.x)-sc.values:]
	for f := g.from; f < g.to; f++ {
		if f != except && values[f-1] > weight {
			best, weight = f, values[f-1]
		}
	}
	return best
}

func (sc *scratch) heaviestCue(frame int) int32 {
	if sc.spoken>>frame&1 == 0 {
		return -1
	}
	return sc.loudest[frame]
}

func (s *Scorer) tellFrames(dst *mention.Score, sc *scratch, text string) {
	dst.Frames = dst.Frames[:0]
	for _, a := range sc.answers {
		if a.frame == 0 {
			continue
		}
		v := &s.common.frames[a.frame]
		f := mention.Frame{Frame: v.frame, Value: v.value}
		if a.cue >= 0 {
			h := &sc.cues[a.cue]
			f.Start, f.End = int(sc.lex.toks[h.start].start), int(sc.lex.toks[h.end].end)
			f.Text = text[f.Start:f.End]
		}
		dst.Frames = append(dst.Frames, f)
	}
}

// AlertAt returns the complaint at and above which a post of the kind is an alert,
// when the watchlist says nothing else.
func (s *Scorer) AlertAt(kind mention.PostKind) float64 {
	k := slices.Index(kindNames[:], string(kind))
	return s.common.models.alert[max(k, 0)]
}

// FrameSays tells people what a value of a frame means; "" for one that is unknown.
func (s *Scorer) FrameSays(f mention.Frame) string {
	return s.common.frames[s.common.frameIndex[f.Frame+" "+f.Value]].says
}

// Reason is a feature of a text with what it gave the verdict, in the logistic's units: its
// value times its weight, and its share of what the trees say.
type Reason struct {
	Feature string
	Weight  float64
}

// Reasons returns what decided over the complaint of a text, the heaviest first.
func (s *Scorer) Reasons(in Input) []Reason {
	var out mention.Score
	sc := s.pool.Get().(*scratch)
	defer s.pool.Put(sc)
	s.scoreWith(sc, &out, in)
	m := &s.common.models
	names, row, weights := s.verdictNames(), sc.row(m), m.row()
	gave := make([]float32, len(names))
	for i, x := range row {
		gave[i] = x * weights[i]
	}
	gave[fBias], gave[len(row)-1] = 0, 0 // the same for every text; what the trees gave is told by feature
	m.tell(row, func(feature int, weight float32) { gave[feature] += m.together * weight })
	var list []Reason
	for i, w := range gave {
		if abs(w) >= 0.05 {
			list = append(list, Reason{names[i], round(w)})
		}
	}
	slices.SortStableFunc(list, func(a, b Reason) int {
		switch d := abs(b.Weight) - abs(a.Weight); {
		case d > 0:
			return 1
		case d < 0:
			return -1
		}
		return strings.Compare(a.Feature, b.Feature)
	})
	return list
}

// String is how people read it.
func (r Reason) String() string { return fmt.Sprintf("%+.2f  %s", r.Weight, r.Feature) }
