package watchlist

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/tsv"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
)

// Analyzer finds the mentions in a post: match, then score near the hits. It is
// safe for use by many polls at once.
type Analyzer struct {
	list     List
	scorer   *sentiment.Scorer
	official func(mention.Post) []string // the watches whose own author wrote the post
}

// NewAnalyzer returns an analyzer of the watchlist's terms. official returns the
// watches whose own author wrote a post.
func NewAnalyzer(list List, scorer *sentiment.Scorer, official func(mention.Post) []string) *Analyzer {
	return &Analyzer{list: list, scorer: scorer, official: official}
}

// NewScorer loads the built-in lexicons, the user's own words and the weights that
// staff taught, if any. The error is a *WordsError where a file cannot be read; lines that are
// wrong are mistakes as those of the watchlist, a *config.Errors.
func NewScorer(wordsFile, weightsFile string) (*sentiment.Scorer, error) {
	scorer, err := readScorer(wordsFile, weightsFile)
	if err == nil {
		return scorer, nil
	}
	if lines := mistakesIn(err); len(lines.List) > 0 {
		return nil, lines
	}
	return nil, &WordsError{err}
}

// mistakesIn are those of the lines of a file, each at its place.
func mistakesIn(err error) *config.Errors {
	all := &config.Errors{}
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) {
		return all
	}
	for _, one := range joined.Unwrap() {
		var line *tsv.Error
		if errors.As(one, &line) {
			all.Add(config.Error{Pos: config.Pos{File: line.File, Line: line.Line, Column: line.Column}, Msg: line.Msg})
		}
	}
	slices.SortStableFunc(all.List, func(a, b config.Error) int { return cmp.Compare(a.Pos.Line, b.Pos.Line) })
	return all
}

// Outdated warns of weights that another version learned: they are not used.
func Outdated(cfg *config.Config, scorer *sentiment.Scorer) (warning config.Error, ok bool) {
	feature := scorer.Outdated()
	if feature == "" {
		return config.Error{}, false
	}
	return cfg.Doubt(cfg.At("sentiment.weights"),
		fmt.Sprintf("%s was learned by another version of earshot (it weighs %q), so it is not used", cfg.Sentiment.Weights, feature),
		"have it learned anew: earshot tune --weights "+cfg.Sentiment.Weights+"; or delete the key weights"), true
}

// Doubts warns of what the user's words say and surely do not mean, where it stands in their file.
func Doubts(scorer *sentiment.Scorer) []config.Error {
	list := mistakesIn(scorer.Doubts()).List
	for i := range list {
		list[i].Warning = true
	}
	return list
}

func readScorer(wordsFile, weightsFile string) (*sentiment.Scorer, error) {
	words, err := readIfAny("words", wordsFile)
	if err != nil {
		return nil, err
	}
	weights, err := readIfAny("weights", weightsFile)
	if err != nil {
		return nil, err
	}
	return sentiment.New(sentiment.Options{Words: words, WordsFile: wordsFile, Learned: weights, LearnedFile: weightsFile})
}

// WordsError is of a file that the watchlist names under sentiment and that cannot be read. It is a
// mistake in the watchlist.
type WordsError struct{ err error }

func (e *WordsError) Error() string { return e.err.Error() }

// Unwrap returns what is wrong with the file.
func (e *WordsError) Unwrap() error { return e.err }

// readIfAny reads the file of a key of sentiment; "" without one.
func readIfAny(key, file string) (string, error) {
	if file == "" {
		return "", nil
	}
	src, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("read sentiment.%s: %w", key, err)
	}
	return string(src), nil
}

// Analyze implements monitor.Analyzer. A post is a mention of a watch without naming it
// where its source belongs to the watch, and when the watch's own author wrote it:
// under a complaint that is the public answer.
func (a *Analyzer) Analyze(post mention.Post) []mention.Mention {
	var mentions []mention.Mention
	for _, hit := range a.list.Mentions(post) {
		mentions = append(mentions, mention.Mention{Watch: hit.Watch, Spans: hit.Spans, Official: post.Own})
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
		m.Score = Score(a.scorer, post, a.list.Places(m.Watch, post, m.Spans))
	}
	return mentions
}

// Input is what the scorer is asked of a post: what its author said, and where that names
// the watch and its rivals. The title of a reply is its thread's title, written by somebody
// else, so it is left out; from is where in the Body the rest begins.
func Input(post mention.Post, named Places) (in sentiment.Input, from int) {
	body := post.Body()
	if post.IsReply || post.Title == "" {
		from = len(post.Title) + 1
	}
	return sentiment.Input{
		Text: body[from:], Lang: post.Lang, Stars: post.Rating.Stars(), Kind: post.Kind,
		Spans: spansFrom(named.Brand, from), Rivals: spansFrom(named.Rivals, from),
	}, from
}

// spansFrom are the spans as places in the body from there on.
func spansFrom(spans []mention.Span, from int) (out []mention.Span) {
	for _, s := range spans {
		if s.Start >= from {
			s.Start, s.End = s.Start-from, s.End-from
			out = append(out, s)
		}
	}
	return out
}

// Score scores the Input of a post. The evidence points into its whole Body.
func Score(scorer *sentiment.Scorer, post mention.Post, named Places) mention.Score {
	in, from := Input(post, named)
	score := scorer.Score(in)
	for i := range score.Why {
		score.Why[i].Start += from
		score.Why[i].End += from
	}
	for i := range score.Frames {
		if score.Frames[i].Text != "" {
			score.Frames[i].Start += from
			score.Frames[i].End += from
		}
	}
	score.Complaint = max(score.Complaint, leastComplaint)
	return score
}

// leastComplaint keeps a verdict that is rounded to nothing apart from none at all.
const leastComplaint = 1e-4
