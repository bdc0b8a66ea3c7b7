package push

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/testkit"
)

// TestProgramsAreWithstood reads every pattern as what a program hands in.
func TestProgramsAreWithstood(t *testing.T) {
	for name, in := range map[string]func(string) string{
		"body": func(s string) string { return s },
		"in every field": func(s string) string {
			raw, err := json.Marshal(map[string]string{"id": s, "url": s, "author": s, "title": s, "text": s, "published": s})
			if err != nil {
				t.Fatal(err)
			}
			return "[" + string(raw) + "]"
		},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.Withstand(t, func(_ *testing.T, body string) (out int) {
				posts, err := door().Read(strings.NewReader(in(body)))
				if err != nil {
					out = len(err.Error())
				}
				for _, p := range posts {
					out += len(p.ID) + len(p.URL) + len(p.Author) + len(p.Title) + len(p.Text)
				}
				return out
			})
		})
	}
}
