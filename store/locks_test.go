package store

import (
	"database/sql"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// TestClicksMeetNoDeadlock: what changes a case takes its row first and then what belongs to
// it, as a click does. Else both wait for each other until PostgreSQL notices after a second.
func TestClicksMeetNoDeadlock(t *testing.T) {
	s := openAt(t, Options{Database: testkit.Database(t, testkit.Postgres(t).URL)})
	for name, other := range map[string]func(t *testing.T, n int){
		"its message is posted": func(t *testing.T, n int) {
			send(t, s, alertID(mentionID(post(n), "Romashka")))
		},
		"the post is edited": func(t *testing.T, n int) {
			edited := post(n)
			edited.Text += ", and now the second"
			ingest(t, s, intakeOf(heard(edited, "Romashka")))
		},
		"its message was deleted": func(t *testing.T, n int) {
			must(s.Orphan(background, mentionID(post(n), "Romashka")))(t)
		},
	} {
		t.Run(name, func(t *testing.T) {
			n := len(name)
			ingest(t, s, intakeOf(heard(post(n), "Romashka")))
			id := string(mentionID(post(n), "Romashka"))
			click := must(s.desk.BeginTx(background, nil))(t)
			defer func() { _ = click.Rollback() }()
			do := func(query string, args ...any) {
				t.Helper()
				if _, err := click.ExecContext(background, query, args...); err != nil {
					t.Errorf("%s: %v", query, err)
				}
			}
			do(`SET LOCAL lock_timeout = '500ms'`)
			do(`UPDATE cases SET due_at = due_at WHERE mention_id = $1`, id)
			var done sync.WaitGroup
			done.Go(func() { other(t, n) })
			testkit.Eventually(t, "the other waits for the case", time.Minute, func() bool { return lockWaits(t, s.read) == 1 })
			do(`UPDATE cases SET reason = '' WHERE mention_id = $1`, id) // its clocks follow by a trigger
			do(`UPDATE alerts SET wanted = wanted WHERE mention_id = $1`, id)
			if err := click.Commit(); err != nil {
				t.Error(err)
			}
			done.Wait()
		})
	}
}

// lockWaits is how many wait for a lock.
func lockWaits(t *testing.T, db *sql.DB) int {
	t.Helper()
	return count(t, db, `SELECT COUNT(*) FROM pg_locks WHERE NOT granted`)
}

// TestManyCasesMeetNoDeadlock: the clocks look at the cases in the order in which they are
// due, a poll has them in that of the page, and whoever erases a person in another one.
func TestManyCasesMeetNoDeadlock(t *testing.T) {
	s := openAt(t, Options{Database: testkit.Database(t, testkit.Postgres(t).URL)})
	const cases = 40
	var page []mention.AnalyzedPost
	for n := range cases {
		page = append(page, heard(post(n), "Romashka"))
	}
	ingest(t, s, intakeOf(page...))
	setDue := func(order string) error {
		rows, err := s.read.QueryContext(background, `SELECT mention_id, version FROM cases ORDER BY mention_id `+order)
		list, err := collect(rows, err, func(row scanner) (d mention.Due, err error) { return d, row.Scan(&d.ID, &d.Version) })
		if err != nil {
			return err
		}
		for i := range list {
			list[i].At = t0
		}
		return s.SetDue(background, list)
	}
	var all sync.WaitGroup
	for who, do := range []func(turn int) error{
		func(int) error { return setDue("") },
		func(int) error { return setDue("DESC") },
		func(int) error { return s.ResetDue(background) },
		func(turn int) error {
			edited := intakeOf(page...)
			edited.Posts = slices.Clone(page)
			for i := range edited.Posts {
				edited.Posts[i].Post.Text += fmt.Sprint(", for the time ", turn+2)
			}
			_, err := s.Ingest(background, edited, nil)
			return err
		},
	} {
		all.Go(func() {
			for turn := range 10 {
				if err := do(turn); err != nil {
					t.Error(who, err)
				}
			}
		})
	}
	all.Wait()
	if _, err := s.read.ExecContext(background, `SELECT pg_stat_force_next_flush()`); err != nil {
		t.Log(err) // of PostgreSQL 15
	}
	time.Sleep(1200 * time.Millisecond) // statistics are kept back for a second
	want(t, "deadlocks", count(t, s.read, `SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()`), 0)
}
