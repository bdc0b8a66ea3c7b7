package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"github.com/earshot/earshot/mention"
)

// The outbox. An alert goes pending → posting → posted; every step is a
// compare-and-set, so of two processes one wins and the other is told ok = false.
// Only the process that moved an alert to posting may send it.

const alertColumns = `a.id, a.kind, a.mention_id, a.thread_of, a.route, a.notify, a.severity, a.status, a.created_at, a.not_before,
 a.posting_at, a.posted_at, a.attempts, a.channel, a.ts, a.drawn, a.payload, a.last_error`

func scanAlert(row scanner) (mention.Alert, error) {
	var a mention.Alert
	var created, notBefore, posting, posted int64
	err := row.Scan(&a.ID, &a.Kind, &a.MentionID, &a.ThreadOf, &a.Route, &a.Notify, &a.Severity, &a.Status, &created, &notBefore,
		&posting, &posted, &a.Attempts, &a.Channel, &a.TS, &a.RenderedVersion, &a.Payload, &a.LastError)
	a.CreatedAt, a.NotBefore, a.PostingAt, a.PostedAt = fromMicros(created), fromMicros(notBefore), fromMicros(posting), fromMicros(posted)
	return a, err
}

// showsCase chooses the messages that show where a case stands: its own, and the
// one that tells another channel of it.
const showsCase = `(kind IN ('complaint', 'twin') OR (kind = 'escalation' AND thread_of = ''))`

// insertAlert enqueues a; one that is there already stays as it is and false is
// returned, but one that waits in a thread is taken out of it by one of its id that stands
// for itself: it became too loud to wait. wanted is the case version the message should show.
func insertAlert(ctx context.Context, q querier, a mention.Alert, wanted int64) (bool, error) {
	if a.Status == "" {
		a.Status = mention.Pending
	}
	if a.MentionID == "" || a.Kind != mention.Complaint && a.Kind != mention.Duplicate && (a.Kind != mention.Escalation || a.ThreadOf != "") {
		wanted = 0 // shows no case, so it is never updated
	}
	n, err := affected(q.ExecContext(ctx, `
INSERT INTO alerts (id, kind, mention_id, thread_of, route, notify, severity, status, created_at, not_before, wanted, payload)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (id) DO UPDATE
SET thread_of = '', route = excluded.route, notify = excluded.notify, severity = excluded.severity, not_before = excluded.not_before, payload = excluded.payload
WHERE alerts.status = 'pending' AND alerts.thread_of <> '' AND excluded.thread_of = ''`,
		string(a.ID), string(a.Kind), string(a.MentionID), string(a.ThreadOf), clean(a.Route), clean(a.Notify), int64(a.Severity),
		string(a.Status), micros(a.CreatedAt), micros(a.NotBefore), wanted, a.Payload))
	return n == 1, err
}

// Enqueue adds alerts that belong to no change of a case: notices, digests. An id
// that is there already changes nothing.
func (s *Store) Enqueue(ctx context.Context, list ...mention.Alert) error {
	return s.inTx(ctx, "enqueue", func(tx *sql.Tx) error {
		for _, a := range list {
			if a.CreatedAt.IsZero() {
				a.CreatedAt = s.now()
			}
			if _, err := insertAlert(ctx, tx, a, 0); err != nil {
				return err
			}
		}
		return nil
	})
}

// EnqueueInstead is Enqueue of an alert that makes the alert over untrue, which goes if it still
// waits and nobody was told: what its channel surely did not take may have been tried. both: then the
// other need not be told either.
func (s *Store) EnqueueInstead(ctx context.Context, over mention.AlertID, both bool, a mention.Alert) error {
	return s.inTx(ctx, "enqueue", func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, `DELETE FROM alerts WHERE id = $1 AND status = 'pending' AND last_error <> $2`, string(over), mention.UnreadableHistory))
		if err != nil || n > 0 && both {
			return err
		}
		_, err = insertAlert(ctx, tx, a, 0)
		return err
	})
}

// Join puts one alert in place of others that wait and that nobody was told of: they count as
// posted with it. ok is false when that is not true of all of them any more; then nothing changes.
func (s *Store) Join(ctx context.Context, one mention.Alert, list []mention.Alert) (ok bool, err error) {
	list = slices.SortedFunc(slices.Values(list), func(a, b mention.Alert) int { return cmp.Compare(a.ID, b.ID) })
	err = s.inTx(ctx, "join", func(tx *sql.Tx) error {
		for _, a := range list {
			n, err := affected(tx.ExecContext(ctx, `UPDATE alerts SET status = 'posted', posted_at = $3 WHERE id = $1 AND route = $2 AND status = 'pending' AND attempts = 0`,
				string(a.ID), clean(a.Route), micros(s.now())))
			if err != nil {
				return err
			}
			if n == 0 {
				return errOtherwise
			}
		}
		_, err := insertAlert(ctx, tx, one, 0)
		return err
	})
	if errors.Is(err, errOtherwise) {
		return false, nil
	}
	return err == nil, err
}

