package match

import (
	"errors"
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"
)

// Compile prepares watches for matching. Problems are worth showing whether or
// not err is nil; err is not nil exactly when one of them is Fatal, or the names are too many.
func (l *Languages) Compile(watches []Watch) (*Set, []Problem, error) {
	w := l.writer.fork()
	b := &setBuilder{names: newLexicon(w), side: newLexicon(w), sideIDs: map[phrase]int32{}}
	b.side.anyQuotes = true
	set := &Set{known: l.writer.known, handles: map[string][]int32{}}
	b.set = set
	for i, w := range watches {
		b.watch(int32(i), w)
	}
	set.names, set.side = b.names.done(), b.side.done()
	set.runs.New = func() any { return newScratch(set) } // holds the set alone: its builder is large
	if n := max(len(b.names.words), len(b.side.words)); n > maxWords {
		return nil, nil, fmt.Errorf("match: the watches have %d different words, at most %d fit", n, maxWords)
	}
	problems := b.check()
	var errs []error
	for _, p := range problems {
		if p.Fatal {
			errs = append(errs, errors.New(p.String()))
		}
	}
	if len(errs) > 0 {
		return nil, problems, errors.Join(errs...)
	}
	return set, problems, nil
}

// setBuilder makes a Set of watches.
type setBuilder struct {
	set      *Set
	names    *lexiconBuilder
	side     *lexiconBuilder
	sideIDs  map[phrase]int32
	problems []Problem
}

func (b *setBuilder) watch(i int32, w Watch) {
	c := watch{Watch: w}
	for _, t := range w.Terms {
		if b.name(i, t, roleName) >= 0 {
			c.primary = true
		}
	}
	for _, t := range w.Context {
		c.context = b.phrase(c.context, t, roleContext)
	}
	for _, t := range w.Ignore {
		c.ignore = b.phrase(c.ignore, t, roleIgnore)
	}
	for _, t := range w.Rivals {
		if len(b.set.parseTerm(t.Text).readings) > 0 { // else what looks for rivals says what is wrong with it
			c.rivals = b.phrase(c.rivals, t, roleIgnore)
		}
	}
	c.any, c.all, c.none = b.conds(i, w.Any, true), b.conds(i, w.All, true), b.conds(i, w.None, false)
	b.set.watches = append(b.set.watches, c)
	b.surnames(i)
}

// conds compiles operands; positive ones are terms that may name the watch.
func (b *setBuilder) conds(i int32, list []Expr, positive bool) []cond {
	var out []cond
	for _, e := range list {
		c := cond{term: -1, phrase: -1}
		switch {
		case e.Term.Text != "" && positive:
			c.term = b.name(i, e.Term, roleOperand)
		case e.Term.Text != "":
			if ids := b.phrase(nil, e.Term, roleOperand); len(ids) > 0 {
				c.phrase = ids[0]
			}
		default:
			c.any, c.all, c.none = b.conds(i, e.Any, positive), b.conds(i, e.All, positive), b.conds(i, e.None, false)
		}
		out = append(out, c)
	}
	return out
}

// name enters a term that may name watch i and gives its number, -1 when it
// cannot be matched.
func (b *setBuilder) name(i int32, t Term, as role) int32 {
	p := b.set.parseTerm(t.Text)
	id := int32(len(b.set.terms))
	c := term{Term: t, watch: i, role: as, parsed: p, leaf: id}
	switch {
	case p.handle != "":
		b.set.handles[p.handle] = append(b.set.handles[p.handle], id)
		b.set.terms = append(b.set.terms, c)
		return id
	case len(p.readings) == 0:
		b.problem(t, true, fmt.Sprintf("the term %q has no letter or digit", t.Text), "write the name as people write it")
		return -1
	}
	c.read(p.readings[0])
	c.letters = b.set.edgeLetters(c.reading)
	c.preposed = !p.exact && b.set.preposed(c.reading)
	c.surname = b.set.surnames[b.set.fold.foldWord(c.elements[0].text)]
	last := len(p.readings) - 1
	loose := p.readings[last].capitals // no other does
	if loose {
		p.readings = p.readings[:last]
	}
	b.set.terms = append(b.set.terms, c)
	b.names.add(id, p)
	if loose {
		p.readings = c.parsed.readings[last:]
		c.read(p.readings[0])
		c.spoken = b.set.common.function[b.set.fold.foldWord(c.elements[0].text)]
		b.set.terms = append(b.set.terms, c)
		b.names.add(id+1, p)
	}
	return id
}

