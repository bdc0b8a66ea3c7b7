package match

import (
	"github.com/earshot/earshot/mention"
)

// tracer gathers the reasons for Explain.
type tracer struct {
	set   *Set
	sc    *scratch
	steps map[int32][]Step
}

func (t *tracer) add(watch int32, span mention.Span, v verdict) {
	t.steps[watch] = append(t.steps[watch], Step{Span: span, Rule: v.rule, Reason: v.reason})
}

func (t *tracer) counted(watch int32, span mention.Span) {
	t.steps[watch] = append(t.steps[watch], Step{Span: span, Counts: true, Reason: "the term stands here"})
}

func (t *tracer) cancelled(r *run, id int32, p place, v verdict) {
	t.add(t.set.terms[id].watch, t.sc.span(found{id, r.part, p.start, p.end}), v)
}

func quote(s string) string { return "«" + s + "»" }

// Explain says for each watch why the post does or does not name it.
func (s *Set) Explain(title, text string) []Explanation {
	sc := newScratch(s)
	sc.trace = &tracer{set: s, sc: sc, steps: map[int32][]Step{}}
	hits := sc.match(title, text)
	out := make([]Explanation, len(s.watches))
	for i, w := range s.watches {
		out[i] = Explanation{Watch: w.Name, Steps: sc.trace.steps[int32(i)]}
	}
	for _, h := range hits {
		out[h.Index].Named = true
	}
	return out
}
