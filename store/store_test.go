package store

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

var t0 = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

func openTest(t testing.TB) *Store {
	t.Helper()
	return openFile(t, filepath.Join(t.TempDir(), "e.db"))
}

func openFile(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(context.Background(), Options{Database: "sqlite:" + path, Now: func() time.Time { return t0 }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// post is a complaint about Romashka, the n-th of the forum.
func post(n int) mention.Post {
	return mention.Post{
		Source: "forum", Kind: mention.Forum, ID: fmt.Sprint(n), URL: fmt.Sprintf("https://forum.example/p/%d", n),
		ThreadURL: "https://forum.example/t/1", Author: fmt.Sprintf("author %d", n%7), Published: t0.Add(-time.Hour),
		Title: "Romashka", Text: fmt.Sprintf("Romashka lost my parcel number %d", n), FetchedAt: t0,
	}
}

func heard(p mention.Post, watches ...string) mention.Found {
	f := mention.Found{Post: p}
	for _, w := range watches {
		f.Mentions = append(f.Mentions, mention.Mention{
			Watch: w, Simhash: uint64(len(p.Text))<<48 | uint64(p.ContentHash()),
			Spans: []mention.Span{{Start: 0, End: 8, Text: "Romashka", Term: "romashka"}},
			Score: mention.Score{Value: -0.6, Label: mention.Negative, Lang: "en", Topics: []string{"delivery"},
				Why: []mention.Hit{{Start: 18, End: 22, Text: "lost", Rule: "word", Weight: -0.6}}},
		})
	}
	return f
}

// alertAll is the plainest planner: every new mention is an open case with one
// complaint.
func alertAll(_ context.Context, _ *Tx, drafts []*mention.Draft) error {
	for _, d := range drafts {
		if d.Baseline || d.Previous != nil && d.Case.Status != mention.Quiet {
			continue
		}
		d.Mention.Severity = mention.Normal
		d.Case.Status = mention.Open
		d.Alerts = append(d.Alerts, mention.Alert{
			ID: mention.NewAlertID(mention.Complaint, string(d.Mention.ID), "#m"), Kind: mention.Complaint, MentionID: d.Mention.ID,
			Route: "#m", Severity: mention.Normal,
		})
	}
	return nil
}

func intakeOf(found ...mention.Found) mention.Intake {
	return mention.Intake{Source: "forum", Complete: true, At: t0, Found: found}
}

func ingest(t testing.TB, s *Store, in mention.Intake) mention.Receipt {
	t.Helper()
	r, err := s.Ingest(context.Background(), in, alertAll)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestIngestOnce(t *testing.T) {
	s := openTest(t)
	in := intakeOf(heard(post(1), "Romashka"), heard(post(2)), heard(post(3), "Romashka", "Delivery"))
	r := ingest(t, s, in)
	if r.New != 3 || r.Mentions != 3 || len(r.Alerts) != 3 {
		t.Errorf("first: %+v", r)
	}
	if r = ingest(t, s, in); r.Known != 3 || r.New+r.Edited+r.Mentions+len(r.Alerts) != 0 {
		t.Errorf("again: %+v", r)
	}
}
