// Package store keeps the truth: posts, mentions, cases, the outbox of alerts, the
// audit and the state of sources, in SQLite or PostgreSQL; and the seen set, the
// filter in front of it, in Redis or in the same database.
//
// It must not decide anything: not what a complaint is, who is told, when, or who
// may do what. It commits what it is given, in one transaction where the crash
// protocol says so, and answers questions. It never reads a clock it was not given.
//
// The SQL is written once, in what both engines share; what truly differs is in
// sqlite.go and postgres.go and in the migrations. What one of them alone needs has
// a file of its own: sweep.go (SQLite), wake.go and restored.go (PostgreSQL).
package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/earshot/earshot/mention"
)

// ErrNotFound means that nothing has the id that was asked for.
var ErrNotFound = mention.ErrNotFound

// Options say which database to open and how.
type Options struct {
	Database string // "sqlite:PATH" or "postgres://USER:PASSWORD@HOST/NAME"
	ReadOnly bool   // for commands beside a running daemon: no lock, no migration, no writing
	Beside   bool   // for a short write beside a running daemon: no lock, no migration, no new file
	Log      *slog.Logger
	Now      func() time.Time
}

// Store is an open database. Its methods may be called from many goroutines.
type Store struct {
	write  *sql.DB // SQLite: one connection, so writers queue here and not in the file
	read   *sql.DB
	desk   *sql.DB // for what people press: never empty because polls are being stored
	engine engine
	conn   *pgx.ConnConfig // PostgreSQL's, for a connection beside the pools
	// polls are the slots of polls under way. The others wait here and not for a
	// connection or the writer, where people's clicks would stand in line behind them.
	polls   chan struct{}
	lock    *fileLock
	file    *os.File // SQLite's, open as long as the store is
	log     *slog.Logger
	now     func() time.Time
	damaged sync.Map // ids of rows whose damage was said
	trouble atomic.Pointer[error]
	rest    func(ctx context.Context, d time.Duration) error // between the steps of long work
	bodies  atomic.Pointer[pruneMark]                        // how far the bodies were looked at
}

// engine is what differs between the databases.
type engine struct {
	name string
	// busy says whether the transaction was not done and may simply be tried again.
	busy func(error) bool
	// explain adds to an error what to do about it; it returns others unchanged.
	explain func(error) error
	// clock is the time of the database in microseconds, as an expression; empty where it is
	// ours, because only one process can use it.
	clock string
	// serialise takes a lock until the transaction ends, so that two polls or migrations never
	// plan at once; empty where the engine has one writer anyway.
	serialise string
	// lockRows ends a SELECT whose rows nobody else may change until the transaction ends; empty
	// where the engine has one writer anyway.
	lockRows string
	// counted are the tables whose ids the engine counts by itself, which it must be told of
	// when rows are moved here, and numbered lets an INSERT bring such ids.
	counted  []string
	numbered string
	// rowsAtOnce is how many rows one INSERT of many takes best.
	rowsAtOnce int
	// planned stands before the arguments of a query whose best plan hangs on their values.
	planned []any
	// lists says how lists are read.
	lists listings
	// search says how words are found among all mentions.
	search textSearch
}

