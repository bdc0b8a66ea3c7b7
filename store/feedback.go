package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/earshot/earshot/mention"
)

// What staff teach by dismissing: "not negative" is kept with the words it was said
// of, because the post itself may go; "mute author" keeps the name, until it ends.

const feedbackColumns = `l.mention_id, l.watch, ` + feedbackSource + `, l.kind, l.simhash, l.score, l.title, l.body, l.by_id, l.by_name, l.at`

func scanFeedback(row scanner) (mention.Feedback, error) {
	var l mention.Feedback
	var simhash, at int64
	var score string
	err := row.Scan(&l.MentionID, &l.Watch, &l.Source, &l.Kind, &simhash, &score, &l.Title, &l.Text, &l.By.ID, &l.By.Name, &at)
	if err != nil {
		return l, err
	}
	l.Simhash, l.At = uint64(simhash), fromMicros(at)
	if err := decodeOptional(score, &l.Score); err != nil {
		return l, fmt.Errorf("feedback on %s: score: %w", l.MentionID, err)
	}
	return l, nil
}

// saveFeedback keeps, or takes back, what the change of a case teaches.
func saveFeedback(ctx context.Context, q querier, before, after mention.Case) error {
	id := string(after.MentionID)
	if after.Status == mention.Dismissed && before.Status != mention.Dismissed && mention.OfWords(after.Reason) {
		// Copies are not looked for by their words, but what staff said of one holds for all.
		if _, err := q.ExecContext(ctx, `UPDATE mentions SET root = 1 WHERE id = $1 AND simhash <> 0 AND root = 0`, id); err != nil {
			return err
		}
	}
	was, is := feedbackOf(before), feedbackOf(after)
	if was == is {
		return nil
	}
	switch was {
	case mention.NotNegative:
		if _, err := q.ExecContext(ctx, `DELETE FROM lessons WHERE mention_id = $1`, id); err != nil {
			return err
		}
	case mention.MutedAuthor:
		if _, err := q.ExecContext(ctx, `DELETE FROM mutes WHERE mention_id = $1`, id); err != nil {
			return err
		}
	}
	switch is {
	case mention.NotNegative:
		return insertFeedback(ctx, q, after)
	case mention.MutedAuthor:
		return muteAuthor(ctx, q, after)
	}
	return nil
}

// muteAuthor keeps the name, unless it is nobody's: that would silence every guest.
func muteAuthor(ctx context.Context, q querier, c mention.Case) error {
	var author string
	err := q.QueryRowContext(ctx, `SELECT author FROM mentions WHERE id = $1`, string(c.MentionID)).Scan(&author)
	if err != nil || mention.IsNobody(author) {
		return err
	}
	_, err = q.ExecContext(ctx, `
INSERT INTO mutes (source, author, mention_id, by_id, by_name, at, until)
SELECT source, author, id, $2, $3, $4, $5 FROM mentions WHERE id = $1
ON CONFLICT (source, author) DO UPDATE SET mention_id = excluded.mention_id, by_id = excluded.by_id, by_name = excluded.by_name,
 at = excluded.at, until = excluded.until`,
		string(c.MentionID), clean(c.Owner.ID), clean(c.Owner.Name), micros(c.DismissedAt), micros(c.DismissedAt.Add(mention.MuteFor)))
	return err
}

// feedbackOf is the reason of a dismissal that teaches something, else empty.
func feedbackOf(c mention.Case) string {
	if c.Status == mention.Dismissed && (c.Reason == mention.NotNegative || c.Reason == mention.MutedAuthor) {
		return c.Reason
	}
	return ""
}

func insertFeedback(ctx context.Context, q querier, c mention.Case) error {
	st, err := scanStored(q.QueryRowContext(ctx, `SELECT `+storedColumns+storedFrom+`WHERE m.id = $1`, string(c.MentionID)))
	if err != nil {
		return err
	}
	m := st.Mention
	score, err := encodeJSON(m.Score)
	if err != nil {
		return err
	}
	_, err = q.ExecContext(ctx, `
INSERT INTO lessons (mention_id, watch, source, kind, simhash, label, score, title, body, by_id, by_name, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (mention_id) DO NOTHING`,
		string(m.ID), clean(m.Watch), clean(m.Post.Origin()), string(m.Post.Kind), int64(m.Simhash), string(mention.Neutral), score,
		clean(m.Post.Title), clean(m.Post.Text), clean(c.Owner.ID), clean(c.Owner.Name), micros(c.DismissedAt))
	return err
}

// Feedback returns everything staff taught, oldest first.
func (s *Store) Feedback(ctx context.Context) ([]mention.Feedback, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+feedbackColumns+` FROM lessons l ORDER BY l.at, l.mention_id`)
	all, err := collect(rows, err, scanFeedback)
	return all, s.wrap("lessons", err)
}

// Mutes returns the mutes that stand at now, the oldest first.
func (s *Store) Mutes(ctx context.Context, now time.Time) ([]mention.Mute, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+muteColumns+` FROM mutes WHERE until > $1 ORDER BY at, source, author`, micros(now))
	all, err := collect(rows, err, scanMute)
	return all, s.wrap("mutes", err)
}

const muteColumns = `mention_id, ` + muteSource + `, author, by_id, by_name, at, until`

func scanMute(row scanner) (m mention.Mute, err error) {
	var at, until int64
	err = row.Scan(&m.MentionID, &m.Source, &m.Author, &m.By.ID, &m.By.Name, &at, &until)
	m.At, m.Until = fromMicros(at), fromMicros(until)
	return m, err
}

// LiftMute ends the mute that was made on this mention, and says in the audit who did
// so; ErrNotFound when there is none. The case stays as it is.
func (s *Store) LiftMute(ctx context.Context, id mention.ID, by mention.Person, at time.Time) error {
	return s.inTx(ctx, "lift mute", func(tx *sql.Tx) error {
		n, err := affected(tx.ExecContext(ctx, `DELETE FROM mutes WHERE mention_id = $1`, string(id)))
		if err != nil {
			return err
		}
		if n == 0 {
			return sql.ErrNoRows
		}
		return insertEvents(ctx, tx, id, at, []mention.Event{{Kind: "unmuted", By: by, At: at}})
	})
}
