package main

import (
	"io"
	"strconv"
	"time"

	"github.com/alecthomas/kong"

	"github.com/earshot/earshot/cmd/earshot/internal/manual"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"bash, zsh or fish."`
}

// Run prints the completions of a shell.
func (c completionCmd) Run(term terminal, app *kong.Application) error {
	_, err := io.WriteString(term.out, manual.Completion(app, c.Shell))
	return err
}

type manCmd struct{}

// Run prints the manual page. Its date is SOURCE_DATE_EPOCH where that is set, so that a release is the
// same bytes wherever it is made.
func (manCmd) Run(term terminal, app *kong.Application) error {
	day := time.Now()
	if epoch, ok := term.lookup("SOURCE_DATE_EPOCH"); ok {
		seconds, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil {
			return usageError{"SOURCE_DATE_EPOCH is not a number of seconds: " + epoch}
		}
		day = time.Unix(seconds, 0)
	}
	name, _ := built()
	_, err := io.WriteString(term.out, manual.Page(app, name, day.UTC()))
	return err
}
