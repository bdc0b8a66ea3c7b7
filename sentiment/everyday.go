package sentiment

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/tsv"
)

// An everyday word leans: it stands in complaints more often than elsewhere, where something happened, where
// another is to blame, or less often. By how much is fitted on labelled posts; which words there are is not: each
// language lists them by hand, in themes.tsv by what they speak of, the others in everyday.tsv, function words in
// langid.tsv. The sums over a text are features, the same for all languages.

// Leanings are what everyday words lean to, in the order of leanings.tsv.
var Leanings = [leaningKinds]string{"complaint", "event", "other", "us"}

const (
	leaningKinds = 4
	leaningsFile = "leanings.tsv" // of each language
)

// leans are by how much a word raises the log odds of each of Leanings, in hundredths.
type leans [leaningKinds]int16

// mostLeaning bounds a word's, in log odds.
const mostLeaning = 9

// everydayWord is a form or a stem.
type everydayWord struct {
	member
	themes themeSet
	leans  leans
}

// name is how leanings.tsv calls it.
func (w *everydayWord) name() string {
	if w.kind == memberPrefix {
		return w.text + "*"
	}
	return w.text
}

// everydayStem is how many letters a stem has at least.
const everydayStem = 3

// makeEveryday makes room for the words of rows, of which there are as many as spaces, and those of langid.tsv.
func (d *dictionary) makeEveryday(themes, everyday []tsv.Row) {
	room := len(d.langid)
	for _, r := range themes {
		room += strings.Count(r.Cell(1), " ") + 1
	}
	for _, r := range everyday {
		room += strings.Count(r.Cell(0), " ") + 1
	}
	d.everyday, d.byEveryday = make([]everydayWord, 0, room), make(map[string]int, room)
}

// addEveryday reads the words in a cell, and returns where each of them stands in the dictionary's.
func (d *dictionary) addEveryday(r *tsv.Row, cell int, errs *tsv.Errors) (places []int) {
	places, at := d.places[:0], r.At(cell)
	for w := range strings.FieldsSeq(r.Cell(cell)) {
		m, ok := parseMember(w, at, errs)
		if !ok {
			continue
		}
		if m.kind != memberForm && m.kind != memberPrefix {
			errs.Add(at, "%q: everyday words are forms and stems", w)
			continue
		}
		if m.kind == memberPrefix && utf8.RuneCountInString(m.text) < everydayStem {
			errs.Add(at, "%q: the stem of everyday words needs %d letters at least", w, everydayStem)
			continue
		}
		places = append(places, d.everydayAt(m, w))
	}
	d.places = places
	return places
}

// everydayAt is where the word, which is written so, stands among the dictionary's, at the end if it is new.
func (d *dictionary) everydayAt(m member, written string) int {
	w := everydayWord{member: m}
	name := written
	if m.kind != memberPrefix || !strings.HasPrefix(written, m.text) || len(written) != len(m.text)+1 {
		name = w.name()
	}
	i, ok := d.byEveryday[name]
	if !ok {
		i = len(d.everyday)
		d.byEveryday[name] = i
		d.everyday = append(d.everyday, w)
	}
	return i
}

// addEverydays gives forms and stems what they say.
func (c *compiler) addEverydays() {
	for i := range c.d.everyday {
		w := &c.d.everyday[i]
		all := &c.forms
		if w.kind == memberPrefix {
			all = &c.stems
		}
		m := all.of(w.text)
		m.themes, m.leans, m.everyday = w.themes, w.leans, int32(i+1)
	}
}

// addLeaning reads how an everyday word leans.
func (d *dictionary) addLeaning(r tsv.Row, errs *tsv.Errors) {
	i, ok := d.byEveryday[r.Cell(0)]
	if !ok {
		errs.Add(r.At(0), "%q is no everyday word; fit again", r.Cell(0))
		return
	}
	w := &d.everyday[i]
	for k := range w.leans {
		if r.Cell(1+k) != "" {
			w.leans[k] = int16(math.Round(100 * r.Weight(1+k, -mostLeaning, mostLeaning, errs)))
		}
	}
}

// countEveryday adds what a token says, in either language of the text.
func (s *scratch) countEveryday(t *token) {
	_, in := s.leaner(t)
	set := in.themes
	if s.tables[1] != nil {
		set |= s.infoOf(t, 0).themes | s.infoOf(t, 1).themes
	}
	s.countThemes(set)
	for k, l := range &in.leans {
		s.leaning[k] += int32(l)
	}
}

// leaner is how a token leans, by which of the text's languages: the first that lists it.
func (s *scratch) leaner(t *token) (slot int, in *info) {
	in = s.infoOf(t, 0)
	if in.everyday == 0 && s.tables[1] != nil {
		return 1, s.infoOf(t, 1)
	}
	return 0, in
}

// infoOf is what a token means in a language of the text.
func (s *scratch) infoOf(t *token, slot int) *info { return &s.tables[slot].infos[t.info[slot]] }

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

// leaningWords are the words that the feature of a leaning rests on most; none for any other feature.
func (s *scratch) leaningWords(feature int, text string) []string {
	k := feature - fLikeComplaint
	if k < 0 || k >= 2*leaningKinds {
		return nil
	}
	const most = 3
	type leaningWord struct {
		text string
		lean int16
	}
	var found []leaningWord
	for i := range s.lex.toks {
		t := &s.lex.toks[i]
		_, in := s.leaner(t)
		lean := in.leans[k/2]
		if k%2 == 1 {
			lean = -lean
		}
		if word := text[t.start:t.end]; t.place == noPlace && lean > 0 && !slices.ContainsFunc(found, func(w leaningWord) bool { return strings.EqualFold(w.text, word) }) {
			found = append(found, leaningWord{word, lean})
		}
	}
	slices.SortStableFunc(found, func(a, b leaningWord) int { return int(b.lean) - int(a.lean) })
	var words []string
	for _, w := range found[:min(len(found), most)] {
		words = append(words, w.text)
	}
	return words
}

// mostEnding is how many letters of a word may stand behind its stem for both to be one word:
// п'ятниця is of п'ятниц*, Приходько is no приход*.
const mostEnding = 1

// Everyday says of words which are everyday words, each with the code of a language in which
// ordinary posts are made of it: the one it looks like, if it is one there. It reads all lists, so
// it is asked once.
func (s *Scorer) Everyday(words []string) map[string]string {
	out := map[string]string{}
	for _, lang := range s.common.langs {
		var errs tsv.Errors // TestLexicon has seen to it that there are none
		d := readDictionary(lang, s.src, s.common, &errs)
		for _, word := range words {
			if (out[word] == "" || lang == s.Score(Input{Text: word}).Lang) && d.isEveryday(foldWord(word)) {
				out[word] = lang
			}
		}
	}
	return out
}

func (d *dictionary) isEveryday(word string) bool {
	return slices.ContainsFunc(d.everyday, func(w everydayWord) bool {
		rest, ok := strings.CutPrefix(word, w.text)
		return ok && (rest == "" || w.kind == memberPrefix && utf8.RuneCountInString(rest) <= mostEnding)
	})
}
