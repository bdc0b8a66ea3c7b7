package hours

import (
	"fmt"
	"strings"
	"time"
)

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

// ParseMoment reads "09:00 Europe/Kyiv" or "Mon 09:00 Europe/Kyiv". The error is
// a *SyntaxError; like is the one of the two that is wanted, for its hint.
func ParseMoment(expr, like string) (Moment, error) {
	hint := fmt.Sprintf("write it like %q", like)
	m := Moment{text: strings.TrimSpace(expr), daily: true}
	toks := tokens(expr)
	if len(toks) == 0 {
		return Moment{}, token{}.errorf(hint, "no time")
	}
	if d, ok := weekday(toks[0].text); ok {
		m.weekday, m.daily, toks = d, false, toks[1:]
	}
	if len(toks) > 1 && !isTime(toks[0].text) && isTime(toks[1].text) {
		_, err := parseDays(toks[0])
		wrong, ok := err.(*SyntaxError)
		if !ok { // Mon-Fri: one day has a week's digest
			wrong = toks[0].errorf(hint, "%q is too much", toks[0].text)
		}
		if isTime(like) { // no day is wanted, whichever
			wrong.Hint = hint
		}
		return Moment{}, wrong
	}
	if len(toks) == 0 || !isTime(toks[0].text) {
		at := token{text: expr}
		if len(toks) > 0 {
			at = toks[0]
		}
		return Moment{}, at.errorf(hint, "the time is missing")
	}
	minute, ok := clock(toks[0].text)
	if !ok || minute == day {
		return Moment{}, toks[0].errorf(hint, "%q is not a time of day", toks[0].text)
	}
	m.minute = minute
	if len(toks) == 1 {
		return Moment{}, toks[0].errorf(hint, "the time zone is missing")
	}
	if len(toks) > 2 {
		return Moment{}, toks[2].errorf(hint, "%q is too much", toks[2].text)
	}
	zone, err := parseZone(toks[1])
	if err != nil {
		return Moment{}, err
	}
	m.zone = zone
	return m, nil
}
