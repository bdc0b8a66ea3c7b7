package daemon

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Of the replicas on one database one brings the messages out: the one that holds this
// lease. Its paces, its pauses and what it knows of channels live in its memory, so the
// next one begins as after a restart.

const (
	deliverLease = "deliver"
	leaseTTL     = 10 * time.Second
	leaseRenew   = 3 * time.Second
	// leaseAsk is how often those ask that wait for it.
	leaseAsk = time.Second
	// leaseMargin is how long before the end of a lease that could not be renewed its work
	// stops: what was sent by then has arrived when the next holder begins.
	leaseMargin = 2 * time.Second
	// leaseReturn bounds giving the lease back at the end.
	leaseReturn = 2 * time.Second
)

// leaser is the part of the store that gives leases.
type leaser interface {
	// Lease takes or renews a lease for ttl from now on; an error says that nobody knows.
	Lease(ctx context.Context, name, holder string, ttl time.Duration) (held bool, err error)
	EndLease(ctx context.Context, name, holder string) error
}

// leaseOptions are what a lease needs; all are required.
type leaseOptions struct {
	db     leaser
	shared bool // else this process holds it for ever
	holder string
	may    func() bool // whether this replica may hold it now, as last seen
	// mayBegin looks anew. It is asked when the lease has come and no term has begun: who
	// gives it up may have seen a newer watchlist that this replica has not seen yet.
	mayBegin func(ctx context.Context) bool
	begin    func() *delivery // makes what works under it; once for each term
	log      *slog.Logger
	now      func() time.Time
}

// lease is this replica's side of the lease.
type lease struct {
	opt  leaseOptions
	poke chan struct{}

	mu      sync.Mutex
	term    *term         // nil while it is not held
	changed chan struct{} // closed when term changes
	next    *delivery     // of this term, or of the next one
	last    bool          // nobody else was seen to hold it since this replica did
	owed    bool          // it is to be given up when nothing runs any more
	running int           // what runs in a term, or still ends
}

// term is one time of holding the lease.
type term struct {
	gone    chan struct{} // closed at its end
	timer   *time.Timer   // ends it when it is not renewed
	renewed time.Time     // when the renewal was asked for that it lives by
}

func newLease(opt leaseOptions) *lease {
	l := &lease{opt: opt, poke: make(chan struct{}, 1), changed: make(chan struct{}), next: opt.begin()}
	if !opt.shared {
		l.term, l.last = &term{gone: make(chan struct{})}, true
	}
	return l
}

// delivery is what works in this term, or in the next one while the lease is not held.
func (l *lease) delivery() *delivery {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.next
}

// held reports whether this replica holds the lease.
func (l *lease) held() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.term != nil
}

// heldLast reports whether this replica holds the lease, or is the last that is known to
// have held it.
func (l *lease) heldLast() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// look makes keep ask at once.
func (l *lease) look() { poke(l.poke) }

// keep takes the lease when it is free and renews it, until ctx ends; then it gives it up.
func (l *lease) keep(ctx context.Context) {
	if !l.opt.shared {
		return
	}
	for ctx.Err() == nil {
		timer := time.NewTimer(l.step(ctx))
		select {
		case <-ctx.Done():
		case <-l.poke:
		case <-timer.C:
		}
		timer.Stop()
	}
	l.giveUp(context.WithoutCancel(ctx))
}

// step asks once and returns when to ask again.
func (l *lease) step(ctx context.Context) time.Duration {
	if !l.opt.may() {
		l.giveUp(ctx)
		return leaseAsk
	}
	asked := l.opt.now()
	// What takes longer says nothing any more: the term has ended by then.
	try, cancel := context.WithTimeout(ctx, leaseTTL-leaseMargin-leaseRenew)
	defer cancel()
	held, err := l.opt.db.Lease(try, deliverLease, l.opt.holder, leaseTTL)
	switch {
	case err != nil:
		if ctx.Err() == nil {
			l.opt.log.Warn("who delivers cannot be agreed on; trying again", "err", err)
		}
		return leaseAsk
	case !held:
		l.end("another replica delivers")
		l.mu.Lock()
		l.last = false
		l.mu.Unlock()
		return leaseAsk
	case !l.held() && !l.opt.mayBegin(try):
		l.putBack(ctx)
		return leaseAsk
	}
	l.renew(asked)
	return leaseRenew
}

