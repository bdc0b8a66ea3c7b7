package config

import (
	"cmp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/earshot/earshot/internal/hours"
	words "github.com/earshot/earshot/internal/text"
)

// Rest says that an entry stays in the watchlist and is not used for now: until it is
// written otherwise, or until a time.
type Rest struct {
	Enabled     *bool `yaml:"enabled" doc:"false: the entry stays in the watchlist and is not used. What is known of it stays too."`
	PausedUntil Pause `yaml:"paused_until" doc:"The entry is not used until then, in the time zone of the watchlist (that of deadlines, quiet_hours or digest) unless it names one." example:"2026-12-24 09:00"`
}

// Off reports whether the entry is not used at this time.
func (r Rest) Off(now time.Time) bool {
	return r.Enabled != nil && !*r.Enabled || now.Before(r.PausedUntil.Until)
}

// Until is when the entry is used again; zero when it is not used until it is written otherwise.
func (r Rest) Until() time.Time {
	if r.Enabled != nil && !*r.Enabled {
		return time.Time{}
	}
	return r.PausedUntil.Until
}

// Word says in a word or two how the entry stands: empty while it is used.
func (r Rest) Word(now time.Time, zone *time.Location) string {
	switch {
	case !r.Off(now):
		return ""
	case r.Until().IsZero():
		return "off"
	}
	return "off until " + r.Until().In(zone).Format("2 Jan 2006 15:04 MST")
}

// Pause is the end of a pause. Its zero value is none.
type Pause struct {
	Until time.Time

	written time.Time      // the clock as it was written
	zone    *time.Location // as it was written; nil: that of the watchlist
	at      position
}

// parsePause reads "2026-12-24 09:00", with a zone behind it or without.
func parsePause(s string) (p Pause, msg, hint string) {
	how := "write it like 2026-12-24 09:00"
	parts := strings.Fields(s)
	if len(parts) > 0 { // 2026-12-24T09:00
		parts = slices.Concat(strings.Split(parts[0], "T"), parts[1:])
	}
	if last := len(parts) - 1; last == 2 || last == 1 && parts[1] != "" && !unicode.IsDigit(rune(parts[1][0])) {
		var ok bool
		if p.zone, ok = hours.Zone(parts[last]); !ok {
			hint = "write one such as Europe/Kyiv, or none for that of the watchlist"
			if meant := hours.MeantZone(parts[last]); meant != "" {
				hint = didYouMean(meant)
			}
			return p, "there is no time zone " + parts[last], hint
		}
		parts = parts[:last]
	}
	if len(parts) == 1 && len(parts[0]) == len(time.DateOnly) {
		parts = append(parts, "00:00")
	}
	var err error
	if p.written, err = time.Parse("2006-01-02 15:04", strings.Join(parts, " ")); err != nil || p.written.Year() < 2000 {
		if day := words.MeantDay(strings.Join(parts[:min(1, len(parts))], "")); day != "" && day != parts[0] {
			how = didYouMean(strings.Join(append([]string{day}, parts[1:]...), " "))
		}
		return Pause{}, "this is not a day and time", how
	}
	return p, "", ""
}

// in is the pause with its end, in this zone where it names none.
func (p Pause) in(zone *time.Location) Pause {
	if !p.written.IsZero() {
		p.Until, _ = hours.Shown(p.written, cmp.Or(p.zone, zone))
	}
	return p
}

// maxPause is how far ahead the end of a pause may be: later is a slip of the pen, or
// meant for good.
const maxPause = 366 * 24 * time.Hour

// checkRest puts the pauses into the time zone of the watchlist, and looks whether
// anything is left.
func (d *decoder) checkRest(c *Config, now time.Time) {
	zone := c.Zone()
	look := func(r *Rest) (off bool) {
		r.PausedUntil = r.PausedUntil.in(zone)
		p := r.PausedUntil
		switch {
		case p.Until.IsZero():
		case r.Enabled != nil && !*r.Enabled:
			d.warn(p.at, "delete one of the two", "paused_until: this is off anyway, by enabled: false")
		case p.Until.After(now.Add(maxPause)):
			d.wrong(p.at, "write enabled: false", "paused_until: a pause of more than a year")
		case !p.Until.After(now):
			d.warn(p.at, "delete the line", "paused_until: this pause is over")
		}
		return r.Off(now)
	}
	on := 0
	for i := range c.Watches {
		if !look(&c.Watches[i].Rest) {
			on++
		}
	}
	if on == 0 && len(c.Watches) > 0 && !d.broken["watch"] {
		d.warn(d.place("watch"), "", "every watch is off: nothing is listened for")
	}
	on = 0
	for i := range c.Sources {
		if !look(&c.Sources[i].Rest) {
			on++
		}
	}
	if on == 0 && len(c.Sources) > 0 && !d.broken["sources"] {
		d.warn(d.place("sources"), "", "every source is off: nothing is polled")
	}
}
