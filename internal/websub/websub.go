// Package websub subscribes to the hubs that feeds name (WebSub), so that a
// source is read when its publisher says that something is new and not minutes
// later.
//
// A ping only makes the source due now: what a hub sends is never read, and
// polling goes on in case a ping gets lost. What may not be here: knowledge of
// feeds, of the watchlist or the schedule, an HTTP client of its own. It imports
// nothing of earshot.
//
// Subscriptions are kept where every process of an installation finds them, so that any
// of them answers a hub, and a restart forgets none. One process asks the hubs.
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
	// what a source that left leaves behind at the hubs ends soon.
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
	// lookAgain is how often subscriptions are read that other processes may have changed.
	lookAgain = time.Minute
	// recordTimeout bounds reading or writing them.
	recordTimeout = 5 * time.Second
)

// Hubs is the way to the hubs: it guards against private networks and keeps the
// pace.
type Hubs interface {
	// Post sends a form; an answer that is no 2xx is an error that holds no secret.
	Post(ctx context.Context, source, address string, form url.Values) error
}

// Subscription is what a source has with its hub.
type Subscription struct {
	Source     string
	Hub, Topic string // empty: no hub
	ID, Secret string
	Asked      time.Time // the last request to any hub for this source
	Next       time.Time // the next one
	Failures   int       // requests since a hub last verified one
}

// Records keep the subscriptions, one for each source.
type Records interface {
	// Subscriptions returns all.
	Subscriptions(ctx context.Context) ([]Subscription, error)
	// Subscription returns the one with this id; ok is false when none has it.
	Subscription(ctx context.Context, id string) (s Subscription, ok bool, err error)
	// Offer stores a subscription, unless its source has the same hub and topic already. Asked stays
	// what it was, and the next request is no sooner than rest after that.
	Offer(ctx context.Context, s Subscription, rest time.Duration) error
	// Save stores Asked, Next and Failures of the one with this id; kept is false when there is
	// none any more.
	Save(ctx context.Context, s Subscription) (kept bool, err error)
	// Keep forgets those of all other sources.
	Keep(ctx context.Context, sources []string) error
}

// Options are all required.
type Options struct {
	PublicURL string // earshot's own address as hubs reach it
	Hubs      Hubs
	Records   Records
	PollNow   func(ctx context.Context, source string) // makes a source due now; may block until ctx ends
	Log       *slog.Logger
	Now       func() time.Time
}

// Subscriber keeps one subscription for each source that has a hub. It is safe
// for concurrent use. Make it with New and start Run, and Ask in one process.
type Subscriber struct {
	opt  Options
	base string
	asks chan struct{} // wakes the loop that asks hubs
	due  chan struct{} // wakes the loop that pokes

	mu      sync.Mutex
	sources map[string]source // of the watchlist, by name
	pings   map[string]*ping  // by the source's name, whether this process polls it or not
}

// source is what a source has stored, as far as this process knows; empty: no hub.
type source struct{ hub, topic string }

// ping is when a source was made due, and when it will be; zero: no ping is waiting.
type ping struct{ poked, pokeAt time.Time }

// New returns a subscriber.
func New(opt Options) *Subscriber {
	return &Subscriber{
		opt: opt, base: strings.TrimSuffix(opt.PublicURL, "/") + Path,
		asks: make(chan struct{}, 1), due: make(chan struct{}, 1), sources: map[string]source{}, pings: map[string]*ping{},
	}
}

