package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/earshot/earshot/mention"
)

// redisRetry is how often Redis is asked again while it is away.
const redisRetry = 5 * time.Second

// Filter is the seen set of an installation with Redis. While Redis is away the
// table answers, which knows every post: nothing is lost, nothing is repeated, only
// the database works more. What Redis missed meanwhile it learns when the posts come
// by again. Each change is logged once.
type Filter struct {
	redis *RedisSeen
	table *TableSeen
	log   *slog.Logger
	now   func() time.Time

	mu    sync.Mutex
	state FilterState
	retry time.Time // while away: when Redis is asked again
	asked time.Time // when the database was last asked for the posts marked last
}

// FilterState says how the filter stands, for health.
type FilterState struct {
	Away  bool      // Redis does not answer, the table does
	Full  bool      // Redis answers but takes no more marks
	Since time.Time // of the present state; zero when it was never other
	Why   string    // while not well
}

// Well reports whether all is as it should be.
func (s FilterState) Well() bool { return !s.Away && !s.Full }

// NewFilter puts r in front of the table. A Redis that is away now may come later;
// one that would lose marks by its own settings is refused with what to change.
func NewFilter(ctx context.Context, r *RedisSeen, table *TableSeen) (*Filter, error) {
	f := &Filter{redis: r, table: table, log: r.log, now: r.now}
	err := r.Check(ctx)
	if err == nil {
		err = f.distrust(ctx, lastAtStart)
		f.asked = f.now()
	}
	var gone *AwayError
	switch {
	case errors.As(err, &gone):
		f.lost(err)
	case err != nil:
		return nil, err
	}
	return f, nil
}

// How often the database is asked whether it knows the posts marked last, and how many
// of them. A database that went back in time, after a restore, a fail-over or a copied
// file, misses the last ones first.
const (
	trustFor    = 10 * time.Second
	lastAtOnce  = 200
	lastAtStart = lastMarks
)

// distrust asks whether the database knows the n posts marked last. If not, it is older
// than the marks, which would hide what came since: they are made invisible for good by
// a new install key. A false alarm costs one look of the database at every post that is
// on the sites now. Where another replica was first, its key is taken: it found the same.
func (f *Filter) distrust(ctx context.Context, n int) error {
	key, err := f.table.store.InstallKey(ctx)
	if err != nil {
		return err
	}
	f.redis.setKey(key)
	keys, err := f.redis.last(ctx, n)
	if err != nil || len(keys) == 0 {
		return err
	}
	known, err := f.table.Lookup(ctx, keys)
	if err != nil {
		return err
	}
	missing := slices.Index(known, 0)
	if missing < 0 {
		return nil
	}
	if key, err = f.table.store.renewInstallKey(ctx, key); err != nil {
		return err
	}
	f.redis.setKey(key)
	f.log.Warn("the database does not know posts that redis has marks of, as after restoring a backup: the marks are not used any more", "post", fmt.Sprintf("%x", keys[missing]))
	return nil
}

// State returns how the filter stands.
func (f *Filter) State() FilterState {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.state
}

// Keep asks Redis now and then until ctx ends. Polls of pages that do not change look
// nothing up, so without it nobody would notice that Redis went away, or that it is back.
func (f *Filter) Keep(ctx context.Context) {
	ticker := time.NewTicker(redisRetry)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		if !f.usable(ctx) {
			continue
		}
		if err := f.redis.ping(ctx); err != nil && ctx.Err() == nil {
			f.lost(err)
		}
	}
}

// Close closes the connections to Redis.
func (f *Filter) Close() error { return f.redis.Close() }

// Lookup is Seen's; it fails only when the database does too, or ctx ends.
func (f *Filter) Lookup(ctx context.Context, keys []mention.PostKey) ([]uint32, error) {
	if f.usable(ctx) && f.trusted(ctx) {
		hashes, err := f.redis.Lookup(ctx, keys)
		if err == nil {
			return hashes, nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		f.lost(err)
	}
	return f.table.Lookup(ctx, keys)
}

// Mark is Seen's. A Redis that cannot take the marks is no error: the table has them.
func (f *Filter) Mark(ctx context.Context, keys []mention.PostKey, hashes []uint32) error {
	if !f.usable(ctx) {
		return nil
	}
	err := f.redis.Mark(ctx, keys, hashes)
	switch {
	case err == nil:
		f.well()
	case ctx.Err() != nil:
		return ctx.Err()
	case outOfMemory(err):
		f.full(err)
	default:
		f.lost(err)
	}
	return nil
}

// outOfMemory: Redis still reads, so it is not away.
func outOfMemory(err error) bool {
	var gone *AwayError
	return errors.As(err, &gone) && isOutOfMemory(gone.Err)
}

// usable says whether to ask Redis. While it is away one caller every redisRetry
// looks whether it is back and still what it must be.
func (f *Filter) usable(ctx context.Context) bool {
	f.mu.Lock()
	if !f.state.Away {
		f.mu.Unlock()
		return true
	}
	now := f.now()
	if now.Before(f.retry) {
		f.mu.Unlock()
		return false
	}
	f.retry = now.Add(redisRetry)
	f.mu.Unlock()
	if err := f.redis.Check(ctx); err != nil {
		if ctx.Err() == nil {
			f.stillAway(err)
		}
		return false
	}
	f.well()
	return true
}

// trusted says whether Redis may be believed; one caller every trustFor asks.
func (f *Filter) trusted(ctx context.Context) bool {
	f.mu.Lock()
	now := f.now()
	fresh := now.Sub(f.asked) < trustFor
	if !fresh {
		f.asked = now
	}
	f.mu.Unlock()
	if fresh {
		return true
	}
	if err := f.distrust(ctx, lastAtOnce); err != nil {
		f.mu.Lock()
		f.asked = time.Time{} // not answered: the next caller asks again
		f.mu.Unlock()
		return false // the table answers, or says why not
	}
	return true
}

func (f *Filter) lost(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.retry = f.now().Add(redisRetry)
	if !f.state.Away {
		f.log.Warn("redis is away: the database answers instead", "err", err)
		f.state = FilterState{Away: true, Since: f.now(), Why: err.Error()}
	}
}

// stillAway keeps the newest reason. That Redis is back and must not be used is said once: it
// is for people to mend, and an outage is not.
func (f *Filter) stillAway(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var gone *AwayError
	if !errors.As(err, &gone) && f.state.Why != err.Error() {
		f.log.Warn("redis is back and cannot be used: the database answers instead", "err", err)
	}
	f.state.Why = err.Error()
}

func (f *Filter) full(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.state.Full {
		f.log.Warn("redis is full: new posts are found in the database instead; raise its maxmemory", "err", err)
		f.state = FilterState{Full: true, Since: f.now(), Why: err.Error()}
	}
}

func (f *Filter) well() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.state.Well() {
		f.log.Info("redis is back", "after", f.now().Sub(f.state.Since).Round(time.Second))
		f.state = FilterState{Since: f.now()}
	}
}
