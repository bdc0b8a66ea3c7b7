package main

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"github.com/earshot/earshot/sentiment"
)

// question is a frame that is answered by weighing, with its values and where a
// post's label stands.
type question struct {
	frame  string
	values []string
	label  func(*item) string
}

var questions = []question{
	{"event", []string{"yes"}, func(it *item) string { return it.post.Event }},
	{"about", []string{"us", "other", "nobody"}, func(it *item) string { return it.post.About }},
	{"voice", []string{"customer", "press", "ad", "company", "adviser", "asker", "quoter", "talker"}, func(it *item) string { return it.post.Voice }},
}

const (
	folds        = 5
	frameRidge   = 1.0
	verdictRidge = 1.5
)

// frameModels are the weights of every answer, in the order of the questions.
type frameModels [][]float64

// fitFrames fits the answers on the items that keep says.
func (d *dataset) fitFrames(keep func(*item) bool) frameModels {
	var models frameModels
	for _, q := range questions {
		for _, value := range q.values {
			var examples []example
			for i := range d.items {
				it := &d.items[i]
				label := q.label(it)
				if it.real || label == "" || !keep(it) {
					continue
				}
				if label == "both" {
					if value == "other" {
						continue // of both: of us, and of the other it tells nothing
					}
					label = "us"
				}
				examples = append(examples, newExample(it.x, label == value, 1))
			}
			models = append(models, logistic(examples, len(d.names), frameRidge))
		}
	}
	return models
}

// answers is what the models say of an item: shared out within a frame, as the
// scorer does it.
func (m frameModels) answers(x []float64) []float64 {
	out := make([]float64, len(m))
	for k, w := range m {
		var sum float64
		for i, v := range x {
			sum += w[i] * v
		}
		out[k] = 1 / (1 + math.Exp(-sum))
	}
	at := 0
	for _, q := range questions {
		if n := len(q.values); n > 1 {
			var sum float64
			for k := at; k < at+n; k++ {
				sum += out[k]
			}
			for k := at; k < at+n; k++ {
				out[k] /= sum
			}
		}
		at += len(q.values)
	}
	return out
}

// extend adds the answers and the joint answers to the features of an item.
func (d *dataset) extend(x, answers []float64) []float64 {
	out := append(append([]float64(nil), x...), answers...)
	index := map[string]float64{}
	k := 0
	for _, q := range questions {
		for _, v := range q.values {
			index[q.frame+" "+v] = answers[k]
			k++
		}
	}
	for _, j := range sentiment.JointAnswers() {
		p := 1.0
		for _, part := range j.Parts {
			p *= index[part]
		}
		out = append(out, p)
	}
	return out
}

// fitted is the whole: the answers' models, the complaint's, and the thresholds.
type fitted struct {
	frames  frameModels
	verdict []float64
	alert   float64
}

func (d *dataset) fit() fitted {
	answered := make([][]float64, len(d.items))
	all := d.fitFrames(func(*item) bool { return true })
	for fold := range folds {
		m := d.fitFrames(func(it *item) bool { return it.post.Fold(folds) != fold })
		for i := range d.items {
			if it := &d.items[i]; !it.real && it.post.Fold(folds) == fold {
				answered[i] = m.answers(it.x)
			}
		}
	}
	rows := make([][]float64, len(d.items))
	for i := range d.items {
		if answered[i] == nil {
			answered[i] = all.answers(d.items[i].x)
		}
		rows[i] = d.extend(d.items[i].x, answered[i])
	}
	out := fitted{frames: all, verdict: d.fitVerdict(rows, func(*item) bool { return true })}
	var scores map[int]float64
	out.alert, scores = d.threshold(rows)
	if d.verbose {
		d.report(answered, scores)
	}
	return out
}

func (d *dataset) fitVerdict(rows [][]float64, keep func(*item) bool) []float64 {
	var examples []example
	for i := range d.items {
		if it := &d.items[i]; it.weight > 0 && keep(it) {
			examples = append(examples, newExample(rows[i], it.post.Complaint == "yes", it.weight))
		}
	}
	return logistic(examples, len(rows[0]), verdictRidge)
}

// threshold is the complaint at which precision and recall are the same on posts
// that the weights did not see, by cross-validation: as many alerts as complaints.
// The threshold of the best F1 wanders more, because F1 is flat around its top.
func (d *dataset) threshold(rows [][]float64) (float64, map[int]float64) {
	scores := map[int]float64{}
	type scored struct {
		p   float64
		yes bool
	}
	var list []scored
	total := 0
	for fold := range folds {
		w := d.fitVerdict(rows, func(it *item) bool { return it.real || it.post.Fold(folds) != fold })
		for i := range d.items {
			it := &d.items[i]
			if it.real || it.weight == 0 || it.post.Fold(folds) != fold {
				continue
			}
			var sum float64
			for k, v := range rows[i] {
				sum += w[k] * v
			}
			yes := it.post.Complaint == "yes"
			scores[i] = 1 / (1 + math.Exp(-sum))
			list = append(list, scored{scores[i], yes})
			if yes {
				total++
			}
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].p > list[j].p })
	return list[min(total, len(list)-1)].p, scores
}

// makeFile fits and writes the weights down, rounded.
func makeFile(d *dataset) string {
	f := d.fit()
	var b strings.Builder
	fmt.Fprintf(&b, "# Weights of the features by which the scorer answers what a reader asks and how likely a text is a complaint about the watch.\n")
	fmt.Fprintf(&b, "# Made by go run ./sentiment/fit; do not edit: change the lexicon and fit again. A feature that is not listed weighs nothing.\n")
	fmt.Fprintf(&b, "model\tfeature\tweight\tnote\n")
	k := 0
	for _, q := range questions {
		for _, v := range q.values {
			writeModel(&b, q.frame+" "+v, d.names, f.frames[k])
			k++
		}
	}
	names := append([]string(nil), d.names...)
	for _, q := range questions {
		for _, v := range q.values {
			names = append(names, "is "+q.frame+" "+v)
		}
	}
	for _, j := range sentiment.JointAnswers() {
		names = append(names, j.Name)
	}
	writeModel(&b, "complaint", names, f.verdict)
	for _, kind := range []string{"-", "review", "forum", "comment", "news", "social"} {
		fmt.Fprintf(&b, "alert\t%s\t%.2f\n", kind, f.alert)
	}
	return b.String()
}

func writeModel(b *strings.Builder, model string, names []string, w []float64) {
	for i, name := range names {
		if text := fmt.Sprintf("%.2f", w[i]); math.Abs(w[i]) >= 0.05 || i == 0 {
			fmt.Fprintf(b, "%s\t%s\t%s\n", model, name, text)
		}
	}
}
