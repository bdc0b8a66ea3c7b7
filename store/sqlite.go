package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// What is peculiar to SQLite: one file, one writer, and a lock beside the file
// because two daemons on one file would both post every alert.
//
//   - journal_mode=WAL: readers never wait for the writer.
//   - synchronous=FULL: a commit that was answered survives a power cut; one fsync a poll.
//   - secure_delete=ON: what is erased is overwritten, not only forgotten.
//   - auto_vacuum=INCREMENTAL, in files that are made so: Sweep gives pages back in steps.
//   - _txlock=immediate: a transaction takes the write lock when it begins, so it
//     waits there and never fails half way.

const (
	sqliteReaders     = 4        // more would wait for the disk anyway
	sqliteBusyTimeout = 5000     // milliseconds
	sqliteJournal     = 64 << 20 // bytes of -wal that are kept after a burst
)

func sqliteEngine(path string) engine {
	return engine{
		name:       "sqlite",
		busy:       sqliteBusy,
		explain:    func(err error) error { return explainSQLite(path, err) },
		rowsAtOnce: 1, // it looks for the place of each value among all of the statement
		lists:      listingsOf(` CROSS JOIN`, ` FROM cases c INDEXED BY cases_rank`, ` FROM mention_terms t CROSS JOIN mentions m ON m.num = t.rowid`, `t.rowid`),
		search: textSearch{
			match: `mention_terms MATCH ?`,
			word:  func(term string) string { return `"` + term + `"` },
			begin: func(term string) string { return `"` + term + `"*` },
			and:   " AND ",
			or:    " OR ",
			forms: `SELECT term FROM mention_forms WHERE term >= $1 AND term < $2 LIMIT $3`,
		},
	}
}

func (s *Store) openSQLite(ctx context.Context, path string, opt Options) error {
	if path == "" || path == ":memory:" {
		return fmt.Errorf("store: sqlite:%s: give the path of a file, like sqlite:earshot.db", path)
	}
	path, err := realPath(path)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	s.engine = sqliteEngine(path)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return fmt.Errorf("store: %w", errFolder(path))
	}
	mode := "rwc"
	if opt.ReadOnly || opt.Beside {
		if mode, err = readOnlyMode(path); err != nil {
			return fmt.Errorf("store: %w", err)
		}
	} else if err := s.prepareFile(path); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	pool := func(size int, pragmas ...string) (*sql.DB, error) {
		pragmas = append([]string{fmt.Sprintf("busy_timeout(%d)", sqliteBusyTimeout), "foreign_keys(1)"}, pragmas...)
		return openSQLitePool(path, url.Values{"mode": {mode}, "_txlock": {"immediate"}, "_pragma": pragmas}, size)
	}
	if !opt.ReadOnly {
		s.write, err = pool(1, "auto_vacuum(INCREMENTAL)", "secure_delete(ON)", "journal_mode(WAL)", "synchronous(FULL)",
			fmt.Sprintf("journal_size_limit(%d)", sqliteJournal))
		if err != nil {
			return fmt.Errorf("store: %w", err)
		}
		// The reading pool opens a file that exists and is in WAL mode by then.
		if err := s.write.PingContext(ctx); err != nil {
			return s.wrap("open "+path, err)
		}
	}
	if s.read, err = pool(sqliteReaders, "query_only(1)"); err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if s.write == nil {
		s.write = s.read // every write fails with "attempt to write a readonly database"
	}
	s.polls = make(chan struct{}, 1)
	s.desk = s.write // there is one writer; it is held for one poll of those that wait
	return s.wrap("open "+path, s.read.PingContext(ctx))
}

// prepareFile takes the lock and creates the file, which holds what people wrote,
// for its owner alone; SQLite gives -wal and -shm the same rights.
func (s *Store) prepareFile(path string) (err error) {
	if s.lock, err = takeLock(path + ".lock"); err != nil {
		return cmp.Or(unwritable(path, err), err)
	}
	s.file, err = openOrMake(path, path)
	if err != nil {
		return cmp.Or(unwritable(path, err), fmt.Errorf("database: %w", err))
	}
	return lockFile(s.file)
}

