package store

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"time"

	"github.com/earshot/earshot/mention"
)

// The deadlines read what is due, not all that is open: every case has the moment when
// they must look at it next. A change of the case, or its message's being posted, makes
// it due at once.

// living is the condition of the index of due cases.
const living = `c.status IN ('open', 'claimed', 'replied')`

const (
	dueNow   = `SELECT mention_id FROM cases c WHERE ` + living + ` AND due_at <= $1 ORDER BY due_at LIMIT $2`
	dueCases = `SELECT ` + storedColumns + ` FROM (` + dueNow + `) d
 JOIN cases c ON c.mention_id = d.mention_id JOIN mentions m ON m.id = c.mention_id LEFT JOIN bodies b ON b.key = m.post_key`
)

// DueCases returns cases that the deadlines must look at now, the longest due first.
func (s *Store) DueCases(ctx context.Context, now time.Time, limit int) ([]mention.MentionRecord, error) {
	rows, err := s.read.QueryContext(ctx, dueCases, micros(now), limit)
	all, err := collect(rows, err, scanStored)
	s.sayDamage(all)
	return all, s.wrap("due cases", err)
}

// SetDue notes when the deadlines must look again, for cases that did not change since
// they were read.
func (s *Store) SetDue(ctx context.Context, list []mention.Due) error {
	if len(list) == 0 {
		return nil
	}
	ids := make([]string, len(list))
	for i, d := range list {
		ids[i] = string(d.ID)
	}
	return s.inTx(ctx, "set due", func(tx *sql.Tx) error {
		if err := s.lockCases(ctx, tx, ids); err != nil {
			return err
		}
		set, err := tx.PrepareContext(ctx, `UPDATE cases SET due_at = $3 WHERE mention_id = $1 AND version = $2`)
		if err != nil {
			return err
		}
		defer set.Close()
		for _, d := range list {
			at := int64(math.MaxInt64)
			if !d.At.IsZero() {
				at = micros(d.At)
			}
			if _, err := set.ExecContext(ctx, string(d.ID), d.Version, at); err != nil {
				return err
			}
		}
		return nil
	})
}

// resetChunk bounds the cases of one transaction.
const resetChunk = 200

// ResetDue makes every case due that waits for somebody, or whose public answer is looked for: the
// deadlines changed.
func (s *Store) ResetDue(ctx context.Context) error {
	return s.inPieces(ctx, "reset due", resetChunk, func(tx *sql.Tx) (int, error) { return s.resetSome(ctx, tx) })
}

func (s *Store) resetSome(ctx context.Context, tx *sql.Tx) (int, error) {
	rows, err := tx.QueryContext(ctx, `SELECT mention_id FROM cases c WHERE `+living+` AND due_at > 0
 AND (c.status <> 'replied' OR c.answer_seen = 0 AND c.replied_at > $2) ORDER BY due_at LIMIT $1`, resetChunk, micros(s.now().Add(-mention.AnswerSought)))
	ids, err := collect(rows, err, scanString)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	if err := s.lockCases(ctx, tx, ids); err != nil {
		return 0, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE cases SET due_at = 0 WHERE mention_id IN (`+placeholders(1, len(ids))+`)`, values(ids)...)
	return len(ids), err
}

// Alive reports whether the complaint that an alert belongs to still waits: its case is open or
// claimed, and its post is not gone. ended is since when it does not; zero when nobody knows.
func (s *Store) Alive(ctx context.Context, id mention.AlertID) (alive bool, ended time.Time, err error) {
	var status mention.Status
	var gone, replied, dismissed, edited int64
	err = s.read.QueryRowContext(ctx, `SELECT c.status, m.gone, c.replied_at, c.dismissed_at, m.edited_at FROM alerts a
 JOIN cases c ON c.mention_id = a.mention_id JOIN mentions m ON m.id = a.mention_id WHERE a.id = $1 AND a.mention_id <> ''`, string(id)).
		Scan(&status, &gone, &replied, &dismissed, &edited)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, ended, nil
	case err != nil:
		return false, ended, s.wrap("alive", err)
	case status == mention.Replied:
		ended = fromMicros(replied)
	case status == mention.Dismissed:
		ended = fromMicros(dismissed)
	case gone != 0:
		ended = fromMicros(edited)
	default:
		alive = status == mention.Open || status == mention.Claimed
	}
	return alive, ended, nil
}
