package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
	"github.com/earshot/earshot/sentiment/stream"
)

// step is something that can be left out.
type step struct {
	name  string
	drops func(feature string) bool // of what the complaint sees
	real  bool                      // the real texts are left out too
	trees bool                      // the trees are left out too
}

var faultNames = []string{
	"share told of us", "told of us", "told of another", "told of a name", "told of nobody", "happened by us", "asked or supposed of us", "told of us and settled",
}

func steps(frames []string) []step {
	products := map[string]bool{}
	for _, p := range sentiment.Products() {
		products[p.Name] = true
	}
	cue := func(f string) bool {
		return slices.ContainsFunc(frames, func(frame string) bool {
			return strings.HasPrefix(f, frame+" ")
		})
	}
	return []step{
		{name: "everything", drops: func(string) bool { return false }},
		{name: "no trees", drops: func(string) bool { return false }, trees: true},
		{name: "no frames", drops: func(f string) bool {
			return cue(f) || strings.HasPrefix(f, "is ") || products[f] || slices.Contains(faultNames, f)
		}},
		{name: "no answers of models", drops: func(f string) bool { return strings.HasPrefix(f, "is ") || products[f] }},
		{name: "no products", drops: func(f string) bool { return products[f] }},
		{name: "no place-less products", drops: func(f string) bool { return strings.HasPrefix(f, "no place") }},
		{name: "not of whom", drops: func(f string) bool { return slices.Contains(faultNames, f) || strings.Contains(f, "told of") }},
		{name: "no stars", drops: func(f string) bool { return strings.HasSuffix(f, " stars") || f == "few stars and us" }},
		{name: "no real texts", drops: func(string) bool { return false }, real: true},
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
	all := d.fitFrames(func(*item) bool { return true })
	rows, _ := d.rows(all, d.unseenFrames())
	fmt.Println("| step | en | ru | uk | bg | " + strings.Join(measuredSets, " | ") + " |")
	d.print("the score alone", rows, d.scoreAlone, sets, all)
	for _, s := range steps([]string{"event", "about", "voice", "end"}) {
		names := d.rowNames()
		keep := make([][]float64, len(rows))
		cut := func(row []float64) []float64 {
			row = slices.Clone(row)
			for k := range row {
				if s.drops(names[k]) {
					row[k] = 0
				}
			}
			return row
		}
		for i := range rows {
			keep[i] = cut(rows[i])
		}
		weights := make([]float64, len(d.items))
		for i := range d.items {
			if weights[i] = d.items[i].weight; s.real && d.items[i].real {
				d.items[i].weight = 0
			}
		}
		d.grow = grow
		if s.trees {
			d.grow.Trees = 0
		}
		v := d.fitVerdict(keep, func(*item) bool { return true })
		scores := d.unseen(keep, d.unseenVerdicts(keep))
		d.print(s.name, rows, func(i int, row []float64) float64 {
			if p, ok := scores[i]; ok && i >= 0 {
				return p
			}
			return v.odds(cut(row))
		}, sets, all)
		for i := range d.items {
			d.items[i].weight = weights[i]
		}
	}
	return nil
}

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
			one.items = append(one.items, newItem(scorer, realPost(p, mention.Social), 1))
		}
		sets = append(sets, one.items)
	}
	return sets, nil
}

// scoreAlone ranks by the score of the words.
func (d *dataset) scoreAlone(_ int, row []float64) float64 {
	return row[slices.Index(d.names, "score bad")] - row[slices.Index(d.names, "score good")]
}

// print prints a line of the table; rank is of item i, or of a real text (-1).
func (d *dataset) print(name string, rows [][]float64, rank func(i int, row []float64) float64, sets [][]item, all frameModels) {
	fmt.Printf("| %s |", name)
	for _, lang := range []string{"en", "ru", "uk", "bg"} {
		var list []ranked
		for i := range d.items {
			if it := &d.items[i]; !it.real && !it.again && it.judged() && it.post.Input.Lang == lang {
				list = append(list, ranked{rank(i, rows[i]), it.post.Complaint == "yes"})
			}
		}
		fmt.Printf(" %.3f |", averagePrecision(list))
	}
	for _, set := range sets {
		var list []ranked
		for i := range set {
			list = append(list, ranked{rank(-1, d.extend(set[i].x, all.answers(set[i].x))), set[i].post.Complaint == "yes"})
		}
		fmt.Printf(" %.3f |", averagePrecision(list))
	}
	fmt.Println()
}

type ranked struct {
	p   float64
	yes bool
}

func averagePrecision(list []ranked) float64 {
	sort.SliceStable(list, func(i, j int) bool { return list[i].p > list[j].p })
	hits, sum := 0, 0.0
	for n, x := range list {
		if x.yes {
			hits++
			sum += float64(hits) / float64(n+1)
		}
	}
	return sum / float64(max(hits, 1))
}

func dot(w, x []float64) float64 {
	var sum float64
	for k, v := range x {
		sum += w[k] * v
	}
	return sum
}
