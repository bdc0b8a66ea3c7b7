package store

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

var t0 = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// post is a complaint about Romashka, the n-th of the forum.
func post(n int) mention.Post {
	return mention.Post{
		Source: "forum", Kind: mention.Forum, ID: fmt.Sprint(n), URL: fmt.Sprintf("https://forum.example/p/%d", n),
		ThreadURL: "https://forum.example/t/1", Author: fmt.Sprintf("author %d", n%7), Published: t0.Add(-time.Hour),
		Title: "Romashka", Text: fmt.Sprintf("Romashka lost my parcel number %d", n), FetchedAt: t0,
	}
}

func heard(p mention.Post, watches ...string) mention.AnalyzedPost {
	f := mention.AnalyzedPost{Post: p}
	for _, w := range watches {
		f.Mentions = append(f.Mentions, mention.Mention{
			Watch: w, Simhash: uint64(len(p.Text))<<48 | uint64(p.ContentHash()),
			Spans: []mention.Span{{Start: 0, End: 8, Text: "Romashka", Term: "romashka"}},
			Score: mention.Score{Value: -0.6, Label: mention.Negative, Lang: "en", Topics: []string{"delivery"},
				Why:       []mention.Hit{{Start: 18, End: 22, Text: "lost", Rule: "word", Weight: -0.6}},
				Complaint: 0.81, Frames: []mention.Frame{{Frame: "about", Value: "us", Start: 9, End: 17, Text: "Romashka"}, {Frame: "voice", Value: "customer"}}},
		})
	}
	return f
}

// alertAll is the plainest planner: every new mention is an open case with one
// complaint.
func alertAll(_ context.Context, _ *Tx, pending []*mention.PendingMention) error {
	for _, d := range pending {
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

func intakeOf(found ...mention.AnalyzedPost) mention.PollResult {
	return mention.PollResult{Source: "forum", Complete: true, At: t0, Posts: found}
}

func ingest(t testing.TB, s *Store, in mention.PollResult) mention.IngestResult {
	t.Helper()
	r, err := s.Ingest(context.Background(), in, alertAll)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

var background = context.Background()

func mentionID(p mention.Post, watch string) mention.ID { return mention.MentionID(p.Key(), watch) }

func alertID(id mention.ID) mention.AlertID {
	return mention.NewAlertID(mention.Complaint, string(id), "#m")
}

// want fails the test unless got is want; what says of what.
func want[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

func must[T any](v T, err error) func(t testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func mustDo(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// count is the number that a query returns.
func count(t testing.TB, db querier, query string, args ...any) (n int) {
	t.Helper()
	mustDo(t, db.QueryRowContext(background, query, args...).Scan(&n))
	return n
}

// pending runs a poll and returns the pending mentions as the planner saw them.
func pending(t testing.TB, s *Store, in mention.PollResult, plan Plan) []mention.PendingMention {
	t.Helper()
	var seen []mention.PendingMention
	_, err := s.Ingest(background, in, func(ctx context.Context, tx *Tx, list []*mention.PendingMention) error {
		seen = nil
		for _, d := range list {
			seen = append(seen, *d)
		}
		return plan(ctx, tx, list)
	})
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

func kinds(events []mention.Event) string {
	out := ""
	for _, e := range events {
		out += e.Kind + " "
	}
	return strings.TrimSpace(out)
}
