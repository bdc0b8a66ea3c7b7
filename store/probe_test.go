package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// TestProbe: a file that would serve, one that is not there yet, and those that would not,
// beside a daemon and without; nothing stays behind.
func TestProbe(t *testing.T) {
	dir := t.TempDir()
	probe := func(address string) string {
		t.Helper()
		if err := Probe(t.Context(), Options{Database: address, Now: time.Now}); err != nil {
			return err.Error()
		}
		return ""
	}
	path := filepath.Join(dir, "e.db")
	if said := probe("sqlite:" + path); said != "" {
		t.Errorf("not there yet: %s", said)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	if said := probe("sqlite:" + filepath.Join(dir, "nowhere", "e.db")); !strings.Contains(said, "there is no folder "+filepath.Join(dir, "nowhere")+" for the database: make it") {
		t.Errorf("no folder: %q", said)
	}
	db, err := Open(t.Context(), Options{Database: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	if said := probe("sqlite:" + path); said != "" {
		t.Errorf("beside a daemon: %s", said)
	}
	mustDo(t, db.Close())
	if said := probe("sqlite:" + path); said != "" {
		t.Errorf("after a daemon: %s", said)
	}
	before, err := os.ReadFile(path) // whole: the last to close it has written back what was beside it
	if err != nil {
		t.Fatal(err)
	}
	_ = probe("sqlite:" + path)
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range [][]byte{before, after} { // SQLite counts who opened it to write
		clear(file[24:28])
		clear(file[92:96])
	}
	if !bytes.Equal(after, before) {
		t.Error("the file changed")
	}
	garbage := filepath.Join(dir, "garbage.db")
	mustDo(t, os.WriteFile(garbage, []byte(strings.Repeat("no database ", 400)), 0o600))
	if said := probe("sqlite:" + garbage); said == "" {
		t.Error("garbage passes for a database")
	}
	if said := probe("mysql://x"); !strings.Contains(said, "must be sqlite:PATH") {
		t.Errorf("another kind: %q", said)
	}
}

// testProbe: a database in use takes the row and keeps nothing of it; one of a newer
// earshot, and one that takes nothing, would not do.
func testProbe(t *testing.T, open opener) {
	s := open(t)
	probe := func(address string) error { return Probe(background, Options{Database: address}) }
	if err := probe(addressOf(s)); err != nil {
		t.Errorf("in use: %v", err)
	}
	want(t, "rows that stay", count(t, s.read, `SELECT COUNT(*) FROM meta WHERE name = 'probe'`), 0)
	if s.engine.name == "postgres" {
		if err := probe(addressOf(s) + "&default_transaction_read_only=on"); err == nil {
			t.Error("a database that takes nothing passes")
		}
		if err := probe(testkit.Database(t, addressOf(s))); err != nil {
			t.Errorf("empty: %v", err)
		}
	}
	must(s.exec(background, "test", `INSERT INTO schema_versions (version, applied_at) VALUES (99, 0)`))(t)
	if err := probe(addressOf(s)); err == nil || !strings.Contains(err.Error(), "newer earshot") {
		t.Errorf("of a newer earshot: %v", err)
	}
}

// TestWhereNothingMayBeWritten: a service that may not write beside its watchlist says what to do, and
// what is no matter of rights keeps its own words.
func TestWhereNothingMayBeWritten(t *testing.T) {
	for _, err := range []error{syscall.EACCES, syscall.EPERM, syscall.EROFS} {
		said := unwritable("/etc/earshot/e.db", fmt.Errorf("database lock: %w", &fs.PathError{Op: "open", Path: "/etc/earshot/e.db.lock", Err: err}))
		if said == nil || !strings.Contains(said.Error(), "cannot be written at /etc/earshot/e.db.lock ("+err.Error()+")") || !strings.Contains(said.Error(), "sqlite:/var/lib/earshot/earshot.db") {
			t.Errorf("%v: %v", err, said)
		}
	}
	if said := unwritable("/etc/earshot/e.db", &fs.PathError{Op: "open", Path: "/etc/earshot/.earshot-probe-1", Err: syscall.EACCES}); !strings.Contains(said.Error(), "at /etc/earshot/e.db (") {
		t.Errorf("of a folder: %v", said)
	}
	for _, err := range []error{&fs.PathError{Op: "open", Err: syscall.ENOSPC}, errors.New("another earshot works on it")} {
		if said := unwritable("/e.db", err); said != nil {
			t.Errorf("%v: %v", err, said)
		}
	}
}
