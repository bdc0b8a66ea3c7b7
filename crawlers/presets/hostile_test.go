package presets

import (
	"testing"

	"github.com/earshot/earshot/internal/testkit"
)

// TestRecognizeWithstands recognizes every pattern as a pasted address.
func TestRecognizeWithstands(t *testing.T) {
	testkit.Withstand(t, func(_ *testing.T, body string) (out int) {
		for _, address := range []string{body, "https://t.me/" + body} {
			Unreadable(address)
			if p, ok := Recognize(address, body); ok {
				out += len(p.Block(""))
			}
		}
		return out
	})
}
