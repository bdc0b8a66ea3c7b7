package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/match"
	"github.com/earshot/earshot/mention"
)

type matchCmd struct {
	watchlistFlag
	JSON    bool   `help:"Print one JSON object per mention."`
	Explain bool   `help:"Say for every post why it did or did not name each watch."`
	Against string `help:"Read no posts: say what this watchlist would have caught or lost among the posts kept in this database." placeholder:"earshot.db"`
}

// matchIn and matchOut are the lines of match --json.
type matchIn struct {
	ID    any    `json:"id"`
	Title string `json:"title"`
	Text  string `json:"text"`
}

type matchOut struct {
	ID    any            `json:"id"`
	Watch string         `json:"watch"`
	Spans []mention.Span `json:"spans"`
}

// Run reads posts as JSON lines on stdin and prints the mentions in them.
func (c *matchCmd) Run(ctx context.Context, term terminal) error {
	cfg, err := loadForReading(c.Config, term)
	if err != nil {
		return err
	}
	set, _, err := compileWatches(cfg)
	if err != nil {
		return err
	}
	if c.Against != "" {
		return try(ctx, set, c.Against, term)
	}
	out := bufio.NewWriter(term.out)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	err = eachLine(term.in, func(line []byte) error {
		var post matchIn
		if err := json.Unmarshal(line, &post); err != nil {
			return fmt.Errorf("not a JSON object with id, title and text: %w", err)
		}
		if c.Explain {
			fmt.Fprintf(out, "%v\n", post.ID)
			printExplanations(out, set.Explain(post.Title, post.Text))
			return nil
		}
		for _, hit := range set.Match(post.Title, post.Text) {
			if c.JSON {
				if err := enc.Encode(matchOut{ID: post.ID, Watch: hit.Watch, Spans: hit.Spans}); err != nil {
					return err
				}
				continue
			}
			words := make([]string, len(hit.Spans))
			for i, s := range hit.Spans {
				words[i] = "«" + text.OneLine(s.Text) + "»"
			}
			fmt.Fprintf(out, "%v  %s  %s\n", post.ID, hit.Watch, strings.Join(words, ", "))
		}
		return nil
	})
	if flushErr := out.Flush(); err == nil && flushErr != nil {
		return fmt.Errorf("write: %w", flushErr)
	}
	return err
}

// printExplanations prints, for each watch, every place that could have named it
// and what became of it.
func printExplanations(out io.Writer, list []match.Explanation) {
	for _, e := range list {
		verdict := "not named"
		if e.Named {
			verdict = "named"
		}
		fmt.Fprintf(out, "  %s: %s\n", text.OneLine(e.Watch), verdict)
		for _, step := range e.Steps {
			what := step.Reason
			if step.Span.Text != "" {
				what = fmt.Sprintf("«%s» (term %q): %s", step.Span.Text, step.Span.Term, step.Reason)
			}
			if step.Rule > 0 {
				what += fmt.Sprintf(" (rule %d)", step.Rule)
			}
			fmt.Fprintf(out, "    %s\n", text.OneLine(what))
		}
	}
}

// compileWatches compiles the watches; problems are mistakes and warnings with
// their places in the watchlist.
func compileWatches(cfg *config.Config) (*match.Set, []config.Error, error) {
	places := map[string]config.Pos{}
	place := func(p config.Pos) string {
		places[p.String()] = p
		return p.String()
	}
	terms := func(list []config.Text) []match.Term {
		out := make([]match.Term, len(list))
		for i, t := range list {
			out[i] = match.Term{Text: t.Value, Pos: place(t.Pos)}
		}
		return out
	}
	var exprs func(list []config.Expr) []match.Expr
	exprs = func(list []config.Expr) []match.Expr {
		out := make([]match.Expr, len(list))
		for i, e := range list {
			out[i] = match.Expr{Term: match.Term{Text: e.Term.Value, Pos: place(e.Term.Pos)}, Any: exprs(e.Any), All: exprs(e.All), None: exprs(e.None)}
		}
		return out
	}
	watches := make([]match.Watch, len(cfg.Watches))
	for i, w := range cfg.Watches {
		watches[i] = match.Watch{
			Name: w.Name, Pos: place(w.Pos), Terms: terms(w.Terms), Context: terms(w.Context), Ignore: terms(w.Ignore),
			Any: exprs(w.Any), All: exprs(w.All), None: exprs(w.None),
		}
	}
	set, found, err := match.Compile(watches)
	problems := make([]config.Error, len(found))
	for i, p := range found {
		problems[i] = cfg.Problem(places[p.Pos], p.Message, p.Hint)
		problems[i].Warning = !p.Fatal
	}
	return set, problems, err
}
