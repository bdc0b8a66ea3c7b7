package report

import (
	"strconv"
	"strings"
	"time"

	"github.com/earshot/earshot/internal/hours"
)

// PeriodError says what is wrong with a period.
type PeriodError struct {
	Part     string // "since" or "until"; empty: it ends before it begins
	Value    string // of the part, as it was written
	From, To time.Time
}

// Error is for programs: people are told in their words.
func (e *PeriodError) Error() string {
	if e.Part == "" {
		return "the period ends before it begins"
	}
	return e.Part + " " + strconv.Quote(e.Value) + " is not a date or time"
}

// Period reads from when to when: 24h, 7d or 4w before now, today, yesterday, week, month,
// 2026-11-01 or 2026-11. A day, week or month begins at its first moment in the zone, and as
// an end it is meant whole; nothing ends after now. An empty until is now. The error is a
// *PeriodError.
func Period(since, until string, now time.Time, zone *time.Location) (from, to time.Time, err error) {
	from, _, ok := span(since, now, zone)
	if !ok {
		return from, to, &PeriodError{Part: "since", Value: since}
	}
	to = now
	if until != "" {
		_, to, ok = span(until, now, zone)
		if running := until == "week" || until == "month"; !ok || running {
			return from, to, &PeriodError{Part: "until", Value: until}
		}
	}
	if to.After(now) {
		to = now
	}
	if !from.Before(to) {
		return from, to, &PeriodError{From: from, To: to}
	}
	return from, to, nil
}

// span reads one word: begin and end are the same for a length of time before now, and
// the ends of the day or month for the others.
func span(word string, now time.Time, zone *time.Location) (begin, end time.Time, ok bool) {
	y, m, d := now.In(zone).Date()
	day := func(y int, m time.Month, d int) (time.Time, time.Time, bool) {
		return hours.DayBegins(y, m, d, zone), hours.DayBegins(y, m, d+1, zone), true
	}
	switch word {
	case "today":
		return day(y, m, d)
	case "yesterday":
		return day(y, m, d-1)
	case "week":
		monday := d - (int(now.In(zone).Weekday())+6)%7
		return hours.DayBegins(y, m, monday, zone), now, true
	case "month":
		return hours.DayBegins(y, m, 1, zone), now, true
	}
	if t, err := time.Parse(time.DateOnly, word); err == nil {
		return day(t.Date())
	}
	if t, err := time.Parse("2006-01", word); err == nil {
		y, m, _ := t.Date()
		return hours.DayBegins(y, m, 1, zone), hours.DayBegins(y, m+1, 1, zone), true
	}
	ago, ok := length(word)
	return now.Add(-ago), now.Add(-ago), ok
}

// length reads 90m, 24h, 7d or 4w.
func length(word string) (time.Duration, bool) {
	unit := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
	for suffix, one := range unit {
		if number, ok := strings.CutSuffix(word, suffix); ok {
			if n, err := strconv.Atoi(number); err == nil && n > 0 && n < 10000 {
				return time.Duration(n) * one, true
			}
		}
	}
	return 0, false
}
