package sentiment

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/earshot/earshot/internal/tsv"
)

// ownRow is a line of the user's words: which language, word or pattern, and the
// columns of that file.
type ownRow struct {
	lang    int
	pattern bool
	row     tsv.Row
}

// readOwn checks the user's words by adding them to the languages they are for.
func (s *Scorer) readOwn(o Options) error {
	if o.Words == "" {
		return nil
	}
	var errs tsv.Errors
	lines := map[string]int{}
	for _, r := range tsv.Read(cmp.Or(o.WordsFile, "words"), o.Words, "", &errs) {
		lang := s.common.language(r.Cell(0))
		if r.Len() == 1 {
			errs.Add(r.At(0), "no tab in this line: its columns are parted by tabs, not by spaces, commas or semicolons")
			continue
		}
		if lang < 0 || len(r.Cell(0)) != 2 {
			errs.Add(r.At(0), "unknown language %q; one of %s", r.Cell(0), strings.Join(s.common.langs, ", "))
			continue
		}
		kind := r.Cell(1)
		if kind != "word" && kind != "pattern" {
			errs.Add(r.At(1), "%q is neither word nor pattern", kind)
			continue
		}
		if r.Len() <= 2 {
			errs.Add(r.At(0), "a %s needs its columns: docs/guide/en/words.md shows them", kind)
			continue
		}
		own := ownRow{lang, kind == "pattern", r.Tail(2)}
		if own.pattern {
			doubtChoices(&own.row, &s.doubts)
		}
		s.doubtTwice(&own, lines)
		s.own = append(s.own, own)
	}
	for i := range s.common.langs {
		if words := s.ownOf(i); words != "" && !s.tables.has(i, words) {
			s.check(i, words, &errs)
		}
	}
	if err := errs.Err(); err != nil {
		return fmt.Errorf("sentiment: own words: %w", err)
	}
	return nil
}

// doubtTwice tells of a word, a form or a pattern that an earlier line has too: the two cannot both count.
func (s *Scorer) doubtTwice(own *ownRow, lines map[string]int) {
	head, now := strings.ToLower(own.row.Cell(0)), own.row.At(0).Line
	said := []string{head}
	if !own.pattern {
		for form := range strings.FieldsSeq(strings.ToLower(own.row.Cell(1))) {
			if form, ok := strings.CutPrefix(form, "+"); ok {
				said = append(said, form)
			}
		}
	}
	key := func(kind, word string) string {
		for _, w := range strings.Fields(word) {
			kind += " " + foldWord(untagged(w))
		}
		return fmt.Sprint(own.lang, own.pattern, kind)
	}
	for i, word := range said {
		line, twice := lines[key("any", word)]
		first, replaced := lines[key("head", word)]
		switch {
		case i == 0 && replaced && !own.pattern:
			s.doubts.Add(own.row.At(0), "%q stands in line %d already: this line takes the place of that one", word, first)
		case twice && line != now:
			s.doubts.Add(own.row.At(min(i, 1)), "%q stands in line %d already: the heavier of the two counts", word, line)
		}
		lines[key("any", word)] = now
	}
	lines[key("head", head)] = now
}

// Doubts is what the user's words say and surely do not mean, each with its place as a mistake has it;
// nil when there is nothing of the kind. They count as they are written.
func (s *Scorer) Doubts() error { return s.doubts.Err() }

// check reads language i with the user's words, for the mistakes in them. Where tables are shared it was not in
// vain: the language will be asked for.
func (s *Scorer) check(i int, words string, errs *tsv.Errors) {
	d := s.dictionary(i, errs)
	if s.tables != nil && errs.Err() == nil {
		s.tables.compiled(i, words, func() *table { return compile(d, s.unfitted) })
	}
}

// ownOf is what makes the table of language i another than that of anybody: the user's lines for it.
func (s *Scorer) ownOf(i int) string {
	var b strings.Builder
	for _, own := range s.own {
		if own.lang == i {
			fmt.Fprint(&b, own.pattern)
			for cell := range own.row.Len() {
				b.WriteString("\t" + own.row.Raw(cell))
			}
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// addOwn adds the user's lines for d's language; a word that stands there already
// is replaced.
func (s *Scorer) addOwn(d *dictionary, errs *tsv.Errors) {
	shipped := len(d.patterns)
	for _, own := range s.own {
		if s.common.langs[own.lang] != d.lang {
			continue
		}
		if own.pattern {
			if n := len(d.patterns); d.addPattern(own.row, errs) {
				checkReadable(d.patterns[n].formsOf(), own.row.At(0), errs)
			}
		} else {
			d.addWord(own.row, errs, true)
		}
	}
	d.checkReferences(d.patterns[shipped:], errs)
}

// checkReadable says which forms no text can hold, as texts are cut into words.
func checkReadable(forms []string, at tsv.Place, errs *tsv.Errors) {
	for _, f := range forms {
		if f = foldWord(f); f != "" && !Readable(f) {
			errs.Add(at, "%q is never found in a text: a word is at most %d letters, no three of a kind in a row, with an apostrophe, one hyphen, or digits after a letter", f, maxRunes)
			return
		}
	}
}

// formsOf are the words that stand in a pattern as they are.
func (p *patternEntry) formsOf() (forms []string) {
	for _, e := range p.elements {
		for _, m := range e.choices {
			if m.kind == memberForm {
				forms = append(forms, m.text)
			}
		}
	}
	return forms
}

// Readable reports whether a text can hold this as one word.
func Readable(word string) bool {
	l := lexer{cues: new(cueIndex), folded: newFoldedCyrillic()}
	return l.readsWhole(foldWord(word))
}

// readsWhole reports whether a text of this form alone is one word that tables find.
func (l *lexer) readsWhole(form string) bool {
	l.reset()
	l.lex(form, 0, len(form), maxTokens)
	switch want := hashString(form); len(l.toks) {
	case 1:
		t := &l.toks[0]
		return t.hash == want && (t.kind == wordToken || t.kind == numberToken)
	case 2:
		return l.toks[0].joined == want
	}
	return false
}
