package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/earshot/earshot/mention"
)

// timesQuery reads the table that triggers keep; timesOfQuery what one person has or did.
const (
	timesQuery   = `SELECT line FROM clocks WHERE heard_at >= $1 AND heard_at < $2 ORDER BY heard_at, mention_id`
	timesOfQuery = `SELECT line FROM clocks WHERE owner_id = $3 AND owner_id <> '' AND heard_at >= $1 AND heard_at < $2 ORDER BY heard_at, mention_id`
)

// Times returns the clocks of every alerted case heard from since (inclusive) to
// until (exclusive), oldest first: what reports and digests count. A report of years reads
// hundreds of thousands, so a case is one column of one row.
func (s *Store) Times(ctx context.Context, since, until time.Time) ([]mention.Times, error) {
	return s.times(ctx, timesQuery, micros(since), micros(until))
}

// TimesOf is Times of the cases that this person has or had last.
func (s *Store) TimesOf(ctx context.Context, personID string, since, until time.Time) ([]mention.Times, error) {
	return s.times(ctx, timesOfQuery, micros(since), micros(until), clean(personID))
}

func (s *Store) times(ctx context.Context, query string, args ...any) ([]mention.Times, error) {
	names, err := s.sourceNames(ctx)
	if err != nil {
		return nil, s.wrap("times", err)
	}
	rows, err := s.read.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, s.wrap("times", err)
	}
	all, err := collectTimes(rows, &timesReader{names: names, topics: map[string][]string{}})
	return all, s.wrap("times", err)
}

// timesPiece is how many cases are allocated at once: a list that grows is copied again and
// again.
const timesPiece = 4096

func collectTimes(rows *sql.Rows, reader *timesReader) ([]mention.Times, error) {
	defer rows.Close()
	var pieces [][]mention.Times
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return nil, err
		}
		last := len(pieces) - 1
		if last < 0 || len(pieces[last]) == timesPiece {
			pieces, last = append(pieces, make([]mention.Times, 0, timesPiece)), last+1
		}
		pieces[last] = pieces[last][:len(pieces[last])+1]
		if err := reader.read(&pieces[last][len(pieces[last])-1], line); err != nil {
			return nil, err
		}
	}
	return slices.Concat(pieces...), rows.Err()
}

// sourceNames are the present names of all sources, by key.
func (s *Store) sourceNames(ctx context.Context) (map[string]string, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT key, name FROM sources`)
	names := map[string]string{}
	err = each(rows, err, func(row scanner) error {
		var key, name string
		err := row.Scan(&key, &name)
		names[key] = name
		return err
	})
	return names, err
}

// timesReader reads lines of the table clocks.
type timesReader struct {
	names  map[string]string   // of sources, by key
	topics map[string][]string // as stored; there are few
}

// The parts of a line, as the view case_clocks writes them: so many texts around the numbers.
const (
	timesMark  = '\x1f'
	timesParts = 22
)

func (r *timesReader) read(t *mention.Times, line string) error {
	var parts [timesParts]string
	rest, n := line, 0
	for ; n < timesParts-1; n++ {
		i := strings.IndexByte(rest, timesMark)
		if i < 0 {
			break
		}
		parts[n], rest = rest[:i], rest[i+1:]
	}
	parts[n] = rest
	if n != timesParts-1 || strings.IndexByte(rest, timesMark) >= 0 {
		return fmt.Errorf("a line of clocks has %d parts, want %d", strings.Count(line, string(timesMark))+1, timesParts)
	}
	var err error
	number := func(i int) int64 {
		v, wrong := strconv.ParseInt(parts[i], 10, 64)
		if wrong != nil && err == nil {
			err = fmt.Errorf("a line of clocks, part %d: %w", i, wrong)
		}
		return v
	}
	t.MentionID, t.Watch, t.Source, t.Author, t.Lang = mention.ID(parts[0]), parts[1], parts[2], parts[3], parts[4]
	if name, ok := r.names[t.Source]; ok {
		t.Source = name
	}
	t.Topics = r.topicsOf(parts[5])
	t.Severity, t.Status = mention.Severity(number(6)), mention.Status(parts[7])
	t.Owner = mention.Person{ID: parts[9], Name: parts[10]}
	t.Published, t.DateOnly = fromMicros(number(11)), number(12) != 0
	t.Heard, t.Posted, t.Claimed, t.Replied = fromMicros(number(13)), fromMicros(number(14)), fromMicros(number(15)), fromMicros(number(16))
	t.AnswerVerified, t.Reopened, t.Snoozed, t.Woke = number(17) != 0, fromMicros(number(18)), fromMicros(number(19)), fromMicros(number(20))
	t.Waited = time.Duration(number(21))
	return err
}

func (r *timesReader) topicsOf(stored string) []string {
	if stored == "" {
		return nil
	}
	list, ok := r.topics[stored]
	if !ok {
		list = strings.Split(strings.Trim(stored, "|"), "|")
		r.topics[stored] = list
	}
	return list
}
