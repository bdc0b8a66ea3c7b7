package logit

import (
	"math"
	"testing"
)

// TestFit fits what is known: the odds of a yes are 3 without the feature and 1/3
// with it. A heavy ridge holds to the prior, and so does a feature nobody has.
func TestFit(t *testing.T) {
	var list []Example
	add := func(x float64, yes bool, n int) {
		for range n {
			list = append(list, NewExample([]float64{1, x, 0}, yes, 1))
		}
	}
	add(0, true, 300)
	add(0, false, 100)
	add(1, true, 100)
	add(1, false, 300)
	w := Fit(list, []float64{0, 0, 0}, 1e-9)
	if want := math.Log(3); math.Abs(w[0]-want) > 1e-6 || math.Abs(w[1]+2*want) > 1e-6 {
		t.Errorf("weights %v, want %v and %v", w, want, -2*want)
	}
	w = Fit(list, []float64{0.5, 0.25, 2}, 1e9)
	if math.Abs(w[0]-0.5) > 1e-3 || math.Abs(w[1]-0.25) > 1e-3 || w[2] != 2 {
		t.Errorf("weights %v left the prior", w)
	}
}
