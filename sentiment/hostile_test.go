package sentiment

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// TestPostsAreWithstood scores every pattern, in a language found by itself and in a given one.
func TestPostsAreWithstood(t *testing.T) {
	s := shippedScorer(t)
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
	s := shippedScorer(t)
	s.Score(Input{Text: "Brand bad.", Lang: "en"}) // its table is read
	most := 250 * time.Millisecond
	if testkit.Race {
		most *= 10
	}
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
		if took := testkit.Processor(t) - began; took > most {
			t.Errorf("%s: %d names cost %v", name, len(spans), took)
		}
		checkScore(t, text, got)
	}
}

// TestEachLoadingScoresTheSame: a search that is cut short on a text of few words, which fit patterns in very many
// ways, finds the same whenever and wherever the tables were made.
func TestEachLoadingScoresTheSame(t *testing.T) {
	scorers := []*Scorer{newScorer(t), newScorer(t), newScorer(t)}
	order := rand.New(rand.NewPCG(1, 2))
	for _, words := range []string{"нито един от срив", "нито ден една същия", "нито безобразие до един"} {
		list := strings.Fields(words)
		for range 12 {
			var text strings.Builder
			for range 1500 {
				text.WriteString(list[order.IntN(len(list))] + " ")
			}
			in := Input{Text: text.String()}
			want := scorers[0].Score(in)
			for _, s := range scorers[1:] {
				if got := s.Score(in); !reflect.DeepEqual(got, want) {
					t.Errorf("%.60q: %v, complaint %v, then %v, %v", in.Text, want.Value, want.Complaint, got.Value, got.Complaint)
				}
			}
		}
	}
}
