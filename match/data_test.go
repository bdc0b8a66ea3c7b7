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
	_, err := readLanguages(overlay(map[string]string{
		"languages.tsv":       builtin("languages.tsv") + "xx\tgreek\tToy\n",
		"common/legal.tsv":    "word\tkind\nbank\tclass\n",
		"common/latin.tsv":    "letters\tcyrillic\na\n\xff\tb\n",
		"common/cyrillic.tsv": "letters\tcommon\tpassport:ru,en\nа\ta\ta\n",
		"common/words.tsv":    "",
		"ru/paradigms.tsv":    builtin("ru/paradigms.tsv") + "noun\tа\tы\n",
		"uk/letters.tsv":      "letters\tuse\nії\tsometimes\nα\town\n漢\town\n",
		"bg/words.tsv":        "kind\tword\nadverb\tимам\n",
		"bg/paradigms.tsv":    strings.Replace(builtin("bg/paradigms.tsv"), "\nforeign\t", "\nborrowed\t", 1),
	}))
	if err == nil {
		t.Fatal("broken tables are taken")
	}
	end := func(name string) string { return strconv.Itoa(strings.Count(builtin(name), "\n") + 1) }
	for _, want := range []string{
		"languages.tsv:" + end("languages.tsv") + ":1: a language is a code",
		"common/legal.tsv:1:1: the first line must be the header: kind<TAB>word",
		"common/latin.tsv:2:1: 1 cells, want 2",
		"common/latin.tsv:3:1: not UTF-8",
		`common/cyrillic.tsv:1:16: no language "en" with paradigms`,
		"common/words.tsv:1:1: the table is missing or empty",
		"ru/paradigms.tsv:" + end("ru/paradigms.tsv") + ":1: 3 cells, want 14",
		`uk/letters.tsv:2:4: unknown use "sometimes"`,
		"uk/letters.tsv:4:1: '漢' is neither Latin nor Cyrillic",
		`bg/words.tsv:2:1: unknown kind "adverb"`,
		`unknown kind "borrowed"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("no %q in\n%v", want, err)
		}
	}
}
