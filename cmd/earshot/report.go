package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/cmd/earshot/internal/daemon"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

type reportCmd struct {
	watchlistFlag
	Since string `default:"7d" help:"How far back: 24h, 7d, 4w." placeholder:"TIME"`
	JSON  bool   `help:"Print JSON." xor:"form"`
	CSV   bool   `help:"Print CSV, for a spreadsheet; waits in seconds." xor:"form"`
	MD    bool   `help:"Print Markdown, for a wiki or a mail." xor:"form"`
}

// maxUnanswered bounds the list of unanswered complaints in a report.
const maxUnanswered = 50

// Run prints how long people waited, beside the period of the same length before.
func (c *reportCmd) Run(ctx context.Context, term terminal) error {
	span, err := parseSpan(c.Since)
	if err != nil {
		return usageError{err.Error()}
	}
	cfg, err := loadForReading(c.Config, term)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, store.Options{Database: cfg.Store.Database.Reveal(), ReadOnly: true, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		return err
	}
	defer db.Close()
	until := time.Now()
	now, err := countCases(ctx, db, until.Add(-span), until)
	if err != nil {
		return err
	}
	before, err := countCases(ctx, db, until.Add(-2*span), until.Add(-span))
	if err != nil {
		return err
	}
	open, err := db.List(ctx, mention.Query{Unanswered: true, Alerted: true, Limit: maxUnanswered})
	if err != nil {
		return err
	}
	out := bufio.NewWriter(term.out)
	switch {
	case c.JSON:
		err = json.NewEncoder(out).Encode(reportOut{Report: now, Before: before, Open: openOut(open.Entries)})
	case c.CSV:
		err = now.CSV(out)
	case c.MD:
		err = now.Markdown(out, &before)
		printUnanswered(out, open.Entries, "- ")
	default:
		err = now.Text(out, &before)
		printUnanswered(out, open.Entries, "  ")
	}
	if err != nil {
		return err
	}
	return out.Flush()
}

func countCases(ctx context.Context, db *store.Store, since, until time.Time) (report.Report, error) {
	cases, err := db.Times(ctx, since, until)
	if err != nil {
		return report.Report{}, err
	}
	return report.New(cases, since, until, time.Local), nil
}

// reportOut is report --json.
type reportOut struct {
	report.Report
	Before report.Report `json:"before"`
	Open   []openCase    `json:"open"`
}

type openCase struct {
	Watch     string `json:"watch"`
	Source    string `json:"source"`
	Author    string `json:"author,omitempty"`
	URL       string `json:"url,omitempty"`
	Published string `json:"published,omitempty"`
	Heard     string `json:"heard"`
	Owner     string `json:"owner,omitempty"`
}

func openOut(entries []mention.MentionRecord) []openCase {
	out := make([]openCase, len(entries))
	for i, e := range entries {
		p := e.Mention.Post
		out[i] = openCase{Watch: e.Mention.Watch, Source: p.Source, Author: p.Author, URL: p.URL, Published: daemon.Stamp(p.Published), Heard: daemon.Stamp(e.Mention.HeardAt), Owner: e.Case.Owner.Name}
	}
	return out
}

// printUnanswered lists who still waits, the longest first.
func printUnanswered(out *bufio.Writer, entries []mention.MentionRecord, mark string) {
	if len(entries) == 0 {
		return
	}
	fmt.Fprintf(out, "\nunanswered\n\n")
	for i := len(entries) - 1; i >= 0; i-- {
		e := entries[i]
		who := "nobody has it"
		if e.Case.Owner.Name != "" {
			who = e.Case.Owner.Name + " has it"
		}
		fmt.Fprintf(out, "%s%s, %s on %s, %s: %s\n", mark, text.Span(time.Since(e.Mention.HeardAt)), text.OneLine(e.Mention.Post.Author), text.OneLine(e.Mention.Post.Source), text.OneLine(who), text.OneLine(e.Mention.Post.URL))
	}
}

// parseSpan reads 90m, 24h, 7d or 4w.
func parseSpan(text string) (time.Duration, error) {
	unit := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}
	for suffix, one := range unit {
		if number, ok := strings.CutSuffix(text, suffix); ok {
			if n, err := strconv.Atoi(number); err == nil && n > 0 && n < 10000 {
				return time.Duration(n) * one, nil
			}
		}
	}
	return 0, fmt.Errorf("--since %q is not a length of time: write it like 24h, 7d or 4w", text)
}
