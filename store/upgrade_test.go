package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// worked is how many complaints there are before an upgrade; of each three the first was
// told and taken, the second told, the third waits to be told.
const worked = 9

// TestUpgrade: a database as every earlier earshot left it is brought up to date by a
// start, while others read it and the first polls come in. Nothing is lost, and nothing is
// told again: not what was told, and not what the places show once more.
func TestUpgrade(t *testing.T) {
	if testing.Short() {
		t.Skip("short: many databases of earlier schemas")
	}
	t.Parallel()
	testUpgrades(t, func(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "e.db") })
}

func TestUpgradePostgres(t *testing.T) {
	if testing.Short() {
		t.Skip("short: a real PostgreSQL")
	}
	t.Parallel()
	server := testkit.Postgres(t)
	testUpgrades(t, func(t *testing.T) string { return testkit.Database(t, server.URL) })
}

func testUpgrades(t *testing.T, address func(t *testing.T) string) {
	now := openAt(t, Options{Database: address(t)})
	for n := 1; n <= worked; n++ {
		said(t, now, n, nil)
		id := mentionID(post(n), "Romashka")
		if n%3 != 0 {
			send(t, now, alertID(id))
		}
		if n%3 == 1 {
			take(t, now, id, "Ira")
		}
	}
	list, err := loadMigrations(now.engine.name)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range list {
		if os.Getenv("EARSHOT_DRILL") != "full" && i > 0 && m.version != firstReader-1 && m.version != firstReader && i < len(list)-2 {
			continue // the full drill tries each
		}
		t.Run(fmt.Sprintf("from schema %d", m.version), func(t *testing.T) {
			at := address(t)
			asBefore(t, now, at, list, m.version)
			testUpgrade(t, now, at)
		})
	}
}