func (t *term) read(r reading) {
	t.reading = r
	for _, e := range r.elements {
		t.tiny = t.tiny || !e.sign && utf8.RuneCountInString(e.text) < 3 && !isDigit(e.text[0])
	}
	last := r.elements[len(r.elements)-1]
	t.arithmetic = len(r.elements) > t.words()
	t.bang = last.sign && last.text == "!" && utf8.RuneCountInString(r.elements[0].text) > 2
}

// edgeLetters says whether a name of several words begins or ends with a capital that is
// a word of speech in small letters.
func (k *known) edgeLetters(r reading) bool {
	first, last := r.elements[0], r.elements[len(r.elements)-1]
	return len(r.elements) > 1 && (k.speechLetter(first) || k.speechLetter(last))
}

func (k *known) speechLetter(e element) bool {
	c, size := utf8.DecodeRuneInString(e.text)
	return !e.sign && size == len(e.text) && unicode.IsUpper(c) && k.common.function[k.fold.foldWord(e.text)]
}

// preposed says whether a name is a phrase of everyday speech: a preposition, and words that
// are everyday ones or written small.
func (k *known) preposed(r reading) bool {
	if len(r.elements) < 2 || !k.beside["opens"][k.fold.foldWord(r.elements[0].text)] {
		return false
	}
	return !slices.ContainsFunc(r.elements[1:], func(e element) bool {
		return e.sign || !unicode.IsLower(firstRune(e.text)) && !k.common.everyday(k.fold.foldWord(e.text))
	})
}

// phrase adds the number of a side phrase to ids.
func (b *setBuilder) phrase(ids []int32, t Term, as role) []int32 {
	p := b.set.parsePhrase(t.Text)
	if p.handle != "" {
		p.readings = []reading{splitTerm(b.set.fold, p.handle)}
	}
	if len(p.readings) == 0 || len(p.readings[0].elements) == 0 {
		b.problem(t, true, fmt.Sprintf("%q has no letter or digit", t.Text), "write a word or a phrase")
		return ids
	}
	key := phrase{text: t.Text, role: as, prefix: p.readings[0].prefix, handle: p.handle != ""}
	id, ok := b.sideIDs[key]
	if !ok {
		id = int32(len(b.set.phrases))
		b.sideIDs[key] = id
		b.set.phrases = append(b.set.phrases, key)
		b.side.add(id, p)
	}
	return append(ids, id)
}

// surnames finds the terms of watch i that are the surname alone of a person
// another term names in full, and tells them the person's first names (rule 16).
func (b *setBuilder) surnames(i int32) {
	var full []parsed
	var at int
	for at = len(b.set.terms); at > 0 && b.set.terms[at-1].watch == i; at-- {
		t := &b.set.terms[at-1]
		if t.words() == 2 && b.set.first[b.set.fold.hashOf(t.parsed.readings[0].elements[0].text)] {
			full = append(full, t.parsed)
		}
	}
	for k := at; k < len(b.set.terms); k++ {
		t := &b.set.terms[k]
		if t.words() != 1 || t.parsed.handle != "" {
			continue
		}
		own := b.set.fold.foldWord(t.parsed.readings[0].elements[0].text)
		for _, p := range full {
			e := p.readings[0].elements
			if b.set.fold.foldWord(e[1].text) == own {
				key := b.names.keyOf(e[0], p, b.names.languages(p), true, true)
				key.part = true
				for _, s := range b.names.cached(key) {
					t.given = append(t.given, hashString(s.text))
					t.initials = append(t.initials, b.set.fold.rune([]rune(s.text)[0])&runeBits)
				}
			}
		}
	}
}
