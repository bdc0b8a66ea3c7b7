package match

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// String gives the problem as file:line:column: what, and what to do.
func (p Problem) String() string {
	s := p.Message
	if p.Pos != "" {
		s = p.Pos + ": " + s
	}
	if p.Hint != "" {
		s += ": " + p.Hint
	}
	return s
}

func (b *setBuilder) problem(t Term, fatal bool, message, hint string) {
	b.problems = append(b.problems, Problem{Pos: t.Pos, Message: message, Hint: hint, Fatal: fatal})
}

// check gives the problems found while compiling and the doubtful choices, in
// the order of the watches. What a watchlist can say of itself (a term that is there
// twice or that an ignored phrase is too, a watch without terms) is checked where it
// is read.
func (b *setBuilder) check() []Problem {
	for i := range b.set.watches {
		w := &b.set.watches[i]
		b.checkTerms(w)
		b.checkIgnore(int32(i), w)
	}
	return b.problems
}

func (b *setBuilder) checkTerms(w *watch) {
	if len(w.All) > 0 {
		return
	}
	for _, t := range w.Terms {
		p := b.set.parseTerm(t.Text)
		own := slices.IndexFunc(w.Context, func(c Term) bool { return SameName(c.Text, t.Text) })
		if len(p.readings) == 0 || len(w.context) > 0 && own < 0 || p.tag {
			continue
		}
		e := p.readings[0].elements
		if len(e) != 1 || p.readings[0].prefix != "" {
			continue
		}
		word := b.set.fold.foldWord(e[0].text)
		lang := b.set.common.language(word)
		switch letters := utf8.RuneCountInString(word); {
		case own >= 0 && lang != "": // the name stands near itself
			b.problem(w.Context[own], false, fmt.Sprintf("%q is under terms too, so it counts wherever it stands", w.Context[own].Text), "write words there that stand near the name")
		case own >= 0:
		case lang != "":
			b.problem(t, false, fmt.Sprintf("%q is a common word in %s and has no context", t.Text, lang), "add context words that stand near the name, or use the full name")
		case letters <= 2:
			few := [...]string{1: "one letter", 2: "two letters"}[max(letters, 1)]
			b.problem(t, false, fmt.Sprintf("%q has only %s and will be found where nobody means it", t.Text, few), "add context words, or use the full name")
		}
	}
}

// SameName reports whether two terms ask for the same word, one of them perhaps exactly so.
func SameName(a, b string) bool {
	word := func(s string) string { return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(s), "=")) }
	return strings.EqualFold(word(a), word(b))
}

// checkIgnore warns of phrases that cancel nothing, because no term stands in them.
func (b *setBuilder) checkIgnore(i int32, w *watch) {
	for _, t := range w.Ignore {
		p := b.set.parseTerm(t.Text)
		unfit := p.handle == "" && len(p.readings) == 0
		if unfit || slices.ContainsFunc(w.Terms, func(n Term) bool { return strings.EqualFold(n.Text, t.Text) }) {
			continue // that is said already
		}
		inside := false
		r := run{set: b.set, lex: &b.set.names, accept: func(_ *run, id int32, _ place) {
			inside = inside || b.set.terms[id].watch == i
		}}
		r.scan(0, t.Text)
		if !inside {
			b.problem(t, false, fmt.Sprintf("%q can never cancel anything: no term of the watch stands in it", t.Text), "write the whole phrase, with the name in it")
		}
	}
}
