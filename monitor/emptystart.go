package monitor

import (
	"slices"
	"time"

	"github.com/earshot/earshot/mention"
)

// A source may be polled first while its site shows a page of repairs or of consent, or an empty
// list. What it shows when it is back stood there all the time: it is the baseline that the first
// poll would have been. A company that had no review yet looks the same at first; its first review
// is dated after that.

const (
	// longStanding is how long before the first poll a post was published that proves a list of
	// before. What a moderator lets through late has the date it was written at, too.
	longStanding = 14 * 24 * time.Hour
	// undatedList is how many posts without a date prove one: so many do not come between two
	// polls where there was none.
	undatedList = 5
)

// stoodBefore returns which posts of the first answer that holds some stood there before the
// source's first poll, which found nothing; none where it found something.
func (m memory) stoodBefore(fresh []candidate) func(mention.Post) bool {
	start := m.EmptyStart
	if start.IsZero() || m.UsualItems > 0 {
		return func(mention.Post) bool { return false }
	}
	undated := 0
	proved := slices.ContainsFunc(fresh, func(c candidate) bool {
		if c.post.Published.IsZero() {
			undated++
		}
		return c.post.Before(start.Add(-longStanding)) || undated >= undatedList
	})
	return func(p mention.Post) bool { return proved && (p.Published.IsZero() || p.Before(start)) }
}
