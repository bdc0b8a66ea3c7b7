package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

// besideDaemon is a database that something holds as the daemon does, and the command
// line beside it.
func besideDaemon(t *testing.T, more string) (*store.Store, func(args ...string) (out, problem string, code int)) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "w.yaml")
	if err := os.WriteFile(path, fmt.Appendf(nil, tuneWatchlist+more, filepath.Join(dir, "e.db")), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), store.Options{Database: "sqlite:" + filepath.Join(dir, "e.db"), Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db, func(args ...string) (out, problem string, code int) {
		return ran(t, noEnv, append(args, "-c", path)...)
	}
}

// storeComplaint stores an open complaint by an author.
func storeComplaint(t *testing.T, db *store.Store, author string) mention.Mention {
	t.Helper()
	return storeFrom(t, db, "forum", author)
}

func storeFrom(t *testing.T, db *store.Store, source, author string) mention.Mention {
	t.Helper()
	post := mention.Post{Source: source, Kind: mention.Forum, ID: "1", Author: author, Text: "Ромашка погана"}
	m := mention.Mention{ID: mention.MentionID(post.Key(), "Ромашка"), Watch: "Ромашка", Post: post, Severity: mention.Normal, HeardAt: time.Now()}
	in := mention.PollResult{Source: source, At: time.Now(), Posts: []mention.AnalyzedPost{{Post: post, Mentions: []mention.Mention{m}}}}
	_, err := db.Ingest(t.Context(), in, func(_ context.Context, _ *store.Tx, pending []*mention.PendingMention) error {
		for _, d := range pending {
			d.Mention.Severity = mention.Normal
			d.Case = mention.Case{MentionID: m.ID, Status: mention.Open, Version: 1, OpenedAt: m.HeardAt, RankAt: m.HeardAt}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestReportOfASnooze: a report is in the zone of the watchlist, and what is snoozed is
// not nobody's.
func TestReportOfASnooze(t *testing.T) {
	db, earshot := besideDaemon(t, "quiet_hours: 22:00-08:00 Asia/Tokyo\n")
	m := storeComplaint(t, db, "Олег")
	until := time.Now().Add(26 * time.Hour)
	_, err := db.UpdateCase(t.Context(), m.ID, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		return nil, nil, c.Apply(mention.Action{Verb: mention.Snooze, By: mention.Person{ID: "slack:U1", Name: "Ira"}, At: time.Now(), Until: until})
	})
	if err != nil {
		t.Fatal(err)
	}
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	out, problem, code := earshot("report", "--since", "2d")
	for _, want := range []string{"JST", "this period  before", "Олег on forum", "snoozed by Ira until " + until.In(tokyo).Format("Mon 2 Jan 15:04")} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), strings.Join(strings.Fields(want), " ")) || code != exitDone {
			t.Errorf("the report lacks %q (%d, %s):\n%s", want, code, problem, out)
		}
	}
	if strings.Contains(out, "nobody has it") {
		t.Errorf("snoozed by Ira, and nobody's:\n%s", out)
	}
	if out, _, _ := earshot("report", "--json"); !strings.Contains(out, `"snoozed_by":"Ira"`) {
		t.Errorf("json %s", out)
	}
}

// TestMutes lists and ends a mute while the daemon holds the database.
func TestMutes(t *testing.T) {
	db, earshot := besideDaemon(t, "")
	if out, problem, code := earshot("mutes"); code != exitDone || out != "nobody is muted\n" {
		t.Errorf("%q %q %d", out, problem, code)
	}
	m := storeComplaint(t, db, "Олег\u202e\x1b[31m")
	_, err := db.UpdateCase(t.Context(), m.ID, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		c.Status, c.Reason, c.Owner, c.DismissedAt = mention.Dismissed, mention.MutedAuthor, mention.Person{ID: "slack:U1", Name: "Ira"}, time.Now()
		return nil, nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	out, problem, code := earshot("mutes")
	id := string(m.ID)[:shortID]
	for _, want := range []string{id, "Олег[31m", "forum", "Ira", time.Now().Add(mention.MuteFor).Format("2006")} {
		if !strings.Contains(out, want) || code != exitDone {
			t.Errorf("the list lacks %q (%d, %s):\n%s", want, code, problem, out)
		}
	}
	if out, _, _ := earshot("mutes", "--json"); !strings.Contains(out, `"author":"Олег`) || !strings.Contains(out, string(m.ID)) {
		t.Errorf("json %s", out)
	}
	if _, problem, code := earshot("mutes", "--lift", "nothing"); code != exitWrong || !strings.Contains(problem, "nothing") {
		t.Errorf("a wrong id: %d %q", code, problem)
	}
	if out, problem, code := earshot("mutes", "--lift", id); code != exitDone || !strings.Contains(out, "raises alerts again") {
		t.Errorf("%q %q %d", out, problem, code)
	}
	if list, err := db.Mutes(t.Context(), time.Now()); err != nil || len(list) != 0 {
		t.Errorf("the daemon still sees %v (%v)", list, err)
	}
}