var errOtherwise = errors.New("it is not as it was")

// parentJoin reaches the alert a reply waits for; a reply whose parent is unknown goes
// on its own.
const (
	parentJoin  = ` FROM alerts a LEFT JOIN alerts p ON p.id = a.thread_of `
	parentReady = ` AND (a.thread_of = '' OR p.id IS NULL OR p.status = 'posted') `
)

// dueTurn is the turn of an alert among those that are due: copies of a complaint go into
// its thread after everything else, and complaints that a storm or the quiet hours gather
// after every message of its own. The index alerts_turn has the same words.
const dueTurn = `(CASE WHEN a.thread_of = '' THEN 0 WHEN a.kind = 'complaint' THEN 1 WHEN a.kind = 'twin' THEN 2 ELSE 0 END)`

const dueQuery = `SELECT ` + alertColumns + `, CASE WHEN p.status = 'posted' THEN 1 ELSE 0 END` + parentJoin +
	`WHERE a.status = 'pending' AND a.not_before <= $1` + parentReady +
	`ORDER BY ` + dueTurn + `, a.severity DESC, a.created_at, a.id LIMIT $2`

// DueAlerts returns pending alerts whose NotBefore has passed and whose ThreadOf,
// if any, is posted; louder first, then older, but complaints gathered in a thread after
// all other messages, and copies after those. Where the parent is unknown ThreadOf is
// returned empty: such a reply is posted on its own.
func (s *Store) DueAlerts(ctx context.Context, now time.Time, limit int) ([]mention.Alert, error) {
	rows, err := s.read.QueryContext(ctx, dueQuery, micros(now), limit)
	all, err := collect(rows, err, func(row scanner) (mention.Alert, error) {
		parent := false
		a, err := scanAlert(scanBefore(row, &parent))
		if !parent {
			a.ThreadOf = ""
		}
		return a, err
	})
	return all, s.wrap("due alerts", err)
}

// Alert returns one alert; ok is false when there is none.
func (s *Store) Alert(ctx context.Context, id mention.AlertID) (a mention.Alert, ok bool, err error) {
	return s.view().Alert(ctx, id)
}

// AlertOf returns the message a mention got of its own; ok is false when it got none.
func (s *Store) AlertOf(ctx context.Context, id mention.ID) (a mention.Alert, ok bool, err error) {
	return s.view().AlertOf(ctx, id)
}

func (s *Store) view() *Tx { return &Tx{q: s.read, wrap: s.wrap} }

// BeginPosting moves pending → posting, raises Attempts and sets PostingAt.
func (s *Store) BeginPosting(ctx context.Context, id mention.AlertID, t0 time.Time) (bool, error) {
	n, err := s.exec(ctx, "begin posting", `UPDATE alerts SET status = 'posting', posting_at = $2, attempts = attempts + 1
 WHERE id = $1 AND status = 'pending'`, string(id), micros(t0))
	return n == 1, err
}

// MarkPosted moves posting → posted. It does not ask whose attempt it was: a
// message that stands in the channel is posted, whoever sent it.
func (s *Store) MarkPosted(ctx context.Context, id mention.AlertID, channel, ts string, rendered int64) (bool, error) {
	n := 0
	err := s.inTx(ctx, "mark posted", func(tx *sql.Tx) error {
		// Its clocks begin now. The case comes first: see updateCase.
		_, err := tx.ExecContext(ctx, `UPDATE cases SET due_at = 0
 WHERE mention_id = (SELECT mention_id FROM alerts WHERE id = $1 AND mention_id <> '' AND status = 'posting')`, string(id))
		if err != nil {
			return err
		}
		n, err = affected(tx.ExecContext(ctx, `UPDATE alerts SET status = 'posted', channel = $2, ts = $3, drawn = $4, posted_at = $5, last_error = ''
 WHERE id = $1 AND status = 'posting'`, string(id), clean(channel), clean(ts), rendered, micros(s.now())))
		return err
	})
	return n == 1, err
}

// BackToPending moves posting → pending if Attempts is still the given one: an
// attempt that another process began since is not undone.
func (s *Store) BackToPending(ctx context.Context, id mention.AlertID, attempts int, notBefore time.Time, why string) (bool, error) {
	n, err := s.exec(ctx, "back to pending", `UPDATE alerts SET status = 'pending', not_before = $3, last_error = $4
 WHERE id = $1 AND status = 'posting' AND attempts = $2`, string(id), attempts, micros(notBefore), clean(why))
	return n == 1, err
}

