package store

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"

	"github.com/earshot/earshot/mention"
)

// The outbox of replies. A reply goes draft → sending → sent, refused or unclear; every step
// is a compare-and-set on where it stood. Only who moved it to sending may send it.

const replyColumns = `id, mention_id, nth, status, account, body, by_id, by_name, made_at, approver_id, approver_name, approved_at,
 first_at, sending_at, attempts, not_before, ended_at, url, remote_id, reason, held, looks, looked_at, told`

func scanReply(row scanner) (r mention.SiteReply, err error) {
	var made, approved, first, sending, notBefore, ended, held, looked, told int64
	err = row.Scan(&r.ID, &r.MentionID, &r.Nth, &r.Status, &r.Account, &r.Text, &r.By.ID, &r.By.Name, &made, &r.ApprovedBy.ID, &r.ApprovedBy.Name, &approved,
		&first, &sending, &r.Attempts, &notBefore, &ended, &r.URL, &r.RemoteID, &r.Reason, &held, &r.Looks, &looked, &told)
	r.MadeAt, r.ApprovedAt, r.FirstAt, r.SendingAt = fromMicros(made), fromMicros(approved), fromMicros(first), fromMicros(sending)
	r.NotBefore, r.EndedAt, r.LookedAt, r.Held, r.Told = fromMicros(notBefore), fromMicros(ended), fromMicros(looked), held != 0, told != 0
	return r, err
}

// samePost chooses the mentions of the post of mention $1, of which each watch that it names has one:
// on the site all of them are answered in one place.
const samePost = `SELECT o.id FROM mentions m JOIN mentions o ON o.post_key = m.post_key WHERE m.id = $1`

// lockPost takes the cases of the mention's post, and returns their ids.
func (s *Store) lockPost(ctx context.Context, tx *sql.Tx, id mention.ID) ([]string, error) {
	rows, err := tx.QueryContext(ctx, samePost, string(id))
	ids, err := collect(rows, err, scanString)
	if err != nil {
		return nil, err
	}
	return ids, s.lockCases(ctx, tx, ids)
}

// AddReply writes a draft down: the r.Nth to its post. mention.ErrReplyOpen when the post has an
// r.Nth one already, or one that holds its place (SiteReply.Holds); ErrNotFound without the case, or
// where its post was erased.
func (s *Store) AddReply(ctx context.Context, r mention.SiteReply) error {
	return s.inTxOf(ctx, s.desk, "add reply", func(tx *sql.Tx) error {
		same, err := s.lockPost(ctx, tx, r.MentionID)
		if err != nil {
			return err
		}
		c, err := caseOf(ctx, tx, r.MentionID)
		if err != nil {
			return err
		}
		if err := tx.QueryRowContext(ctx, `SELECT erased FROM mentions WHERE id = $1 AND erased = 0`, string(r.MentionID)).Scan(new(int)); err != nil {
			return err
		}
		all, err := repliesOf(ctx, tx, r.MentionID)
		if err != nil {
			return err
		}
		last := 0
		for _, one := range all {
			if last = one.Nth; one.Holds(c) {
				return mention.ErrReplyOpen
			}
		}
		if r.Nth != last+1 {
			return mention.ErrReplyOpen
		}
		n, err := affected(tx.ExecContext(ctx, `
INSERT INTO replies (`+replyColumns+`)
VALUES ($1, $2, $3, 'draft', $4, $5, $6, $7, $8, $9, $10, $11, 0, 0, 0, $8, 0, '', '', '', 0, 0, 0, 0) ON CONFLICT DO NOTHING`,
			clean(r.ID), string(r.MentionID), r.Nth, clean(r.Account), clean(r.Text), clean(r.By.ID), clean(r.By.Name), micros(r.MadeAt),
			clean(r.ApprovedBy.ID), clean(r.ApprovedBy.Name), micros(r.ApprovedAt)))
		if err != nil {
			return err
		}
		if n == 0 {
			return mention.ErrReplyOpen
		}
		return s.replyEvent(ctx, tx, same, mention.Event{Kind: "reply_written", By: r.By, At: r.MadeAt, Detail: r.Account})
	})
}

