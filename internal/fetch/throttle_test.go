package fetch

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestGateKeepsTheGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newThrottle()
		var inside, turns atomic.Int32
		var last time.Time
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				release, err := g.enter(t.Context(), "a.example", 10*time.Second, 10*time.Second)
				if err != nil {
					t.Error(err)
					return
				}
				if inside.Add(1) > 1 {
					t.Error("two at once")
				}
				if !last.IsZero() && time.Since(last) < 10*time.Second {
					t.Errorf("gap of %v", time.Since(last))
				}
				time.Sleep(3 * time.Second) // the request itself
				last = time.Now()
				turns.Add(1)
				inside.Add(-1)
				release()
			})
		}
		start := time.Now()
		wg.Wait()
		least, most := 20*3*time.Second+19*10*time.Second, 20*3*time.Second+19*12*time.Second
		if took := time.Since(start); turns.Load() != 20 || took < least || took > most {
			t.Errorf("%d turns took %v, want %v to %v", turns.Load(), took, least, most)
		}
	})
}

func TestGateZeroGapIsStillOneAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newThrottle()
		var inside atomic.Int32
		var wg sync.WaitGroup
		start := time.Now()
		for range 10 {
			wg.Go(func() {
				release, err := g.enter(t.Context(), "a", 0, 0)
				if err != nil || inside.Add(1) > 1 {
					t.Error("two at once, or", err)
				}
				time.Sleep(time.Second)
				inside.Add(-1)
				release()
			})
		}
		wg.Wait()
		if took := time.Since(start); took != 10*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestGateWaitsEndWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newThrottle()
		release, err := g.enter(t.Context(), "a", time.Hour, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if _, err := g.enter(ctx, "a", time.Hour, time.Hour); !errors.Is(err, context.Canceled) {
			t.Errorf("behind a request: %v", err)
		}
		release()
		ctx, cancel = context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		start := time.Now()
		if _, err := g.enter(ctx, "a", time.Hour, time.Hour); !errors.Is(err, context.Canceled) || time.Since(start) != time.Second {
			t.Errorf("inside the gap: %v after %v", err, time.Since(start))
		}
		// A deadline before the turn is known at once, and costs nobody the slot.
		ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start = time.Now()
		var late *tooLate
		if _, err := g.enter(ctx, "a", time.Hour, time.Hour); !errors.As(err, &late) || time.Since(start) != 0 || late.wait < 59*time.Minute {
			t.Errorf("too late: %v after %v", err, time.Since(start))
		}
		time.Sleep(2 * time.Hour)
		if release, err = g.enter(t.Context(), "a", time.Hour, time.Hour); err != nil {
			t.Fatal(err)
		}
		release()
	})
}

func TestGateHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newThrottle()
		g.hold("a", time.Minute)
		g.hold("a", time.Second) // a shorter wish does not shorten the longer one
		var late *tooLate
		if _, err := g.enter(t.Context(), "a", 0, 0); !errors.As(err, &late) || late.wait != time.Minute {
			t.Errorf("held: %v", err)
		}
		release, err := g.enter(t.Context(), "b", 0, 0)
		if err != nil {
			t.Fatal("another host is held too", err)
		}
		release()
		time.Sleep(time.Minute)
		if release, err = g.enter(t.Context(), "a", 0, 0); err != nil {
			t.Fatal(err)
		}
		release()
	})
}

// An API request may follow early, but a page still waits its own gap after it.
func TestGateMixedGaps(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newThrottle()
		pass := func(gap time.Duration) time.Duration {
			start := time.Now()
			release, err := g.enter(t.Context(), "a", gap, 10*time.Second)
			if err != nil {
				t.Fatal(err)
			}
			release()
			return time.Since(start)
		}
		pass(10 * time.Second)
		if w := pass(2 * time.Second); w < 2*time.Second || w > 3*time.Second {
			t.Errorf("api after page: %v", w)
		}
		if w := pass(10 * time.Second); w < 10*time.Second || w > 12*time.Second {
			t.Errorf("page after api: %v", w)
		}
	})
}

func TestGateForgetsIdleHosts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newThrottle()
		g.hold("held", 24*time.Hour)
		for round := range 20 {
			for i := range 1000 {
				release, err := g.enter(t.Context(), fmt.Sprintf("h%d-%d", round, i), 10*time.Second, 10*time.Second)
				if err != nil {
					t.Fatal(err)
				}
				release()
			}
			time.Sleep(time.Minute)
		}
		if n := len(g.hosts); n > 2100 {
			t.Errorf("%d hosts kept", n)
		}
		if g.hosts["held"] == nil {
			t.Error("a held host was forgotten")
		}
	})
}

func BenchmarkGate(b *testing.B) {
	g := newThrottle()
	b.ReportAllocs()
	for b.Loop() {
		release, err := g.enter(b.Context(), "a", 0, 0)
		if err != nil {
			b.Fatal(err)
		}
		release()
	}
}