// InDoubt returns alerts in state posting whose attempt began before the time,
// oldest first.
func (s *Store) InDoubt(ctx context.Context, before time.Time) ([]mention.Alert, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+alertColumns+` FROM alerts a WHERE a.status = 'posting' AND a.posting_at < $1 ORDER BY a.posting_at, a.id`, micros(before))
	all, err := collect(rows, err, scanAlert)
	return all, s.wrap("alerts in doubt", err)
}

// outdated has them in the order in which they are redrawn: what stands in a channel before what
// hangs in a thread, and the one somebody pressed last first. Who takes all of a storm makes
// thousands wait for Slack's pace, and who presses meanwhile looks at the message.
const outdated = `SELECT ` + alertColumns + ` FROM alerts a
 WHERE a.status = 'posted' AND a.wanted > a.drawn
 ORDER BY CASE WHEN a.thread_of = '' THEN 0 ELSE 1 END, COALESCE((SELECT MAX(e.id) FROM events e WHERE e.mention_id = a.mention_id), 0) DESC, a.id LIMIT $1`

// Outdated returns posted messages whose case is newer than what they show: those in a channel
// before those in threads, and what happened last first.
func (s *Store) Outdated(ctx context.Context, limit int) ([]mention.Alert, error) {
	rows, err := s.read.QueryContext(ctx, outdated, limit)
	all, err := collect(rows, err, scanAlert)
	return all, s.wrap("stale alerts", err)
}

// Gathered returns what waits for the alert to be posted, to go into its thread: the
// watches of the complaints, the one with the most first, how many they are, and the
// loudest of them; empty without any.
func (s *Store) Gathered(ctx context.Context, root mention.AlertID) (watches []string, n int, loudest mention.ID, err error) {
	const waiting = ` FROM alerts a JOIN mentions m ON m.id = a.mention_id WHERE a.status = 'pending' AND a.thread_of = $1 `
	const complaints = `COUNT(DISTINCT a.mention_id)` // their edits wait as well
	rows, err := s.read.QueryContext(ctx, `SELECT m.watch, `+complaints+waiting+`GROUP BY m.watch ORDER BY `+complaints+` DESC, m.watch`, string(root))
	err = each(rows, err, func(row scanner) error {
		var watch string
		var some int
		err := row.Scan(&watch, &some)
		watches, n = append(watches, watch), n+some
		return err
	})
	if err != nil || n == 0 {
		return watches, n, "", s.wrap("what an alert gathers", err)
	}
	var id string
	err = s.read.QueryRowContext(ctx, `SELECT a.mention_id`+waiting+`ORDER BY a.severity DESC, a.created_at, a.id LIMIT 1`, string(root)).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) { // went elsewhere meanwhile
		err = nil
	}
	return watches, n, mention.ID(id), s.wrap("what an alert gathers", err)
}

// SetRendered records which version of the case a posted message shows. It never goes
// back.
func (s *Store) SetRendered(ctx context.Context, id mention.AlertID, version int64) error {
	_, err := s.exec(ctx, "set drawn", `UPDATE alerts SET drawn = $2 WHERE id = $1 AND drawn < $2`, string(id), version)
	return err
}

// Counts returns how much lies where, for health and metrics.
func (s *Store) Counts(ctx context.Context, now time.Time) (mention.Counts, error) {
	var c mention.Counts
	if err := s.inPlace(); err != nil {
		return c, s.wrap("counts", err)
	}
	var oldest, open int64
	// The doubled condition on status is the one of the index of living cases. Those that wait, and the
	// one that does so longest, are of the same cases.
	err := s.read.QueryRowContext(ctx, `SELECT
 (SELECT COUNT(*) FROM alerts WHERE status = 'pending'),
 (SELECT COUNT(*) FROM alerts WHERE status = 'posting'),
 (SELECT COALESCE(MIN(created_at), 0) FROM alerts WHERE status = 'pending' AND not_before <= $1),
 waits.n, waits.since,
 (SELECT COUNT(*) FROM cases WHERE status IN ('open', 'claimed') AND status = 'claimed')
 FROM (SELECT COUNT(*) AS n, COALESCE(MIN(CASE WHEN woke_at > opened_at AND woke_at > reopened_at THEN woke_at - waited / 1000 WHEN reopened_at > opened_at THEN reopened_at ELSE opened_at END), 0) AS since
  FROM cases WHERE status IN ('open', 'claimed') AND status = 'open' AND snoozed_until <= $1 AND mention_id NOT IN (SELECT id FROM mentions WHERE gone <> 0)) AS waits`, micros(now)).
		Scan(&c.Pending, &c.Posting, &oldest, &c.Open, &open, &c.Claimed)
	c.OldestPending, c.OldestOpen = fromMicros(oldest), fromMicros(open)
	return c, s.wrap("counts", err)
}
