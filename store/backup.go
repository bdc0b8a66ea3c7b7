package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/earshot/earshot/internal/fault"
)

// A backup is a whole database file as it stood at one moment. It holds what people
// wrote, as the database does, and is for its owner's eyes alone.

// ErrUsePgDump means that PostgreSQL has tools of its own.
var ErrUsePgDump = errors.New("the database is PostgreSQL: back it up with pg_dump and restore it with pg_restore")

// Copied is what a copy of a database holds.
type Copied struct {
	Path                      string
	Bytes                     int64
	Posts, Mentions, OpenCase int
}

// Backup writes the SQLite database at the address, as it stands now, into a new file. A
// daemon may go on working on it. The copy is made beside the file and looked through
// before it gets its name: a file of that name is whole, whenever one is killed.
func Backup(ctx context.Context, database, file string) (Copied, error) {
	path, err := sqlitePath(database)
	if err != nil {
		return Copied{}, err
	}
	made, err := backup(ctx, path, file)
	if err != nil {
		return Copied{}, fmt.Errorf("store: backup: %w", err)
	}
	return made, nil
}

func backup(ctx context.Context, path, file string) (Copied, error) {
	if _, err := os.Lstat(file); err == nil {
		return Copied{}, fmt.Errorf("%s exists already: give another name, or remove it", file)
	}
	dir := filepath.Dir(file)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return Copied{}, fmt.Errorf("there is no folder %s for the copy: make it, or name another", dir)
	}
	part := file + ".part"
	made, err := copySQLite(ctx, path, part, path, nil)
	if err != nil {
		return Copied{}, err
	}
	fault.At("backup-made")
	made.Path = file
	return made, errors.Join(os.Rename(part, file), syncFolder(file))
}

// Restored says what Restore did.
type Restored struct {
	Copied
	Old string // where the database before is now; empty when there was none
}

// lookBack is how far back a restored database makes the next start look for what was
// posted already, at the least: more than the gap after which that looks at all.
const lookBack = 5 * time.Minute

// Restore puts a backup in the place of the SQLite database at the address, which no
// daemon may use. The database before is kept beside it under another name. The restored
// one gets a new install key, so that Redis' marks of posts it does not know are void.
// At every moment there is a whole database in the place.
func Restore(ctx context.Context, database, file string, now time.Time) (Restored, error) {
	path, err := sqlitePath(database)
	if err != nil {
		return Restored{}, err
	}
	done, err := restore(ctx, path, file, now)
	if err != nil {
		return Restored{}, fmt.Errorf("store: restore: %w", err)
	}
	return done, nil
}

func restore(ctx context.Context, path, file string, now time.Time) (done Restored, err error) {
	lock, err := takeLock(path + ".lock")
	if err != nil {
		return done, err
	}
	defer lock.release()
	if there, err := os.OpenFile(path, os.O_RDWR, 0); err == nil {
		defer closeLocked(there)
		if err := lockFile(there); err != nil {
			return done, err
		}
	}
	info, err := os.Stat(file)
	switch {
	case err != nil: // before what is said of a database that is missing
		return done, err
	case info.IsDir():
		return done, errFolder(file)
	}
	from, err := realPath(file)
	if err != nil {
		return done, err
	}
	if from == path {
		return done, fmt.Errorf("%s is the database itself", file)
	}
	part := path + ".restoring"
	done.Copied, err = copySQLite(ctx, from, part, path, func(db *sql.DB) error { return asRestored(ctx, db, now) })
	if sqliteBroken(err) { // of the database at work another thing is to be done
		return done, fmt.Errorf("%s is damaged, or is not an earshot backup: name another one", file)
	}
	if err != nil {
		return done, err
	}
	if done.Old, err = putAside(ctx, path, now); err != nil {
		return done, err
	}
	fault.At("restore-aside")
	done.Path = path
	return done, errors.Join(os.Rename(part, path), syncFolder(path))
}

