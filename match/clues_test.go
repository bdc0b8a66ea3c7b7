package match

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

// TestContextClues counts namings of common-word brands in posts that have no
// context word, with and without what may stand in for one. The floors are what
// a change may not fall under. blind was written in two goes before any of it was
// run: docs/matching.md has the first figures.
func TestContextClues(t *testing.T) {
	for dir, floor := range map[string]float64{"testdata/clues": 0.96, "testdata/clues/blind": 0.75} {
		before, after := clueScores(t, dir)
		for _, lang := range slices.Sorted(maps.Keys(after)) {
			b, a := before[lang], after[lang]
			t.Logf("%s %s n %d yes %d: recall %.3f, was %.3f; precision %.3f, was %.3f", dir, lang, a.total(), a.hit+a.miss, a.recall(), b.recall(), a.precision(), b.precision())
			if a.precision() < 1 || a.recall() < floor {
				t.Errorf("%s %s: recall %.3f, precision %.3f, under the floor of %.2f and 1", dir, lang, a.recall(), a.precision(), floor)
			}
		}
	}
}

// clueScores gives the outcomes by language without and with clues.
func clueScores(t *testing.T, dir string) (before, after map[string]*score) {
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

// TestClueReasons has a post for each clue, and its twin without it.
func TestClueReasons(t *testing.T) {
	set := mustCompile(t, []Watch{{Name: "w", Terms: splitTerms("Клевер + Вера"), Context: splitTerms("супермаркет")}})
	for _, c := range []struct {
		title, text string
		by          clue // noClue: not named
	}{
		{"", "клевер.рф не открывается", clueAddress},
		{"", "ответьте, @klever", clueAddress},
		{"", "напишите klever", noClue},
		{"", "#Клевер", clueTag},
		{"", "#клевер", noClue},
		{"Клевер", "плохо", clueSubject},
		{"клевер", "плохо", noClue},
		{"", "«Клевер» засох", clueQuotes},
		{"", "«клевер» засох", noClue},
		{"", "фильм «Клевер» скучный", noClue},
		{"", "ненавижу Клевер", clueCapital},
		{"", "ненавижу клевер", noClue},
		{"", "ненавижу Клевер Зелёный", noClue},
		{"", "ненавижу Красный Клевер", noClue},
		{"", "Ненавижу. Клевер засох", noClue},
		{"", "моя тётя Вера спит", noClue},
		{"", "Клевер потерял мои вещи", clueTopic},
		{"", "Клевер: касса, очередь, духота", clueTopic},
		{"", "Клевер и очередь пчёл", noClue},
		{"", "Клевер засох. Потерял вещи", noClue},
		{"", "купил в клевере сыр", cluePlace},
		{"", "купил про клевер книгу", noClue},
		{"", "лежал в клевере весь день", noClue},
		{"", "бродил по супермаркету, искал клевер", noClue}, // a context word: it counts without a clue
	} {
		x := set.Explain(c.title, c.text)[0]
		at := slices.IndexFunc(x.Steps, func(s Step) bool { return s.Counts })
		switch {
		case strings.Contains(c.text, "супермаркет"):
			if at < 0 || strings.Contains(x.Steps[at].Reason, "no context word") {
				t.Errorf("%q: %+v, want a hit by its context word", c.text, x.Steps)
			}
		case c.by == noClue:
			if x.Named || at >= 0 {
				t.Errorf("%q %q: %+v, want no hit", c.title, c.text, x.Steps)
			}
		case at < 0 || !strings.HasSuffix(x.Steps[at].Reason, clueReasons[c.by]):
			t.Errorf("%q %q: %+v, want a hit because %s", c.title, c.text, x.Steps, clueReasons[c.by])
		}
	}
}
