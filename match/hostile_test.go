package match

import (
	"strings"
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

// TestNamesAreFoundInLine: a post full of names and of what stands beside them costs by its length.
func TestNamesAreFoundInLine(t *testing.T) {
	set := mustCompile(t, []Watch{{Name: "w", Terms: terms("acme", "Ромашка Банк", "@acme"), Context: terms("card", "acme"), Ignore: terms("acme plc"), Rivals: terms("acme inc")}})
	for _, part := range []string{"acme ", "acme card ", "card. ", "acme plc ", "acme inc\n", "Acme: ", "«acme ", "acme_", "Ромашка Банк, ", "@acme "} {
		testkit.Linear(t, part, 1000, func(n int) { set.Match("", strings.Repeat(part, n)+"acme") })
	}
}
