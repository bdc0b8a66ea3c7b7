package store

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// inboxQueries are what people ask of the list, rare and common, without an answer and
// with thousands.
var inboxQueries = map[string]mention.Query{
	"what waits":            {ByRank: true, Awake: true},
	"what waits, mine":      {ByRank: true, Awake: true, Owner: "slack:ira"},
	"what waits, one topic": {ByRank: true, Awake: true, Topic: "fraud"},
	"what waits, words":     {ByRank: true, Awake: true, Text: "parcel 77"},
	"what waits, there":     {ByRank: true, Awake: true, Standing: true, Statuses: []mention.Status{mention.Open}},
	"what waits, nothing":   {ByRank: true, Awake: true, Text: "nowhere"},
	"snoozed":               {ByRank: true, Asleep: true},
	"all":                   {Alerted: true},
	"replied":               {Alerted: true, Statuses: []mention.Status{mention.Replied}},
	"dismissed, critical":   {Severity: mention.Critical, Statuses: []mention.Status{mention.Dismissed}},
	"a watch and a source":  {Alerted: true, Watch: "Romashka", Source: "forum 3"},
	"a rare topic":          {Alerted: true, Topic: "fraud", Lang: "bg"},
	"an author":             {Alerted: true, Author: "author 77"},
	"a common word":         {Alerted: true, Text: "parcel"},
	"a rare word":           {Alerted: true, Text: "number 1234"},
	"a word, closed":        {Alerted: true, Text: "lost", Statuses: []mention.Status{mention.Dismissed}},
	"one day":               {Alerted: true, Since: t0.Add(500 * time.Hour), Until: t0.Add(524 * time.Hour)},
	"a week of a place":     {Alerted: true, Source: "forum 3", Since: t0.Add(500 * time.Hour), Until: t0.Add(668 * time.Hour)},
	"a week of a watch":     {Alerted: true, Watch: "Romashka", Topic: "fraud", Since: t0.Add(500 * time.Hour), Until: t0.Add(668 * time.Hour)},
	"all days, an author":   {Alerted: true, Author: "author 77", Since: t0},
}

// TestManyCases: lists, searches and a report among 2,000 cases, or among manyCases when
// EARSHOT_DRILL is full; on both engines.
func TestManyCases(t *testing.T) {
	cases := 2000
	if os.Getenv("EARSHOT_DRILL") == "full" {
		cases = manyCases
	} else if testing.Short() {
		t.Skip("short: thousands of cases, and PostgreSQL")
	}
	for name, address := range map[string]func() string{
		"sqlite":   func() string { return "sqlite:" + filepath.Join(t.TempDir(), "e.db") },
		"postgres": func() string { return testkit.Database(t, testkit.Postgres(t).URL) },
	} {
		t.Run(name, func(t *testing.T) {
			s := openAt(t, Options{Database: address()})
			fillInbox(t, s, cases)
			t.Run("inbox", func(t *testing.T) { inboxOfMany(t, s, cases) })
			t.Run("report", func(t *testing.T) { reportOfMany(t, s, cases) })
		})
	}
}

// inboxOfMany: no query of the inbox reads a whole table, and 95 of 100 answers come within
// 100 ms from manyCases.
func inboxOfMany(t *testing.T, s *Store, cases int) {
	for what, q := range inboxQueries {
		q.Limit = 50
		bothWays(t, s, what, q)
		if s.engine.name == "sqlite" || cases == manyCases { // PostgreSQL reads a small table whole, and is right
			noFullScan(t, s, what, q)
		}
		if cases < manyCases {
			continue
		}
		list := p95(t, func() error { _, err := s.List(background, q); return err })
		count := p95(t, func() error { _, err := s.Count(background, q, 1001); return err })
		t.Logf("%-24s list p95 %6.1f ms, count p95 %6.1f ms", what, list.Seconds()*1000, count.Seconds()*1000)
		if list > 100*time.Millisecond || count > 100*time.Millisecond {
			t.Errorf("%s: list %s, count %s", what, list, count)
		}
	}
}

// bothWays fails when words are found otherwise among the newest mentions than by the index:
// on which page, and how many. Then one query is asked as often as a connection needs to keep
// a plan for all values: none is kept.
func bothWays(t *testing.T, s *Store, what string, q mention.Query) {
	t.Helper()
	_, search := s.plan(q)
	if search == nil || search.newest == 0 {
		return
	}
	pages := func(newest int64) (got []string) {
		defer func(before int64) { search.newest = before }(search.newest)
		search.newest = newest
		n, err := s.Count(background, q, 40)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprint(n))
		q := q
		for range 4 {
			page, err := s.List(background, q)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range page.Entries {
				got = append(got, string(e.Mention.ID))
			}
			if q.After = page.Next; q.After == "" {
				break
			}
		}
		return got
	}
	if newest, index := pages(1), pages(0); !slices.Equal(newest, index) {
		t.Errorf("%s: looking at the newest finds\n%q\nthe index\n%q", what, newest, index)
	}
	conn, err := s.read.Conn(background)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	var kept int
	if err := conn.QueryRowContext(background, `SELECT COUNT(*) FROM pg_prepared_statements WHERE statement LIKE $1 AND statement NOT LIKE $2`, "%array_to_tsvector%", "EXPLAIN%").Scan(&kept); err != nil || kept > 0 {
		t.Errorf("%s: %d statements with one plan for all words (%v)", what, kept, err)
	}
}

