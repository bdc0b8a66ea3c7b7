package match

import (
	"testing"

	"github.com/earshot/earshot/internal/testkit"
)

// TestPostsAreWithstood looks for names in every pattern.
func TestPostsAreWithstood(t *testing.T) {
	set := mustCompile(t, []Watch{
		{Name: "bank", Terms: terms("Ромашка Банк", "acme", "@romashka", "М'ята", "Яндекс.Маркет", "booking.com", "Ben & Jerry's", "Dr Martens", "ЖК «Сказка»"), Context: terms("банк", "deposit"), Ignore: terms("аптека ромашка")},
	})
	testkit.Withstand(t, func(t *testing.T, body string) (out int) {
		for _, text := range []string{body, "Ромашка Банк " + body + " acme"} {
			hits := set.Match(body, text)
			checkSpans(t, body, text, hits)
			for _, h := range hits {
				out += len(h.Spans)
			}
		}
		return out
	})
}
