package store

import (
	"bytes"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// TestMove: everything arrives as it was, an interrupted move goes on, a finished one is
// left alone, and nothing that was known is new afterwards.
func TestMove(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	server := testkit.Postgres(t)
	from := openFile(t)
	const posts = 700
	fillMoved(t, from, posts)
	to := openAt(t, Options{Database: testkit.Database(t, server.URL)})
	moveAll(t, from, to)
	for _, n := range []int{1, 2, 3, posts - 1} {
		id := mentionID(by(n, ""), "Romashka")
		m, c, err := from.Mention(background, id)
		if err != nil {
			t.Fatal(err)
		}
		m2, c2, err := to.Mention(background, id)
		if err != nil || fmt.Sprintf("%+v %+v", m, c) != fmt.Sprintf("%+v %+v", m2, c2) {
			t.Errorf("%+v %+v, want %+v %+v, %v", m2, c2, m, c, err)
		}
	}
	r := ingest(t, to, intakeOf(heard(by(1, "Ольга 1"), "Romashka"), heard(by(9999, "new"), "Romashka")))
	want(t, "known", r.Known, 1)
	want(t, "new", r.New, 1)
	want(t, "told", len(r.Alerts), 1)
	again, err := Move(background, from, to, unheard)
	if err != nil || !again.Already {
		t.Errorf("again: %+v, %v", again, err)
	}
	want(t, "nothing is written again", again.Tables[1].There, posts+1)

	half := openAt(t, Options{Database: testkit.Database(t, server.URL)})
	must(half.beginMove(background, must(from.moveSum(background))(t)))(t)
	for _, table := range movedTables[:4] {
		mustDo(t, copyTable(background, from, half, table, unheard))
	}
	if sum, err := Move(background, from, half, unheard); err != nil || sum.Already {
		t.Errorf("goes on: %+v, %v", sum, err)
	}
	used := openAt(t, Options{Database: testkit.Database(t, server.URL)})
	ingest(t, used, intakeOf(heard(post(1))))
	_, err = Move(background, from, used, unheard)
	wantError(t, "into a database in use", err, "give an empty database")
	_, err = Move(background, to, half, unheard)
	wantError(t, "to the same kind", err, "both are of one kind")
	_, err = Move(background, to, from, unheard)
	wantError(t, "back into the file it came from", err, "give an empty database")
	testMoveBack(t, to)
}

// fillMoved stores so many posts, and something in every table that is moved.
func fillMoved(t *testing.T, s *Store, posts int) {
	t.Helper()
	for n := 0; n < posts; n += 100 {
		in := intakeOf()
		for i := range 100 {
			in.Posts = append(in.Posts, heard(by(n+i, fmt.Sprintf("Ольга %d", n+i)), "Romashka"))
		}
		ingest(t, s, in)
	}
	mute(t, s, mentionID(by(1, ""), "Romashka"))
	must(act(s, mentionID(by(2, ""), "Romashka"), mention.Action{Verb: mention.Dismiss, By: person("ira"), At: t0, Reason: mention.NotNegative}))(t)
	send(t, s, alertID(mentionID(by(3, ""), "Romashka")))
	mustDo(t, s.SaveFollows(background, []mention.Follow{{Key: by(1, "").Key(), Source: "forum", Thread: "t", PostID: "x", DueAt: t0}}))
	mustDo(t, s.AddSession(background, mention.Session{Hash: [32]byte{1}, Way: "slack", Person: person("ira"), MadeAt: t0, SeenAt: t0}))
	mustDo(t, s.SetPreference(background, mention.Preference{PersonID: "slack:ira", Lang: "uk", At: t0}))
	mustDo(t, s.KeepToken(background, "k:1", []byte("sealed"), t0))
	mustDo(t, s.SaveTemplate(background, mention.Template{ID: "t", Lang: "uk", Text: "Перепрошуємо", ChangedAt: t0}))
	mustDo(t, s.PauseSource(background, mention.SourcePause{Place: "p", By: person("ira"), At: t0, Until: t0.Add(time.Hour)}))
	mustDo(t, s.AddReply(background, mention.SiteReply{ID: "r", MentionID: mentionID(by(4, ""), "Romashka"), Nth: 1, Text: "Перепрошуємо", MadeAt: t0}))
}

// moveAll moves what is in every table, and the secrets.
func moveAll(t *testing.T, from, to *Store) {
	t.Helper()
	told, rows := 0, 0
	for _, table := range must(Move(background, from, to, func(n int) { told = n }))(t).Tables {
		if table.Here != table.There || table.Here == 0 {
			t.Errorf("%+v", table)
		}
		rows += table.There
	}
	want(t, "rows that were told of at the end", told, rows)
	if !bytes.Equal(must(from.InstallKey(background))(t), must(to.InstallKey(background))(t)) || !bytes.Equal(must(from.PlaceKey(background))(t), must(to.PlaceKey(background))(t)) {
		t.Error("the secrets did not move")
	}
}

// unheard is who does not listen how far a move is.
func unheard(int) {}

// testMoveBack: the way down is as the way up, and what was done above is there.
func testMoveBack(t *testing.T, from *Store) {
	at := filepath.Join(t.TempDir(), "back.db")
	to := openAt(t, Options{Database: "sqlite:" + at})
	mustDo(t, from.Attend(background, Replica{ID: "r", Host: "machine-7", Started: t0}))
	_, err := Move(background, from, to, unheard)
	wantError(t, "beside a replica", err, "works on that database (machine-7)")
	mustDo(t, from.Leave(background, "r"))
	claimed := mentionID(by(5, ""), "Romashka")
	must(act(from, claimed, mention.Action{Verb: mention.Claim, By: person("ira"), At: t0}))(t)
	moveAll(t, from, to)
	sameRows(t, from, to)
	mustDo(t, to.Close())
	to = openAt(t, Options{Database: "sqlite:" + at}) // as the daemon finds it
	r := ingest(t, to, intakeOf(heard(by(1, "Ольга 1"), "Romashka"), heard(by(9999, "new"), "Romashka"), heard(by(10_000, "newer"), "Romashka")))
	want(t, "known", r.Known, 2)
	want(t, "new", r.New, 1)
	want(t, "told", len(r.Alerts), 1)
	if _, err := act(to, claimed, mention.Action{Verb: mention.Reply, By: person("ira"), At: t0}); err != nil {
		t.Errorf("a button of before: %v", err)
	}
	again, err := Move(background, from, to, unheard)
	if err != nil || !again.Already {
		t.Errorf("again: %+v, %v", again, err)
	}
	// Up once more into the database it came from: that is not the one it went to first.
	_, err = Move(background, to, from, unheard)
	wantError(t, "into the old database", err, "give an empty")
}

// sameRows compares all rows of two databases, in any order.
func sameRows(t *testing.T, a, b *Store) {
	t.Helper()
	digest := func(s *Store, table string) (all [sha256.Size]byte) {
		list, err := s.read.QueryContext(background, `SELECT * FROM `+table)
		if err != nil {
			t.Fatal(err)
		}
		defer list.Close()
		columns, err := list.ColumnTypes()
		if err != nil {
			t.Fatal(err)
		}
		for list.Next() {
			row, dest, say := make([]any, len(columns)), make([]any, len(columns)), make([]string, len(columns))
			for i := range row {
				dest[i] = &row[i]
			}
			mustDo(t, list.Scan(dest...))
			for i, c := range columns {
				say[i] = fmt.Sprintf("%s=%T:%v", c.Name(), row[i], row[i])
			}
			slices.Sort(say)
			one := sha256.Sum256([]byte(strings.Join(say, " ")))
			subtle.XORBytes(all[:], all[:], one[:])
		}
		mustDo(t, list.Err())
		return all
	}
	for _, table := range movedTables {
		if digest(a, table) != digest(b, table) {
			t.Errorf("the rows of %s are not there as they were", table)
		}
	}
}

// TestMoveForgetsNoTable: a table that a later schema adds must be moved, or said here
// why not.
func TestMoveForgetsNoTable(t *testing.T) {
	stay := []string{
		"meta", "schema_versions", // endMove takes the secrets along
		"clocks",                           // triggers make it of the others
		"leases", "replicas", "watchlists", // of the processes at work there
		"subscriptions",                                                                                     // the next poll makes them anew
		"mention_terms", "mention_terms_data", "mention_terms_idx", "mention_terms_config", "mention_forms", // SQLite's index of mentions.terms; the other side makes its own
	}
	s := openFile(t)
	rows, err := s.read.QueryContext(background, `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`)
	tables, err := collect(rows, err, scanString)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		if !slices.Contains(movedTables, table) && !slices.Contains(stay, table) {
			t.Errorf("%s is not moved", table)
		}
	}
	want(t, "tables", len(tables), len(movedTables)+len(stay))
}
