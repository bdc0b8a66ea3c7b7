package main

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/tune"
)

// TestGoing: long work says in its reader's language how far it is, and not too often; short work says nothing.
func TestGoing(t *testing.T) {
	t.Parallel()
	counted := map[string][2]string{
		"en": {"posts read so far: 12,000", "rows copied so far: 12,000"},
		"ru": {"прочитано публикаций: 12\u00a0000", "перенесено строк: 12\u00a0000"},
		"uk": {"прочитано дописів: 12\u00a0000", "перенесено рядків: 12\u00a0000"},
		"bg": {"прочетени публикации: 12\u00a0000", "пренесени редове: 12\u00a0000"},
	}
	for lang, want := range map[string]string{
		"en": "still at work on the words: 40 attempts so far\nstill at work on the ignore phrases: 1 attempt so far\nlearning the weights: 2 of 6\n",
		"ru": "подбор слов продолжается: 40 попыток\nподбор фраз для ignore продолжается: 1 попытка\nобучение весов: 2 из 6\n",
		"uk": "добір слів триває: 40 спроб\nдобір фраз для ignore триває: 1 спроба\nнавчання ваг: 2 із 6\n",
		"bg": "подборът на думи продължава: 40 опита\nподборът на фрази за ignore продължава: 1 опит\nобучение на тежестите: 2 от 6\n",
	} {
		var said strings.Builder
		var now time.Time
		tell := languageFlag{Lang: lang}.speech(noEnv).tuning(newGoing(&said, func() time.Time { return now }))
		for _, at := range []struct {
			after time.Duration
			step  tune.Step
			n     int
		}{
			{0, tune.TryingWords, 1}, {goingEvery - 1, tune.TryingWords, 39}, {goingEvery, tune.TryingWords, 40}, {goingEvery + 1, tune.TryingWords, 41},
			{2 * goingEvery, tune.TryingPhrases, 1}, {4 * goingEvery, tune.Learning, 2}, {5*goingEvery - 1, tune.Learning, 3},
		} {
			now = time.Time{}.Add(at.after)
			tell(at.step, at.n)
		}
		now = time.Time{}.Add(6 * goingEvery)
		s := languageFlag{Lang: lang}.speech(noEnv)
		for key, say := range map[string]string{"match.going": counted[lang][0], "move.going": counted[lang][1]} {
			var said strings.Builder
			g := newGoing(&said, func() time.Time { return now })
			g.last = time.Time{}
			if s.counting(key, g)(12_000); said.String() != say+"\n" {
				t.Errorf("%s: %q, want %q", lang, said.String(), say)
			}
		}
		if said.String() != want {
			t.Errorf("%s:\n%swant\n%s", lang, said.String(), want)
		}
	}
}
