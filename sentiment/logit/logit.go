// Package logit fits logistic regressions. The same examples give the same weights
// to the last bit on one machine, and after rounding on all.
package logit

import (
	"math"
	"slices"
)

// Example is a row: the features that are not 0, the answer (0 to 1) and what it
// counts.
type Example struct {
	at     []int
	x      []float64
	y      float64
	weight float64
}

// NewExample makes a row of dense features.
func NewExample(x []float64, yes bool, weight float64) Example {
	e := Example{weight: weight}
	if yes {
		e.y = 1
	}
	for i, v := range x {
		if v != 0 {
			e.at = append(e.at, i)
			e.x = append(e.x, v)
		}
	}
	return e
}

func (e *Example) dot(w []float64) float64 {
	var sum float64
	for k, i := range e.at {
		sum += w[i] * e.x[k]
	}
	return sum
}

// Sparse makes a row of the features at the places at.
func Sparse(at []int, x []float64, yes bool, weight float64) Example {
	e := Example{at: at, x: x, weight: weight}
	if yes {
		e.y = 1
	}
	return e
}

// Fit finds weights by Newton's method (iteratively reweighted least squares) with
// a penalty of ridge/2 on the squares of their distances from prior, so that a
// feature no example holds keeps its prior. It goes on until the weights move no more. The order
// of additions is fixed.
func Fit(examples []Example, prior []float64, ridge float64) []float64 {
	f := fitter{examples: examples, features: len(prior), ridge: ridge, bends: make([]float64, len(examples))}
	w := slices.Clone(prior)
	gradient := make([]float64, len(w))
	for range 30 {
		for i := range w {
			gradient[i] = -ridge * (w[i] - prior[i])
		}
		for n := range examples {
			e := &examples[n]
			p := 1 / (1 + math.Exp(-e.dot(w)))
			f.bends[n] = e.weight * p * (1 - p)
			e.addTo(gradient, e.weight*(e.y-p))
		}
		var moved float64
		for i, s := range f.step(gradient) {
			w[i] += s
			moved = max(moved, math.Abs(s))
		}
		if moved < 1e-7 {
			break
		}
	}
	return w
}

// mostSteps bounds the way to one of Newton's steps, and near says where it ends: when that share of the square of
// the gradient is left. An inexact step is mended by the next; exact ones took three times as long in all.
const (
	mostSteps = 500
	near      = 1e-4
)

// fitter is what a step of Newton's method needs: how much each example bends the likelihood.
type fitter struct {
	examples []Example
	features int
	ridge    float64
	bends    []float64
}

// step solves Hessian x = gradient by conjugate gradients, each weight measured by how much it bends the likelihood
// by itself: the matrix is never written down.
func (f *fitter) step(gradient []float64) []float64 {
	x, bent, due := make([]float64, len(gradient)), make([]float64, len(gradient)), make([]float64, len(gradient))
	rest, alone := slices.Clone(gradient), f.diagonal()
	for i := range due {
		due[i] = rest[i] / alone[i]
	}
	way, left := slices.Clone(due), inner(rest, due)
	enough := left * near
	for range mostSteps {
		if left <= enough {
			break
		}
		f.bend(way, bent)
		far := left / inner(way, bent)
		for i := range x {
			x[i] += far * way[i]
			rest[i] -= far * bent[i]
			due[i] = rest[i] / alone[i]
		}
		was := left
		left = inner(rest, due)
		for i := range way {
			way[i] = due[i] + left/was*way[i]
		}
	}
	return x
}

// diagonal is what stands on the Hessian's.
func (f *fitter) diagonal() []float64 {
	out := make([]float64, f.features)
	for i := range out {
		out[i] = f.ridge
	}
	for n := range f.examples {
		e := &f.examples[n]
		for k, i := range e.at {
			out[i] += f.bends[n] * e.x[k] * e.x[k]
		}
	}
	return out
}

// bend is the Hessian times v.
func (f *fitter) bend(v, out []float64) {
	for i := range out {
		out[i] = f.ridge * v[i]
	}
	for n := range f.examples {
		f.examples[n].addTo(out, f.bends[n]*f.examples[n].dot(v))
	}
}

func (e *Example) addTo(sums []float64, times float64) {
	for k, i := range e.at {
		sums[i] += times * e.x[k]
	}
}

func inner(a, b []float64) float64 {
	var sum float64
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
