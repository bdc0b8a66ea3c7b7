package daemon

import (
	"fmt"
	"os"
	"slices"
	"sync/atomic"

	"github.com/earshot/earshot/match"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
)

// Analyzer finds the mentions in a post: match, then score near the hits. It is
// safe for use by many polls at once.
type Analyzer struct {
	set      *match.Set
	scorer   *sentiment.Scorer
	official func(mention.Post) []string // the watches whose own author wrote the post
}

// NewAnalyzer returns an analyzer of these terms. official returns the watches
// whose own author wrote a post.
func NewAnalyzer(set *match.Set, scorer *sentiment.Scorer, official func(mention.Post) []string) *Analyzer {
	return &Analyzer{set: set, scorer: scorer, official: official}
}

// NewScorer loads the built-in lexicons and the user's own words, if any. The
// error is of the words file: it cannot be read, or a line of it is wrong.
func NewScorer(wordsFile string) (*sentiment.Scorer, error) {
	var opt sentiment.Options
	if wordsFile != "" {
		src, err := os.ReadFile(wordsFile)
		if err != nil {
			return nil, fmt.Errorf("read sentiment.words: %w", err)
		}
		opt.Words, opt.WordsFile = string(src), wordsFile
	}
	return sentiment.New(opt)
}

// Analyze implements monitor.Analyzer. A post by a watch's own author is a mention of it
// even when it does not name it: under a complaint it is the public answer.
func (a *Analyzer) Analyze(post mention.Post) []mention.Mention {
	var mentions []mention.Mention
	for _, hit := range a.set.Match(post.Title, post.Text) {
		mentions = append(mentions, mention.Mention{Watch: hit.Watch, Spans: hit.Spans})
	}
	for _, watch := range a.official(post) {
		i := slices.IndexFunc(mentions, func(m mention.Mention) bool { return m.Watch == watch })
		if i < 0 {
			mentions = append(mentions, mention.Mention{Watch: watch})
			i = len(mentions) - 1
		}
		mentions[i].Official = true
	}
	for i := range mentions {
		m := &mentions[i]
		m.ID, m.Post, m.HeardAt = mention.MentionID(post.Key(), m.Watch), post, post.FetchedAt
		m.Score = Score(a.scorer, post, m.Spans)
	}
	return mentions
}

// Score scores what the author of a post said, near the spans where it names a
// watch. The title of a reply is its thread's title,
// written by somebody else, so it is left out; the evidence still points into
// the whole body.
func Score(scorer *sentiment.Scorer, post mention.Post, spans []mention.Span) mention.Score {
	body, from := post.Body(), 0
	if post.IsReply || post.Title == "" {
		from = len(post.Title) + 1
	}
	in := sentiment.Input{Text: body[from:], Lang: post.Lang, Stars: post.Rating.Stars()}
	for _, s := range spans {
		if s.Start >= from {
			s.Start, s.End = s.Start-from, s.End-from
			in.Spans = append(in.Spans, s)
		}
	}
	score := scorer.Score(in)
	for i := range score.Why {
		score.Why[i].Start += from
		score.Why[i].End += from
	}
	return score
}

// liveAnalyzer is the analyzer in use.
type liveAnalyzer struct{ current *atomic.Pointer[Analyzer] }

// Analyze implements monitor.Analyzer.
func (l liveAnalyzer) Analyze(post mention.Post) []mention.Mention {
	return l.current.Load().Analyze(post)
}
