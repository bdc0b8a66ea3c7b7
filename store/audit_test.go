package store

import (
	"context"
	"time"

	"github.com/earshot/earshot/mention"
)

// What only the tests read: the audit, all messages of a mention, all sources.

// events returns what happened from since (inclusive) to until (exclusive), in the
// order it was recorded.
func (s *Store) events(ctx context.Context, since, until time.Time) ([]mention.Event, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+eventColumns+` FROM events e WHERE e.at >= $1 AND e.at < $2 ORDER BY e.at, e.id`, micros(since), micros(until))
	all, err := collect(rows, err, scanEvent)
	return all, s.wrap("events", err)
}

// history returns what happened to one mention, oldest first.
func (s *Store) history(ctx context.Context, id mention.ID) ([]mention.Event, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+eventColumns+` FROM events e WHERE e.mention_id = $1 ORDER BY e.id`, string(id))
	all, err := collect(rows, err, scanEvent)
	return all, s.wrap("history of mention", err)
}

// alertsOf returns every alert about a mention, oldest first.
func (s *Store) alertsOf(ctx context.Context, id mention.ID) ([]mention.Alert, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+alertColumns+` FROM alerts a WHERE a.mention_id = $1 AND a.mention_id <> '' ORDER BY a.created_at, a.id`, string(id))
	return collect(rows, err, scanAlert)
}
