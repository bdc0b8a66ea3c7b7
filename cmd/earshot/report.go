package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/internal/hours"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

type reportCmd struct {
	watchlistFlag
	Since string `default:"7d" help:"From when: 24h, 7d or 4w ago, today, yesterday, week, month, 2026-11-01 or 2026-11." placeholder:"TIME"`
	Until string `help:"Till when, a day or month meant whole; now when left out." placeholder:"TIME"`
	JSON  bool   `help:"Print JSON." xor:"form"`
	CSV   bool   `help:"Print CSV, for a spreadsheet; waits in seconds." xor:"form"`
	MD    bool   `help:"Print Markdown, for a wiki or a mail." xor:"form"`
}

// maxUnanswered bounds the list of unanswered complaints in a report.
const maxUnanswered = 50

// Run prints how long people waited, beside the period of the same length before.
func (c *reportCmd) Run(ctx context.Context, term terminal) error {
	cfg, err := loadForStore(c.Config, term)
	if err != nil {
		return err
	}
	s := languageFlag{Lang: cfg.Language}.speech(term.lookup)
	l, zone := s.Lang, cfg.Zone()
	since, until, err := period(c.Since, c.Until, time.Now(), zone)
	if err != nil {
		return usageError{err.Error()}
	}
	db, err := openStore(ctx, store.Options{Database: cfg.Database(), ReadOnly: true})
	if err != nil {
		return err
	}
	defer db.Close()
	scope := report.Scope{Since: since, Until: until, Zone: zone, Now: time.Now(), Reply: func(s mention.Severity) (time.Duration, hours.Hours) {
		d := cfg.Deadlines.For(s.String())
		return d.Reply, d.Hours
	}, Network: cfg.KindOf, NamesSince: time.Now().Add(-cfg.Store.Retention)}
	cases, err := db.Times(ctx, scope.Begin(), until)
	if err != nil {
		return err
	}
	now, before := report.Compare(cases, scope)
	sent, err := db.ReplyTimes(ctx, since, until)
	if err != nil {
		return err
	}
	now.Sent = report.CountSent(sent, scope)
	open, all, err := alerts.LongestWaiting(ctx, db.List, mention.Query{Unanswered: true, Alerted: true}, maxUnanswered)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(term.out)
	switch {
	case c.JSON:
		err = json.NewEncoder(out).Encode(reportOut{Report: now, Before: before, Open: openOut(open)})
	case c.CSV:
		err = now.CSV(out)
	case c.MD:
		err = now.Markdown(out, l, &before)
		printUnanswered(out, l, open, all, "- ", zone)
	default:
		err = now.Text(out, l, &before)
		printUnanswered(out, l, open, all, "  ", zone)
	}
	if err != nil {
		return err
	}
	return out.Flush()
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
	Precision string `json:"precision,omitempty"`
	Heard     string `json:"heard"`
	Owner     string `json:"owner,omitempty"`

	SnoozedBy    string `json:"snoozed_by,omitempty"`
	SnoozedUntil string `json:"snoozed_until,omitempty"`
}

func openOut(entries []mention.MentionRecord) []openCase {
	out := make([]openCase, len(entries))
	for i, e := range entries {
		p := e.Mention.Post
		out[i] = openCase{Watch: e.Mention.Watch, Source: p.Source, Author: p.Author, URL: p.URL, Published: text.Stamp(p.Published), Precision: p.Precision(), Heard: text.Stamp(alerts.Heard(e.Mention, e.Case)), Owner: e.Case.Owner.Name, SnoozedBy: e.Case.SnoozedBy.Name, SnoozedUntil: text.Stamp(e.Case.SnoozedUntil)}
	}
	return out
}

// printUnanswered lists who still waits, the longest first; all is how many do.
func printUnanswered(out *bufio.Writer, l i18n.Lang, longest []mention.MentionRecord, all int, mark string, zone *time.Location) {
	if len(longest) == 0 {
		return
	}
	title := l.Text("digest.waiting", "n", all) // of the period are those that its numbers call unanswered
	if len(longest) < all {
		title = l.Text("digest.waiting_longest", "n", all, "shown", len(longest))
	}
	fmt.Fprintf(out, "\n%s\n\n", title)
	for _, e := range longest {
		who := alerts.UnansweredCase{Owner: e.Case.Owner.Name, SnoozedBy: e.Case.SnoozedBy.Name, SnoozedUntil: e.Case.SnoozedUntil.In(zone)}.Has(l)
		whose := l.Text("alert.on", "author", cmp.Or(text.OneLine(e.Mention.Post.Author), l.Text("alert.somebody")), "site", text.OneLine(e.Mention.Post.Source))
		fmt.Fprintf(out, "%s%s, %s, %s: %s\n", mark, l.Span(time.Since(alerts.Since(e.Mention, e.Case))), whose, who, text.OneLine(e.Mention.Post.URL))
	}
}
