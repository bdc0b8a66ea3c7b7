package store

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"
)

// This file copies databases through streams: a container has no folder that its owner sees, nor
// a program that would copy out of it.

// BackupTo is Backup into a stream: a copy is made whole first, then it is sent. Whoever receives
// less than that is told by err and nothing else.
func BackupTo(ctx context.Context, database string, to io.Writer) (made Copied, err error) {
	err = beside(database, func(dir string) error {
		file := filepath.Join(dir, "copy.db")
		if made, err = Backup(ctx, database, file); err != nil {
			return err
		}
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		_ = os.RemoveAll(dir) // who is killed while it is sent leaves nothing behind; where open files stay, it is removed later
		_, err = io.Copy(to, f)
		return err
	})
	return made, err
}

// RestoreFrom is Restore of what a stream brings.
func RestoreFrom(ctx context.Context, database string, from io.Reader, now time.Time) (done Restored, err error) {
	err = beside(database, func(dir string) error {
		file := filepath.Join(dir, "copy.db")
		f, err := os.OpenFile(file, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		if _, err := io.Copy(f, from); err != nil {
			return errors.Join(err, f.Close())
		}
		if err := f.Close(); err != nil {
			return err
		}
		done, err = Restore(ctx, database, file, now)
		return err
	})
	return done, err
}

// beside gives do a folder beside the database, which is where its owner may write, and removes it.
func beside(database string, do func(dir string) error) error {
	path, err := sqlitePath(database)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(filepath.Dir(path), ".earshot-copy-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	return do(dir)
}
