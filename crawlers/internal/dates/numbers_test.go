package dates

import (
	"slices"
	"testing"
	"time"
)

// TestNumberRules makes sure that every rule reads a number of its own example,
// and that the example is a date.
func TestNumberRules(t *testing.T) {
	for _, rule := range numberRules {
		t.Run(rule.name, func(t *testing.T) {
			words := vocabularyOf()
			p := parser{words: words, now: readAt, zone: time.UTC, weekday: -1, toks: words.tokens(rule.example)}
			var asked []string
			for i := 0; i < len(p.toks); {
				n := 0
				if r := p.rule(i); r != nil {
					asked = append(asked, r.name)
					n = r.read(&p, i)
				}
				if n == 0 {
					n = p.word(i)
				}
				if n == 0 {
					t.Fatalf("%q stops at %q, after %q", rule.example, p.toks[i].text, asked)
				}
				i += n
			}
			if !slices.Contains(asked, rule.name) {
				t.Errorf("%q is read by %q", rule.example, asked)
			}
			got, _, ok := Parse(rule.example, readAt, time.UTC)
			if !ok || got.Year() != 2026 || got.Month() != time.September || got.Day() != 22 {
				t.Errorf("%q is %v, %v: want a moment of 22 September 2026", rule.example, got, ok)
			}
		})
	}
}
