package web

import (
	"testing"
	"time"
)

// TestSnoozeUntilAMomentOfTheClock: what a person writes is of their zone, whatever the machine's; a
// moment that comes twice is the one that is still to come.
func TestSnoozeUntilAMomentOfTheClock(t *testing.T) {
	for _, c := range []struct{ zone, now, written, want string }{
		{"Europe/Kyiv", "2026-10-24T20:00:00Z", "2026-10-25T03:30", "2026-10-25T00:30:00Z"},
		{"Europe/Kyiv", "2026-10-25T00:40:00Z", "2026-10-25T03:30", "2026-10-25T01:30:00Z"}, // the first is over
		{"Europe/Kyiv", "2026-10-25T01:40:00Z", "2026-10-25T03:30", "2026-10-25T01:30:00Z"}, // both are: the desk refuses it
		{"Europe/Kyiv", "2026-03-28T20:00:00Z", "2026-03-29T03:30", "2026-03-29T01:30:00Z"}, // skipped
		{"America/New_York", "2026-11-01T05:45:00Z", "2026-11-01T01:30", "2026-11-01T06:30:00Z"},
		{"America/New_York", "2026-03-07T05:45:00Z", "2026-03-08T02:30", "2026-03-08T07:30:00Z"},
		{"Australia/Lord_Howe", "2026-04-04T14:50:00Z", "2026-04-05T01:45", "2026-04-04T15:15:00Z"},
		{"Asia/Kolkata", "2026-03-28T20:00:00Z", "2026-03-29T09:00", "2026-03-29T03:30:00Z"},
		{"Europe/Kyiv", "2026-10-24T20:00:00Z", "2026-10-25", ""},
		{"Europe/Kyiv", "2026-10-24T20:00:00Z", "2027-02-29T09:00", ""},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if at := snoozeUntil(c.written, visit{now: now, zone: zone}); !at.IsZero() {
			got = at.UTC().Format(time.RFC3339)
		}
		if got != c.want {
			t.Errorf("at %s until %s in %s: %s, want %s", c.now, c.written, c.zone, got, c.want)
		}
	}
}
