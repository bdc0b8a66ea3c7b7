package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/earshot/earshot/internal/fileowner"
)

// besideName is what files are called that are made beside another for a moment.
const besideName = ".watchlist-*"

// mayMake says why no file can be made at path.
func mayMake(path string) error {
	f, err := os.CreateTemp(filepath.Dir(path), besideName)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// writeWhole writes a file whole or not at all: a disk that is full leaves what was there,
// or nothing. One that is there keeps its mode.
func writeWhole(path, content string, mode os.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if errors.Is(err, fs.ErrExist) {
		return replaceFile(path, content, false)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(content)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		_ = os.Remove(path) // half written
	}
	return err
}

// replaceFile writes a file anew: whole or not at all, with the owner, the group and the mode
// it had, since the daemon reads it by them; one with a secret is for its owner and group
// alone.
func replaceFile(path, content string, secret bool) (err error) {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	f, err := os.CreateTemp(filepath.Dir(path), besideName)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(f.Name()) // half written
		}
	}()
	if _, err := f.WriteString(content); err != nil {
		_ = f.Close() // the write failed already
		return err
	}
	mode := info.Mode().Perm()
	if secret {
		mode &^= 0o007
	}
	if err := errors.Join(fileowner.Give(f, info), f.Chmod(mode), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
