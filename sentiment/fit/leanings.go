package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"

	"github.com/earshot/earshot/sentiment"
	"github.com/earshot/earshot/sentiment/logit"
)

// leaning is how the everyday words lean, by number: to each of sentiment.Leanings.
type leaning [len(sentiment.Leanings)][]float64

// leans are what the words lean to: whether a post says so, and whether anybody knows.
var leans = [len(sentiment.Leanings)]func(it *item) (yes, known bool){
	func(it *item) (bool, bool) { return it.yes(), it.judged() },
	func(it *item) (bool, bool) { return it.post.Event == "yes", it.post.Event != "" },
	func(it *item) (bool, bool) { return it.post.About == "other", it.post.About != "" },
	func(it *item) (bool, bool) {
		return it.post.About == "us" || it.post.About == "both", it.post.About != ""
	},
}

const (
	leaningRidge = 5 // evidence that is held against every word
	leaningPosts = 4 // of the posts that a word stands in: of a rarer one nothing is said
	leaningLeast = 0.05
	realLeans    = 0.3 // of what a real text counts: with all of it the streams lose .006 of average precision, with none the real texts .016
)

// lean fits how words lean and gives each item the features of it, by words that did not learn from the
// item's own fold of posts: else the network would take for knowledge what is memory.
func (d *dataset) lean() leaning {
	words := d.commonWords()
	var all sync.WaitGroup
	var parts [folds + 1]leaning
	for fold := range parts {
		for k := range leans {
			all.Go(func() {
				parts[fold][k] = d.leanTo(k, words, func(it *item) bool { return it.post.Fold(folds) != fold })
			})
		}
	}
	all.Wait()
	for i := range d.items {
		it := &d.items[i]
		parts[it.post.Fold(folds)].set(it)
	}
	return parts[folds] // no post is of this fold: all were learned from
}

// set fills the features of an item.
func (l *leaning) set(it *item) {
	var sums [len(sentiment.Leanings)]float64
	for k := range sums {
		for _, w := range it.words {
			sums[k] += l[k][w]
		}
	}
	sentiment.SetLeanings(it.x, sums)
}

// teaches reports whether words learn from the item: from each text once.
func (it *item) teaches() bool { return !it.again && it.weight > 0 }

// commonWords says which words stand in enough posts.
func (d *dataset) commonWords() []bool {
	posts := make([]int, len(d.words))
	for i := range d.items {
		if it := &d.items[i]; it.teaches() {
			for _, w := range distinct(it.words) {
				posts[w]++
			}
		}
	}
	common := make([]bool, len(posts))
	for w, n := range posts {
		common[w] = n >= leaningPosts
	}
	return common
}

func distinct(words []int) []int {
	words = slices.Clone(words)
	slices.Sort(words)
	return slices.Compact(words)
}

// leanTo fits how the words lean to one thing, by the items that keep says. What is usual in a language
// is a weight of its own, which hardly any ridge holds.
func (d *dataset) leanTo(k int, words []bool, keep func(*item) bool) []float64 {
	langs := []string{}
	var rows []logit.Example
	for i := range d.items {
		it := &d.items[i]
		yes, known := leans[k](it)
		if !known || !it.teaches() || !keep(it) {
			continue
		}
		lang := slices.Index(langs, it.post.Input.Lang)
		if lang < 0 {
			lang, langs = len(langs), append(langs, it.post.Input.Lang)
		}
		at, x := []int{lang}, []float64{10}
		for _, w := range it.words {
			if words[w] {
				at, x = append(at, usual+w), append(x, 1)
			}
		}
		weight := it.weight
		if it.real {
			weight *= realLeans
		}
		rows = append(rows, logit.Sparse(at, x, yes, weight))
	}
	w := logit.Fit(rows, make([]float64, usual+len(words)), leaningRidge)[usual:]
	for i := range w {
		if w[i] = math.Round(w[i]*100) / 100; math.Abs(w[i]) < leaningLeast { // as it is written
			w[i] = 0
		}
	}
	return w
}

// usual is how many weights are of languages: more than there are.
const usual = 8

// writeLeanings is the file of each language.
func (d *dataset) writeLeanings(l leaning) map[string]string {
	rows := map[string][]string{}
	for n, w := range d.words {
		var cells []string
		says := false
		for k := range l {
			cell := ""
			if l[k][n] != 0 {
				cell, says = fmt.Sprintf("%.2f", l[k][n]), true
			}
			cells = append(cells, cell)
		}
		if says {
			rows[w.Lang] = append(rows[w.Lang], w.Text+"\t"+strings.Join(cells, "\t")+"\t\n")
		}
	}
	files := map[string]string{}
	for lang, list := range rows {
		slices.Sort(list)
		files[lang] = "# How everyday words lean: by how much one raises the log odds that a post is a complaint, tells what happened, tells of another's fault.\n" +
			"# Made by go run ./sentiment/fit; do not edit.\n" +
			"word\t" + strings.Join(sentiment.Leanings[:], "\t") + "\tnote\n" + strings.Join(list, "")
	}
	return files
}
