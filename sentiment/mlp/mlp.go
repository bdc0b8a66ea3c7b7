// Package mlp fits a small multilayer perceptron: features, one layer of hidden units that
// count when they are above 0, and answers that share the units. It knows no text and no
// feature by name. The same examples give the same network to the bit on one machine.
package mlp

import (
	"math"
	"math/rand/v2"
)

// Example is a row: the features that are not 0, what each answer should be (0 to 1) and
// what the example counts for each group of answers.
type Example struct {
	at     []int
	x      []float64
	want   []float64
	counts []float64
}

// NewExample makes a row of dense features, of which the first is always 1. counts has a number
// for each group of answers; 0 where nobody knows what to want.
func NewExample(x, want, counts []float64) Example {
	e := Example{want: want, counts: counts}
	for i, v := range x {
		if v != 0 {
			e.at, e.x = append(e.at, i), append(e.x, v)
		}
	}
	return e
}

// Options say how the network is fitted.
type Options struct {
	Units  int
	Groups []int // how many answers each group has: one by itself is yes or no, of several one is right
	Epochs int   // how often each example is seen
	Batch  int   // of so many examples the slope is taken at a time
	Rate   float64
	Ridge  float64 // what is taken from each weight for being big
	Drop   float64 // the share of features that an example is seen without, others each time
}

func (o *Options) answers() int {
	n := 0
	for _, g := range o.Groups {
		n += g
	}
	return n
}

// Network is the weights.
type Network struct {
	Hidden [][]float64 // by feature: what it counts for each unit
	Out    [][]float64 // by unit: what it counts for each answer
	Base   []float64   // what each answer is without a unit
}

// Odds are the log odds of each answer for a row of dense features; among several answers of a
// group they are relative.
func (n *Network) Odds(x []float64) []float64 {
	e := NewExample(x, nil, nil)
	units := make([]float64, len(n.Out))
	return n.answer(&e, units, make([]float64, len(n.Base)))
}

// answer fills units, which are below 0 where they do not count, and said.
func (n *Network) answer(e *Example, units, said []float64) []float64 {
	clear(units)
	for k, f := range e.at {
		x, row := e.x[k], n.Hidden[f][:len(units)]
		for u, w := range row {
			units[u] += w * x
		}
	}
	copy(said, n.Base)
	for u, h := range units {
		if h <= 0 {
			continue
		}
		for a, w := range n.Out[u] {
			said[a] += w * h
		}
	}
	return said
}

// Fit finds the weights by stochastic gradient descent (Adam, with a rate that falls to 0 along a
// cosine), from small random ones. Where all seeds are the same, so is the network.
func Fit(examples []Example, features int, o Options) *Network {
	t := newTrainer(examples, features, o)
	order := make([]int, len(examples))
	for i := range order {
		order[i] = i
	}
	for epoch := range o.Epochs {
		t.random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		t.rate = o.Rate * (1 + math.Cos(math.Pi*float64(epoch)/float64(o.Epochs))) / 2
		for from := 0; from < len(order); from += o.Batch {
			t.step(examples, order[from:min(from+o.Batch, len(order))])
		}
	}
	return t.network()
}

// trainer is a network on its way, its weights in one row: of the features, of the units, the base.
type trainer struct {
	Options
	answers, features int
	w, slope          []float64
	mean, square      []float64 // of slopes, as Adam keeps them
	steps             int
	rate              float64
	scale             float64 // of what an example counts: their mean is 1
	random            *rand.Rand
	units, said, back []float64
	seen              []float64 // of the example at hand: its features, 0 for what is dropped
}

// bright is what features, which lie between 0 and 1, are multiplied by while fitting: with Adam's even
// steps it decides how soon they matter beside the base.
const bright = 3

func newTrainer(examples []Example, features int, o Options) *trainer {
	t := &trainer{Options: o, answers: o.answers(), features: features, random: rand.New(rand.NewPCG(1, 2))}
	t.w = make([]float64, (features+t.answers)*o.Units+t.answers)
	t.slope, t.mean, t.square = make([]float64, len(t.w)), make([]float64, len(t.w)), make([]float64, len(t.w))
	for i := range t.w[:features*o.Units] {
		t.w[i] = t.random.NormFloat64() / math.Sqrt(float64(features))
	}
	for i := range t.w[features*o.Units : (features+t.answers)*o.Units] {
		t.w[features*o.Units+i] = t.random.NormFloat64() / math.Sqrt(float64(o.Units))
	}
	var sum float64
	for i := range examples {
		sum += examples[i].counts[0]
	}
	t.scale = float64(len(examples)) / max(sum, 1e-9)
	t.units, t.said, t.back = make([]float64, o.Units), make([]float64, t.answers), make([]float64, o.Units)
	return t
}

