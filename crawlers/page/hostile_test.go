package page

import (
	"testing"

	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/testkit"
)

// TestProposeWithstands looks for posts in every pattern, as `earshot add` does.
func TestProposeWithstands(t *testing.T) {
	for name, in := range map[string]func(string) string{
		"page": func(s string) string { return s },
		"in blocks": func(s string) string {
			return "<ul><li><i>1 May 2026</i>" + s + "<li><i>2 May 2026</i> they lost my card</ul>"
		},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.Withstand(t, func(_ *testing.T, body string) int {
				list, _ := Propose(tryEnv(), &fetch.Response{URL: "https://p.example/r", Status: 200, Body: []byte(in(body))})
				return len(list)
			})
		})
	}
}
