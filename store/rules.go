package store

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/earshot/earshot/mention"
)

// Some columns of a mention are made of others: the hashes of its addresses (mention.URLKey), the words that search
// looks in (terms), and the language and topics that lists are filtered by. How they are made changes from one earshot to the
// next, and an earlier one may work on the database at any time: beside this one while replicas are updated, or after a step
// back. So each row says by which rules it was made, and one of older rules is made anew: all of them at a start,
// and those that a replica writes meanwhile when this one attends, and before a poll is planned.
//
// Who changes one of these rules counts rowRules up, with a migration that makes the index mentions_outdated anew
// for the new number. It may give that number to the rows that stay as they are, where SQL can tell them.

// rowRules is the number of the rules by which this program makes rows.
const rowRules = 1

// bringUpToDate makes all rows of older rules anew. It goes on where it was interrupted.
func (s *Store) bringUpToDate(ctx context.Context) error {
	return s.catchUp(ctx, "addresses and words", func(tx *sql.Tx) (int, error) { return s.makeAnew(ctx, tx) })
}

// outdatedRow is a mention of which some columns are made by older rules.
type outdatedRow struct {
	id, url, thread, words, score string
	terms                         sql.NullString
}

// makeAnew brings rows of older rules up to date, those that were heard first and at most catchUpPiece, and returns how many.
func (s *Store) makeAnew(ctx context.Context, tx *sql.Tx) (int, error) {
	const query = `SELECT id, url, thread_url, words, score, terms FROM mentions WHERE rules < %d ORDER BY heard_at, id LIMIT $1`
	rows, err := tx.QueryContext(ctx, fmt.Sprintf(query, rowRules)+s.engine.lockRows, catchUpPiece) // SQLite knows the index by this text
	list, err := collect(rows, err, func(row scanner) (r outdatedRow, err error) {
		return r, row.Scan(&r.id, &r.url, &r.thread, &r.words, &r.score, &r.terms)
	})
	if err != nil {
		return 0, err
	}
	for _, r := range list {
		if err := r.makeAnew(ctx, tx); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

func (r *outdatedRow) makeAnew(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `UPDATE mentions SET rules = $2, url_key = $3, thread_key = $4 WHERE id = $1`, r.id, rowRules, mention.URLKey(r.url), mention.URLKey(r.thread))
	if err != nil {
		return err
	}
	if r.words != "" || !r.terms.Valid { // of before schema 13
		var score mention.Score
		_ = decodeOptional(r.score, &score) // a damaged one has no language
		_, err = tx.ExecContext(ctx, `UPDATE mentions SET terms = $2, words = '', lang = $3, topics = $4,
 num = CASE WHEN num > 0 THEN num ELSE (SELECT COALESCE(MAX(num), 0) + 1 FROM mentions) END WHERE id = $1`,
			r.id, inTerms(r.words), clean(score.Lang), topicList(score.Topics))
		return err
	}
	if again := inTerms(r.terms.String); again != r.terms.String { // the index of words is dear
		_, err = tx.ExecContext(ctx, `UPDATE mentions SET terms = $2 WHERE id = $1`, r.id, again)
	}
	return err
}
