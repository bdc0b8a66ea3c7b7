package store

import (
	"context"
	"strings"
	"time"

	"github.com/earshot/earshot/mention"
)

const timesQuery = `
SELECT m.id, m.watch, m.source, m.author, m.lang, m.topics, m.severity, c.status, c.reason, c.owner_id, c.owner_name, m.published, m.date_only, m.heard_at,
 COALESCE((SELECT MIN(a.posted_at) FROM alerts a WHERE a.mention_id = m.id AND a.mention_id <> ''
  AND a.kind IN ('complaint', 'twin') AND a.posted_at > 0), 0),
 c.claimed_at, c.replied_at, c.answer_seen, c.reopened_at, c.snoozed_at, c.woke_at, c.waited
FROM mentions m JOIN cases c ON c.mention_id = m.id
WHERE m.heard_at >= $1 AND m.heard_at < $2 AND m.severity > 0 ORDER BY m.heard_at, m.id`

// Times returns the clocks of every alerted case heard from since (inclusive) to
// until (exclusive), oldest first: what reports and digests count. A report of years reads
// hundreds of thousands, so a row has nothing that must be decoded.
func (s *Store) Times(ctx context.Context, since, until time.Time) ([]mention.Times, error) {
	names, err := s.sourceNames(ctx)
	if err != nil {
		return nil, s.wrap("times", err)
	}
	rows, err := s.read.QueryContext(ctx, timesQuery, micros(since), micros(until))
	topics := map[string][]string{} // as stored; there are few
	all, err := collect(rows, err, func(row scanner) (mention.Times, error) { return scanTimes(row, names, topics) })
	return all, s.wrap("times", err)
}

// sourceNames are the present names of all sources, by key.
func (s *Store) sourceNames(ctx context.Context) (map[string]string, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT key, name FROM sources`)
	names := map[string]string{}
	_, err = collect(rows, err, func(row scanner) (none struct{}, err error) {
		var key, name string
		err = row.Scan(&key, &name)
		names[key] = name
		return none, err
	})
	return names, err
}

func scanTimes(row scanner, names map[string]string, topics map[string][]string) (mention.Times, error) {
	var (
		t                                          mention.Times
		subjects                                   string
		published, heard, posted, claimed, replied int64
		reopened, snoozed, woke, waited            int64
		dateOnly, seen                             int64
	)
	err := row.Scan(&t.MentionID, &t.Watch, &t.Source, &t.Author, &t.Lang, &subjects, &t.Severity, &t.Status, &t.Reason, &t.Owner.ID, &t.Owner.Name,
		&published, &dateOnly, &heard, &posted, &claimed, &replied, &seen, &reopened, &snoozed, &woke, &waited)
	if err != nil {
		return t, err
	}
	if name, ok := names[t.Source]; ok {
		t.Source = name
	}
	list, ok := topics[subjects]
	if !ok && subjects != "" {
		list = strings.Split(strings.Trim(subjects, "|"), "|")
		topics[subjects] = list
	}
	t.Topics, t.DateOnly, t.AnswerVerified, t.Waited = list, dateOnly != 0, seen != 0, time.Duration(waited)
	t.Published, t.Heard, t.Posted = fromMicros(published), fromMicros(heard), fromMicros(posted)
	t.Claimed, t.Replied = fromMicros(claimed), fromMicros(replied)
	t.Reopened, t.Snoozed, t.Woke = fromMicros(reopened), fromMicros(snoozed), fromMicros(woke)
	return t, nil
}
