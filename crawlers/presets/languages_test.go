package presets

import (
	"slices"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/i18n"
)

// TestRightsAreTranslated: what a site wants for answering is said within a mistake of the watchlist, to people who
// read no English.
func TestRightsAreTranslated(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	within := texts.Phrases(nil, "within")
	kinds := []string{"discourse", "wordpress"}
	for _, p := range parsed() {
		kinds = append(kinds, p.name)
	}
	for _, kind := range kinds {
		a, _ := answerOf(kind)
		if a == nil {
			continue
		}
		said := slices.DeleteFunc(slices.Clone(a.Needs), func(names string) bool { return !strings.Contains(names, " ") })
		for _, words := range append(said, a.Secret, a.Right) {
			if _, key := within.In(texts.In("uk"), words); words != "" && key == "" {
				t.Errorf("%s: nobody translated %q", kind, words)
			}
		}
	}
}