// take lets somebody take a case.
func take(t *testing.T, s *Store, id mention.ID, who string) {
	t.Helper()
	_, err := s.UpdateCase(background, id, func(c *mention.Case) ([]mention.Event, []mention.Alert, error) {
		c.Status, c.Owner, c.ClaimedAt = mention.Claimed, mention.Person{ID: who, Name: who}, t0
		return []mention.Event{{Kind: "claimed", By: c.Owner, At: t0}}, nil, nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// asBefore makes a database of an earlier schema that holds what that schema could hold of now.
func asBefore(t *testing.T, now *Store, address string, list []migration, version int) {
	t.Helper()
	s := bareAt(t, address, now.now, slices.DeleteFunc(slices.Clone(list), func(m migration) bool { return m.version > version }))
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, table := range movedTables {
		copyColumns(t, now, s, table)
	}
	if s.engine.name == "postgres" { // it numbers on from what was written
		for table, column := range map[string]string{"sources": "id", "events": "id"} {
			must(s.exec(background, "numbers", fmt.Sprintf(`SELECT setval(pg_get_serial_sequence('%[1]s', '%[2]s'), (SELECT MAX(%[2]s) FROM %[1]s))`, table, column)))(t)
		}
	}
	if !slices.ContainsFunc(list, func(m migration) bool { return m.version == 13 && version >= 13 }) { // what search went by before terms
		must(s.exec(background, "words", `UPDATE mentions SET words = 'romashka,lost my parcel'`))(t)
	}
	must(s.exec(background, "sources", `UPDATE sources SET baselined = 1`))(t)
}

// copyColumns copies the rows of a table as far as the other has the table and the columns.
func copyColumns(t *testing.T, from, to *Store, table string) {
	t.Helper()
	known := map[string]bool{}
	there, err := to.read.QueryContext(background, `SELECT * FROM `+table+` LIMIT 0`)
	if err != nil {
		return // a later table
	}
	columns, err := there.Columns()
	mustDo(t, errors.Join(err, there.Close()))
	for _, c := range columns {
		known[c] = true
	}
	here, err := from.read.QueryContext(background, `SELECT * FROM `+table+` LIMIT 0`)
	if err != nil {
		t.Fatal(err)
	}
	all, err := here.Columns()
	mustDo(t, errors.Join(err, here.Close()))
	var names []string
	for _, c := range all {
		if known[c] {
			names = append(names, c)
		}
	}
	rows, err := from.read.QueryContext(background, `SELECT `+strings.Join(names, ", ")+` FROM `+table)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	override := ""
	if to.engine.name == "postgres" {
		override = ` OVERRIDING SYSTEM VALUE`
	}
	for rows.Next() {
		row, dest := make([]any, len(names)), make([]any, len(names))
		for i := range row {
			dest[i] = &row[i]
		}
		mustDo(t, rows.Scan(dest...))
		must(to.exec(background, "copy", `INSERT INTO `+table+` (`+strings.Join(names, ", ")+`)`+override+` VALUES (`+placeholders(1, len(names))+`)`, row...))(t)
	}
	mustDo(t, rows.Err())
}

// testUpgrade starts on the database and compares it with now.
func testUpgrade(t *testing.T, now *Store, address string) {
	load, stop := context.WithCancel(background)
	var others sync.WaitGroup
	for range 2 { // commands that read beside it, from before the start on
		others.Go(func() {
			for load.Err() == nil {
				r, err := Open(load, Options{Database: address, ReadOnly: true})
				if err != nil {
					continue // it is of an older earshot still
				}
				if page, err := r.List(load, mention.Query{}); err == nil && len(page.Entries) < worked {
					t.Errorf("a reader sees %d of %d", len(page.Entries), worked)
				}
				_ = r.Close()
			}
		})
	}
	s := openAt(t, Options{Database: address})
	fresh := make(chan mention.IngestResult, worked)
	for n := range worked { // what the places show: an old post and a new one, several at once
		others.Go(func() {
			r, err := s.Ingest(background, intakeOf(heard(post(n+1), "Romashka"), heard(post(100+n), "Romashka")), alertAll)
			if err != nil {
				t.Error(err)
			}
			fresh <- r
		})
	}
	for range worked {
		r := <-fresh
		want(t, "new posts of a poll", r.New, 1)
		want(t, "alerts of a poll", len(r.Alerts), 1)
	}
	stop()
	others.Wait()
	sameWork(t, now, s)
	due, err := s.DueAlerts(background, t0.Add(time.Hour), 100)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "still to be told", len(due), worked/3+worked)
	for _, a := range due { // what waited before, and what is new; nothing that was told
		if b, ok, err := now.Alert(background, a.ID); err != nil || ok && b.Status != mention.Pending {
			t.Errorf("%s is told again (%v)", a.ID, err)
		}
	}
	want(t, "found by a word", len(must(s.List(background, mention.Query{Text: "parcel", Limit: 100}))(t).Entries), 2*worked)
	have, err := s.schemaVersion(background)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "schema", have, must(now.schemaVersion(background))(t))
	left := must(s.missing(background, must(loadMigrations(s.engine.name))(t), have))(t)
	want(t, "migrations left out", len(left), 0)
}

// sameWork compares the complaints, their cases and messages, and what happened to them.
func sameWork(t *testing.T, now, s *Store) {
	t.Helper()
	for n := 1; n <= worked; n++ {
		id := mentionID(post(n), "Romashka")
		m, c := mustMention(t, s, id)
		was, wasCase := mustMention(t, now, id)
		want(t, "words", m.Post.Text, was.Post.Text)
		want(t, "author", m.Post.Author, was.Post.Author)
		want(t, "score", m.Score.Value, was.Score.Value)
		want(t, "status", c.Status, wasCase.Status)
		want(t, "owner", c.Owner, wasCase.Owner)
		want(t, "taken", c.ClaimedAt.Equal(wasCase.ClaimedAt), true)
		a, _, err := s.Alert(background, alertID(id))
		b, _, err2 := now.Alert(background, alertID(id))
		mustDo(t, errors.Join(err, err2))
		want(t, "message", fmt.Sprint(a.Status, a.Channel, a.TS), fmt.Sprint(b.Status, b.Channel, b.TS))
		want(t, "history", history(t, s, id), history(t, now, id))
	}
}

func mustMention(t *testing.T, s *Store, id mention.ID) (mention.Mention, mention.Case) {
	t.Helper()
	m, c, err := s.Mention(background, id)
	if err != nil {
		t.Fatal(err)
	}
	return m, c
}

// history is who did what to a complaint.
func history(t *testing.T, s *Store, id mention.ID) string {
	t.Helper()
	file := must(s.CaseFile(background, id))(t)
	var b strings.Builder
	for _, e := range file.History {
		fmt.Fprintln(&b, e.Kind, e.By.Name, e.At.UnixMicro())
	}
	return b.String()
}

// takesAway is what a migration does that an older program does not survive. Another default is none of it.
var takesAway = regexp.MustCompile(`(?i)\b(DROP\s+(TABLE|COLUMN)|RENAME\s+(TO|COLUMN)|ALTER\s+COLUMN\s+\w+\s+(TYPE|DROP|SET\s+(DATA|NOT)))\b`)

// TestMigrationsSayWhoMayRead: while replicas are updated, and after a step back, a program
// works on a schema newer than its own; so a migration only adds, or says from which schema
// on a program can read what it leaves.
func TestMigrationsSayWhoMayRead(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		list, err := loadMigrations(engine)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list {
			switch {
			case m.version >= firstReader && m.reader > m.version:
				t.Errorf("%s %d: nobody can read it: min_reader is %d", engine, m.version, m.reader)
			case m.version > firstReader && m.reader < m.version && takesAway.MatchString(sqlComment.ReplaceAllString(m.sql, "")):
				t.Errorf("%s %d takes something away: it must begin with %q and its number", engine, m.version, readerLine)
			}
		}
	}
	if !takesAway.MatchString("ALTER TABLE x DROP  COLUMN y") || !takesAway.MatchString("ALTER TABLE x ALTER COLUMN y SET NOT NULL") ||
		takesAway.MatchString("DROP INDEX x") || takesAway.MatchString("ALTER TABLE x ALTER COLUMN y SET DEFAULT 0") {
		t.Error("the pattern is wrong")
	}
}

