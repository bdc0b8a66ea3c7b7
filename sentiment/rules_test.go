package sentiment

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/tsv"
	"github.com/earshot/earshot/mention"
)

// TestRules: every rule that staff can read has a file of texts that it finds and
// of texts that look like it and are left alone.
func TestRules(t *testing.T) {
	s := shippedScorer(t)
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

// TestRulesByLanguage reads testdata/rules/<lang>: a file is called after a rule, or
// after a frame and a value of it ("about-other.tsv": a cue of this value is found).
// That none is missing TestRuleOff sees to.
func TestRulesByLanguage(t *testing.T) {
	s := shippedScorer(t)
	files, err := filepath.Glob("testdata/rules/*/*.tsv")
	if err != nil {
		t.Fatal(err)
	}
	common, err := filepath.Glob("testdata/rules/*.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range append(files, common...) {
		name := strings.ReplaceAll(strings.TrimSuffix(filepath.Base(file), ".tsv"), "-", " ")
		_, rule := s.common.rules.index[name]
		if !rule && s.common.frameIndex[name] == 0 {
			t.Errorf("%s: no rule or frame's value is called %q", file, name)
			continue
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var errs tsv.Errors
		for _, r := range tsv.Read(file, string(b), "lang fires text", &errs) {
			lang, want, text := r.Cell(0), r.Cell(1) == "yes", r.Cell(2)
			if got := s.fires(Input{Text: text, Lang: lang, Spans: namedBrand(text)}, name, rule); got != want && filepath.Dir(file) != "testdata/rules" {
				t.Errorf("%s: %q: fires is %v: %s", r.At(0), text, got, why(s.Score(Input{Text: text, Lang: lang})))
			}
		}
		if err := errs.Err(); err != nil {
			t.Error(err)
		}
	}
}

// fires reports whether a rule speaks in a text, or a cue of a frame's value.
func (s *Scorer) fires(in Input, name string, rule bool) bool {
	if rule {
		for _, h := range s.Score(in).Why {
			if h.Rule == name {
				return true
			}
		}
		return false
	}
	for _, c := range s.Cues(in) {
		if c.Frame+" "+c.Value == name {
			return true
		}
	}
	return false
}

// namedBrand finds the brand of the regression texts, which is called Brand.
func namedBrand(text string) []mention.Span {
	if i := strings.Index(text, "Brand"); i >= 0 {
		return []mention.Span{{Start: i, End: i + len("Brand")}}
	}
	return nil
}

// TestGuards: words that look like feelings and are none.
func TestGuards(t *testing.T) {
	s := shippedScorer(t)
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
