package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math"
	"math/bits"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/mention"
)

// Tx is what a planner may ask while its poll is being committed: the store as
// it was before the poll, so a pending mention never finds itself, except an edited mention
// its own earlier form.
type Tx struct {
	q    querier
	wrap func(what string, err error) error
}

// bandReach is the distance up to which four bands find every near hash.
const bandReach = 3

// Whoever writes the same words thousands of times decides how much a search for them could
// cost, in the transaction on which everybody's clicks wait.
const (
	// nearestKept is how many candidates are read in full.
	nearestKept = 20
	// recentLooked is how many mentions are looked at where no band leads to the near ones.
	recentLooked = 2000
	// bandLooked is the same for each band, whose mentions differ from the given one in most bits, or
	// are its copies, of which a few say all.
	bandLooked = 1000
)

// Duplicates returns mentions of the watch that have a first message of their own,
// were heard at or after since, and whose simhash differs from the given one in at
// most maxDistance bits (0..64): the nearest 20, of equally near ones the newest, among the
// newest 2000; the oldest first. A simhash of 0 has no duplicates.
func (t *Tx) Duplicates(ctx context.Context, watch string, simhash uint64, maxDistance int, since time.Time) ([]mention.MentionRecord, error) {
	if simhash == 0 {
		return nil, nil
	}
	hits, err := t.nearIDs(ctx, clean(watch), simhash, maxDistance, micros(since))
	if err != nil {
		return nil, t.wrap("twins", err)
	}
	hits = nearest(hits, simhash)
	found := make([]mention.MentionRecord, 0, len(hits))
	for _, hit := range hits {
		st, err := scanStored(t.q.QueryRowContext(ctx, `SELECT `+storedColumns+storedFrom+`WHERE m.id = $1`, hit.id))
		if err != nil {
			return nil, t.wrap("twins", err)
		}
		found = append(found, st)
	}
	return found, nil
}

// nearID is a mention with a near simhash.
type nearID struct {
	id          string
	hash, heard int64
}

func (n nearID) distance(simhash uint64) int { return bits.OnesCount64(uint64(n.hash) ^ simhash) }

func (n nearID) compareAge(m nearID) int {
	return cmp.Or(cmp.Compare(n.heard, m.heard), strings.Compare(n.id, m.id))
}

// nearest keeps the nearest of the hits, which come with the oldest first and stay so.
func nearest(hits []nearID, simhash uint64) []nearID {
	if len(hits) <= nearestKept {
		return hits
	}
	slices.Reverse(hits)
	slices.SortStableFunc(hits, func(a, b nearID) int { return cmp.Compare(a.distance(simhash), b.distance(simhash)) })
	hits = hits[:nearestKept]
	slices.SortFunc(hits, nearID.compareAge)
	return hits
}

// nearIDs finds them by the bands, or, beyond their reach, among the newest of the watch.
func (t *Tx) nearIDs(ctx context.Context, watch string, simhash uint64, maxDistance int, since int64) ([]nearID, error) {
	query, args := `SELECT id, simhash, heard_at FROM mentions WHERE root = 1 AND watch = $1`, []any{watch}
	if maxDistance <= bandReach {
		// One branch per index, and no ORDER BY: SQLite would rather scan the watch.
		b := bands(simhash)
		args = append(args, b[0], b[1], b[2], b[3], bandLooked)
		var branches []string
		for _, band := range []string{`band0 = $2`, `band1 = $3`, `band2 = $4`, `band3 = $5`} {
			branches = append(branches, `SELECT * FROM (`+query+` AND `+band+` LIMIT $6) AS `+band[:5])
		}
		query = strings.Join(branches, ` UNION ALL `)
	} else {
		args = append(args, since, recentLooked)
		query += ` AND heard_at >= $2 ORDER BY heard_at DESC LIMIT $3`
	}
	rows, err := t.q.QueryContext(ctx, query, args...)
	all, err := collect(rows, err, func(row scanner) (n nearID, err error) {
		return n, row.Scan(&n.id, &n.hash, &n.heard)
	})
	all = slices.DeleteFunc(all, func(n nearID) bool {
		return n.hash == 0 || n.heard < since || n.distance(simhash) > maxDistance
	})
	slices.SortFunc(all, nearID.compareAge)
	return slices.Compact(all), err // one that is near in several bands comes several times
}

