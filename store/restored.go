package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"time"
)

// restoredSteps take back what may not be so any more since the backup of a database: they void
// the marks in Redis, make the next start look in the channels for what was posted, however young
// the backup is, and on the sites for answers that waited, and sign everybody out.
func restoredSteps(now time.Time) []restoredStep {
	return []restoredStep{
		{"meta", `UPDATE meta SET value = $1 WHERE name = 'install_key'`, []any{newInstallKey()}},
		{"sources", `UPDATE sources SET last_poll = $1 WHERE last_poll > $1`, []any{micros(now.Add(-lookBack))}},
		{"replies", doubtReplies, []any{micros(now)}},
		{"sessions", `DELETE FROM sessions`, nil},
	}
}

type restoredStep struct {
	table, query string
	args         []any
}

// tablesRow is the row of meta that says which tables it was written beside.
const tablesRow = "tables"

// tables tells the tables of a database from those of any copy that pg_restore makes: theirs are
// numbered anew, and perhaps of another server, where that may be asked. pg_upgrade counts as a
// restore, too; a copy of the server's files does not.
func (s *Store) tables(ctx context.Context) ([]byte, error) {
	var numbers, server string
	err := s.read.QueryRowContext(ctx, `SELECT string_agg(oid::text, ' ' ORDER BY relname) FROM pg_class WHERE oid IN (
 'meta'::regclass, 'sources'::regclass, 'posts'::regclass, 'mentions'::regclass, 'cases'::regclass, 'alerts'::regclass, 'events'::regclass, 'replies'::regclass)`).Scan(&numbers)
	if err != nil {
		return nil, s.wrap("look at its tables", err)
	}
	err = s.read.QueryRowContext(ctx, `SELECT system_identifier::text FROM pg_control_system()`).Scan(&server)
	if err != nil && postgresCode(err) != "42501" {
		return nil, s.wrap("look at its server", err)
	}
	return []byte(numbers + " of " + server), nil
}

// noticeRestored does in a PostgreSQL that was restored from a dump what Restore does in SQLite:
// its own tools know nothing of it.
func (s *Store) noticeRestored(ctx context.Context) error {
	if !s.Shared() {
		return nil
	}
	now, err := s.tables(ctx)
	if err != nil {
		return err
	}
	restored := false
	err = s.inTx(ctx, "look whether it was restored", func(tx *sql.Tx) error {
		if err := s.alone(ctx, tx, pollLock); err != nil { // replicas start together
			return err
		}
		var before []byte
		err := tx.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = $1`, tablesRow).Scan(&before)
		restored = err == nil && !bytes.Equal(before, now)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			_, err = tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ($1, $2)`, tablesRow, now)
			return err
		case err != nil || !restored:
			return err
		}
		for _, step := range restoredSteps(s.now()) {
			if _, err := tx.ExecContext(ctx, step.query, step.args...); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `UPDATE meta SET value = $2 WHERE name = $1`, tablesRow, now)
		return err
	})
	if err == nil && restored {
		s.log.Warn("the database was restored from a dump: answers that waited are looked for and not sent, alerts are looked for before they are posted, and everybody signs in again")
	}
	return err
}
