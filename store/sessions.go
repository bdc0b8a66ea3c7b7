package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/earshot/earshot/mention"
)

const sessionColumns = `hash, way, person_id, person_name, email, made_at, seen_at`

// AddSession stores a new session or link.
func (s *Store) AddSession(ctx context.Context, a mention.Session) error {
	_, err := s.press(ctx, "add session", `INSERT INTO sessions (`+sessionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		a.Hash[:], clean(a.Way), clean(a.Person.ID), clean(a.Person.Name), clean(a.Email), micros(a.MadeAt), micros(a.SeenAt))
	return err
}

// Session returns the session of a hash, or ErrNotFound.
func (s *Store) Session(ctx context.Context, hash [32]byte) (mention.Session, error) {
	a, err := scanSession(s.read.QueryRowContext(ctx, `SELECT `+sessionColumns+` FROM sessions WHERE hash = $1`, hash[:]))
	return a, s.wrap("session", err)
}

// SeeSession notes that the person of a session is still there.
func (s *Store) SeeSession(ctx context.Context, hash [32]byte, at time.Time) error {
	_, err := s.press(ctx, "see session", `UPDATE sessions SET seen_at = $2 WHERE hash = $1 AND seen_at < $2`, hash[:], micros(at))
	return err
}

// TakeSession ends the session, or uses up the link, of a hash and returns it: to one
// caller, whoever else asks at the same time gets ErrNotFound.
func (s *Store) TakeSession(ctx context.Context, hash [32]byte) (mention.Session, error) {
	var a mention.Session
	err := s.inTxOf(ctx, s.desk, "end session", func(tx *sql.Tx) (err error) {
		a, err = scanSession(tx.QueryRowContext(ctx, `DELETE FROM sessions WHERE hash = $1 RETURNING `+sessionColumns, hash[:]))
		return err
	})
	return a, err
}

// EndSessions ends all sessions and links of a person and returns how many there were.
func (s *Store) EndSessions(ctx context.Context, personID string) (int, error) {
	return s.press(ctx, "end sessions", `DELETE FROM sessions WHERE person_id = $1`, clean(personID))
}

// PruneSessions deletes the sessions that were not seen since a time, or are older than
// another, and returns how many.
func (s *Store) PruneSessions(ctx context.Context, seen, made time.Time) (int, error) {
	return s.exec(ctx, "prune sessions", `DELETE FROM sessions WHERE seen_at < $1 OR made_at < $2`, micros(seen), micros(made))
}

// SessionsOf returns where a person is signed in, the last seen first. Links that wait are
// no sessions.
func (s *Store) SessionsOf(ctx context.Context, personID string) ([]mention.Session, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+sessionColumns+` FROM sessions WHERE person_id = $1 AND way <> 'link' ORDER BY seen_at DESC, hash`, clean(personID))
	all, err := collect(rows, err, scanSession)
	return all, s.wrap("sessions", err)
}

func scanSession(row scanner) (a mention.Session, err error) {
	var hash []byte
	var made, seen int64
	err = row.Scan(&hash, &a.Way, &a.Person.ID, &a.Person.Name, &a.Email, &made, &seen)
	copy(a.Hash[:], hash)
	a.MadeAt, a.SeenAt = fromMicros(made), fromMicros(seen)
	return a, err
}
