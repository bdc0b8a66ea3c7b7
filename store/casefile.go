package store

import (
	"context"
	"slices"
	"time"

	"github.com/earshot/earshot/mention"
)

// The most that a case file lists, the newest.
const (
	maxRelated = 20
	maxHistory = 500
)

// CaseFile returns a mention with its case and all that belongs to it; ErrNotFound when
// there is none.
func (s *Store) CaseFile(ctx context.Context, id mention.ID) (mention.CaseFile, error) {
	var file mention.CaseFile
	own, err := s.records(ctx, []string{string(id)})
	if err != nil {
		return file, err
	}
	if len(own) == 0 {
		return file, s.wrap("case "+string(id), ErrNotFound)
	}
	file.MentionRecord = own[0]
	rows, err := s.read.QueryContext(ctx, `SELECT `+eventColumns+` FROM events e WHERE e.mention_id = $1 ORDER BY e.id DESC LIMIT $2`, string(id), maxHistory)
	if file.History, err = collect(rows, err, scanEvent); err != nil {
		return file, s.wrap("history of "+string(id), err)
	}
	slices.Reverse(file.History)
	if file.Copies, err = s.copies(ctx, file.MentionRecord); err != nil {
		return file, err
	}
	m := file.Mention
	if mention.IsNobody(m.Post.Author) {
		return file, nil
	}
	file.Earlier, err = s.related(ctx, "earlier complaints", `SELECT m.id FROM mentions m WHERE m.source = $1 AND m.author = $2 AND m.author <> '' AND m.heard_at < $3 AND m.severity > 0
 ORDER BY m.heard_at DESC, m.id DESC LIMIT $4`, clean(m.Post.Origin()), clean(m.Post.Author), micros(m.HeardAt), maxRelated)
	return file, err
}

// copies are the mentions whose message hangs under the same one as a copy, and that one.
func (s *Store) copies(ctx context.Context, r mention.MentionRecord) ([]mention.MentionRecord, error) {
	if r.Alert == "" {
		return nil, nil
	}
	return s.related(ctx, "copies", `SELECT a.mention_id FROM alerts a WHERE a.thread_of = $1 AND a.thread_of <> '' AND a.kind = 'twin' AND a.mention_id <> $2
 UNION SELECT f.mention_id FROM alerts a JOIN alerts f ON f.id = a.thread_of WHERE a.id = $1 AND a.kind = 'twin' AND f.mention_id <> ''
 LIMIT $3`, string(r.Alert), string(r.Mention.ID), maxRelated)
}

func (s *Store) related(ctx context.Context, what, query string, args ...any) ([]mention.MentionRecord, error) {
	rows, err := s.read.QueryContext(ctx, query, args...)
	ids, err := collect(rows, err, scanString)
	if err != nil {
		return nil, s.wrap(what, err)
	}
	return s.records(ctx, ids)
}

// Changes returns what happened to cases after the entry with this number, at most limit
// of them in the order of the numbers.
func (s *Store) Changes(ctx context.Context, after int64, limit int) ([]mention.CaseChange, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT e.id, e.mention_id, c.version, CASE WHEN e.kind IN ('alerted', 'reopen', 'wake', 'woke', 'undo') THEN 1 ELSE 0 END
 FROM events e JOIN cases c ON c.mention_id = e.mention_id WHERE e.id > $1 ORDER BY e.id LIMIT $2`, after, limit)
	all, err := collect(rows, err, func(row scanner) (c mention.CaseChange, err error) {
		var came int64
		err = row.Scan(&c.Event, &c.ID, &c.Version, &came)
		c.Came = came != 0
		return c, err
	})
	return all, s.wrap("changes", err)
}

// ChangeRange returns the numbers of the oldest and the newest entry that are kept; 0 for
// none.
func (s *Store) ChangeRange(ctx context.Context) (oldest, newest int64, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT COALESCE((SELECT MIN(id) FROM events), 0), COALESCE((SELECT MAX(id) FROM events), 0)`).Scan(&oldest, &newest)
	return oldest, newest, s.wrap("changes", err)
}

// peopleQuery goes from person to person, each by the last entry: the index has the entries of one behind
// those of the other. Grouped, or since a time, it would read as many entries as there are. SQLite keeps the order of
// a CROSS JOIN.
const peopleQuery = `WITH RECURSIVE last (id) AS (
 SELECT (SELECT n.id FROM events n WHERE n.by_id <> '' ORDER BY n.by_id DESC, n.id DESC LIMIT 1)
 UNION SELECT (SELECT n.id FROM events n WHERE n.by_id <> '' AND n.by_id < e.by_id ORDER BY n.by_id DESC, n.id DESC LIMIT 1) FROM last JOIN events e ON e.id = last.id)
 SELECT e.by_id, e.by_name FROM last CROSS JOIN events e WHERE e.id = last.id AND e.at >= $1 ORDER BY e.by_name, e.by_id`

// People returns who worked on cases since then, by the name they were called last, sorted by it.
func (s *Store) People(ctx context.Context, since time.Time) ([]mention.Person, error) {
	rows, err := s.read.QueryContext(ctx, peopleQuery, micros(since))
	all, err := collect(rows, err, func(row scanner) (p mention.Person, err error) { return p, row.Scan(&p.ID, &p.Name) })
	return all, s.wrap("people", err)
}
