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

// listing is how one kind of list is read: from which table on, and in which order.
type listing struct {
	from  string // the table that has the order; the planner may not begin with another
	other string // joins the other one, where a condition asks for it
	needs string // how conditions call that
	id    string
	by    string // the column of the order; id is next
	down  bool
	alone bool // no two have the same place
}

// listings are those of an engine. byNum looks at mentions one by one, where byWord cannot
// say the newest first; else it is zero.
type listings struct{ byRank, byTime, byClock, byWord, byNum listing }

// listingsOf writes the listings of an engine: join keeps the order of two tables, ranked
// reads cases by rank, and worded finds mentions by words in the order of column.
func listingsOf(join, ranked, worded, column string) listings {
	cases := join + ` cases c ON c.mention_id = m.id`
	return listings{
		byRank:  listing{from: ranked, other: join + ` mentions m ON m.id = c.mention_id`, needs: "m.", id: "c.mention_id", by: "c.rank_at"},
		byTime:  listing{from: ` FROM mentions m`, other: cases, needs: "c.", id: "m.id", by: "m.heard_at", down: true},
		byClock: listing{from: ` FROM clocks k` + join + ` mentions m ON m.id = k.mention_id`, other: cases, needs: "c.", id: "k.mention_id", by: "k.heard_at", down: true},
		byWord:  listing{from: worded, other: cases, needs: "c.", id: "m.id", by: column, down: true, alone: true},
	}
}

// order is the ORDER BY. Counting asks for it too: else a planner that knows nothing of the
// words reads everything.
func (l listing) order() string {
	direction := ""
	if l.down {
		direction = " DESC"
	}
	if l.alone {
		return `ORDER BY ` + l.by + direction
	}
	return `ORDER BY ` + l.by + direction + `, ` + l.id + direction
}

// tables is the FROM of a list with these conditions.
func (l listing) tables(f *conditions) string {
	if strings.Contains(f.String(), l.needs) {
		return l.from + l.other
	}
	return l.from
}

// listed is one entry of a list before it is read whole: its id, and its place in the order.
type listed struct {
	id string
	at int64
}

// plan says how a query is answered. search is nil where words are looked for one by one.
func (s *Store) plan(q mention.Query) (l listing, search *textSearch) {
	switch {
	case q.ByRank:
		return s.engine.lists.byRank, nil
	case len(terms(q.Text, 1)) > 0 && !q.Unanswered && !onlyAlive(q.Statuses):
		return s.engine.lists.byWord, &s.engine.search
	case ofDays(q):
		return s.engine.lists.byClock, nil
	}
	return s.engine.lists.byTime, nil
}

// ofDays reports whether a list is of complaints of some days: such are counted as reports count them, by
// the moment when they became one, which the table clocks has in its order. Words and authors have indexes
// that find fewer.
func ofDays(q mention.Query) bool {
	return q.Alerted && !q.ByRank && q.Author == "" && len(terms(q.Text, 1)) == 0 && !(q.Since.IsZero() && q.Until.IsZero())
}

// List returns one page of mentions with their cases: the newest heard first, or by rank.
func (s *Store) List(ctx context.Context, q mention.Query) (mention.Page, error) {
	limit := min(q.Limit, maxPage)
	if limit <= 0 {
		limit = pageSize
	}
	found, err := s.entries(ctx, q, limit+1)
	if err != nil {
		return mention.Page{}, s.wrap("list", err)
	}
	var page mention.Page
	if len(found) > limit {
		found = found[:limit]
		last := found[limit-1]
		page.Next = encodeAfter(fromMicros(last.at), mention.ID(last.id))
	}
	ids := make([]string, len(found))
	for i, r := range found {
		ids[i] = r.id
	}
	page.Entries, err = s.records(ctx, ids)
	return page, err
}

