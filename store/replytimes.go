package store

import (
	"context"
	"time"

	"github.com/earshot/earshot/mention"
)

// replySeen notes that an answer was seen under a complaint: the one that went out to its post from
// here, if any did.
func replySeen(ctx context.Context, q querier, id mention.ID, at time.Time) error {
	_, err := q.ExecContext(ctx, `UPDATE replies SET seen_at = $2 WHERE mention_id IN (`+samePost+`) AND seen_at = 0 AND first_at > 0 AND status <> 'refused'`, string(id), micros(at))
	return err
}

const replyTimesQuery = `SELECT COALESCE((SELECT s.name FROM sources s WHERE s.key = m.source), m.source, ''), COALESCE(m.watch, ''), r.status, r.attempts, r.approved_at, r.seen_at
 FROM replies r LEFT JOIN mentions m ON m.id = r.mention_id
 WHERE r.approved_at >= $1 AND r.approved_at < $2 AND r.approved_at > 0 ORDER BY r.approved_at, r.id`

// ReplyTimes returns the clocks of the answers that people let go from since (inclusive) to
// until (exclusive), the oldest first.
func (s *Store) ReplyTimes(ctx context.Context, since, until time.Time) ([]mention.ReplyTimes, error) {
	rows, err := s.read.QueryContext(ctx, replyTimesQuery, micros(since), micros(until))
	all, err := collect(rows, err, func(row scanner) (t mention.ReplyTimes, err error) {
		var attempts int
		var sent, seen int64
		err = row.Scan(&t.Source, &t.Watch, &t.Status, &attempts, &sent, &seen)
		t.NeverSent = t.Status == mention.ReplyRefused && attempts == 0
		t.Sent, t.Seen = fromMicros(sent), fromMicros(seen)
		return t, err
	})
	return all, s.wrap("reply times", err)
}