// Keep says which sources the watchlist has. The others are forgotten, and Offer
// does not bring them back.
func (s *Subscriber) Keep(names []string) {
	ctx, cancel := context.WithTimeout(context.Background(), recordTimeout)
	defer cancel()
	err := s.opt.Records.Keep(ctx, names)
	var stored []Subscription
	if err == nil {
		stored, err = s.opt.Records.Subscriptions(ctx)
	}
	if err != nil { // what is stored is found out by offering it again
		s.opt.Log.Warn("subscriptions to hubs cannot be read", "err", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := make(map[string]source, len(names))
	for _, name := range names {
		kept[name] = source{}
	}
	for _, sub := range stored {
		if _, ok := kept[sub.Source]; ok {
			kept[sub.Source] = source{sub.Hub, sub.Topic}
		}
	}
	for name := range s.pings {
		if _, ok := kept[name]; !ok {
			delete(s.pings, name)
		}
	}
	s.sources = kept
	wake(s.asks)
}

// Offer says what a source's feed names as its hub and topic now; empty means
// none. It returns at once, unless that is another one.
func (s *Subscriber) Offer(name, hub, topic string) {
	if hub == "" || topic == "" {
		hub, topic = "", ""
	}
	s.mu.Lock()
	is, kept := s.sources[name]
	s.mu.Unlock()
	if !kept || is == (source{hub, topic}) {
		return
	}
	sub := Subscription{Source: name, Hub: hub, Topic: topic, Next: s.opt.Now()}
	if hub != "" {
		// 130 bits each. What a former hub knows is worth nothing here.
		sub.ID, sub.Secret = rand.Text(), rand.Text()
	}
	ctx, cancel := context.WithTimeout(context.Background(), recordTimeout)
	defer cancel()
	if err := s.opt.Records.Offer(ctx, sub, minRequestInterval); err != nil {
		s.opt.Log.Warn("a subscription to a hub cannot be stored; the next poll tries again", "source", name, "err", err)
		return
	}
	s.mu.Lock()
	if _, kept := s.sources[name]; kept {
		s.sources[name] = source{hub, topic}
	}
	delete(s.pings, name)
	s.mu.Unlock()
	wake(s.asks)
}

// Run makes sources due that hubs announced to this process, until ctx ends.
func (s *Subscriber) Run(ctx context.Context) {
	loop(ctx, s.due, func() time.Duration { return s.poke(ctx) })
}

// Ask asks hubs until ctx ends. One process at a time may.
func (s *Subscriber) Ask(ctx context.Context) {
	loop(ctx, s.asks, func() time.Duration { return min(s.ask(ctx), lookAgain) })
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
		due, wait, err := s.takeRequest(ctx)
		if err != nil && ctx.Err() == nil {
			s.opt.Log.Warn("subscriptions to hubs cannot be read or written", "err", err)
		}
		if err != nil || due == nil {
			return wait
		}
		try, cancel := context.WithTimeout(ctx, askTimeout)
		err = s.opt.Hubs.Post(try, due.Source, due.Hub, s.request(*due))
		cancel()
		if err != nil && ctx.Err() == nil {
			s.opt.Log.Info("hub refuses; the source is polled as before", "source", due.Source, "err", err)
		}
	}
	return idle
}

// request is what a hub is asked with.
func (s *Subscriber) request(sub Subscription) url.Values {
	return url.Values{
		"hub.mode":          {"subscribe"},
		"hub.verify":        {"async"}, // of version 0.3: hubs of WordPress refuse a request without it
		"hub.topic":         {sub.Topic},
		"hub.callback":      {s.base + sub.ID},
		"hub.secret":        {sub.Secret},
		"hub.lease_seconds": {strconv.Itoa(int(lease / time.Second))},
	}
}

// takeRequest returns the subscription whose request is due first, or none and the time until
// one is. The request counts as a failure until the hub has verified it, so
// silence and refusal are one.
func (s *Subscriber) takeRequest(ctx context.Context) (due *Subscription, wait time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, recordTimeout)
	defer cancel()
	all, err := s.opt.Records.Subscriptions(ctx)
	if err != nil {
		return nil, idle, err
	}
	var first *Subscription
	for i, sub := range all {
		if sub.Hub != "" && s.has(sub.Source) && (first == nil || sub.Next.Before(first.Next)) {
			first = &all[i]
		}
	}
	if first == nil {
		return nil, idle, nil
	}
	now := s.opt.Now()
	if wait := first.Next.Sub(now); wait > 0 {
		return nil, wait, nil
	}
	first.Asked = now
	first.Next = now.Add(min(maxRequestInterval, minRequestInterval<<min(first.Failures, 5)))
	first.Failures++
	switch kept, err := s.opt.Records.Save(ctx, *first); {
	case err != nil:
		return nil, idle, err
	case !kept: // the feed named another hub meanwhile: that one waits its time
		return nil, 0, nil
	}
	return first, 0, nil
}

// has reports whether the watchlist has the source.
func (s *Subscriber) has(name string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, ok := s.sources[name]
	return ok
}

// verified notes that a hub confirmed a subscription, and plans the renewal for
// well before the lease ends. A hub may confirm as often as it likes: that never
// brings the next request nearer than minRequestInterval.
func (s *Subscriber) verified(ctx context.Context, sub Subscription, leaseSeconds string) error {
	granted := lease
	if n, err := strconv.ParseInt(leaseSeconds, 10, 64); err == nil && n > 0 {
		granted = min(time.Duration(min(n, int64(longestLease/time.Second)))*time.Second, longestLease)
	}
	if sub.Failures > 0 {
		s.opt.Log.Info("a hub announces what is new", "source", sub.Source, "lease", granted)
	}
	sub.Failures = 0
	sub.Next = s.opt.Now().Add(granted * 4 / 5)
	if earliest := sub.Asked.Add(minRequestInterval); earliest.After(sub.Next) {
		sub.Next = earliest
	}
	_, err := s.opt.Records.Save(ctx, sub)
	wake(s.asks)
	return err
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
	for name, is := range s.pings {
		switch left := is.pokeAt.Sub(now); {
		case is.pokeAt.IsZero():
		case left > 0:
			wait = min(wait, left)
		default:
			is.poked, is.pokeAt = now, time.Time{}
			names = append(names, name)
		}
	}
	return names, wait
}

// ping plans a poke: now, or when the source was left alone for long enough, so
// that what is announced meanwhile is read too. Pings that wait are one.
func (s *Subscriber) ping(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	is := s.pings[name]
	if is == nil {
		is = &ping{}
		s.pings[name] = is
	}
	if !is.pokeAt.IsZero() {
		return
	}
	is.pokeAt = s.opt.Now()
	if earliest := is.poked.Add(minPollInterval); earliest.After(is.pokeAt) {
		is.pokeAt = earliest
	}
	wake(s.due)
}
