package fetch

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

func FuzzRetryAfter(f *testing.F) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, s := range []string{"", "0", "120", "1.5", "-1", "1e99", "NaN", "Inf", "Sun, 01 Mar 2026 12:00:30 GMT", "Sunday, 01-Mar-26 12:00:30 GMT", "tomorrow"} {
		f.Add(s)
	}
	testkit.AttackSeeds(func(body string) { f.Add(body) })
	f.Fuzz(func(t *testing.T, s string) {
		after, ok := RetryAfter(http.Header{"Retry-After": {s}}, now)
		if after < 0 || after > maxRetryAfter || !ok && after != 0 {
			t.Errorf("%q: %v, %v", s, after, ok)
		}
		if reset := parseReset(s, now); reset < 0 || reset > maxRetryAfter {
			t.Errorf("reset %q: %v", s, reset)
		}
	})
}

func TestRetryAfter(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for s, want := range map[string]string{
		"120": "2m0s true", " 5 ": "5s true", "1.5": "1.5s true", "0": "0s true", "-5": "0s false", "soon": "0s false", "": "0s false", "NaN": "0s false",
		"99999999999999": "24h0m0s true", "Sun, 01 Mar 2026 12:00:30 GMT": "30s true", "Sun, 01 Mar 2026 11:00:00 GMT": "0s true",
		"120s": "2m0s true", "5 minutes": "5m0s true", "1.5h": "1h30m0s true", "500 ms": "0s false", "48 hours": "24h0m0s true",
		"2026-03-01T12:00:30Z": "30s true", "2026-03-01T14:00:30+02:00": "30s true", "Sun, 01 Mar 2026 12:00:30 +0000": "30s true",
		"Sunday, 01-Mar-26 12:00:30 GMT": "30s true",
		"Sun Mar  1 12:00:30 2026":       "30s true", "Mon, 01 Mar 2027 12:00:00 GMT": "24h0m0s true",
	} {
		after, ok := RetryAfter(http.Header{"Retry-After": {s}}, now)
		if got := fmt.Sprintf("%v %v", after, ok); got != want {
			t.Errorf("%q: got %s, want %s", s, got, want)
		}
	}
}