// inThread is the query of InThread. Every step begins with an index: one condition for both ways
// would be asked of all mentions there are. Where a site has no permalinks, many stand at one place.
const inThread = `WITH here AS (
 SELECT id, url_key, watch FROM mentions WHERE source = $1 AND thread_key = $2 AND thread_key <> 0
 UNION SELECT id, url_key, watch FROM mentions WHERE source = $1 AND url_key = $3 AND url_key <> 0
 UNION SELECT id, url_key, watch FROM mentions WHERE post_key = $4),
places AS (SELECT DISTINCT url_key, watch FROM here WHERE url_key <> 0),
found AS (SELECT id FROM here
 UNION SELECT o.id FROM places p CROSS JOIN mentions o WHERE o.url_key = p.url_key AND o.url_key <> 0 AND o.watch = p.watch AND o.severity > 0)
SELECT ` + storedColumns + storedFrom + `WHERE m.id IN (SELECT id FROM found) ORDER BY m.heard_at, m.id`

// InThread returns the mentions of posts of this source that stand at the thread address
// (Post.ThreadURL) or have the id or address replyTo, and those of the same permalinks
// that were alerted at other sources, whatever became of their cases; the oldest first.
// An empty argument matches nothing.
func (t *Tx) InThread(ctx context.Context, source, threadURL, replyTo string) ([]mention.MentionRecord, error) {
	parent := mention.Post{Source: source, ID: replyTo}.Key()
	if replyTo == "" {
		parent = mention.PostKey{}
	}
	rows, err := t.q.QueryContext(ctx, inThread, clean(source), mention.URLKey(clean(threadURL)), mention.URLKey(clean(replyTo)), parent[:])
	all, err := collect(rows, err, scanStored)
	return all, t.wrap("mentions in thread", err)
}

// officialInThread is the query of OfficialInThread.
const officialInThread = `SELECT ` + storedColumns + storedFrom + `
WHERE m.source = $1 AND m.thread_key = $2 AND m.thread_key <> 0 AND ` + ofWatch + `$3 AND m.official = 1 AND m.gone = 0
 AND (m.published <= 0 OR m.published >= $4)
ORDER BY m.heard_at, m.id`

// OfficialInThread returns the mentions of the watch by official authors at the thread
// address that are not gone and were published at or after since, or nobody knows when; the
// oldest first. An empty address matches nothing. All reviews of an app are one thread.
func (t *Tx) OfficialInThread(ctx context.Context, source, threadURL, watch string, since time.Time) ([]mention.MentionRecord, error) {
	rows, err := t.q.QueryContext(ctx, officialInThread, clean(source), mention.URLKey(clean(threadURL)), clean(watch), micros(since))
	all, err := collect(rows, err, scanStored)
	return all, t.wrap("answers in thread", err)
}

