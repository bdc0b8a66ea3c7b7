package alerts

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/earshot/earshot/mention"
)

// How long people wait, and who waits longest.

// The pages that LongestWaiting reads at most, and what one holds: where nobody can close a
// complaint, all that were ever heard wait.
const (
	waitingPages  = 100
	waitingOnPage = 1000
)

// LongestWaiting returns those of the cases of a query that wait longest, at most so many, the
// longest first, and how many cases there are in all. A list has the newest heard first, and says
// nothing of when they began to wait.
func LongestWaiting(ctx context.Context, list func(context.Context, mention.Query) (mention.Page, error), q mention.Query, most int) (longest []mention.MentionRecord, all int, err error) {
	q.Limit = waitingOnPage
	pages := 0
	for page, err := range mention.Pages(ctx, list, q) {
		if err != nil {
			return nil, 0, fmt.Errorf("who waits longest: %w", err)
		}
		before := len(longest)
		longest = ByWaiting(append(longest, page.Entries...))
		all += len(longest) - before
		longest = slices.Delete(longest, min(most, len(longest)), len(longest))
		if pages++; pages == waitingPages {
			break
		}
	}
	return longest, all, nil
}

// ByWaiting sorts cases by how long they wait, the longest first, without those of posts that are gone
// from their site: there nobody waits for an answer. It takes the list over.
func ByWaiting(list []mention.MentionRecord) []mention.MentionRecord {
	list = slices.DeleteFunc(list, func(e mention.MentionRecord) bool { return e.Mention.Post.Deleted })
	slices.SortStableFunc(list, func(a, b mention.MentionRecord) int {
		return Since(a.Mention, a.Case).Compare(Since(b.Mention, b.Case))
	})
	return list
}

// Since is the moment a complaint's clock starts: its publication, or, where the
// site does not say it to the minute, when it was heard; anew when it was opened again, or became a
// complaint by an edit.
func Since(m mention.Mention, c mention.Case) time.Time {
	if anew := c.Begins(); anew.After(m.HeardAt) {
		return anew
	}
	return published(m, c)
}

// Heard is when a complaint was heard, or became one by an edit: reports count it then.
func Heard(m mention.Mention, c mention.Case) time.Time {
	return mention.Later(m.HeardAt, c.OpenedAt)
}

func published(m mention.Mention, c mention.Case) time.Time {
	p := m.Post.Published
	if p.IsZero() || m.Post.DateOnly || p.After(m.HeardAt) {
		return c.OpenedAt
	}
	return p
}
