package match

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// oneCase is a row of testdata/cases: a watch, a post, and whether it is named.
type oneCase struct {
	file, kind, lang string
	line             int
	want             bool
	watch            Watch
	title, text, why string
}

func (c oneCase) String() string {
	return fmt.Sprintf("%s:%d: %s: title %q text %q: want %v: %s", c.file, c.line, termTexts(c.watch.Terms), c.title, c.text, c.want, c.why)
}

func termTexts(terms []Term) string {
	var out []string
	for _, t := range terms {
		out = append(out, t.Text)
	}
	return strings.Join(out, " + ")
}

// readCases reads every table under dir. Columns: lang, yes or no, terms joined
// by " + ", text (\n is a line end), the reason, and if wanted title, context, ignore.
func readCases(tb testing.TB, dir string) []oneCase {
	tb.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.tsv"))
	if err != nil || len(files) == 0 {
		tb.Fatalf("no case tables in %s: %v", dir, err)
	}
	var out []oneCase
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			tb.Fatal(err)
		}
		for i, line := range strings.Split(strings.TrimRight(string(raw), "\n"), "\n") {
			if i == 0 {
				continue
			}
			cells := strings.Split(line, "\t")
			for len(cells) < 8 {
				cells = append(cells, "")
			}
			pos := fmt.Sprintf("%s:%d", file, i+1)
			if cells[1] != "yes" && cells[1] != "no" || cells[2] == "" || cells[3] == "" || cells[4] == "" {
				tb.Fatalf("%s: a case needs yes or no, terms, a text and the reason", pos)
			}
			c := oneCase{file: file, kind: strings.TrimSuffix(filepath.Base(file), ".tsv"), lang: cells[0], line: i + 1, want: cells[1] == "yes", text: strings.ReplaceAll(cells[3], `\n`, "\n"), why: cells[4], title: cells[5]}
			c.watch = Watch{Name: "w", Terms: splitTerms(cells[2]), Context: splitTerms(cells[6]), Ignore: splitTerms(cells[7])}
			out = append(out, c)
		}
	}
	return out
}

func splitTerms(cell string) []Term {
	var out []Term
	if cell == "" {
		return nil
	}
	for t := range strings.SplitSeq(cell, " + ") {
		out = append(out, Term{Text: t})
	}
	return out
}

// score counts the four outcomes of yes and no.
type score struct{ hit, miss, right, wrong int }

func (s *score) add(want, got bool) {
	switch {
	case want && got:
		s.hit++
	case want:
		s.miss++
	case got:
		s.wrong++
	default:
		s.right++
	}
}

func (s score) total() int        { return s.hit + s.miss + s.right + s.wrong }
func (s score) accuracy() float64 { return float64(s.hit+s.right) / float64(s.total()) }
func (s score) precision() float64 {
	if s.hit+s.wrong == 0 {
		return 1
	}
	return float64(s.hit) / float64(s.hit+s.wrong)
}

func (s score) recall() float64 {
	if s.hit+s.miss == 0 {
		return 1
	}
	return float64(s.hit) / float64(s.hit+s.miss)
}

func TestCases(t *testing.T) {
	kinds, langs, all := map[string]*score{}, map[string]*score{}, &score{}
	cases := allCases(t)
	var watches []Watch
	for _, c := range cases {
		watches = append(watches, c.watch)
	}
	set := mustCompile(t, watches) // each watch is decided alone, so one set serves all
	for i, c := range cases {
		hits := set.Match(c.title, c.text)
		checkSpans(t, c.title, c.text, hits)
		got := slices.ContainsFunc(hits, func(h Hit) bool { return h.Index == i })
		for _, s := range []*score{scoreOf(kinds, c.kind), scoreOf(langs, c.lang), all} {
			s.add(c.want, got)
		}
		if got != c.want {
			t.Errorf("%s\n\tgot %v: %+v", c, got, set.Explain(c.title, c.text)[i].Steps)
		}
	}
	for _, m := range []map[string]*score{kinds, langs} {
		for _, k := range slices.Sorted(maps.Keys(m)) {
			t.Logf("%-12s n %3d  yes %3d  accuracy %.3f  precision %.3f", k, m[k].total(), m[k].hit+m[k].miss, m[k].accuracy(), m[k].precision())
		}
	}
	t.Logf("all: n %d, accuracy %.4f, precision %.4f", all.total(), all.accuracy(), all.precision())
}

// allCases are the tables written while building, and the blind part that was
// written in two goes before any of it was run (first runs: 160 of 165, 62 of 62).
func allCases(tb testing.TB) []oneCase {
	tb.Helper()
	return append(readCases(tb, "testdata/cases"), readCases(tb, "testdata/cases/blind")...)
}

func scoreOf(m map[string]*score, key string) *score {
	if m[key] == nil {
		m[key] = new(score)
	}
	return m[key]
}
