package sentiment

import (
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
	name := o.WordsFile
	if name == "" {
		name = "words"
	}
	var errs tsv.Errors
	for _, r := range tsv.Read(name, o.Words, "", &errs) {
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
			errs.Add(r.At(0), "a %s needs its columns: docs/words.md shows them", kind)
			continue
		}
		s.own = append(s.own, ownRow{lang, kind == "pattern", r.Tail(2)})
	}
	for i := range s.common.langs {
		for _, own := range s.own {
			if own.lang == i {
				s.addOwn(readDictionary(s.common.langs[i], s.src, s.common, &errs), &errs)
				break
			}
		}
	}
	if err := errs.Err(); err != nil {
		return fmt.Errorf("sentiment: own words: %w", err)
	}
	return nil
}

// addOwn adds the user's lines for d's language; a word that stands there already
// is replaced.
func (s *Scorer) addOwn(d *dictionary, errs *tsv.Errors) {
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
	d.checkReferences(errs)
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
