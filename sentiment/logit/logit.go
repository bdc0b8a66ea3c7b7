// Package logit fits logistic regressions. The same examples give the same weights
// to the last bit on one machine, and after rounding on all.
package logit

import "math"

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

// Fit finds weights by Newton's method (iteratively reweighted least squares) with
// a penalty of ridge/2 on the squares of their distances from prior, so that a
// feature no example holds keeps its prior. It goes on until the weights move no more. The order
// of additions is fixed.
func Fit(examples []Example, prior []float64, ridge float64) []float64 {
	features, w := len(prior), append([]float64(nil), prior...)
	for range 30 {
		gradient := make([]float64, features)
		hessian := make([][]float64, features)
		for i := range hessian {
			hessian[i] = make([]float64, features)
			hessian[i][i] = ridge
			gradient[i] = -ridge * (w[i] - prior[i])
		}
		for n := range examples {
			examples[n].slope(w, gradient, hessian)
		}
		step := solve(hessian, gradient)
		var moved float64
		for i := range w {
			w[i] += step[i]
			moved = max(moved, math.Abs(step[i]))
		}
		if moved < 1e-7 {
			break
		}
	}
	return w
}

// slope adds what the example gives to the gradient and the lower triangle of the
// Hessian.
func (e *Example) slope(w, gradient []float64, hessian [][]float64) {
	p := 1 / (1 + math.Exp(-e.dot(w)))
	d, h := e.weight*(e.y-p), e.weight*p*(1-p)
	for k, i := range e.at {
		gradient[i] += d * e.x[k]
		row := hessian[i]
		hx := h * e.x[k]
		for m := 0; m <= k; m++ {
			row[e.at[m]] += hx * e.x[m]
		}
	}
}

// solve solves a x = b for a symmetric positive definite matrix of which the
// lower triangle is given (Cholesky). It overwrites a.
func solve(a [][]float64, b []float64) []float64 {
	n := len(b)
	for i := range n {
		for j := 0; j <= i; j++ {
			sum := a[i][j]
			for k := range j {
				sum -= a[i][k] * a[j][k]
			}
			if i == j {
				a[i][i] = math.Sqrt(max(sum, 1e-12))
			} else {
				a[i][j] = sum / a[j][j]
			}
		}
	}
	x := make([]float64, n)
	for i := range n {
		sum := b[i]
		for k := range i {
			sum -= a[i][k] * x[k]
		}
		x[i] = sum / a[i][i]
	}
	for i := n - 1; i >= 0; i-- {
		sum := x[i]
		for k := i + 1; k < n; k++ {
			sum -= a[k][i] * x[k]
		}
		x[i] = sum / a[i][i]
	}
	return x
}
