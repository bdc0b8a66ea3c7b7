package sentiment

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/tsv"
)

// TestLexiconLint holds the lexicon to the form that lexicon/README.md describes.
// EARSHOT_UPDATE=1 sorts the files.
func TestLexiconLint(t *testing.T) {
	var errs tsv.Errors
	c := readCommon(builtin, &errs)
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	for _, lang := range c.langs {
		lintOrder(t, lang+"/patterns.tsv", func(src string) string { return formatPatterns(src, c) })
		lintOrder(t, lang+"/words.tsv", formatWords)
	}
}

// lintOrder reports the first line that stands in the wrong place.
func lintOrder(t *testing.T, name string, format func(string) string) {
	t.Helper()
	file := filepath.Join("lexicon", filepath.FromSlash(name))
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	want := format(string(b))
	if again := format(want); again != want {
		t.Fatalf("%s: sorting it twice gives two results", file)
	}
	if want == string(b) {
		return
	}
	if os.Getenv("EARSHOT_UPDATE") != "" {
		if err := os.WriteFile(file, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: sorted", file)
		return
	}
	is, should := strings.Split(string(b), "\n"), strings.Split(want, "\n")
	for i := range min(len(is), len(should)) {
		if is[i] != should[i] {
			t.Errorf("%s:%d: not sorted: here belongs %q; EARSHOT_UPDATE=1 go test ./sentiment -run TestLexiconLint sorts it", file, i+1, should[i])
			return
		}
	}
}
