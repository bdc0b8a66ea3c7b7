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
	if p.Lang == "" && p.Zone == "" {
		_, err := s.press(ctx, "set preference", `DELETE FROM preferences WHERE person_id = $1`, clean(p.PersonID))
		return err
	}
	_, err := s.press(ctx, "set preference", `INSERT INTO preferences (person_id, lang, zone, changed_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (person_id) DO UPDATE SET lang = excluded.lang, zone = excluded.zone, changed_at = excluded.changed_at`,
		clean(p.PersonID), clean(p.Lang), clean(p.Zone), micros(p.At))
	return err
}
