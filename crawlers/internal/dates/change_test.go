package dates

import (
	"testing"
	"time"
	_ "time/tzdata"
)

// TestDaysWhereTheClockSkipsMidnight: a day alone is its first moment in the zone of the site, in every zone.
func TestDaysWhereTheClockSkipsMidnight(t *testing.T) {
	for _, name := range []string{"Africa/Cairo", "Asia/Beirut", "America/Santiago", "America/Havana", "America/Asuncion", "Europe/Kyiv", "America/Nuuk", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Auckland"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		now := time.Date(2027, 1, 2, 12, 0, 0, 0, time.UTC)
		for d := range 365 {
			want := time.Date(2026, 1, 1+d, 12, 0, 0, 0, time.UTC).Format(time.DateOnly)
			for _, written := range []string{want, time.Date(2026, 1, 1+d, 12, 0, 0, 0, time.UTC).Format("2 January 2006")} {
				got, day, ok := Parse(written, now, zone)
				if !ok || !day || got.In(zone).Format(time.DateOnly) != want || got.Add(-time.Second).In(zone).Format(time.DateOnly) >= want {
					t.Errorf("%s in %s is %s, %v", written, name, got.In(zone), day)
				}
			}
		}
		for hour := 0; hour < 24*400; hour++ {
			now := time.Date(2026, 1, 1, 0, 30, 0, 0, time.UTC).Add(time.Duration(hour) * time.Hour)
			local := now.In(zone)
			if !changesNear(local) {
				hour += 6 // each hour of the day once a week
			}
			for word, back := range map[string]int{"today": 0, "yesterday": 1, "вчора": 1, "3 days ago": 3, "2 weeks ago": 14} {
				y, m, d := local.Date()
				want := time.Date(y, m, d-back, 12, 0, 0, 0, time.UTC).Format(time.DateOnly)
				if got, day, ok := Parse(word, now, zone, "uk"); !ok || !day || got.In(zone).Format(time.DateOnly) != want {
					t.Fatalf("%s at %s is %s, %v", word, local, got.In(zone), day)
				}
			}
		}
	}
}

// changesNear reports whether a day that these words lead to may be one on which the clock changes.
func changesNear(local time.Time) bool {
	const day = 24 * time.Hour
	last, next := local.ZoneBounds()
	return local.Sub(last) < 16*day || !next.IsZero() && next.Sub(local) < 2*day
}

// TestAPostIsNotOfTheFuture: in the hour that comes twice what a page shows was written by now.
func TestAPostIsNotOfTheFuture(t *testing.T) {
	for _, name := range []string{"Europe/Kyiv", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Africa/Cairo", "America/Havana"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		for {
			_, at = at.In(zone).ZoneBounds()
			if at.IsZero() || at.Year() > 2026 {
				break
			}
			for m := -150; m < 150; m++ {
				written := at.Add(time.Duration(m) * time.Minute)
				for _, late := range []time.Duration{0, 5 * time.Minute, time.Hour} {
					now := written.Add(late)
					for _, form := range []string{"2006-01-02 15:04", "15:04", "today 15:04"} {
						if form == "today 15:04" && now.In(zone).Day() != written.In(zone).Day() {
							continue
						}
						got, _, ok := Parse(written.In(zone).Format(form), now, zone)
						if off := got.Sub(written).Abs(); !ok || got.After(now) || off > time.Hour {
							t.Fatalf("%s in %s, read at %s: %s", written.In(zone).Format(form), name, now.In(zone), got.In(zone))
						}
					}
				}
			}
		}
	}
}
