// Package websub subscribes to the hubs that feeds name (WebSub), so that a
// source is read when its publisher says that something is new and not minutes
// later.
//
// A ping only makes the source due now: what a hub sends is never read, and
// polling goes on in case a ping gets lost. What may not be here: knowledge of
// feeds, of the watchlist or the schedule, an HTTP client of its own. It imports
// nothing of earshot.
//
// Subscriptions live in memory. After a restart they are made anew under other
// addresses; what a hub still sends to the old ones is answered with 410 and ends
// with its lease.
package websub

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Path is where ServeHTTP answers, below the public address.
const Path = "/websub/"

const (
	// lease is asked for, and assumed where a hub says 0 or nothing: short, so that
	// what a restart leaves behind at the hubs ends soon.
	lease = 24 * time.Hour
	// longestLease bounds what a hub may promise.
	longestLease = 10 * lease
	// minRequestInterval is the shortest time between two requests to a hub for one source,
	// whatever the hub or the feed says meanwhile.
	minRequestInterval = time.Hour
	// maxRequestInterval bounds the doubling interval after refusals.
	maxRequestInterval = 24 * time.Hour
	// minPollInterval is the shortest time between two pokes of one source.
	minPollInterval = 10 * time.Second
	// askTimeout bounds one request to a hub, waiting for the host's turn included.
	askTimeout = 2 * time.Minute
	// idle is how long a loop sleeps that has nothing to wait for.
	idle = time.Hour
)

// Hubs is the way to the hubs: it guards against private networks and keeps the
// pace.
type Hubs interface {
	// Post sends a form; an answer that is no 2xx is an error that holds no secret.
	Post(ctx context.Context, source, address string, form url.Values) error
}

// Options are all required.
type Options struct {
	PublicURL string // earshot's own address as hubs reach it
	Hubs      Hubs
	PollNow   func(ctx context.Context, source string) // makes a source due now; may block until ctx ends
	Log       *slog.Logger
	Now       func() time.Time
}

// Subscriber keeps one subscription for each source that has a hub. It is safe
// for concurrent use. Make it with New and start Run.
type Subscriber struct {
	opt  Options
	base string
	asks chan struct{} // wakes the loop that asks hubs
	due  chan struct{} // wakes the loop that pokes

	mu      sync.Mutex
	sources map[string]*subscription // of the watchlist, by name
	byID    map[string]*subscription // those with a hub
}

// subscription is what a source has with its hub, guarded by Subscriber.mu.
type subscription struct {
	source     string
	hub, topic string // empty: no hub
	id, secret string
	asked      time.Time // the last request to any hub for this source
	next       time.Time // the next one
	failures   int       // requests since a hub last verified one
	poked      time.Time
	pokeAt     time.Time // zero: no ping is waiting
}

// New returns a subscriber; Run starts it.
func New(opt Options) *Subscriber {
	return &Subscriber{
		opt: opt, base: strings.TrimSuffix(opt.PublicURL, "/") + Path,
		asks: make(chan struct{}, 1), due: make(chan struct{}, 1),
		sources: map[string]*subscription{}, byID: map[string]*subscription{},
	}
}

// Keep says which sources the watchlist has. The others are forgotten, and Offer
// does not bring them back.
func (s *Subscriber) Keep(names []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := make(map[string]*subscription, len(names))
	for _, name := range names {
		if kept[name] = s.sources[name]; kept[name] == nil {
			kept[name] = &subscription{source: name}
		}
	}
	for name, sub := range s.sources {
		if kept[name] == nil {
			delete(s.byID, sub.id)
		}
	}
	s.sources = kept
}

// Offer says what a source's feed names as its hub and topic now; empty means
// none. It returns at once.
func (s *Subscriber) Offer(source, hub, topic string) {
	if hub == "" || topic == "" {
		hub, topic = "", ""
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	sub := s.sources[source]
	if sub == nil || sub.hub == hub && sub.topic == topic {
		return
	}
	delete(s.byID, sub.id)
	sub.hub, sub.topic, sub.id, sub.secret = hub, topic, "", ""
	sub.failures, sub.pokeAt = 0, time.Time{}
	if hub == "" {
		return
	}
	// 130 bits each. What a former hub knows is worth nothing here.
	sub.id, sub.secret = rand.Text(), rand.Text()
	s.byID[sub.id] = sub
	sub.next = s.opt.Now()
	if earliest := sub.asked.Add(minRequestInterval); !sub.asked.IsZero() && earliest.After(sub.next) {
		sub.next = earliest // a feed that names another hub at each poll
	}
	wake(s.asks)
}

// Run asks hubs and pokes sources until ctx ends.
func (s *Subscriber) Run(ctx context.Context) {
	var loops sync.WaitGroup
	loops.Go(func() { loop(ctx, s.asks, func() time.Duration { return s.ask(ctx) }) })
	loops.Go(func() { loop(ctx, s.due, func() time.Duration { return s.poke(ctx) }) })
	loops.Wait()
}

// loop calls step when woken, and again after the time that step returns.
func loop(ctx context.Context, woken <-chan struct{}, step func() time.Duration) {
	for {
		timer := time.NewTimer(step())
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-woken:
			timer.Stop()
		case <-timer.C:
		}
	}
}

