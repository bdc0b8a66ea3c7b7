package sentiment

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/tsv"
	"github.com/earshot/earshot/mention"
)

// TestThemes: each language has words for every theme.
func TestThemes(t *testing.T) {
	s := shippedScorer(t)
	const least = 12 // of a theme in a language
	for i, lang := range s.Languages() {
		var errs tsv.Errors
		d := readDictionary(lang, builtin, s.common, &errs)
		if err := errs.Err(); err != nil {
			t.Fatal(err)
		}
		words := make([]int, len(s.common.themes))
		for _, w := range d.everyday {
			for k := range words {
				words[k] += int(w.themes >> k & 1)
			}
		}
		for k, n := range words {
			if n < least {
				t.Errorf("%s: %d words of %q, want %d", s.common.langs[i], n, s.common.themes[k], least)
			}
		}
	}
}

// TestThemesCount: words are counted by theme, those of the brand's own name are not, and in a
// text between two languages each may know a word.
func TestThemesCount(t *testing.T) {
	s := shippedScorer(t)
	for _, c := range []struct {
		in   Input
		want map[string]bool
	}{
		{Input{Text: "My parcel is at the depot."}, map[string]bool{"parcels": true, "games": false}},
		{Input{Text: "Посылка третий день лежит на складе."}, map[string]bool{"parcels": true, "counting": true}},
		{Input{Text: "Посилка третій день лежить на складі."}, map[string]bool{"parcels": true, "counting": true}},
		{Input{Text: "Пратката е в склада от вторник."}, map[string]bool{"parcels": true, "days": true}},
		{Input{Text: "pratkata mi e v sklada ot vtornik, nikoi ne zvani"}, map[string]bool{"parcels": true}},
		{Input{Text: "Hotel Parcel is fine.", Spans: []mention.Span{{Start: 0, End: 12}}}, map[string]bool{"parcels": false, "lodging": false}},
	} {
		spoken := map[string]bool{}
		for i, x := range s.Features(c.in) {
			if theme, ok := strings.CutPrefix(s.FeatureNames()[i], themeFeature); ok && x > 0 {
				spoken[theme] = true
			}
		}
		for theme, want := range c.want {
			if spoken[theme] != want {
				t.Errorf("%q speaks of %s: %v, want %v (%v)", c.in.Text, theme, !want, want, spoken)
			}
		}
	}
}

// TestThemesFile: mistakes are told with their place.
func TestThemesFile(t *testing.T) {
	const head = "theme\twords\tnote\n"
	for rows, want := range map[string]string{
		"parcels\tparcel* box\n":   "",
		"parcels\tbox a box\n":     `en/themes.tsv:2:9: "box" stands twice in the theme`,
		"parcel\tparcel*\n":        `en/themes.tsv:2:1: unknown theme "parcel"`,
		"parcels\tpa*\n":           `en/themes.tsv:2:9: "pa*": the stem of everyday words needs 3 letters at least`,
		"parcels\tbox ~deliver\n":  `en/themes.tsv:2:9: "~deliver": everyday words are forms and stems`,
		"parcels\tbox <company>\n": `en/themes.tsv:2:9: "<company>": everyday words are forms and stems`,
	} {
		t.Run(rows, func(t *testing.T) {
			var errs tsv.Errors
			src := builtinBut(map[string]string{"en/themes.tsv": head + rows, "en/leanings.tsv": ""})
			readDictionary("en", src, readCommon(src, &errs), &errs)
			wantMistake(t, errs.Err(), want)
		})
	}
}
