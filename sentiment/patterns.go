package sentiment

import (
	"strings"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/tsv"
)

// maxElements bounds a pattern. Longer ones are sentences, not cues.
const maxElements = 12

// parsePattern reads the pattern language of the README.
func (d *dictionary) parsePattern(r *tsv.Row, errs *tsv.Errors) (p patternEntry, ok bool) {
	p.at, p.text = r.At(0), r.Cell(0)
	before := errs.Len()
	words, elements, solid := appendFields(d.fields[:0], p.text), d.scratch[:0], 0
	for i, w := range words {
		switch {
		case w == "^" && i == 0:
			p.start = true
		case w == "$" && i == len(words)-1:
			p.end = true
		default:
			e := d.element(w, p.at, errs)
			if !e.optional && e.gap == 0 {
				solid++
			}
			elements = append(elements, e)
		}
	}
	d.fields, d.scratch = words, elements
	if solid == 0 {
		errs.Add(p.at, "%q: a pattern needs a word that must be there", p.text)
	}
	if len(elements) > maxElements {
		errs.Add(p.at, "%q: %d elements, at most %d", p.text, len(elements), maxElements)
	}
	p.elements = d.kept.keep(trimGaps(elements))
	if solid == 1 && len(words) > 1 && !p.start && !p.end {
		refuseCrumb(&p, errs)
	}
	return p, errs.Len() == before
}

// element reads one place of a pattern. Most are written as in many other patterns.
func (d *dictionary) element(w string, at tsv.Place, errs *tsv.Errors) element {
	e, known := d.elements[w]
	if known {
		return e
	}
	before := errs.Len()
	if lower := strings.ToLower(w); lower[0] == '.' {
		gap, good := parseGap(lower)
		if !good {
			errs.Add(at, "%q: a gap is written .. or .1 to .6", lower)
		}
		e.gap = max(gap, 1)
	} else {
		e = d.parseElement(lower, at, errs)
	}
	if errs.Len() == before {
		e.id = int32(len(d.elements))
		d.elements[w] = e
	}
	return e
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

func (d *dictionary) parseElement(w string, at tsv.Place, errs *tsv.Errors) element {
	var e element
	if len(w) > 1 && strings.HasSuffix(w, "?") {
		e.optional = true
		w = w[:len(w)-1]
	}
	var list [8]member
	choices := list[:0]
	for choice := range strings.SplitSeq(w, "|") {
		if choice == "" {
			errs.Add(at, "%q: an empty choice", w)
			continue
		}
		if strings.HasSuffix(choice, "?") {
			errs.Add(at, "%q: the ? of an optional element stands once, at its end", w)
			continue
		}
		if m, ok := parseMember(choice, at, errs); ok {
			choices = append(choices, m)
		}
	}
	e.choices = d.members.keep(choices)
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
	p, ok := d.parsePattern(&r, errs)
	if !ok {
		return false
	}
	p.weight = r.Weight(1, -4, 4, errs)
	rule, known := d.common.rules.index[r.Cell(2)]
	if !known || rule == 0 {
		errs.Add(r.At(2), "unknown rule %q: what staff read is one of those in docs/guide/en/words.md", r.Cell(2))
		return false
	}
	p.rule = rule
	p.topic = d.common.ruleTopic[rule]
	if r.Cell(3) != "" {
		p.topic = d.common.topic(&r, 3, errs)
	}
	for f := range strings.FieldsSeq(r.Cell(4)) {
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
	p, ok := d.parsePattern(&r, errs)
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

// checkReferences says which lemmas and classes of the patterns do not exist, and of the classes.
func (d *dictionary) checkReferences(patterns []patternEntry, errs *tsv.Errors) {
	check := func(m *member, at *tsv.Place) {
		switch m.kind {
		case memberLemma:
			if _, ok := d.byWord[m.text]; !ok {
				errs.Add(*at, "~%s: no such entry in %s/words.tsv (weight 0 will do)", m.text, d.lang)
			}
		case memberClass:
			if d.classes[m.text] == nil && !builtinClass(m.text) {
				errs.Add(*at, "<%s>: no such class in %s/classes.tsv", m.text, d.lang)
			}
		}
	}
	for i := range patterns {
		p := &patterns[i]
		for j := range p.elements {
			choices := p.elements[j].choices
			for k := range choices {
				check(&choices[k], &p.at)
			}
		}
	}
	for i := range d.classMembers {
		check(&d.classMembers[i].member, &d.classMembers[i].at)
	}
}

// appendFields appends the words of a cell.
func appendFields(list []string, cell string) []string {
	for w := range strings.FieldsSeq(cell) {
		list = append(list, w)
	}
	return list
}
