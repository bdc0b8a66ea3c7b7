// Package tsv reads the tables in which linguists keep what the program knows of
// a language: one entry a line, cells separated by tabs, lines that begin with #
// are comments. It knows where every cell stands, so that a mistake is reported
// with file, line and column, and all mistakes of a run at once.
//
// What the cells mean is the business of the package that reads them.
package tsv

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Error is one mistake in a table.
type Error struct {
	Place
	Msg string
}

func (e *Error) Error() string { return e.Place.String() + ": " + e.Msg }

// maxErrors bounds a report: whoever broke a whole file needs a page of it.
const maxErrors = 50

// Errors gathers mistakes so that one run shows all of them. The zero value is
// ready for use.
type Errors struct {
	list []error
	n    int // with those that were dropped
}

// Add notes a mistake; those after the fiftieth are dropped.
func (e *Errors) Add(at Place, format string, args ...any) {
	e.n++
	if len(e.list) < maxErrors {
		e.list = append(e.list, &Error{at, fmt.Sprintf(format, args...)})
	}
}

// Len is how many mistakes were added, dropped ones included.
func (e *Errors) Len() int { return e.n }

// Err gives the mistakes as one error, each an *Error, or nil.
func (e *Errors) Err() error { return errors.Join(e.list...) }

// Place is where a cell stands. Line and Column, which is in characters, count
// from 1.
type Place struct {
	File         string
	Line, Column int
}

func (p Place) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

// Row is one entry line, split into cells without the space around them.
type Row struct {
	cells []string
	text  string // the whole line
	file  string
	line  int
	from  int // how many cells of the line stand before the first of cells
}

// Len is the number of cells; a row has one at least.
func (r *Row) Len() int { return len(r.cells) }

// Cell gives cell i, and "" when it is missing or written as a lone hyphen.
func (r *Row) Cell(i int) string {
	if s := r.Raw(i); s != "-" {
		return s
	}
	return ""
}

// Raw gives cell i with a lone hyphen as it is, and "" when it is missing.
func (r *Row) Raw(i int) string {
	if i < len(r.cells) {
		return r.cells[i]
	}
	return ""
}

// At returns where cell i begins; of a missing cell, where the row does.
func (r *Row) At(i int) Place {
	if i >= len(r.cells) {
		i = 0
	}
	at := Place{r.file, r.line, 1}
	rest := r.text
	for range r.from + i {
		tab := strings.IndexByte(rest, '\t') + 1
		at.Column += utf8.RuneCountInString(rest[:tab])
		rest = rest[tab:]
	}
	return at
}

// Tail is the row from cell i on, for tables whose first cells say how to read
// the others. Beyond the last cell the tail is one empty cell.
func (r *Row) Tail(i int) Row {
	t := *r
	if i >= len(r.cells) {
		t.cells = []string{""}
		return t
	}
	t.cells, t.from = r.cells[i:], r.from+i
	return t
}

// Weight reads cell i as a number within [low, high]; a missing one is 0.
func (r *Row) Weight(i int, low, high float64, errs *Errors) float64 {
	text := r.Cell(i)
	if text == "" {
		return 0
	}
	v, mistake := weight(text, low, high)
	if mistake != "" {
		errs.Add(r.At(i), "%s", mistake)
	}
	return v
}

// Weight reads text, which stands at at, as a number within [low, high].
func Weight(text string, at Place, low, high float64, errs *Errors) float64 {
	v, mistake := weight(text, low, high)
	if mistake != "" {
		errs.Add(at, "%s", mistake)
	}
	return v
}

func weight(text string, low, high float64) (v float64, mistake string) {
	v, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || v != v:
		return 0, fmt.Sprintf("%q is not a number: write it like -2.5", text)
	case v < low || v > high:
		return 0, fmt.Sprintf("%g is outside %g … %g", v, low, high)
	}
	return v, ""
}

// Read splits a table into rows. The first line that is no comment must be the
// header, its names separated by a space here and by tabs in the file; an empty
// header means the file has none. A row may have fewer cells than the header,
// not more.
func Read(file, src, header string, errs *Errors) []Row {
	want := strings.Fields(header)
	seenHeader := len(want) == 0
	lines := strings.Count(src, "\n") + 1
	rows := make([]Row, 0, lines)
	cells := make([]string, 0, strings.Count(src, "\t")+lines)
	for n := 1; src != ""; n++ {
		var line string
		line, src, _ = strings.Cut(src, "\n")
		line = strings.TrimSuffix(line, "\r")
		if n == 1 {
			line = strings.TrimPrefix(line, "\ufeff")
		}
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		if !utf8.ValidString(line) {
			errs.Add(Place{file, n, 1}, "not UTF-8: save the file as UTF-8")
			continue
		}
		if !seenHeader {
			seenHeader = true
			if strings.Join(strings.Fields(line), " ") != header {
				errs.Add(Place{file, n, 1}, "the first line must be the header: %s", strings.Join(want, "<TAB>"))
			}
			continue
		}
		from := len(cells)
		for cell := range strings.SplitSeq(line, "\t") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		r := Row{cells: cells[from:len(cells):len(cells)], text: line, file: file, line: n}
		if len(want) > 0 && r.Len() > len(want) {
			errs.Add(r.At(len(want)), "%d columns, at most %d: %s", r.Len(), len(want), header)
		}
		rows = append(rows, r)
	}
	return rows
}
