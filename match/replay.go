package match

import (
	"iter"
	"slices"

	"github.com/earshot/earshot/mention"
)

// maxSamples bounds the posts shown per watch and direction: enough to judge
// a change by, few enough to read.
const maxSamples = 5

// ReplayRow says what a changed watchlist would do to one watch.
type ReplayRow struct {
	Watch  string
	Caught int // named by the new watchlist only
	Lost   int // named before only
	Kept   int // named by both
	// Up to five of each, first come first.
	CaughtSamples []ReplaySample
	LostSamples   []ReplaySample
}

// ReplaySample is a post that would be caught or lost.
type ReplaySample struct {
	Post  mention.Post
	Spans []mention.Span // of the set that names the watch
}

// Replay says what the watchlist next would do to posts that were heard before.
// before returns what was named in a post then: recorded mentions, or the Match of
// another Set. Rows come in the order of the new watchlist, then watches only the
// old one had. It stops at the first error of posts and returns it with what was
// counted so far.
func Replay(before func(mention.Post) []Hit, next *Set, posts iter.Seq2[mention.Post, error]) ([]ReplayRow, error) {
	rows := make([]ReplayRow, 0, len(next.watches))
	at := map[string]int{}
	row := func(watch string) *ReplayRow {
		i, ok := at[watch]
		if !ok {
			i = len(rows)
			at[watch] = i
			rows = append(rows, ReplayRow{Watch: watch})
		}
		return &rows[i]
	}
	for _, w := range next.watches {
		row(w.Name)
	}
	for post, err := range posts {
		if err != nil {
			return rows, err
		}
		then, now := before(post), next.Match(post.Title, post.Text)
		for _, h := range now {
			r := row(h.Watch)
			if named(then, h.Watch) {
				r.Kept++
				continue
			}
			r.Caught++
			if len(r.CaughtSamples) < maxSamples {
				r.CaughtSamples = append(r.CaughtSamples, ReplaySample{Post: post, Spans: h.Spans})
			}
		}
		for _, h := range then {
			if named(now, h.Watch) {
				continue
			}
			r := row(h.Watch)
			r.Lost++
			if len(r.LostSamples) < maxSamples {
				r.LostSamples = append(r.LostSamples, ReplaySample{Post: post, Spans: h.Spans})
			}
		}
	}
	return rows, nil
}

func named(hits []Hit, watch string) bool {
	return slices.ContainsFunc(hits, func(h Hit) bool { return h.Watch == watch })
}
