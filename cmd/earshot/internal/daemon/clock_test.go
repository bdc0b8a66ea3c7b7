package daemon

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"
)

// TestSharedClock: two processes whose own clocks differ by minutes agree on the time of
// an attempt, keep it while the database is away, and follow it when it is set.
func TestSharedClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		database := func() time.Time { return time.Now().Add(2 * time.Minute) }
		away := false
		process := func(off time.Duration) *sharedClock {
			c := &sharedClock{now: func() time.Time { return time.Now().Add(off) }, log: slog.New(slog.DiscardHandler)}
			c.measure = func(context.Context) (time.Duration, error) {
				if away {
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
		away = true
		time.Sleep(5 * time.Minute)
		agree("while the database is away")
		away = false
		database = time.Now
		time.Sleep(measureEvery + time.Second)
		agree("after the database's clock was set")
	})
}