// unwritable says what to do about a place where earshot may not write, as that of the watchlist
// seldom is for a service; nil where it is something else.
func unwritable(path string, err error) error {
	var at *fs.PathError
	if !errors.As(err, &at) || !errors.Is(err, fs.ErrPermission) && !errors.Is(err, syscall.EROFS) {
		return nil
	}
	if strings.HasPrefix(at.Path, path) { // one of its files may belong to somebody else than its folder
		path = at.Path
	}
	return fmt.Errorf("the database cannot be written at %s (%s): run earshot as the user whom that folder and the files in it belong to, or name another place in store.database, such as sqlite:/var/lib/earshot/earshot.db", path, at.Err)
}

// inPlace reports whether the file that is open still is the one at its path. SQLite
// goes on writing into a file that was deleted or moved away, and all of it is gone at
// the next start.
func (s *Store) inPlace() error {
	if s.file == nil {
		return nil
	}
	opened, err := s.file.Stat()
	if err != nil {
		return err
	}
	there, err := os.Stat(s.file.Name())
	if err != nil || !os.SameFile(opened, there) {
		return fmt.Errorf("the database file %s was moved or deleted while earshot works on it: what is heard now is lost at the next start; restart earshot, or put the file back", s.file.Name())
	}
	return nil
}

func openSQLitePool(path string, query url.Values, size int) (*sql.DB, error) {
	dsn := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: query.Encode()}
	db, err := sql.Open("sqlite", dsn.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(size)
	return db, nil
}

// realPath follows links, so that the lock is the same whatever way the file is
// reached. The file itself need not exist.
func realPath(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if whole, err := filepath.EvalSymlinks(path); err == nil {
		return whole, nil
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("there is no folder %s for the database: make it, or correct store.database", filepath.Dir(path))
	}
	if err != nil {
		return "", fmt.Errorf("database folder: %w", err)
	}
	return filepath.Join(dir, filepath.Base(path)), nil
}

// readOnlyMode returns how SQLite may open the file for reading: a file in WAL
// mode wants to be opened for writing even by readers, where that is permitted.
func readOnlyMode(path string) (string, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	switch {
	case err == nil:
		return "rw", f.Close()
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("no database at %s yet: start `earshot run` first", path)
	}
	return "ro", nil
}

func sqliteCode(err error) int {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return 0
	}
	return e.Code() & 0xff // without the extension
}

// errFolder is the error of a path that is no file: SQLite would speak of a broken disk.
func errFolder(path string) error { return fmt.Errorf("%s is a folder: name a file", path) }

// sqliteBroken reports whether a file is no database, or one no more.
func sqliteBroken(err error) bool {
	code := sqliteCode(err)
	return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB
}

func sqliteFull(err error) bool { return sqliteCode(err) == sqlite3.SQLITE_FULL }

func sqliteBusy(err error) bool {
	code := sqliteCode(err)
	return code == sqlite3.SQLITE_BUSY || code == sqlite3.SQLITE_LOCKED
}

func explainSQLite(path string, err error) error {
	hint := ""
	switch sqliteCode(err) {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		hint = "another program holds the database; close it (a database browser, a backup) and it goes on by itself"
	case sqlite3.SQLITE_FULL:
		hint = "the disk is full; free some space and it goes on by itself"
	case sqlite3.SQLITE_READONLY:
		hint = "the database is opened for reading only, or its file or folder may not be written"
	case sqlite3.SQLITE_CANTOPEN:
		hint = "the file or its folder cannot be opened; check that the folder exists and may be written"
	case sqlite3.SQLITE_IOERR:
		hint = "the disk failed to read or write"
	case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
		hint = "the file is damaged or not a database; stop earshot, move it away together with its -wal and -shm files and put a backup in its place; without one earshot starts anew and takes every first poll as a baseline"
	default:
		return err
	}
	return fmt.Errorf("%s: %w: %s", path, err, hint)
}
