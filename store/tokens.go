package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"time"
)

// SealedToken returns what was kept under id; nil when nothing was.
func (s *Store) SealedToken(ctx context.Context, id string) ([]byte, error) {
	var sealed []byte
	err := s.read.QueryRowContext(ctx, `SELECT sealed FROM access_tokens WHERE id = $1`, id).Scan(&sealed)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	return sealed, s.wrap("access token", err)
}

// KeepToken replaces what is kept under id and ends the claim on it; at says when, for its age.
func (s *Store) KeepToken(ctx context.Context, id string, sealed []byte, at time.Time) error {
	return s.inTxOf(ctx, s.desk, "keep an access token", func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO access_tokens (id, sealed, kept_at) VALUES ($1, $2, $3)
ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, kept_at = excluded.kept_at`, id, sealed, micros(at))
		if err != nil || !s.Shared() {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE leases SET until = 0 WHERE name = $1`, tokenLease(id))
		return err
	})
}

// Claim says whether the caller may renew the token kept under id: nobody else is told so
// for as long as span, unless KeepToken comes first. The one daemon of a SQLite file always may.
func (s *Store) Claim(ctx context.Context, id string, span time.Duration) (bool, error) {
	return s.Lease(ctx, tokenLease(id), rand.Text(), span)
}

func tokenLease(id string) string { return "token " + id }
