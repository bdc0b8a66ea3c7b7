package main

import (
	"errors"
	"io/fs"
	"regexp"
	"strings"

	"github.com/earshot/earshot/config"
)

// part is what packages put before their errors, for programs.
var part = regexp.MustCompile(`^store: (?:(?:backup|restore|move): |open \S+: )?`)

// What the parser says of a flag, in words of its own.
var (
	noValue  = regexp.MustCompile(`^(\S+): (?:missing value, expecting .*|expected \S+ value but got (?:"EOL" \(<EOL>\)|".*" \((?:long|short) flag\)).*)$`)
	noNumber = regexp.MustCompile(`^(\S+): expected a valid \d+ bit u?int but got (".*")$`)
	noBool   = regexp.MustCompile(`^(\S+): bool value must be .* but got (".*")$`)
	unwanted = regexp.MustCompile(`^unexpected argument (\S+\.ya?ml)$`)
)

// mistyped says in our words what is wrong with what was typed.
func mistyped(err error) error {
	words := err.Error()
	for _, c := range []struct {
		form *regexp.Regexp
		says string
	}{
		{noValue, "$1 needs a value behind it"},
		{noNumber, "$1 wants a whole number, not $2"},
		{noBool, "$1 is written or left out, and takes no $2"},
		{unwanted, "unexpected argument $1: a watchlist is named by -c $1"},
	} {
		if c.form.MatchString(words) {
			return usageError{c.form.ReplaceAllString(words, c.says)}
		}
	}
	return err
}

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

// placeless says mistakes in what a command put together itself, in a file of this name: their
// lines are not those of anything that people wrote. before is what stands in place of them.
func (s speech) placeless(file, before string, err error) error {
	var all *config.Errors
	var one config.Error
	switch {
	case errors.As(err, &all):
	case errors.As(err, &one):
		all = &config.Errors{List: []config.Error{one}}
	}
	if all == nil || len(all.List) == 0 || all.List[0].Pos.File != file {
		return err
	}
	lines := make([]string, len(all.List))
	for i, p := range all.List {
		lines[i] = before + s.said(s.faults, p.Msg)
		if p.Hint != "" {
			lines[i] += " — " + s.said(s.mistakes, p.Hint)
		}
	}
	return usageError{strings.Join(lines, "\n")}
}
