package sentiment

import (
	"os"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/tsv"
)

// TestRules: every rule that staff can read has a file of texts that it finds and
// of texts that look like it and are left alone.
func TestRules(t *testing.T) {
	s := newScorer(t)
	for _, rule := range s.common.rules.list[1:] {
		if rule == "guard" { // guards are silent: TestGuards
			continue
		}
		t.Run(rule, func(t *testing.T) {
			name := "testdata/rules/" + strings.ReplaceAll(rule, " ", "-") + ".tsv"
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatalf("a rule needs its regression file: %v", err)
			}
			var errs tsv.Errors
			for _, r := range tsv.Read(name, string(b), "lang fires text", &errs) {
				lang, want, text := r.Cell(0), r.Cell(1) == "yes", r.Cell(2)
				got := s.Score(Input{Text: text, Lang: lang})
				fired := false
				for _, h := range got.Why {
					fired = fired || h.Rule == rule
				}
				if fired != want {
					t.Errorf("%s: %q: fires is %v: %s", r.At(0), text, fired, why(got))
				}
			}
			if err := errs.Err(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestGuards: words that look like feelings and are none.
func TestGuards(t *testing.T) {
	s := newScorer(t)
	for _, text := range []string{
		"We stay in a four star hotel",
		"I can't wait to see it",
		"Is there a problem with parking?",
		"If it breaks, where is the service?",
		"Police warn about fraud",
		"What is the fee?",
		"I would like to know how long a refund takes?",
		"The company announced that it was fined for fraud",
	} {
		if got := s.Score(Input{Text: text, Lang: "en"}); got.Value <= -0.1 {
			t.Errorf("%q is a complaint: %.2f %s", text, got.Value, why(got))
		}
	}
}
