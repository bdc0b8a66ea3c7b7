package text

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	known := []string{"contact", "watch", "sources", "sentiment", "to", "forum", "feed", "every", ""}
	for word, want := range map[string]string{
		"contct": "contact", "wacth": "watch", "source": "sources", "Sources": "sources", "sentimet": "sentiment", "form": "forum", "fed": "feed",
		"evry": "every", "": "", "caontct": "contact", "fedx": "", "fexe": "", "url": "", "x": "", "tp": "", "colour": "", strings.Repeat("a", 100): "",
	} {
		if got := Nearest(word, known); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}
