// Package hours knows working hours and holidays in a time zone: whether it is
// open now, when it opens next, and which moment comes when so much open time
// has passed. Days on which the clock changes are right.
//
// Of earshot it imports internal/text alone, for what people write elsewhere in place of
// hours. It must not read a clock or a disk (besides Go's own time zone data), and knows
// nothing of alerts or YAML.
package hours

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"time"
)

// Hours are weekly opening hours in one time zone. The zero Hours are always
// open. Hours are immutable and may be shared.
type Hours struct {
	text     string
	zone     *time.Location
	week     [7][]span // by time.Weekday; spans in order, not overlapping within their day
	always   bool
	holidays []Holiday
}

// span is one opening, in minutes since midnight of its day by the wall clock.
// to may exceed a day: a night shift belongs to the day it begins on.
type span struct{ from, to int }

const day = 24 * 60

// horizon bounds every search, in days: hours that open on one weekday and have
// a holiday on it must still be found, hours that never open must end.
const horizon = 400

// Holiday is one closed day: of one year, or of every year when Year is 0.
type Holiday struct {
	Year  int
	Month time.Month
	Day   int
}

// String returns 2026-12-25, or 12-25 for every year.
func (h Holiday) String() string {
	if h.Year == 0 {
		return fmt.Sprintf("%02d-%02d", h.Month, h.Day)
	}
	return fmt.Sprintf("%04d-%02d-%02d", h.Year, h.Month, h.Day)
}

// String returns the expression as it was written; empty for the zero Hours.
func (h Hours) String() string { return h.text }

// Always reports whether the hours never close.
func (h Hours) Always() bool {
	return (h.text == "" || h.always) && len(h.holidays) == 0
}

// Zone returns the time zone; UTC for the zero Hours.
func (h Hours) Zone() *time.Location {
	if h.zone == nil {
		return time.UTC
	}
	return h.zone
}

// Zoned reports whether the expression names a time zone; only always may do
// without.
func (h Hours) Zoned() bool { return h.zone != nil }

// Except returns the hours closed on these days too. A night shift that begins
// on a holiday is closed, one that began the day before ends as usual.
func (h Hours) Except(days ...Holiday) Hours {
	if len(days) > 0 {
		h.holidays = append(slices.Clone(h.holidays), days...)
	}
	return h
}

// Open reports whether t lies in the hours. The first moment of an opening is
// open, its last is not.
func (h Hours) Open(t time.Time) bool {
	next, ok := h.Next(t)
	return ok && next.Equal(t)
}

// Next returns the first open moment at or after t: t itself when it is open.
// ok is false when the hours do not open within about a year.
func (h Hours) Next(t time.Time) (next time.Time, ok bool) {
	if h.Always() {
		return t, true
	}
	start, _, ok := h.opening(t)
	if ok && start.Before(t) {
		return t, true
	}
	return start, ok
}

// Closes returns the end of the opening that t lies in. ok is false when t is
// closed or the hours never close.
func (h Hours) Closes(t time.Time) (end time.Time, ok bool) {
	if !h.Open(t) || h.Always() {
		return time.Time{}, false
	}
	end = t
	for range horizon { // openings may touch: 24:00 and the next day's 00:00
		start, next, ok := h.opening(end)
		if !ok || start.After(end) {
			return end, true
		}
		end = next
	}
	return time.Time{}, false
}

// Add returns the moment at which d of open time has passed since t. A clock
// that starts while closed starts with the next opening. d at or below zero
// returns t. When the hours stop opening, the last known moment plus what is
// left is returned, so that a deadline never gets lost.
func (h Hours) Add(t time.Time, d time.Duration) time.Time {
	if d <= 0 || h.Always() {
		return t.Add(max(d, 0))
	}
	n := 0
	for start, end := range h.openings(t) {
		left := end.Sub(start)
		if d <= left {
			return start.Add(d)
		}
		d, t = d-left, end
		if n++; n == horizon*24 {
			break
		}
	}
	return t.Add(d)
}

