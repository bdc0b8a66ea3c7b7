package store

import (
	"context"
	"time"
)

// clockAsks is how often the database is asked for its time: what came the quickest is off by
// half of its way at most, and the others by more.
const clockAsks = 5

// ClockAhead returns how far the database's clock is ahead of this process's: what
// several processes write into one database must be timed by one clock. SQLite has none
// of its own, so it is never ahead.
func (s *Store) ClockAhead(ctx context.Context) (ahead time.Duration, err error) {
	if !s.Shared() {
		return 0, nil
	}
	var quickest time.Duration
	for i := range clockAsks {
		asked := s.now()
		var at int64
		if err := s.read.QueryRowContext(ctx, "SELECT "+s.engine.clock).Scan(&at); err != nil {
			return 0, s.wrap("clock", err)
		}
		if took := s.now().Sub(asked); i == 0 || took < quickest {
			quickest, ahead = took, fromMicros(at).Sub(asked.Add(took/2))
		}
	}
	return ahead, nil
}
