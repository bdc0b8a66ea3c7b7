package store

import (
	"context"
	"time"

	"github.com/earshot/earshot/mention"
)

// Storms returns the messages of kind storm made since, the oldest first.
func (s *Store) Storms(ctx context.Context, since time.Time) ([]mention.Alert, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+alertColumns+` FROM alerts a WHERE a.kind = 'storm' AND a.created_at >= $1 ORDER BY a.created_at, a.id`, micros(since))
	all, err := collect(rows, err, scanAlert)
	return all, s.wrap("storms", err)
}

// StormCases returns the complaints about the watch, but the critical ones, that were heard
// from (inclusive) to (exclusive), the oldest first. One that was heard after gathered
// counts only if it stands in a thread.
func (s *Store) StormCases(ctx context.Context, watch string, from, gathered, to time.Time) ([]mention.StormCase, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT m.id, c.status, m.heard_at FROM mentions m
 JOIN cases c ON c.mention_id = m.id JOIN alerts a ON a.mention_id = m.id AND a.mention_id <> '' AND a.kind IN ('complaint', 'twin')
WHERE m.watch = $1 AND m.heard_at >= $2 AND m.heard_at < $3 AND m.severity > 0 AND m.severity < $4 AND m.baseline = 0
 AND (a.thread_of <> '' OR m.heard_at <= $5) ORDER BY m.heard_at, m.id`,
		clean(watch), micros(from), micros(to), int64(mention.Critical), micros(gathered))
	all, err := collect(rows, err, func(row scanner) (c mention.StormCase, err error) {
		var heard int64
		err = row.Scan(&c.ID, &c.Status, &heard)
		c.HeardAt = fromMicros(heard)
		return c, err
	})
	return all, s.wrap("complaints of a storm", err)
}