// TestUpgradeAnyOrder: two migrations that were made side by side came out in another order
// than that of their numbers. A database from between has the higher one without the lower,
// and gets what it lacks.
func TestUpgradeAnyOrder(t *testing.T) {
	t.Parallel()
	now := openFile(t)
	for n := 1; n <= worked; n++ {
		said(t, now, n, nil)
		if id := mentionID(post(n), "Romashka"); n%3 != 0 {
			send(t, now, alertID(id))
		}
	}
	for _, c := range []struct {
		highest int
		lacks   []int
		called  int // the highest
	}{
		{6, []int{4, 5}, 6},
		{6, []int{5}, 6},
		{7, []int{5}, 7},
		{12, []int{11}, 12},
		{14, []int{11, 13}, 14},
		{14, []int{11}, 14},
		{17, []int{15, 16}, 17},
		{17, []int{16}, 17},
		{21, []int{15, 16}, 21}, // the same, after an upgrade that left them out
		{20, nil, 39},           // for an hour
	} {
		t.Run(fmt.Sprintf("schema %d without %d", c.called, c.lacks), func(t *testing.T) {
			list, err := loadMigrations("sqlite")
			if err != nil {
				t.Fatal(err)
			}
			list = slices.DeleteFunc(list, func(m migration) bool { return m.version > c.highest || slices.Contains(c.lacks, m.version) })
			list[len(list)-1].version = c.called
			at := "sqlite:" + filepath.Join(t.TempDir(), "e.db")
			asBefore(t, now, at, list, c.called)
			testUpgrade(t, now, at)
		})
	}
}
