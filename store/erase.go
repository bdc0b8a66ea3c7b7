package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/earshot/earshot/mention"
)

// Erased is how many rows of each kind were erased or had the person taken out.
type Erased struct {
	Posts, Mentions, Cases, Alerts, Events, Lessons, Mutes, Templates, Replies int
}

// errDry rolls back what was only tried.
var errDry = errors.New("only tried")

// Erase erases everything of the subject: posts, mentions, what was taught by them, the
// name where it was muted, and name and addresses where cases, events and messages of
// others repeat them. The posts stay known by their keys, so that they are never stored
// again. Messages of cases are drawn anew, without the words. When dry, it only counts.
//
// It works in short transactions beside a running daemon, and goes on where it was
// interrupted. Sweep must follow.
func (s *Store) Erase(ctx context.Context, w Subject, dry bool) (Erased, error) {
	var sum Erased
	if w.nobody() {
		return sum, nil
	}
	w, err := s.subjectOf(ctx, w)
	if err != nil {
		return sum, s.wrap("erase", err)
	}
	found, err := s.find(ctx, w)
	if err != nil {
		return sum, s.wrap("erase", err)
	}
	step := func(do func(tx *sql.Tx, e *Erased) error) error {
		var e Erased
		err := s.inTx(ctx, "erase", func(tx *sql.Tx) error {
			e = Erased{}
			if err := do(tx, &e); err != nil || !dry {
				return err
			}
			return errDry
		})
		if err == nil || errors.Is(err, errDry) {
			sum.add(e)
			return nil
		}
		return err
	}
	// What repeats the names goes first: it is found by them.
	others, err := s.findRepeats(ctx, w, found)
	if err != nil {
		return sum, s.wrap("erase", err)
	}
	if err := s.scrub(ctx, others, step); err != nil {
		return sum, err
	}
	for chunk := range slices.Chunk(found.mutes, pruneChunk) {
		err := step(func(tx *sql.Tx, e *Erased) error { return eraseMutes(ctx, tx, chunk, e) })
		if err != nil {
			return sum, err
		}
	}
	for chunk := range slices.Chunk(found.posts, pruneChunk) {
		err := step(func(tx *sql.Tx, e *Erased) error { return s.erasePosts(ctx, tx, chunk, e) })
		if err != nil {
			return sum, err
		}
	}
	return sum, nil
}

func (e *Erased) add(o Erased) {
	e.Posts, e.Mentions, e.Cases, e.Alerts = e.Posts+o.Posts, e.Mentions+o.Mentions, e.Cases+o.Cases, e.Alerts+o.Alerts
	e.Events, e.Lessons, e.Mutes, e.Templates = e.Events+o.Events, e.Lessons+o.Lessons, e.Mutes+o.Mutes, e.Templates+o.Templates
	e.Replies += o.Replies
}

func eraseMutes(ctx context.Context, tx *sql.Tx, mutes []trace, e *Erased) error {
	for _, m := range mutes {
		n, err := affected(tx.ExecContext(ctx, `DELETE FROM mutes WHERE source = $1 AND author = $2`, m.source, m.author))
		if err != nil {
			return err
		}
		e.Mutes += n
	}
	return nil
}

func (s *Store) erasePosts(ctx context.Context, tx *sql.Tx, posts []trace, e *Erased) error {
	for _, p := range posts {
		// First of all: it waits for a poll that is storing the post, of which the rest is seen then.
		if _, err := tx.ExecContext(ctx, `UPDATE posts SET gone = $2 WHERE key = $1`, p.key[:], erasedOnRequest); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, `SELECT id FROM mentions WHERE post_key = $1`, p.key[:])
		ids, err := collect(rows, err, scanString)
		if err != nil {
			return err
		}
		if err := s.lockCases(ctx, tx, ids); err != nil {
			return err
		}
		for _, id := range ids {
			n := 0
			if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM replies WHERE mention_id = $1 AND body <> ''`, id).Scan(&n); err != nil {
				return err
			}
			e.Replies += n
		}
		if err := eraseMentions(ctx, tx, ids); err != nil {
			return err
		}
		for _, id := range ids {
			if err := s.forgetPerson(ctx, tx, id, e); err != nil {
				return err
			}
		}
		for _, query := range []string{`DELETE FROM bodies WHERE key = $1`, `DELETE FROM follows WHERE key = $1`} {
			if _, err := tx.ExecContext(ctx, query, p.key[:]); err != nil {
				return err
			}
		}
		e.Posts++
		e.Mentions += len(ids)
	}
	return nil
}

// forgetPerson removes what was kept beside the mention, and has its message updated
// without the words.
func (s *Store) forgetPerson(ctx context.Context, q querier, id string, e *Erased) error {
	for _, step := range []struct {
		query string
		count *int
	}{
		{`DELETE FROM lessons WHERE mention_id = $1`, &e.Lessons},
		{`UPDATE events SET detail = '' WHERE mention_id = $1 AND detail <> ''`, &e.Events},
		{`UPDATE alerts SET payload = NULL WHERE mention_id = $1 AND mention_id <> '' AND payload IS NOT NULL`, &e.Alerts},
	} {
		n, err := affected(q.ExecContext(ctx, step.query, id))
		if err != nil {
			return err
		}
		*step.count += n
	}
	// Its clocks stand still from now on, and what had run out before stays so.
	if _, err := q.ExecContext(ctx, `UPDATE mentions SET gone = 1, edited_at = $2 WHERE id = $1 AND gone = 0`, id, micros(s.now())); err != nil {
		return err
	}
	before, err := caseOf(ctx, q, mention.ID(id))
	if err != nil {
		return err
	}
	e.Cases++
	after := before
	after.Version++
	return updateCase(ctx, q, before, after)
}
