package sentiment

import (
	"math"
	"slices"

	"github.com/earshot/earshot/internal/tsv"
)

// dead finds patterns that another of the same file always beats: it matches
// wherever they do, with as many words, and weighs as much or more in the same
// sense. Their rank is never the better one, so they could as well not be there.
func (l *lexLint) dead(rows []tsv.Row, d *dictionary) {
	type chain struct {
		of    int
		steps []wideStep
	}
	byLength := map[int][]chain{}
	chains := make([][]chain, len(rows))
	for i := range rows {
		for _, steps := range d.chains(d.patterns[i].elements) {
			c := chain{i, steps}
			chains[i] = append(chains[i], c)
			byLength[len(steps)] = append(byLength[len(steps)], c)
		}
	}
	for i := range rows {
		by := -1
		for n, c := range chains[i] {
			at := slices.IndexFunc(byLength[len(c.steps)], func(o chain) bool {
				return (n == 0 || o.of == by) && d.patterns[o.of].beats(&d.patterns[i], o.of < i) && o.of != i && coversAll(o.steps, c.steps)
			})
			if at < 0 {
				by = -1
				break
			}
			by = byLength[len(c.steps)][at].of
		}
		if by >= 0 {
			l.add(&rows[i], "%q never counts: line %d matches wherever it does and weighs as much: take it away", rows[i].Cell(0), rows[by].At(0).Line)
		}
	}
}

// beats reports whether p wins over q where both match the same words.
func (p *patternEntry) beats(q *patternEntry, first bool) bool {
	if p.flags != q.flags || p.start && !q.start || p.end && !q.end || p.weight*q.weight < 0 || p.flags&patternGuard != 0 && !first {
		return false
	}
	heavier, same := math.Abs(p.weight) > math.Abs(q.weight), p.weight == q.weight
	return heavier || same && first && p.rule == q.rule && p.topic == q.topic
}

// wideStep is a step with the members of its choices, classes unfolded.
type wideStep struct {
	gap     int
	members []member
	any     bool
}

// chains lists the ways through a pattern, with and without each optional element.
func (d *dictionary) chains(rest []element) [][]wideStep {
	out := [][]wideStep{nil}
	gaps := []int{0}
	for _, e := range rest {
		n := len(out)
		if e.gap > 0 {
			for i := range n {
				gaps[i] += e.gap
			}
			continue
		}
		step := wideStep{members: d.unfold(e.choices, 0)}
		step.any = slices.Contains(step.members, member{memberClass, "any"})
		for i := range n {
			s := step
			if s.gap = min(gaps[i], maxGap); len(out[i]) == 0 {
				s.gap = 0
			}
			with := append(slices.Clone(out[i]), s)
			if e.optional {
				out, gaps = append(out, with), append(gaps, 0)
			} else {
				out[i], gaps[i] = with, 0
			}
		}
	}
	return out
}

func (d *dictionary) unfold(choices []member, depth int) []member {
	var out []member
	for _, m := range choices {
		if inner := d.classes[m.text]; m.kind == memberClass && inner != nil && m.text != "num" && depth < 4 {
			out = append(out, d.unfold(inner, depth+1)...)
			continue
		}
		out = append(out, m)
	}
	return out
}

// coversAll reports whether wide matches wherever narrow does. Forms of a lemma are
// not unfolded: a pattern that is missed here is one finding less.
func coversAll(wide, narrow []wideStep) bool {
	for i := range wide {
		w, n := &wide[i], &narrow[i]
		if w.gap < n.gap || w.any != n.any {
			return false
		}
		for _, m := range n.members {
			if !slices.Contains(w.members, m) {
				return false
			}
		}
	}
	return true
}
