package sentiment

import (
	"math/bits"
	"slices"

	"github.com/earshot/earshot/internal/tsv"
)

// A theme is a matter that a text may speak of: parcels, games, what is supposed. Each language
// lists everyday words by theme, written by hand; how much of a text speaks of a theme is
// a feature, the same for all languages. Themes say nothing good or bad.

const (
	themesFile   = "common/themes.tsv"
	maxThemes    = 64
	themeFeature = "speaks of " // + its name
)

// themeSet has bit i for theme i.
type themeSet uint64

func (c *common) readThemes(src source, errs *tsv.Errors) {
	for _, r := range src.rows(themesFile, "theme note", errs) {
		if len(c.themes) == maxThemes {
			errs.Add(r.At(0), "more than %d themes", maxThemes)
			return
		}
		c.themes = append(c.themes, r.Cell(0))
	}
}

// addThemes reads a row of a language's themes.tsv.
func (d *dictionary) addThemes(r tsv.Row, errs *tsv.Errors) {
	at := slices.Index(d.common.themes, r.Cell(0))
	if at < 0 {
		errs.Add(r.At(0), "unknown theme %q; themes are in %s", r.Cell(0), themesFile)
		return
	}
	for _, i := range d.addEveryday(&r, 1, errs) {
		w := &d.everyday[i]
		if w.themes&(1<<at) != 0 {
			errs.Add(r.At(1), "%q stands twice in the theme", w.name())
		}
		w.themes |= 1 << at
	}
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
