package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/earshot/earshot/mention"
)

// pageSize is a page when Query.Limit is 0; maxPage bounds what one answer holds.
const (
	pageSize = 100
	maxPage  = 1000
)

// conditions collects the conditions of a query with their values.
type conditions struct {
	where []string
	args  []any
}

// add appends a condition; each "?" in it becomes the placeholder of the next value.
func (f *conditions) add(condition string, args ...any) {
	for _, a := range args {
		f.args = append(f.args, a)
		condition = strings.Replace(condition, "?", "$"+strconv.Itoa(len(f.args)), 1)
	}
	f.where = append(f.where, condition)
}

func (f *conditions) String() string {
	if len(f.where) == 0 {
		return " "
	}
	return " WHERE " + strings.Join(f.where, " AND ") + " "
}

// List returns one page of mentions with their cases, newest heard first.
func (s *Store) List(ctx context.Context, q mention.Query) (mention.Page, error) {
	limit := min(q.Limit, maxPage)
	if limit <= 0 {
		limit = pageSize
	}
	f, err := listFilter(q)
	if err != nil {
		return mention.Page{}, fmt.Errorf("store: list: %w", err)
	}
	f.args = append(f.args, limit+1)
	rows, err := s.read.QueryContext(ctx, `SELECT `+storedColumns+storedFrom+f.String()+
		`ORDER BY m.heard_at DESC, m.id DESC LIMIT $`+strconv.Itoa(len(f.args)), f.args...)
	all, err := collect(rows, err, scanStored)
	if err != nil {
		return mention.Page{}, s.wrap("list", err)
	}
	s.sayDamage(all)
	page := mention.Page{Entries: all}
	if len(all) > limit {
		page.Entries = all[:limit]
		last := page.Entries[limit-1].Mention
		page.Next = encodeAfter(last.HeardAt, last.ID)
	}
	return page, nil
}

func listFilter(q mention.Query) (*conditions, error) {
	f := &conditions{}
	for column, value := range map[string]string{
		"m.watch": q.Watch, "m.author": q.Author, "m.label": string(q.Label), "c.owner_id": q.Owner,
	} {
		if value != "" {
			f.add(column+" = ?", clean(value))
		}
	}
	if q.Source != "" {
		name := clean(q.Source)
		f.add("m.source = "+keyOf("?"), name, name)
	}
	if len(q.Statuses) > 0 {
		args := make([]any, len(q.Statuses))
		for i, st := range q.Statuses {
			args[i] = string(st)
		}
		f.add("c.status IN (?"+strings.Repeat(", ?", len(args)-1)+")", args...)
	}
	if q.Severity > 0 {
		f.add("m.severity >= ?", int64(q.Severity))
	}
	if q.Alerted {
		f.add("m.severity > 0")
	}
	if q.Unanswered || onlyAlive(q.Statuses) { // in the words of the index of living cases
		f.add("c.status IN ('open', 'claimed')")
	}
	if q.Unverified {
		f.add("c.status = 'replied' AND c.answer_seen = 0")
	}
	if !q.Since.IsZero() {
		f.add("m.heard_at >= ?", micros(q.Since))
	}
	if !q.Until.IsZero() {
		f.add("m.heard_at < ?", micros(q.Until))
	}
	for _, word := range strings.Fields(strings.ToLower(clean(q.Text))) {
		f.add(`m.words LIKE ? ESCAPE '\'`, "%"+likeEscaper.Replace(word)+"%")
	}
	if q.After != "" {
		at, id, err := decodeAfter(q.After)
		if err != nil {
			return nil, err
		}
		f.add("(m.heard_at < ? OR (m.heard_at = ? AND m.id < ?))", at, at, id)
	}
	return f, nil
}

func onlyAlive(list []mention.Status) bool {
	return len(list) > 0 && !slices.ContainsFunc(list, func(st mention.Status) bool { return st != mention.Open && st != mention.Claimed })
}

var likeEscaper = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// A page mark is opaque to everyone else: time and id of the last entry.
func encodeAfter(at time.Time, id mention.ID) string {
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d/%s", micros(at), id))
}

func decodeAfter(mark string) (at int64, id string, err error) {
	text, err := base64.RawURLEncoding.DecodeString(mark)
	if err == nil {
		number, rest, _ := strings.Cut(string(text), "/")
		id = rest
		at, err = strconv.ParseInt(number, 10, 64)
	}
	if err != nil {
		return 0, "", fmt.Errorf("page mark %q is not one of ours", mark)
	}
	return at, id, nil
}

// Times returns the clocks of every alerted case heard from since (inclusive) to
// until (exclusive), oldest first: what reports and digests count.
func (s *Store) Times(ctx context.Context, since, until time.Time) ([]mention.Times, error) {
	rows, err := s.read.QueryContext(ctx, `
SELECT m.id, m.watch, `+mentionSource+`, m.score, m.severity, c.status, c.reason, c.owner_id, c.owner_name, m.published, m.date_only, m.heard_at,
 COALESCE((SELECT MIN(a.posted_at) FROM alerts a WHERE a.mention_id = m.id AND a.mention_id <> ''
  AND a.kind IN ('complaint', 'twin') AND a.posted_at > 0), 0),
 c.claimed_at, c.replied_at, c.answer_seen
FROM mentions m JOIN cases c ON c.mention_id = m.id
WHERE m.heard_at >= $1 AND m.heard_at < $2 AND m.severity > 0 ORDER BY m.heard_at, m.id`, micros(since), micros(until))
	all, err := collect(rows, err, scanTimes)
	return all, s.wrap("times", err)
}

func scanTimes(row scanner) (mention.Times, error) {
	var (
		t                                          mention.Times
		score                                      string
		published, heard, posted, claimed, replied int64
		dateOnly, seen                             int64
		sc                                         mention.Score
	)
	err := row.Scan(&t.MentionID, &t.Watch, &t.Source, &score, &t.Severity, &t.Status, &t.Reason, &t.Owner.ID, &t.Owner.Name,
		&published, &dateOnly, &heard, &posted, &claimed, &replied, &seen)
	if err == nil {
		err = decodeOptional(score, &sc)
	}
	t.Lang, t.Topics, t.DateOnly, t.AnswerVerified = sc.Lang, sc.Topics, dateOnly != 0, seen != 0
	t.Published, t.Heard, t.Posted = fromMicros(published), fromMicros(heard), fromMicros(posted)
	t.Claimed, t.Replied = fromMicros(claimed), fromMicros(replied)
	return t, err
}

// Posts calls each with every post whose words are still kept and that was stored at
// or after since, oldest first, until each returns an error, which is returned: for
// trying a changed watchlist against what came before.
func (s *Store) Posts(ctx context.Context, since time.Time, each func(mention.Post) error) error {
	rows, err := s.read.QueryContext(ctx, `SELECT b.source, `+bodySource+`, b.body FROM bodies b WHERE b.kept_at >= $1 ORDER BY b.kept_at, b.key`, micros(since))
	if err != nil {
		return s.wrap("posts", err)
	}
	defer rows.Close()
	for rows.Next() {
		var key, name, body string
		if err := rows.Scan(&key, &name, &body); err != nil {
			return s.wrap("posts", err)
		}
		p, err := decodePost(named(key, name), body)
		if err != nil {
			return s.wrap("posts", err)
		}
		if err := each(p); err != nil {
			return err
		}
	}
	return s.wrap("posts", rows.Err())
}