// querier is what *sql.DB and *sql.Tx share.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Open opens the database, creates it when it is new (SQLite) or empty, and brings
// its schema up to date. The error says what to do: about a file that another
// earshot uses, that is damaged, or that a newer earshot wrote.
func Open(ctx context.Context, opt Options) (*Store, error) {
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	s := &Store{log: opt.Log, now: opt.Now, rest: rest}
	if err := s.open(ctx, opt); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// rest waits so long, or until ctx ends.
func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// open connects and does what is due at a start, as far as the options let it.
func (s *Store) open(ctx context.Context, opt Options) error {
	if err := s.connect(ctx, opt); err != nil {
		return err
	}
	beside := opt.ReadOnly || opt.Beside
	if err := s.migrate(ctx, beside); err != nil || beside {
		return err
	}
	if err := s.bringUpToDate(ctx); err != nil {
		return err
	}
	return s.noticeRestored(ctx)
}

// connect opens the database as it is.
func (s *Store) connect(ctx context.Context, opt Options) error {
	scheme, rest, _ := strings.Cut(opt.Database, ":")
	switch scheme {
	case "sqlite":
		return s.openSQLite(ctx, rest, opt)
	case "postgres", "postgresql":
		return s.openPostgres(ctx, opt.Database, opt.ReadOnly)
	}
	return fmt.Errorf("store: database %q: must be sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME", scheme)
}

// Close closes the database and gives up its lock. Transactions under way fail.
func (s *Store) Close() error {
	var errs []error
	if s.read != nil {
		errs = append(errs, s.read.Close())
	}
	if s.write != nil && s.write != s.read {
		errs = append(errs, s.write.Close())
	}
	if s.desk != nil && s.desk != s.write {
		errs = append(errs, s.desk.Close())
	}
	if s.file != nil { // after SQLite: closing it gives SQLite's own locks up
		errs = append(errs, closeLocked(s.file))
		s.file = nil
	}
	if s.lock != nil {
		errs = append(errs, s.lock.release())
		s.lock = nil // closing twice is harmless, as for sql.DB
	}
	return errors.Join(errs...)
}

// installKeySize is that of an HMAC-SHA-256 key.
const installKeySize = 32

// InstallKey returns the secret of this installation. It is made with the database
// and keys the fingerprints in the seen set: so a new database never believes the
// marks of an old one.
func (s *Store) InstallKey(ctx context.Context) ([]byte, error) {
	var key []byte
	err := s.read.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'install_key'`).Scan(&key)
	if err != nil {
		return nil, s.wrap("install key", err)
	}
	return key, nil
}

// PlaceKey returns the secret that digests of sources' places are made with. It is made
// with the database and stays the same for as long as that lives.
func (s *Store) PlaceKey(ctx context.Context) ([]byte, error) {
	var key []byte
	err := s.read.QueryRowContext(ctx, `SELECT value FROM meta WHERE name = 'place_key'`).Scan(&key)
	return key, s.wrap("place key", err)
}

// renewInstallKey makes a new secret, so that all marks under the old one are void, and
// returns it: of several processes at once, that of the first.
func (s *Store) renewInstallKey(ctx context.Context, old []byte) ([]byte, error) {
	_, err := s.exec(ctx, "renew install key", `UPDATE meta SET value = $1 WHERE name = 'install_key' AND value = $2`, newInstallKey(), old)
	if err != nil {
		return nil, err
	}
	return s.InstallKey(ctx)
}

func newInstallKey() []byte {
	key := make([]byte, installKeySize)
	_, _ = rand.Read(key) // never fails, says its documentation
	return key
}

// busyTries bounds how often a transaction is tried that found the database busy;
// each try has waited busyTimeout already.
const busyTries = 3

// casTries bounds how often a compare-and-set is tried. Each lost try means that
// somebody else won, so under the heaviest load a few are enough.
const casTries = 50

// errConflict means that a row changed since it was read: the transaction is
// rolled back and begun again.
var errConflict = errors.New("changed meanwhile")

// inTx runs do in one write transaction and commits. It begins again after
// errConflict or when the database was busy, so do may run more than once. A panic
// in do rolls back and goes on.
func (s *Store) inTx(ctx context.Context, what string, do func(tx *sql.Tx) error) error {
	return s.inTxOf(ctx, s.write, what, do)
}

// inTxOf is inTx on a connection of this pool.
func (s *Store) inTxOf(ctx context.Context, pool *sql.DB, what string, do func(tx *sql.Tx) error) error {
	var err error
	for busy, lost := 0, 0; busy < busyTries && lost < casTries; {
		err = tryTx(ctx, pool, do)
		switch {
		case err == nil:
			s.trouble.Store(nil)
			return nil
		case errors.Is(err, errConflict):
			lost++
		case s.engine.busy(err) && ctx.Err() == nil:
			busy++
		default:
			return s.notWritten(ctx, what, err)
		}
	}
	return s.notWritten(ctx, what, err)
}

// notWritten is the error of a write, and remembers it where it is the database's: a
// full disk, say, and not a change that it refuses.
func (s *Store) notWritten(ctx context.Context, what string, err error) error {
	if explained := s.engine.explain(err); ctx.Err() == nil && explained.Error() != err.Error() {
		s.trouble.Store(&explained)
	}
	return s.wrap(what, err)
}

// Trouble returns why nothing could be written when it was last tried; nil when the last
// write was good, or when the database refused only what it was given.
func (s *Store) Trouble() error {
	if err := s.trouble.Load(); err != nil {
		return *err
	}
	return nil
}

// TryAgain writes something that changes nothing, if the last write failed, so that Trouble says
// how it is now.
func (s *Store) TryAgain(ctx context.Context) {
	if s.Trouble() != nil {
		_, _ = s.exec(ctx, "try again", `UPDATE meta SET value = value WHERE name = 'place_key'`) // Trouble has the error
	}
}

func tryTx(ctx context.Context, pool *sql.DB, do func(tx *sql.Tx) error) error {
	tx, err := pool.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	done := false
	defer func() {
		if !done {
			_ = tx.Rollback()
		}
	}()
	if err := do(tx); err != nil {
		return err
	}
	done = true
	return tx.Commit()
}

const (
	// catchUpPiece is how many rows of before are brought up to date in one transaction: while a start
	// does it, nobody else waits for the writer, and other replicas not for long.
	catchUpPiece = 500
	// catchUpSay is how many are, until the log says so again.
	catchUpSay = 10_000
)

// catchUp brings rows that an earlier earshot wrote up to date, in pieces, and says how far it is: with
// hundreds of thousands people wait for minutes, and see nothing else happen.
func (s *Store) catchUp(ctx context.Context, what string, do func(tx *sql.Tx) (found int, err error)) error {
	done := 0
	return s.inPieces(ctx, what, catchUpPiece, func(tx *sql.Tx) (int, error) {
		found, err := do(tx)
		if before := done; err == nil {
			if done += found; done/catchUpSay > before/catchUpSay {
				s.log.Info("entries of an earlier earshot are brought up to date: listening begins afterwards", "what", what, "entries", done)
			}
		}
		return found, err
	})
}

// inPieces runs transactions for as long as each finds a whole piece of work, so that clicks and
// polls go on meanwhile.
func (s *Store) inPieces(ctx context.Context, what string, piece int, do func(tx *sql.Tx) (found int, err error)) error {
	for found := piece; found == piece; {
		err := s.inTx(ctx, what, func(tx *sql.Tx) (err error) {
			found, err = do(tx)
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// The locks of alone. The first number is "earshot" on a telephone keypad, so it does not meet
// locks of other programs by accident.
const (
	pollLock      = 3277468 // polls and migrations
	watchlistLock = 3277469 // a replica that stands still in a poll must not hold up a new watchlist
)

// alone makes the transaction wait for others with the same lock, and them for it.
func (s *Store) alone(ctx context.Context, tx *sql.Tx, lock int) error {
	if s.engine.serialise == "" {
		return nil
	}
	_, err := tx.ExecContext(ctx, s.engine.serialise, lock)
	return err
}

// exec runs one write outside of a bigger transaction and returns the rows changed.
func (s *Store) exec(ctx context.Context, what, query string, args ...any) (int, error) {
	return s.execOf(ctx, s.write, what, query, args...)
}

// press is exec of what somebody presses.
func (s *Store) press(ctx context.Context, what, query string, args ...any) (int, error) {
	return s.execOf(ctx, s.desk, what, query, args...)
}

// pressOne is press of what must be there, or ErrNotFound: nothing was written then, which says nothing
// of a trouble.
func (s *Store) pressOne(ctx context.Context, what, query string, args ...any) error {
	return s.inTxOf(ctx, s.desk, what, func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, query, args...))
		if err == nil && n == 0 {
			return sql.ErrNoRows
		}
		return err
	})
}

func (s *Store) execOf(ctx context.Context, pool *sql.DB, what, query string, args ...any) (n int, err error) {
	err = s.inTxOf(ctx, pool, what, func(tx *sql.Tx) (err error) {
		n, err = affected(tx.ExecContext(ctx, query, args...))
		return err
	})
	return n, err
}

func affected(res sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// wrap names what was attempted and explains what can be done; nil stays nil.
func (s *Store) wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, sql.ErrNoRows) {
		err = ErrNotFound
	}
	return fmt.Errorf("store: %s: %w", what, s.engine.explain(err))
}
