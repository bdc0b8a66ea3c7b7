package report

import (
	"errors"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

var changing = []string{"Europe/Kyiv", "Europe/Sofia", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Africa/Cairo", "America/Santiago", "America/Havana", "Asia/Kolkata", "Europe/Moscow"}

// nights calls a function with every zone and the middle of its nights of change in 2026; of the new year and
// of a leap day where there is none.
func nights(t *testing.T, each func(zone *time.Location, change time.Time)) {
	t.Helper()
	for _, name := range changing {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []time.Time{time.Date(2027, 1, 1, 0, 0, 0, 0, zone), time.Date(2028, 2, 29, 12, 0, 0, 0, zone)} {
			each(zone, at)
		}
		for at := time.Date(2026, 1, 1, 0, 0, 0, 0, zone); ; {
			_, end := at.ZoneBounds()
			if end.IsZero() || end.Year() > 2026 {
				break
			}
			each(zone, end)
			at = end
		}
	}
}

// TestDaysOfAnyLength: days of 23, 24, 25 and 24½ hours hold what was heard on them, by the clock on
// the wall, in the chart of days and in that of hours; the period before has as many whole days.
func TestDaysOfAnyLength(t *testing.T) {
	nights(t, func(zone *time.Location, change time.Time) {
		y, m, d := change.In(zone).Date()
		since, until, err := Period(time.Date(y, m, d-3, 12, 0, 0, 0, time.UTC).Format(time.DateOnly), time.Date(y, m, d+3, 12, 0, 0, 0, time.UTC).Format(time.DateOnly), change.AddDate(0, 1, 0), zone)
		if err != nil {
			t.Fatal(err)
		}
		s := Scope{Since: since, Until: until, Zone: zone}
		var cases []mention.Times
		heard, hours := map[string]int{}, [24]int{}
		for at := s.Begin().Add(-24 * time.Hour); at.Before(until.Add(24 * time.Hour)); at = at.Add(10 * time.Minute) {
			cases = append(cases, mention.Times{Source: "forum", Watch: "w", Heard: at, Published: at.Add(-time.Minute), Claimed: at.Add(time.Minute), Replied: at.Add(30 * time.Minute), Status: mention.Replied})
			if !at.Before(since) && at.Before(until) {
				heard[at.In(zone).Format(time.DateOnly)]++
				hours[at.In(zone).Hour()]++
			}
		}
		now, before := Compare(cases, s)
		if len(now.Days) != 7 || len(before.Days) != 7 || !before.Until.Equal(since) {
			t.Fatalf("%s, %s: %d days, %d before", zone, change, len(now.Days), len(before.Days))
		}
		sum := 0
		for _, day := range now.Days {
			if day.Heard != heard[day.Date] || day.Answered != day.Heard || day.Heard < 22*6 || day.Heard > 25*6 {
				t.Errorf("%s, %s: %+v, want %d", zone, change, day, heard[day.Date])
			}
			sum += day.Heard
		}
		for i, row := range now.Hours {
			if row.Complaints != hours[i] {
				t.Errorf("%s, %s: at %s %d, want %d", zone, change, row.Name, row.Complaints, hours[i])
			}
		}
		if sum != now.Heard || now.Overall.Median != 31*time.Minute || now.Overall.P90 != 31*time.Minute {
			t.Errorf("%s, %s: %d on days of %d, waited %+v", zone, change, sum, now.Heard, now.Overall)
		}
	})
}

// TestPeriodsBeginAtTheirFirstMoment: at every ten minutes of the days around a change, the end of a year and
// a leap day, what a period is called by is the day, week or month of the clock on the wall.
func TestPeriodsBeginAtTheirFirstMoment(t *testing.T) {
	nights(t, func(zone *time.Location, change time.Time) {
		for now := change.Add(-30 * time.Hour); now.Before(change.Add(30 * time.Hour)); now = now.Add(10 * time.Minute) {
			y, m, d := now.In(zone).Date()
			monday := d
			for time.Date(y, m, monday, 12, 0, 0, 0, time.UTC).Weekday() != time.Monday {
				monday--
			}
			for word, day := range map[string]time.Time{
				"today": time.Date(y, m, d, 12, 0, 0, 0, time.UTC), "yesterday": time.Date(y, m, d-1, 12, 0, 0, 0, time.UTC),
				"week": time.Date(y, m, monday, 12, 0, 0, 0, time.UTC), "month": time.Date(y, m, 1, 12, 0, 0, 0, time.UTC),
				"2026-02": time.Date(2026, 2, 1, 12, 0, 0, 0, time.UTC),
			} {
				from, to, err := Period(word, "", now, zone)
				var wrong *PeriodError
				if err != nil {
					if errors.As(err, &wrong) && wrong.Part == "" && !from.Before(now) {
						continue // it has just begun, or is to come
					}
					t.Fatal(err)
				}
				first, before := from.In(zone), from.Add(-time.Second).In(zone)
				if !to.Equal(now) || first.Format(time.DateOnly) != day.Format(time.DateOnly) || before.Format(time.DateOnly) >= day.Format(time.DateOnly) {
					t.Fatalf("%s at %s begins %s", word, now.In(zone), first)
				}
			}
			begin, end, err := Period("yesterday", "yesterday", now, zone)
			if hours := end.Sub(begin).Hours(); err != nil || hours < 23 || hours > 25 || end.In(zone).Day() != d {
				t.Fatalf("yesterday at %s: %s to %s, %v", now.In(zone), begin, end, err)
			}
		}
	})
}
