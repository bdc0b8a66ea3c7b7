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
	w := Fit(list, 3, nil, 1e-9)
	if want := math.Log(3); math.Abs(w[0]-want) > 1e-6 || math.Abs(w[1]+2*want) > 1e-6 {
		t.Errorf("weights %v, want %v and %v", w, want, -2*want)
	}
	w = Fit(list, 3, []float64{0.5, 0.25, 2}, 1e9)
	if math.Abs(w[0]-0.5) > 1e-3 || math.Abs(w[1]-0.25) > 1e-3 || w[2] != 2 {
		t.Errorf("weights %v left the prior", w)
	}
}

// TestFitSigned: a weight that comes out with the wrong sign is left out, and the others are
// what they are without it; one with the right sign is as in Fit.
func TestFitSigned(t *testing.T) {
	var list []Example
	for i := range 800 {
		a, b := float64(i&1), float64(i>>1&1)
		list = append(list, NewExample([]float64{1, a, b}, (i*7+3)%10 < 4+int(3*b)-int(3*a), 1))
	}
	whole := Fit(list, 3, nil, 0.1)
	if whole[1] >= 0 || whole[2] <= 0 {
		t.Fatalf("weights %v: the examples say something else", whole)
	}
	kept := FitSigned(list, 3, 0.1, []int8{0, -1, 1})
	cut := FitSigned(list, 3, 0.1, []int8{0, 1, 1})
	for i := range list { // without the second feature
		list[i] = NewExample([]float64{1, 0, float64(i >> 1 & 1)}, list[i].y == 1, 1)
	}
	without := Fit(list, 3, nil, 0.1)
	for i := range whole {
		if math.Abs(kept[i]-whole[i]) > 1e-6 {
			t.Errorf("weight %d is %v with its own sign, want %v", i, kept[i], whole[i])
		}
		if math.Abs(cut[i]-without[i]) > 1e-6 {
			t.Errorf("weight %d is %v with the other sign forbidden, want %v", i, cut[i], without[i])
		}
	}
}