// ChangeReply moves a reply from before to after; false when it does not stand where before
// says any more. Identity, text and author stay. What people should know becomes an entry of
// the audit, by whom the change was made; nobody: by earshot.
func (s *Store) ChangeReply(ctx context.Context, before, after mention.SiteReply, by mention.Person) (bool, error) {
	moved := false
	err := s.inTxOf(ctx, s.desk, "change reply", func(tx *sql.Tx) error {
		same, err := s.lockPost(ctx, tx, before.MentionID)
		if err != nil {
			return err
		}
		n, err := affected(tx.ExecContext(ctx, `
UPDATE replies SET status = $2, approver_id = $3, approver_name = $4, approved_at = $5, first_at = $6, sending_at = $7, attempts = $8, not_before = $9,
 ended_at = $10, url = $11, remote_id = $12, reason = $13, held = $14, looks = $15, looked_at = $16, told = $17
WHERE id = $1 AND status = $18 AND attempts = $19 AND approved_at = $20 AND looks = $21 AND told = $22`,
			clean(before.ID), string(after.Status), clean(after.ApprovedBy.ID), clean(after.ApprovedBy.Name), micros(after.ApprovedAt), micros(after.FirstAt),
			micros(after.SendingAt), after.Attempts, micros(after.NotBefore), micros(after.EndedAt), clean(after.URL), clean(after.RemoteID), clean(after.Reason),
			flag(after.Held), after.Looks, micros(after.LookedAt), flag(after.Told),
			string(before.Status), before.Attempts, micros(before.ApprovedAt), before.Looks, flag(before.Told)))
		moved = n == 1
		if err != nil || !moved {
			return err
		}
		e, ok := replyNews(before, after)
		if !ok {
			return nil
		}
		e.By, e.At = by, s.now()
		return s.replyEvent(ctx, tx, same, e)
	})
	return moved && err == nil, err
}

// replyNews is what the audit says of a change; false where it is none of people's business.
func replyNews(before, after mention.SiteReply) (e mention.Event, ok bool) {
	switch {
	case after.Status == before.Status:
		return mention.Event{Kind: "reply_approved"}, before.ApprovedAt.IsZero() && !after.ApprovedAt.IsZero()
	case after.Status == mention.ReplySent:
		return mention.Event{Kind: "reply_sent", Detail: after.URL}, true
	case after.Status == mention.ReplyRefused:
		return mention.Event{Kind: "reply_refused", Detail: after.Reason}, true
	case after.Status == mention.ReplyUnclear:
		return mention.Event{Kind: "reply_unclear", Detail: after.Reason}, true
	case after.Status == mention.ReplyDraft && before.Attempts == 1: // of many pauses the first
		return mention.Event{Kind: "reply_put_off", Detail: after.Reason}, true
	}
	return e, false
}

// replyEvent records it in these cases, as a new version of each, so that pages and messages that
// show it are drawn anew.
func (s *Store) replyEvent(ctx context.Context, tx *sql.Tx, ids []string, e mention.Event) error {
	for _, id := range ids {
		if err := insertEvents(ctx, tx, mention.ID(id), s.now(), []mention.Event{e}); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE cases SET version = version + 1 WHERE mention_id = $1`, id); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE alerts SET wanted = (SELECT c.version FROM cases c WHERE c.mention_id = $1) WHERE mention_id = $1 AND mention_id <> '' AND `+showsCase, id)
		if err != nil {
			return err
		}
	}
	return nil
}

// maxReplyWork bounds one look at what is to be done; what is left has a later turn.
const maxReplyWork = 500

// OpenReplies returns the replies that have a step before them that is due: those that are
// open, and those whose case does not know yet how they ended; the longest due first.
func (s *Store) OpenReplies(ctx context.Context, now time.Time) ([]mention.SiteReply, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+replyColumns+` FROM replies r
WHERE r.told = 0 AND r.not_before <= $1 AND r.approved_at > 0 ORDER BY r.not_before, r.id LIMIT $2`, micros(now), maxReplyWork)
	all, err := collect(rows, err, scanReply)
	return all, s.wrap("replies that are open", err)
}

