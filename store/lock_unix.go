//go:build unix && !aix && !solaris && !illumos

package store

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
)

// fileLock is held by the one daemon that works on a SQLite file. The kernel frees
// it when the process dies, however it dies.
type fileLock struct{ file *os.File }

func takeLock(path string) (*fileLock, error) {
	f, err := openOrMake(path, strings.TrimSuffix(path, ".lock"))
	if err != nil {
		return nil, fmt.Errorf("database lock: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		pid := make([]byte, 16)
		n, _ := f.Read(pid)
		_ = f.Close()
		return nil, fmt.Errorf("another earshot%s works on %s: stop it first, or use PostgreSQL to run several", owner(string(pid[:n])), strings.TrimSuffix(path, ".lock"))
	}
	if err != nil {
		_ = f.Close()
		return nil, fmt.Errorf("database lock %s: %w", path, err)
	}
	// Only a help for people; the lock itself does not depend on it.
	_ = f.Truncate(0)
	_, _ = fmt.Fprintf(f, "%d\n", os.Getpid())
	return &fileLock{f}, nil
}

// lockFile locks an open database file itself: a file that was moved is the same file,
// and the lock beside it stays behind. SQLite's own locks are of another kind and do
// not mind, as long as the file stays open until SQLite has closed it.
func lockFile(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return fmt.Errorf("another earshot works on this file, perhaps under another name (%s): stop it first, or use PostgreSQL to run several", f.Name())
	}
	return nil // a file system without such locks has the one beside the file
}

func owner(pid string) string {
	if pid = strings.TrimSpace(pid); pid == "" {
		return ""
	}
	return " (process " + pid + ")"
}

// release gives the lock up. The file stays: deleting it would let a third process
// lock a new file while a second still waits on the old one.
func (l *fileLock) release() error { return closeLocked(l.file) }

// closeLocked closes a file and frees it: a process that is being started has its parent's files for a
// moment, and with them their locks.
func closeLocked(f *os.File) error {
	_ = syscall.Flock(int(f.Fd()), syscall.LOCK_UN)
	return f.Close()
}
