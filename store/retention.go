package store

import (
	"context"
	"database/sql"
	"time"

	"github.com/earshot/earshot/mention"
)

// Stored personal data is minimal and goes with time. What stays for good has no
// words and no names in it: keys and hashes of posts, so that they stay known, and
// the times and verdicts of mentions, for statistics.

// Retention says before which times what goes. A zero time keeps it all.
type Retention struct {
	Posts    time.Time // words of posts that name no watch
	Mentions time.Time // words, author and address of mentions
	Events   time.Time // the audit, and posted alerts
}

// DefaultRetention is 30 days for posts nobody asked about (long enough to try a
// changed watchlist against them), 180 for mentions, two years for the audit.
func DefaultRetention(now time.Time) Retention {
	return Retention{Posts: now.AddDate(0, 0, -30), Mentions: now.AddDate(0, 0, -180), Events: now.AddDate(-2, 0, 0)}
}

// Pruned is how much went.
type Pruned struct {
	Posts, Mentions, Events, Alerts int
}

// pruneChunk bounds the rows of one transaction: nobody waits long for the writer.
const pruneChunk = 500

// Prune erases what is older than the retention, in small transactions. Mentions
// whose case is open or claimed, or that share their post with one, keep their words.
func (s *Store) Prune(ctx context.Context, r Retention) (Pruned, error) {
	var p Pruned
	for _, job := range []struct {
		before time.Time
		count  *int
		run    func(ctx context.Context, tx *sql.Tx, before int64) (int, error)
	}{
		{r.Posts, &p.Posts, prunePosts},
		{r.Mentions, &p.Mentions, pruneMentions},
		{r.Events, &p.Events, pruneEvents},
		{r.Events, &p.Alerts, pruneAlerts},
	} {
		for !job.before.IsZero() {
			var n int
			err := s.inTx(ctx, "prune", func(tx *sql.Tx) (err error) {
				n, err = job.run(ctx, tx, micros(job.before))
				return err
			})
			if err != nil {
				return p, err
			}
			*job.count += n
			if n < pruneChunk {
				break
			}
		}
	}
	if r.Mentions.IsZero() {
		return p, nil
	}
	_, err := s.exec(ctx, "prune", `DELETE FROM mutes WHERE until < $1`, micros(r.Mentions)) // few: people make them by hand
	return p, err
}

func prunePosts(ctx context.Context, tx *sql.Tx, before int64) (int, error) {
	return affected(tx.ExecContext(ctx, `DELETE FROM bodies WHERE key IN (SELECT b.key FROM bodies b
 WHERE b.kept_at < $1 AND NOT EXISTS (SELECT 1 FROM mentions m WHERE m.post_key = b.key) ORDER BY b.kept_at LIMIT $2)`, before, pruneChunk))
}