// RepliesOf returns the replies to the post of a mention, whichever watch they were written for, the
// first one first.
func (s *Store) RepliesOf(ctx context.Context, id mention.ID) ([]mention.SiteReply, error) {
	all, err := repliesOf(ctx, s.read, id)
	return all, s.wrap("replies of a case", err)
}

// RepliesOf is Store.RepliesOf within the transaction.
func (t *Tx) RepliesOf(ctx context.Context, id mention.ID) ([]mention.SiteReply, error) {
	all, err := repliesOf(ctx, t.q, id)
	return all, t.wrap("replies of a case", err)
}

func repliesOf(ctx context.Context, q querier, id mention.ID) ([]mention.SiteReply, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+replyColumns+` FROM replies r WHERE r.mention_id IN (`+samePost+`) ORDER BY r.nth, r.made_at, r.id`, string(id))
	return collect(rows, err, scanReply)
}

// answersSeen is the query of AnswersSeen.
const answersSeen = `SELECT ` + storedColumns + storedFrom + `
WHERE m.source = $1 AND m.thread_key = $2 AND m.thread_key <> 0 AND ` + ofWatch + `$3 AND m.official = 1 AND m.gone = 0 AND m.heard_at >= $4
ORDER BY m.heard_at, m.id LIMIT $5`

// AnswersSeen returns what official authors of the mention's watch wrote in its thread, to the
// mention or to nobody named, and was published (where that is known) and heard since then, and when that thread was last read with success: by its own visit,
// or else by the poll of its source; zero when it never was.
func (s *Store) AnswersSeen(ctx context.Context, id mention.ID, since time.Time) (answers []mention.Post, looked time.Time, err error) {
	m, _, err := s.Mention(ctx, id)
	if err != nil {
		return nil, looked, err
	}
	rows, err := s.read.QueryContext(ctx, answersSeen, clean(m.Post.Origin()), mention.URLKey(clean(m.Post.ThreadURL)), clean(m.Watch), micros(since), maxRelated)
	all, err := collect(rows, err, scanStored)
	if err != nil {
		return nil, looked, s.wrap("answers in a thread", err)
	}
	for _, one := range all {
		if p := one.Mention.Post; mayAnswer(p, m.Post) && !p.Before(since) {
			answers = append(answers, p)
		}
	}
	key := m.Post.Key()
	var at int64
	err = s.read.QueryRowContext(ctx, `SELECT looked FROM follows WHERE key = $1`, key[:]).Scan(&at)
	if errors.Is(err, sql.ErrNoRows) {
		err = s.read.QueryRowContext(ctx, `SELECT COALESCE(MAX(last_success), 0) FROM sources WHERE key = $1`, clean(m.Post.Origin())).Scan(&at)
	}
	return answers, fromMicros(at), s.wrap("the last look at a thread", err)
}

// mayAnswer says that p names nobody, the complaint, or what the complaint itself answers: some sites
// put the answer to an answer under the first post. WordPress's feed has an address before its ids.
func mayAnswer(p, complaint mention.Post) bool {
	to := p.ReplyTo
	return to == "" || to == complaint.ID || to == complaint.URL || to == complaint.ReplyTo || strings.HasSuffix(complaint.ID, "#"+to)
}

