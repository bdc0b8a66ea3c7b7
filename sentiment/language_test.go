package sentiment

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestDoubtAsksWhoCanWin: a language whose table is not asked would not have come first or second had it been.
func TestDoubtAsksWhoCanWin(t *testing.T) {
	s := shippedScorer(t)
	sc := s.pool.Get().(*scratch)
	files, err := filepath.Glob("testdata/hand/*.tsv")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	spared := 0
	for _, file := range files {
		for _, x := range readSamples(t, file) {
			words := strings.Fields(x.text)
			for n := 1; n <= min(4, len(words)); n++ { // what is short is in doubt
				text := strings.Join(words[:n], " ")
				sc.readText(text, nil)
				got := s.identify(sc, -1)
				for k, lang := range s.common.langs {
					want := s.identify(sc, k)
					if got.lang != want.lang || got.second != want.second || got.sure != want.sure {
						t.Errorf("%q: %+v, but %+v when %s is asked", text, got, want, lang)
					}
					if got.votes != want.votes {
						spared++
					}
				}
			}
		}
	}
	if spared == 0 {
		t.Error("all tables are asked of every text")
	}
	t.Logf("%d tables were not asked", spared)
}
