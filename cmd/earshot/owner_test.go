//go:build unix

package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestReplaceFileKeepsItsReaders: a watchlist is root's and readable by the group of the
// daemon; written anew by root it still is.
func TestReplaceFileKeepsItsReaders(t *testing.T) {
	path := filepath.Join(t.TempDir(), "watchlist.yaml")
	if err := os.WriteFile(path, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	uid, gid := 65532, 65533
	if os.Chown(path, uid, gid) != nil {
		t.Skip("only root may give a file away")
	}
	if err := replaceFile(path, "new", true); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	of := info.Sys().(*syscall.Stat_t)
	if text, err := os.ReadFile(path); err != nil || string(text) != "new" || int(of.Uid) != uid || int(of.Gid) != gid || info.Mode().Perm() != 0o640 {
		t.Errorf("%q of %d:%d with %v (%v), want %d:%d with -rw-r-----", text, of.Uid, of.Gid, info.Mode(), err, uid, gid)
	}
}
