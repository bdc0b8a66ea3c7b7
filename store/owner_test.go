//go:build unix

package store

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestWhatRootMakesIsTheDaemons: whatever root does beside a daemon that runs as a user of its own, the
// daemon can open its files afterwards, and restore what root has copied.
func TestWhatRootMakesIsTheDaemons(t *testing.T) {
	const daemon = 65532
	dir, elsewhere := t.TempDir(), t.TempDir()
	if os.Geteuid() != 0 || os.Chown(dir, daemon, daemon) != nil {
		t.Skip("only root may give a file away")
	}
	path, file := filepath.Join(dir, "e.db"), filepath.Join(elsewhere, "b.db")
	belongs := func(what string) {
		t.Helper()
		files, err := filepath.Glob(path + "*")
		if err != nil || len(files) < 2 {
			t.Fatal(files, err)
		}
		if _, err := os.Stat(file); err == nil {
			files = append(files, file)
		}
		for _, f := range files {
			info, err := os.Stat(f)
			if err != nil {
				t.Fatal(err)
			}
			if of := info.Sys().(*syscall.Stat_t); of.Uid != daemon || of.Gid != daemon || info.Mode().Perm() != 0o600 {
				t.Errorf("%s: %s is of %d:%d with %v", what, f, of.Uid, of.Gid, info.Mode())
			}
		}
	}
	s := openAt(t, Options{Database: "sqlite:" + path})
	ingest(t, s, intakeOf(heard(post(1), "Romashka")))
	belongs("opened")
	must(Backup(background, "sqlite:"+path, file))(t)
	belongs("backed up")
	mustDo(t, s.Close())
	must(Restore(background, "sqlite:"+path, file, t0))(t)
	belongs("restored")
	for _, f := range must(filepath.Glob(path + "*"))(t) {
		mustDo(t, os.Remove(f))
	}
	must(Restore(background, "sqlite:"+path, file, t0))(t)
	belongs("restored on another machine")

	// A link that the owner of the folder has put there gives nothing away.
	secret := filepath.Join(elsewhere, "secret")
	mustDo(t, os.WriteFile(secret, nil, 0o600))
	mustDo(t, os.Remove(path+".lock"))
	mustDo(t, os.Symlink(secret, path+".lock"))
	if lock, err := takeLock(path + ".lock"); err == nil {
		_ = lock.release()
	}
	if info, err := os.Stat(secret); err != nil || info.Sys().(*syscall.Stat_t).Uid != 0 {
		t.Errorf("root gave away what a link led to: %v", err)
	}
}
