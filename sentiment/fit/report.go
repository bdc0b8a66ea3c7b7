package main

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
)

// report prints, on stderr, how the fit does on posts it did not see, by
// cross-validation: the accuracy of each frame and the average precision and best
// F1 of the complaint, in each language.
func (d *dataset) report(v verdicts, scores map[int]float64) {
	langs := map[string][]int{}
	said := map[int][]float64{}
	for i := range d.items {
		if it := &d.items[i]; it.measured() {
			for _, lang := range []string{it.post.Input.Lang, "all"} {
				langs[lang] = append(langs[lang], i)
			}
			said[i] = v[it.post.Fold(folds)].network.Odds(it.x)
		}
	}
	for _, lang := range slices.Sorted(maps.Keys(langs)) {
		fmt.Fprintf(os.Stderr, "%-4s", lang)
		at := 1
		for _, q := range questions {
			right, n := 0, 0
			for _, i := range langs[lang] {
				if label := q.label(&d.items[i]); label != "" {
					n++
					if q.best(said[i][at:at+len(q.values)]) == label {
						right++
					}
				}
			}
			fmt.Fprintf(os.Stderr, "  %s %.3f", q.frame, share(right, n))
			at += len(q.values)
		}
		var list []ranked
		for _, i := range langs[lang] {
			list = append(list, ranked{scores[i], d.items[i].yes()})
		}
		ap, best := inOrder(list)
		fmt.Fprintf(os.Stderr, "  AP %.3f  best F1 %.3f\n", ap, best)
	}
}

// ranked is a text with what it is ranked by, and whether it is a complaint.
type ranked struct {
	p   float64
	yes bool
}

// inOrder sorts texts and says how well complaints come first: the average precision, and the F1 at the best threshold.
func inOrder(list []ranked) (ap, best float64) {
	slices.SortStableFunc(list, func(a, b ranked) int { return cmp.Compare(b.p, a.p) })
	total, hits := 0, 0
	for _, x := range list {
		if x.yes {
			total++
		}
	}
	for n, x := range list {
		if x.yes {
			hits++
			ap += float64(hits) / float64(n+1)
		}
		best = max(best, 2*share(hits, n+1+total))
	}
	return ap / float64(max(total, 1)), best
}

// best is the likeliest value; a question with one value has "no" as the other.
func (q *question) best(p []float64) string {
	if len(q.values) == 1 {
		if p[0] < 0 {
			return "no"
		}
		return q.values[0]
	}
	return q.values[slices.Index(p, slices.Max(p))]
}

// reportKinds prints what the thresholds come to on unseen posts, kind by kind, in
// the streams and in the ordinary weeks.
func (d *dataset) reportKinds(scores map[int]float64, alert map[string]float64) {
	for _, part := range []string{"streams", "weeks"} {
		for _, kind := range append([]string{"all"}, kinds[1:]...) {
			var tp, fp, yes, n int
			for i := range d.items {
				it := &d.items[i]
				p, ok := scores[i]
				k := string(it.post.Input.Kind)
				if !ok || kind != "all" && k != kind || strings.HasPrefix(it.post.File, "week-") != (part == "weeks") {
					continue
				}
				n++
				if it.yes() {
					yes++
				}
				switch {
				case p >= alert[k] && it.yes():
					tp++
				case p >= alert[k]:
					fp++
				}
			}
			fmt.Fprintf(os.Stderr, "%s %-8s posts %4d  P %.2f  R %.2f  false alarms %.1f\n", part, kind, n, share(tp, tp+fp), share(tp, yes), 100*share(fp, n-yes))
		}
	}
}

func share(a, b int) float64 { return float64(a) / float64(max(b, 1)) }

// reportBins prints how often unseen posts are complaints, by what was predicted.
func (d *dataset) reportBins(scores map[int]float64) {
	for _, part := range []string{"streams", "weeks"} {
		var n, yes [10]int
		var sum [10]float64
		for i := range d.items {
			p, ok := scores[i]
			if !ok || strings.HasPrefix(d.items[i].post.File, "week-") != (part == "weeks") {
				continue
			}
			b := min(int(p*10), 9)
			n[b]++
			sum[b] += p
			if d.items[i].yes() {
				yes[b]++
			}
		}
		for b := range n {
			fmt.Fprintf(os.Stderr, "| %s | %.1f-%.1f | %d | %.2f | %.2f |\n", part, float64(b)/10, float64(b+1)/10, n[b], sum[b]/float64(max(n[b], 1)), share(yes[b], n[b]))
		}
	}
}
