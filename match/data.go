package match

import (
	"embed"
	"strings"

	"github.com/earshot/earshot/internal/tsv"
)

//go:embed data/*.tsv
var data embed.FS

// builtin gives the text of a table, "" if there is none of that name.
func builtin(name string) string {
	text, err := data.ReadFile("data/" + name)
	if err != nil {
		return ""
	}
	return string(text)
}

// tables reads what is known about the four languages: see the head of each
// file. Mistakes are gathered; Compile returns them all.
type tables struct {
	text func(name string) string
	errs tsv.Errors
}

// read gives the rows of a table, each with at least least cells. The header is
// that of tsv.Read.
func (t *tables) read(name, header string, least int) []tsv.Row {
	text := t.text(name)
	rows := tsv.Read(name, text, header, &t.errs)
	good := rows[:0]
	for _, r := range rows {
		if r.Len() < least {
			t.errs.Add(r.At(0), "%d cells, want %d", r.Len(), least)
			continue
		}
		good = append(good, r)
	}
	if len(rows) == 0 {
		t.errs.Add(tsv.Place{File: name, Line: 1, Column: 1}, "the table is missing or empty")
	}
	return good
}

// sets gives a table of two columns, kind and words, as one set per kind.
func (t *tables) sets(name, header string) map[string]map[string]bool {
	sets := map[string]map[string]bool{}
	for _, r := range t.read(name, header, 2) {
		kind := r.Raw(0)
		if sets[kind] == nil {
			sets[kind] = map[string]bool{}
		}
		for w := range strings.FieldsSeq(r.Raw(1)) {
			sets[kind][w] = true
		}
	}
	return sets
}
