package sentiment

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// DataError is one mistake in a lexicon file or in a user's word file.
type DataError struct {
	File   string
	Line   int // from 1
	Column int // in characters, from 1
	Msg    string
}

func (e *DataError) Error() string {
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Msg)
}

// maxDataErrors bounds a report: whoever broke a whole file needs a page of it.
const maxDataErrors = 50

// dataErrors gathers mistakes so that one run shows all of them.
type dataErrors struct{ list []error }

func (d *dataErrors) add(at place, format string, args ...any) {
	if len(d.list) < maxDataErrors {
		d.list = append(d.list, &DataError{at.file, at.line, at.column, fmt.Sprintf(format, args...)})
	}
}

func (d *dataErrors) err() error { return errors.Join(d.list...) }

// place is where a cell stands.
type place struct {
	file         string
	line, column int
}

// row is one entry line, split into the columns of the file's header.
type row struct {
	at    place
	cells []string
	cols  []int // the column, in characters, where each cell begins
}

func (r *row) cell(i int) string {
	if i < len(r.cells) && r.cells[i] != "-" {
		return r.cells[i]
	}
	return ""
}

// place returns where cell i begins.
func (r *row) place(i int) place {
	at := r.at
	if i < len(r.cols) {
		at.column = r.cols[i]
	}
	return at
}

// weight reads cell i as a number within [low, high].
func (r *row) weight(i int, low, high float64, errs *dataErrors) float64 {
	text := r.cell(i)
	if text == "" {
		return 0
	}
	return parseWeight(text, r.place(i), low, high, errs)
}

func parseWeight(text string, at place, low, high float64, errs *dataErrors) float64 {
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v != v {
		errs.add(at, "%q is not a number", text)
		return 0
	}
	if v < low || v > high {
		errs.add(at, "%g is outside %g … %g", v, low, high)
		return 0
	}
	return v
}

// readTSV splits a table into rows. The first line that is no comment must be
// the header; an empty header means the file has none.
func readTSV(file, src, header string, errs *dataErrors) []row {
	want := strings.Fields(header)
	seenHeader := len(want) == 0
	rows := make([]row, 0, strings.Count(src, "\n"))
	cells := make([]string, 0, 8*cap(rows))
	cols := make([]int, 0, 8*cap(rows))
	for n := 1; src != ""; n++ {
		line := src
		if i := strings.IndexByte(src, '\n'); i >= 0 {
			line, src = src[:i], src[i+1:]
		} else {
			src = ""
		}
		line = strings.TrimSuffix(line, "\r")
		if n == 1 {
			line = strings.TrimPrefix(line, "\ufeff")
		}
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		at := place{file, n, 1}
		if !utf8.ValidString(line) {
			errs.add(at, "not UTF-8: save the file as UTF-8")
			continue
		}
		if !seenHeader {
			seenHeader = true
			if strings.Join(strings.Fields(line), " ") != header {
				errs.add(at, "the first line must be the header: %s", strings.Join(want, "<TAB>"))
			}
			continue
		}
		from := len(cells)
		column, start := 1, 0
		for i := 0; i <= len(line); i++ {
			if i == len(line) || line[i] == '\t' {
				cells = append(cells, strings.TrimSpace(line[start:i]))
				cols = append(cols, column)
				column += utf8.RuneCountInString(line[start:i]) + 1
				start = i + 1
			}
		}
		if len(want) > 0 && len(cells)-from > len(want) {
			errs.add(place{file, n, cols[from+len(want)]}, "%d columns, at most %d: %s", len(cells)-from, len(want), header)
		}
		rows = append(rows, row{at, cells[from:len(cells):len(cells)], cols[from:len(cols):len(cols)]})
	}
	return rows
}
