package store

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// The answers and the audit of two years, of which what is asked is a small part.
const (
	yearsAnswers = 10_000
	yearsEntries = 200_000
	yearsPeople  = 15
)

// fillYears writes so many answers and entries of the audit, evenly over the two years until t0. Each person
// works for the same time, one after the other: all but one left.
func fillYears(t testing.TB, s *Store, answers, entries int) {
	t.Helper()
	const years = 2 * 365 * 24 * time.Hour
	numbers := `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)`
	at := fmt.Sprintf(`%d + i * CAST(%d AS BIGINT)`, micros(t0.Add(-years)), (years / time.Duration(answers)).Microseconds())
	must(s.write.ExecContext(background, `INSERT INTO replies (id, mention_id, nth, status, account, body, by_id, by_name, made_at, approver_id, approver_name,
 approved_at, first_at, sending_at, attempts, not_before, ended_at, url, remote_id, reason, held, looks, looked_at, told, seen_at)
 `+numbers+` SELECT 'k' || i, 'm' || i, 1, 'sent', 'Romashka Support', 'We are sorry, and we look into it at once: please send us the number.', 'slack:ira', 'Ira', `+at+`, 'slack:ira', 'Ira',
 `+at+`, `+at+`, `+at+`, 1, 0, `+at+`, 'https://forum.example/p/' || i, '', '', 0, 0, 0, 1, `+at+` FROM n`, answers))(t)
	at = fmt.Sprintf(`%d + i * CAST(%d AS BIGINT)`, micros(t0.Add(-years)), (years / time.Duration(entries)).Microseconds())
	who := fmt.Sprintf(`(i - 1) * %d / %d`, yearsPeople, entries)
	must(s.write.ExecContext(background, `INSERT INTO events (mention_id, alert_id, kind, by_id, by_name, at, detail)
 `+numbers+` SELECT 'm' || (i / 7), '', 'claim', CASE WHEN i % 3 = 0 THEN '' ELSE 'slack:' || (`+who+`) END, CASE WHEN i % 3 = 0 THEN '' ELSE 'Person ' || (`+who+`) END, `+at+`, '' FROM n`, entries))(t)
	analyze := `ANALYZE`
	if s.engine.name == "postgres" {
		analyze = `VACUUM ANALYZE` // as autovacuum does
	}
	must(s.write.ExecContext(background, analyze))(t)
}

// TestYears: what is asked again and again, of the last weeks or of who works here, reads neither all answers
// nor the whole audit.
func TestYears(t *testing.T) {
	if testing.Short() {
		t.Skip("short: two hundred thousand rows, and PostgreSQL")
	}
	for name, address := range map[string]func() string{
		"sqlite":   func() string { return "sqlite:" + filepath.Join(t.TempDir(), "e.db") },
		"postgres": func() string { return testkit.Database(t, testkit.Postgres(t).URL) },
	} {
		t.Run(name, func(t *testing.T) {
			s := openAt(t, Options{Database: address()})
			fillYears(t, s, yearsAnswers, yearsEntries)
			since := t0.AddDate(0, 0, -30)
			all := must(s.ReplyTimes(background, since, t0.Add(time.Hour)))(t)
			want(t, "answers of a month", len(all), yearsAnswers*30/730+1)
			want(t, "people", fmt.Sprint(must(s.People(background, since))(t)), "[{slack:14 Person 14}]")
			for what, query := range map[string]struct {
				text string
				args []any
			}{
				"answers": {replyTimesQuery, []any{micros(since), micros(t0)}},
				"people":  {peopleQuery, []any{micros(since)}},
			} {
				plan := planOf(t, s, query.text, query.args...)
				if i := slices.IndexFunc(plan, readsAll); i >= 0 {
					t.Errorf("%s: %s\n%s", what, plan[i], strings.Join(plan, "\n"))
				}
			}
		})
	}
}

// readsAll says whether a line of a plan is of a whole table, of all that is of a time, or of a sum. A scan of an
// index for its first entry is none.
func readsAll(line string) bool {
	return slices.ContainsFunc([]string{"SCAN r", "SCAN p", "SCAN e", "events_at", "Seq Scan on replies", "Seq Scan on events", "Aggregate"},
		func(bad string) bool { return strings.Contains(line, bad) })
}

// TestPruneAsksByIndex: whether a post may go is asked of those that are looked at. PostgreSQL, which
// thinks that it must ask of all that are old, reads every mention for each look else.
func TestPruneAsksByIndex(t *testing.T) {
	if testing.Short() {
		t.Skip("short: PostgreSQL, and forty thousand rows")
	}
	s := openAt(t, Options{Database: testkit.Database(t, testkit.Postgres(t).URL)})
	numbers := `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)`
	at := fmt.Sprintf(`%d + CAST(i AS BIGINT)`, micros(t0.AddDate(-3, 0, 0)))
	for _, query := range []string{
		`INSERT INTO bodies (key, source, author, url, kept_at, body) ` + numbers + ` SELECT convert_to('p' || i, 'UTF8'), 's', '', '', ` + at + `, '{}' FROM n`,
		`INSERT INTO mentions (id, watch, post_key, source, kind, author, url, thread_url, published, date_only, heard_at) ` + numbers + ` SELECT 'm' || i, 'w', convert_to('p' || i, 'UTF8'), 's', 'forum', '', '', '', 0, 0, ` + at + ` FROM n`,
		`VACUUM ANALYZE`,
	} {
		must(s.write.ExecContext(background, query))(t)
	}
	var p Pruned
	job := s.pruneJobs(DefaultRetention(t0), &p)[0]
	plan := planOf(t, s, job.page, int64(0), job.key, job.before)
	i := slices.IndexFunc(plan, func(line string) bool { return strings.Contains(line, "on mentions") })
	if i < 0 || i+1 == len(plan) || !strings.Contains(plan[i+1], "Index Cond") {
		t.Error(strings.Join(plan, "\n"))
	}
}

// BenchmarkReplyTimes is what a scrape of /metrics asks of the answers, BenchmarkPeople whom a complaint can be
// given to: after two years.
func BenchmarkReplyTimes(b *testing.B) {
	s := openFile(b)
	fillYears(b, s, yearsAnswers, 1)
	for b.Loop() {
		must(s.ReplyTimes(background, t0.AddDate(0, 0, -30), t0))(b)
	}
}

func BenchmarkPeople(b *testing.B) {
	s := openFile(b)
	fillYears(b, s, 1, yearsEntries)
	for b.Loop() {
		must(s.People(background, t0.AddDate(0, 0, -90)))(b)
	}
}
