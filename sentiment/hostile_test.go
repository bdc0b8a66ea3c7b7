package sentiment

import (
	"testing"

	"github.com/earshot/earshot/internal/testkit"
)

// TestPostsAreWithstood scores every pattern, in a language found by itself and in a given one.
func TestPostsAreWithstood(t *testing.T) {
	s := newScorer(t)
	testkit.Withstand(t, func(t *testing.T, body string) (out int) {
		for _, lang := range []string{"", "uk"} {
			got := s.Score(Input{Text: body, Lang: lang})
			checkScore(t, body, got)
			out += 32 * len(got.Why)
		}
		return out
	})
}