func wake(loop chan<- struct{}) {
	select {
	case loop <- struct{}{}:
	default: // woken already
	}
}

// ask sends the requests that are due, one after the other, and returns the time
// to the next.
func (s *Subscriber) ask(ctx context.Context) time.Duration {
	for ctx.Err() == nil {
		source, due, wait := s.takeRequest()
		if due.form == nil {
			return wait
		}
		try, cancel := context.WithTimeout(ctx, askTimeout)
		err := s.opt.Hubs.Post(try, source, due.hub, due.form)
		cancel()
		if err != nil && ctx.Err() == nil {
			s.opt.Log.Info("hub refuses; the source is polled as before", "source", source, "err", err)
		}
	}
	return idle
}

// request is one for a hub.
type request struct {
	hub  string
	form url.Values
}

// takeRequest returns the request that is due first, or none and the time until
// one is. The request counts as a failure until the hub has verified it, so
// silence and refusal are one.
func (s *Subscriber) takeRequest() (source string, r request, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var first *subscription
	for _, sub := range s.byID {
		if first == nil || sub.next.Before(first.next) {
			first = sub
		}
	}
	if first == nil {
		return "", r, idle
	}
	now := s.opt.Now()
	if wait := first.next.Sub(now); wait > 0 {
		return "", r, wait
	}
	first.asked = now
	first.next = now.Add(min(maxRequestInterval, minRequestInterval<<min(first.failures, 5)))
	first.failures++
	return first.source, request{first.hub, url.Values{
		"hub.mode":          {"subscribe"},
		"hub.topic":         {first.topic},
		"hub.callback":      {s.base + first.id},
		"hub.secret":        {first.secret},
		"hub.lease_seconds": {strconv.Itoa(int(lease / time.Second))},
	}}, 0
}

// verified notes that a hub confirmed a subscription, and plans the renewal for
// well before the lease ends. A hub may confirm as often as it likes: that never
// brings the next request nearer than minRequestInterval.
func (s *Subscriber) verified(sub *subscription, leaseSeconds string) {
	granted := lease
	if n, err := strconv.ParseInt(leaseSeconds, 10, 64); err == nil && n > 0 {
		granted = min(time.Duration(min(n, int64(longestLease/time.Second)))*time.Second, longestLease)
	}
	if sub.failures > 0 {
		s.opt.Log.Info("a hub announces what is new", "source", sub.source, "lease", granted)
	}
	sub.failures = 0
	sub.next = s.opt.Now().Add(granted * 4 / 5)
	if earliest := sub.asked.Add(minRequestInterval); earliest.After(sub.next) {
		sub.next = earliest
	}
	wake(s.asks)
}

// poke makes the pinged sources due and returns the time to the next.
func (s *Subscriber) poke(ctx context.Context) time.Duration {
	names, wait := s.pinged()
	for _, name := range names {
		s.opt.PollNow(ctx, name)
	}
	return wait
}

// pinged takes the sources whose ping is due, and says when the next one is.
func (s *Subscriber) pinged() (names []string, wait time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.opt.Now()
	wait = idle
	for _, sub := range s.byID {
		switch left := sub.pokeAt.Sub(now); {
		case sub.pokeAt.IsZero():
		case left > 0:
			wait = min(wait, left)
		default:
			sub.poked, sub.pokeAt = now, time.Time{}
			names = append(names, sub.source)
		}
	}
	return names, wait
}

// ping plans a poke: now, or when the source was left alone for long enough, so
// that what is announced meanwhile is read too. Pings that wait are one.
func (s *Subscriber) ping(sub *subscription) {
	if !sub.pokeAt.IsZero() {
		return
	}
	sub.pokeAt = s.opt.Now()
	if earliest := sub.poked.Add(minPollInterval); earliest.After(sub.pokeAt) {
		sub.pokeAt = earliest
	}
	wake(s.due)
}
