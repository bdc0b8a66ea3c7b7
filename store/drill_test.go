package store

import (
	"database/sql"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// year is a database after a year of work.
type year struct {
	posts    int // one in five names a watch
	mentions int
	open     int // cases nobody ever closed, all over the year
}

// drill is the size of the drills: small, or with EARSHOT_DRILL=full as large as it gets.
func drill() year {
	if os.Getenv("EARSHOT_DRILL") == "full" {
		return year{posts: 1_000_000, mentions: 200_000, open: 100_000}
	}
	return year{posts: 10_000, mentions: 2_000, open: 1_000}
}

// drillWords is how many words a mention of the drills has, each in some of the others.
const drillWords = 60

// fill writes the year into the database, the newest of everything at t0.
func (y year) fill(t *testing.T, s *Store) {
	t.Helper()
	ago := func(i string, of int) string {
		return fmt.Sprintf("%d - %s * %d", micros(t0), i, (365*24*time.Hour).Microseconds()/int64(of))
	}
	series := func(n int) string {
		return fmt.Sprintf(`WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) `, n)
	}
	const key = `CAST(printf('%016d', i) AS BLOB)`
	for _, query := range []string{
		`INSERT INTO sources (key, name, baselined) VALUES ('forum', 'forum', 1)`,
		`INSERT INTO posts (key, source, hash, fingerprint, first_seen) ` + series(y.posts) + `SELECT ` + key + `, 1, i, i, ` + ago("i", y.posts) + ` FROM n`,
		`INSERT INTO mentions (id, watch, post_key, source, kind, author, url, thread_url, published, date_only, heard_at, severity, simhash, root, label, score, spans, terms, num) ` + series(y.mentions) +
			`SELECT 'm' || i, 'Romashka', ` + key + `, 'forum', 'forum', 'author ' || i % 5000, 'https://f.example/p/' || i, 'https://f.example/t/' || i / 20, ` + ago("i", y.mentions) + `, 0, ` + ago("i", y.mentions) + `, 2, i, 1, 'neg',
 '{"value":-0.6,"label":"neg","lang":"en","topics":["delivery"]}', '[{"start":0,"end":8,"text":"Romashka","term":"romashka"}]', 'romashka lost my parcel ' || i || (SELECT group_concat(' w' || (i * 7919 * k % 30011), '') FROM (WITH RECURSIVE w(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM w WHERE k < ` + strconv.Itoa(drillWords) + `) SELECT k FROM w)), i FROM n`,
		`INSERT INTO bodies (key, source, author, url, kept_at, body) ` + series(y.mentions+y.posts/12) + `SELECT ` + key + `, 'forum', 'a', '', ` + ago("i", y.mentions+y.posts/12) + `,
 '{"id":"x","title":"Romashka","text":"Romashka lost my parcel and nobody answers the phone since three weeks"}' FROM n`,
		`INSERT INTO cases (mention_id, status, version, opened_at, due_at) ` + series(y.mentions) + fmt.Sprintf(`SELECT 'm' || i, CASE WHEN i %% %d = 0 THEN 'open' ELSE 'dismissed' END, 1, `, y.mentions/y.open) + ago("i", y.mentions) + fmt.Sprintf(`, %d + i FROM n`, micros(t0.Add(time.Hour))),
		`INSERT INTO alerts (id, kind, mention_id, thread_of, route, notify, severity, status, created_at, posted_at, channel, ts, drawn, wanted) ` + series(y.mentions) +
			`SELECT 'a' || i, 'complaint', 'm' || i, '', '#m', '', 2, 'posted', ` + ago("i", y.mentions) + `, ` + ago("i", y.mentions) + `, 'C1', 'ts', 1, 1 FROM n`,
		`INSERT INTO events (mention_id, alert_id, kind, by_id, by_name, at, detail) ` + series(2*y.mentions) + `SELECT 'm' || (i + 1) / 2, '', 'heard', '', '', ` + ago("i", 2*y.mentions) + `, '' FROM n`,
	} {
		must(s.exec(background, "fill", query))(t)
	}
}

// laps are the steps of one kind: how long they took, and how many rows they changed.
type laps struct {
	took []time.Duration
	rows []int
}

// say prints the times and fails if a step changed more rows than most.
func (l *laps) say(t *testing.T, what string, most int) {
	t.Helper()
	slices.Sort(l.took)
	n := len(l.took)
	if n == 0 {
		t.Fatalf("%s: no step was taken", what)
	}
	t.Logf("%-34s %6d steps: median %9s, p99 %9s, longest %9s; at most %d rows", what, n,
		l.took[n/2].Round(10*time.Microsecond), l.took[n*99/100].Round(10*time.Microsecond), l.took[n-1].Round(10*time.Microsecond), slices.Max(l.rows))
	if got := slices.Max(l.rows); got > most {
		t.Errorf("%s: a step touches %d rows, want at most %d whatever the database holds", what, got, most)
	}
}

// changes counts the rows that the writing connection has changed.
func changes(t *testing.T, s *Store) int {
	t.Helper()
	return count(t, s.write, `SELECT total_changes()`)
}

// step times one and counts what it changed, or what it says that it read.
func (l *laps) step(t *testing.T, s *Store, do func() (read int, err error)) (read int) {
	t.Helper()
	before, began := changes(t, s), time.Now()
	read, err := do()
	took := time.Since(began)
	if err != nil {
		t.Fatal(err)
	}
	l.took, l.rows = append(l.took, took), append(l.rows, max(read, changes(t, s)-before))
	return read
}

// TestYearDrill: after a year of work, with cases that nobody ever closed, every look of
// the deadlines and every step of the retention touches a bounded number of rows. How long
// they took is printed: EARSHOT_DRILL=full go test ./store -run TestYearDrill -v
func TestYearDrill(t *testing.T) {
	s := openFile(t)
	y := drill()
	y.fill(t, s)
	t.Logf("%d posts, %d mentions, %d open cases", y.posts, y.mentions, y.open)
	t.Run("deadlines", func(t *testing.T) { drillDeadlines(t, s, y) })
	t.Run("retention", func(t *testing.T) { drillRetention(t, s) })
}

func drillDeadlines(t *testing.T, s *Store, y year) {
	var idle, reset, due, set, take laps
	for range 20 {
		n := idle.step(t, s, func() (int, error) { l, err := s.DueCases(background, t0, 100); return len(l), err })
		want(t, "due", n, 0)
	}
	for last := resetChunk; last == resetChunk; { // as ResetDue does
		reset.step(t, s, func() (int, error) {
			return 0, s.inTx(background, "reset due", func(tx *sql.Tx) (err error) { last, err = s.resetSome(background, tx); return err })
		})
	}
	seen := 0
	for {
		var list []mention.MentionRecord
		n := due.step(t, s, func() (_ int, err error) { list, err = s.DueCases(background, t0, 100); return len(list), err })
		if seen += n; n == 0 {
			break
		}
		take.step(t, s, func() (int, error) { return 0, escalate(s, list[0].Mention.ID) })
		var when []mention.Due
		for i, e := range list {
			if i == 0 {
				e.Case.Version++
			}
			when = append(when, mention.Due{ID: e.Mention.ID, Version: e.Case.Version, At: t0.Add(time.Hour)})
		}
		set.step(t, s, func() (int, error) { return 0, s.SetDue(background, when) })
	}
	want(t, "open cases looked at", seen, y.open)
	idle.say(t, "a look, nothing due", 0)
	due.say(t, "a look, a hundred due", 100)
	take.say(t, "a deadline's step", 6) // the case and its line of clocks, its message, an event, an alert
	set.say(t, "when to look again", 100)
	reset.say(t, "a piece of a changed watchlist", resetChunk)
	noScan(t, s, dueNow, 0, 100)
}

// escalate does to one case what a deadline does.
func escalate(s *Store, id mention.ID) error {
	_, err := s.UpdateCase(background, id, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		c.Steps.Unclaimed++
		a := mention.Alert{ID: mention.NewAlertID(mention.Escalation, string(id)), Kind: mention.Escalation, MentionID: id, Route: "#leads"}
		return []mention.Event{{Kind: "escalated"}}, []mention.Alert{a}, nil
	})
	return err
}

