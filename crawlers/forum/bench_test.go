package forum

import (
	"net/http"
	"os"
	"testing"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
)

// BenchmarkForumParse is the floor: the same bytes through the HTML parser alone.
func BenchmarkForumParse(b *testing.B) {
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

// BenchmarkForumDetect finds the engine of a page among all of them.
func BenchmarkForumDetect(b *testing.B) {
	body, err := os.ReadFile("../testdata/forum/smf21-thread/p1.html")
	if err != nil {
		b.Fatal(err)
	}
	doc, err := htmltext.Parse(body)
	if err != nil {
		b.Fatal(err)
	}
	presets := forumPresets()
	for b.Loop() {
		if len(detectForum(presets, doc, http.Header{}, body)) == 0 {
			b.Fatal("not found")
		}
	}
}
