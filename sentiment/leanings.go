package sentiment

import (
	"math"
	"strings"

	"github.com/earshot/earshot/internal/tsv"
	"github.com/earshot/earshot/mention"
)

// An everyday word of themes.tsv leans: it stands in complaints more often than elsewhere, where something
// happened, where another is to blame, or less often. By how much is fitted on labelled posts; which words there are
// is not: their lists are written by hand. The sums over a text are features, the same for all languages.

// Leanings are what everyday words lean to, in the order of leanings.tsv.
var Leanings = [leaningKinds]string{"complaint", "event", "other"}

const (
	leaningKinds = 3
	leaningsFile = "leanings.tsv" // of each language
)

// leans are by how much a word raises the log odds of each of Leanings, in hundredths.
type leans [leaningKinds]int16

// mostLeaning bounds a word's, in log odds.
const mostLeaning = 9

// everyday is what an everyday word says.
type everyday struct {
	themes themeSet
	leans  leans
	word   int32 // its number in the dictionary, from 1, which the fit asks for; 0 where a shorter stem says all
}

// inherit joins what the word's own stem says: all of its themes, and how it leans if the word does not say itself.
func (e *everyday) inherit(stem everyday) {
	e.themes |= stem.themes
	if e.word == 0 {
		e.leans, e.word = stem.leans, stem.word
	}
}

// readLeanings reads how the words of themes.tsv lean.
func (d *dictionary) readLeanings(src func(string) string, errs *tsv.Errors) {
	known := map[string]*themeWord{}
	for i := range d.themes {
		w := &d.themes[i]
		known[w.name()] = w
	}
	name := d.lang + "/" + leaningsFile
	for _, r := range tsv.Read(name, src(name), "word "+strings.Join(Leanings[:], " ")+" note", errs) {
		w := known[r.Cell(0)]
		if w == nil {
			errs.Add(r.At(0), "%q is not in themes.tsv; fit again", r.Cell(0))
			continue
		}
		for k := range w.leans {
			if r.Cell(1+k) != "" {
				w.leans[k] = int16(math.Round(100 * r.Weight(1+k, -mostLeaning, mostLeaning, errs)))
			}
		}
	}
}

// countEveryday adds what a token says, in either language of the text.
func (s *scratch) countEveryday(t *token) {
	e := s.tables[0].everydayOf(t, 0)
	set := e.themes
	lean := &e.leans
	if s.tables[1] != nil {
		second := s.tables[1].everydayOf(t, 1)
		set |= second.themes
		if e.word == 0 {
			lean = &second.leans
		}
	}
	s.countThemes(set)
	for k, l := range lean {
		s.leaning[k] += int32(l)
	}
}

func (t *table) everydayOf(tok *token, slot int) *everyday {
	return &t.everydays[t.infos[tok.info[slot]].everyday]
}

// leaningFeatures says where the words lean together.
func (s *scratch) leaningFeatures() {
	var sums [leaningKinds]float64
	for k, hundredths := range s.leaning {
		sums[k] = float64(hundredths) / 100
	}
	SetLeanings(s.x, sums)
	s.leaning = [leaningKinds]int32{}
}

// SetLeanings sets those of the features x that say where a text's words lean, by the sums of their log odds: one
// says by how much they are for each of Leanings, and one by how much against it.
func SetLeanings[T float32 | float64](x []T, sums [leaningKinds]float64) {
	const full = 4 // above it nothing is told apart
	for k, sum := range sums {
		x[fLikeComplaint+2*k], x[fLikeComplaint+2*k+1] = T(min(max(sum/full, 0), 1)), T(min(max(-sum/full, 0), 1))
	}
}

// Word is an everyday word of a language: a form or a stem ("parcel*") of its themes.tsv.
type Word struct{ Lang, Text string }

// Words returns the everyday words of a text, each as often as it stands there. It is for fitting, and
// knows them only with Options.Unfitted.
func (s *Scorer) Words(in Input) []Word {
	var out mention.Score
	sc := s.pool.Get().(*scratch)
	defer s.pool.Put(sc)
	s.scoreWith(sc, &out, in)
	var list []Word
	for i := range sc.lex.toks {
		tok := &sc.lex.toks[i]
		if tok.place != noPlace {
			continue
		}
		for slot, t := range sc.tables {
			if t == nil {
				continue
			}
			if n := t.everydayOf(tok, slot).word; n != 0 && len(t.everydayNames) > 0 {
				list = append(list, Word{t.lang, t.everydayNames[n-1]})
				break
			}
		}
	}
	return list
}
