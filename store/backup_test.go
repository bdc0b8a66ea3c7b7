package store

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

func TestBackup(t *testing.T) {
	dir := t.TempDir()
	path, file := filepath.Join(dir, "e.db"), filepath.Join(dir, "b.db")
	s := openAt(t, Options{Database: "sqlite:" + path})
	ingest(t, s, intakeOf(heard(post(1), "Romashka"), heard(post(2))))
	key := must(s.InstallKey(background))(t)
	mustDo(t, os.WriteFile(file+".part", []byte("of one that was killed"), 0o600))
	made := must(Backup(background, "sqlite:"+path, file))(t)
	want(t, "posts", made.Posts, 2)
	want(t, "open", made.OpenCase, 1)
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != made.Bytes {
		t.Errorf("%v, %v", info, err)
	}
	_, err = Backup(background, "sqlite:"+path, file)
	wantError(t, "over another", err, "exists already")
	_, err = Backup(background, "postgres://u:secret@h/n", file)
	wantError(t, "postgres", err, "pg_dump")

	ingest(t, s, intakeOf(heard(post(3), "Romashka")))
	_, err = Restore(background, "sqlite:"+path, file, t0)
	wantError(t, "beside a daemon", err, "stop it first")
	mustDo(t, s.Close())
	_, err = Restore(background, "sqlite:"+path, path, t0)
	wantError(t, "itself", err, "the database itself")
	broken := filepath.Join(dir, "broken.db")
	mustDo(t, os.WriteFile(broken, bytes.Repeat([]byte("x"), 9000), 0o600))
	_, err = Restore(background, "sqlite:"+path, broken, t0)
	wantError(t, "no database", err, "is not an earshot backup: name another one")
	if strings.Contains(err.Error(), "-wal") {
		t.Errorf("what to do is said of the database at work: %v", err)
	}
	_, err = Restore(background, "sqlite:"+path, filepath.Join(dir, "none.db"), t0)
	if wantError(t, "no such file", err, "none.db: no such file"); strings.Contains(err.Error(), "earshot run") {
		t.Errorf("a start makes no backup: %v", err)
	}
	_, err = Restore(background, "sqlite:"+path, dir, t0)
	wantError(t, "folder", err, "is a folder")

	done := must(Restore(background, "sqlite:"+path, file, t0))(t)
	back := openAt(t, Options{Database: "sqlite:" + path})
	want(t, "known", ingest(t, back, intakeOf(heard(post(1), "Romashka"))).Known, 1)
	want(t, "what came after it is new", ingest(t, back, intakeOf(heard(post(3), "Romashka"))).New, 1)
	if bytes.Equal(key, must(back.InstallKey(background))(t)) {
		t.Error("redis' marks would be believed")
	}
	old := openAt(t, Options{Database: "sqlite:" + done.Old})
	want(t, "the one before is kept", ingest(t, old, intakeOf(heard(post(3), "Romashka"))).Known, 1)
	left, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		t.Fatal(err)
	}
	if all := strings.Join(left, " "); strings.Contains(all, ".part") || strings.Contains(all, ".restoring") {
		t.Errorf("left behind: %s", all)
	}
}

