package match

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestContextSigns counts namings of common-word brands in posts that have no
// context word, with and without what may stand in for one. The floors are what
// a change may not fall under. blind was written in two goes before any of it was
// run: docs/matching.md has the first figures.
func TestContextSigns(t *testing.T) {
	for dir, floor := range map[string]float64{"testdata/signs": 0.96, "testdata/signs/blind": 0.75} {
		before, after := signScores(t, dir)
		for _, lang := range slices.Sorted(maps.Keys(after)) {
			b, a := before[lang], after[lang]
			t.Logf("%s %s n %d yes %d: recall %.3f, was %.3f; precision %.3f, was %.3f", dir, lang, a.total(), a.hit+a.miss, a.recall(), b.recall(), a.precision(), b.precision())
			if a.precision() < 1 || a.recall() < floor {
				t.Errorf("%s %s: recall %.3f, precision %.3f, under the floor of %.2f and 1", dir, lang, a.recall(), a.precision(), floor)
			}
		}
	}
}

// signScores gives the outcomes by language without and with signs.
func signScores(t *testing.T, dir string) (before, after map[string]*score) {
	t.Helper()
	cases := readCases(t, dir)
	var watches []Watch
	for _, c := range cases {
		watches = append(watches, c.watch)
	}
	set := mustCompile(t, watches)
	before, after = map[string]*score{}, map[string]*score{}
	for i, c := range cases {
		hits := set.Match(c.title, c.text)
		checkSpans(t, c.title, c.text, hits)
		got := slices.ContainsFunc(hits, func(h Hit) bool { return h.Index == i })
		x := set.Explain(c.title, c.text)[i]
		byWord := slices.ContainsFunc(x.Steps, func(s Step) bool { return s.Counts && !strings.Contains(s.Reason, "no context word is near") })
		scoreOf(before, c.lang).add(c.want, got && byWord)
		scoreOf(after, c.lang).add(c.want, got)
		if got != c.want {
			t.Logf("%s\n\tgot %v: %+v", c, got, x.Steps)
		}
	}
	return before, after
}

// TestSignReasons has a post for each sign, and its twin without it.
func TestSignReasons(t *testing.T) {
	set := mustCompile(t, []Watch{{Name: "w", Terms: splitTerms("Клевер + Вера"), Context: splitTerms("супермаркет")}})
	for _, c := range []struct {
		title, text string
		by          sign // noSign: not named
	}{
		{"", "клевер.рф не открывается", signAddress},
		{"", "ответьте, @klever", signAddress},
		{"", "напишите klever", noSign},
		{"", "#Клевер", signTag},
		{"", "#клевер", noSign},
		{"Клевер", "плохо", signSubject},
		{"клевер", "плохо", noSign},
		{"", "«Клевер» засох", signQuotes},
		{"", "«клевер» засох", noSign},
		{"", "фильм «Клевер» скучный", noSign},
		{"", "ненавижу Клевер", signCapital},
		{"", "ненавижу клевер", noSign},
		{"", "ненавижу Клевер Зелёный", noSign},
		{"", "ненавижу Красный Клевер", noSign},
		{"", "Ненавижу. Клевер засох", noSign},
		{"", "моя тётя Вера спит", noSign},
		{"", "Клевер потерял мои вещи", signTopic},
		{"", "Клевер: касса, очередь, духота", signTopic},
		{"", "Клевер и очередь пчёл", noSign},
		{"", "Клевер засох. Потерял вещи", noSign},
		{"", "купил в клевере сыр", signPlace},
		{"", "купил про клевер книгу", noSign},
		{"", "лежал в клевере весь день", noSign},
		{"", "бродил по супермаркету, искал клевер", noSign}, // a context word: it counts without a sign
	} {
		x := set.Explain(c.title, c.text)[0]
		at := slices.IndexFunc(x.Steps, func(s Step) bool { return s.Counts })
		switch {
		case strings.Contains(c.text, "супермаркет"):
			if at < 0 || strings.Contains(x.Steps[at].Reason, "no context word") {
				t.Errorf("%q: %+v, want a hit by its context word", c.text, x.Steps)
			}
		case c.by == noSign:
			if x.Named || at >= 0 {
				t.Errorf("%q %q: %+v, want no hit", c.title, c.text, x.Steps)
			}
		case at < 0 || !strings.HasSuffix(x.Steps[at].Reason, signReasons[c.by]):
			t.Errorf("%q %q: %+v, want a hit because %s", c.title, c.text, x.Steps, signReasons[c.by])
		}
	}
}
