package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
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
func (f subjectFlags) subject() (store.Subject, error) {
	w := store.Subject{Author: strings.TrimSpace(f.Author), Profile: strings.TrimSpace(f.Profile), URL: strings.TrimSpace(f.URL), Source: strings.TrimSpace(f.Source)}
	switch {
	case mention.NameKey(w.Author)+w.Profile+w.URL == "":
		return w, usageError{"say who or what is meant: --author NAME, --profile URL or --url URL"}
	case w.Author != "" && mention.IsNobody(w.Author):
		return w, usageError{fmt.Sprintf("%q is what sites print where they know no name, so it is many people: give --url of each post", w.Author)}
	}
	return w, nil
}

// words are the flags as a person says them.
func (f subjectFlags) words() string {
	var all []string
	for _, s := range []string{f.Author, f.Profile, f.URL} {
		if s = strings.TrimSpace(s); s != "" {
			all = append(all, text.OneLine(s))
		}
	}
	said := strings.Join(all, ", ")
	if f.Source != "" {
		said += " at " + text.OneLine(f.Source)
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
	subject, err := c.subject()
	if err != nil {
		return err
	}
	cfg, err := loadForReading(c.Config, term)
	if err != nil {
		return err
	}
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
	c.print(out, erased, swept)
	return out.Flush()
}

func (c *eraseCmd) print(out io.Writer, e store.Erased, swept store.Swept) {
	if e == (store.Erased{}) {
		fmt.Fprintf(out, "nothing is kept of %s\n", c.words())
	} else {
		verb := "erased"
		if c.DryRun {
			verb = "would be erased"
		}
		fmt.Fprintf(out, "%s of %s:\n\n", verb, c.words())
		t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		for _, row := range []struct {
			n    int
			what string
		}{
			{e.Posts, "posts"}, {e.Mentions, "mentions in them"}, {e.Cases, "cases, which stay without it"}, {e.Alerts, "messages, which are kept without it"},
			{e.Events, "entries of the audit, which stay without it"}, {e.Lessons, "texts that staff called not negative"}, {e.Mutes, "mutes"}, {e.Templates, "reply templates, which stay without it"},
		} {
			fmt.Fprintf(t, "  %s\t%d\n", row.what, row.n)
		}
		_ = t.Flush() // what it writes to is flushed, with its error, by the caller
	}
	if c.DryRun {
		return
	}
	if swept.Clean {
		fmt.Fprintln(out, "\nThe places where it stood are overwritten.")
	} else {
		fmt.Fprintf(out, "\nThe places where it stood: %s.\n", swept.Why)
	}
	fmt.Fprint(out, `
What this cannot reach:
  Slack     earshot takes the words out of the messages of cases when it runs next; digests, replies in
            threads and what people wrote there stay until somebody deletes them
  webhooks  what other systems were sent is theirs to delete
  backups   those made before still hold it: delete them, or erase again after restoring one
  others    posts in which somebody else names the person: erase each with --url
Redis holds no names and no words. The posts stay known by a hash, so that they are never taken in again.
`)
}
