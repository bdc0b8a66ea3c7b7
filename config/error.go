package config

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Pos is a place in a watchlist. Line and Column count from 1, Column in
// characters. The zero Pos is "nowhere".
type Pos struct {
	File   string
	Line   int
	Column int
}

// String returns file:line:column, or the file alone when there is no line.
func (p Pos) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// Error is one mistake, or one warning, at one place.
type Error struct {
	Pos     Pos
	Msg     string // what is wrong, lower case, without a full stop
	Hint    string // what to do; may be empty
	Warning bool   // allowed, but probably not meant

	doc   *document
	width int    // of the caret in characters
	says  string // "warning" in another language; empty: English
	dash  string // before the hint in another language; empty: English

	unlisted int // how many there are beyond those that are listed; 0: this is one itself
}

// Error returns position, message and hint on one line.
func (e Error) Error() string {
	text := maskPasted(e.doc.mask(e.Msg))
	if e.Hint != "" {
		text += " — " + e.doc.mask(e.Hint)
	}
	if e.Pos == (Pos{}) {
		return text
	}
	return e.Pos.String() + ": " + text
}

// Errors is every mistake of a watchlist with every warning, in the order of the file.
type Errors struct {
	List []Error

	// Partial is what was understood of a wrong watchlist, so that other packages can
	// check their part too and all mistakes come at once. It must never be used
	// for anything else, but see Database. It is nil when nothing was understood.
	Partial *Config
}

// Error returns the mistakes as Render writes them without colour.
func (e *Errors) Error() string {
	var b strings.Builder
	_ = e.Render(&b, false) // a Builder does not fail
	return strings.TrimSuffix(b.String(), "\n")
}

// Add takes one more problem: an Error, an *Errors, a join or wrap of them, or
// any other error, which then stands without a position.
func (e *Errors) Add(err error) {
	if err == nil {
		return
	}
	var many *Errors
	if errors.As(err, &many) {
		e.List = append(e.List, many.List...)
		if e.Partial == nil {
			e.Partial = many.Partial
		}
	} else if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range joined.Unwrap() {
			e.Add(one)
		}
		return
	} else {
		var one Error
		if !errors.As(err, &one) {
			one = Error{Msg: err.Error()}
		}
		e.List = append(e.List, one)
	}
	e.sort()
}

// Err returns e when there is a real mistake in it, and nil when there is
// nothing or there are only warnings.
func (e *Errors) Err() error {
	if slices.ContainsFunc(e.List, func(p Error) bool { return !p.Warning }) {
		return e
	}
	return nil
}

// Database is Config.Database of a wrong watchlist that names one all the same: the address is written there, and
// nothing is wrong with the lines that it stands on. "" where that is not sure.
func (e *Errors) Database() string {
	c := e.Partial
	if c == nil || c.NoDatabase() != nil {
		return ""
	}
	at, written := c.doc.positions["store.database"]
	store := c.doc.positions["store"]
	doubtful := slices.ContainsFunc(e.List, func(p Error) bool {
		here := p.Pos.File == at.File && (p.Pos.Line == at.Line || p.Pos.Line == store.Line)
		return !p.Warning && (here || p.unlisted > 0)
	})
	if !written || doubtful {
		return ""
	}
	return c.Database()
}

// addUnlisted says that there are more mistakes, or warnings, than are listed.
func (e *Errors) addUnlisted(n int, warnings bool) {
	if n > 0 {
		e.List = append(e.List, Error{Msg: fmt.Sprintf("… and %d more", n), Warning: warnings, unlisted: n})
	}
}

func (e *Errors) sort() {
	slices.SortStableFunc(e.List, func(a, b Error) int {
		return cmp.Or(cmp.Compare(min(a.unlisted, 1), min(b.unlisted, 1)), cmp.Compare(a.Pos.File, b.Pos.File), cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Column, b.Pos.Column))
	})
	type said struct {
		at        Pos
		msg, hint string
	}
	seen := map[said]bool{}
	e.List = slices.DeleteFunc(e.List, func(p Error) bool {
		one := said{p.Pos, p.Msg, p.Hint}
		again := seen[one]
		seen[one] = true
		return again
	})
}

// Render writes the problems for people: position and message, then for a
// mistake its line, the line before it, and a caret under the word.
func (e *Errors) Render(w io.Writer, colour bool) error {
	shown := map[shownLine]string{}
	for _, p := range e.List {
		if _, err := io.WriteString(w, p.render(colour, shown)); err != nil {
			return err
		}
	}
	return nil
}

// In returns the problems in another language: say returns message and hint in it, warning
// is its word for one.
func (e *Errors) In(warning, dash string, say func(msg, hint string) (string, string)) *Errors {
	out := &Errors{List: slices.Clone(e.List)}
	for i := range out.List {
		p := &out.List[i]
		p.Msg, p.Hint = say(p.Msg, p.Hint)
		p.says, p.dash = warning, dash
	}
	return out
}

// Count is how many mistakes and warnings there are, those that are not listed among them.
func (e *Errors) Count() (mistakes, warnings int) {
	for _, p := range e.List {
		if p.Warning {
			warnings += max(1, p.unlisted)
		} else {
			mistakes += max(1, p.unlisted)
		}
	}
	return mistakes, warnings
}

// Summary is the last line of a check: how many problems there are, and that a
// mistake changed nothing. It is empty when there are none.
func (e *Errors) Summary() string {
	problems, warnings := e.Count()
	switch {
	case problems+warnings == 0:
		return ""
	case problems == 0:
		return counted(warnings, "warning") + "."
	case warnings == 0:
		return counted(problems, "problem") + ". Nothing was changed."
	}
	return counted(problems, "problem") + ", " + counted(warnings, "warning") + ". Nothing was changed."
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
