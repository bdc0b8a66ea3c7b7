package main

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestPeriod reads periods on the day after the clocks of Kyiv went back.
func TestPeriod(t *testing.T) {
	kyiv, err := time.LoadLocation("Europe/Kyiv")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 10, 26, 15, 30, 0, 0, kyiv) // a Monday
	for _, c := range []struct{ since, until, from, to string }{
		{"7d", "", "2026-10-19T16:30:00+03:00", "2026-10-26T15:30:00+02:00"},
		{"90m", "", "2026-10-26T14:00:00+02:00", "2026-10-26T15:30:00+02:00"},
		{"yesterday", "", "2026-10-25T00:00:00+03:00", "2026-10-26T15:30:00+02:00"},
		{"yesterday", "yesterday", "2026-10-25T00:00:00+03:00", "2026-10-26T00:00:00+02:00"},
		{"today", "", "2026-10-26T00:00:00+02:00", "2026-10-26T15:30:00+02:00"},
		{"week", "", "2026-10-26T00:00:00+02:00", "2026-10-26T15:30:00+02:00"},
		{"month", "", "2026-10-01T00:00:00+03:00", "2026-10-26T15:30:00+02:00"},
		{"2026-09", "2026-09", "2026-09-01T00:00:00+03:00", "2026-10-01T00:00:00+03:00"},
		{"2026-10-01", "2026-10-07", "2026-10-01T00:00:00+03:00", "2026-10-08T00:00:00+03:00"},
		{"4w", "1d", "2026-09-28T16:30:00+03:00", "2026-10-25T15:30:00+02:00"},
		{"2026-10-25", "today", "2026-10-25T00:00:00+03:00", "2026-10-26T15:30:00+02:00"}, // not beyond now
	} {
		from, to, err := period(c.since, c.until, now, kyiv)
		if err != nil {
			t.Errorf("%s %s: %v", c.since, c.until, err)
			continue
		}
		if f, u := from.In(kyiv).Format(time.RFC3339), to.In(kyiv).Format(time.RFC3339); f != c.from || u != c.to {
			t.Errorf("since %q until %q is %s to %s, want %s to %s", c.since, c.until, f, u, c.from, c.to)
		}
	}
	for _, c := range []struct{ since, until, says string }{
		{"soon", "", "7d"}, {"2026-13-01", "", "--since"}, {"2026-02-30", "", "--since"}, {"7d", "later", "--until"}, {"7d", "month", "--until"},
		{"1d", "7d", "before it begins"}, {"2026-11-01", "", "before it begins"}, {"0d", "", "--since"}, {"-1d", "", "--since"},
	} {
		if _, _, err := period(c.since, c.until, now, kyiv); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("since %q until %q: %v, want an error with %q", c.since, c.until, err, c.says)
		}
	}
}

// TestPeriodOfAnything: whatever is written, a period begins before it ends, and ends by now.
func TestPeriodOfAnything(t *testing.T) {
	now := time.Date(2026, 11, 26, 2, 0, 0, 0, time.UTC)
	word := rapid.OneOf(rapid.StringMatching(`[0-9]{0,4}-?[0-9]{0,2}-?[0-9]{0,2}[mhdw]?`), rapid.SampledFrom([]string{"today", "yesterday", "week", "month"}), rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		from, to, err := period(word.Draw(t, "since"), word.Draw(t, "until"), now, time.UTC)
		if err == nil && (!from.Before(to) || to.After(now)) {
			t.Fatalf("%s to %s", from, to)
		}
	})
}
