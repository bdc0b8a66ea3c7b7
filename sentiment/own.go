package sentiment

import (
	"fmt"
	"strings"
)

// ownRow is a line of the user's words: which language, word or pattern, and the
// columns of that file.
type ownRow struct {
	lang    int
	pattern bool
	row     row
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
	var errs dataErrors
	for _, r := range readTSV(name, o.Words, "", &errs) {
		lang := s.common.language(r.cell(0))
		if lang < 0 || len(r.cell(0)) != 2 {
			errs.add(r.place(0), "unknown language %q; one of %s", r.cell(0), strings.Join(s.common.langs, ", "))
			continue
		}
		kind := r.cell(1)
		if kind != "word" && kind != "pattern" {
			errs.add(r.place(1), "%q is neither word nor pattern", kind)
			continue
		}
		rest := row{r.place(2), nil, nil}
		if len(r.cells) > 2 {
			rest.cells, rest.cols = r.cells[2:], r.cols[2:]
		} else {
			errs.add(r.at, "a %s needs its columns: see lexicon/README.md", kind)
			continue
		}
		s.own = append(s.own, ownRow{lang, kind == "pattern", rest})
	}
	for i := range s.common.langs {
		for _, own := range s.own {
			if own.lang == i {
				s.addOwn(readDictionary(s.common.langs[i], s.src, s.common, &errs), &errs)
				break
			}
		}
	}
	if err := errs.err(); err != nil {
		return fmt.Errorf("sentiment: own words: %w", err)
	}
	return nil
}

// addOwn adds the user's lines for d's language; a word that stands there already
// is replaced.
func (s *Scorer) addOwn(d *dictionary, errs *dataErrors) {
	for _, own := range s.own {
		if s.common.langs[own.lang] != d.lang {
			continue
		}
		if own.pattern {
			d.addPattern(own.row, s.common, errs)
		} else {
			d.addWord(own.row, s.common, errs, true)
		}
	}
	d.checkReferences(errs)
}
