package testkit

import (
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// Template is a file that is made once in a process and copied for each test: the tables of an
// empty database cost more to make than most tests take.
type Template struct {
	Make func(path string) error

	once sync.Once
	data []byte
	err  error
}

// Copy returns the path of a copy that is the test's own.
func (m *Template) Copy(t testing.TB) string {
	t.Helper()
	m.once.Do(m.read)
	if m.err != nil {
		t.Fatal(m.err)
	}
	path := filepath.Join(t.TempDir(), "copy")
	if err := os.WriteFile(path, m.data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func (m *Template) read() {
	dir, err := os.MkdirTemp("", "earshot-template-")
	if err != nil {
		m.err = err
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "made")
	if m.err = m.Make(path); m.err == nil {
		m.data, m.err = os.ReadFile(path)
	}
}
