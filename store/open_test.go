package store

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/earshot/earshot/mention"
)

var pointer = regexp.MustCompile(`0x[0-9a-f]+`)

// stripPointers makes %+v of values with pointers comparable.
func stripPointers(s string) string { return pointer.ReplaceAllString(s, "P") }

func testReadOnly(t *testing.T, open opener) {
	s := open(t)
	ingest(t, s, intakeOf(heard(post(1), "Romashka")))
	r := openAt(t, Options{Database: addressOf(s), ReadOnly: true})
	if _, _, err := r.Mention(background, mentionID(post(1), "Romashka")); err != nil {
		t.Error(err)
	}
	if _, err := r.Ingest(background, intakeOf(heard(post(2), "Romashka")), alertAll); err == nil || !strings.Contains(err.Error(), "reading only") {
		t.Errorf("a write through a read-only store: %v", err)
	}
	ingest(t, s, intakeOf(heard(post(2), "Romashka")))
	want(t, "sees what is committed", len(must(r.List(background, mention.Query{}))(t).Entries), 2)
}

func testNewerSchema(t *testing.T, open opener) {
	s := open(t)
	must(s.exec(background, "test", `INSERT INTO schema_versions (version, applied_at) VALUES (99, 0)`))(t)
	wantOpenError(t, Options{Database: addressOf(s), ReadOnly: true}, "written by a newer earshot")
}

func wantOpenError(t *testing.T, opt Options, text string) {
	t.Helper()
	s, err := Open(context.Background(), opt)
	if err == nil {
		_ = s.Close()
	}
	if err == nil || !strings.Contains(err.Error(), text) {
		t.Errorf("open %s: %v, want %q in it", opt.Database, err, text)
	}
}

func TestOpenMistakes(t *testing.T) {
	dir := t.TempDir()
	garbage := filepath.Join(dir, "garbage.db")
	mustDo(t, os.WriteFile(garbage, bytes.Repeat([]byte("not a database "), 1000), 0o600))
	for _, c := range []struct {
		name, address, want string
		readOnly            bool
	}{
		{"scheme", "mysql://user:secret@host/x", "must be sqlite:PATH or postgres://", false},
		{"no path", "sqlite:", "give the path of a file", false},
		{"memory", "sqlite::memory:", "give the path of a file", false},
		{"no folder", "sqlite:" + dir + "/no/e.db", "make it, or correct store.database", false},
		{"a folder", "sqlite:" + dir, "is a folder: name a file", false},
		{"a folder, reading", "sqlite:" + dir, "is a folder: name a file", true},
		{"garbage", "sqlite:" + garbage, "move it away", false},
		{"garbage, reading", "sqlite:" + garbage, "move it away", true},
		{"nothing to read", "sqlite:" + dir + "/none.db", "start `earshot run` first", true},
		{"postgres address", "postgres://user:secret@host:port/x", "cannot be read", false},
		{"postgres away", "postgres://user:secret@127.0.0.1:1/x?connect_timeout=1", "cannot reach PostgreSQL at 127.0.0.1:1/x", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			wantOpenError(t, Options{Database: c.address, ReadOnly: c.readOnly}, c.want)
			if _, err := Open(background, Options{Database: c.address, ReadOnly: c.readOnly}); err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error tells the password: %v", err)
			}
		})
	}
}

func TestSecondDaemon(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "e.db")
	s := openAt(t, Options{Database: "sqlite:" + path})
	wantOpenError(t, Options{Database: "sqlite:" + path}, "another earshot (process ")
	link := filepath.Join(dir, "link.db")
	mustDo(t, os.Symlink(path, link))
	wantOpenError(t, Options{Database: "sqlite:" + link}, "works on "+path)
	key := must(s.InstallKey(background))(t)
	mustDo(t, s.Close())
	again, err := Open(background, Options{Database: "sqlite:" + link})
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	if !bytes.Equal(key, must(again.InstallKey(background))(t)) {
		t.Error("the install key changed")
	}
}

func TestStrangePaths(t *testing.T) {
	for _, name := range []string{"with space.db", "what?.db", "100%.db", "a#b.db", "файл.db"} {
		path := filepath.Join(t.TempDir(), name)
		ingest(t, openAt(t, Options{Database: "sqlite:" + path}), intakeOf(heard(post(1))))
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

// A page in the middle is overwritten: the error says what to do.
func TestDamagedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "e.db")
	s, err := Open(background, Options{Database: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	for n := range 200 {
		ingest(t, s, intakeOf(heard(post(n), "Romashka")))
	}
	mustDo(t, s.Close())
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	must(file.WriteAt(bytes.Repeat([]byte{0xA5}, int(info.Size())-3*4096), 2*4096))(t)
	mustDo(t, file.Close())
	s, err = Open(background, Options{Database: "sqlite:" + path})
	if err == nil {
		_, err = s.List(background, mention.Query{})
		_ = s.Close()
	}
	if err == nil || !strings.Contains(err.Error(), "move it away") {
		t.Errorf("error %v", err)
	}
}

func testInstallKey(t *testing.T, open opener) {
	s := open(t)
	key := must(s.InstallKey(background))(t)
	want(t, "size", len(key), installKeySize)
}