// asRestored does to the copy what restoredSteps say.
func asRestored(ctx context.Context, db *sql.DB, now time.Time) error {
	for _, step := range restoredSteps(now) {
		var there bool // an earlier earshot had less
		err := db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = $1)`, step.table).Scan(&there)
		if err == nil && there {
			_, err = db.ExecContext(ctx, step.query, step.args...)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// putAside gives the database another name and leaves a whole one under its own until it
// is replaced. What its log holds is moved into it first, if it can be read.
func putAside(ctx context.Context, path string, now time.Time) (old string, err error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if db, err := openSQLitePool(path, url.Values{"mode": {"rw"}}, 1); err == nil {
		var busy, pages, moved int
		_ = db.QueryRowContext(ctx, `PRAGMA wal_checkpoint(TRUNCATE)`).Scan(&busy, &pages, &moved) // a damaged one is kept as it is
		_ = db.Close()
	}
	stamp := path + "." + now.UTC().Format("20060102T150405")
	old = stamp + ".old"
	for n := 2; ; n++ { // two within a second
		if _, err := os.Lstat(old); errors.Is(err, fs.ErrNotExist) {
			break
		} else if err != nil {
			return "", err
		}
		old = fmt.Sprintf("%s.%d.old", stamp, n)
	}
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Rename(path+suffix, old+suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", err
		}
	}
	if err := os.Link(path, old); err != nil { // not every file system has links
		err = os.Rename(path, old)
		return old, err
	}
	return old, nil
}

func sqlitePath(database string) (string, error) {
	scheme, rest, _ := strings.Cut(database, ":")
	switch {
	case scheme == "postgres" || scheme == "postgresql":
		return "", ErrUsePgDump
	case scheme != "sqlite" || rest == "":
		return "", fmt.Errorf("store: database %q: must be sqlite:PATH", scheme)
	}
	path, err := realPath(rest)
	if err != nil {
		return "", fmt.Errorf("store: %w", err)
	}
	return path, nil
}

// copySQLite copies a database into the file to, which is overwritten, has it changed, and
// looks through it. It belongs to whom the database at its address belongs to.
func copySQLite(ctx context.Context, from, to, database string, change func(*sql.DB) error) (made Copied, err error) {
	mode, err := readOnlyMode(from)
	if err != nil {
		return made, err
	}
	if err := os.Remove(to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return made, err
	}
	empty, err := makeFile(to, database) // SQLite would make it for everybody to read
	if err != nil {
		return made, err
	}
	defer func() {
		if err = errors.Join(err, empty.Close()); err != nil {
			_ = os.Remove(to)
		}
	}()
	db, err := openSQLitePool(from, url.Values{"mode": {mode}, "_pragma": {fmt.Sprintf("busy_timeout(%d)", sqliteBusyTimeout), "auto_vacuum(INCREMENTAL)"}}, 1)
	if err != nil {
		return made, err
	}
	for range busyTries { // a writer that makes room in its log is in the way for a moment
		if _, err = db.ExecContext(ctx, `VACUUM INTO $1`, to); !sqliteBusy(err) {
			break
		}
	}
	if err = errors.Join(err, db.Close()); err != nil {
		if sqliteFull(err) { // the copy's disk, which may be another one
			return made, explainSQLite(to, err)
		}
		return made, explainSQLite(from, err)
	}
	db, err = openSQLitePool(to, url.Values{"mode": {"rw"}}, 1)
	if err != nil {
		return made, err
	}
	if change != nil {
		err = change(db)
	}
	if err == nil {
		err = lookThrough(ctx, db, &made)
	}
	if err = errors.Join(err, db.Close()); err != nil {
		return made, explainSQLite(from, err)
	}
	if err := empty.Sync(); err != nil {
		return made, err
	}
	info, err := os.Stat(to)
	if err == nil {
		made.Bytes = info.Size()
	}
	return made, err
}

// lookThrough reads all pages and counts what is in them.
func lookThrough(ctx context.Context, db *sql.DB, made *Copied) error {
	var said string
	if err := db.QueryRowContext(ctx, `PRAGMA integrity_check(1)`).Scan(&said); err != nil {
		return err
	}
	if said != "ok" {
		return fmt.Errorf("the file is damaged: %s", said)
	}
	var version int
	if err := db.QueryRowContext(ctx, `SELECT MAX(version) FROM schema_versions`).Scan(&version); err != nil {
		return errors.New("the file is not an earshot database")
	}
	list, err := loadMigrations("sqlite")
	if err != nil {
		return err
	}
	if knows := newest(list); version > knows {
		return fmt.Errorf("the file was written by a newer earshot (schema %d, this one knows %d): upgrade earshot", version, knows)
	}
	return db.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM posts), (SELECT COUNT(*) FROM mentions),
 (SELECT COUNT(*) FROM cases WHERE status IN ('open', 'claimed'))`).Scan(&made.Posts, &made.Mentions, &made.OpenCase)
}

// syncFolder makes the name of a file last, where the system can.
func syncFolder(file string) error {
	folder, err := os.Open(filepath.Dir(file))
	if err != nil {
		return err
	}
	_ = folder.Sync() // some file systems cannot
	return folder.Close()
}

// MayMove says what is wrong with moving one address to the other, before Open makes
// anything there.
func MayMove(from, to string) error {
	path, err := sqlitePath(from)
	shared := errors.Is(err, ErrUsePgDump)
	_, toErr := sqlitePath(to)
	switch both := shared == errors.Is(toErr, ErrUsePgDump); {
	case both && shared:
		return errors.New("the database is PostgreSQL already")
	case both:
		return errors.New("the database is SQLite already: move its file by earshot backup")
	case shared:
		return nil
	case err == nil:
		_, err = readOnlyMode(path)
	}
	return err
}
