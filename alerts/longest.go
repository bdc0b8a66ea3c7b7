package alerts

import (
	"context"
	"fmt"
	"slices"

	"github.com/earshot/earshot/mention"
)

// The pages that LongestWaiting reads at most, and what one holds: where nobody can close a
// complaint, all that were ever heard wait.
const (
	waitingPages  = 100
	waitingOnPage = 1000
)

// LongestWaiting returns those of the cases of a query that wait longest, at most so many, the
// longest first, and how many cases there are in all. A list has the newest heard first, and says
// nothing of when they began to wait. Of what is gone from its site nobody waits for an answer.
func LongestWaiting(ctx context.Context, list func(context.Context, mention.Query) (mention.Page, error), q mention.Query, most int) (longest []mention.MentionRecord, all int, err error) {
	q.Limit = waitingOnPage
	for range waitingPages {
		page, err := list(ctx, q)
		if err != nil {
			return nil, 0, fmt.Errorf("who waits longest: %w", err)
		}
		waits := slices.DeleteFunc(page.Entries, func(e mention.MentionRecord) bool { return e.Mention.Post.Deleted })
		all += len(waits)
		longest = append(longest, waits...)
		slices.SortStableFunc(longest, func(a, b mention.MentionRecord) int {
			return Since(a.Mention, a.Case).Compare(Since(b.Mention, b.Case))
		})
		longest = slices.Delete(longest, min(most, len(longest)), len(longest))
		if q.After = page.Next; q.After == "" {
			break
		}
	}
	return longest, all, nil
}
