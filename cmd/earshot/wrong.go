package main

import (
	"errors"
	"io/fs"
	"regexp"
	"strings"
)

// part is what packages put before their errors, for programs.
var part = regexp.MustCompile(`^store: (?:(?:backup|restore|move): |open \S+: )?`)

// wrong says in the language what went wrong, as far as the catalogue has words for it.
func (s speech) wrong(err error) string {
	words := err.Error()
	if s.english() {
		return words
	}
	var file *fs.PathError
	if errors.As(err, &file) {
		words = strings.Replace(words, file.Error(), s.Text("cli.file", "file", file.Path, "why", s.cause(err)), 1)
	}
	return s.said(s.faults, part.ReplaceAllString(words, ""))
}

// cause is why the system would not have it; of a file, whose name is said beside it, that alone.
func (s speech) cause(err error) string {
	var file *fs.PathError
	if errors.As(err, &file) {
		err = file.Err
	}
	return s.said(s.faults, err.Error())
}
