package boost

import (
	"math"
	"reflect"
	"testing"
)

// xor are examples that no weighted sum can tell apart: yes when just one of two
// features is there. A third feature says nothing. They are not as many of each, or no first
// question would tell anything.
func xor(n int) []Example {
	var list []Example
	for i := range n {
		a, b := float64(i&1), float64(min(i>>1&3, 1))
		list = append(list, Example{X: []float64{a, b, float64(i%5) / 5}, Yes: a != b, Weight: 1})
	}
	return list
}

var few = Options{Trees: 10, Leaves: 4, Rate: 0.5, Ridge: 1, Least: 1}

// TestFit: what stands together decides, and what says nothing is not asked for.
func TestFit(t *testing.T) {
	trees := Fit(xor(400), 3, few)
	if len(trees) != few.Trees {
		t.Fatalf("%d trees, want %d", len(trees), few.Trees)
	}
	for _, x := range []struct {
		x   []float64
		yes bool
	}{{[]float64{0, 0, 0}, false}, {[]float64{1, 0, 0}, true}, {[]float64{0, 1, 0.4}, true}, {[]float64{1, 1, 0.8}, false}} {
		if got := Sum(trees, x.x); got > 0 != x.yes || math.Abs(got) < 1.5 {
			t.Errorf("%v: %.3f, want yes %v and sure", x.x, got, x.yes)
		}
	}
	if again := Fit(xor(400), 3, few); !reflect.DeepEqual(again, trees) {
		t.Error("the same examples gave other trees")
	}
}

// TestFitWeight: what weighs nothing is not heard.
func TestFitWeight(t *testing.T) {
	list := xor(400)
	for i := range list {
		list[i].Weight = 0
	}
	if got := Fit(list, 3, few); len(got[0]) != 1 || got[0][0].Weight != 0 {
		t.Errorf("examples without weight gave %v", got[0])
	}
}

// TestTree: a node is followed by its No, and a leaf rests on enough.
func TestTree(t *testing.T) {
	list := xor(400)
	for _, tree := range Fit(list, 3, few) {
		for i, n := range tree {
			switch {
			case n.Feature < 0:
			case n.No != i+1 || n.Yes <= n.No || n.Yes >= len(tree):
				t.Fatalf("node %d goes on to %d and %d of %d", i, n.No, n.Yes, len(tree))
			}
		}
	}
	alone := few
	alone.Least = 1000
	if got := Fit(list, 3, alone); len(got[0]) != 1 {
		t.Errorf("a tree of %d nodes on too little", len(got[0]))
	}
}

// TestShare: trees that see a part of the examples are other trees, and the same each time.
func TestShare(t *testing.T) {
	list := xor(400)
	half := few
	half.Share = 0.5
	trees := Fit(list, 3, half)
	if reflect.DeepEqual(trees, Fit(list, 3, few)) {
		t.Error("half of the examples gave the trees of all")
	}
	if !reflect.DeepEqual(trees, Fit(list, 3, half)) {
		t.Error("the same half gave other trees")
	}
	if got := Sum(trees, []float64{1, 0, 0.4}); got < 1 {
		t.Errorf("%.3f, want a sure yes", got)
	}
}
