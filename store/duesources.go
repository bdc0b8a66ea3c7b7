package store

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/earshot/earshot/mention"
)

// When sources are due, where several daemons share the work. A source that somebody asked
// for has a time below zero, another one for each time: so a poll that ends meanwhile sees
// that it was asked for since.

// dueChunk is how many sources are looked up in one statement.
const dueChunk = 500

// Dues returns when these sources are due, in no order; those that have no row are left
// out.
func (s *Store) Dues(ctx context.Context, keys []string) ([]mention.SourceDue, error) {
	list := make([]mention.SourceDue, 0, len(keys))
	for chunk := range slices.Chunk(keys, dueChunk) {
		args := make([]any, len(chunk))
		for i := range chunk {
			args[i] = clean(chunk[i])
		}
		rest := `rest_until`
		if s.Shared() {
			rest = `GREATEST(rest_until - ` + s.engine.clock + `, 0)`
		}
		rows, err := s.read.QueryContext(ctx, `SELECT key, due_at, due_for, `+rest+`, threads_at FROM sources
WHERE key IN (`+placeholders(1, len(chunk))+`)`, args...)
		some, err := collect(rows, err, s.scanDue)
		if err != nil {
			return nil, s.wrap("due sources", err)
		}
		list = append(list, some...)
	}
	return list, nil
}

// scanDue reads a row of Dues. The rest of a site that several processes ask is what is left
// of it by the database's clock, counted from now on by this one's: so it is never shorter
// than promised, however well the two are known to agree.
func (s *Store) scanDue(row scanner) (mention.SourceDue, error) {
	var (
		d                 mention.SourceDue
		at, rest, threads int64
	)
	err := row.Scan(&d.Key, &at, &d.For, &rest, &threads)
	d.At, d.Rest, d.Threads = fromMicros(at), fromMicros(rest), fromMicros(threads)
	if s.Shared() && rest > 0 {
		d.Rest = s.now().Add(time.Duration(rest) * time.Microsecond)
	}
	return d, err
}

// SaveDue stores when a source is due again. The time stays as it is when it is not that
// of was any more: then somebody asked for the source meanwhile.
func (s *Store) SaveDue(ctx context.Context, was, now mention.SourceDue) error {
	return s.inTx(ctx, "save due "+now.Key, func(tx *sql.Tx) error { return s.saveDue(ctx, tx, was, now) })
}

func (s *Store) saveDue(ctx context.Context, tx *sql.Tx, was, now mention.SourceDue) error {
	rest, until := `$5`, micros(now.Rest)
	if s.Shared() { // what is left of it, from now on by the database's clock
		rest, until = s.engine.clock+` + $5`, max(0, now.Rest.Sub(s.now()).Microseconds())
	}
	_, err := tx.ExecContext(ctx, `UPDATE sources SET due_at = CASE WHEN due_at = $2 THEN $3 ELSE due_at END,
 due_for = $4, rest_until = `+rest+`, threads_at = $6 WHERE key = $1`,
		clean(now.Key), micros(was.At), micros(now.At), clean(now.For), until, micros(now.Threads))
	return err
}

// SavePolled is SaveSource and SaveDue in one transaction.
func (s *Store) SavePolled(ctx context.Context, st mention.SourceState, was, now mention.SourceDue) error {
	return s.inTx(ctx, "save source "+st.Name, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, saveSource, sourceValues(st)...); err != nil {
			return err
		}
		return s.saveDue(ctx, tx, was, now)
	})
}

// DueNow makes a source due at once; a source that has no row is left alone.
func (s *Store) DueNow(ctx context.Context, key string) error {
	_, err := s.exec(ctx, "due now", `UPDATE sources SET due_at = CASE WHEN due_at > 0 THEN 0 ELSE due_at END - 1 WHERE key = $1`, clean(key))
	return err
}

// Asked returns the keys of the sources that DueNow was called for and that were not
// polled since, in no order.
func (s *Store) Asked(ctx context.Context) ([]string, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT key FROM sources WHERE due_at < 0`)
	keys, err := collect(rows, err, func(row scanner) (key string, err error) {
		err = row.Scan(&key)
		return key, err
	})
	return keys, s.wrap("asked sources", err)
}
