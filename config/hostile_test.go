package config

import (
	"testing"

	"github.com/earshot/earshot/internal/testkit"
)

// TestWatchlistsAreWithstood reads every pattern as a watchlist and as values in one.
func TestWatchlistsAreWithstood(t *testing.T) {
	for name, in := range map[string]func(string) string{
		"watchlist": func(s string) string { return s },
		"in values": func(s string) string {
			return "contact: " + s + "\nwatch: [{name: a, terms: [" + s + "]}]\nsources:\n- " + s
		},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.Withstand(t, func(_ *testing.T, body string) int {
				if _, err := Parse("w.yaml", []byte(in(body)), testEnv, testKinds()); err != nil {
					return len(err.Error())
				}
				return 0
			})
		})
	}
}
