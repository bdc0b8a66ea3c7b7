package store

import (
	"testing"
	"time"
)

// testClockAhead moves our clock and sees whether the difference is found: with
// PostgreSQL the database's clock counts, with SQLite there is only ours.
func testClockAhead(t *testing.T, open opener) {
	s := open(t)
	for _, off := range []time.Duration{0, 3 * time.Minute, -40 * time.Second} {
		s.now = func() time.Time { return time.Now().Add(off) }
		ahead, err := s.ClockAhead(background)
		if err != nil {
			t.Fatal(err)
		}
		wanted := -off
		if s.engine.name == "sqlite" {
			wanted = 0
		}
		if (ahead - wanted).Abs() > 5*time.Second {
			t.Errorf("ours moved by %s: the database is ahead by %s", off, ahead)
		}
	}
}

// testClockAheadOfASlowWay: an answer that was long on its way, in one direction, does not
// count where others were quick.
func testClockAheadOfASlowWay(t *testing.T, open opener) {
	s := open(t)
	asks := 0
	s.now = func() time.Time {
		if asks++; asks == 1 {
			return time.Now().Add(-4 * time.Second)
		}
		return time.Now()
	}
	ahead, err := s.ClockAhead(background)
	if err != nil || ahead.Abs() > time.Second {
		t.Errorf("the database is ahead by %s, %v", ahead, err)
	}
}
