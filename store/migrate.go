package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// Migrations are numbered files, one folder per engine, never changed once they
// were released. Each runs in one transaction together with its number. Numbers grow;
// one may be missing.
//
//go:embed migrations
var migrations embed.FS

type migration struct {
	version int
	name    string
	sql     string
}

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
		list = append(list, migration{version: version, name: name, sql: string(text)})
	}
	return list, nil
}

// migrate brings the schema up to date, or only checks it when readOnly.
func (s *Store) migrate(ctx context.Context, readOnly bool) error {
	list, err := loadMigrations(s.engine.name)
	if err != nil {
		return s.wrap("migrate", err)
	}
	have, err := s.schemaVersion(ctx, readOnly)
	if err != nil {
		return err
	}
	switch want := list[len(list)-1].version; {
	case have > want:
		return fmt.Errorf("store: the database was written by a newer earshot (schema %d, this one knows %d): upgrade earshot", have, want)
	case have < want && readOnly:
		return fmt.Errorf("store: the database is of an older earshot (schema %d, this one needs %d): start `earshot run` once to bring it up to date", have, want)
	}
	for _, m := range list {
		if m.version <= have {
			continue
		}
		err := s.inTx(ctx, fmt.Sprintf("migrate to schema %d", m.version), func(tx *sql.Tx) error {
			return s.apply(ctx, tx, m)
		})
		if err != nil {
			return err
		}
		s.log.Info("database schema", "version", m.version, "name", m.name)
	}
	return nil
}

// apply runs one migration, unless another process was faster.
func (s *Store) apply(ctx context.Context, tx *sql.Tx, m migration) error {
	if err := s.alone(ctx, tx); err != nil {
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
	return err
}

func (s *Store) schemaVersion(ctx context.Context, readOnly bool) (version int, err error) {
	if !readOnly {
		const create = `CREATE TABLE IF NOT EXISTS schema_versions (version BIGINT PRIMARY KEY, applied_at BIGINT NOT NULL)`
		err := s.inTx(ctx, "read schema", func(tx *sql.Tx) error {
			if err := s.alone(ctx, tx); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, create)
			return err
		})
		if err != nil {
			return 0, err
		}
	}
	err = s.read.QueryRowContext(ctx, `SELECT COALESCE(MAX(version), 0) FROM schema_versions`).Scan(&version)
	if err != nil && readOnly && strings.Contains(err.Error(), "schema_versions") {
		return 0, nil // an empty database
	}
	return version, s.wrap("read schema", err)
}
