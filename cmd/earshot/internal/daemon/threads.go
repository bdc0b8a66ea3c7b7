package daemon

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
)

// followMost bounds the complaints of one kind (nobody answered, no answer seen, waiting for
// long) whose threads are followed: the newest are, of the last kind the worst.
const followMost = 2000

// caseLister is the part of the store that lists complaints.
type caseLister interface {
	List(ctx context.Context, q mention.Query) (mention.Page, error)
	// Unproved returns the cases that were said to be replied since then and whose answer was
	// never seen, the last one first.
	Unproved(ctx context.Context, since time.Time, limit int) ([]mention.MentionRecord, error)
	// ShownAlso returns the posts of other sources that stand at the mentions' permalinks.
	ShownAlso(ctx context.Context, list []mention.Mention) (map[mention.ID][]mention.Post, error)
}

// followKeeper remembers how far threads were followed.
type followKeeper interface {
	Follows(ctx context.Context, keys []mention.PostKey) ([]mention.Follow, error)
	SaveFollows(ctx context.Context, list []mention.Follow) error
}

// threadSource is the store as the monitor asks it for complaints that wait for a
// public answer.
type threadSource struct {
	followKeeper
	cases caseLister
	now   func() time.Time
}

// OpenThreads implements monitor.ThreadSource.
func (s threadSource) OpenThreads(ctx context.Context, since time.Time) ([]monitor.OpenThread, error) {
	entries, err := s.waiting(ctx, since)
	if err != nil {
		return nil, fmt.Errorf("complaints that wait for an answer: %w", err)
	}
	entries = slices.DeleteFunc(entries, func(e mention.MentionRecord) bool { return lastTouched(e.Case).Before(since) })
	mentions := make([]mention.Mention, len(entries))
	for i := range entries {
		mentions[i] = entries[i].Mention
	}
	also, err := s.cases.ShownAlso(ctx, mentions)
	if err != nil {
		return nil, fmt.Errorf("complaints that wait for an answer: %w", err)
	}
	var list []monitor.OpenThread
	for _, e := range entries {
		for _, post := range append([]mention.Post{e.Mention.Post}, also[e.Mention.ID]...) { // a feed has no threads, but the forum it is of
			list = append(list, monitor.OpenThread{Post: post, Since: lastTouched(e.Case)})
		}
	}
	return list, nil
}

// waiting lists the complaints of each kind.
func (s threadSource) waiting(ctx context.Context, since time.Time) ([]mention.MentionRecord, error) {
	list, err := s.cases.Unproved(ctx, since, followMost)
	if err != nil {
		return nil, err
	}
	// A case may be taken long after it was heard, and wait again after any time: few wait so long.
	long := since.Add(since.Sub(s.now()))
	for _, q := range []mention.Query{{Since: long}, {ByRank: true, Until: long}} {
		q.Unanswered, q.Alerted, q.Limit = true, true, 500
		read := 0
		for page, err := range mention.Pages(ctx, s.cases.List, q) {
			if err != nil {
				return nil, err
			}
			list = append(list, page.Entries...)
			if read += q.Limit; read >= followMost {
				break
			}
		}
	}
	return list, nil
}

// lastTouched is when something last happened to a case that is not answered.
func lastTouched(c mention.Case) time.Time {
	last := c.OpenedAt
	for _, at := range []time.Time{c.ClaimedAt, c.HandedAt, c.RepliedAt, c.ReopenedAt, c.WokeAt} {
		last = mention.Later(last, at)
	}
	return last
}
