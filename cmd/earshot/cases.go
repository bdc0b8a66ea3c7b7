package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/console"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

type casesCmd struct {
	watchlistFlag
	Status   string `enum:"open,claimed,snoozed,replied,unproved,dismissed,all" default:"open" help:"Which ones: open (they wait, whoever has them), claimed, snoozed, replied, unproved (the answer was never seen), dismissed, all." placeholder:"WORD"`
	Watch    string `help:"Only of this watch." placeholder:"NAME"`
	Source   string `help:"Only from this source." placeholder:"NAME"`
	Kind     string `enum:",review,forum,comment,news,social" default:"" help:"Only posts of this kind: review, forum, comment, news, social." placeholder:"KIND"`
	Lang     string `enum:",en,ru,uk,bg" default:"" help:"Only in this language: en, ru, uk, bg." placeholder:"XX"`
	Topic    string `help:"Only about this topic." placeholder:"TOPIC"`
	Severity string `enum:",low,normal,high,critical" default:"" help:"At least so loud: low, normal, high, critical." placeholder:"WORD"`
	Owner    string `help:"Only what this person has, by name or id; none: what nobody has." placeholder:"NAME"`
	Author   string `help:"Only by this author." placeholder:"NAME"`
	Text     string `help:"Only with these words, or words that begin so." placeholder:"WORDS"`
	Since    string `help:"Only what was heard since: 24h, 7d or 4w ago, today, yesterday, week, month, 2026-11-01 or 2026-11." placeholder:"TIME"`
	Until    string `help:"Till when, a day or month meant whole; now when left out." placeholder:"TIME"`
	JSON     bool   `help:"Print JSON, one object a line."`
}

// Run prints what was heard, filtered and in the order of the inbox. It only reads.
func (c *casesCmd) Run(ctx context.Context, term terminal) error {
	cfg, err := loadForStore(c.Config, term)
	if err != nil {
		return err
	}
	s := languageFlag{Lang: cfg.Language}.speech(term.lookup)
	if c.Topic, err = s.topic(c.Topic); err != nil {
		return err
	}
	q, err := c.query(cfg.Zone())
	if err != nil {
		return err
	}
	db, err := openStore(ctx, store.Options{Database: cfg.Database(), ReadOnly: true})
	if err != nil {
		return err
	}
	defer db.Close()
	if q.Owner, err = s.ownerID(ctx, db, c.Owner); err != nil {
		return err
	}
	out := bufio.NewWriter(term.out)
	show := printCaseJSON(out)
	if !c.JSON {
		show = s.printCase(out, term.colour(term.out), cfg.Zone())
	}
	shown := 0
	for page, err := range mention.Pages(ctx, db.List, q) {
		for _, e := range page.Entries {
			err = cmp.Or(err, show(e))
		}
		if err != nil {
			return cmp.Or(err, out.Flush())
		}
		shown += len(page.Entries)
	}
	if shown == 0 && !c.JSON {
		fmt.Fprintln(out, s.Text("cases.none"))
	}
	return out.Flush()
}

// query is what the flags ask for, but for the owner's id.
func (c *casesCmd) query(zone *time.Location) (mention.Query, error) {
	q := mention.Query{Watch: c.Watch, Source: c.Source, Author: c.Author, Kind: mention.PostKind(c.Kind), Lang: c.Lang, Topic: c.Topic, Text: c.Text, Free: c.Owner == nobody}
	q.Severity, _ = mention.ParseSeverity(c.Severity) // one of the words of the flag, or none
	q.Choose(c.Status)
	if c.Since == "" && c.Until == "" {
		return q, nil
	}
	since, until, err := period(cmp.Or(c.Since, earliest), c.Until, time.Now(), zone)
	if err != nil {
		return q, usageError{err.Error()}
	}
	q.Since, q.Until = since, until
	return q, nil
}

const (
	nobody   = "none"       // of --owner
	earliest = "2000-01-01" // of --since; nothing was heard before
)

// ownerID is the id of a person who is called so, or has the id.
func (s speech) ownerID(ctx context.Context, db *store.Store, name string) (string, error) {
	name = strings.TrimPrefix(strings.TrimSpace(name), "@")
	if name == "" || name == nobody {
		return "", nil
	}
	people, err := db.People(ctx, time.Time{})
	if err != nil {
		return "", err
	}
	known := make([]string, len(people))
	for i, p := range people {
		if p.ID == name || strings.EqualFold(p.Name, name) {
			return p.ID, nil
		}
		known[i] = text.OneLine(p.Name)
	}
	return "", usageError{s.Text("cases.owner", "name", strconv.Quote(name), "known", cmp.Or(strings.Join(known, ", "), s.Text("cases.nobody")))}
}

// topic is a topic as it is stored, of one that is called so or as people read it.
func (s speech) topic(said string) (string, error) {
	if said == "" {
		return "", nil
	}
	known := config.Topics()
	for _, t := range known {
		if strings.EqualFold(said, t) || strings.EqualFold(said, s.Word("topic", t)) {
			return t, nil
		}
	}
	hint := "known topics: " + strings.Join(known, ", ")
	if meant := text.Nearest(said, known); meant != "" {
		hint = "did you mean " + strconv.Quote(meant) + "?"
	}
	return "", usageError{s.Aside(s.said(s.mistakes, "unknown topic "+strconv.Quote(said)), s.said(s.mistakes, hint))}
}

// printCase shows a case as its alert was shown on a terminal, as it stands now.
func (s speech) printCase(out io.Writer, colour bool, zone *time.Location) func(mention.MentionRecord) error {
	n := console.New(console.Options{Out: out, Colour: colour})
	return func(r mention.MentionRecord) error {
		m := alerts.Message{Alert: mention.Alert{Kind: mention.Complaint}, Mention: r.Mention, Case: r.Case,
			Details: alerts.ReadDetails(r.Details), Now: time.Now(), Zone: zone, Lang: s.Lang}
		if _, err := n.Post(context.Background(), m); err != nil || r.Case.Status != mention.Open || !r.Case.Snoozed() {
			return err
		}
		return n.Update(context.Background(), m) // an open one says nothing of how it stands by itself
	}
}

func printCaseJSON(out io.Writer) func(mention.MentionRecord) error {
	enc := newEncoder(out)
	return func(r mention.MentionRecord) error { return enc.Encode(alerts.NewListed(r)) }
}
