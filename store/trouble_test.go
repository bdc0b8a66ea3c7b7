package store

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// What happens when the database itself is in trouble.

func wantError(t *testing.T, what string, err error, text string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("%s: %v, want %q in it", what, err, text)
	}
}

// held opens a database that another program writes to, as an intake found, until it lets go.
func held(t *testing.T) (s *Store, hold *sql.Tx) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "e.db")
	s = openAt(t, Options{Database: "sqlite:" + path})
	must(s.write.ExecContext(background, `PRAGMA busy_timeout = 20`))(t)
	other, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { other.Close() })
	if hold, err = other.BeginTx(background, nil); err != nil {
		t.Fatal(err)
	}
	_, err = s.Ingest(background, intakeOf(heard(post(1), "Romashka")), alertAll)
	wantError(t, "while another program writes", err, "another program holds the database")
	return s, hold
}

func TestDatabaseBusy(t *testing.T) {
	s, hold := held(t)
	mustDo(t, hold.Rollback())
	want(t, "afterwards", ingest(t, s, intakeOf(heard(post(1), "Romashka"))).New, 1)
}

func TestDiskFull(t *testing.T) {
	s := openFile(t)
	must(s.write.ExecContext(background, `PRAGMA max_page_count = 60`))(t)
	stored := 0
	var err error
	for n := 0; n < 2000 && err == nil; n += 20 {
		var r mention.IngestResult
		r, err = s.Ingest(background, foundOnly(n, 20), alertAll)
		stored += r.New
	}
	wantError(t, "full", err, "the disk is full")
	wantError(t, "trouble, for health", s.Trouble(), "the disk is full")
	_ = s.NameSources(background, []mention.SourceState{{Key: "a", Name: "a"}, {Key: "b", Name: "a"}})
	wantError(t, "trouble after a refused change", s.Trouble(), "the disk is full")
	_, _ = s.DeleteTemplate(background, "no"), s.ResumeSource(background, "no", t0)
	wantError(t, "trouble after presses that found nothing", s.Trouble(), "the disk is full")
	must(s.write.ExecContext(background, `PRAGMA max_page_count = 100000`))(t)
	want(t, "after some space was freed", ingest(t, s, foundOnly(0, stored+20)).Known, stored)
	want(t, "trouble afterwards", s.Trouble(), nil)
	if err := s.NameSources(background, []mention.SourceState{{Key: "a", Name: "a"}, {Key: "b", Name: "a"}}); err == nil {
		t.Error("two sources have one name")
	}
	want(t, "a change that is refused is no trouble", s.Trouble(), nil)
}

// TestTroubleIsOver: what failed once is not told of until somebody has something to write.
func TestTroubleIsOver(t *testing.T) {
	s, hold := held(t)
	s.TryAgain(background)
	wantError(t, "it still does", s.Trouble(), "another program holds the database")
	mustDo(t, hold.Rollback())
	s.TryAgain(background)
	want(t, "trouble afterwards", s.Trouble(), nil)
}

func TestFileIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "e.db")
	s := openAt(t, Options{Database: "sqlite:" + path})
	ingest(t, s, intakeOf(heard(post(1))))
	for _, suffix := range []string{"", "-wal", "-shm", ".lock"} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		want(t, "rights of "+suffix, info.Mode().Perm(), os.FileMode(0o600))
	}
}

func TestPostgresOutage(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds of a real outage")
	}
	server := testkit.Postgres(t)
	s := openAt(t, Options{Database: testkit.Database(t, server.URL)})
	ingest(t, s, intakeOf(heard(post(1), "Romashka")))
	server.Stop()
	_, err := s.Ingest(background, intakeOf(heard(post(2), "Romashka")), alertAll)
	if err == nil {
		t.Error("an intake into nothing")
	}
	wantError(t, "trouble, for health", s.Trouble(), "127.0.0.1:")
	_, err = s.List(background, mention.Query{})
	wantError(t, "list", err, "cannot reach PostgreSQL at 127.0.0.1:")
	server.Start()
	want(t, "known afterwards", ingest(t, s, intakeOf(heard(post(1), "Romashka"))).Known, 1)
	want(t, "new afterwards", ingest(t, s, intakeOf(heard(post(2), "Romashka"))).New, 1)
}

