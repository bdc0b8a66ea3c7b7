package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
)

// What is peculiar to PostgreSQL: several daemons share one database, so planning
// is serialised by an advisory lock that ends with the transaction.

const (
	// idlePostgres is for how long a process may stop in the middle of a transaction, in
	// milliseconds, before the server ends it and gives its locks to the others.
	idlePostgres = "15000"
	// serialisePostgres takes a lock. The session's bound is set again: a pooler may have lent
	// another one.
	serialisePostgres = `SELECT set_config('idle_in_transaction_session_timeout', '` + idlePostgres + `', true), pg_advisory_xact_lock($1)`

	postgresConns = 16 // a daemon never needs more at once; the server's default limit is 100
	pollConns     = 2  // polls with mentions are serialised anyway, and each is short
	deskConns     = 4  // of its own, for what people press
)

func postgresEngine(host string) engine {
	lists := listingsOf(` JOIN`, ` FROM cases c`, ` FROM mentions m`, `m.num + 0`) // a sum: no index may offer its order instead of the words
	lists.byNum = lists.byWord
	lists.byNum.by = `m.num`
	// The days asked for, and of them each mention by its id: a planner free to choose reads all mentions for a rare topic.
	lists.byClock.from = ` FROM clocks k JOIN LATERAL (SELECT * FROM mentions WHERE id = k.mention_id OFFSET 0) m ON true`
	return engine{
		name:       "postgres",
		busy:       postgresBusy,
		explain:    func(err error) error { return explainPostgres(host, err) },
		clock:      `(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint`,
		serialise:  serialisePostgres,
		lockRows:   ` FOR NO KEY UPDATE`, // as an UPDATE does
		counted:    []string{"sources", "events"},
		numbered:   ` OVERRIDING SYSTEM VALUE`,
		rowsAtOnce: 200,
		// A prepared statement gets one plan for all values after five: for a rare word it would
		// walk through everything, for a common one collect everything.
		planned: []any{pgx.QueryExecModeCacheDescribe},
		lists:   lists,
		search: textSearch{
			match: `m.terms <> '' AND array_to_tsvector(string_to_array(m.terms, ' ')) @@ ?::text::tsquery`,
			begin: func(term string) string { return `'` + term + `':*` },
			and:   " & ",

			newest: 5000,
		},
	}
}

func (s *Store) openPostgres(ctx context.Context, address string, readOnly bool) error {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		// pgx's error repeats the address; the password is masked there, but not in every form.
		return errors.New("store: the postgres:// address cannot be read: it must be like postgres://USER:PASSWORD@HOST:PORT/NAME")
	}
	host := fmt.Sprintf("%s:%d/%s", config.Host, config.Port, config.Database)
	s.engine = postgresEngine(host)
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "earshot"
	}
	if readOnly {
		config.RuntimeParams["default_transaction_read_only"] = "on"
	}
	BoundSilence(&config.Config)
	s.conn = config
	bound := stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, `SET idle_in_transaction_session_timeout = `+idlePostgres)
		return err
	})
	db := stdlib.OpenDB(*config, bound)
	db.SetMaxOpenConns(postgresConns)
	db.SetMaxIdleConns(postgresConns / 2)
	s.write, s.read = db, db
	s.polls = make(chan struct{}, pollConns)
	s.desk = stdlib.OpenDB(*config, bound)
	s.desk.SetMaxOpenConns(deskConns)
	s.desk.SetMaxIdleConns(1)
	return s.wrap("open "+host, db.PingContext(ctx))
}

// postgresBusy: serialisation failure, deadlock, lock not available.
func postgresBusy(err error) bool {
	switch postgresCode(err) {
	case "40001", "40P01", "55P03":
		return true
	}
	return false
}

func postgresCode(err error) string {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		return ""
	}
	return e.Code
}

// lostConnection reports that the server went away in the middle: it said so (57P01 to
// 57P03, 25P03, class 08), or the connection ended without a word.
func lostConnection(code string, err error) bool {
	var network *net.OpError
	return strings.HasPrefix(code, "57P0") || code == "25P03" || strings.HasPrefix(code, "08") ||
		errors.Is(err, sql.ErrConnDone) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed) || errors.As(err, &network) || pgconn.SafeToRetry(err) // nothing of it was sent
}

func explainPostgres(host string, err error) error {
	var connect *pgconn.ConnectError
	hint := ""
	switch code := postgresCode(err); {
	case code == "28P01" || code == "28000":
		hint = "the database refuses the user or password; check store.database in the watchlist"
	case code == "3D000":
		hint = "there is no such database; create it: createdb"
	case code == "42501":
		hint = "the user may not do that; make it the owner of the database"
	case code == "53100":
		hint = "the server's disk is full"
	case code == "53300":
		hint = "the server has no connection left; raise max_connections"
	case code == "25006":
		hint = "the database is opened for reading only, or the server is a standby"
	case errors.As(err, &connect):
		// The driver's text repeats user and host; the cause is enough.
		return fmt.Errorf("cannot reach PostgreSQL at %s: %w", host, errors.Unwrap(connect))
	case lostConnection(code, err):
		return fmt.Errorf("cannot reach PostgreSQL at %s: the connection was lost: %w", host, err)
	default:
		return err
	}
	return fmt.Errorf("%s: %w: %s", host, err, hint)
}