// AnswerTaken reports whether another reply of r's account is the answer of this id on the site;
// false for no id.
func (s *Store) AnswerTaken(ctx context.Context, r mention.SiteReply, remoteID string) (taken bool, err error) {
	if remoteID = clean(remoteID); remoteID == "" {
		return false, nil
	}
	err = s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM replies WHERE remote_id = $1 AND account = $2 AND id <> $3)`, remoteID, clean(r.Account), r.ID).Scan(&taken)
	return taken, s.wrap("whose an answer is", err)
}

// sentAnswers are the answers that a site took from here to the post of a case since it waits.
const sentAnswers = `replies r WHERE r.mention_id IN (` + samePost + `) AND r.status = 'sent' AND r.ended_at >= (SELECT c.reopened_at FROM cases c WHERE c.mention_id = $1)`

// unseenQuery goes from the answers to their mentions, of which there are many more.
const unseenQuery = `SELECT EXISTS (
SELECT 1 FROM ` + sentAnswers + ` AND NOT EXISTS (
SELECT 1 FROM replies o WHERE o.seen_at > 0 AND (SELECT m.source FROM mentions m WHERE m.id = o.mention_id) = (SELECT source FROM mentions WHERE id = $1))) OR EXISTS (
SELECT 1 FROM mentions m WHERE m.id = $1 AND m.kind = 'review' AND NOT EXISTS (SELECT 1 FROM follows f WHERE f.key = m.post_key AND f.looked > 0 AND f.gone = 0)
AND NOT EXISTS (SELECT 1 FROM mentions o WHERE o.source = m.source AND o.official = 1)) OR EXISTS (
SELECT 1 FROM events e WHERE e.mention_id = $1 AND e.kind = 'seems' AND e.at >= (SELECT c.reopened_at FROM cases c WHERE c.mention_id = $1)),
COALESCE((SELECT MAX(r.ended_at) FROM ` + sentAnswers + ` AND r.held = 1), 0)`

// AnswerUnseen reports whether an answer to the post of a case need not be seen: it is a review of a source whose polls
// never saw an answer of yours, as many show none, and no thread was read where one would stand; or the site took one from
// here since the case waits, and no answer that it took so was ever seen by the polls of that source; or people were asked
// since then whether what stands there is theirs. held is since when a
// moderator has one of these; zero: none has.
func (s *Store) AnswerUnseen(ctx context.Context, id mention.ID) (unseen bool, held time.Time, err error) {
	var since int64
	err = s.read.QueryRowContext(ctx, unseenQuery, string(id)).Scan(&unseen, &since)
	return unseen, fromMicros(since), s.wrap("whether an answer can be seen", err)
}

// PostWaits reports whether the mention's post waits for an answer under any of the watches that it
// names.
func (s *Store) PostWaits(ctx context.Context, id mention.ID) (waits bool, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM cases c WHERE c.mention_id IN (`+samePost+`) AND c.status IN ('open', 'claimed'))`, string(id)).Scan(&waits)
	return waits, s.wrap("whether a post waits", err)
}

// becauseErased is why an answer was not sent whose complaint was erased; becauseRestored why
// nobody knows whether one was sent.
const (
	becauseErased   = "erased"
	becauseRestored = "a backup was restored meanwhile"
)

// forgetReplies takes the words out of the replies to mentions whose words go. What was not
// sent is not sent any more, and nobody looks for what is unclear.
const forgetReplies = `UPDATE replies SET body = '', url = '', remote_id = '', told = 1,
 reason = CASE WHEN status = 'draft' THEN '` + becauseErased + `' ELSE '' END,
 status = CASE status WHEN 'draft' THEN 'refused' WHEN 'sending' THEN 'unclear' ELSE status END
WHERE mention_id`

// doubtReplies says of every answer that was let go and had not ended that it may stand there:
// since a backup, which has them so, they may have been sent. $1 is the time now.
const doubtReplies = `UPDATE replies SET status = 'unclear', reason = '` + becauseRestored + `', attempts = CASE WHEN attempts > 1 THEN attempts ELSE 1 END, not_before = $1,
 first_at = CASE WHEN first_at > 0 THEN first_at ELSE approved_at END,
 sending_at = CASE WHEN sending_at > 0 THEN sending_at ELSE approved_at END, looks = 0, looked_at = $1
WHERE status IN ('draft', 'sending') AND approved_at > 0`

// repliesWith are the replies that ended, to others, that hold one of the words.
func (s *Store) repliesWith(ctx context.Context, words []string, own map[string]bool) (list []rewrite, err error) {
	rows, err := s.read.QueryContext(ctx, `SELECT m.post_key, r.id, r.body FROM replies r LEFT JOIN mentions m ON m.id = r.mention_id WHERE r.told = 1 AND r.body <> ''`)
	err = each(rows, err, func(row scanner) error {
		var key []byte
		var id, body string
		err := row.Scan(&key, &id, &body)
		if next := scrubText(body, words); err == nil && !own[string(key)] && next != body {
			list = append(list, rewrite{id, body, next})
		}
		return err
	})
	return list, err
}
