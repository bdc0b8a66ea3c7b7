package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"
)

// errUndo rolls a transaction back in which everything went well.
var errUndo = errors.New("undo")

// Probe says whether a daemon could work on the database of opt: it can be reached and
// read, its schema is none that this program cannot work on, and it takes a row, which is
// taken back. Where SQLite's file does not exist yet, its folder takes a file. It may be
// called beside a running daemon, and leaves nothing behind.
func Probe(ctx context.Context, opt Options) error {
	if path, err := sqlitePath(opt.Database); err == nil {
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			return probeFolder(path)
		}
	}
	s := &Store{log: slog.New(slog.DiscardHandler), now: opt.Now}
	if s.now == nil {
		s.now = time.Now
	}
	defer s.Close()
	if err := s.connect(ctx, Options{Database: opt.Database, Beside: true}); err != nil {
		return err
	}
	list, err := loadMigrations(s.engine.name)
	if err != nil {
		return err
	}
	have, err := s.schemaVersion(ctx)
	if err != nil {
		return err
	}
	if err := s.mayWork(ctx, have, newest(list)); err != nil {
		return err
	}
	write := `INSERT INTO meta (name, value) VALUES ('probe', '')`
	if have == 0 {
		write = `CREATE TABLE earshot_probe (n BIGINT)` // as the first start will
	}
	err = s.inTx(ctx, "write", func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, write); err != nil {
			return err
		}
		return errUndo
	})
	if errors.Is(err, errUndo) {
		return nil
	}
	return err
}

// probeFolder says whether a file can be made where the database is going to be.
func probeFolder(path string) error {
	file, err := os.CreateTemp(filepath.Dir(path), ".earshot-probe-*")
	if err != nil {
		return cmp.Or(unwritable(path, err), fmt.Errorf("database: %w", err))
	}
	_, err = file.WriteString("probe")
	return errors.Join(err, file.Close(), os.Remove(file.Name()))
}
