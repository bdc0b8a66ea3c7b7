package fetch

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// jitter is the most that is added to a gap, as a share of it. It only adds: the
// gap is a promise.
const jitter = 0.2

// throttle lets one request at a time into a host and keeps the gap between the end
// of one and the start of the next. A host costs an entry only while it is in
// use or its gap runs; there is no goroutine.
type throttle struct {
	mu    sync.Mutex
	hosts map[string]*turn
	sweep int // size at which idle entries are dropped
}

type turn struct {
	slot  chan struct{} // holds one element while a request is in flight
	users int           // in flight or waiting; guarded by throttle.mu, as the rest is
	ended time.Time     // of the last request
	gap   time.Duration // it asked for
	keep  time.Duration // how long ended matters
	until time.Time     // Retry-After: nothing before
}

// tooLate says that the turn would come after the caller's deadline, or that
// the host asked for a pause.
type tooLate struct{ wait time.Duration }

func (e *tooLate) Error() string { return fmt.Sprintf("the host's turn comes in %v", e.wait) }

const sweepMin = 64

func newThrottle() *throttle { return &throttle{hosts: map[string]*turn{}, sweep: sweepMin} }

// enter waits for the host's turn. gap is the least time since the end of the
// last request; keep is the largest gap that any later request may ask for.
func (g *throttle) enter(ctx context.Context, host string, gap, keep time.Duration) (release func(), err error) {
	t := g.join(host)
	select {
	case t.slot <- struct{}{}:
	case <-ctx.Done():
		g.leave(t)
		return nil, context.Cause(ctx)
	}
	quit := func(err error) (func(), error) {
		<-t.slot
		g.leave(t)
		return nil, err
	}
	wait, held := g.wait(t, gap)
	if deadline, ok := ctx.Deadline(); held > 0 || ok && wait > time.Until(deadline) {
		return quit(&tooLate{wait: max(wait, held)})
	}
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return quit(context.Cause(ctx))
		}
	}
	if err := ctx.Err(); err != nil {
		return quit(context.Cause(ctx))
	}
	var once sync.Once
	return func() {
		once.Do(func() {
			g.mu.Lock()
			t.ended, t.gap, t.keep = time.Now(), gap, max(keep, t.keep)
			g.mu.Unlock()
			<-t.slot
			g.leave(t)
		})
	}, nil
}

// hold keeps every request away from the host for d.
func (g *throttle) hold(host string, d time.Duration) {
	if d <= 0 {
		return
	}
	t := g.join(host)
	g.mu.Lock()
	if until := time.Now().Add(d); until.After(t.until) {
		t.until = until
	}
	g.mu.Unlock()
	g.leave(t)
}

// wait is how long the holder of the slot must wait, and how long of a pause the host asked for.
func (g *throttle) wait(t *turn, gap time.Duration) (wait, held time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if held = time.Until(t.until); t.until.IsZero() {
		held = 0
	}
	if t.ended.IsZero() || gap <= 0 {
		return 0, held
	}
	gap += time.Duration(rand.Float64() * jitter * float64(gap))
	return time.Until(t.ended.Add(gap)), held
}

// left is how long the host is to be left alone from now on: for the gap of the last
// request, or as long as it asked for.
func (g *throttle) left(host string) time.Duration {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.hosts[host]
	if t == nil {
		return 0
	}
	left := max(0, time.Until(t.until))
	if !t.ended.IsZero() {
		left = max(left, time.Until(t.ended.Add(t.gap)))
	}
	return left
}

func (g *throttle) join(host string) *turn {
	g.mu.Lock()
	defer g.mu.Unlock()
	t := g.hosts[host]
	if t == nil {
		if len(g.hosts) >= g.sweep {
			g.drop()
		}
		t = &turn{slot: make(chan struct{}, 1)}
		g.hosts[host] = t
	}
	t.users++
	return t
}

func (g *throttle) leave(t *turn) {
	g.mu.Lock()
	t.users--
	g.mu.Unlock()
}

// drop forgets idle hosts. It runs when the map has doubled, so its cost is
// spread over the joins that made it grow. The caller holds mu.
func (g *throttle) drop() {
	now := time.Now()
	for host, t := range g.hosts {
		grace := time.Duration(float64(t.keep) * (1 + jitter))
		if t.users == 0 && now.After(t.ended.Add(grace)) && now.After(t.until) {
			delete(g.hosts, host)
		}
	}
	g.sweep = max(sweepMin, 2*len(g.hosts))
}
