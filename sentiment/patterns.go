package sentiment

import (
	"strings"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/tsv"
)

// maxElements bounds a pattern. Longer ones are sentences, not cues.
const maxElements = 12

// parsePattern reads the pattern language of the README.
func parsePattern(text string, at tsv.Place, errs *tsv.Errors) (p patternEntry, ok bool) {
	p.at, p.text = at, text
	before := errs.Len()
	words := strings.Fields(strings.ToLower(text))
	solid := 0
	for i, w := range words {
		switch {
		case w == "^" && i == 0:
			p.start = true
		case w == "$" && i == len(words)-1:
			p.end = true
		case w[0] == '.':
			if gap, good := parseGap(w); good {
				p.elements = append(p.elements, element{gap: gap})
			} else {
				errs.Add(at, "%q: a gap is written .. or .1 to .6", w)
			}
		default:
			e := parseElement(w, at, errs)
			if !e.optional {
				solid++
			}
			p.elements = append(p.elements, e)
		}
	}
	if solid == 0 {
		errs.Add(at, "%q: a pattern needs a word that must be there", text)
	}
	if len(p.elements) > maxElements {
		errs.Add(at, "%q: %d elements, at most %d", text, len(p.elements), maxElements)
	}
	p.elements = trimGaps(p.elements)
	if solid == 1 && len(words) > 1 && !p.start && !p.end {
		refuseCrumb(&p, errs)
	}
	return p, errs.Len() == before
}

// refuseCrumb refuses a pattern that is but a small word once its optional
// elements are left out: "preys? on" would be found in every "on".
func refuseCrumb(p *patternEntry, errs *tsv.Errors) {
	for _, e := range p.elements {
		if e.optional || e.gap > 0 {
			continue
		}
		for _, m := range e.choices {
			if m.kind == memberForm && utf8.RuneCountInString(m.text) < 4 {
				errs.Add(p.at, "%q shrinks to %q alone when its optional words are left out", p.text, m.text)
			}
		}
	}
}

func parseGap(w string) (int, bool) {
	if w == ".." {
		return 3, true
	}
	if len(w) == 2 && w[1] >= '1' && w[1] <= '6' {
		return int(w[1] - '0'), true
	}
	return 0, false
}

func parseElement(w string, at tsv.Place, errs *tsv.Errors) element {
	var e element
	if len(w) > 1 && strings.HasSuffix(w, "?") {
		e.optional = true
		w = w[:len(w)-1]
	}
	for _, choice := range strings.Split(w, "|") {
		if choice == "" {
			errs.Add(at, "%q: an empty choice", w)
			continue
		}
		if strings.HasSuffix(choice, "?") {
			errs.Add(at, "%q: the ? of an optional element stands once, at its end", w)
			continue
		}
		if m, ok := parseMember(choice, at, errs); ok {
			e.choices = append(e.choices, m)
		}
	}
	return e
}

// trimGaps drops gaps at the ends, which would mean nothing.
func trimGaps(e []element) []element {
	for len(e) > 0 && e[0].gap > 0 {
		e = e[1:]
	}
	for len(e) > 0 && e[len(e)-1].gap > 0 {
		e = e[:len(e)-1]
	}
	return e
}

// addPattern reads a line of patterns.tsv, and reports whether there is one pattern more.
func (d *dictionary) addPattern(r tsv.Row, errs *tsv.Errors) bool {
	p, ok := parsePattern(r.Cell(0), r.At(0), errs)
	if !ok {
		return false
	}
	p.weight = r.Weight(1, -4, 4, errs)
	rule, known := d.common.rules.index[r.Cell(2)]
	if !known || rule == 0 {
		errs.Add(r.At(2), "unknown rule %q: what staff read is one of those in docs/words.md", r.Cell(2))
		return false
	}
	p.rule = rule
	p.topic = d.common.ruleTopic[rule]
	if r.Cell(3) != "" {
		p.topic = d.common.topic(&r, 3, errs)
	}
	for _, f := range strings.Fields(r.Cell(4)) {
		if patternFlags[f] == 0 {
			errs.Add(r.At(4), "unknown flag %q; a pattern has firm ask noask noif guard", f)
		}
		p.flags |= patternFlags[f]
	}
	if p.weight == 0 {
		p.flags |= patternGuard
	}
	d.patterns = append(d.patterns, p)
	return true
}

// defaultValue is what a role's value is when the cell is empty.
func defaultValue(r role) float64 {
	switch r {
	case roleNegator:
		return 3
	case roleBoost:
		return 1.3
	case roleDamp:
		return 0.6
	}
	return 0
}

func (d *dictionary) addFunction(r tsv.Row, errs *tsv.Errors) {
	p, ok := parsePattern(r.Cell(0), r.At(0), errs)
	if !ok {
		return
	}
	p.role = roles[r.Cell(1)]
	if p.role == roleNone {
		errs.Add(r.At(1), "unknown role %q; roles are in the README", r.Cell(1))
		return
	}
	p.value = defaultValue(p.role)
	if r.Cell(2) != "" {
		p.value = r.Weight(2, 0, 1e6, errs)
	}
	d.patterns = append(d.patterns, p)
	if len(p.elements) == 1 {
		for _, m := range p.elements[0].choices {
			switch p.role {
			case roleNegator, roleAbsence:
				d.classes["not"] = append(d.classes["not"], m)
			case roleMe:
				d.classes["me"] = append(d.classes["me"], m)
			case roleNumber:
				d.classes["num"] = append(d.classes["num"], m)
			}
		}
	}
}

// checkReferences says which lemmas and classes do not exist.
func (d *dictionary) checkReferences(errs *tsv.Errors) {
	check := func(m member, at tsv.Place) {
		switch m.kind {
		case memberLemma:
			if _, ok := d.byWord[m.text]; !ok {
				errs.Add(at, "~%s: no such entry in %s/words.tsv (weight 0 will do)", m.text, d.lang)
			}
		case memberClass:
			if d.classes[m.text] == nil && !builtinClass(m.text) {
				errs.Add(at, "<%s>: no such class in %s/classes.tsv", m.text, d.lang)
			}
		}
	}
	for _, p := range d.patterns {
		for _, e := range p.elements {
			for _, m := range e.choices {
				check(m, p.at)
			}
		}
	}
	for _, m := range d.classMembers {
		check(m.member, m.at)
	}
}
