package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

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
	list, err := loadForReading(c.Config, term)
	if err != nil {
		return err
	}
	set := list.Terms
	if c.Against != "" {
		return replay(ctx, set, c.Against, term)
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
