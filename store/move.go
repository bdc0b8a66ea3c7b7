package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// movedTables are all that is moved, in the order in which they refer to each other.
var movedTables = []string{"sources", "posts", "bodies", "mentions", "cases", "replies", "alerts", "events", "lessons", "mutes", "follows", "sessions", "access_tokens", "preferences", "templates", "source_pauses"}

const (
	moveRows = 1000 // of one transaction
	// moveMark is the row of meta that says which database was moved here, or is being moved.
	moveMark = "moved_from"
)

// TableMoved is how many rows a table has there and had here.
type TableMoved struct {
	Table       string
	Here, There int
}

// Moved says what Move did.
type Moved struct {
	Tables  []TableMoved
	Already bool // was moved there before: nothing was written now
}

// Move copies everything of one database, which no daemon uses, into an empty one of the
// other engine, and compares the counts. One that was interrupted is begun again; one that
// is finished is not touched any more. Both secrets move along: marks in Redis and digests
// of sources stay good. What belongs to processes at work does not move: leases, replicas,
// and the queue of polls, which is made anew of when each source is due. going is told now and
// then how many rows were copied.
func Move(ctx context.Context, from, to *Store, going func(rows int)) (Moved, error) {
	if from.engine.name == to.engine.name {
		return Moved{}, errors.New("store: move: both are of one kind: copy one to another by a backup")
	}
	if err := from.unused(ctx); err != nil {
		return Moved{}, err
	}
	sum, err := from.moveSum(ctx)
	if err != nil {
		return Moved{}, err
	}
	done, err := to.beginMove(ctx, sum)
	if err != nil {
		return Moved{}, err
	}
	moved := Moved{Already: done}
	if !done {
		copied := 0
		for _, table := range movedTables {
			if err := copyTable(ctx, from, to, table, func(rows int) {
				copied += rows
				going(copied)
			}); err != nil {
				return moved, to.wrap("move "+table, err)
			}
		}
	}
	if moved.Tables, err = compareTables(ctx, from, to); err != nil || done {
		return moved, err
	}
	for _, t := range moved.Tables {
		if t.Here != t.There {
			return moved, fmt.Errorf("store: move: %d rows of %s here and %d there: is something writing there? drop that database, make an empty one, and move again", t.Here, t.Table, t.There)
		}
	}
	return moved, to.endMove(ctx, from, sum)
}

// unused refuses a database that replicas work on. A SQLite file is locked by its daemon.
func (s *Store) unused(ctx context.Context) error {
	if !s.Shared() {
		return nil
	}
	all, err := s.Replicas(ctx, "")
	if err != nil || len(all) == 0 {
		return err
	}
	hosts := make([]string, len(all))
	for i, one := range all {
		hosts[i] = one.Host
	}
	return fmt.Errorf("store: move: earshot works on that database (%s): stop all of them first; one that was killed counts for %s", strings.Join(hosts, ", "), ReplicaGone)
}

// moveSum tells one database from another, and nobody its key. One that was moved here and
// back is another: what came since is not in the one it was moved to before.
func (s *Store) moveSum(ctx context.Context) ([]byte, error) {
	key, err := s.InstallKey(ctx)
	if err != nil {
		return nil, err
	}
	var before []byte
	if err := s.read.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = $1`, moveMark).Scan(&before); err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, s.wrap("move", err)
	}
	sum := sha256.Sum256(slices.Concat([]byte("moved from "), key, before))
	return sum[:], nil
}

// beginMove takes an empty database for the move, or one that this move had begun with.
func (s *Store) beginMove(ctx context.Context, sum []byte) (done bool, err error) {
	err = s.inTx(ctx, "move", func(tx *sql.Tx) error {
		if err := s.alone(ctx, tx, pollLock); err != nil {
			return err
		}
		var mark []byte
		err := tx.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = $1`, moveMark).Scan(&mark)
		switch {
		case err == nil && bytes.Equal(mark, append([]byte("whole:"), sum...)):
			done = true
			return nil
		case err == nil && bytes.Equal(mark, sum):
			return nil
		case err == nil:
			return errors.New("another database was moved there: give an empty one")
		case !errors.Is(err, sql.ErrNoRows):
			return err
		}
		for _, table := range movedTables {
			var some bool
			if err := tx.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM `+table+`)`).Scan(&some); err != nil {
				return err
			}
			if some {
				return fmt.Errorf("there is something in %s already: give an empty database", table)
			}
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ($1, $2)`, moveMark, sum)
		return err
	})
	return done, err
}

