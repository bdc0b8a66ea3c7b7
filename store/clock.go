package store

import (
	"context"
	"time"
)

// ClockAhead returns how far the database's clock is ahead of this process's: what
// several processes write into one database must be timed by one clock. SQLite has none
// of its own, so it is never ahead.
func (s *Store) ClockAhead(ctx context.Context) (time.Duration, error) {
	if !s.Shared() {
		return 0, nil
	}
	asked := s.now()
	var at int64
	if err := s.read.QueryRowContext(ctx, "SELECT "+s.engine.clock).Scan(&at); err != nil {
		return 0, s.wrap("clock", err)
	}
	return fromMicros(at).Sub(asked.Add(s.now().Sub(asked) / 2)), nil
}