// Unproved returns the cases that were said to be replied since then and whose answer was never seen
// on the site, the last one first, at most limit, however long ago their posts were heard.
func (s *Store) Unproved(ctx context.Context, since time.Time, limit int) ([]mention.MentionRecord, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT c.mention_id FROM cases c WHERE c.status = 'replied' AND c.answer_seen = 0 AND c.replied_at >= $1
 ORDER BY c.replied_at DESC LIMIT $2`, micros(since), limit)
	ids, err := collect(rows, err, scanString)
	if err != nil {
		return nil, s.wrap("answers that were not seen", err)
	}
	return s.records(ctx, ids)
}

// entries chooses those of a page, at most limit.
func (s *Store) entries(ctx context.Context, q mention.Query, limit int) ([]listed, error) {
	l, search := s.plan(q)
	if search != nil && search.newest > 0 {
		if found, done, err := s.amongNewest(ctx, q, search.newest, limit); err != nil || done {
			return found, err
		}
	}
	words, err := s.searchWords(ctx, search, q.Text)
	if err != nil {
		return nil, err
	}
	return s.chosen(ctx, l, listFilter(q, search, words), q.After, limit)
}

// chosen are the entries of one listing.
func (s *Store) chosen(ctx context.Context, l listing, f *conditions, after string, limit int) ([]listed, error) {
	query, args, err := l.query(f, after, limit)
	if err != nil {
		return nil, err
	}
	rows, err := s.read.QueryContext(ctx, query, slices.Concat(s.engine.planned, args)...)
	return collect(rows, err, func(row scanner) (r listed, err error) { return r, row.Scan(&r.id, &r.at) })
}

// query chooses the entries of a page; what they hold is read afterwards, for no more than
// these.
func (l listing) query(f *conditions, after string, limit int) (query string, args []any, err error) {
	sign := ">"
	if l.down {
		sign = "<"
	}
	if after != "" {
		at, id, err := decodeAfter(after)
		if err != nil {
			return "", nil, err
		}
		f.add(l.by+" "+sign+"= ?", at)
		f.add("("+l.by+" "+sign+" ? OR "+l.id+" "+sign+" ?)", at, id)
	}
	f.args = append(f.args, limit)
	return `SELECT ` + l.id + `, ` + l.by + l.tables(f) + f.String() +
		l.order() + ` LIMIT $` + strconv.Itoa(len(f.args)), f.args, nil
}

// records reads mentions whole, with the details of their own messages, in this order.
// Those that are gone meanwhile are left out.
func (s *Store) records(ctx context.Context, ids []string) ([]mention.MentionRecord, error) {
	all := make([]mention.MentionRecord, 0, len(ids))
	for chunk := range slices.Chunk(ids, pageSize) {
		args := values(chunk)
		in := ` IN (` + placeholders(1, len(chunk)) + `)`
		rows, err := s.read.QueryContext(ctx, `SELECT `+storedColumns+storedFrom+`WHERE m.id`+in, args...)
		part, err := collect(rows, err, scanStored)
		if err != nil {
			return nil, s.wrap("list", err)
		}
		if err := s.addDetails(ctx, in, args, part); err != nil {
			return nil, s.wrap("list", err)
		}
		all = append(all, part...)
	}
	sameOrder(all, ids)
	s.sayDamage(all)
	return all, nil
}

func (s *Store) addDetails(ctx context.Context, in string, args []any, list []mention.MentionRecord) error {
	type own struct {
		id      string
		payload []byte
	}
	rows, err := s.read.QueryContext(ctx, `SELECT a.id, a.payload FROM alerts a WHERE a.mention_id <> '' AND a.kind IN ('complaint', 'twin') AND a.mention_id`+in, args...)
	owns, err := collect(rows, err, func(row scanner) (o own, err error) { return o, row.Scan(&o.id, &o.payload) })
	for _, o := range owns {
		for i := range list {
			if string(list[i].Alert) == o.id {
				list[i].Details = o.payload
			}
		}
	}
	return err
}

// Count counts what a query finds, page marks apart, as far as atMost.
func (s *Store) Count(ctx context.Context, q mention.Query, atMost int) (n int, err error) {
	q.After = ""
	l, search := s.plan(q)
	if search != nil && search.newest > 0 {
		if found, done, err := s.amongNewest(ctx, q, search.newest, atMost); err != nil || done {
			return len(found), s.wrap("count", err)
		}
	}
	words, err := s.searchWords(ctx, search, q.Text)
	if err != nil {
		return 0, err
	}
	f := listFilter(q, search, words)
	f.args = append(f.args, atMost)
	err = s.read.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT 1`+l.tables(f)+f.String()+l.order()+` LIMIT $`+strconv.Itoa(len(f.args))+`) AS found`, slices.Concat(s.engine.planned, f.args)...).Scan(&n)
	return n, s.wrap("count", err)
}

