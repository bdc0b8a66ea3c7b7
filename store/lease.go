package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// A lease says which of several processes does what only one may do at a time. It is a
// row that its holder renews, timed by the database's clock alone, so that processes
// whose clocks differ agree; a lock of a session would not outlive a connection pooler.

// Lease takes or renews the lease of this name for ttl, and reports whether the holder
// has it now. Without an answer nobody knows: the holder may count on the time that is
// left of the last one, measured from before it was asked for. A SQLite file is locked by
// its only daemon, who holds every lease.
func (s *Store) Lease(ctx context.Context, name, holder string, ttl time.Duration) (held bool, err error) {
	if !s.Shared() {
		return true, nil
	}
	// One statement and no transaction: a holder that stops half way must not keep the row
	// locked.
	var is string
	err = s.desk.QueryRowContext(ctx, `
INSERT INTO leases (name, holder, until) VALUES ($1, $2, `+s.engine.clock+` + $3)
ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
 WHERE leases.holder = excluded.holder OR leases.until <= `+s.engine.clock+`
RETURNING holder`, name, holder, ttl.Microseconds()).Scan(&is)
	switch {
	case err == nil:
		return true, nil
	case errors.Is(err, sql.ErrNoRows): // somebody else has it
		return false, nil
	}
	return false, s.wrap("lease "+name, err)
}

// EndLease gives the lease up, so that the next holder need not wait until it ends. It
// changes nothing when the holder does not have it.
func (s *Store) EndLease(ctx context.Context, name, holder string) error {
	if !s.Shared() {
		return nil
	}
	_, err := s.desk.ExecContext(ctx, `UPDATE leases SET until = 0 WHERE name = $1 AND holder = $2`, name, holder)
	return s.wrap("end lease "+name, err)
}
