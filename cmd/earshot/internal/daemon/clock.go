package daemon

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/earshot/earshot/internal/i18n"
)

// measureEvery is how often the database's clock is measured.
const measureEvery = time.Minute

// clockOff is how far a machine's clock may be off before somebody is told to set it.
const clockOff = time.Minute

// sharedClock is the time by which earshot works: the database's, which all processes
// that work on it have in common. What one of them heard or began is so old for all,
// however their own clocks differ.
type sharedClock struct {
	now     func() time.Time // ours
	measure func(ctx context.Context) (ahead time.Duration, err error)
	log     *slog.Logger
	ahead   atomic.Int64 // nanoseconds
	said    atomic.Bool  // that ours is wrong
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
	if why := c.wrong(i18n.Lang{}); (why != "") != c.said.Load() {
		c.said.Store(why != "")
		if why != "" {
			c.log.Warn(why)
		}
	}
}

// wrong says that this machine's clock, or the database's, should be set; empty when they
// agree.
func (c *sharedClock) wrong(l i18n.Lang) string {
	ahead, key := time.Duration(c.ahead.Load()), "fault.clock_behind"
	if ahead < 0 {
		ahead, key = -ahead, "fault.clock_ahead"
	}
	if ahead < clockOff {
		return ""
	}
	return l.Text(key, "1", l.Span(ahead))
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