func listFilter(q mention.Query, search *textSearch, words string) *conditions {
	f := &conditions{}
	for _, c := range [...]struct{ column, value string }{
		{"m.watch", q.Watch}, {"m.author", q.Author}, {"m.label", string(q.Label)}, {"c.owner_id", q.Owner}, {"m.kind", string(q.Kind)}, {"m.lang", q.Lang},
	} {
		if c.value != "" {
			f.add(c.column+" = ?", clean(c.value))
		}
	}
	if q.Author != "" {
		f.add("m.author <> ''") // in the words of its index
	}
	if q.Source != "" {
		name := clean(q.Source)
		f.add("m.source = "+keyOf("?"), name, name)
	}
	if q.Topic != "" {
		f.add(`m.topics LIKE ? ESCAPE '\'`, "%|"+likeEscaper.Replace(clean(q.Topic))+"|%")
	}
	f.caseConditions(q)
	if q.Severity > 0 {
		f.add("m.severity >= ?", int64(q.Severity))
	}
	if (q.Alerted || q.Severity > 0) && !q.ByRank { // what waits was alerted
		f.add("m.severity > 0")
	}
	heard := "m.heard_at"
	switch {
	case q.ByRank: // praise that was edited into a complaint began to wait with that; no index is lost by asking so
		heard = "c.opened_at"
	case ofDays(q):
		heard = "k.heard_at"
	case q.Alerted: // words, or an author, find what is looked at
		heard = "(SELECT k.heard_at FROM clocks k WHERE k.mention_id = m.id)"
	}
	if !q.Since.IsZero() {
		f.add(heard+" >= ?", micros(q.Since))
	}
	if !q.Until.IsZero() {
		f.add(heard+" < ?", micros(q.Until))
	}
	f.wordConditions(q.Text, search, words)
	return f
}

// caseConditions adds what is asked of the case.
func (f *conditions) caseConditions(q mention.Query) {
	if len(q.IDs) > 0 {
		args := make([]any, len(q.IDs))
		for i, id := range q.IDs {
			args[i] = string(id)
		}
		f.add("c.mention_id IN (?"+strings.Repeat(", ?", len(args)-1)+")", args...)
	}
	if len(q.Statuses) > 0 {
		args := make([]any, len(q.Statuses))
		for i, st := range q.Statuses {
			args[i] = string(st)
		}
		f.add("c.status IN (?"+strings.Repeat(", ?", len(args)-1)+")", args...)
	}
	if q.Unanswered || q.ByRank || onlyAlive(q.Statuses) { // in the words of the index of living cases
		f.add("c.status IN ('open', 'claimed')")
	}
	if q.Unverified {
		f.add("c.status = 'replied' AND c.answer_seen = 0")
	}
	if q.Free {
		f.add("c.owner_id = ''")
	}
	if q.Awake {
		f.add("c.snoozed_by_id = ''")
	}
	if q.Asleep {
		f.add("c.snoozed_by_id <> ''")
	}
	if q.Standing { // in the words of the index of what is gone
		f.add("NOT EXISTS (SELECT 1 FROM mentions away WHERE away.id = c.mention_id AND away.gone <> 0)")
	}
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

// Posts calls do with every post whose words are still kept and that was stored at
// or after since, oldest first, until do returns an error, which is returned: for
// trying a changed watchlist against what came before.
func (s *Store) Posts(ctx context.Context, since time.Time, do func(mention.Post) error) error {
	rows, err := s.read.QueryContext(ctx, `SELECT b.source, `+bodySource+`, b.body FROM bodies b WHERE b.kept_at >= $1 ORDER BY b.kept_at, b.key`, micros(since))
	var stopped error
	err = each(rows, err, func(row scanner) error {
		p, err := scanBody(row)
		if err != nil {
			return err
		}
		stopped = do(p)
		return stopped
	})
	if stopped != nil {
		return stopped
	}
	return s.wrap("posts", err)
}

// scanBody reads a source's key and its name, and the body of a post of it.
func scanBody(row scanner) (mention.Post, error) {
	var key, name, body string
	if err := row.Scan(&key, &name, &body); err != nil {
		return mention.Post{}, err
	}
	return decodePost(named(key, name), body)
}
