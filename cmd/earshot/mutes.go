package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/user"
	"strconv"
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
	cfg, err := loadForStore(c.Config, term)
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
	s := speechOf(term)
	switch {
	case lift != "":
		return s.liftMute(ctx, db, term.out, list, lift)
	case c.JSON:
		return printMutesJSON(term.out, list)
	case len(list) == 0:
		_, err = fmt.Fprintln(term.out, s.Text("mutes.none"))
		return err
	}
	return s.printMutes(term.out, list, zone)
}

// shortID is how much of an id people must type: enough for a million mutes.
const shortID = 10

func (s speech) printMutes(out io.Writer, list []mention.Mute, zone *time.Location) error {
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.Join([]string{s.Text("mutes.id"), s.Text("mutes.author"), s.Text("mutes.place"), s.Text("mutes.by"), s.Text("mutes.since"), s.Text("mutes.until")}, "\t"))
	for _, m := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%s\t%s\n", m.MentionID[:min(len(m.MentionID), shortID)], text.OneLine(m.Author), text.OneLine(m.Source), text.OneLine(m.By.Name),
			s.DateTime(m.At.In(zone)), s.Time("time.date_time_zone", m.Until.In(zone)))
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
func (s speech) liftMute(ctx context.Context, db *store.Store, out io.Writer, list []mention.Mute, id string) error {
	var found []mention.Mute
	for _, m := range list {
		if strings.HasPrefix(string(m.MentionID), id) {
			found = append(found, m)
		}
	}
	switch {
	case len(found) == 0:
		return usageError{s.Text("mutes.unknown", "id", strconv.Quote(id))}
	case len(found) > 1:
		return usageError{s.Text("mutes.several", "count", strconv.Itoa(len(found)), "id", strconv.Quote(id))}
	}
	m := found[0]
	if err := db.LiftMute(ctx, m.MentionID, operator(), time.Now()); err != nil {
		return err
	}
	_, err := fmt.Fprintln(out, s.Text("mutes.lifted", "author", text.OneLine(m.Author), "source", text.OneLine(m.Source)))
	return err
}

// operator is who sits at the terminal, for the audit.
func operator() mention.Person {
	if u, err := user.Current(); err == nil && u.Username != "" {
		return mention.Person{ID: "cli:" + u.Username, Name: u.Username}
	}
	return mention.Person{ID: "cli", Name: "the command line"}
}
