//go:build unix && !aix && !solaris && !illumos

package store

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestClosedIsFree: a process that is being started has the files of its parent for a moment. What
// was closed meanwhile is free all the same.
func TestClosedIsFree(t *testing.T) {
	path := filepath.Join(t.TempDir(), "e.db")
	s := openAt(t, Options{Database: "sqlite:" + path})
	child := exec.Command("sleep", "60")
	child.ExtraFiles = []*os.File{s.lock.file, s.file}
	mustDo(t, child.Start())
	defer func() {
		_ = child.Process.Kill()
		_ = child.Wait()
	}()
	mustDo(t, s.Close())
	openAt(t, Options{Database: "sqlite:" + path})
}
