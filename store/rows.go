package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/mention"
)

// How Go values become columns: times are microseconds UTC, flags 0 or 1, 64-bit
// hashes the same bits signed, nested values JSON, keys blobs.

func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

// clean makes foreign text storable everywhere: PostgreSQL takes neither NUL nor
// broken UTF-8.
func clean(s string) string {
	if strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(s, "\x00", "")
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// bands cuts a simhash into the four 16-bit keys it is found by: two hashes that
// differ in at most three bits are equal in at least one band.
func bands(h uint64) [4]int64 {
	return [4]int64{int64(h & 0xffff), int64(h >> 16 & 0xffff), int64(h >> 32 & 0xffff), int64(h >> 48)}
}

// shortFingerprint is what is stored of Post.Fingerprint; 0 for none. 8 bytes make
// a false match among ten million posts a chance of 1 in 400,000.
func shortFingerprint(f mention.PostKey) int64 {
	if f == (mention.PostKey{}) {
		return 0
	}
	return int64(binary.BigEndian.Uint64(f[:8]))
}

// postBody is a post as it is stored: its fields in JSON, but those that are columns.
type postBody struct {
	Source     string           `json:"-"`
	SourceKey  string           `json:"-"`
	Kind       mention.PostKind `json:"kind,omitempty"`
	ID         string           `json:"id"`
	URL        string           `json:"url,omitempty"`
	ThreadURL  string           `json:"thread_url,omitempty"`
	ReplyTo    string           `json:"reply_to,omitempty"`
	IsReply    bool             `json:"is_reply,omitempty"`
	Author     string           `json:"author,omitempty"`
	AuthorURL  string           `json:"author_url,omitempty"`
	FreeName   bool             `json:"free_name,omitempty"`
	Own        bool             `json:"own,omitempty"`
	SeemsOwn   bool             `json:"seems_own,omitempty"`
	Published  time.Time        `json:"published,omitzero"`
	DateOnly   bool             `json:"date_only,omitempty"`
	Edited     time.Time        `json:"edited,omitzero"`
	Rating     *mention.Rating  `json:"rating,omitempty"`
	Title      string           `json:"title,omitempty"`
	Text       string           `json:"text,omitempty"`
	Lang       string           `json:"lang,omitempty"`
	Moved      bool             `json:"-"`
	Deleted    bool             `json:"-"`
	FetchedAt  time.Time        `json:"fetched_at,omitzero"`
	ThreadHint string           `json:"thread_hint,omitempty"`
}

func encodePost(p mention.Post) (string, error) { return encodeJSON(postBody(p)) }

// named is a post of the source with this key and this name.
func named(key, name string) mention.Post {
	p := mention.Post{Source: name}
	if key != name {
		p.SourceKey = key
	}
	return p
}

func decodePost(source mention.Post, body string) (mention.Post, error) {
	b := postBody{Source: source.Source, SourceKey: source.SourceKey}
	if err := json.Unmarshal([]byte(body), &b); err != nil {
		return mention.Post{}, fmt.Errorf("stored post: %w", err)
	}
	return mention.Post(b), nil
}

func encodeJSON(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// scanner is what *sql.Row and *sql.Rows share.
type scanner interface{ Scan(dest ...any) error }

// longer is a row with more columns, behind those that are asked of it.
type longer struct {
	row  scanner
	last []any // where those go
}

func scanBefore(row scanner, last ...any) scanner { return longer{row, last} }

func (l longer) Scan(dest ...any) error { return l.row.Scan(append(dest, l.last...)...) }

// storedColumns and storedFrom read a mention with its post, its case and its own
// message; scanStored takes exactly these.
const (
	caseColumns = `c.mention_id, c.status, c.version, c.opened_at, c.owner_id, c.owner_name, c.claimed_at, c.replied_at,
 c.replied_by, c.answer_seen, c.dismissed_at, c.reason, c.snoozed_until, c.level, c.twins, c.overdue_since, c.reopened_at,
 c.snoozed_at, c.snoozed_by_id, c.snoozed_by_name, c.woke_at, c.waited, c.rank_at, c.handed_at, c.nudged_at`

	storedColumns = caseColumns + `, m.id, m.watch, m.source, ` + mentionSource + `, m.kind, m.author, m.url, m.thread_url, m.published, m.date_only, m.gone, m.erased,
 m.heard_at, m.edited_at, m.severity, m.simhash, m.official, m.score, m.spans, b.body,
 COALESCE((SELECT a.id FROM alerts a WHERE a.mention_id = m.id AND a.mention_id <> '' AND a.kind IN ('complaint', 'twin')
  ORDER BY a.created_at, a.id LIMIT 1), '')`

	storedFrom = ` FROM mentions m JOIN cases c ON c.mention_id = m.id LEFT JOIN bodies b ON b.key = m.post_key `
)

func scanCase(row scanner) (c mention.Case, err error) {
	var opened, claimed, replied, dismissed, snoozed, overdue, reopened, asleep, woke, seen, rank, handed, nudged int64
	var steps int
	err = row.Scan(&c.MentionID, &c.Status, &c.Version, &opened, &c.Owner.ID, &c.Owner.Name, &claimed, &replied,
		&c.RepliedBy, &seen, &dismissed, &c.Reason, &snoozed, &steps, &c.Duplicates, &overdue, &reopened,
		&asleep, &c.SnoozedBy.ID, &c.SnoozedBy.Name, &woke, &c.Waited, &rank, &handed, &nudged)
	c.OpenedAt, c.ClaimedAt, c.RepliedAt = fromMicros(opened), fromMicros(claimed), fromMicros(replied)
	c.DismissedAt, c.SnoozedUntil, c.AnswerVerified = fromMicros(dismissed), fromMicros(snoozed), seen != 0
	c.OverdueSince, c.ReopenedAt = fromMicros(overdue), fromMicros(reopened)
	c.SnoozedAt, c.WokeAt, c.RankAt = fromMicros(asleep), fromMicros(woke), fromMicros(rank)
	c.HandedAt, c.NudgedAt, c.Steps = fromMicros(handed), fromMicros(nudged), mention.StepsOf(steps)
	return c, err
}

func scanStored(row scanner) (st mention.MentionRecord, err error) {
	var (
		post                               mention.Post
		sourceKey, name                    string
		published, dateOnly, gone, erased  int64
		heard, edited, simhash, isOfficial int64
		score, spans                       string
		body                               sql.NullString
	)
	m := &st.Mention
	st.Case, err = scanCase(scanBefore(row,
		&m.ID, &m.Watch, &sourceKey, &name, &post.Kind, &post.Author, &post.URL, &post.ThreadURL, &published, &dateOnly, &gone, &erased,
		&heard, &edited, &m.Severity, &simhash, &isOfficial, &score, &spans, &body, &st.Alert))
	if err != nil {
		return st, err
	}
	m.HeardAt, m.EditedAt = fromMicros(heard), fromMicros(edited)
	m.Simhash, m.Official, m.Erased = uint64(simhash), isOfficial != 0, erased != 0
	from := named(sourceKey, name)
	post.Source, post.SourceKey = from.Source, from.SourceKey
	post.Published, post.DateOnly = fromMicros(published), dateOnly != 0
	// One damaged row must not stop deadlines, threads and digests: it is read as far as
	// its columns say.
	if body.Valid {
		if whole, err := decodePost(post, body.String); err != nil {
			st.Damage = err.Error()
		} else {
			post = whole
		}
	}
	post.Deleted = gone != 0
	m.Post = post
	if err := decodeOptional(score, &m.Score); err != nil {
		st.Damage, m.Score = "score: "+err.Error(), mention.Score{}
	}
	if err := decodeOptional(spans, &m.Spans); err != nil {
		st.Damage, m.Spans = "spans: "+err.Error(), nil
	}
	return st, nil
}

// sayDamage logs rows that could not be read whole, each once.
func (s *Store) sayDamage(list []mention.MentionRecord) {
	for _, st := range list {
		if st.Damage == "" {
			continue
		}
		if _, said := s.damaged.LoadOrStore(st.Mention.ID, true); !said {
			s.log.Error("a stored row is damaged; it is used as far as it can be read", "mention", st.Mention.ID, "url", st.Mention.Post.URL, "what", st.Damage)
		}
	}
}

func decodeOptional(text string, into any) error {
	if text == "" {
		return nil
	}
	return json.Unmarshal([]byte(text), into)
}

func scanString(row scanner) (s string, err error) { return s, row.Scan(&s) }

// collect reads all rows and closes them.
func collect[T any](rows *sql.Rows, err error, scan func(scanner) (T, error)) (all []T, _ error) {
	err = each(rows, err, func(row scanner) error {
		v, err := scan(row)
		all = append(all, v)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// each reads all rows, until one cannot be read, and closes them.
func each(rows *sql.Rows, err error, read func(scanner) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := read(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// lookupChunk bounds the values in one IN list: the driver matches them to
// placeholders one by one, so long lists cost their square.
const lookupChunk = 64

// eachOf is each of a query for any number of keys, which stand where it has a "?".
func eachOf(ctx context.Context, q querier, query string, keys []any, read func(scanner) error) error {
	for chunk := range slices.Chunk(keys, lookupChunk) {
		rows, err := q.QueryContext(ctx, strings.Replace(query, "?", placeholders(1, len(chunk)), 1), chunk...)
		if err := each(rows, err, read); err != nil {
			return err
		}
	}
	return nil
}

// blobs are keys of posts as values.
func blobs(keys []mention.PostKey) []any {
	all := make([]any, len(keys))
	for i := range keys {
		all[i] = keys[i][:]
	}
	return all
}

// values are what stands for placeholders.
func values[T string | int64](list []T) []any {
	all := make([]any, len(list))
	for i, v := range list {
		all[i] = v
	}
	return all
}

// placeholders returns "$from, $from+1, …" for n values.
func placeholders(from, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", from+i)
	}
	return b.String()
}
