package monitor

import (
	"slices"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/mention"
)

// What is shown for the first time is not always new.
//
//   - A source may be polled first while its site shows a page of repairs or of consent, or an empty
//     list. What it shows when it is back stood there all the time: it is the baseline that the first
//     poll would have been. A company that had no review yet looks the same at first; its first
//     review is dated after that.
//   - A site that was built anew gives all its posts other ids, and may write their names and dates
//     in another way, so that they are not known by their words either.

const (
	// longStanding is how long before the first poll a post was published that proves a list of
	// before. What a moderator lets through late has the date it was written at, too.
	longStanding = 14 * 24 * time.Hour
	// undatedList is how many posts without a date prove that a list stood there: so many do not
	// come between two polls where there was none.
	undatedList = 5
	// oldNews is how long before the last good poll a post was published that stood there then,
	// where most of a place are so.
	oldNews = 48 * time.Hour
)

// stoodBefore returns which posts that nobody knew stood there before a first poll that found
// nothing.
func stoodBefore(state mention.SourceState, fresh []candidate) func(mention.Post) bool {
	m := remember(state)
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

const (
	rereadLeast = 5 // posts whose words changed at once,
	rereadShare = 4 // and of all that the place shows all but one in so many
)

// reread reports whether nearly all posts of a place changed their words at once. It has another
// layout then, which puts other words around each, or leaves some out; nobody edited them.
func reread(fresh []candidate, shown, beside int) bool {
	edited := 0
	for _, c := range fresh {
		if c.was != 0 && !c.post.Deleted {
			edited++
		}
	}
	return edited >= rereadLeast && rereadShare*edited >= (rereadShare-1)*(shown+beside)
}

// rebuilt returns when a place was read well last that was built anew since: nothing it shows is
// known by its id, and most of it is of before, or has no date any more. More new posts than it
// shows at once look the same, but they are new.
func rebuilt(state mention.SourceState, sees crawlers.Observation, fresh []candidate, shown int) time.Time {
	if !sees.Gap || !state.Baselined || len(fresh) == 0 || len(fresh) != shown {
		return time.Time{}
	}
	old := 0
	for _, c := range fresh {
		if c.was != 0 {
			return time.Time{}
		}
		if c.post.Before(state.LastSuccess.Add(-oldNews)) {
			old++
		}
	}
	undated := sees.Parts.Of >= partsOf && sees.Parts.Time == 0 && slices.Contains(remember(state).Had, "time")
	if 2*old < len(fresh) && !undated {
		return time.Time{}
	}
	return state.LastSuccess
}
