package text

import (
	"testing"

	"github.com/earshot/earshot/internal/testkit"
)

// TestTextsAreWithstood cleans, cuts and reads every pattern.
func TestTextsAreWithstood(t *testing.T) {
	known := []string{"claim", "release", "telegram", "googlebusiness"}
	testkit.Withstand(t, func(_ *testing.T, body string) int {
		Length(body)
		return len(Clean(body)) + len(Line(body, 100)) + len(Cut(body, 1000)) + len(Valid(body)) + len(Clip(body, 100)) + len(Letters(body)) + len(Nearest(Cut(body, 200), known))
	})
}