// renew begins a term, or prolongs the one that runs.
func (l *lease) renew(asked time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	left := leaseTTL - leaseMargin - l.opt.now().Sub(asked)
	switch {
	case left <= 0:
	case l.term == nil:
		t := &term{gone: make(chan struct{}), renewed: asked}
		t.timer = time.AfterFunc(left, func() { l.endTerm(t, "the lease could not be renewed in time") })
		l.term, l.last, l.owed = t, true, false
		l.announce()
		l.opt.log.Info("this replica delivers")
	case l.term.timer.Stop():
		l.term.renewed = asked
		l.term.timer.Reset(left)
	} // else it is ending; the next step begins another one
}

// announce tells those that wait that term has changed. The lock is held.
func (l *lease) announce() {
	close(l.changed)
	l.changed = make(chan struct{})
}

func (l *lease) end(why string) {
	l.mu.Lock()
	t := l.term
	l.mu.Unlock()
	if t != nil {
		l.endTerm(t, why)
	}
}

func (l *lease) endTerm(t *term, why string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.term != t {
		return
	}
	t.timer.Stop()
	l.term, l.owed = nil, true
	l.next.end()
	l.next = l.opt.begin()
	l.announce()
	close(t.gone)
	l.opt.log.Info("this replica does not deliver any more", "why", why)
}

// giveUp ends the term, and lets another replica begin as soon as what ran in it has ended.
func (l *lease) giveUp(ctx context.Context) {
	l.end("it gave up the lease")
	l.mu.Lock()
	now := l.owed && l.running == 0
	l.owed = l.owed && !now
	l.mu.Unlock()
	if now {
		l.putBack(ctx)
	}
}

// putBack lets another replica have the lease at once.
func (l *lease) putBack(ctx context.Context) {
	try, cancel := context.WithTimeout(ctx, leaseReturn)
	defer cancel()
	if err := l.opt.db.EndLease(try, deliverLease, l.opt.holder); err != nil {
		l.opt.log.Warn("the lease cannot be given up; another replica delivers when it has ended", "err", err)
	}
}

// whileHolding runs run while the lease is held, again in each term, until ctx ends. It
// returns when run has.
func (l *lease) whileHolding(ctx context.Context, run func(ctx context.Context, d *delivery)) {
	for ctx.Err() == nil {
		l.mu.Lock()
		t, d, changed := l.term, l.next, l.changed
		l.mu.Unlock()
		if t == nil {
			select {
			case <-ctx.Done():
			case <-changed:
			}
			continue
		}
		l.hold(ctx, t, func(ctx context.Context) { run(ctx, d) })
	}
}

// hold runs run until the term or ctx ends.
func (l *lease) hold(ctx context.Context, t *term, run func(context.Context)) {
	if l.opt.shared {
		ctx = context.WithValue(ctx, overKey{}, func() bool { return l.over(t) })
	}
	held, stop := context.WithCancel(ctx)
	defer stop()
	l.mu.Lock()
	l.running++
	l.mu.Unlock()
	done := make(chan struct{})
	go func() { // also ends what was begun just when the term ended
		defer close(done)
		select {
		case <-t.gone:
			stop()
		case <-held.Done():
		}
	}()
	run(held)
	l.mu.Lock()
	l.running--
	l.mu.Unlock()
	l.look() // it may be owed
	select {
	case <-t.gone:
	case <-ctx.Done():
	}
	stop()
	<-done
}

// over reports whether nothing may be sent any more in the term, by the clock and not by
// a timer: a process or machine that was stopped for a while goes on where it was, before
// its timers ring. The clock that stands still with the machine does not count alone.
func (l *lease) over(t *term) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	now, at := l.opt.now(), t.renewed
	return l.term != t || max(now.Sub(at), now.Round(0).Sub(at.Round(0))) >= leaseTTL-leaseMargin
}

// overKey is the key of the function that says whether what is done may not be sent any more.
type overKey struct{}

// punctual sends a request only while its time has not passed and its lease is held.
type punctual struct {
	next http.RoundTripper
	now  func() time.Time
}

// RoundTrip implements http.RoundTripper.
func (p punctual) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := p.late(r.Context()); err != nil {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, err
	}
	return p.next.RoundTrip(r)
}

func (p punctual) late(ctx context.Context) error {
	if until, ok := ctx.Deadline(); ok && !p.now().Before(until) {
		return fmt.Errorf("not sent: its time had passed: %w", context.DeadlineExceeded)
	}
	if over, ok := ctx.Value(overKey{}).(func() bool); ok && over() {
		return fmt.Errorf("not sent: another replica may deliver now: %w", context.Canceled)
	}
	return nil
}
