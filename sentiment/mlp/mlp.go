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
	Units  int     // a multiple of eight
	Groups []int   // how many answers each group has: one by itself is yes or no, of several one is right
	Epochs int     // how often each example is seen
	Batch  int     // of so many examples the slope is taken at a time
	Rate   float64 // at the first epoch; it falls to a half
	Mean   int     // of so many last epochs the weights are the mean; 0 means 1
	Ridge  float64 // what is taken from each weight for being big
	Drop   float64 // the share of features that an example is seen without, others each time
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
	said := make([]float64, len(n.Base))
	n.answer(e.at, e.x, make([]float64, len(n.Out)), said)
	return said
}

// answer fills units, which are below 0 where they do not count, and said, for the features x at
// the places at.
func (n *Network) answer(at []int, x, units, said []float64) {
	n.fill(units, at, x)
	copy(said, n.Base)
	for u, h := range units {
		if h > 0 {
			for a, w := range n.Out[u] {
				said[a] += w * h
			}
		}
	}
}

// fill sums up the units for the features x at the places at, eight at a time, which a processor keeps in its registers.
func (n *Network) fill(units []float64, at []int, x []float64) {
	for from := 0; from < len(units); from += 8 {
		var a, b, c, d, e, f, g, h float64
		for k, i := range at {
			x, w := x[k], (*[8]float64)(n.Hidden[i][from:])
			a += w[0] * x
			b += w[1] * x
			c += w[2] * x
			d += w[3] * x
			e += w[4] * x
			f += w[5] * x
			g += w[6] * x
			h += w[7] * x
		}
		*(*[8]float64)(units[from:]) = [8]float64{a, b, c, d, e, f, g, h}
	}
}

// Fit finds the weights by stochastic gradient descent (Adam, with a rate that falls to a half along a
// cosine), from small random ones, and takes the mean of where the last epochs led: a place that lies
// between many good ones does better on what was not seen than any of them (stochastic weight averaging,
// arXiv 1803.05407). Where all seeds are the same, so is the network.
func Fit(examples []Example, features int, o Options) *Network {
	t := newTrainer(examples, features, o)
	order := make([]int, len(examples))
	for i := range order {
		order[i] = i
	}
	mean, last := make([]float64, len(t.w)), max(o.Mean, 1)
	for epoch := range o.Epochs {
		t.random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		t.rate = o.Rate * (3 + math.Cos(math.Pi*float64(epoch)/float64(o.Epochs))) / 4
		for from := 0; from < len(order); from += o.Batch {
			t.step(examples, order[from:min(from+o.Batch, len(order))])
		}
		if epoch >= o.Epochs-last {
			for i, w := range t.w {
				mean[i] += w / float64(last)
			}
		}
	}
	copy(t.w, mean) // the network lies there
	for _, row := range t.net.Hidden {
		for u := range row {
			row[u] *= bright
		}
	}
	return &t.net
}

// trainer is a network on its way, its weights in one row: of the features, of the units, the base.
type trainer struct {
	Options
	w, slope          []float64
	net, slopes       Network   // the same two, laid out
	mean, square      []float64 // of slopes, as Adam keeps them
	steps             int
	rate              float64
	scale             float64 // of what an example counts: their mean is 1
	random            *rand.Rand
	units, said, back []float64
	active            []int     // the units that count for the example at hand
	seen              []float64 // of the example at hand: its features, 0 for what is dropped
}

// bright is what features, which lie between 0 and 1, are multiplied by while fitting: with Adam's even
// steps it decides how soon they matter beside the base.
const bright = 3

func newTrainer(examples []Example, features int, o Options) *trainer {
	answers := 0
	for _, group := range o.Groups {
		answers += group
	}
	t := &trainer{Options: o, random: rand.New(rand.NewPCG(1, 2))}
	t.w = make([]float64, (features+answers)*o.Units+answers)
	t.slope, t.mean, t.square = make([]float64, len(t.w)), make([]float64, len(t.w)), make([]float64, len(t.w))
	t.net, t.slopes = layOut(t.w, features, o.Units, answers), layOut(t.slope, features, o.Units, answers)
	for _, row := range t.net.Hidden {
		for u := range row {
			row[u] = t.random.NormFloat64() / math.Sqrt(float64(features))
		}
	}
	for _, row := range t.net.Out {
		for a := range row {
			row[a] = t.random.NormFloat64() / math.Sqrt(float64(o.Units))
		}
	}
	var sum float64
	for i := range examples {
		sum += examples[i].counts[0]
	}
	t.scale = float64(len(examples)) / max(sum, 1e-9)
	t.units, t.said, t.back = make([]float64, o.Units), make([]float64, answers), make([]float64, o.Units)
	return t
}

// layOut cuts a row into what a network is made of; the network writes to the row.
func layOut(row []float64, features, units, answers int) Network {
	var n Network
	for range features {
		n.Hidden, row = append(n.Hidden, row[:units:units]), row[units:]
	}
	for range units {
		n.Out, row = append(n.Out, row[:answers:answers]), row[answers:]
	}
	n.Base = row
	return n
}

// step goes down the mean slope of some examples.
func (t *trainer) step(examples []Example, batch []int) {
	clear(t.slope)
	for _, i := range batch {
		t.add(&examples[i], t.scale/float64(len(batch)))
	}
	t.steps++
	meanShare, squareShare := 1-math.Pow(0.9, float64(t.steps)), 1-math.Pow(0.999, float64(t.steps))
	ridged := len(t.w) - len(t.net.Base)
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
	t.net.answer(e.at, t.seen, t.units, t.said)
	t.miss(e, share)
	for a, g := range t.said {
		t.slopes.Base[a] += g
	}
	t.active = t.active[:0]
	for u, h := range t.units {
		if h <= 0 {
			continue
		}
		t.active = append(t.active, u)
		w, slope, back := t.net.Out[u], t.slopes.Out[u], 0.0
		for a, g := range t.said {
			slope[a] += g * h
			back += g * w[a]
		}
		t.back[u] = back
	}
	for k, f := range e.at {
		x := t.seen[k]
		slope := t.slopes.Hidden[f]
		for _, u := range t.active {
			slope[u] += t.back[u] * x
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
