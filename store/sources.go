package store

import (
	"context"
	"errors"
	"time"

	"github.com/earshot/earshot/mention"
)

const sourceColumns = `name, cursor, baselined, last_poll, last_success, last_new, last_error, failures, suspended_until, every, health`

func scanSource(row scanner) (mention.SourceState, error) {
	var (
		st                             mention.SourceState
		baselined, every               int64
		poll, success, fresh, suspends int64
	)
	err := row.Scan(&st.Name, &st.Cursor, &baselined, &poll, &success, &fresh, &st.LastError, &st.Failures, &suspends, &every, &st.Health)
	st.Baselined, st.Every = baselined != 0, time.Duration(every)
	st.LastPoll, st.LastSuccess, st.LastNew, st.SuspendedUntil = fromMicros(poll), fromMicros(success), fromMicros(fresh), fromMicros(suspends)
	return st, err
}

// Source returns what is remembered of one source; a state with only the name for
// one that was never polled. A source that was renamed in the watchlist is a new
// one: its first poll is a baseline, so a new name never alerts old posts again.
func (s *Store) Source(ctx context.Context, name string) (mention.SourceState, error) {
	st, err := scanSource(s.read.QueryRowContext(ctx, `SELECT `+sourceColumns+` FROM sources WHERE name = $1`, clean(name)))
	if err = s.wrap("source "+name, err); errors.Is(err, ErrNotFound) {
		return mention.SourceState{Name: name}, nil
	}
	return st, err
}

// SaveSource stores the state with its cursor. It comes last in the order of a
// poll. Baselined is never taken back: it is committed with the posts, and a state
// read before that must not undo it.
func (s *Store) SaveSource(ctx context.Context, st mention.SourceState) error {
	_, err := s.exec(ctx, "save source "+st.Name, `
INSERT INTO sources (name, cursor, baselined, last_poll, last_success, last_new, last_error, failures, suspended_until, every, health)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (name) DO UPDATE SET cursor = excluded.cursor,
 baselined = CASE WHEN sources.baselined = 1 THEN 1 ELSE excluded.baselined END,
 last_poll = excluded.last_poll, last_success = excluded.last_success, last_new = excluded.last_new,
 last_error = excluded.last_error, failures = excluded.failures, suspended_until = excluded.suspended_until,
 every = excluded.every, health = excluded.health`,
		clean(st.Name), clean(st.Cursor), flag(st.Baselined), micros(st.LastPoll), micros(st.LastSuccess), micros(st.LastNew),
		clean(st.LastError), st.Failures, micros(st.SuspendedUntil), int64(st.Every), st.Health)
	return err
}
