package sentiment

import (
	"reflect"
	"strings"
	"testing"
)

// TestSharedTables: scorers that share tables score as if they did not, mistakes are found as before, and only a
// language whose words are others is compiled again.
func TestSharedTables(t *testing.T) {
	var shared Tables
	texts := []string{"The parcel is late and nobody answers, awful", "Посылка опаздывает, это ужасно", "Посилка запізнюється, жах", "Пратката закъснява, ужас"}
	first := map[int]*table{}
	for _, words := range []string{
		"", "en\tpattern\tawful\t0\tguard\n", "en\tpattern\tawful\t0\tguard\nru\tword\tопаздывает\t-\t-3\t-\t-\n",
		"ru\tword\tопаздывает\t-\t-3\t-\t-\n", "",
	} {
		with, err := New(Options{Words: words, Tables: &shared})
		if err != nil {
			t.Fatal(err)
		}
		without := shippedScorer(t)
		if words != "" {
			if without, err = New(Options{Words: words}); err != nil {
				t.Fatal(err)
			}
		}
		for _, text := range texts {
			if got, want := with.Score(Input{Text: text}), without.Score(Input{Text: text}); !reflect.DeepEqual(got, want) {
				t.Errorf("%q: %q scores %+v, alone %+v", words, text, got, want)
			}
		}
		for i, lang := range with.Languages() {
			table := with.table(i)
			if first[i] == nil {
				first[i] = table
			}
			if own := strings.Contains(words, lang+"\t"); own == (table == first[i]) {
				t.Errorf("%q: %s has the table of nobody's words: %t", words, lang, !own)
			}
		}
	}
	for range 2 {
		if _, err := New(Options{Words: "en\tpattern\tone two\tlots\tguard\n", Tables: &shared}); err == nil {
			t.Error("a mistake passes")
		}
	}
}
