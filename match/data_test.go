package match

import (
	"strconv"
	"strings"
	"testing"
)

// overlay gives the tables of the program with some replaced or added.
func overlay(with map[string]string) func(string) string {
	return func(name string) string {
		if text, ok := with[name]; ok {
			return text
		}
		return builtin(name)
	}
}

// TestBrokenTables: all mistakes of the tables come at once, each with its place.
func TestBrokenTables(t *testing.T) {
	_, _, err := compile(nil, overlay(map[string]string{
		"paradigms.tsv": builtin("paradigms.tsv") + "ru\tnoun\tа\tы\n",
		"legal.tsv":     "word\tkind\nbank\tclass\n",
		"latin.tsv":     "letters\tcyrillic\na\n\xff\tb\n",
		"hosts.tsv":     "",
	}))
	if err == nil {
		t.Fatal("broken tables are taken")
	}
	line := strings.Count(builtin("paradigms.tsv"), "\n") + 1
	for _, want := range []string{
		"paradigms.tsv:" + strconv.Itoa(line) + ":1: 4 cells, want 15",
		"legal.tsv:1:1: the first line must be the header: kind<TAB>word",
		"latin.tsv:2:1: 1 cells, want 2",
		"latin.tsv:3:1: not UTF-8",
		"hosts.tsv:1:1: the table is missing or empty",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
}
