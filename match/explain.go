package match

import (
	"strings"
	"unicode/utf8"

	"github.com/earshot/earshot/mention"
)

// tracer gathers the reasons for Explain.
type tracer struct {
	sc    *scratch
	steps map[int32][]Step
}

func (t *tracer) cancelled(h found, v verdict) {
	watch := t.sc.set.terms[h.phrase].watch
	t.steps[watch] = append(t.steps[watch], Step{Span: t.sc.span(h), Rule: v.rule, Reason: v.reason})
}

func (t *tracer) counted(h found, span mention.Span) {
	watch := t.sc.set.terms[h.phrase].watch
	reason := "the term stands here"
	if written := strings.TrimPrefix(span.Term, "="); !strings.EqualFold(span.Text, written) {
		reason = "a form of the term stands here"
	}
	if h.clue != noClue {
		reason += "; no context word is near, but " + clueReasons[h.clue]
	}
	t.steps[watch] = append(t.steps[watch], Step{Span: span, Counts: true, Reason: reason})
}

// unheld says of the kept hits which condition of w does not hold.
func (sc *scratch) unheld(w *watch) {
	if sc.names.trace == nil || len(sc.kept) == 0 {
		return
	}
	v := sc.failed(w)
	for _, h := range sc.kept {
		sc.cancel(h, v)
	}
}

// failed gives the condition of w that does not hold. No number stands before those in
// docs/matching.md.
func (sc *scratch) failed(w *watch) verdict {
	if w.primary && !sc.named() {
		return verdict{0, "a condition of the watch stands here, but none of its terms counts"}
	}
	for _, c := range w.all {
		switch {
		case sc.cond(c):
		case c.term >= 0:
			return verdict{0, "all asks for what does not count in the post: " + quote(sc.set.terms[c.term].Text)}
		default:
			return verdict{0, "a group under all does not hold"}
		}
	}
	for _, c := range w.none {
		switch {
		case !sc.cond(c):
		case c.phrase >= 0:
			return verdict{0, "none forbids what stands in the post: " + quote(sc.set.phrases[c.phrase].text)}
		default:
			return verdict{0, "a group under none holds"}
		}
	}
	return verdict{0, "nothing under any holds"}
}

func quote(s string) string { return "“" + s + "”" }

// Explain says for each watch why the post does or does not name it: the places
// that count, the places a rule cancelled, and words that nearly are the name.
// It is for people who look into one post, and slower than Match.
func (s *Set) Explain(title, text string) []Explanation {
	sc := newScratch(s)
	trace := &tracer{sc: sc, steps: map[int32][]Step{}}
	sc.names.trace = trace
	hits := sc.match(title, text)
	out := make([]Explanation, len(s.watches))
	for i, w := range s.watches {
		out[i] = Explanation{Watch: w.Name, Steps: trace.steps[int32(i)]}
	}
	for _, h := range hits {
		out[h.Index].Named = true
	}
	for i := range out {
		if len(out[i].Steps) == 0 {
			out[i].Steps = sc.nearMisses(int32(i))
		}
	}
	return out
}

// missSteps bounds the near misses shown for a watch.
const missSteps = 5

// nearMisses finds words of the post that begin or end like a term of watch w
// and says why they are not it.
func (sc *scratch) nearMisses(w int32) []Step {
	var steps []Step
	for i := range sc.set.terms {
		t := &sc.set.terms[i]
		if t.watch != w || t.capitals {
			continue
		}
		name := t.parsed.handle
		if name == "" {
			e := t.parsed.readings[0].elements
			if len(e) > 1 && sc.set.isForm(e[0]) {
				e = e[1:]
			}
			name = sc.set.fold.foldWord(e[0].text)
		}
		if utf8.RuneCountInString(name) < 3 {
			continue
		}
		for part, text := range sc.parts {
			var tok token
			for k := 0; sc.set.fold.next(text, k, &tok) && len(steps) < missSteps; k = tok.end {
				word := sc.set.fold.foldWord(text[tok.start:tok.end])
				if v := sc.missed(name, word, t); v.rule != 0 {
					span := sc.span(found{phrase: int32(i), part: int8(part), start: tok.start, end: tok.end})
					steps = append(steps, Step{Span: span, Rule: v.rule, Reason: v.reason})
				}
			}
		}
	}
	return steps
}

// missed says why word, which was not taken for name, is not it; rule 0 when the
// two have nothing in common.
func (sc *scratch) missed(name, word string, t *term) verdict {
	stem := strings.TrimRight(name, "аеёиоуыэюяєіїьйъ")
	if utf8.RuneCountInString(stem) < 3 {
		stem = name
	}
	e := t.parsed.readings
	switch {
	case word == name && !t.parsed.exact && len(e) > 0 && sc.set.hasForm(e[0]):
		return verdict{3, "without its legal form the name is an everyday word"}
	case t.words() > 1 && sc.beginsAsOne(word, t):
		return verdict{3, "only a part of the name stands here, or something stands between its words"}
	case word == name && t.parsed.handle != "":
		return verdict{7, "the term is an @account, and this is only its word"}
	case word == name && !t.arithmetic && t.prefix == "":
		return verdict{}
	case word == name:
		return verdict{15, "the signs of the term are missing"}
	case t.parsed.exact && strings.HasPrefix(word, stem):
		return verdict{14, "the term is written with =, so no other form counts"}
	case strings.HasPrefix(word, name) && strings.ContainsAny(word[len(name):], "0123456789"), strings.HasSuffix(word, name):
		return verdict{5, "glued letters or digits make another word"}
	case strings.HasPrefix(word, stem):
		return verdict{2, quote(word) + " is another word, not a form of " + quote(name)}
	}
	return verdict{}
}

// beginsAsOne says whether word is the first words of a longer name, written as one.
func (sc *scratch) beginsAsOne(word string, t *term) bool {
	rest := word
	for _, e := range t.parsed.readings[0].elements {
		if e.sign {
			break
		}
		var ok bool
		if rest, ok = strings.CutPrefix(rest, sc.set.fold.foldWord(e.text)); !ok {
			return false
		}
		if rest == "" {
			return true
		}
	}
	return false
}
