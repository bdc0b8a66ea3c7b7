package forum

import (
	"net/http"
	"os"
	"testing"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
)

// BenchmarkParse is the floor: the same bytes through the HTML parser alone.
func BenchmarkParse(b *testing.B) {
	body, err := os.ReadFile("../testdata/forum/smf21-thread/p2.html")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := htmltext.Parse(body); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkDetect finds the engine of a page among all of them.
func BenchmarkDetect(b *testing.B) {
	body, err := os.ReadFile("../testdata/forum/smf21-thread/p1.html")
	if err != nil {
		b.Fatal(err)
	}
	doc, err := htmltext.Parse(body)
	if err != nil {
		b.Fatal(err)
	}
	presets := enginePresets()
	for b.Loop() {
		if len(detectEngine(presets, doc, http.Header{}, body)) == 0 {
			b.Fatal("not found")
		}
	}
}
