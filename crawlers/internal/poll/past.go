package poll

import (
	"regexp"
	"time"

	"github.com/earshot/earshot/mention"
)

// Some feeds show ten of their two hundred posts at each poll, search engines find articles of last
// year today, and a review site puts an old review above its list: what is shown first is not what
// is new.

// longBefore is how long before the source's first poll a post was published that is no news: what
// a moderator let through late has the date it was written at.
const longBefore = 14 * 24 * time.Hour

// plainDay is the day in a date that cannot be read as another one: of RFC 3339, or of RFC 822
// with the name of its month.
var plainDay = regexp.MustCompile(`^\s*(?:\d{4}-\d\d-\d\d(?:T|\b)|(?:[A-Z][a-z]+,?\s+)?\d{1,2}\s+(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\s+\d{4}\b)`)

// Telling reports whether dates tell posts apart: software that knows none writes one and the
// same everywhere.
func Telling(dates []string) bool {
	days := map[string]bool{}
	for _, date := range dates {
		if day := plainDay.FindString(date); day != "" {
			days[day] = true
		}
	}
	return len(days) > 1
}

// LongPast reports whether a post with this date is of long before the source was read first, and
// was not changed since. Software writes 1970, or the year 1, where it knows no date.
func LongPast(date string, p mention.Post, first time.Time) bool {
	before, at := first.Add(-longBefore), Plausible(p.Published, first)
	return plainDay.MatchString(date) && !at.IsZero() && at.Before(before) && p.Edited.Before(before)
}
