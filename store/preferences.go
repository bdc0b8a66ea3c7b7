package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/earshot/earshot/mention"
)

// Preference returns how a person wants the pages; one without a choice for who made none.
func (s *Store) Preference(ctx context.Context, personID string) (mention.Preference, error) {
	p := mention.Preference{PersonID: personID}
	var at int64
	err := s.read.QueryRowContext(ctx, `SELECT lang, zone, changed_at FROM preferences WHERE person_id = $1`, clean(personID)).Scan(&p.Lang, &p.Zone, &at)
	if errors.Is(err, sql.ErrNoRows) {
		return p, nil
	}
	p.At = fromMicros(at)
	return p, s.wrap("preference", err)
}

// SetPreference stores how a person wants the pages; a choice of nothing is forgotten.
func (s *Store) SetPreference(ctx context.Context, p mention.Preference) error {
	return s.inTxOf(ctx, s.desk, "set preference", func(tx *sql.Tx) error {
		if p.Lang == "" && p.Zone == "" {
			_, err := tx.ExecContext(ctx, `DELETE FROM preferences WHERE person_id = $1`, clean(p.PersonID))
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO preferences (person_id, lang, zone, changed_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (person_id) DO UPDATE SET lang = excluded.lang, zone = excluded.zone, changed_at = excluded.changed_at`,
			clean(p.PersonID), clean(p.Lang), clean(p.Zone), micros(p.At))
		return err
	})
}

// SessionsOf returns where a person is signed in, the last seen first. Links that wait are
// no sessions.
func (s *Store) SessionsOf(ctx context.Context, personID string) ([]mention.Session, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+sessionColumns+` FROM sessions WHERE person_id = $1 AND way <> 'link' ORDER BY seen_at DESC, hash`, clean(personID))
	all, err := collect(rows, err, scanSession)
	return all, s.wrap("sessions", err)
}
