package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/user"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

type mutesCmd struct {
	watchlistFlag
	Lift string `help:"End this mute; the beginning of its id is enough." placeholder:"ID"`
	JSON bool   `help:"Print JSON, one object a line."`
}

// Run lists the mutes that stand, or ends one. It may run beside the daemon.
func (c *mutesCmd) Run(ctx context.Context, term terminal) error {
	cfg, err := loadForReading(c.Config, term)
	if err != nil {
		return err
	}
	lift := strings.TrimSpace(c.Lift)
	db, err := openStore(ctx, store.Options{Database: cfg.Database(), ReadOnly: lift == "", Beside: lift != ""})
	if err != nil {
		return err
	}
	defer db.Close()
	list, err := db.Mutes(ctx, time.Now())
	if err != nil {
		return err
	}
	zone := cfg.Zone()
	switch {
	case lift != "":
		return liftMute(ctx, db, term.out, list, lift)
	case c.JSON:
		return printMutesJSON(term.out, list)
	case len(list) == 0:
		_, err = fmt.Fprintln(term.out, "nobody is muted")
		return err
	}
	return printMutes(term.out, list, zone)
}

// shortID is how much of an id people must type: enough for a million mutes.
const shortID = 10

func printMutes(out io.Writer, list []mention.Mute, zone *time.Location) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "id\tauthor\tplace\tmuted by\tsince\tuntil\n")
	for _, m := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", m.MentionID[:min(len(m.MentionID), shortID)], text.OneLine(m.Author), text.OneLine(m.Source), text.OneLine(m.By.Name),
			m.At.In(zone).Format("2 Jan 2006 15:04"), m.Until.In(zone).Format("2 Jan 2006 15:04 MST"))
	}
	return t.Flush()
}

func printMutesJSON(out io.Writer, list []mention.Mute) error {
	enc := json.NewEncoder(out)
	for _, m := range list {
		err := enc.Encode(map[string]string{"id": string(m.MentionID), "author": m.Author, "source": m.Source, "by": m.By.Name, "at": text.Stamp(m.At), "until": text.Stamp(m.Until)})
		if err != nil {
			return err
		}
	}
	return nil
}

// liftMute ends the one mute whose id begins so.
func liftMute(ctx context.Context, db *store.Store, out io.Writer, list []mention.Mute, id string) error {
	var found []mention.Mute
	for _, m := range list {
		if strings.HasPrefix(string(m.MentionID), id) {
			found = append(found, m)
		}
	}
	switch {
	case len(found) == 0:
		return usageError{fmt.Sprintf("no mute has an id that begins with %q: `earshot mutes` lists them", id)}
	case len(found) > 1:
		return usageError{fmt.Sprintf("%d mutes have an id that begins with %q: write more of it", len(found), id)}
	}
	m := found[0]
	if err := db.LiftMute(ctx, m.MentionID, operator(), time.Now()); err != nil {
		return err
	}
	_, err := fmt.Fprintf(out, "%s at %s raises alerts again\n", text.OneLine(m.Author), text.OneLine(m.Source))
	return err
}

// operator is who sits at the terminal, for the audit.
func operator() mention.Person {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return mention.Person{ID: "cli:" + u.Username, Name: u.Username}
	}
	return mention.Person{ID: "cli", Name: "the command line"}
}
