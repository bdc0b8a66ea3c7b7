package sentiment

import (
	"slices"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/tsv"
	"github.com/earshot/earshot/mention"
)

// leaningSrc are two words of English that lean, and a stem of theirs that leans otherwise.
func leaningSrc() func(string) string {
	return builtinBut(map[string]string{
		"en/themes.tsv":   "theme\twords\tnote\nparcels\tparcel* box\n",
		"en/everyday.tsv": "words\tnote\nparcels\t\n",
		"en/leanings.tsv": "word\tcomplaint\tevent\tother\tus\tnote\nparcel*\t1.50\t\t\t\t\nparcels\t-0.50\t2.00\t\t\t\nbox\t\t\t-9.00\t\t\n",
	})
}

// TestLeanings: each word counts as often as it stands there, a form before its stem, the brand's own name not, and
// what is far is as far as it goes.
func TestLeanings(t *testing.T) {
	s, err := newFrom(leaningSrc(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		in   Input
		want [2 * leaningKinds]float32
	}{
		{Input{Text: "the parcel"}, [8]float32{1.5 / 4}},
		{Input{Text: "the parcel, my parcel"}, [8]float32{3.0 / 4}},
		{Input{Text: "parcels"}, [8]float32{0, 0.5 / 4, 2.0 / 4}},
		{Input{Text: "parcelled parcels"}, [8]float32{1.0 / 4, 0, 2.0 / 4}},
		{Input{Text: "box"}, [8]float32{5: 1}},
		{Input{Text: "Box is here", Spans: []mention.Span{{Start: 0, End: 3}}}, [8]float32{}},
		{Input{Text: "nothing here"}, [8]float32{}},
	} {
		c.in.Lang = "en"
		if got := [8]float32(s.Features(c.in)[fLikeComplaint:]); got != c.want {
			t.Errorf("%q: %v, want %v", c.in.Text, got, c.want)
		}
	}
}

// TestWords: who fits asks for the words by name.
func TestWords(t *testing.T) {
	s, err := New(Options{Unfitted: true})
	if err != nil {
		t.Fatal(err)
	}
	got := map[Word]int{}
	for _, w := range s.Words(Input{Text: "The parcels and my parcel are in a box at the depot"}) {
		got[w]++
	}
	for w, n := range map[Word]int{{"en", "parcel*"}: 2, {"en", "box"}: 1, {"en", "depot"}: 1, {"en", "the"}: 2, {"en", "zebra"}: 0} {
		if got[w] != n {
			t.Errorf("%v: %d times, want %d (%v)", w, got[w], n, got)
		}
	}
	if list := shippedScorer(t).Words(Input{Text: "my parcel"}); len(list) > 0 {
		t.Errorf("the shipped scorer keeps names: %v", list)
	}
}

// TestLeaningsFile: mistakes are told with their place.
func TestLeaningsFile(t *testing.T) {
	const head = "word\tcomplaint\tevent\tother\tus\tnote\n"
	for rows, want := range map[string]string{
		"parcel*\t1\t\t-0.5\t\t\n": "",
		"parcel\t1\t\t\t\t\n":      `en/leanings.tsv:2:1: "parcel" is no everyday word; fit again`,
		"parcel*\t10\t\t\t\t\n":    "en/leanings.tsv:2:9",
	} {
		t.Run(rows, func(t *testing.T) {
			var errs tsv.Errors
			src := builtinBut(map[string]string{"en/leanings.tsv": head + rows})
			readDictionary("en", src, readCommon(src, &errs), &errs)
			wantMistake(t, errs.Err(), want)
		})
	}
}

// TestReasonWords: a reason that rests on words names the heaviest, each once.
func TestReasonWords(t *testing.T) {
	s, err := newFrom(builtinBut(map[string]string{
		"en/themes.tsv":   "theme\twords\tnote\n",
		"en/everyday.tsv": "words\tnote\nstill again told slow fine\t\n",
		"en/leanings.tsv": "word\tcomplaint\tevent\tother\tus\tnote\nagain\t1.00\t\t\t\t\nfine\t-0.40\t\t\t\t\nslow\t0.20\t\t\t\t\nstill\t2.00\t\t\t\t\ntold\t0.50\t\t\t\t\n",
	}), Options{})
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][]string{}
	for _, r := range s.Reasons(Input{Text: "Slow. Told again, still fine, Still told.", Lang: "en"}) {
		got[r.Feature] = r.Words
	}
	if want := []string{"still", "again", "Told"}; !slices.Equal(got[featureNames[fLikeComplaint]], want) {
		t.Errorf("words %q, want %q (%v)", got[featureNames[fLikeComplaint]], want, got)
	}
	for feature, words := range got {
		if !strings.HasPrefix(feature, "words ") && words != nil {
			t.Errorf("%q rests on words: %q", feature, words)
		}
	}
}