// hidden and out are the weights of a feature and of a unit.
func (t *trainer) hidden(of []float64, feature int) []float64 {
	return of[feature*t.Units : (feature+1)*t.Units]
}

func (t *trainer) out(of []float64, unit int) []float64 {
	at := t.features*t.Units + unit*t.answers
	return of[at : at+t.answers]
}

func (t *trainer) base(of []float64) []float64 { return of[len(of)-t.answers:] }

// step goes down the mean slope of some examples.
func (t *trainer) step(examples []Example, batch []int) {
	clear(t.slope)
	for _, i := range batch {
		t.add(&examples[i], t.scale/float64(len(batch)))
	}
	t.steps++
	meanShare, squareShare := 1-math.Pow(0.9, float64(t.steps)), 1-math.Pow(0.999, float64(t.steps))
	ridged := len(t.w) - t.answers
	for i, g := range t.slope {
		if i < ridged {
			g += t.Ridge * t.w[i]
		}
		t.mean[i] += 0.1 * (g - t.mean[i])
		t.square[i] += 0.001 * (g*g - t.square[i])
		t.w[i] -= t.rate * (t.mean[i] / meanShare) / (math.Sqrt(t.square[i]/squareShare) + 1e-8)
	}
}

// add adds an example's slope.
func (t *trainer) add(e *Example, share float64) {
	t.see(e)
	clear(t.units)
	for k, f := range e.at {
		x := t.seen[k]
		for u, w := range t.hidden(t.w, f) {
			t.units[u] += w * x
		}
	}
	copy(t.said, t.base(t.w))
	for u, h := range t.units {
		if h > 0 {
			for a, w := range t.out(t.w, u) {
				t.said[a] += w * h
			}
		}
	}
	t.miss(e, share)
	for a, g := range t.said {
		t.base(t.slope)[a] += g
	}
	for u, h := range t.units {
		t.back[u] = 0
		if h <= 0 {
			continue
		}
		w, slope := t.out(t.w, u), t.out(t.slope, u)
		for a, g := range t.said {
			slope[a] += g * h
			t.back[u] += g * w[a]
		}
	}
	for k, f := range e.at {
		x := t.seen[k]
		slope := t.hidden(t.slope, f)
		for u, g := range t.back {
			slope[u] += g * x
		}
	}
}

// see drops features at random; the others make up for them.
func (t *trainer) see(e *Example) {
	t.seen = t.seen[:0]
	for _, x := range e.x {
		if t.Drop > 0 && t.random.Float64() < t.Drop {
			x = 0
		}
		t.seen = append(t.seen, x*bright/(1-t.Drop))
	}
}

// miss turns what was said into by how much it is wrong, times what the example counts.
func (t *trainer) miss(e *Example, share float64) {
	at := 0
	for g, n := range t.Groups {
		said, want := t.said[at:at+n], e.want[at:at+n]
		chances(said)
		for a := range said {
			said[a] = (said[a] - want[a]) * e.counts[g] * share
		}
		at += n
	}
}

// chances turns the log odds of a group into probabilities.
func chances(odds []float64) {
	if len(odds) == 1 {
		odds[0] = 1 / (1 + math.Exp(-odds[0]))
		return
	}
	top := math.Inf(-1)
	for _, o := range odds {
		top = max(top, o)
	}
	var sum float64
	for i, o := range odds {
		odds[i] = math.Exp(o - top)
		sum += odds[i]
	}
	for i := range odds {
		odds[i] /= sum
	}
}

func (t *trainer) network() *Network {
	n := &Network{Base: t.base(t.w)}
	for f := range t.features {
		row := t.hidden(t.w, f)
		for u := range row {
			row[u] *= bright
		}
		n.Hidden = append(n.Hidden, row)
	}
	for u := range t.Units {
		n.Out = append(n.Out, t.out(t.w, u))
	}
	return n
}