// Author says what is known of an author at a source. Nothing is known of a name that
// is nobody's (mention.IsNobody), whatever was muted under it.
func (t *Tx) Author(ctx context.Context, source, author string, since time.Time) (mention.Author, error) {
	var a mention.Author
	if mention.IsNobody(author) {
		return a, nil
	}
	source, author = clean(source), clean(author)
	const which, complaint = ` FROM mentions m JOIN cases c ON c.mention_id = m.id
 WHERE m.source = $1 AND m.author = $2 AND m.author <> '' AND m.heard_at >= $3 AND m.severity > 0`, `(c.status <> 'dismissed' OR c.reason IN ($4, $5))`
	args := []any{source, author, micros(since), mention.MutedAuthor, mention.Gone} // all but OfWords
	// A post that names two watches is one complaint, and answered with either.
	err := t.q.QueryRowContext(ctx, `SELECT COUNT(DISTINCT m.post_key), COUNT(DISTINCT CASE WHEN `+complaint+` THEN m.post_key END)`+which, args...).Scan(&a.Alerted, &a.Complaints)
	if err != nil {
		return a, t.wrap("author", err)
	}
	if a.Complaints > 0 {
		var status mention.Status
		err = t.q.QueryRowContext(ctx, `SELECT c.status`+which+` AND `+complaint+` ORDER BY m.heard_at DESC, m.post_key DESC, CASE c.status WHEN 'replied' THEN 0 ELSE 1 END, m.id DESC LIMIT 1`, args...).Scan(&status)
		if err != nil {
			return a, t.wrap("author", err)
		}
		a.LastAnswered = status == mention.Replied
	}
	var until int64
	err = t.q.QueryRowContext(ctx, `SELECT COALESCE(MAX(until), 0) FROM mutes WHERE source = $1 AND author = $2`, source, author).Scan(&until)
	a.MutedUntil = fromMicros(until)
	return a, t.wrap("author", err)
}

// HeardRate counts the alerted mentions of the watch heard from (inclusive) to
// (exclusive); what a baseline recorded does not count, nor what was published before since.
func (t *Tx) HeardRate(ctx context.Context, watch string, from, to, since time.Time) (n int, err error) {
	published := int64(math.MinInt64)
	if !since.IsZero() {
		published = micros(since)
	}
	err = t.q.QueryRowContext(ctx, `SELECT COUNT(*) FROM mentions
 WHERE watch = $1 AND heard_at >= $2 AND heard_at < $3 AND severity > 0 AND baseline = 0
 AND (published = 0 OR published + CASE WHEN date_only <> 0 THEN 86400000000 ELSE 0 END >= $4)`,
		clean(watch), micros(from), micros(to), published).Scan(&n)
	return n, t.wrap("heard rate", err)
}

// AlertOf returns the message a mention got of its own (kind complaint or duplicate); ok
// is false when it got none.
func (t *Tx) AlertOf(ctx context.Context, id mention.ID) (a mention.Alert, ok bool, err error) {
	return t.oneAlert(ctx, "alert of mention",
		`WHERE a.mention_id = $1 AND a.mention_id <> '' AND a.kind IN ('complaint', 'twin') ORDER BY a.created_at, a.id LIMIT 1`, string(id))
}

// ChangesTold returns the newest replies of kind changed about a mention, at most 100.
func (t *Tx) ChangesTold(ctx context.Context, id mention.ID) ([]mention.Alert, error) {
	rows, err := t.q.QueryContext(ctx, `SELECT `+alertColumns+` FROM alerts a WHERE a.mention_id = $1 AND a.mention_id <> '' AND a.kind = 'changed'
 ORDER BY a.created_at DESC, a.id LIMIT 100`, string(id))
	all, err := collect(rows, err, scanAlert)
	return all, t.wrap("changes told", err)
}

// Alert returns one alert; ok is false when there is none.
func (t *Tx) Alert(ctx context.Context, id mention.AlertID) (a mention.Alert, ok bool, err error) {
	return t.oneAlert(ctx, "alert", `WHERE a.id = $1`, string(id))
}

func (t *Tx) oneAlert(ctx context.Context, what, where string, arg any) (a mention.Alert, ok bool, err error) {
	a, err = scanAlert(t.q.QueryRowContext(ctx, `SELECT `+alertColumns+` FROM alerts a `+where, arg))
	if errors.Is(err, sql.ErrNoRows) {
		return mention.Alert{}, false, nil
	}
	return a, err == nil, t.wrap(what, err)
}
