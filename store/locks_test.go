package store

import (
	"database/sql"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
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
func lockWaits(t *testing.T, db *sql.DB) (n int) {
	t.Helper()
	if err := db.QueryRowContext(background, `SELECT COUNT(*) FROM pg_locks WHERE NOT granted`).Scan(&n); err != nil {
		t.Error(err)
	}
	return n
}