func pruneMentions(ctx context.Context, tx *sql.Tx, before int64) (int, error) {
	rows, err := tx.QueryContext(ctx, `SELECT m.id FROM mentions m
 WHERE m.erased = 0 AND m.heard_at < $1
  AND NOT EXISTS (SELECT 1 FROM mentions o JOIN cases c ON c.mention_id = o.id
   WHERE o.post_key = m.post_key AND c.status IN ('open', 'claimed'))
 ORDER BY m.heard_at, m.id LIMIT $2`, before, pruneChunk)
	ids, err := collect(rows, err, scanString)
	if err != nil {
		return 0, err
	}
	for _, id := range ids {
		if err := eraseMention(ctx, tx, id); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// pruneEvents keeps the audit of cases that are still open.
func pruneEvents(ctx context.Context, tx *sql.Tx, before int64) (int, error) {
	return affected(tx.ExecContext(ctx, `DELETE FROM events WHERE id IN (SELECT e.id FROM events e
 WHERE e.at < $1 AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.mention_id = e.mention_id AND c.status IN ('open', 'claimed'))
 ORDER BY e.at LIMIT $2)`, before, pruneChunk))
}

func pruneAlerts(ctx context.Context, tx *sql.Tx, before int64) (int, error) {
	return affected(tx.ExecContext(ctx, `DELETE FROM alerts WHERE id IN (SELECT a.id FROM alerts a
 WHERE a.created_at < $1 AND a.status = 'posted'
  AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.mention_id = a.mention_id AND c.status IN ('open', 'claimed'))
 ORDER BY a.created_at LIMIT $2)`, before, pruneChunk))
}

func affected(res sql.Result, err error) (int, error) {
	if err != nil {
		return 0, err
	}
	n, err := res.RowsAffected()
	return int(n), err
}

func scanString(row scanner) (s string, err error) { return s, row.Scan(&s) }

// eraseMention takes words, names and addresses out of a mention and its post.
func eraseMention(ctx context.Context, q querier, id string) error {
	st, err := scanStored(q.QueryRowContext(ctx, `SELECT `+storedColumns+storedFrom+`WHERE m.id = $1`, id))
	if err != nil {
		return err
	}
	score, err := encodeJSON(withoutEvidence(st.Mention).Score)
	if err != nil {
		return err
	}
	for _, query := range []string{
		`DELETE FROM bodies WHERE key = (SELECT post_key FROM mentions WHERE id = $1)`,
		`UPDATE alerts SET payload = NULL WHERE mention_id = $1 AND mention_id <> '' AND status = 'posted'`,
	} {
		if _, err := q.ExecContext(ctx, query, id); err != nil {
			return err
		}
	}
	_, err = q.ExecContext(ctx, `UPDATE mentions SET author = '', url = '', thread_url = '', words = '', spans = '', score = $2, erased = 1 WHERE id = $1`, id, score)
	return err
}

// EraseAuthor erases everything an author wrote, at one source or, with an empty
// source, at all: posts, mentions, feedback, and the name where it was muted. The
// posts stay known and are never stored again. It returns how many posts it erased.
func (s *Store) EraseAuthor(ctx context.Context, source, author string) (int, error) {
	source, author = clean(source), clean(author)
	return s.erase(ctx, "erase author",
		`(author = $1 AND author <> '' AND ($2 = '' OR source = $2))`, author, source)
}

// EraseLink erases the post that stands at the address, in every source. The post
// stays known and is never stored again. It returns how many posts it erased.
func (s *Store) EraseLink(ctx context.Context, link string) (int, error) {
	return s.erase(ctx, "erase post", `(url = $1 AND url <> '')`, clean(link))
}

func (s *Store) erase(ctx context.Context, what, which string, args ...any) (int, error) {
	posts := 0
	err := s.inTx(ctx, what, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT id FROM mentions WHERE `+which, args...)
		ids, err := collect(rows, err, scanString)
		if err != nil {
			return err
		}
		rows, err = tx.QueryContext(ctx, `SELECT key FROM bodies WHERE `+which+` UNION SELECT post_key FROM mentions WHERE `+which, args...)
		keys, err := collect(rows, err, func(row scanner) (b []byte, err error) { return b, row.Scan(&b) })
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := eraseMention(ctx, tx, id); err != nil {
				return err
			}
			if err := forgetPerson(ctx, tx, id); err != nil {
				return err
			}
		}
		for _, key := range keys {
			if _, err := tx.ExecContext(ctx, `DELETE FROM bodies WHERE key = $1`, key); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `UPDATE posts SET gone = $2 WHERE key = $1`, key, erasedOnRequest); err != nil {
				return err
			}
		}
		posts = len(keys)
		return nil
	})
	return posts, err
}

// forgetPerson removes what was kept beside the mention, and has its message updated
// without the words.
func forgetPerson(ctx context.Context, q querier, id string) error {
	for _, query := range []string{
		`DELETE FROM lessons WHERE mention_id = $1`,
		`DELETE FROM mutes WHERE mention_id = $1`,
		`UPDATE events SET detail = '' WHERE mention_id = $1`,
		`UPDATE alerts SET payload = NULL WHERE mention_id = $1 AND mention_id <> ''`,
		`UPDATE mentions SET gone = 1 WHERE id = $1`,
	} {
		if _, err := q.ExecContext(ctx, query, id); err != nil {
			return err
		}
	}
	before, err := caseOf(ctx, q, mention.ID(id))
	if err != nil {
		return err
	}
	after := before
	after.Version++
	return updateCase(ctx, q, before, after)
}
