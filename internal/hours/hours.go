// Package hours knows working hours and holidays in a time zone: whether it is
// open now, when it opens next, and which moment comes when so much open time
// has passed. Days on which the clock changes are right.
//
// An expression is parsed (parse; meant knows how people write it elsewhere) into Hours
// or a Moment, and both ask clock what a clock on the wall shows.
//
// Of earshot it imports internal/text alone, for what people write elsewhere in place of
// hours. It must not read a clock or a disk (besides Go's own time zone data), and knows
// nothing of alerts or YAML.
package hours

import (
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
