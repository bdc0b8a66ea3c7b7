package store

import (
	"context"
	"time"

	"github.com/earshot/earshot/mention"
)

const pauseColumns = `place, source, by_id, by_name, at, until`

// PauseSource stores that a source rests until a time, in the place of an earlier pause of it.
func (s *Store) PauseSource(ctx context.Context, p mention.SourcePause) error {
	_, err := s.press(ctx, "pause source", `INSERT INTO source_pauses (`+pauseColumns+`) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (place) DO UPDATE SET source = excluded.source, by_id = excluded.by_id, by_name = excluded.by_name, at = excluded.at, until = excluded.until`,
		clean(p.Place), clean(p.Source), clean(p.By.ID), clean(p.By.Name), micros(p.At), micros(p.Until))
	return err
}

// ResumeSource ends the pause of a place before its time; ErrNotFound when none stands then.
func (s *Store) ResumeSource(ctx context.Context, place string, at time.Time) error {
	return s.pressOne(ctx, "resume source", `DELETE FROM source_pauses WHERE place = $1 AND until > $2`, clean(place), micros(at))
}

// SourcePauses returns the pauses that end after a time, in the order of their places.
func (s *Store) SourcePauses(ctx context.Context, after time.Time) ([]mention.SourcePause, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+pauseColumns+` FROM source_pauses WHERE until > $1 ORDER BY place`, micros(after))
	all, err := collect(rows, err, func(row scanner) (p mention.SourcePause, err error) {
		var at, until int64
		err = row.Scan(&p.Place, &p.Source, &p.By.ID, &p.By.Name, &at, &until)
		p.At, p.Until = fromMicros(at), fromMicros(until)
		return p, err
	})
	return all, s.wrap("source pauses", err)
}
