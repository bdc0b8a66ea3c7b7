package match

import (
	"slices"
	"strings"
	"testing"
)

// The recorded floors of the tables in testdata/signs: common words as names,
// where a word of context seldom stands near.
const (
	floorSignsPrecision = 0.95
	floorSignsRecall    = 0.90
)

// TestContextSigns counts namings of common-word brands with and without what
// may stand in for a context word.
func TestContextSigns(t *testing.T) {
	cases := readCases(t, "testdata/signs")
	var watches []Watch
	for _, c := range cases {
		watches = append(watches, c.watch)
	}
	set := mustCompile(t, watches)
	before, after := map[string]*score{}, map[string]*score{}
	for i, c := range cases {
		hits := set.Match(c.title, c.text)
		checkSpans(t, c.title, c.text, hits)
		got := slices.ContainsFunc(hits, func(h Hit) bool { return h.Index == i })
		x := set.Explain(c.title, c.text)[i]
		bySign := got && !slices.ContainsFunc(x.Steps, func(s Step) bool { return s.Counts && !strings.Contains(s.Reason, "no context word is near") })
		scoreOf(before, c.lang).add(c.want, got && !bySign)
		scoreOf(after, c.lang).add(c.want, got)
		if got != c.want {
			t.Logf("%s\n\tgot %v: %+v", c, got, x.Steps)
		}
	}
	for _, lang := range sortedKeys(after) {
		b, a := before[lang], after[lang]
		t.Logf("%s n %d yes %d: recall %.3f, was %.3f; precision %.3f, was %.3f", lang, a.total(), a.hit+a.miss, a.recall(), b.recall(), a.precision(), b.precision())
		if a.precision() < floorSignsPrecision || a.recall() < floorSignsRecall {
			t.Errorf("%s: recall %.3f, precision %.3f, under the floor of %.2f and %.2f", lang, a.recall(), a.precision(), floorSignsRecall, floorSignsPrecision)
		}
	}
}