// manyCases is how many cases the figures are about.
const manyCases = 200_000

// fillInbox makes cases of a few years, of which one in forty waits: as polls would, but
// without asking whether a post is known.
func fillInbox(t *testing.T, s *Store, n int) {
	t.Helper()
	const batch = 1000
	dice := rand.New(rand.NewPCG(1, 2))
	for from := 0; from < n; from += batch {
		at := t0.Add(time.Duration(from) * time.Minute)
		err := s.inTx(background, "fill", func(tx *sql.Tx) error {
			for i := range batch {
				if err := fillOne(tx, dice, at, from+i, n); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	analyze := `ANALYZE`
	if s.engine.name == "postgres" {
		analyze = `VACUUM ANALYZE` // as autovacuum does
	}
	must(s.write.ExecContext(background, analyze))(t)
}

func fillOne(tx *sql.Tx, dice *rand.Rand, at time.Time, n, all int) error {
	p := post(n)
	p.Source, p.Author = fmt.Sprintf("forum %d", n%20), fmt.Sprintf("author %d", dice.IntN(all/10))
	m := heard(p, []string{"Romashka", "Delivery"}[dice.IntN(2)]).Mentions[0]
	m.ID, m.Post, m.HeardAt, m.Simhash = mentionID(p, m.Watch), p, at, 0
	m.Severity, m.Score.Lang = mention.Severity(1+dice.IntN(4)), []string{"en", "uk", "ru", "bg"}[dice.IntN(4)]
	if dice.IntN(200) == 0 {
		m.Score.Topics = []string{"fraud"}
	}
	c := mention.Case{MentionID: m.ID, Status: mention.Open, Version: 1, OpenedAt: at, RankAt: at.Add(-time.Duration(dice.IntN(24*60)) * time.Minute)}
	switch k := dice.IntN(40); {
	case k == 0:
	case k < 30:
		c.Status, c.Owner = mention.Replied, person("ira")
	default:
		c.Status, c.Reason = mention.Dismissed, mention.Spam
	}
	d := &mention.PendingMention{Mention: m, Case: c}
	if err := writeMention(background, tx, d); err != nil {
		return err
	}
	if err := insertCase(background, tx, c); err != nil {
		return err
	}
	_, err := insertAlert(background, tx, mention.Alert{ID: alertID(m.ID), Kind: mention.Complaint, MentionID: m.ID, Route: "#m", Severity: m.Severity, Status: mention.Posted, CreatedAt: at}, 1)
	if err != nil {
		return err
	}
	body, err := encodePost(p)
	if err != nil {
		return err
	}
	key := p.Key()
	_, err = tx.ExecContext(background, `INSERT INTO bodies (key, source, author, url, kept_at, body) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (key) DO NOTHING`,
		key[:], p.Source, p.Author, p.URL, micros(at), body)
	return err
}

// noFullScan fails when the plan reads a table from end to end.
func noFullScan(t *testing.T, s *Store, what string, q mention.Query) {
	t.Helper()
	l, search := s.plan(q)
	if search != nil && search.newest > 0 {
		found, done, err := s.amongNewest(background, q, search.newest, q.Limit+1)
		if err != nil {
			t.Fatal(err)
		}
		f := listFilter(q, nil, "")
		f.add("m.num > ?", manyCases-search.newest)
		explained(t, s, what, s.engine.lists.byNum, f, q.Limit+1)
		if done && len(found) > 0 {
			return
		}
	}
	words, err := s.searchWords(background, search, q.Text)
	if err != nil {
		t.Fatal(err)
	}
	explained(t, s, what, l, listFilter(q, search, words), q.Limit+1)
}

func explained(t *testing.T, s *Store, what string, l listing, f *conditions, limit int) {
	t.Helper()
	query, args, err := l.query(f, "", limit)
	if err != nil {
		t.Fatal(err)
	}
	plan := planOf(t, s, query, args...)
	for _, line := range plan {
		whole := strings.HasPrefix(line, "SCAN ") && !strings.Contains(line, "INDEX") // of SQLite
		if whole || strings.Contains(line, "Seq Scan on mentions") || strings.Contains(line, "Seq Scan on cases") {
			t.Errorf("%s: %s\n%s", what, line, strings.Join(plan, "\n"))
		}
	}
}

// planOf is how the engine would answer a query, in its own words.
func planOf(t *testing.T, s *Store, query string, args ...any) []string {
	t.Helper()
	explain := map[string]string{"sqlite": `EXPLAIN QUERY PLAN `, "postgres": `EXPLAIN `}[s.engine.name]
	rows, err := s.read.QueryContext(background, explain+query, args...)
	plan, err := collect(rows, err, func(row scanner) (line string, err error) {
		if s.engine.name == "postgres" {
			return line, row.Scan(&line)
		}
		var a, b, c int
		return line, row.Scan(&a, &b, &c, &line)
	})
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// p95 is the time within which 95 of 100 calls are done; the first ones are not counted.
func p95(t *testing.T, do func() error) time.Duration {
	t.Helper()
	var took []time.Duration
	for range 23 {
		began := time.Now()
		mustDo(t, do())
		took = append(took, time.Since(began))
	}
	took = took[3:]
	slices.Sort(took)
	return took[len(took)*95/100-1]
}
