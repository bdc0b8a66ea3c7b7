package daemon

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/monitor"
	"github.com/earshot/earshot/store"
)

// seenSet is the filter in use, how it stands, and how to close it.
type seenSet struct {
	monitor.Seen
	health func() error // nil: well
	keep   func(context.Context)
	close  func() error
}

// insteadOfRedis is what becomes of questions that Redis does not answer.
const insteadOfRedis = "; the database answers instead"

// redisFull is why a Redis takes nothing new. It is asked still.
const redisFull = "redis takes no new posts, for its memory is full: raise its `maxmemory`"

// whyRedis says why the database answers in place of Redis. Of a Redis that answers and must not be used it
// says what to mend.
func whyRedis(s store.FilterState) string {
	why := Bare(s.Why)
	switch {
	case s.Full:
		return redisFull
	case strings.HasPrefix(why, "redis does not answer: "):
		return why + insteadOfRedis
	}
	return why
}

// openSeen opens Redis when the watchlist names one, else the database is its own
// seen set. A Redis that is away now is used as soon as it is back.
func openSeen(ctx context.Context, cfg *config.Config, db *store.Store, log *slog.Logger, asked func(time.Duration, error)) (*seenSet, error) {
	nothing := func() error { return nil }
	address := cfg.Store.Redis.Reveal()
	if address == "" {
		return &seenSet{Seen: db.Seen(), health: nothing, keep: func(context.Context) {}, close: nothing}, nil
	}
	key, err := db.InstallKey(ctx)
	if err != nil {
		return nil, err
	}
	redis, err := store.OpenRedis(store.RedisOptions{URL: address, InstallKey: key, Log: log, Now: time.Now, Asked: asked})
	if err != nil {
		return nil, err
	}
	filter, err := store.NewFilter(ctx, redis, db.Seen())
	if err != nil {
		return nil, errors.Join(err, redis.Close())
	}
	health := func() error {
		if s := filter.State(); !s.Well() {
			return errors.New(whyRedis(s))
		}
		return nil
	}
	return &seenSet{Seen: filter, health: health, keep: filter.Keep, close: filter.Close}, nil
}
