package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
	"github.com/earshot/earshot/store"
	"github.com/earshot/earshot/tune"
)

type tuneCmd struct {
	watchlistFlag
	JSON    bool   `help:"Print JSON."`
	Lang    string `enum:",en,ru,uk,bg" default:"" help:"The language of what is said: en, ru, uk, bg; else that of the watchlist, or of LC_ALL, LC_MESSAGES or LANG." placeholder:"XX"`
	Weights string `help:"Write the weights that are proposed to this file, for sentiment.weights of the watchlist." placeholder:"FILE"`
	MayLose int    `default:"0" help:"How many true complaints the proposals may lose." placeholder:"N"`
}

// newWords and newWeights are the files that are proposed where the watchlist names
// none.
const (
	newWords   = "our-words.tsv"
	newWeights = "our-weights.tsv"
)

// Run prints what could be changed by what staff said. It changes nothing but the file
// of --weights.
func (c *tuneCmd) Run(ctx context.Context, term terminal) error {
	list, err := loadForStore(c.Config, term)
	cfg := list.Config
	s := c.speech(cfg, term)
	switch {
	case err != nil:
		return s.tell(term, err)
	case c.MayLose < 0:
		return usageError{s.Text("tune.may_lose")}
	}
	db, err := openStore(ctx, store.Options{Database: cfg.Database(), ReadOnly: true})
	if err != nil {
		return err
	}
	defer db.Close()
	scorer, err := watchlist.NewScorer(cfg.Sentiment.WordsFile, cfg.Sentiment.WeightsFile)
	if err != nil {
		return s.tell(term, err)
	}
	in := tune.Input{Margin: watchlist.NewRules(cfg, scorer).Margin, File: newWords, New: true, WeightsFile: newWeights, MayLose: c.MayLose, Going: s.tuning(newGoing(term.err, time.Now))}
	if !c.JSON { // programs read the same in every language
		in.Says = s.Lang
	}
	if in.Examples, err = labelled(ctx, db, in.Margin); err != nil {
		return err
	}
	if in.Others, err = unjudged(ctx, db, in.Examples); err != nil {
		return err
	}
	renamed(in.Examples, list)
	if path := cfg.Sentiment.WordsFile; path != "" {
		src, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read sentiment.words: %w", err)
		}
		in.Words, in.File, in.New = string(src), filepath.Base(path), false
	}
	if path := cfg.Sentiment.WeightsFile; path != "" {
		src, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("read sentiment.weights: %w", err)
		}
		in.Weights, in.WeightsFile = string(src), filepath.Base(path)
	}
	for _, w := range cfg.Watches {
		in.Watches = append(in.Watches, tuneWatch(w))
	}
	lex := newLexicon(in, list)
	plan, err := tune.Propose(ctx, in, lex, matcher{cfg}, learner{in.Words, lex})
	if err != nil {
		return err
	}
	err = c.writeWeights(s, plan)
	if !c.JSON { // the plan says why there are no weights
		return errors.Join(plan.Text(term.out), err)
	}
	out := bufio.NewWriter(term.out)
	return errors.Join(newEncoder(out).Encode(plan), out.Flush(), err)
}

// speech is the language that was asked for, that of the watchlist, or that of the environment.
func (c *tuneCmd) speech(cfg *config.Config, term terminal) speech {
	f := languageFlag{Lang: c.Lang}
	if f.Lang == "" && cfg != nil { // nil: the watchlist cannot be read
		f.Lang = cfg.Language
	}
	return f.speech(term.lookup)
}

// mostLabelled bounds what is read of each kind of verdict; the newest come first.
const mostLabelled = 3000

// margin says by how much a score is a complaint, as tune.Input.Margin does.
type margin func(mention.PostKind, mention.Score) float64

