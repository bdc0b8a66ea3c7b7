package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"github.com/earshot/earshot/mention"
)

// Stored personal data is minimal and goes with time. What stays for good has no
// words and no names in it: keys and hashes of posts, so that they stay known, and
// the times and verdicts of mentions, for statistics.

// Retention says before which times what goes. A zero time keeps it all.
type Retention struct {
	Posts    time.Time // words of posts that name no watch
	Mentions time.Time // words, author and address of mentions, the staff of their cases, words of lessons, ended mutes
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

const (
	// pruneLook is how many rows are looked at in one go, beside the writer.
	pruneLook = 250
	// pruneChunk bounds the rows of one transaction: nobody waits long for the writer.
	pruneChunk = 25
	// pruneWords bounds the mentions whose words go in one: SQLite's index of words clears the place
	// of each, which is many pages a mention.
	pruneWords = 5
	// pruneRests is how much longer than a transaction the rest after it is: while years go at
	// once, polls and people find the writer free most of the time.
	pruneRests = 3
)

// Prune erases what is older than the retention, in small steps that each look at or
// change a bounded number of rows. Mentions whose case is open or claimed, whose public
// answer is looked for, whose dismissal can be undone, or that share their post with such a
// one, keep their words.
func (s *Store) Prune(ctx context.Context, r Retention) (Pruned, error) {
	var p Pruned
	for _, job := range s.pruneJobs(r, &p) {
		for !job.finished() {
			began, erases := time.Now(), len(job.todo) > 0
			err := job.step(ctx)
			if err == nil && erases {
				err = s.rest(ctx, pruneRests*time.Since(began))
			}
			if err != nil {
				return p, err
			}
		}
		job.leaveMark()
	}
	if r.Mentions.IsZero() {
		return p, nil
	}
	return p, s.pruneByHand(ctx, micros(r.Mentions))
}

// pruneByHand ages what is little, because people make it by hand or it comes once a
// day: mutes and pauses that ended; who wrote a template; replies
// that ended; lessons, of which hash and verdict
// stay; digests and notices, which name who waited; threads that nobody follows any more,
// one a complaint at most; access tokens that nobody renews; how people want their pages who
// are signed in nowhere.
func (s *Store) pruneByHand(ctx context.Context, before int64) error {
	for _, query := range []string{
		`DELETE FROM mutes WHERE until < $1`,
		`DELETE FROM follows WHERE due_at < $1`,
		`DELETE FROM access_tokens WHERE kept_at < $1`,
		`DELETE FROM preferences WHERE changed_at < $1 AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.person_id = preferences.person_id)`,
		`DELETE FROM source_pauses WHERE until < $1`,
		`DELETE FROM replies WHERE told = 1 AND made_at < $1 AND NOT EXISTS (
 SELECT 1 FROM mentions m JOIN mentions o ON o.post_key = m.post_key JOIN cases c ON c.mention_id = o.id WHERE m.id = replies.mention_id AND c.status IN ('open', 'claimed'))`,
		`UPDATE templates SET by_id = '', by_name = '' WHERE changed_at < $1 AND (by_id <> '' OR by_name <> '')`,
		`UPDATE lessons SET title = '', body = '', by_id = '', by_name = '' WHERE at < $1 AND (title <> '' OR body <> '' OR by_id <> '' OR by_name <> '')`,
		`UPDATE alerts SET payload = NULL WHERE status = 'posted' AND created_at < $1 AND mention_id = '' AND payload IS NOT NULL`,
	} {
		if _, err := s.exec(ctx, "prune", query, before); err != nil {
			return err
		}
	}
	return nil
}

// pruneMark is the last row that a job has left alone for good, and since when its marks are believed.
type pruneMark struct {
	at    int64
	key   any
	since time.Time
}

// pruneAnew is how long marks are believed: should a row ever be told of later than it is old, it goes a day late.
const pruneAnew = 24 * time.Hour

// pruneJob walks one table from the oldest row on. It never comes back to a row it left
// alone, however many of them there are.
type pruneJob struct {
	store  *Store
	before int64
	count  *int // of what went
	// page selects time, key, and whether the row may go, of rows from the time $1 and the
	// key $2 on and before the time $3, in the order of an index: see prunePage.
	page string
	// erase erases those of the keys that may still go.
	erase func(ctx context.Context, tx *sql.Tx, keys []any) (int, error)
	chunk int // how many keys at once; 0 means pruneChunk
	// mark is where the last job ended and this one begins; nil where what was left alone may go later.
	mark *atomic.Pointer[pruneMark]

	at   int64 // the last row that was looked at
	key  any
	seen bool  // all that is old was looked at
	todo []any // keys of rows to erase
}

// What must be so for a row to go.
const (
	pruneablePost    = `NOT EXISTS (SELECT 1 FROM mentions m WHERE m.post_key = b.key)`
	pruneableMention = `NOT EXISTS (SELECT 1 FROM mentions o JOIN cases c ON c.mention_id = o.id
  WHERE o.post_key = m.post_key AND (c.status IN ('open', 'claimed')
  OR c.status = 'replied' AND c.answer_seen = 0 AND c.replied_at > %d OR c.status = 'dismissed' AND c.dismissed_at > %d))`
	pruneableEvent = `NOT EXISTS (SELECT 1 FROM cases c WHERE c.mention_id = e.mention_id AND c.status IN ('open', 'claimed'))`
	pruneableAlert = `NOT EXISTS (SELECT 1 FROM cases c WHERE c.mention_id = a.mention_id AND c.status IN ('open', 'claimed'))`
)

// pruneableStaff is so of a case whose words went before it was done with: somebody asked for that, or
// people pressed the buttons of a message whose words had gone.
const pruneableStaff = `c.status NOT IN ('open', 'claimed')
  AND (c.owner_id <> '' OR c.owner_name <> '' OR c.replied_by <> '' OR c.snoozed_by_id <> '' OR c.snoozed_by_name <> '')`

// prunePage is the page of a job: rows of from in the order of time and key. They come first, and
// whether they may go is asked of so many, by the name as and with more columns: PostgreSQL would else
// get the answer for every mention ready before each look.
func prunePage(from, time, key, more, as, may string) string {
	return fmt.Sprintf(`SELECT %[2]s, %[3]s, CASE WHEN %[6]s THEN 1 ELSE 0 END FROM (SELECT %[2]s, %[3]s%[4]s FROM %[1]s
 %[2]s >= $1 AND (%[2]s > $1 OR %[3]s > $2) AND %[2]s < $3 ORDER BY %[2]s, %[3]s LIMIT %[7]d) AS %[5]s ORDER BY %[2]s, %[3]s`,
		from, time, key, more, as, may, pruneLook)
}

func (s *Store) pruneJobs(r Retention, p *Pruned) []*pruneJob {
	now := s.now()
	// A retention that is shorter bounds it.
	mayGo := fmt.Sprintf(pruneableMention, max(micros(now.Add(-mention.AnswerSought)), micros(r.Mentions)), micros(now.Add(-mention.UndoWithin)))
	all := []*pruneJob{
		{
			before: micros(r.Posts), count: &p.Posts, key: []byte{},
			page:  prunePage(`bodies WHERE`, `kept_at`, `key`, ``, `b`, pruneablePost),
			erase: eraseRows(`DELETE FROM bodies AS b WHERE b.key`, pruneablePost),
			mark:  &s.bodies, // a mention stays for good, and its body until its own words go
		},
		{
			before: micros(r.Mentions), count: &p.Mentions, key: "",
			page:  prunePage(`mentions WHERE erased = 0 AND`, `heard_at`, `id`, `, post_key`, `m`, mayGo),
			erase: s.pruneMentions(mayGo), chunk: pruneWords,
		},
		{
			before: micros(r.Mentions), count: new(int), key: "",
			page:  prunePage(`mentions m JOIN cases s ON s.mention_id = m.id WHERE m.erased = 1 AND`, `heard_at`, `id`, `, s.*`, `c`, pruneableStaff),
			erase: pruneStaff,
		},
		{
			before: micros(r.Events), count: &p.Events, key: int64(0),
			page:  prunePage(`events WHERE`, `at`, `id`, `, mention_id`, `e`, pruneableEvent),
			erase: eraseRows(`DELETE FROM events AS e WHERE e.id`, pruneableEvent),
		},
		{
			before: micros(r.Events), count: &p.Alerts, key: "",
			page:  prunePage(`alerts WHERE status = 'posted' AND`, `created_at`, `id`, `, mention_id`, `a`, pruneableAlert),
			erase: eraseRows(`DELETE FROM alerts AS a WHERE a.status = 'posted' AND a.id`, pruneableAlert),
		},
	}
	for _, job := range all {
		job.store, job.seen = s, job.before == 0
		job.fromMark(now)
	}
	return all
}

// fromMark begins where the last job ended.
func (j *pruneJob) fromMark(now time.Time) {
	if j.mark == nil {
		return
	}
	now = now.Round(0) // the clock that rows have their times from: it can be set back, and goes on while a machine sleeps
	m := j.mark.Load()
	if m == nil || now.Before(m.since) || now.Sub(m.since) >= pruneAnew {
		j.mark.Store(&pruneMark{key: j.key, since: now})
		return
	}
	j.at, j.key = m.at, m.key
}

// leaveMark is called when the job is finished.
func (j *pruneJob) leaveMark() {
	if j.mark == nil {
		return
	}
	if m := j.mark.Load(); m != nil && j.at > m.at {
		j.mark.Store(&pruneMark{j.at, j.key, m.since})
	}
}

func (j *pruneJob) finished() bool { return j.seen && len(j.todo) == 0 }

// step erases one chunk, or looks for more.
func (j *pruneJob) step(ctx context.Context) error {
	if len(j.todo) == 0 {
		return j.look(ctx)
	}
	chunk := j.todo[:min(cmp.Or(j.chunk, pruneChunk), len(j.todo))]
	n := 0
	err := j.store.inTx(ctx, "prune", func(tx *sql.Tx) (err error) {
		n, err = j.erase(ctx, tx, chunk)
		return err
	})
	if err == nil {
		*j.count += n
		j.todo = j.todo[len(chunk):]
	}
	return err
}

func (j *pruneJob) look(ctx context.Context) error {
	rows, err := j.store.read.QueryContext(ctx, j.page, j.at, j.key, j.before)
	looked := 0
	err = each(rows, err, func(row scanner) error {
		var may int
		err := row.Scan(&j.at, &j.key, &may)
		if may == 1 {
			j.todo = append(j.todo, j.key)
		}
		looked++
		return err
	})
	j.seen = looked < pruneLook
	return j.store.wrap("prune", err)
}

// eraseRows deletes the rows with these keys that may still go.
func eraseRows(query, may string) func(ctx context.Context, tx *sql.Tx, keys []any) (int, error) {
	return func(ctx context.Context, tx *sql.Tx, keys []any) (int, error) {
		return affected(tx.ExecContext(ctx, query+` IN (`+placeholders(1, len(keys))+`) AND `+may, keys...))
	}
}

// pruneMentions erases the words of those of the mentions that may still go: one may have
// been opened again since they were looked at.
func (s *Store) pruneMentions(may string) func(ctx context.Context, tx *sql.Tx, keys []any) (int, error) {
	return func(ctx context.Context, tx *sql.Tx, keys []any) (int, error) {
		var ids []string
		for _, key := range keys {
			ids = append(ids, fmt.Sprint(key))
		}
		if err := s.lockCases(ctx, tx, ids); err != nil {
			return 0, err
		}
		rows, err := tx.QueryContext(ctx, `SELECT m.id FROM mentions m WHERE m.erased = 0 AND m.id IN (`+placeholders(1, len(keys))+`) AND `+may, keys...)
		if ids, err = collect(rows, err, scanString); err != nil {
			return 0, err
		}
		if err := eraseMentions(ctx, tx, ids); err != nil {
			return 0, err
		}
		return len(ids), forgetStaff(ctx, tx, ids)
	}
}

// pruneStaff is pruneMentions where the words have gone already.
func pruneStaff(ctx context.Context, tx *sql.Tx, keys []any) (int, error) {
	rows, err := tx.QueryContext(ctx, `SELECT c.mention_id FROM cases c WHERE c.mention_id IN (`+placeholders(1, len(keys))+`) AND `+pruneableStaff, keys...)
	ids, err := collect(rows, err, scanString)
	if err != nil {
		return 0, err
	}
	return len(ids), forgetStaff(ctx, tx, ids)
}

// forgetStaff takes those who worked on them out of cases, and what people wrote beside them.
func forgetStaff(ctx context.Context, tx *sql.Tx, ids []string) error {
	for _, id := range ids {
		for _, query := range []string{
			`UPDATE cases SET owner_id = '', owner_name = '', replied_by = '', snoozed_by_id = '', snoozed_by_name = '' WHERE mention_id = $1`,
			`UPDATE events SET detail = '' WHERE mention_id = $1 AND detail <> ''`,
		} {
			if _, err := tx.ExecContext(ctx, query, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// eraseMentions takes words, names and addresses out of mentions and their posts.
func eraseMentions(ctx context.Context, tx *sql.Tx, ids []string) error {
	for chunk := range slices.Chunk(ids, pruneChunk) {
		if err := eraseChunk(ctx, tx, chunk); err != nil {
			return err
		}
	}
	return nil
}

func eraseChunk(ctx context.Context, tx *sql.Tx, ids []string) error {
	args := values(ids)
	in := ` IN (` + placeholders(1, len(ids)) + `)`
	rows, err := tx.QueryContext(ctx, `SELECT id, score FROM mentions WHERE id`+in, args...)
	scores, err := collect(rows, err, func(row scanner) (s [2]string, err error) { return s, row.Scan(&s[0], &s[1]) })
	if err != nil {
		return err
	}
	for _, query := range []string{
		`DELETE FROM bodies WHERE key IN (SELECT post_key FROM mentions WHERE id` + in + `)`,
		`DELETE FROM follows WHERE key IN (SELECT post_key FROM mentions WHERE id` + in + `)`,
		forgetReplies + in,
		`UPDATE alerts SET payload = NULL WHERE mention_id` + in + ` AND mention_id <> '' AND status = 'posted' AND payload IS NOT NULL`,
	} {
		if _, err := tx.ExecContext(ctx, query, args...); err != nil {
			return err
		}
	}
	erase, err := tx.PrepareContext(ctx, `UPDATE mentions SET author = '', url = '', thread_url = '', url_key = 0, thread_key = 0, words = '', terms = '', spans = '', score = $2, erased = 1 WHERE id = $1`)
	if err != nil {
		return err
	}
	defer erase.Close()
	for _, s := range scores {
		verdict, err := verdictOnly(s[1])
		if err != nil {
			return err
		}
		if _, err := erase.ExecContext(ctx, s[0], verdict); err != nil {
			return err
		}
	}
	return nil
}

// verdictOnly is a stored score without the words that it points at; a damaged one is
// none.
func verdictOnly(stored string) (string, error) {
	var m mention.Mention
	if decodeOptional(stored, &m.Score) != nil {
		m.Score = mention.Score{}
	}
	return encodeJSON(withoutEvidence(m).Score)
}
