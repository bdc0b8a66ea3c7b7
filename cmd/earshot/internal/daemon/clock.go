package daemon

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"
)

// measureEvery is how often the database's clock is measured.
const measureEvery = time.Minute

// sharedClock is the time by which alerts go out: the database's, which all processes
// that work on it have in common. An attempt that one of them began is in doubt by the
// same clock for all, however their own differ.
type sharedClock struct {
	now     func() time.Time // ours
	measure func(ctx context.Context) (ahead time.Duration, err error)
	log     *slog.Logger
	ahead   atomic.Int64 // nanoseconds
}

// Now is the time by the database's clock, as it was measured last.
func (c *sharedClock) Now() time.Time { return c.now().Add(time.Duration(c.ahead.Load())) }

// set measures once. What was measured before stays when the database is away.
func (c *sharedClock) set(ctx context.Context) {
	ahead, err := c.measure(ctx)
	if err != nil {
		if ctx.Err() == nil {
			c.log.Warn("the database's clock cannot be read; the last difference is used", "err", err)
		}
		return
	}
	c.ahead.Store(int64(ahead))
}

// keep measures until ctx ends.
func (c *sharedClock) keep(ctx context.Context) {
	ticker := time.NewTicker(measureEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			c.set(ctx)
		}
	}
}