// endMove hands the secrets over, lets new rows get new numbers, and closes the move.
func (s *Store) endMove(ctx context.Context, from *Store, sum []byte) error {
	secrets := map[string][]byte{moveMark: append([]byte("whole:"), sum...)}
	for name, get := range map[string]func(context.Context) ([]byte, error){"install_key": from.InstallKey, "place_key": from.PlaceKey} {
		key, err := get(ctx)
		if err != nil {
			return err
		}
		secrets[name] = key
	}
	return s.inTx(ctx, "move", func(tx *sql.Tx) error {
		for _, table := range s.engine.counted {
			if _, err := tx.ExecContext(ctx, `SELECT setval(pg_get_serial_sequence('`+table+`', 'id'), COALESCE((SELECT MAX(id) FROM `+table+`), 0) + 1, false)`); err != nil {
				return err
			}
		}
		for name, value := range secrets {
			if _, err := tx.ExecContext(ctx, `UPDATE meta SET value = $2 WHERE name = $1`, name, value); err != nil {
				return err
			}
		}
		return nil
	})
}

// copyTable copies all rows that are not there yet, and tells of each transaction how many it copied.
func copyTable(ctx context.Context, from, to *Store, table string, copied func(rows int)) error {
	rows, err := from.read.QueryContext(ctx, `SELECT * FROM `+table)
	if err != nil {
		return err
	}
	defer rows.Close()
	columns, err := rows.ColumnTypes()
	if err != nil {
		return err
	}
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.Name()
	}
	insert := `INSERT INTO ` + table + ` (` + strings.Join(names, ", ") + `)` + to.engine.numbered + ` VALUES `
	var values []any
	flush := func() error {
		err := to.inTx(ctx, "move", func(tx *sql.Tx) error {
			for some := range slices.Chunk(values, to.engine.rowsAtOnce*len(names)) {
				var groups []string
				for at := 1; at <= len(some); at += len(names) {
					groups = append(groups, "("+placeholders(at, len(names))+")")
				}
				if _, err := tx.ExecContext(ctx, insert+strings.Join(groups, ", ")+` ON CONFLICT DO NOTHING`, some...); err != nil {
					return err
				}
			}
			return nil
		})
		copied(len(values) / len(names))
		values = values[:0]
		return err
	}
	for rows.Next() {
		row, dest := make([]any, len(names)), make([]any, len(names))
		for i := range row {
			dest[i] = &row[i]
		}
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		for i, c := range columns {
			row[i] = movedValue(row[i], c.DatabaseTypeName())
		}
		if values = append(values, row...); len(values) >= moveRows*len(names) {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return errors.Join(rows.Err(), flush())
}

// movedValue is what the database gave as the column's type: SQLite lets bytes stand in a column of
// text, and the other way round.
func movedValue(v any, kind string) any {
	switch x := v.(type) {
	case string:
		if kind == "BLOB" {
			return []byte(x)
		}
		return clean(x)
	case []byte:
		if kind == "TEXT" {
			return clean(string(x))
		}
	}
	return v
}

func compareTables(ctx context.Context, from, to *Store) ([]TableMoved, error) {
	all := make([]TableMoved, len(movedTables))
	for i, table := range movedTables {
		all[i].Table = table
		for s, n := range map[*Store]*int{from: &all[i].Here, to: &all[i].There} {
			if err := s.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+table).Scan(n); err != nil {
				return nil, s.wrap("count "+table, err)
			}
		}
	}
	return all, nil
}
