package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/earshot/earshot/mention"
)

func caseOf(ctx context.Context, q querier, id mention.ID) (mention.Case, error) {
	return scanCase(q.QueryRowContext(ctx, `SELECT `+caseColumns+` FROM cases c WHERE c.mention_id = $1`, string(id)))
}

func caseValues(c mention.Case) []any {
	return []any{
		string(c.MentionID), string(c.Status), c.Version, micros(c.OpenedAt), clean(c.Owner.ID), clean(c.Owner.Name), micros(c.ClaimedAt),
		micros(c.RepliedAt), clean(c.RepliedBy), flag(c.AnswerVerified), micros(c.DismissedAt), clean(c.Reason), micros(c.SnoozedUntil),
		int64(c.Steps.Number()), int64(c.Duplicates), micros(c.OverdueSince), micros(c.ReopenedAt),
		micros(c.SnoozedAt), clean(c.SnoozedBy.ID), clean(c.SnoozedBy.Name), micros(c.WokeAt), int64(c.Waited), micros(c.RankAt),
		micros(c.HandedAt), micros(c.NudgedAt),
	}
}

// Who writes a case names the columns that scanCase reads, in the order of caseValues.
var (
	caseNames          = strings.ReplaceAll(caseColumns, `c.`, ``)
	caseCount          = strings.Count(caseNames, `,`) + 1
	_, changedNames, _ = strings.Cut(caseNames, `, `) // without the id

	addCase    = `INSERT INTO cases (` + caseNames + `) VALUES (` + placeholders(1, caseCount) + `)`
	changeCase = `UPDATE cases SET (` + changedNames + `, due_at) = (` + placeholders(2, caseCount-1) + `, 0)
 WHERE mention_id = $1 AND version = $` + strconv.Itoa(caseCount+1)
)

func insertCase(ctx context.Context, q querier, c mention.Case) error {
	_, err := q.ExecContext(ctx, addCase, caseValues(c)...)
	return err
}

// updateCase replaces before by after if before still stands, else errConflict. It
// tells the messages that show the case, and keeps what staff taught by it.
//
// Whoever changes several cases, or a case and also its mention, messages or clocks (which
// follow by triggers), takes the cases first: see lockCases.
func updateCase(ctx context.Context, q querier, before, after mention.Case) error {
	n, err := affected(q.ExecContext(ctx, changeCase, append(caseValues(after), before.Version)...))
	if err != nil {
		return err
	}
	if n == 0 {
		return errConflict
	}
	_, err = q.ExecContext(ctx, `UPDATE alerts SET wanted = $2 WHERE mention_id = $1 AND mention_id <> '' AND `+showsCase,
		string(after.MentionID), after.Version)
	if err != nil {
		return err
	}
	return saveFeedback(ctx, q, before, after)
}

// lockCases makes everybody else who changes these cases wait until the transaction ends.
// Whoever takes them all before what belongs to them, in the order of their ids, meets nobody
// who has one of them and waits for another. One writer needs no such order.
func (s *Store) lockCases(ctx context.Context, tx *sql.Tx, ids []string) error {
	if s.engine.lockRows == "" {
		return nil
	}
	ids = slices.Clone(ids)
	slices.Sort(ids)
	for chunk := range slices.Chunk(slices.Compact(ids), lookupChunk) {
		args := values(chunk)
		if _, err := tx.ExecContext(ctx, `SELECT 1 FROM cases WHERE mention_id IN (`+placeholders(1, len(args))+`) ORDER BY mention_id`+s.engine.lockRows, args...); err != nil {
			return err
		}
	}
	return nil
}

// UpdateCase changes one case by compare-and-set on its version, together with its
// events and alerts. change may run more than once and must have no side effects;
// its error is returned as it is with the case as it stands, and nothing is written.
// When change raises no version itself, the store does; when it changes nothing and
// gives nothing to record, nothing is written.
//
// A dismissal as not negative keeps the text as feedback, one that mutes the author
// keeps the name; both in the same transaction, and a reopening takes both back.
func (s *Store) UpdateCase(ctx context.Context, id mention.ID, change func(*mention.Case) ([]mention.Event, []mention.Alert, error)) (mention.Case, error) {
	for range casTries {
		// The loser of a race is found out here, without queueing for the writer.
		before, err := caseOf(ctx, s.deskReader(), id)
		if err != nil {
			return before, s.wrap("case of mention "+string(id), err)
		}
		after := before
		events, alerts, err := change(&after)
		if err != nil {
			return before, err
		}
		after.MentionID = id
		if after == before && len(events) == 0 && len(alerts) == 0 {
			return before, nil
		}
		after.Version = max(after.Version, before.Version+1)
		switch err := s.commitCase(ctx, before, after, events, alerts); {
		case err == nil:
			return after, nil
		case !errors.Is(err, errLost):
			return before, err
		}
	}
	return mention.Case{MentionID: id}, s.wrap("case of mention "+string(id), errConflict)
}

// deskReader is the pool in which clicks read: SQLite's writer is nobody's to read with.
func (s *Store) deskReader() *sql.DB {
	if s.desk == s.write {
		return s.read
	}
	return s.desk
}

// errLost is errConflict seen from outside of a transaction: running the same
// transaction again would lose again.
var errLost = errors.New("case changed meanwhile")

func (s *Store) commitCase(ctx context.Context, before, after mention.Case, events []mention.Event, alerts []mention.Alert) error {
	now := s.now()
	return s.inTxOf(ctx, s.desk, "change case", func(tx *sql.Tx) error {
		err := updateCase(ctx, tx, before, after)
		if errors.Is(err, errConflict) {
			return errLost
		}
		if err != nil {
			return err
		}
		for _, a := range alerts {
			if a.CreatedAt.IsZero() {
				a.CreatedAt = now
			}
			if _, err := insertAlert(ctx, tx, a, after.Version); err != nil {
				return err
			}
		}
		return insertEvents(ctx, tx, after.MentionID, now, events)
	})
}

func insertEvents(ctx context.Context, q querier, id mention.ID, at time.Time, events []mention.Event) error {
	for _, e := range events {
		if e.MentionID == "" {
			e.MentionID = id
		}
		if e.At.IsZero() {
			e.At = at
		}
		_, err := q.ExecContext(ctx, `INSERT INTO events (mention_id, alert_id, kind, by_id, by_name, at, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
			string(e.MentionID), string(e.AlertID), e.Kind, clean(e.By.ID), clean(e.By.Name), micros(e.At), clean(e.Detail))
		if err == nil && e.Kind == "answered" {
			err = replySeen(ctx, q, e.MentionID, at)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Mention returns a mention with its case; ErrNotFound when there is none.
func (s *Store) Mention(ctx context.Context, id mention.ID) (mention.Mention, mention.Case, error) {
	st, err := scanStored(s.read.QueryRowContext(ctx, `SELECT `+storedColumns+storedFrom+`WHERE m.id = $1`, string(id)))
	return st.Mention, st.Case, s.wrap("mention "+string(id), err)
}