func drillRetention(t *testing.T, s *Store) {
	r := DefaultRetention(t0)
	r.Events = t0.AddDate(0, -6, 0)
	for _, round := range []string{"first", "hourly"} {
		var p Pruned
		for i, job := range s.pruneJobs(r, &p) {
			what := round + " prune of " + []string{"posts", "mentions", "staff", "events", "alerts"}[i]
			var look, erase laps
			for !job.finished() {
				l := &look
				if len(job.todo) > 0 {
					l = &erase
				}
				l.step(t, s, func() (int, error) { return 0, job.step(background) })
			}
			look.say(t, what+": looks", 0)
			switch {
			case round == "first" && strings.HasSuffix(what, "staff"): // nobody's words went before their time
				noScan(t, s, job.page, int64(0), job.key, job.before)
			case round == "first":
				most := 7 * pruneChunk // a mention has a body, a message, and a line of clocks that is written anew twice
				if strings.HasSuffix(what, "mentions") {
					most = (7 + 2*drillWords) * pruneWords // the index of words rewrites up to two pages a word
				}
				erase.say(t, what+": erased", most)
				noScan(t, s, job.page, int64(0), job.key, job.before)
			case len(erase.took) > 0:
				t.Errorf("%s erases again", what)
			}
			// Every row is looked at once, however many stay.
			if most := count(t, s.read, `SELECT COUNT(*) FROM posts`) / pruneLook * 2; len(look.took) > most+2 { // the largest table
				t.Errorf("%s: %d looks", what, len(look.took))
			}
		}
		t.Logf("%s: %+v", round, p)
	}
}

// noScan checks that a query finds its rows by indexes and sorts none but equal ones.
func noScan(t *testing.T, s *Store, query string, args ...any) {
	t.Helper()
	plan := planOf(t, s, query, args...)
	for _, line := range plan {
		name, whole := strings.CutPrefix(line, "SCAN ")
		whole = whole && line != "SCAN d" && !slices.Contains(plan, "CO-ROUTINE "+name) // d is a hundred rows, and a part of the query is read whole
		sorted := strings.Contains(line, "TEMP B-TREE") && !strings.Contains(line, "LAST TERM")
		if whole || sorted {
			t.Errorf("%s\nof %.200s", line, query)
		}
	}
}
