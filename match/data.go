package match

import (
	"embed"
	"fmt"
	"strings"
)

// tables holds the knowledge about the four languages: see the head of each file.
//
//go:embed data/*.tsv
var tables embed.FS

// readTable gives the rows of data/name without comments and blank lines; every
// row has at least min cells. A broken table is a mistake in the program, so it
// panics; TestTables reads them all.
func readTable(name string, min int) [][]string {
	raw, err := tables.ReadFile("data/" + name)
	if err != nil {
		panic(fmt.Sprintf("match: read table %s: %v", name, err))
	}
	var rows [][]string
	line := 0
	for text := range strings.SplitSeq(string(raw), "\n") {
		line++
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		cells := strings.Split(text, "\t")
		if len(cells) < min {
			panic(fmt.Sprintf("match: data/%s:%d: %d cells, want %d", name, line, len(cells), min))
		}
		rows = append(rows, cells)
	}
	return rows
}

// readSets gives a table of two columns, kind and word, as one set per kind.
func readSets(name string) map[string]map[string]bool {
	sets := map[string]map[string]bool{}
	for _, row := range readTable(name, 2)[1:] {
		if sets[row[0]] == nil {
			sets[row[0]] = map[string]bool{}
		}
		for w := range strings.FieldsSeq(row[1]) {
			sets[row[0]][w] = true
		}
	}
	return sets
}
