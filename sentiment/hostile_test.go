package sentiment

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
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

// TestNamedEverywhere: a post that names the watch in every sentence, or far from each of its many faults, costs
// what others of its length cost.
func TestNamedEverywhere(t *testing.T) {
	s := newScorer(t)
	s.Score(Input{Text: "Brand bad.", Lang: "en"}) // its table is read
	for name, text := range map[string]string{
		"in every sentence": strings.Repeat("Brand bad. ", 16<<10/11),
		"far from a fault":  strings.Repeat("Brand ", 200) + strings.Repeat("bad ", 2700),
		"in a megabyte":     strings.Repeat("Brand bad. ", 1<<20/11),
	} {
		var spans []mention.Span
		for at := 0; ; {
			next := strings.Index(text[at:], "Brand")
			if next < 0 {
				break
			}
			spans = append(spans, mention.Span{Start: at + next, End: at + next + 5})
			at += next + 5
		}
		began := testkit.Processor(t)
		got := s.Score(Input{Text: text, Lang: "en", Spans: spans})
		if took := testkit.Processor(t) - began; took > 250*time.Millisecond {
			t.Errorf("%s: %d names cost %v", name, len(spans), took)
		}
		checkScore(t, text, got)
	}
}
