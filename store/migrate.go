package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"log/slog"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Migrations are numbered files, one folder per engine, never changed once they
// were released. Each runs in one transaction together with its number. Numbers grow;
// one may be missing, and may come after higher ones were applied: two that were made side by
// side are not always released in the order of their numbers.
//
//go:embed migrations
var migrations embed.FS

type migration struct {
	version int
	name    string
	sql     string
	// reader is the lowest schema that a program must know to work on what this makes of
	// the database, while the replicas are updated one after the other. A migration only
	// adds, or begins with the line "-- min_reader: " and its own number.
	reader int
}

// firstReader is the schema that knows of readers.
const firstReader = 10

const readerLine = "-- min_reader: "

func loadMigrations(engine string) ([]migration, error) {
	files, err := fs.Glob(migrations, path.Join("migrations", engine, "*.sql")) // sorted
	if err != nil {
		return nil, err
	}
	list := make([]migration, 0, len(files))
	last := 0
	for _, file := range files {
		number, name, _ := strings.Cut(strings.TrimSuffix(path.Base(file), ".sql"), "_")
		version, err := strconv.Atoi(number)
		if err != nil || version <= last {
			return nil, fmt.Errorf("migration %s: want a number above %04d", file, last)
		}
		last = version
		text, err := migrations.ReadFile(file)
		if err != nil {
			return nil, err
		}
		m := migration{version: version, name: name, sql: string(text), reader: firstReader}
		if line, _, _ := strings.Cut(m.sql, "\n"); strings.HasPrefix(line, readerLine) {
			if m.reader, err = strconv.Atoi(strings.TrimPrefix(line, readerLine)); err != nil {
				return nil, fmt.Errorf("migration %s: %q: want a number", file, line)
			}
		}
		list = append(list, m)
	}
	return list, nil
}

// newest is the schema that a program with these migrations knows.
func newest(list []migration) int { return list[len(list)-1].version }

// migrate brings the schema up to date, or only checks it when readOnly.
func (s *Store) migrate(ctx context.Context, readOnly bool) error {
	list, err := loadMigrations(s.engine.name)
	if err != nil {
		return s.wrap("migrate", err)
	}
	if !readOnly {
		if err := s.prepareSchema(ctx); err != nil {
			return err
		}
	}
	have, err := s.schemaVersion(ctx)
	if err != nil {
		return err
	}
	want := newest(list)
	if have > want {
		if err := s.mayWork(ctx, have, want); err != nil {
			return err
		}
		s.log.Warn("the database is of a newer earshot; this one can work on it: finish the update", "schema", have, "knows", want)
		return nil
	}
	list, err = s.missing(ctx, list, have)
	if err != nil {
		return err
	}
	if len(list) > 0 && readOnly {
		return fmt.Errorf("store: the database is of an older earshot (schema %d, this one needs %d): start `earshot run` once to bring it up to date", have, want)
	}
	steps := slog.LevelInfo
	if have == 0 { // a new database: each step is no news
		steps = slog.LevelDebug
	}
	for _, m := range list {
		err := s.inTx(ctx, fmt.Sprintf("migrate to schema %d", m.version), func(tx *sql.Tx) error {
			return s.apply(ctx, tx, m)
		})
		if err != nil {
			return err
		}
		s.log.Log(ctx, steps, "database schema", "version", m.version, "name", m.name)
	}
	return nil
}

// missing returns those of the list that the database does not have, in their order. Where it
// has none at all there may be no table to ask.
func (s *Store) missing(ctx context.Context, list []migration, have int) ([]migration, error) {
	if have == 0 {
		return list, nil
	}
	rows, err := s.read.QueryContext(ctx, `SELECT version FROM schema_versions`)
	done, err := collect(rows, err, func(row scanner) (version int, err error) { return version, row.Scan(&version) })
	if err != nil {
		return nil, s.wrap("read schema", err)
	}
	return slices.DeleteFunc(list, func(m migration) bool { return slices.Contains(done, m.version) }), nil
}

// mayWork refuses a schema that is newer than the one this program knows, unless that says that such
// a program can work on it.
func (s *Store) mayWork(ctx context.Context, have, knows int) error {
	if have <= knows {
		return nil
	}
	reader, err := s.reader(ctx)
	if err == nil && reader > knows {
		err = fmt.Errorf("store: the database was written by a newer earshot (schema %d, this one knows %d): upgrade earshot", have, knows)
	}
	return err
}

// apply runs one migration, unless another process was faster.
func (s *Store) apply(ctx context.Context, tx *sql.Tx, m migration) error {
	if err := s.alone(ctx, tx, pollLock); err != nil {
		return err
	}
	var done int
	if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM schema_versions WHERE version = $1`, m.version).Scan(&done); err != nil || done > 0 {
		return err
	}
	if _, err := tx.ExecContext(ctx, m.sql); err != nil {
		return err
	}
	if m.version == 1 {
		if _, err := tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('install_key', $1)`, newInstallKey()); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO schema_versions (version, applied_at) VALUES ($1, $2)`, m.version, micros(s.now()))
	if err != nil || m.version < firstReader {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE schema_versions SET min_reader = $2 WHERE version = $1`, m.version, m.reader)
	return err
}

// reader is the lowest schema that a program must know to work on the database.
func (s *Store) reader(ctx context.Context) (version int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT COALESCE(MAX(CASE WHEN min_reader = 0 THEN version ELSE min_reader END), 0) FROM schema_versions
 WHERE version >= $1`, firstReader).Scan(&version)
	return version, s.wrap("read schema", err)
}

// renumber gives a migration the number that it has now: for an hour it was another, which is
// above all that followed.
const renumber = `UPDATE schema_versions SET version = 20 WHERE version = 39 AND NOT EXISTS (SELECT 1 FROM schema_versions v WHERE v.version = 20)`

// prepareSchema makes the table of what was applied.
func (s *Store) prepareSchema(ctx context.Context) error {
	return s.inTx(ctx, "read schema", func(tx *sql.Tx) error {
		if err := s.alone(ctx, tx, pollLock); err != nil {
			return err
		}
		const create = `CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL)`
		if _, err := tx.ExecContext(ctx, create); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, renumber)
		return err
	})
}

// schemaVersion is the highest number that was applied; 0 in an empty database.
func (s *Store) schemaVersion(ctx context.Context) (version int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM schema_versions`).Scan(&version)
	if err != nil && strings.Contains(err.Error(), "schema_versions") { // it has no such table
		return 0, nil
	}
	return version, s.wrap("read schema", err)
}
