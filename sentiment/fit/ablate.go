package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
	"github.com/earshot/earshot/sentiment/boost"
	"github.com/earshot/earshot/sentiment/stream"
)

// step is something that can be left out.
type step struct {
	name  string
	drops func(feature string) bool
	real  bool // the real texts are left out too
}

const everything = "everything" // its network and its trees are told by themselves, too

var faultNames = []string{
	"share told of us", "told of us", "told of another", "told of a name", "told of nobody", "happened by us", "asked or supposed of us", "told of us and settled",
}

func steps(frames []string) []step {
	cue := func(f string) bool {
		return slices.ContainsFunc(frames, func(frame string) bool {
			return strings.HasPrefix(f, frame+" ")
		})
	}
	none := func(string) bool { return false }
	return []step{
		{name: everything, drops: none},
		{name: "no frames", drops: func(f string) bool { return cue(f) || slices.Contains(faultNames, f) }},
		{name: "no leanings", drops: func(f string) bool { return strings.HasPrefix(f, "words ") }},
		{name: "no themes", drops: func(f string) bool { return strings.HasPrefix(f, "speaks of ") }},
		{name: "not of whom", drops: func(f string) bool { return slices.Contains(faultNames, f) }},
		{name: "no stars", drops: func(f string) bool { return strings.HasSuffix(f, " stars") }},
		{name: "no real texts", drops: none, real: true},
	}
}

// measuredSets are real texts that the steps are measured on.
var measuredSets = []string{"en-airline-tweets", "ru-sentirueval-banks", "ru-sentirueval-telecom", "ru-tg-ok-human"}

// ablate prints, for the score alone and for the verdict with each step left out, the
// average precision in the streams of each language (by cross-validation) and on real
// texts.
func (d *dataset) ablate(real string) error {
	sets, err := d.measured(real)
	if err != nil {
		return err
	}
	how := d.lean()
	for _, set := range sets {
		for i := range set {
			how.set(&set[i])
		}
	}
	fmt.Println("| step | en | ru | uk | bg | " + strings.Join(measuredSets, " | ") + " |")
	score := d.score()
	d.print("the score alone", func(_ int, x []float64) float64 { return score(x) }, sets)
	for _, s := range steps([]string{"event", "about", "voice", "end"}) {
		without := d.without(s)
		d.print(s.name, without((*verdict).odds), sets)
		if s.name == everything {
			d.print("the score a feature like others", without((*verdict).models), sets)
			d.print("no trees", without(func(v *verdict, x []float64) float64 { return v.network.Odds(x)[0] }), sets)
			d.print("no network", without(func(v *verdict, x []float64) float64 { return boost.Sum(v.trees, x) }), sets)
		}
	}
	return nil
}

// without fits all but what the step leaves out, and says by some odds how a text ranks: item i of
// the dataset, by weights that did not see it, or a real text of the features x (-1).
func (d *dataset) without(s step) func(odds func(*verdict, []float64) float64) func(i int, x []float64) float64 {
	cut := func(x []float64) []float64 {
		x = slices.Clone(x)
		for k := range x {
			if s.drops(d.names[k]) {
				x[k] = 0
			}
		}
		return x
	}
	left := *d
	left.items = nil
	for _, it := range d.items {
		if it.x = cut(it.x); s.real && it.real {
			it.weight = 0
		}
		left.items = append(left.items, it)
	}
	v := left.fitVerdicts()
	return func(odds func(*verdict, []float64) float64) func(int, []float64) float64 {
		return func(i int, x []float64) float64 {
			if i < 0 {
				return odds(&v[folds], cut(x))
			}
			return odds(&v[d.items[i].post.Fold(folds)], left.items[i].x)
		}
	}
}

// measured reads the sets; how their words lean is not among their features yet.
func (d *dataset) measured(real string) ([][]item, error) {
	scorer, err := sentiment.New(sentiment.Options{Unfitted: true})
	if err != nil {
		return nil, err
	}
	var sets [][]item
	for _, name := range measuredSets {
		posts, err := stream.Read(filepath.Join(real, name+".tsv"), stream.NewPlaces())
		if err != nil && !os.IsNotExist(err) {
			return nil, err
		}
		one := dataset{names: d.names}
		for _, p := range posts {
			it := newItem(scorer, realPost(p, mention.Social), 1)
			it.words = d.number(scorer.Words(it.post.Input))
			one.items = append(one.items, it)
		}
		sets = append(sets, one.items)
	}
	return sets, nil
}

// print prints a line of the table; rank is of item i, or of a real text (-1).
func (d *dataset) print(name string, rank func(i int, x []float64) float64, sets [][]item) {
	fmt.Printf("| %s |", name)
	for _, lang := range []string{"en", "ru", "uk", "bg"} {
		var list []ranked
		for i := range d.items {
			if it := &d.items[i]; it.measured() && it.post.Input.Lang == lang {
				list = append(list, ranked{rank(i, it.x), it.yes()})
			}
		}
		ap, _ := inOrder(list)
		fmt.Printf(" %.3f |", ap)
	}
	for _, set := range sets {
		var list []ranked
		for i := range set {
			list = append(list, ranked{rank(-1, set[i].x), set[i].yes()})
		}
		ap, _ := inOrder(list)
		fmt.Printf(" %.3f |", ap)
	}
	fmt.Println()
}