// TestRestoreTwiceInASecond: a script that tries again at once, or with another backup, does
// not write over the database that was put aside first.
func TestRestoreTwiceInASecond(t *testing.T) {
	dir := t.TempDir()
	path, file := filepath.Join(dir, "e.db"), filepath.Join(dir, "b.db")
	s := openAt(t, Options{Database: "sqlite:" + path})
	must(Backup(background, "sqlite:"+path, file))(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka")))
	mustDo(t, s.Close())
	first := must(Restore(background, "sqlite:"+path, file, t0))(t)
	second := must(Restore(background, "sqlite:"+path, file, t0))(t)
	want(t, "one name for two", first.Old == second.Old, false)
	old := openAt(t, Options{Database: "sqlite:" + first.Old})
	want(t, "the one before both is kept", ingest(t, old, intakeOf(heard(post(1), "Romashka"))).Known, 1)
}

// TestRestoreRepeatsNothing: an answer that waited, or was under way, at the time of the backup
// may stand on the site since. Nobody may see it there twice, so it is looked for. Who signed
// out since stays signed out, and links that were used stay so.
func TestRestoreRepeatsNothing(t *testing.T) {
	dir := t.TempDir()
	path, file := filepath.Join(dir, "e.db"), filepath.Join(dir, "b.db")
	s := openAt(t, Options{Database: "sqlite:" + path})
	check := unsent(t, s)
	must(Backup(background, "sqlite:"+path, file))(t)
	mustDo(t, s.Close())
	later := t0.Add(6 * time.Hour)
	must(Restore(background, "sqlite:"+path, file, later))(t)
	check(openAt(t, Options{Database: "sqlite:" + path}), later)
}

// unsent makes answers that wait to be sent, and a session. check sees that after a restore
// later nothing is repeated.
func unsent(t *testing.T, s *Store) (check func(back *Store, later time.Time)) {
	t.Helper()
	approved, sending, asked, sent := said(t, s, 1, nil), said(t, s, 2, nil), said(t, s, 3, nil), said(t, s, 4, nil)
	for key, id := range map[string]mention.ID{"approved": approved, "sending": sending, "asked": asked, "sent": sent} {
		r := draftOf(id, key)
		if key == "asked" {
			r.ApprovedBy, r.ApprovedAt = mention.Person{}, time.Time{}
		}
		mustDo(t, s.AddReply(background, r))
	}
	moveReply(t, s, replyOf(t, s, sending, 1), func(r *mention.SiteReply) {
		r.Status, r.Attempts, r.FirstAt, r.SendingAt = mention.ReplySending, 1, t0.Add(time.Minute), t0.Add(time.Minute)
	})
	moveReply(t, s, replyOf(t, s, sent, 1), func(r *mention.SiteReply) { r.Status, r.EndedAt, r.Told = mention.ReplySent, t0, true })
	session := mention.Session{Hash: [32]byte{1}, Way: "slack", Person: person("ira"), MadeAt: t0, SeenAt: t0}
	mustDo(t, s.AddSession(background, session))
	return func(back *Store, later time.Time) {
		t.Helper()
		for id, first := range map[mention.ID]time.Time{approved: t0, sending: t0.Add(time.Minute)} {
			r := replyOf(t, back, id, 1)
			want(t, "it is looked for", r.Status, mention.ReplyUnclear)
			want(t, "what was written since", r.FirstAt, first)
			want(t, "by looks from now on", r.LookedAt, later)
			want(t, "why", r.Reason, becauseRestored)
		}
		want(t, "to be looked for", len(must(back.OpenReplies(background, later))(t)), 2)
		want(t, "what waits for another person still does", replyOf(t, back, asked, 1).Status, mention.ReplyDraft)
		want(t, "what was sent", replyOf(t, back, sent, 1).Status, mention.ReplySent)
		_, err := back.Session(background, session.Hash)
		want(t, "signed in", errors.Is(err, ErrNotFound), true)
	}
}

// TestDumpRepeatsNothing is TestRestoreRepeatsNothing of PostgreSQL's own tools; a start without
// them takes nothing back.
func TestDumpRepeatsNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("short: seconds with a real PostgreSQL")
	}
	for _, tool := range []string{"pg_dump", "pg_restore"} {
		if _, err := exec.LookPath(tool); err != nil {
			testkit.Require(t, "postgres", tool+" absent (apt-get install postgresql-client)")
		}
	}
	server := testkit.Postgres(t)
	address, later := testkit.Database(t, server.URL), t0
	now := func() time.Time { return later }
	s := openAt(t, Options{Database: address, Now: now})
	check, key := unsent(t, s), must(s.InstallKey(background))(t)
	run := func(tool string, args ...string) {
		t.Helper()
		if out, err := exec.CommandContext(t.Context(), tool, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", tool, err, out)
		}
	}
	dump := filepath.Join(t.TempDir(), "e.dump")
	run("pg_dump", "--format=custom", "--file="+dump, address)
	mustDo(t, s.Close())
	again := openAt(t, Options{Database: address, Now: now})
	want(t, "the key after a start", string(must(again.InstallKey(background))(t)) == string(key), true)
	want(t, "to be sent", len(must(again.OpenReplies(background, t0))(t)), 2)
	for _, r := range must(again.OpenReplies(background, t0))(t) {
		want(t, "a start doubts nothing", r.Status == mention.ReplyUnclear, false)
	}
	mustDo(t, again.Close())
	later = t0.Add(6 * time.Hour)
	run("pg_restore", "--clean", "--dbname="+address, dump)
	back := openAt(t, Options{Database: address, Now: now})
	check(back, later)
	want(t, "marks in Redis are void", string(must(back.InstallKey(background))(t)) == string(key), false)

	db := must(sql.Open("pgx", address))(t)
	defer db.Close()
	must(db.ExecContext(background, `CREATE ROLE low LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO low; GRANT CREATE ON SCHEMA public TO low;
REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC`))(t)
	must(openAt(t, Options{Database: strings.Replace(address, "earshot@", "low@", 1), Now: now}).InstallKey(background))(t) // may not ask

	run("pg_dump", "--format=custom", "--file="+dump+"2", address)
	other := testkit.Database(t, testkit.Postgres(t).URL)
	run("pg_restore", "--no-privileges", "--dbname="+other, dump+"2")
	key = must(back.InstallKey(background))(t)
	want(t, "and on another server", string(must(openAt(t, Options{Database: other, Now: now}).InstallKey(background))(t)) == string(key), false)
}

// TestBackupWhilePolling: the copy is of one moment, however much is written meanwhile.
func TestBackupWhilePolling(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, Options{Database: "sqlite:" + filepath.Join(dir, "e.db")})
	stop, stopped := make(chan struct{}), make(chan struct{})
	var taken atomic.Int64
	go func() {
		defer close(stopped)
		for n := 0; ; n++ {
			select {
			case <-stop:
				return
			default:
				_, _ = s.Ingest(background, intakeOf(heard(post(n), "Romashka")), alertAll) // counted below
				taken.Add(1)
			}
		}
	}()
	testkit.Eventually(t, "some posts", time.Minute, func() bool { return taken.Load() > 5 })
	made, err := Backup(background, addressOf(s), filepath.Join(dir, "b.db"))
	close(stop)
	<-stopped
	if err != nil {
		t.Fatal(err)
	}
	if made.Posts == 0 || made.Posts != made.Mentions || made.Mentions != made.OpenCase {
		t.Errorf("not of one moment: %+v", made)
	}
}
