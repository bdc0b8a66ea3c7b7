package mlp

import (
	"math"
	"reflect"
	"testing"
)

// Examples that no weighted sum can tell apart: the first answer is yes when just one of two
// features is there, and of the others the one is right that says how many are.
func examples(n int) []Example {
	var list []Example
	for i := range n {
		a, b := float64(i&1), float64(i>>1&1)
		want := []float64{0, 0, 0, 0}
		if a != b {
			want[0] = 1
		}
		want[1+int(a+b)] = 1
		list = append(list, NewExample([]float64{1, a, b, float64(i%5) / 5}, want, []float64{1, 1}))
	}
	return list
}

var small = Options{Units: 8, Groups: []int{1, 3}, Epochs: 60, Batch: 16, Rate: 0.01, Ridge: 1e-5}

// TestFit: what stands together decides, in each group of answers.
func TestFit(t *testing.T) {
	n := Fit(examples(400), 4, small)
	for _, x := range []struct {
		a, b float64
		yes  bool
		many int
	}{{0, 0, false, 0}, {1, 0, true, 1}, {0, 1, true, 1}, {1, 1, false, 2}} {
		odds := n.Odds([]float64{1, x.a, x.b, 0.4})
		if odds[0] > 0 != x.yes || math.Abs(odds[0]) < 2 {
			t.Errorf("%v and %v: %.2f, want yes %v and sure", x.a, x.b, odds[0], x.yes)
		}
		for k, o := range odds[1:] {
			if k != x.many && o > odds[1+x.many]-2 {
				t.Errorf("%v and %v: %.2f, want %d by far", x.a, x.b, odds[1:], x.many)
			}
		}
	}
	if again := Fit(examples(400), 4, small); !reflect.DeepEqual(again, n) {
		t.Error("the same examples gave another network")
	}
}

// TestCounts: what counts nothing is not heard, for each group by itself, and what counts more wins.
func TestCounts(t *testing.T) {
	list := examples(400)
	for i := range list {
		list[i].counts = []float64{1, 0}
		if i%4 == 0 { // said to be none, a little: not believed
			wrong := Example{at: list[i].at, x: list[i].x, want: []float64{1 - list[i].want[0], 1, 0, 0}, counts: []float64{0.2, 0}}
			list = append(list, wrong)
		}
	}
	n := Fit(list, 4, small)
	if odds := n.Odds([]float64{1, 1, 0, 0}); odds[0] < 0.5 {
		t.Errorf("odds %.2f of what most say", odds[0])
	}
	const untouched = 1.5 // by random weights alone
	if odds := n.Odds([]float64{1, 1, 1, 0}); math.Abs(odds[3]-odds[1]) > untouched {
		t.Errorf("answers that nobody gave are told apart: %.2f", odds[1:])
	}
}

// TestDrop: with features dropped the same is learned, a little less surely, and the same each time.
func TestDrop(t *testing.T) {
	o := small
	o.Drop = 0.1
	n := Fit(examples(400), 4, o)
	if odds := n.Odds([]float64{1, 1, 0, 0.4}); odds[0] < 1 {
		t.Errorf("odds %.2f, want a sure yes", odds[0])
	}
	if again := Fit(examples(400), 4, o); !reflect.DeepEqual(again, n) {
		t.Error("the same examples gave another network")
	}
	if whole := Fit(examples(400), 4, small); reflect.DeepEqual(whole, n) {
		t.Error("nothing was dropped")
	}
}

// TestSlope: the slope is what a small change of each weight makes of the loss.
func TestSlope(t *testing.T) {
	list := examples(8)
	trainer := newTrainer(list, 4, small)
	batch := []int{0, 1, 2, 3, 4, 5, 6, 7}
	for _, i := range batch {
		trainer.add(&list[i], 1)
	}
	slope := append([]float64(nil), trainer.slope...)
	for i := range trainer.w {
		const by = 1e-5
		was := trainer.w[i]
		trainer.w[i] = was + by
		up := loss(trainer, list)
		trainer.w[i] = was - by
		down := loss(trainer, list)
		trainer.w[i] = was
		if got := (up - down) / (2 * by); math.Abs(got-slope[i]) > 1e-4*max(1, math.Abs(got)) {
			t.Fatalf("weight %d: slope %.6f, want %.6f", i, slope[i], got)
		}
	}
}

// loss is how surprised the network is, by definition: the sum of -log of what it gave what is wanted.
func loss(t *trainer, list []Example) float64 {
	var sum float64
	for _, e := range list {
		units := make([]float64, t.Units)
		for k, f := range e.at {
			for u := range units {
				units[u] += t.w[f*t.Units+u] * e.x[k] * bright
			}
		}
		said := append([]float64(nil), t.w[len(t.w)-len(t.said):]...)
		for u, h := range units {
			for a := range said {
				said[a] += max(h, 0) * t.w[len(t.w)-len(t.said)*(1+t.Units)+u*len(t.said)+a]
			}
		}
		sum += math.Log1p(math.Exp(-(2*e.want[0] - 1) * said[0]))
		var all float64
		for _, s := range said[1:] {
			all += math.Exp(s)
		}
		for a, s := range said[1:] {
			sum -= e.want[1+a] * (s - math.Log(all))
		}
	}
	return sum
}