// labelled reads every text that staff gave a verdict on.
func labelled(ctx context.Context, db *store.Store, of margin) ([]tune.Example, error) {
	lessons, err := db.Feedback(ctx)
	if err != nil {
		return nil, err
	}
	var all []tune.Example
	slices.Reverse(lessons)
	for _, l := range lessons[:min(len(lessons), mostLabelled)] {
		if l.Title+l.Text == "" { // its words went with the retention
			continue
		}
		m, err := feedbackMention(ctx, db, l)
		if err != nil {
			return nil, err
		}
		all = append(all, tune.Example{Mention: m, Verdict: tune.NotNegative})
	}
	confirmed, err := verdicts(ctx, db, of, tune.Confirmed, mention.Claimed, mention.Replied)
	if err != nil {
		return nil, err
	}
	notUs, err := verdicts(ctx, db, of, tune.NotUs, mention.Dismissed)
	if err != nil {
		return nil, err
	}
	all = slices.Concat(all, confirmed, notUs)
	slices.SortStableFunc(all, func(a, b tune.Example) int { return a.Mention.HeardAt.Compare(b.Mention.HeardAt) })
	return all, nil
}

// feedbackMention is the mention a verdict of staff was about. The feedback keeps the words when the post is
// gone; stars and places are then unknown.
func feedbackMention(ctx context.Context, db *store.Store, l mention.Feedback) (mention.Mention, error) {
	m, _, err := db.Mention(ctx, l.MentionID)
	if err != nil && !errors.Is(err, mention.ErrNotFound) {
		return m, err
	}
	if err != nil || m.Post.Title+m.Post.Text != l.Title+l.Text { // gone, erased, or edited since
		m = mention.Mention{
			ID: l.MentionID, Watch: l.Watch, Score: l.Score, Simhash: l.Simhash, HeardAt: l.At,
			Post: mention.Post{Source: l.Source, Kind: l.Kind, Title: l.Title, Text: l.Text},
		}
	}
	return m, nil
}

func verdicts(ctx context.Context, db *store.Store, of margin, verdict tune.Verdict, statuses ...mention.Status) ([]tune.Example, error) {
	var all []tune.Example
	for page, err := range mention.Pages(ctx, db.List, mention.Query{Alerted: true, Statuses: statuses, Limit: 1000}) {
		if err != nil {
			return nil, err
		}
		for _, e := range page.Entries {
			if verdict == tune.Confirmed && !tookBack(e, of) || verdict == tune.NotUs && e.Case.Reason == mention.NotUs {
				all = append(all, tune.Example{Mention: e.Mention, Verdict: verdict})
			}
		}
		if len(all) >= mostLabelled {
			break
		}
	}
	return all, nil
}

// unjudged reads the newest mentions that staff said nothing of, above all those that raised no alert: nobody
// would see there that what was learned is too loud.
func unjudged(ctx context.Context, db *store.Store, examples []tune.Example) ([]mention.Mention, error) {
	judged := map[mention.ID]bool{}
	for _, e := range examples {
		judged[e.Mention.ID] = true
	}
	var all []mention.Mention
	for page, err := range mention.Pages(ctx, db.List, mention.Query{Limit: 1000}) {
		if err != nil {
			return nil, err
		}
		for _, e := range page.Entries {
			if m := e.Mention; !judged[m.ID] && m.Post.Title+m.Post.Text != "" {
				all = append(all, m)
			}
		}
		if len(all) >= mostLabelled {
			break
		}
	}
	return all, nil
}

// tookBack says whether the words of a confirmed complaint are others now, which complain no more:
// those that staff saw are gone.
func tookBack(e mention.MentionRecord, of margin) bool {
	judged := e.Case.ClaimedAt
	if judged.IsZero() {
		judged = e.Case.RepliedAt
	}
	return e.Mention.EditedAt.After(judged) && of(e.Mention.Post.Kind, e.Mention.Score) < 0
}

