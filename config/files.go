package config

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// This file finds and reads the files that a watchlist is made of.

// maxFiles bounds the files of one watchlist; maxFile bounds their bytes together.
const maxFiles = 200

// File is one file of a watchlist: its name, which stands in positions, and what it holds.
type File struct {
	Name string
	Text []byte
}

// namesOf names a watchlist in messages.
func namesOf(files []File) string {
	var names []string
	for _, f := range files {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

// ReadFiles reads the files that paths name as Load does. With an error it returns those
// that could be read.
func ReadFiles(paths []string) ([]File, error) { return readFiles(paths, inputs{}) }

// readFiles notes in in all that the answer depends on.
func readFiles(paths []string, in inputs) (files []File, err error) {
	names, err := filesIn(paths, in)
	if err != nil {
		return nil, err
	}
	left := int64(maxFile)
	for _, name := range names {
		text, readErr := readBounded(name, left)
		in.note(name, text, readErr)
		switch {
		case readErr == nil:
			left -= int64(len(text))
			files = append(files, File{name, text})
			continue
		case errors.Is(readErr, errTooLarge) && len(names) > 1:
			readErr = fmt.Errorf("%s: the files together are larger than %d KiB", name, maxFile>>10)
		case errors.Is(readErr, errTooLarge):
			readErr = fmt.Errorf("%s: the file is larger than %d KiB", name, maxFile>>10)
		}
		if err == nil {
			err = unreadable(readErr)
		}
	}
	return files, err
}

// filesIn lists the files that paths name: themselves, or those in a folder.
func filesIn(paths []string, in inputs) (names []string, err error) {
	for _, path := range paths {
		found := []string{path}
		if info, err := os.Stat(path); err == nil && info.IsDir() {
			if found, err = in.folder(path); err != nil {
				return nil, unreadable(err)
			}
			if len(found) == 0 {
				return nil, noWatchlist("no file named *.yaml is in the folder %s: earshot init -c %s writes a first one", path, filepath.Join(path, "watchlist.yaml"))
			}
		}
		for _, name := range found {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		if len(names) > maxFiles {
			return nil, noWatchlist("watchlist: more than %d files, up to %s", maxFiles, path)
		}
	}
	if len(names) == 0 {
		return nil, noWatchlist("watchlist: no file is named")
	}
	return names, nil
}

// folder is listing, and remembers what it said.
func (in inputs) folder(path string) ([]string, error) {
	names, err := listing(path)
	what := "folder: " + strings.Join(names, "\n")
	if err != nil {
		what = "error: " + err.Error()
	}
	in[path] = sha256.Sum256([]byte(what))
	return names, err
}

// listing lists the files of a watchlist in a folder, by name. Hidden ones are an editor's
// or Kubernetes' own; folders inside are not read.
func listing(path string) (names []string, err error) {
	entries, err := os.ReadDir(path) // sorted by name
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		ext := filepath.Ext(e.Name())
		if strings.HasPrefix(e.Name(), ".") || ext != ".yaml" && ext != ".yml" || e.IsDir() {
			continue
		}
		names = append(names, filepath.Join(path, e.Name()))
	}
	return names, nil
}

// ReadError says that a watchlist cannot be read, so that nothing is known of its mistakes.
type ReadError struct {
	text string
	err  error // may be nil
}

// Error says what cannot be read, and what to do.
func (e *ReadError) Error() string { return e.text }

// Unwrap returns what the system said.
func (e *ReadError) Unwrap() error { return e.err }

func noWatchlist(format string, args ...any) *ReadError {
	return &ReadError{text: fmt.Sprintf(format, args...)}
}

// unreadable is the error of a file that cannot be read.
func unreadable(err error) *ReadError {
	var at *fs.PathError
	if errors.Is(err, fs.ErrNotExist) && errors.As(err, &at) {
		if other := alike(at.Path); other != "" {
			return &ReadError{fmt.Sprintf("there is no watchlist %s, but a file %s: give it that name, or name it with -c", at.Path, other), err}
		}
		return &ReadError{fmt.Sprintf("there is no watchlist %s: earshot init writes a first one, -c names another", at.Path), err}
	}
	if errors.Is(err, fs.ErrPermission) && errors.As(err, &at) {
		return &ReadError{fmt.Sprintf("you may not read the watchlist %s: run commands as the service does (sudo -u earshot …), whose group must be able to read the file (chgrp earshot, chmod 640); in a container the user 65532 must (chmod 644)", at.Path), err}
	}
	return &ReadError{fmt.Sprintf("watchlist: %v", err), err}
}

// alike is the file beside one that is not there that was probably meant: Notepad and TextEdit add
// an ending of their own, which Windows and macOS do not show. "" for none.
func alike(path string) string {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return ""
	}
	stem := func(name string) string {
		name = strings.ToLower(name)
		for _, end := range []string{".txt", ".rtf", ".yaml", ".yml"} {
			name = strings.TrimSuffix(name, end)
		}
		return name
	}
	for _, e := range entries {
		if !e.IsDir() && stem(e.Name()) == stem(filepath.Base(path)) && strings.Contains(strings.ToLower(e.Name()), ".y") {
			return filepath.Join(filepath.Dir(path), e.Name())
		}
	}
	return ""
}

// errTooLarge is returned by readBounded for a file over the limit.
var errTooLarge = errors.New("the file is too large")

func readBounded(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() { // a pipe or a device could keep us waiting for ever
		return nil, errors.New("not a regular file")
	}
	if info.Size() > limit {
		return nil, errTooLarge
	}
	data, err := os.ReadFile(path)
	if err == nil && int64(len(data)) > limit {
		return nil, errTooLarge
	}
	return data, err
}