// Between returns how much of the time from a to b is open; zero when b is not
// after a.
func (h Hours) Between(a, b time.Time) (sum time.Duration) {
	if h.Always() {
		return max(0, b.Sub(a))
	}
	for start, end := range h.openings(a) {
		if !start.Before(b) {
			break
		}
		if end.After(b) {
			end = b
		}
		sum += end.Sub(start)
	}
	return sum
}

// openings are those that end after t, as far as they are after it.
func (h Hours) openings(t time.Time) iter.Seq2[time.Time, time.Time] {
	return func(yield func(start, end time.Time) bool) {
		for {
			start, end, ok := h.opening(t)
			if start.Before(t) {
				start = t
			}
			if !ok || !yield(start, end) {
				return
			}
			t = end
		}
	}
}

// opening returns the first opening that ends after t, with real moments. Those of a day are in order, and
// one that began the day before began sooner. What the clock skips whole is none.
func (h Hours) opening(t time.Time) (start, end time.Time, ok bool) {
	y, m, d := t.In(h.Zone()).Date()
	for i := -1; i <= horizon; i++ { // the day before may still be open past midnight
		at := dayOf(y, m, d+i)
		for _, s := range h.spans(at) {
			if end := closes(at, s.to, h.Zone()); end.After(t) {
				if start := onClock(at, s.from, h.Zone()).begins(); start.Before(end) {
					return start, end, true
				}
			}
		}
	}
	return time.Time{}, time.Time{}, false
}

func (h Hours) spans(at time.Time) []span {
	y, m, d := at.Date()
	for _, off := range h.holidays {
		if off.Month == m && off.Day == d && (off.Year == 0 || off.Year == y) {
			return nil
		}
	}
	if h.text == "" || h.always {
		return []span{{0, day}}
	}
	return h.week[at.Weekday()]
}

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

// dayOf is a day of no zone: at noon in UTC, of which only the date is used.
func dayOf(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 12, 0, 0, 0, time.UTC) }

// shown is when a clock on the wall shows a time: once, or twice when it is set back. When it is
// set forward it may never do: first and last are then as long after jump as the time is after
// what the clock showed last.
type shown struct {
	first, last time.Time
	jump        time.Time // when the clock passes the time over; zero: it does not
}

// begins is when what begins at the time does.
func (s shown) begins() time.Time { return cmp.Or(s.jump, s.first) }

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

// offset is how far a clock is ahead of UTC.
func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}

// Moment is a point in the week or in the day, such as "Mon 09:00 Europe/Kyiv".
// The zero Moment never comes.
type Moment struct {
	text    string
	zone    *time.Location
	weekday time.Weekday
	daily   bool
	minute  int
}

// String returns the moment as it was written.
func (m Moment) String() string { return m.text }

// IsZero reports whether the moment was never set.
func (m Moment) IsZero() bool { return m.zone == nil }

// Zone returns the time zone of the moment; UTC for one that was never set.
func (m Moment) Zone() *time.Location {
	if m.zone == nil {
		return time.UTC
	}
	return m.zone
}

// Weekly reports whether the moment names a day of the week.
func (m Moment) Weekly() bool { return !m.IsZero() && !m.daily }

// Last returns the last such moment at or before t; the zero time for the zero
// Moment.
func (m Moment) Last(t time.Time) time.Time {
	for i := 0; i >= -8 && !m.IsZero(); i-- { // one that the clock skips may come past midnight
		if at, ok := m.on(t, i); ok && !at.After(t) {
			return at
		}
	}
	return time.Time{}
}

// on is the moment of the day so many days after t's; ok is false where that day has none. Of
// two it is the first.
func (m Moment) on(t time.Time, days int) (at time.Time, ok bool) {
	y, mon, d := t.In(m.zone).Date()
	date := dayOf(y, mon, d+days)
	return onClock(date, m.minute, m.zone).first, m.daily || date.Weekday() == m.weekday
}

func (h *Hours) add(days []time.Weekday, s span) {
	for _, d := range days {
		h.week[d] = append(h.week[d], s)
		slices.SortFunc(h.week[d], func(a, b span) int { return a.from - b.from })
	}
}