// renamed gives verdicts, in the order in which they were heard, on a watch that has another name today
// to that watch: it finds the name where the old one did, and had no verdict before. A watch that is gone has none.
func renamed(examples []tune.Example, list watchlist.List) {
	known := map[string]bool{} // had one by then: a watch beside the one that was renamed
	for i := range examples {
		m := &examples[i].Mention
		if slices.ContainsFunc(list.Watches, func(w config.Watch) bool { return w.Name == m.Watch }) {
			known[m.Watch] = true
			continue
		}
		for _, hit := range list.Terms.Match(m.Post.Title, m.Post.Text) {
			if len(m.Spans) > 0 && !known[hit.Watch] && slices.EqualFunc(hit.Spans, m.Spans, func(a, b mention.Span) bool { return a.Start == b.Start && a.End == b.End }) {
				m.Watch = hit.Watch
				break
			}
		}
	}
}

// tuneWatch says where a watch's ignore phrases stand, or the watch itself.
func tuneWatch(w config.Watch) tune.Watch {
	out := tune.Watch{Name: w.Name, Where: w.Pos.String()}
	for _, t := range w.Ignore {
		out.Ignore = append(out.Ignore, t.Value)
	}
	if len(w.Ignore) > 0 {
		out.Where = w.Ignore[0].Pos.String()
	}
	return out
}

// lexicon implements tune.Lexicon with the real scorer.
type lexicon struct {
	in     tune.Input                      // for the names of the files, and the weights
	places map[mention.ID]watchlist.Places // found once: the words do not change them
	tables *sentiment.Tables               // most of what is tried changes one language
}

func newLexicon(in tune.Input, list watchlist.List) lexicon {
	l := lexicon{in, map[mention.ID]watchlist.Places{}, &sentiment.Tables{}}
	add := func(m mention.Mention) { l.places[m.ID] = list.Places(m.Watch, m.Post, m.Spans) }
	for _, e := range in.Examples {
		add(e.Mention)
	}
	for _, m := range in.Others {
		add(m)
	}
	return l
}

// Reads reports whether a text can hold this as one word.
func (lexicon) Reads(word string) bool { return sentiment.Readable(word) }

// Scorer returns a scorer with other words.
func (l lexicon) Scorer(words string) (tune.Scorer, error) { return l.with(words, l.in.Weights) }

func (l lexicon) with(words, weights string) (tune.Scorer, error) {
	s, err := sentiment.New(sentiment.Options{Words: words, WordsFile: l.in.File, Learned: weights, LearnedFile: l.in.WeightsFile, Tables: l.tables})
	if err != nil {
		return nil, err
	}
	return daemonScorer{s, l.places}, nil
}

type daemonScorer struct {
	scorer *sentiment.Scorer
	places map[mention.ID]watchlist.Places
}

// Score scores as the daemon does.
func (s daemonScorer) Score(m mention.Mention) mention.Score {
	return watchlist.Score(s.scorer, m.Post, s.places[m.ID])
}

// matcher implements tune.Matcher with the real matcher.
type matcher struct{ cfg *config.Config }

// Try compiles the watch as many times as there are lists, all in one set: each
// watch is decided alone.
func (w matcher) Try(name string, lists [][]string) (func(mention.Post) []bool, error) {
	i := slices.IndexFunc(w.cfg.Watches, func(c config.Watch) bool { return c.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("no watch %q", name)
	}
	tried := *w.cfg
	tried.Watches = make([]config.Watch, len(lists))
	for n, list := range lists {
		copied := w.cfg.Watches[i]
		copied.Ignore = slices.Clone(copied.Ignore)
		for _, phrase := range list {
			copied.Ignore = append(copied.Ignore, config.Text{Value: phrase})
		}
		tried.Watches[n] = copied
	}
	set, err := watchlist.CompileTerms(&tried)
	if err != nil {
		return nil, err
	}
	return func(p mention.Post) []bool {
		named := make([]bool, len(lists))
		for _, hit := range set.Match(p.Title, p.Text) {
			named[hit.Index] = true
		}
		return named
	}, nil
}
