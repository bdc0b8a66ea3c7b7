package sentiment

import (
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/tsv"
)

// A theme is a matter that a text may speak of: parcels, games, what is supposed. Each language
// lists everyday words by theme, written by hand; how much of a text speaks of a theme is
// a feature, the same for all languages. Themes say nothing good or bad.

const (
	themesFile   = "common/themes.tsv"
	maxThemes    = 64
	themeFeature = "speaks of " // + its name
	themeStem    = 3            // letters of a stem, at least
)

// themeSet has bit i for theme i.
type themeSet uint64

func (c *common) readThemes(src func(string) string, errs *tsv.Errors) {
	for _, r := range tsv.Read(themesFile, src(themesFile), "theme note", errs) {
		if len(c.themes) == maxThemes {
			errs.Add(r.At(0), "more than %d themes", maxThemes)
			return
		}
		c.themes = append(c.themes, r.Cell(0))
	}
}

// themeWord is a member of a theme: a form, or a stem.
type themeWord struct {
	member
	themes themeSet
	leans  leans
}

// name is how leanings.tsv calls it.
func (w *themeWord) name() string {
	if w.kind == memberPrefix {
		return w.text + "*"
	}
	return w.text
}

// addThemes reads a row of a language's themes.tsv.
func (d *dictionary) addThemes(r tsv.Row, c *common, errs *tsv.Errors) {
	at := slices.Index(c.themes, r.Cell(0))
	if at < 0 {
		errs.Add(r.At(0), "unknown theme %q; themes are in %s", r.Cell(0), themesFile)
		return
	}
	for _, w := range strings.Fields(strings.ToLower(r.Cell(1))) {
		m, ok := parseMember(w, r.At(1), errs)
		if !ok {
			continue
		}
		if m.kind != memberForm && m.kind != memberPrefix {
			errs.Add(r.At(1), "%q: a theme lists forms and stems", w)
			continue
		}
		if m.kind == memberPrefix && utf8.RuneCountInString(m.text) < themeStem {
			errs.Add(r.At(1), "%q: the stem of a theme needs %d letters at least", w, themeStem)
			continue
		}
		w := themeWord{member: m, themes: 1 << at}
		if i, ok := d.byTheme[w.name()]; ok {
			if d.themes[i].themes&w.themes != 0 {
				errs.Add(r.At(1), "%q stands twice in the theme", w.name())
			}
			d.themes[i].themes |= w.themes
			continue
		}
		d.byTheme[w.name()] = len(d.themes)
		d.themes = append(d.themes, w)
	}
}

// addTheme gives a form or a stem its themes and leanings: word i of the dictionary's.
func (c *compiler) addTheme(i int) {
	w := &c.d.themes[i]
	all := c.meanings
	if w.kind == memberPrefix {
		all = c.stemMean
	}
	meaningOf(all, w.text).everyday = everyday{w.themes, w.leans, int32(i + 1)}
}

// countThemes adds a token's.
func (s *scratch) countThemes(set themeSet) {
	s.met |= set
	for ; set != 0; set &= set - 1 {
		s.spokenOf[bits.TrailingZeros64(uint64(set))%maxThemes]++
	}
}

// themeFeatures says how much of the text speaks of each theme, and forgets the counts: two
// words come to a half.
func (s *scratch) themeFeatures() {
	x := s.x[staticFeatures:]
	for ; s.met != 0; s.met &= s.met - 1 {
		i := bits.TrailingZeros64(uint64(s.met))
		x[i], s.spokenOf[i] = squash(s.spokenOf[i], 2), 0
	}
}