// With several writers a button may be pressed while an edit is planned: the click
// wins and the edit is planned again on top of it.
func TestPostgresClickDuringPlan(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	server := testkit.Postgres(t)
	s := openAt(t, Options{Database: testkit.Database(t, server.URL)})
	ingest(t, s, intakeOf(heard(post(1), "Romashka")))
	p := post(1)
	p.Text = "Romashka, edited"
	id := mentionID(p, "Romashka")
	tries := 0
	_, err := s.Ingest(background, intakeOf(heard(p, "Romashka")), func(_ context.Context, _ *Tx, list []*mention.PendingMention) error {
		if tries++; tries == 1 {
			claim(t, s, id, "ira")
		}
		want(t, "planned on", list[0].Case.Version, int64(tries))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	_, c, err := s.Mention(background, id)
	if err != nil || tries != 2 || c.Status != mention.Claimed || c.Owner != person("ira") || c.Version != 3 {
		t.Errorf("%d tries, case %+v, %v", tries, c, err)
	}
}

// Two daemons start on an empty PostgreSQL at once.
func TestPostgresMigratesOnce(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	server := testkit.Postgres(t)
	address := testkit.Database(t, server.URL)
	failed := make(chan error, 4)
	for range cap(failed) {
		go func() {
			s, err := Open(background, Options{Database: address})
			if err == nil {
				err = s.Close()
			}
			failed <- err
		}()
	}
	for range cap(failed) {
		if err := <-failed; err != nil {
			t.Error(err)
		}
	}
}

func TestMigrationsAreTheSame(t *testing.T) {
	lite, err := loadMigrations("sqlite")
	if err != nil {
		t.Fatal(err)
	}
	big, err := loadMigrations("postgres")
	if err != nil {
		t.Fatal(err)
	}
	want(t, "number", len(lite), len(big))
	for i := range lite {
		want(t, "name", lite[i].name, big[i].name)
		a, _, _ := strings.Cut(lite[i].sql, onlyHere)
		b, _, _ := strings.Cut(big[i].sql, onlyHere)
		want(t, "indexes", strings.Count(a, "CREATE INDEX"), strings.Count(b, "CREATE INDEX"))
		want(t, "tables", strings.Count(a, "CREATE TABLE"), strings.Count(b, "CREATE TABLE"))
	}
}

// A caller's deadline ends the wait for the writer.
func TestDeadlineWhileBusy(t *testing.T) {
	s := openFile(t)
	_, err := s.Ingest(background, intakeOf(heard(post(1), "Romashka")), func(context.Context, *Tx, []*mention.PendingMention) error {
		ctx, cancel := context.WithTimeout(background, 30*time.Millisecond)
		defer cancel()
		_, err := s.Ingest(ctx, intakeOf(heard(post(2))), nil) // the writer is taken by ourselves
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestDamagedRow: a body that was cut short costs its own words, and no list anything.
func TestDamagedRow(t *testing.T) {
	s := openFile(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka"), heard(post(2), "Romashka")))
	key := post(1).Key()
	for _, query := range []string{`UPDATE bodies SET body = substr(body, 1, 20) WHERE key = $1`, `UPDATE mentions SET score = '{"value', spans = '[' WHERE post_key = $1`} {
		must(s.exec(background, "damage", query, key[:]))(t)
	}
	page, err := s.List(background, mention.Query{})
	if err != nil || len(page.Entries) != 2 {
		t.Fatalf("%d entries, %v", len(page.Entries), err)
	}
	for _, e := range page.Entries {
		whole := e.Mention.ID != mentionID(post(1), "Romashka")
		if (e.Damage == "") != whole || (e.Mention.Post.Text != "") != whole || e.Mention.Post.URL == "" || e.Case.Status == "" {
			t.Errorf("entry %+v", e)
		}
	}
	if list, err := s.DueCases(background, t0, 10); err != nil || len(list) != 2 {
		t.Errorf("%d due cases, %v", len(list), err)
	}
}

// TestFileMovedAway: what is written into a file that is not at its path any more is
// gone at the next start, so health must say so.
func TestFileMovedAway(t *testing.T) {
	path := filepath.Join(t.TempDir(), "e.db")
	s := openAt(t, Options{Database: "sqlite:" + path})
	must(s.Counts(background, t0))(t)
	mustDo(t, os.Rename(path, path+".away"))
	_, err := s.Counts(background, t0)
	wantError(t, "moved", err, "was moved or deleted")
	if _, err := Open(background, Options{Database: "sqlite:" + path + ".away"}); err == nil {
		t.Error("a second earshot opened the moved file")
	}
	mustDo(t, os.Rename(path+".away", path))
	if _, err := s.Counts(background, t0); err != nil {
		t.Errorf("put back: %v", err)
	}
}
