package daemon

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/alerts"
)

// leases is a database with one lease.
type leases struct {
	mu     sync.Mutex
	holder string
	until  time.Time
	cut    map[string]bool // holders that cannot reach it
	given  []time.Time     // when it went to another holder
}

func (l *leases) Lease(ctx context.Context, _, holder string, ttl time.Duration) (bool, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut[holder] { // the network swallows the question
		l.mu.Unlock()
		<-ctx.Done()
		l.mu.Lock()
		return false, ctx.Err()
	}
	now := time.Now()
	if l.holder != holder {
		if l.until.After(now) {
			return false, nil
		}
		l.given = append(l.given, now)
	}
	l.holder, l.until = holder, now.Add(ttl)
	return true, nil
}

func (l *leases) EndLease(_ context.Context, _, holder string) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.cut[holder] {
		return errors.New("cut")
	}
	if l.holder == holder {
		l.until = time.Time{}
	}
	return nil
}

func (l *leases) setCut(holder string, cut bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut[holder] = cut
}

// side is one replica with work that only one may do at a time.
type side struct {
	*lease
	name  string
	may   atomic.Bool
	stale atomic.Bool // it would see, if it looked, that it may not
	stop  context.CancelFunc
	ended chan struct{}
}

// crew runs replicas whose work must never overlap. working is who works now.
type crew struct {
	t       *testing.T
	db      *leases
	working atomic.Pointer[string]
	terms   atomic.Int32
}

func (c *crew) start(name string) *side {
	s := &side{name: name, ended: make(chan struct{})}
	s.may.Store(true)
	s.lease = newLease(leaseOptions{
		db: c.db, shared: true, holder: name, may: s.may.Load, mayBegin: func(context.Context) bool { return !s.stale.Load() }, log: slog.New(slog.DiscardHandler), now: time.Now,
		begin: func() *delivery { return &delivery{routes: newRoutes(routesOptions{metrics: newMetrics()})} },
	})
	ctx, stop := context.WithCancel(context.Background())
	keeping, stopKeeping := context.WithCancel(context.Background())
	s.stop = stop
	var keep, work sync.WaitGroup
	keep.Go(func() { s.keep(keeping) })
	work.Go(func() {
		s.whileHolding(ctx, func(ctx context.Context, _ *delivery) {
			if other := c.working.Swap(&name); other != nil {
				c.t.Errorf("%s begins while %s works", name, *other)
			}
			c.terms.Add(1)
			<-ctx.Done()
			time.Sleep(leaseMargin / 2) // what is under way ends
			c.working.CompareAndSwap(&name, nil)
		})
	})
	go func() {
		defer close(s.ended)
		work.Wait()
		stopKeeping()
		keep.Wait()
	}()
	c.t.Cleanup(func() { stop(); <-s.ended })
	return s
}

func (c *crew) worker() string {
	if w := c.working.Load(); w != nil {
		return *w
	}
	return ""
}

// TestLease: one replica works at a time, whatever happens; another begins within 12 s
// when it dies or cannot reach the database, and at once when it stops or may not.
func TestLease(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &crew{t: t, db: &leases{cut: map[string]bool{}}}
		a := c.start("a")
		time.Sleep(100 * time.Millisecond)
		b := c.start("b")
		is := func(what, name string, wait time.Duration) {
			t.Helper()
			time.Sleep(wait)
			if c.worker() != name {
				t.Errorf("%s: %q works, want %q", what, c.worker(), name)
			}
		}
		is("first come", "a", time.Minute)
		if c.terms.Load() != 1 {
			t.Errorf("%d terms in a minute, want 1", c.terms.Load())
		}
		c.db.setCut("a", true)
		is("cut off, and its lease runs", "a", 4*time.Second)
		is("cut off", "b", 8*time.Second)
		if !a.heldLast() || !b.heldLast() {
			t.Error("a cannot know that somebody else has it")
		}
		c.db.setCut("a", false)
		is("back, but another works", "b", time.Minute)
		if a.heldLast() || a.held() {
			t.Error("a has seen that b has it")
		}
		b.may.Store(false)
		b.look()
		is("may not", "a", 3*time.Second)
		b.may.Store(true)
		is("may again, and waits", "a", time.Minute)
		a.stop()
		<-a.ended
		is("stopped", "b", 2*time.Second)
		c.db.setCut("b", true)
		is("the only one is cut off", "", 12*time.Second)
		c.db.setCut("b", false)
		is("and back", "b", 3*time.Second)
		d := c.start("d")
		d.stale.Store(true) // b knows of a newer watchlist; d has not looked yet
		b.may.Store(false)
		b.look()
		is("the one that would take it is behind, too", "", 10*time.Second)
		d.stale.Store(false)
		is("and knows better now", "d", 3*time.Second)
		if n := c.terms.Load(); n != 6 {
			t.Errorf("%d terms, want 6", n)
		}
	})
}

// TestNothingLeavesLate: a process that was stopped in the middle goes on where it was,
// before its timers ring. What it sends then would come after another's.
func TestNothingLeavesLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // nothing takes time: the lease is as old as the test says
		var came atomic.Int32
		slack := roundTripper(func(*http.Request) (*http.Response, error) {
			came.Add(1)
			return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
		})
		var ahead atomic.Int64
		now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
		client := &http.Client{Transport: punctual{slack, now}, CheckRedirect: alerts.RefuseRedirect}
		db := &leases{}
		l := newLease(leaseOptions{
			db: db, shared: true, holder: "a", may: func() bool { return true }, mayBegin: func(context.Context) bool { return true }, log: slog.New(slog.DiscardHandler), now: now,
			begin: func() *delivery { return &delivery{routes: newRoutes(routesOptions{metrics: newMetrics()})} },
		})
		l.step(t.Context())
		send := func(ctx context.Context) error {
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://slack.example/api/chat.postMessage", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			res, err := client.Do(r)
			if err == nil {
				res.Body.Close()
			}
			return err
		}
		ctx, stop := context.WithCancel(t.Context())
		var all sync.WaitGroup
		all.Go(func() {
			l.whileHolding(ctx, func(ctx context.Context, _ *delivery) {
				defer stop()
				long, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Hour) // as the sender's attempts
				defer cancel()
				if err := send(long); err != nil {
					t.Errorf("within the lease: %v", err)
				}
				short, cancel := context.WithTimeout(long, 5*time.Second)
				defer cancel()
				ahead.Store(int64(6 * time.Second))
				if err := send(short); !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("after its time: %v", err)
				}
				if err := send(long); err != nil {
					t.Errorf("still within the lease: %v", err)
				}
				ahead.Store(int64(8 * time.Second))
				if err := send(long); !errors.Is(err, context.Canceled) {
					t.Errorf("after the lease: %v", err)
				}
			})
		})
		all.Wait()
		if n := came.Load(); n != 2 {
			t.Errorf("%d requests came, want 2", n)
		}
		l.end("the test is over")
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
