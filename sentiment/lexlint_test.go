package sentiment

import (
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/tsv"
)

const (
	longestPattern = 160 // characters; what a reader takes in at a glance
	longList       = 5   // choices that ask for a name when they
	listUses       = 3   // stand that often in one file
	hides          = 1.0 // by that much a row must be lighter than its stem to be taken for a mistake
)

// unnotedFile counts, by file, the rows without a note. They were written before
// notes were asked for; the numbers only fall.
const unnotedFile = "testdata/lexicon-unnoted.tsv"

// lexLint gathers what is wrong with the form of the lexicon.
type lexLint struct {
	findings []string
	unnoted  map[string]int
	scorer   *Scorer
}

func (l *lexLint) add(r *tsv.Row, format string, args ...any) {
	l.findings = append(l.findings, fmt.Sprintf("lexicon/%s:%d: %s", r.At(0).File, r.At(0).Line, fmt.Sprintf(format, args...)))
}

// TestLexiconLint holds the lexicon to the form that lexicon/README.md describes.
// EARSHOT_UPDATE=1 sorts the files and lowers the counts of rows without a note.
func TestLexiconLint(t *testing.T) {
	l := &lexLint{unnoted: map[string]int{}, scorer: shippedScorer(t)}
	c := l.scorer.common
	for i, lang := range c.langs {
		lintOrder(t, lang+"/patterns.tsv", func(src string) string { return formatPatterns(src, c) })
		lintOrder(t, lang+"/words.tsv", formatWords)
		var errs tsv.Errors
		read := func(file, header string) []tsv.Row { return tsv.Read(lang+file, builtin(lang+file), header, &errs) }
		words := read("/words.tsv", "word forms weight topic flags note")
		patterns := read("/patterns.tsv", "pattern weight rule topic flags note")
		function := read("/function.tsv", "words role value note")
		if err := errs.Err(); err != nil {
			t.Fatal(err)
		}
		l.patterns(patterns)
		l.patterns(function)
		l.hidden(words)
		l.dead(patterns, readDictionary(lang, builtin, c, &errs))
		l.notes(i, words, patterns)
	}
	l.ratchet(t)
	for _, f := range l.findings {
		t.Error(f)
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

// patterns: none longer than a reader takes in, and what recurs has a name.
func (l *lexLint) patterns(rows []tsv.Row) {
	uses := map[string][]*tsv.Row{}
	for i := range rows {
		r := &rows[i]
		if n := utf8.RuneCountInString(r.Cell(0)); n > longestPattern {
			l.add(r, "%d characters, at most %d: make a list of it a class of classes.tsv, or two rows", n, longestPattern)
		}
		for _, w := range strings.Fields(r.Cell(0)) {
			choices := strings.Split(strings.TrimSuffix(w, "?"), "|")
			if len(choices) < longList {
				continue
			}
			slices.Sort(choices)
			key := strings.Join(choices, " ")
			if uses[key] = append(uses[key], r); len(uses[key]) == listUses {
				l.add(r, "%q stands here for the third time, first in line %d: make it a class of classes.tsv", w, uses[key][0].At(0).Line)
			}
		}
	}
}

// hidden finds rows that keep a heavier stem* of their own sign from being seen: an
// entry of a form, or of a longer stem, always wins. A small sign and a milder
// obscenity mean to; any other row that means to has a note.
func (l *lexLint) hidden(rows []tsv.Row) {
	weight := func(r *tsv.Row) float64 { w, _ := strconv.ParseFloat(r.Cell(2), 64); return w }
	stems := map[string]*tsv.Row{}
	for i := range rows {
		stem, isStem := strings.CutSuffix(rows[i].Cell(0), "*")
		if !isStem {
			continue
		}
		stem = foldWord(stem)
		if old := stems[stem]; old != nil {
			l.add(&rows[i], "%s is the same stem as %s in line %d: one of them is never seen", rows[i].Cell(0), old.Cell(0), old.At(0).Line)
		}
		stems[stem] = &rows[i]
	}
	for i := range rows {
		r := &rows[i]
		flags := strings.Fields(r.Cell(4))
		if r.Cell(5) != "" || slices.Contains(flags, "hint") || slices.Contains(flags, "obscene") {
			continue
		}
		word, _ := strings.CutSuffix(r.Cell(0), "*")
		over := stemOver(stems, foldWord(word), r)
		if over != nil && weight(over)*weight(r) > 0 && math.Abs(weight(over))-math.Abs(weight(r)) >= hides {
			l.add(r, "%s %g hides %s %g of line %d: take it away, give it the same weight, or say in note which sentence it is for",
				r.Cell(0), weight(r), over.Cell(0), weight(over), over.At(0).Line)
		}
	}
}

// stemOver returns the longest stem* row other than r that a word begins with.
func stemOver(stems map[string]*tsv.Row, word string, r *tsv.Row) *tsv.Row {
	for end := len(word); end > 0; end-- {
		if over := stems[word[:end]]; over != nil && over != r {
			return over
		}
	}
	return nil
}

// notes: the note of a row is a sentence in which the scorer uses that row.
func (l *lexLint) notes(lang int, words, patterns []tsv.Row) {
	for i := range words {
		l.note(&words[i], lang, func(sc *scratch) bool {
			return slices.ContainsFunc(sc.lex.toks, func(t token) bool { return t.wordSlot == 0 && t.word == int32(i)+1 && !t.covered })
		})
	}
	for i := range patterns { // patterns.tsv is read before function.tsv, so a row's number is its pattern's
		l.note(&patterns[i], lang, func(sc *scratch) bool {
			return slices.ContainsFunc(sc.matches, func(m match) bool { return m.slot == 0 && m.pattern == int32(i) })
		})
	}
}

func (l *lexLint) note(r *tsv.Row, lang int, used func(*scratch) bool) {
	text := r.Cell(5)
	if text == "" {
		l.unnoted[r.At(0).File]++
		return
	}
	s := l.scorer
	sc := s.pool.New().(*scratch)
	sc.readText(text, nil)
	sc.tables[0] = s.table(lang)
	sc.lex.resolve(sc.tables[0], 0, nil)
	sc.search()
	if !used(sc) {
		l.add(r, "its note %q does not use it: another row says that already, or the sentence is not one for it", text)
	}
}

// ratchet compares the rows without a note with the checked-in counts.
func (l *lexLint) ratchet(t *testing.T) {
	b, err := os.ReadFile(unnotedFile)
	if err != nil {
		t.Fatal(err)
	}
	var errs tsv.Errors
	allowed := map[string]int{}
	for _, r := range tsv.Read(unnotedFile, string(b), "file rows", &errs) {
		allowed[r.Cell(0)] = int(r.Weight(1, 0, 1e6, &errs))
	}
	if err := errs.Err(); err != nil {
		t.Fatal(err)
	}
	out := "# Rows of words.tsv and patterns.tsv without a note: the sentence they were written for. The numbers only fall.\nfile\trows\n"
	for _, file := range slices.Sorted(maps.Keys(l.unnoted)) {
		n := l.unnoted[file]
		switch {
		case n > allowed[file]:
			t.Errorf("lexicon/%s: %d rows without a note, at most %d: write in the note of each new row the sentence it is for", file, n, allowed[file])
			n = allowed[file]
		case n < allowed[file] && os.Getenv("EARSHOT_UPDATE") == "":
			t.Errorf("lexicon/%s: %d rows without a note, %s says %d: EARSHOT_UPDATE=1 lowers it", file, n, unnotedFile, allowed[file])
		}
		out += fmt.Sprintf("%s\t%d\n", file, n)
	}
	if os.Getenv("EARSHOT_UPDATE") != "" && out != string(b) {
		if err := os.WriteFile(unnotedFile, []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
