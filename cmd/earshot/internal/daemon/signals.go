package daemon

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"
)

// What replicas call out to each other. Nothing depends on being heard: the outbox is
// read every second and the replicas every few seconds all the same; only an App Home that
// was opened elsewhere stays as it is until it is opened again.
const (
	callOutbox   = "outbox"   // there is something to deliver
	callReplicas = "replicas" // a watchlist was taken into use
	callCases    = "cases"    // people changed a case
	callPoll     = "poll "    // and the name of a source that is due now
)

const (
	callTimeout = 5 * time.Second
	// listenAgain is the pause after the connection to listen on was lost.
	listenAgain = 5 * time.Second
)

// caller is the part of the store by which replicas call each other.
type caller interface {
	WakeOthers(ctx context.Context, word string) error
	Heard(ctx context.Context, woken func(word string)) error
}

// signals call the other replicas, and hear them.
type signals struct {
	db    caller
	heard func(ctx context.Context, word string)
	log   *slog.Logger

	mu    sync.Mutex
	words map[string]bool // to be said
	wake  chan struct{}
}

func newSignals(db caller, heard func(context.Context, string), log *slog.Logger) *signals {
	return &signals{db: db, heard: heard, log: log, words: map[string]bool{}, wake: make(chan struct{}, 1)}
}

// call says the word to the other replicas soon. It never blocks; said again before it
// was sent, it is sent once.
func (s *signals) call(word string) {
	s.mu.Lock()
	s.words[word] = true
	s.mu.Unlock()
	poke(s.wake)
}

func (s *signals) take() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := slices.Collect(maps.Keys(s.words))
	clear(s.words)
	return list
}

// run calls and hears until ctx ends.
func (s *signals) run(ctx context.Context) {
	var all sync.WaitGroup
	all.Go(func() { s.listen(ctx) })
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-s.wake:
			for _, word := range s.take() {
				try, cancel := context.WithTimeout(ctx, callTimeout)
				if err := s.db.WakeOthers(try, word); err != nil && ctx.Err() == nil {
					s.log.Debug("the other replicas cannot be called; they look by themselves", "err", err)
				}
				cancel()
			}
		}
	}
	all.Wait()
}

func (s *signals) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := s.db.Heard(ctx, func(word string) { s.heard(ctx, word) }); err != nil && ctx.Err() == nil {
			s.log.Debug("other replicas are not heard; trying again", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(listenAgain):
		}
	}
}

// wakeSender makes who delivers look at the outbox now.
func (d *Daemon) wakeSender() {
	if d.lease.held() {
		d.lease.delivery().sender.Wake()
		return
	}
	d.signals.call(callOutbox)
}

// called is told what other replicas call out.
func (d *Daemon) called(ctx context.Context, word string) {
	source, poll := strings.CutPrefix(word, callPoll)
	switch {
	case poll && d.lease.held(): // one of those that hear it is enough
		d.engine.PollNow(ctx, source)
	case word == callReplicas:
		d.roster.look()
	case word == callCases:
		d.homesChanged()
	case word == callOutbox && d.lease.held():
		d.lease.delivery().sender.Wake()
	}
}
