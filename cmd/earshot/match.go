package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/match"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/sentiment"
)

type matchCmd struct {
	watchlistFlag
	JSON    bool   `help:"Print one JSON object per mention."`
	Explain bool   `help:"Say for every post why it did or did not name each watch, and why it would or would not alert."`
	Against string `help:"Read no posts: say what this watchlist would have caught or lost among the posts kept in this database." placeholder:"earshot.db"`
}

// matchIn and matchOut are the lines of match --json.
type matchIn struct {
	ID    lineID `json:"id"`
	Title string `json:"title"`
	Text  string `json:"text"`

	Source string `json:"source"` // its name in the watchlist: some belong to a watch

	Kind  mention.PostKind `json:"kind"`  // for --explain: review, forum, comment, news, social
	Lang  string           `json:"lang"`  // for --explain: a hint
	Stars float64          `json:"stars"` // for --explain: the author's own, of 5
}

func (m matchIn) post() mention.Post {
	post := mention.Post{Source: m.Source, Kind: m.Kind, Title: m.Title, Text: m.Text, Lang: m.Lang}
	if m.Stars > 0 {
		post.Rating = &mention.Rating{Value: m.Stars, Best: 5}
	}
	return post
}

type matchOut struct {
	ID    lineID         `json:"id"`
	Watch string         `json:"watch"`
	Spans []mention.Span `json:"spans"`
}

// Run reads posts as JSON lines on stdin and prints the mentions in them.
func (c *matchCmd) Run(ctx context.Context, term terminal) error {
	list, err := loadForReading(c.Config, term)
	if err != nil {
		return err
	}
	s := speechOf(term)
	if c.Against != "" {
		return s.replay(ctx, list.Terms, c.Against, term)
	}
	var why explainer
	if c.Explain {
		if why, err = newExplainer(list, s); err != nil {
			return err
		}
	}
	s.waits(term, "match.waits", "example", sample("…"))
	out := bufio.NewWriter(term.out)
	enc := newEncoder(out)
	err = eachLine(term.in, func(line []byte) error {
		var post matchIn
		if err := json.Unmarshal(line, &post); err != nil {
			return notJSON(line, err, "; "+s.Text("match.plain"))
		}
		if post.Title == "" && post.Text == "" && !hasText(line) {
			return noText()
		}
		if err := knownKind(post.Kind); err != nil {
			return err
		}
		if c.Explain {
			fmt.Fprintln(out, post.ID)
			why.print(out, post.post())
			return nil
		}
		for _, hit := range list.Mentions(post.post()) {
			if c.JSON {
				if err := enc.Encode(matchOut{ID: post.ID, Watch: hit.Watch, Spans: orEmpty(hit.Spans)}); err != nil {
					return err
				}
				continue
			}
			words := make([]string, len(hit.Spans))
			for i, span := range hit.Spans {
				words[i] = s.Quote(text.OneLine(span.Text))
			}
			if len(words) == 0 {
				words = []string{s.Text("match.owned")}
			}
			fmt.Fprintf(out, "%s  %s  %s\n", post.ID, hit.Watch, strings.Join(words, ", "))
		}
		return nil
	})
	if flushErr := out.Flush(); err == nil && flushErr != nil {
		return fmt.Errorf("write: %w", flushErr)
	}
	return err
}

// explainer says why posts are found, and why they would be alerts.
type explainer struct {
	list   watchlist.List
	scorer *sentiment.Scorer
	rules  alerts.Rules
	says   speech
}

func newExplainer(list watchlist.List, s speech) (explainer, error) {
	scorer, err := watchlist.NewScorer(list.Sentiment.WordsFile, list.Sentiment.WeightsFile)
	if err != nil {
		return explainer{}, err
	}
	return explainer{list, scorer, watchlist.NewRules(list.Config, scorer), s}, nil
}

// print prints, for each watch, every place that could have named it and what became
// of it; and of a watch that is named, whether the post would be an alert.
func (x explainer) print(out io.Writer, post mention.Post) {
	hits, owners := x.list.Mentions(post), x.list.Owners(post.Source)
	for _, e := range x.list.Terms.Explain(post.Title, post.Text) {
		x.says.printExplanation(out, e, slices.Contains(owners, e.Watch))
		for _, hit := range hits {
			if hit.Watch == e.Watch {
				named := x.list.Places(hit.Watch, post, hit.Spans)
				in, _ := watchlist.Input(post, named)
				x.says.explainVerdict(out, "    ", x.scorer, x.rules, in, watchlist.Score(x.scorer, post, named))
			}
		}
	}
}

// printExplanation prints what became of each place that could have named a watch.
// owned says that the post's source belongs to the watch.
func (s speech) printExplanation(out io.Writer, e match.Explanation, owned bool) {
	verdict := s.Text("match.not_named")
	switch {
	case e.Named:
		verdict = s.Text("match.named")
	case owned:
		verdict = s.Text("match.not_named_owned")
	}
	fmt.Fprintf(out, "  %s: %s\n", text.OneLine(e.Watch), verdict)
	for _, step := range e.Steps {
		what := s.reason(step.Reason)
		if step.Span.Text != "" {
			what = s.Text("match.term", "text", step.Span.Text, "term", strconv.Quote(step.Span.Term), "reason", what)
		}
		if step.Rule > 0 {
			what = s.Text("match.rule", "step", what, "n", strconv.Itoa(step.Rule))
		}
		fmt.Fprintf(out, "    %s\n", text.OneLine(what))
	}
}
