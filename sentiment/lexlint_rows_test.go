package sentiment

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/tsv"
)

// TestLintFinds: the lint of the lexicon sees the mistakes it is there for.
func TestLintFinds(t *testing.T) {
	const words, patterns = "word forms weight topic flags note", "pattern weight rule topic flags note"
	read := func(file, header, rows string) []tsv.Row {
		var errs tsv.Errors
		out := tsv.Read(file, strings.ReplaceAll(header, " ", "\t")+"\n"+rows, header, &errs)
		if err := errs.Err(); err != nil {
			t.Fatal(err)
		}
		return out
	}
	list := "a|b|c|d|e x\t-2\tsilence\n"
	for name, c := range map[string]struct {
		run  func(*lexLint)
		want string
	}{
		"hidden":     {func(l *lexLint) { l.hidden(read("w", words, "шахра*\t=\t-2.8\nшахрай\t=\t-1.2\n")) }, "w:3: шахрай -1.2 hides"},
		"same stem":  {func(l *lexLint) { l.hidden(read("w", words, "тёмн*\t=\t-1\nтемн*\t=\t-1\n")) }, "w:3: темн* is the same stem"},
		"small sign": {func(l *lexLint) { l.hidden(read("w", words, "шахра*\t=\t-2.8\nшахрай\t=\t-0.4\t-\thint\n")) }, ""},
		"other sign": {func(l *lexLint) { l.hidden(read("w", words, "добр*\t=\t2.8\nдобре\t=\t-1.2\n")) }, ""},
		"long":       {func(l *lexLint) { l.patterns(read("p", patterns, strings.Repeat("word|", 40)+"x y\t-2\tsilence\n")) }, "p:2: 203 characters"},
		"list":       {func(l *lexLint) { l.patterns(read("p", patterns, list+list+list)) }, "p:4: \"a|b|c|d|e\" stands here for the third"},
		"list twice": {func(l *lexLint) { l.patterns(read("p", patterns, list+list)) }, ""},
		"note": {func(l *lexLint) {
			l.note(&read("w", words, "x\t=\t-1\t-\t-\tNothing of it.\n")[0], 0, func(*scratch) bool { return false })
		}, "w:2: its note"},
		"dead":         {lintDead("been there\t-2\tsilence\nwas|been .1 there\t-2.5\tsilence\n"), "p:2: \"been there\" never counts: line 3"},
		"not dead":     {lintDead("been there\t-2.5\tsilence\nwas|been .1 there\t-2\tsilence\n"), ""},
		"other length": {lintDead("been there now\t-2\tsilence\nbeen there\t-2.5\tsilence\n"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			l := &lexLint{unnoted: map[string]int{}, scorer: shippedScorer(t)}
			c.run(l)
			got := strings.Join(l.findings, "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) || len(l.findings) > 1 {
				t.Errorf("found %q, want %q", got, c.want)
			}
		})
	}
}

// lintDead runs the search for dead patterns over rows.
func lintDead(rows string) func(*lexLint) {
	return func(l *lexLint) {
		const header = "pattern weight rule topic flags note"
		var errs tsv.Errors
		src := strings.ReplaceAll(header, " ", "\t") + "\n" + rows
		d := readDictionary("en", func(name string) string {
			if name == "en/patterns.tsv" {
				return src
			}
			return ""
		}, l.scorer.common, &errs)
		l.dead(tsv.Read("p", src, header, &errs), d)
	}
}

// TestFormatLexicon: rows are sorted, and what stands above a row goes with it.
func TestFormatLexicon(t *testing.T) {
	const head = "# Head.\nword\tforms\tweight\ttopic\tflags\tnote\n"
	got := formatWords(head + "zeta\t=\t-1\n\n# -- old heading\n# about alpha\nalpha\t=\t-2\nsoon\t=\t-0.4\t-\thint\nfine\t=\t1\n# the end\n")
	want := head + "# -- complaint\n# about alpha\nalpha\t=\t-2\nzeta\t=\t-1\n# -- praise\nfine\t=\t1\n# -- small sign\nsoon\t=\t-0.4\t-\thint\n# the end\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
