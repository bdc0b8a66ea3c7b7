package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"

	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

// subjectFlags say whom a request is about; erase and export share them.
type subjectFlags struct {
	Author  string `help:"Who wrote under this name, however it is spelled: case, blanks and @ do not matter." placeholder:"NAME"`
	Profile string `help:"Whose account has this page." placeholder:"URL"`
	URL     string `name:"url" help:"The one post at this address." placeholder:"URL"`
	Source  string `help:"Only at this source: elsewhere the same name may be another person." placeholder:"SOURCE"`
}

// subject checks the flags.
func (f subjectFlags) subject(s speech) (store.Subject, error) {
	w := store.Subject{Author: strings.TrimSpace(f.Author), Profile: strings.TrimSpace(f.Profile), URL: strings.TrimSpace(f.URL), Source: strings.TrimSpace(f.Source)}
	switch {
	case mention.NameKey(w.Author)+w.Profile+w.URL == "":
		return w, usageError{s.Text("subject.whom")}
	case w.Author != "" && mention.IsNobody(w.Author):
		return w, usageError{s.Text("subject.many", "name", strconv.Quote(w.Author))}
	}
	for _, address := range []string{w.Profile, w.URL} { // "nothing is kept" would be no answer to a slip
		if u, err := url.Parse(address); address != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
			return w, usageError{s.Text("subject.no_address", "address", strconv.Quote(address))}
		}
	}
	return w, nil
}

// words are the flags as a person says them.
func (f subjectFlags) words(l speech) string {
	var all []string
	for _, s := range []string{f.Author, f.Profile, f.URL} {
		if s = strings.TrimSpace(s); s != "" {
			all = append(all, text.OneLine(s))
		}
	}
	said := strings.Join(all, ", ")
	if f.Source != "" {
		said = l.Text("subject.at", "who", said, "source", text.OneLine(f.Source))
	}
	return said
}

type eraseCmd struct {
	watchlistFlag
	subjectFlags
	DryRun bool `help:"Only say what would be erased."`
}

// Run erases what is kept of a person or a post. It may run beside the daemon.
func (c *eraseCmd) Run(ctx context.Context, term terminal) error {
	s := speechOf(term)
	subject, err := c.subject(s)
	if err != nil {
		return err
	}
	cfg, err := loadForStore(c.Config, term)
	if err != nil {
		return err
	}
	s = speechOf(term) // the watchlist may name the language
	db, err := openStore(ctx, store.Options{Database: cfg.Database(), Beside: true})
	if err != nil {
		return err
	}
	defer db.Close()
	erased, err := db.Erase(ctx, subject, c.DryRun)
	if err != nil {
		return err
	}
	var swept store.Swept
	if !c.DryRun {
		if swept, err = db.Sweep(ctx); err != nil {
			return err
		}
	}
	out := bufio.NewWriter(term.out)
	c.print(out, s, erased, swept)
	return out.Flush()
}

func (c *eraseCmd) print(out io.Writer, s speech, e store.Erased, swept store.Swept) {
	switch who := c.words(s); {
	case e == (store.Erased{}):
		fmt.Fprintln(out, s.Text("erase.nothing", "who", who))
	case c.DryRun:
		fmt.Fprintf(out, "%s\n\n", s.Text("erase.would", "who", who))
	default:
		fmt.Fprintf(out, "%s\n\n", s.Text("erase.erased", "who", who))
	}
	if e != (store.Erased{}) {
		t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, row := range []struct {
			n    int
			what string
		}{
			{e.Posts, s.Text("erase.posts")}, {e.Mentions, s.Text("erase.mentions")}, {e.Cases, s.Text("erase.cases")}, {e.Alerts, s.Text("erase.alerts")},
			{e.Events, s.Text("erase.events")}, {e.Lessons, s.Text("erase.lessons")}, {e.Mutes, s.Text("erase.mutes")}, {e.Templates, s.Text("erase.templates")}, {e.Replies, s.Text("erase.replies")},
		} {
			fmt.Fprintf(t, "  %s\t%d\n", row.what, row.n)
		}
		_ = t.Flush() // what it writes to is flushed, with its error, by the caller
	}
	if c.DryRun {
		return
	}
	if swept.Clean {
		fmt.Fprintf(out, "\n%s\n", s.Text("erase.swept"))
	} else {
		fmt.Fprintf(out, "\n%s\n", s.Text("erase.not_swept", "why", swept.Why))
	}
	fmt.Fprintf(out, "\n%s\n", s.Text("erase.reach"))
	for _, row := range [][2]string{
		{"Slack", s.Text("erase.reach_slack")}, {"", s.Text("erase.reach_slack_more")}, {s.Text("erase.word_webhooks"), s.Text("erase.reach_webhooks")},
		{s.Text("erase.word_backups"), s.Text("erase.reach_backups")}, {s.Text("erase.word_logs"), s.Text("erase.reach_logs")}, {s.Text("erase.word_others"), s.Text("erase.reach_others")},
	} {
		fmt.Fprintf(out, "  %-9s %s\n", row[0], row[1])
	}
	fmt.Fprintln(out, s.Text("erase.redis"))
}
