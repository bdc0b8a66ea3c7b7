package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/mention"
)

// A source is known by its key, which never changes: keys of posts are made from it,
// and whatever belongs to the source refers to it. Its name is what people call it.

const (
	savedColumns  = `key, name, place, cursor, baselined, last_poll, last_success, last_new, last_error, failures, suspended_until, every, health`
	sourceColumns = savedColumns + `, due_at`
)

func scanSource(row scanner) (mention.SourceState, error) {
	var (
		st                             mention.SourceState
		baselined, every               int64
		poll, success, fresh, suspends int64
		due                            int64
	)
	err := row.Scan(&st.Key, &st.Name, &st.Place, &st.Cursor, &baselined, &poll, &success, &fresh, &st.LastError, &st.Failures, &suspends, &every, &st.Health, &due)
	st.Baselined, st.Every = baselined != 0, time.Duration(every)
	st.LastPoll, st.LastSuccess, st.LastNew, st.SuspendedUntil = fromMicros(poll), fromMicros(success), fromMicros(fresh), fromMicros(suspends)
	st.Due = fromMicros(due)
	return st, err
}

// The present names of the sources that a mention, a body, a lesson and a mute refer to.
const (
	mentionSource  = `COALESCE((SELECT s.name FROM sources s WHERE s.key = m.source), m.source)`
	bodySource     = `COALESCE((SELECT s.name FROM sources s WHERE s.key = b.source), b.source)`
	feedbackSource = `COALESCE((SELECT s.name FROM sources s WHERE s.key = l.source), l.source)`
	muteSource     = `COALESCE((SELECT s.name FROM sources s WHERE s.key = mutes.source), mutes.source)`
)

// keyOf is the key of the source that is called by the value of a placeholder now, or
// else the value: what a source was called first finds it until another has that name.
// The placeholder is named twice.
func keyOf(placeholder string) string {
	return `COALESCE((SELECT s.key FROM sources s WHERE s.name = ` + placeholder + `), ` + placeholder + `)`
}

// Sources returns what is remembered of every source there ever was, by key.
func (s *Store) Sources(ctx context.Context) ([]mention.SourceState, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+sourceColumns+` FROM sources ORDER BY key`)
	all, err := collect(rows, err, scanSource)
	return all, s.wrap("sources", err)
}

// Source returns what is remembered of the source with this key; a state with the
// key as its name, and nothing else, for one that is not known.
func (s *Store) Source(ctx context.Context, key string) (mention.SourceState, error) {
	st, err := scanSource(s.read.QueryRowContext(ctx, `SELECT `+sourceColumns+` FROM sources WHERE key = $1`, clean(key)))
	if err = s.wrap("source "+key, err); errors.Is(err, ErrNotFound) {
		return mention.SourceState{Name: key}, nil
	}
	return st, err
}

// LastPoll returns when any source was polled last, as far as that is stored; zero when none was.
func (s *Store) LastPoll(ctx context.Context) (time.Time, error) {
	var last int64
	err := s.read.QueryRowContext(ctx, `SELECT COALESCE(MAX(last_poll), 0) FROM sources`).Scan(&last)
	return fromMicros(last), s.wrap("last poll", err)
}

// NameSources gives the sources with these keys their names and places, all or none; of
// each state only these three are read. A source that is not known yet gets its row. Two
// sources may change their names for each other's.
func (s *Store) NameSources(ctx context.Context, list []mention.SourceState) error {
	return s.inTx(ctx, "name sources", func(tx *sql.Tx) error {
		// Names are unique at every moment, so all that there are make room first. Many at once: a
		// statement for each of ten thousand sources is ten thousand ways to a server and back.
		for some := range slices.Chunk(list, lookupChunk) {
			keys := make([]any, len(some))
			for i, st := range some {
				keys[i] = clean(st.Key)
			}
			if _, err := tx.ExecContext(ctx, `UPDATE sources SET name = 'renaming ' || key WHERE key IN (`+placeholders(1, len(keys))+`)`, keys...); err != nil {
				return err
			}
		}
		for some := range slices.Chunk(list, s.engine.rowsAtOnce) {
			var rows []string
			var args []any
			for _, st := range some {
				rows = append(rows, `(`+placeholders(len(args)+1, 3)+`)`)
				args = append(args, clean(st.Key), clean(st.Name), st.Place)
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO sources (key, name, place) VALUES `+strings.Join(rows, ", ")+`
ON CONFLICT (key) DO UPDATE SET name = excluded.name, place = excluded.place`, args...)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// SaveSource stores the state with its cursor. It comes last in the order of a
// poll. Baselined is never taken back: it is committed with the posts, and a state
// read before that must not undo it. Name and place are NameSources' to change, Due is
// SaveDue's.
func (s *Store) SaveSource(ctx context.Context, st mention.SourceState) error {
	_, err := s.exec(ctx, "save source "+st.Name, saveSource, sourceValues(st)...)
	return err
}

const saveSource = `
INSERT INTO sources (` + savedColumns + `)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (key) DO UPDATE SET cursor = excluded.cursor,
 baselined = CASE WHEN sources.baselined = 1 THEN 1 ELSE excluded.baselined END,
 last_poll = excluded.last_poll, last_success = excluded.last_success, last_new = excluded.last_new,
 last_error = excluded.last_error, failures = excluded.failures, suspended_until = excluded.suspended_until,
 every = excluded.every, health = excluded.health`

func sourceValues(st mention.SourceState) []any {
	return []any{clean(cmp.Or(st.Key, st.Name)), clean(st.Name), st.Place, clean(st.Cursor), flag(st.Baselined), micros(st.LastPoll), micros(st.LastSuccess),
		micros(st.LastNew), clean(st.LastError), st.Failures, micros(st.SuspendedUntil), int64(st.Every), st.Health}
}
