package main

import (
	"math"
	"os"
	"path/filepath"
	"testing"
)

// TestFileIsFitted: the weights in the lexicon are what the program makes of the
// labelled posts, to the byte.
func TestFileIsFitted(t *testing.T) {
	if testing.Short() {
		t.Skip("fits for some seconds")
	}
	shared := os.Getenv("EARSHOT_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	eval := filepath.Join(shared, "eval")
	if _, err := os.Stat(filepath.Join(eval, "stream")); err != nil {
		t.Skip("absent")
	}
	d, err := load([]string{filepath.Join(eval, "stream"), "../testdata/stream"}, eval, "../testdata/hand")
	if err != nil {
		t.Fatal(err)
	}
	want := makeFile(d)
	got, err := os.ReadFile("../lexicon/common/verdict.tsv")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != want {
		t.Error("verdict.tsv is not what the program makes of the texts and the lexicon: go run ./sentiment/fit")
	}
}

// TestLogistic fits what is known: the odds of a yes are 3 without the feature
// and 1/3 with it.
func TestLogistic(t *testing.T) {
	var list []example
	add := func(x float64, yes bool, n int) {
		for range n {
			list = append(list, newExample([]float64{1, x}, yes, 1))
		}
	}
	add(0, true, 300)
	add(0, false, 100)
	add(1, true, 100)
	add(1, false, 300)
	w := logistic(list, 2, 1e-9)
	if want := math.Log(3); math.Abs(w[0]-want) > 1e-6 || math.Abs(w[1]+2*want) > 1e-6 {
		t.Errorf("weights %v, want %v and %v", w, want, -2*want)
	}
}
