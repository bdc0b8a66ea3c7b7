package store

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

func TestBackup(t *testing.T) {
	dir := t.TempDir()
	path, file := filepath.Join(dir, "e.db"), filepath.Join(dir, "b.db")
	s := openAt(t, Options{Database: "sqlite:" + path})
	ingest(t, s, intakeOf(heard(post(1), "Romashka"), heard(post(2))))
	key := must(s.InstallKey(background))(t)
	if err := os.WriteFile(file+".part", []byte("of one that was killed"), 0o600); err != nil {
		t.Fatal(err)
	}
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
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = Restore(background, "sqlite:"+path, path, t0)
	wantError(t, "itself", err, "the database itself")
	broken := filepath.Join(dir, "broken.db")
	if err := os.WriteFile(broken, bytes.Repeat([]byte("x"), 9000), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = Restore(background, "sqlite:"+path, broken, t0)
	wantError(t, "no database", err, "not a database")

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
	made, err := Backup(background, s.address, filepath.Join(dir, "b.db"))
	close(stop)
	<-stopped
	if err != nil {
		t.Fatal(err)
	}
	if made.Posts == 0 || made.Posts != made.Mentions || made.Mentions != made.OpenCase {
		t.Errorf("not of one moment: %+v", made)
	}
}
