package store

import (
	"os"
	"path/filepath"
	"testing"
)

// TestFileMovedAway: what is written into a file that is not at its path any more is
// gone at the next start, so health must say so.
func TestFileMovedAway(t *testing.T) {
	path := filepath.Join(t.TempDir(), "e.db")
	s := openAt(t, Options{Database: "sqlite:" + path})
	if _, err := s.Counts(background, t0); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	_, err := s.Counts(background, t0)
	wantError(t, "moved", err, "was moved or deleted")
	if _, err := Open(background, Options{Database: "sqlite:" + path + ".away"}); err == nil {
		t.Error("a second earshot opened the moved file")
	}
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Counts(background, t0); err != nil {
		t.Errorf("put back: %v", err)
	}
}
