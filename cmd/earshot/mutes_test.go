package main

import (
	"bytes"
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

// TestMutes lists and ends a mute while the daemon holds the database.
func TestMutes(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "w.yaml")
	if err := os.WriteFile(path, fmt.Appendf(nil, tuneWatchlist, filepath.Join(dir, "e.db")), 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), store.Options{Database: "sqlite:" + filepath.Join(dir, "e.db"), Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close() // it stands for the daemon
	earshot := func(args ...string) (out, problem string, code int) {
		var stdout, stderr bytes.Buffer
		code = run(t.Context(), append(args, "-c", path), terminal{in: strings.NewReader(""), out: &stdout, err: &stderr, lookup: func(string) (string, bool) { return "", false }})
		return stdout.String(), stderr.String(), code
	}
	if out, problem, code := earshot("mutes"); code != exitDone || out != "nobody is muted\n" {
		t.Errorf("%q %q %d", out, problem, code)
	}
	post := mention.Post{Source: "forum", Kind: mention.Forum, ID: "1", Author: "Олег\u202e\x1b[31m", Text: "Ромашка погана"}
	m := mention.Mention{ID: mention.MentionID(post.Key(), "Ромашка"), Watch: "Ромашка", Post: post, Severity: mention.Normal, HeardAt: time.Now()}
	in := mention.PollResult{Source: "forum", At: time.Now(), Posts: []mention.AnalyzedPost{{Post: post, Mentions: []mention.Mention{m}}}}
	if _, err := db.Ingest(t.Context(), in, nil); err != nil {
		t.Fatal(err)
	}
	_, err = db.UpdateCase(t.Context(), m.ID, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
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
