package hours

import (
	"cmp"
	"time"
)

// This file knows what a clock on the wall shows: a time twice when it is set back, and some never.

// DayBegins is the first moment of a day: in zones that change their clock at midnight it is
// not always 00:00, and time.Date may give a moment of the evening before.
func DayBegins(y int, m time.Month, d int, zone *time.Location) time.Time {
	return onClock(dayOf(y, m, d), 0, zone).begins()
}

// Shown is when a clock in the zone shows the time of clock, whose own zone does not count: twice
// when it is set back. A time that it skips is as long after what it showed last as on other days.
func Shown(clock time.Time, zone *time.Location) (first, last time.Time) {
	y, m, d := clock.Date()
	c := onClock(dayOf(y, m, d), clock.Hour()*60+clock.Minute(), zone)
	rest := time.Duration(clock.Second())*time.Second + time.Duration(clock.Nanosecond())
	return c.first.Add(rest), c.last.Add(rest)
}

// closes is the end of what closes at a time on the clock: the second of two. Midnight ends
// the day, and is the first.
func closes(on time.Time, minute int, zone *time.Location) time.Time {
	c := onClock(on, minute, zone)
	if minute == day {
		return c.begins()
	}
	return cmp.Or(c.jump, c.last)
}

// onClock finds the moments of a time, in minutes since midnight, on a day's clock.
func onClock(on time.Time, minute int, zone *time.Location) shown {
	y, m, d := on.Date()
	t := time.Date(y, m, d, 0, minute, 0, 0, zone)
	start, end := t.ZoneBounds()
	if t.Sub(start) > 36*time.Hour && (end.IsZero() || end.Sub(t) > 36*time.Hour) {
		return shown{first: t, last: t} // most days
	}
	asked, s := time.Date(y, m, d, 0, minute, 0, 0, time.UTC), shown{}
	for _, other := range []time.Time{start.Add(-1), t, end} { // as the clock goes before the last change, now, and after the next
		ahead := offset(other.In(zone))
		at := asked.In(zone).Add(-ahead)
		if offset(at) == ahead {
			if s.first.IsZero() || at.Before(s.first) {
				s.first = at
			}
			if at.After(s.last) {
				s.last = at
			}
		}
	}
	if s.first.IsZero() {
		s.jump = start
		if t.Add(offset(t)).Before(asked) { // t shows less than was asked for: it is before the change
			s.jump = end
		}
		s.first = asked.In(zone).Add(-offset(s.jump.Add(-1)))
		s.last = s.first
	}
	return s
}

// shown is when a clock on the wall shows a time: once, or twice when it is set back. When it is
// set forward it may never do: first and last are then as long after jump as the time is after
// what the clock showed last.
type shown struct {
	first, last time.Time
	jump        time.Time // when the clock passes the time over; zero: it does not
}

// begins is when what begins at the time does.
func (s shown) begins() time.Time { return cmp.Or(s.jump, s.first) }

// dayOf is a day of no zone: at noon in UTC, of which only the date is used.
func dayOf(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 12, 0, 0, 0, time.UTC) }

// offset is how far a clock is ahead of UTC.
func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}
