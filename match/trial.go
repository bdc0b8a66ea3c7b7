package match

import (
	"iter"

	"github.com/earshot/earshot/mention"
)

// trialSamples bounds the posts shown per watch and direction: enough to judge
// a change by, few enough to read.
const trialSamples = 5

// TrialRow says what a changed watchlist would do to one watch.
type TrialRow struct {
	Watch  string
	Caught int // named by the new watchlist only
	Lost   int // named by the old watchlist only
	Kept   int // named by both
	// Up to five of each, first come first.
	CaughtSamples []TrialSample
	LostSamples   []TrialSample
}

// TrialSample is a post that would be caught or lost.
type TrialSample struct {
	Post  mention.Post
	Spans []mention.Span // of the set that names the watch
}

// Trial compares two compiled watchlists on posts. Rows come in the order of
// the new watchlist, then watches only the old one has. It stops at the first
// error of posts and returns it with what was counted so far.
func Trial(old, next *Set, posts iter.Seq2[mention.Post, error]) ([]TrialRow, error) {
	rows := make([]TrialRow, 0, len(next.watches)+len(old.watches))
	at := map[string]int{}
	for _, set := range []*Set{next, old} {
		for _, w := range set.watches {
			if _, ok := at[w.Name]; !ok {
				at[w.Name] = len(rows)
				rows = append(rows, TrialRow{Watch: w.Name})
			}
		}
	}
	for post, err := range posts {
		if err != nil {
			return rows, err
		}
		before, after := old.Match(post.Title, post.Text), next.Match(post.Title, post.Text)
		for _, h := range after {
			row := &rows[at[h.Watch]]
			if named(before, h.Watch) {
				row.Kept++
				continue
			}
			row.Caught++
			if len(row.CaughtSamples) < trialSamples {
				row.CaughtSamples = append(row.CaughtSamples, TrialSample{Post: post, Spans: h.Spans})
			}
		}
		for _, h := range before {
			if named(after, h.Watch) {
				continue
			}
			row := &rows[at[h.Watch]]
			row.Lost++
			if len(row.LostSamples) < trialSamples {
				row.LostSamples = append(row.LostSamples, TrialSample{Post: post, Spans: h.Spans})
			}
		}
	}
	return rows, nil
}

func named(hits []Hit, watch string) bool {
	for _, h := range hits {
		if h.Watch == watch {
			return true
		}
	}
	return false
}
