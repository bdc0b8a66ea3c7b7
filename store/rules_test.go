package store

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// writtenBefore is how an earlier earshot writes a mention that is stored already: it hashes addresses by other rules,
// keeps ё in the words of search, and knows no column that says so.
const writtenBefore = `INSERT INTO mentions (id, watch, post_key, source, kind, author, url, thread_url, published, date_only, heard_at, terms, url_key, thread_key)
SELECT id, watch, post_key, source, kind, author, url, thread_url, published, date_only, heard_at, terms || ' ещё', 7, 8 FROM mentions WHERE post_key = $1
ON CONFLICT (id) DO UPDATE SET terms = excluded.terms, url_key = excluded.url_key, thread_key = excluded.thread_key`

// testRowsOfOlderRules: an earlier earshot worked on the database after this one had brought it up to date: beside it,
// or alone for a day. What it wrote is found at its address nevertheless, in its thread and by its words.
func testRowsOfOlderRules(t *testing.T, open opener) {
	s := open(t)
	first, other := post(1), post(2)
	first.URL, first.ThreadURL = "https://www.forum.example/p/1", "https://www.forum.example/t/5"
	other.Source, other.ID, other.URL, other.ThreadURL = "feed", "f1", "https://www.forum.example/p/1", ""
	ingest(t, s, intakeOf(heard(first, "Romashka")))
	in := intakeOf(heard(other, "Romashka"))
	in.Source = "feed"
	ingest(t, s, in)
	for _, p := range []mention.Post{first, other} {
		key := p.Key()
		want(t, "rows", must(s.exec(background, "age", writtenBefore, key[:]))(t), 1)
	}
	outdated := func() int { return count(t, s.read, `SELECT COUNT(*) FROM mentions WHERE rules < 1`) }
	want(t, "outdated", outdated(), 2)
	if s.Shared() {
		mustDo(t, s.Attend(background, Replica{ID: "r"}))
		want(t, "outdated after this one attended", outdated(), 0)
		must(s.exec(background, "age", `UPDATE mentions SET url_key = 7, thread_key = 8, rules = 0`))(t) // as new ones of that earshot
	}
	if !s.Shared() {
		s.Close() // nobody works beside it: the other was there between two starts
		s = open(t)
	}
	third := post(3)
	third.Source, third.ID, third.URL = "board", "b1", "https://forum.example/p/1"
	in = intakeOf(heard(third, "Romashka"))
	in.Source = "board"
	asked := false
	must(s.Ingest(background, in, func(ctx context.Context, tx *Tx, _ []*mention.PendingMention) error {
		asked = true
		want(t, "at its address", len(must(tx.AtURL(ctx, "Romashka", third.URL))(t)), 2)
		want(t, "in the thread, and at that address", len(must(tx.InThread(ctx, "forum", "https://forum.example/t/5", ""))(t)), 2)
		return nil
	}))(t)
	want(t, "planned", asked, true)
	want(t, "by its words", found(t, s, mention.Query{Text: "еще", Since: t0.Add(-time.Hour)}), "f1 1")
}

// TestIndexOfOlderRows: the rows of older rules are found without reading the others, also after the rules were changed.
func TestIndexOfOlderRows(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		all := strings.Join(migrationTexts(t, engine), "\n")
		_, index, _ := strings.Cut(all[strings.LastIndex(all, "CREATE INDEX mentions_outdated "):], "WHERE ")
		index, _, _ = strings.Cut(index, ";")
		want(t, engine, index, fmt.Sprintf("rules < %d", rowRules))
	}
}

// TestUpdateTouchesNoGoodRow: replicas that are not updated yet wait while the column is added, so a database of which
// nothing is outdated is not written anew for it.
func TestUpdateTouchesNoGoodRow(t *testing.T) {
	if testing.Short() {
		t.Skip("short: a real PostgreSQL")
	}
	t.Parallel()
	server := testkit.Postgres(t)
	now := openAt(t, Options{Database: testkit.Database(t, server.URL)})
	for n := 1; n <= worked; n++ {
		said(t, now, n, nil)
	}
	list := must(loadMigrations("postgres"))(t)
	at := testkit.Database(t, server.URL)
	asBefore(t, now, at, list, 27)
	places := func(s *Store) (all []string) {
		rows, err := s.read.QueryContext(background, `SELECT id || ctid::text FROM mentions ORDER BY id`)
		return must(collect(rows, err, scanString))(t)
	}
	before := bareAt(t, at, now.now, nil)
	stood := places(before)
	must(before.exec(background, "age", `UPDATE mentions SET words = 'lost' WHERE id = (SELECT MIN(id) FROM mentions)`))(t)
	mustDo(t, before.Close())
	after := bareAt(t, at, now.now, list)
	defer after.Close()
	want(t, "outdated", count(t, after.read, `SELECT COUNT(*) FROM mentions WHERE rules < 1`), 1)
	want(t, "rows that stand where they stood", fmt.Sprint(places(after)[1:]), fmt.Sprint(stood[1:]))
	must(after.exec(background, "age", `INSERT INTO mentions (id, watch, post_key, source, kind, author, url, thread_url, published, date_only, heard_at)
 SELECT 'x', watch, post_key, source, kind, author, url, thread_url, published, date_only, heard_at FROM mentions LIMIT 1`))(t)
	want(t, "outdated, with one of an earlier earshot", count(t, after.read, `SELECT COUNT(*) FROM mentions WHERE rules < 1`), 2)
}
