package match

import (
	"embed"
	"strings"

	"github.com/earshot/earshot/internal/lang"
	"github.com/earshot/earshot/internal/tsv"
)

//go:embed data
var data embed.FS

// builtin gives the text of a table, "" if there is none of that name.
func builtin(name string) string {
	if name == lang.File {
		return lang.Table()
	}
	text, err := data.ReadFile("data/" + name)
	if err != nil {
		return ""
	}
	return string(text)
}

// tables reads what is known about languages: see data/README.md. Mistakes are
// gathered; Compile returns them all.
type tables struct {
	text  func(name string) string
	langs []lang.Language
	errs  tsv.Errors
}

func newTables(text func(name string) string) *tables {
	t := &tables{text: text}
	t.langs = lang.Read(text(lang.File), &t.errs)
	return t
}

// folders are where a table that every language may add to can stand.
func (t *tables) folders() []string {
	list := []string{"common"}
	for _, l := range t.langs {
		list = append(list, l.Code)
	}
	return list
}

// read gives the rows of a table, each with at least least cells; none if there
// is no such table. The header is that of tsv.Read.
func (t *tables) read(name, header string, least int) []tsv.Row {
	rows := tsv.Read(name, t.text(name), header, &t.errs)
	good := rows[:0]
	for _, r := range rows {
		if r.Len() < least {
			t.errs.Add(r.At(0), "%d cells, want %d", r.Len(), least)
			continue
		}
		good = append(good, r)
	}
	return good
}

// must is read of a table that has to be there.
func (t *tables) must(name, header string, least int) []tsv.Row {
	rows := t.read(name, header, least)
	if len(rows) == 0 {
		t.errs.Add(placeOf(name), "the table is missing or empty")
	}
	return rows
}

// placeOf is the beginning of a table.
func placeOf(name string) tsv.Place { return tsv.Place{File: name, Line: 1, Column: 1} }

// sets gives the tables of that name in all folders, of two columns, kind and
// words, as one set per kind.
func (t *tables) sets(name, header string) map[string]map[string]bool {
	sets := map[string]map[string]bool{}
	for _, folder := range t.folders() {
		for _, r := range t.read(folder+"/"+name, header, 2) {
			kind := r.Raw(0)
			if sets[kind] == nil {
				sets[kind] = map[string]bool{}
			}
			for w := range strings.FieldsSeq(r.Raw(1)) {
				sets[kind][w] = true
			}
		}
	}
	return sets
}
