package main

import (
	"fmt"
	"os"
	"slices"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/match"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
)

// ears find the mentions in a post: match, then score near the hits. They are
// safe for use by many polls at once.
type ears struct {
	set      *match.Set
	scorer   *sentiment.Scorer
	official func(mention.Post) []string // the watches whose own author wrote the post
}

func newEars(cfg *config.Config, official func(mention.Post) []string) (*ears, error) {
	set, _, err := compileWatches(cfg)
	if err != nil {
		return nil, err
	}
	scorer, err := newScorer(cfg.Sentiment.WordsFile)
	if err != nil {
		return nil, err
	}
	return &ears{set: set, scorer: scorer, official: official}, nil
}

// newScorer loads the built-in lexicons and the user's own words, if any.
func newScorer(wordsFile string) (*sentiment.Scorer, error) {
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

// Hear implements monitor.Ear. A post by a watch's own author is a mention of it
// even when it does not name it: under a complaint it is the public answer.
func (e *ears) Hear(post mention.Post) []mention.Mention {
	body := post.Body()
	var mentions []mention.Mention
	for _, hit := range e.set.Match(post.Title, post.Text) {
		mentions = append(mentions, mention.Mention{Watch: hit.Watch, Spans: hit.Spans})
	}
	for _, watch := range e.official(post) {
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
		m.Score = e.score(post, body, m.Spans)
	}
	return mentions
}

// score scores what the author said. The title of a reply is its thread's title,
// written by somebody else, so it is left out; the evidence still points into
// the whole body.
func (e *ears) score(post mention.Post, body string, spans []mention.Span) mention.Score {
	from := 0
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
	score := e.scorer.Score(in)
	for i := range score.Why {
		score.Why[i].Start += from
		score.Why[i].End += from
	}
	return score
}
