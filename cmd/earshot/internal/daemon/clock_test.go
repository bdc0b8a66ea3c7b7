package daemon

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestSharedClock: two processes whose own clocks differ by minutes agree on the time of
// an attempt, keep it while the database is away, and follow it when it is set.
func TestSharedClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var away, set atomic.Bool
		database := func() time.Time {
			if set.Load() {
				return time.Now()
			}
			return time.Now().Add(2 * time.Minute)
		}
		process := func(off time.Duration) *sharedClock {
			c := &sharedClock{now: func() time.Time { return time.Now().Add(off) }, log: slog.New(slog.DiscardHandler)}
			c.measure = func(context.Context) (time.Duration, error) {
				if away.Load() {
					return 0, errors.New("away")
				}
				return database().Sub(c.now()), nil
			}
			return c
		}
		a, b := process(0), process(-7*time.Minute)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		agree := func(when string) {
			t.Helper()
			if !a.Now().Equal(database()) || !b.Now().Equal(database()) {
				t.Errorf("%s: %s and %s, the database says %s", when, a.Now(), b.Now(), database())
			}
		}
		for _, c := range []*sharedClock{a, b} {
			c.set(ctx)
			go c.keep(ctx)
		}
		agree("at first")
		away.Store(true)
		time.Sleep(5 * time.Minute)
		agree("while the database is away")
		away.Store(false)
		set.Store(true)
		time.Sleep(measureEvery + time.Second)
		agree("after the database's clock was set")
	})
}
