package dates

import (
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// TestDatesAreWithstood reads every pattern as a date.
func TestDatesAreWithstood(t *testing.T) {
	testkit.Withstand(t, func(_ *testing.T, body string) int {
		for _, lang := range []string{"", "uk", "ru", "bg"} {
			Parse(body, readAt, time.UTC, lang)
		}
		return 0
	})
}
