package tune

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/earshot/earshot/internal/i18n"
)

// wordsFile is the user's words file by lines. Its line ends are kept.
type wordsFile struct {
	lines []string // without their line feeds
	cr    string   // before each: "\r" or nothing
	open  bool     // the last line has no end
	head  string   // the comment that a new file begins with
}

func readFile(src string, says i18n.Lang) wordsFile {
	f := wordsFile{head: "# " + says.Text("tune.file_head")}
	if src == "" {
		return f
	}
	if i := strings.IndexByte(src, '\n'); i > 0 && src[i-1] == '\r' {
		f.cr = "\r"
	}
	f.open = !strings.HasSuffix(src, "\n")
	for line := range strings.Lines(src) {
		f.lines = append(f.lines, strings.TrimSuffix(line, "\n")) // a \r stays: lines we do not touch stay byte for byte
	}
	return f
}

// edit is one changed or added line.
type edit struct {
	at   int // index of the line it replaces; -1 adds it at the end
	line string
}

// with returns the lines after the edits. The first words of a new file are its heading.
func (f *wordsFile) with(edits []edit) []string {
	lines := slices.Clone(f.lines)
	if len(lines) == 0 && len(edits) > 0 {
		lines = append(lines, f.head)
	}
	for _, e := range edits {
		if e.at >= 0 {
			lines[e.at] = e.line + f.cr
			continue
		}
		if n := len(lines); n == len(f.lines) && f.open && n > 0 {
			lines[n-1] = strings.TrimSuffix(lines[n-1], f.cr) + f.cr
		}
		lines = append(lines, e.line+f.cr)
	}
	return lines
}

// joined is what a file of these lines holds.
func joined(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// ownLine is an entry of the words file.
type ownLine struct {
	at      int // index of the line
	cells   []string
	lang    string
	pattern bool
	entry   string // the word or the pattern
	weight  float64
}

// The columns of an entry: language, word or pattern, the entry, and then the forms
// of a word or the weight of a pattern.
const (
	wordWeight    = 4
	patternWeight = 3
)

// entries returns the lines that hold an entry with a weight.
func (f *wordsFile) entries() []ownLine {
	var out []ownLine
	for i, line := range f.lines {
		line = strings.TrimSuffix(strings.TrimPrefix(line, "\ufeff"), "\r")
		if strings.TrimSpace(line) == "" || line[0] == '#' {
			continue
		}
		cells := strings.Split(line, "\t")
		o := ownLine{at: i, cells: cells, lang: cell(cells, 0), pattern: cell(cells, 1) == "pattern", entry: strings.ToLower(cell(cells, 2))}
		w, err := strconv.ParseFloat(cell(cells, o.column()), 64)
		if err != nil || o.entry == "" {
			continue
		}
		o.weight = w
		out = append(out, o)
	}
	return out
}

func cell(cells []string, i int) string {
	if i < len(cells) {
		return strings.TrimSpace(cells[i])
	}
	return ""
}

func (o *ownLine) column() int {
	if o.pattern {
		return patternWeight
	}
	return wordWeight
}

// weighing returns the line with another weight.
func (o *ownLine) weighing(w float64) string {
	cells := slices.Clone(o.cells)
	cells[o.column()] = decimal(w)
	return strings.Join(cells, "\t")
}

func decimal(w float64) string { return strconv.FormatFloat(w, 'f', -1, 64) }

// patternLine is a new entry.
func patternLine(lang, phrase string, weight float64, rule, topic, note string) string {
	if topic == "" {
		topic = "-"
	}
	return strings.Join([]string{lang, "pattern", phrase, decimal(weight), rule, topic, "-", note}, "\t")
}

// nearLines is how many unchanged lines a hunk shows around its changes.
const nearLines = 3

// unified returns the unified diff of the file by the edits; empty when there are none.
func (f *wordsFile) unified(name string, isNew bool, edits []edit) string {
	if len(edits) == 0 {
		return ""
	}
	after := f.with(edits)
	var b strings.Builder
	from := name
	if isNew {
		from = "/dev/null"
	}
	fmt.Fprintf(&b, "--- %s\n+++ %s\n", from, name)
	for _, h := range f.hunks(after) {
		f.hunk(&b, h, after)
	}
	return b.String()
}

// hunks returns the ranges [from, to) of old lines that changes fall into, with
// their context. Lines that are added come after the last old one.
func (f *wordsFile) hunks(after []string) [][2]int {
	var out [][2]int
	mark := func(from, to int) {
		from, to = max(from-nearLines, 0), min(to+nearLines, len(f.lines))
		if n := len(out); n > 0 && from <= out[n-1][1] {
			out[n-1][1] = to
			return
		}
		out = append(out, [2]int{from, to})
	}
	for i, line := range f.lines {
		if after[i] != line || f.ends(i) != "" && len(after) > len(f.lines) {
			mark(i, i+1)
		}
	}
	if len(after) > len(f.lines) {
		mark(len(f.lines), len(f.lines))
	}
	return out
}

// ends is what the diff says of line i when the file stops without a line end there.
func (f *wordsFile) ends(i int) string {
	if f.open && i == len(f.lines)-1 {
		return "\\ No newline at end of file\n"
	}
	return ""
}

func (f *wordsFile) hunk(b *strings.Builder, h [2]int, after []string) {
	newTo := h[1]
	if h[1] == len(f.lines) {
		newTo = len(after)
	}
	fmt.Fprintf(b, "@@ -%s +%s @@\n", extent(h[0], h[1]-h[0]), extent(h[0], newTo-h[0]))
	var gone, come strings.Builder // replaced lines next to each other: all the old, then all the new
	flush := func() {
		b.WriteString(gone.String() + come.String())
		gone.Reset()
		come.Reset()
	}
	for i := h[0]; i < h[1]; i++ {
		lost := f.ends(i)
		if after[i] == f.lines[i] && (lost == "" || len(after) == len(f.lines)) {
			flush()
			fmt.Fprintf(b, " %s\n%s", f.lines[i], lost)
			continue
		}
		fmt.Fprintf(&gone, "-%s\n%s", f.lines[i], lost)
		fmt.Fprintf(&come, "+%s\n", after[i])
		if len(after) == len(f.lines) {
			come.WriteString(lost)
		}
	}
	for i := h[1]; i < newTo; i++ {
		fmt.Fprintf(&come, "+%s\n", after[i])
	}
	flush()
}

// extent is a range of lines as unified diffs write it.
func extent(from, n int) string {
	if n == 0 {
		return fmt.Sprintf("%d,0", from)
	}
	if n == 1 {
		return strconv.Itoa(from + 1)
	}
	return fmt.Sprintf("%d,%d", from+1, n)
}
