package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

// TestWaitsAgainIsFollowed: a complaint that was opened again, woke, or became one by an edit waits for
// an answer from then on, however long ago its post was heard.
func TestWaitsAgainIsFollowed(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	db, err := store.Open(t.Context(), store.Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "e.db"), Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	in := mention.PollResult{Source: "forum", At: now.AddDate(0, 0, -60), Complete: true}
	var cases []mention.Case
	for i, change := range []func(c *mention.Case){
		func(*mention.Case) {}, // waits since it was heard: nobody will answer any more
		func(c *mention.Case) { c.ReopenedAt = now.Add(-time.Hour) },
		func(c *mention.Case) { c.OpenedAt = now.Add(-2 * time.Hour) },
		func(c *mention.Case) { c.WokeAt = now.Add(-3 * time.Hour) },
		func(c *mention.Case) { c.Status, c.RepliedAt = mention.Replied, now.Add(-4*time.Hour) }, // somebody said so
		func(c *mention.Case) {
			c.Status, c.RepliedAt = mention.Replied, now.Add(-time.Hour)
			c.AnswerVerified = true
		},
		func(c *mention.Case) { c.Status, c.RepliedAt = mention.Replied, in.At },
	} {
		post := mention.Post{Source: "forum", ID: fmt.Sprint(i), URL: fmt.Sprintf("https://forum.example/p/%d", i), Text: "Третій тиждень не повертають гроші"}
		in.Posts = append(in.Posts, mention.AnalyzedPost{Post: post, Mentions: []mention.Mention{{Watch: "Romashka", Post: post}}})
		c := mention.Case{Status: mention.Open, Version: 1, OpenedAt: in.At, RankAt: in.At}
		change(&c)
		cases = append(cases, c)
	}
	_, err = db.Ingest(t.Context(), in, func(_ context.Context, _ *store.Tx, pending []*mention.PendingMention) error {
		for i, d := range pending {
			d.Mention.Severity, d.Case = mention.Normal, cases[i]
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	src := threadSource{cases: db, now: func() time.Time { return now }}
	got, err := src.OpenThreads(t.Context(), now.Add(-mention.AnswerSought))
	if err != nil {
		t.Fatal(err)
	}
	since := map[string]time.Duration{}
	for _, one := range got {
		since[one.Post.ID] = now.Sub(one.Since)
	}
	if want := map[string]time.Duration{"1": time.Hour, "2": 2 * time.Hour, "3": 3 * time.Hour, "4": 4 * time.Hour}; fmt.Sprint(since) != fmt.Sprint(want) {
		t.Errorf("followed %v, want %v", since, want)
	}
}

// TestManyWait: every half minute each replica reads what waits. How long that takes may not hang on
// how far away the database is, nor on all that ever stood at one address: all reviews of an app do.
func TestManyWait(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	through, server := testkit.ProxyTo(t, testkit.Database(t, testkit.Postgres(t).URL))
	db, err := store.Open(t.Context(), store.Options{Database: through, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	const many = 300
	hear := func(source string, url func(n int) string) {
		t.Helper()
		in := mention.PollResult{Source: source, At: now, OwnIDs: true, Complete: true}
		for n := range many {
			post := mention.Post{Source: source, ID: fmt.Sprint(n), URL: url(n), Text: "Третій тиждень не повертають гроші"}
			in.Posts = append(in.Posts, mention.AnalyzedPost{Post: post, Mentions: []mention.Mention{{Watch: "Romashka", Post: post}}})
		}
		_, err := db.Ingest(t.Context(), in, func(_ context.Context, _ *store.Tx, pending []*mention.PendingMention) error {
			for _, d := range pending {
				if source == "forum" {
					continue // heard at the feed first
				}
				d.Mention.Severity, d.Case = mention.Normal, mention.Case{Status: mention.Open, Version: 1, OpenedAt: now, RankAt: now}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	hear("app", func(int) string { return "https://apps.example/review?id=1" })
	hear("feed", func(n int) string { return fmt.Sprintf("https://forum.example/p/%d", n) })
	hear("forum", func(n int) string { return fmt.Sprintf("https://forum.example/p/%d", n%2) })
	server.SetDelay(10 * time.Millisecond)
	ctx, cancel := context.WithTimeout(t.Context(), many*10*time.Millisecond)
	defer cancel()
	got, err := threadSource{cases: db, now: func() time.Time { return now }}.OpenThreads(ctx, now.Add(-mention.AnswerSought))
	if err != nil {
		t.Fatal(err)
	}
	from := map[string]int{}
	for _, one := range got {
		from[one.Post.Source]++
	}
	if want := map[string]int{"app": many, "feed": many, "forum": 100}; fmt.Sprint(from) != fmt.Sprint(want) { // fifty at each of two addresses
		t.Errorf("%v wait, want %v", from, want)
	}
}
