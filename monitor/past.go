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
	// oldNews is how long before the last good poll a post was published that stood there then, where
	// most of a place are so. What is younger is told: moderators let reviews through, and search
	// engines find articles, days late, and what was heard in that time is known as the same words
	// (a copy is looked for over seven days).
	oldNews = 7 * 24 * time.Hour
	// rebuiltLeast is the posts by which a site that was built anew is known. Fewer are told: a few
	// old ones make no flood.
	rebuiltLeast = 5
)

// stoodBefore returns which posts that nobody knew stood there before a first poll that found
// nothing.
func stoodBefore(state mention.SourceState, fresh []candidate) func(mention.Post) bool {
	m := remember(state)
	start := m.EmptyStart
	if start.IsZero() || m.UsualItems > 0 {
		return func(mention.Post) bool { return false }
	}
	undated, old, days := 0, false, map[string]bool{}
	for _, c := range fresh {
		if c.post.Published.IsZero() {
			undated++
			continue
		}
		old = old || c.post.Before(start.Add(-longStanding))
		days[c.post.Day().Format(time.DateOnly)] = true
	}
	// A date that was misread, or is one and the same everywhere, proves nothing by itself.
	proved := old && len(days) > 1 || undated >= undatedList
	return func(p mention.Post) bool { return proved && (p.Published.IsZero() || p.Before(start)) }
}

const (
	rereadLeast = 5 // posts whose words changed at once,
	rereadShare = 4 // and of all that the place shows all but one in so many
)

// reread reports whether nearly all posts of a place changed their words at once. It has another
// layout then, which puts other words around each, or leaves some out; nobody edited them. Where ids
// are the site's own, an interface answers: it has no layout, and may show what was edited alone.
// There the words of any post are others because earshot reads them by other rules, or somebody edited it.
func reread(fresh []candidate, shown int, batch crawlers.Batch) bool {
	if batch.OwnIDs {
		return batch.Anew
	}
	edited, all := 0, max(shown+len(batch.Beside), batch.Observed.Items)
	for _, c := range fresh {
		if c.was != 0 && !c.post.Deleted {
			edited++
		}
	}
	return edited >= rereadLeast && rereadShare*edited >= (rereadShare-1)*all
}

// ofThePast are the IDs of posts that are no news when they are shown first: those of which the crawler says
// so and, where it reads by other rules than at the last poll, those that were dated long before it, as often
// where their words are others now: none or others were read. What has no date may be of today, unless it was
// known before: the words alone are read otherwise.
func ofThePast(state mention.SourceState, batch crawlers.Batch, fresh []candidate) []string {
	ids := slices.Clone(batch.Past)
	for _, c := range fresh {
		if batch.Anew && (c.post.Before(state.LastSuccess.Add(-oldNews)) || c.was != 0 && c.post.Published.IsZero()) {
			ids = append(ids, c.post.ID)
		}
	}
	return ids
}

// rebuilt returns before when everything is old at a place that was built anew: nothing it shows is
// known by its id, and most of it is of long before the last good poll, or has no date any more. More
// new posts than it shows at once look the same, but they are new. Zero: nothing of the kind.
func rebuilt(state mention.SourceState, batch crawlers.Batch, fresh []candidate, shown int) time.Time {
	if !batch.Observed.Gap || batch.OwnIDs || !state.Baselined || len(fresh) < rebuiltLeast || len(fresh) != shown || len(batch.Past) >= shown {
		return time.Time{} // where all is of the past, a feed shows others of its many posts by turns
	}
	before, old := state.LastSuccess.Add(-oldNews), 0
	for _, c := range fresh {
		if c.was != 0 {
			return time.Time{}
		}
		if c.post.Before(before) {
			old++
		}
	}
	undated := batch.Observed.Parts.Of >= partsOf && batch.Observed.Parts.Time == 0 && slices.Contains(remember(state).Had, "time")
	if 2*old < len(fresh) && !undated {
		return time.Time{}
	}
	return before
}
