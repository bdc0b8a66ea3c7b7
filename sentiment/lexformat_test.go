package sentiment

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// lexBlock is a row of a lexicon file with the comment lines that stand right
// above it: they move together.
type lexBlock struct {
	comments []string
	line     string
	group    int // the heading it stands under
	weight   float64
	text     string
}

func (b *lexBlock) cell(i int) string {
	if cells := strings.Split(b.line, "\t"); i < len(cells) && strings.TrimSpace(cells[i]) != "-" {
		return strings.TrimSpace(cells[i])
	}
	return ""
}

const headingMark = "# -- "

// wordHeadings are the groups of words.tsv, in order.
var wordHeadings = []string{"complaint", "no weight of its own", "praise", "small sign"}

func wordGroup(b *lexBlock) int {
	switch {
	case slices.Contains(strings.Fields(b.cell(4)), "hint"):
		return 3
	case b.weight < 0:
		return 0
	case b.weight > 0:
		return 2
	}
	return 1
}

// formatPatterns sorts patterns.tsv: under one heading a rule, in the order of
// common/rules.tsv; there the heaviest first, then by text.
func formatPatterns(src string, c *common) string {
	group := func(b *lexBlock) int { return c.rules.index[b.cell(2)] }
	return formatLexicon(src, c.rules.list, group, func(a, b *lexBlock) int {
		return cmp.Or(cmp.Compare(math.Abs(b.weight), math.Abs(a.weight)), cmp.Compare(a.text, b.text), cmp.Compare(a.line, b.line))
	})
}

// formatWords sorts words.tsv: under one heading a kind of word, there by the
// word, whose weight a reader looks up.
func formatWords(src string) string {
	return formatLexicon(src, wordHeadings, wordGroup, func(a, b *lexBlock) int { return cmp.Compare(a.text, b.text) })
}

// formatLexicon puts the rows of a file under headings in the given order.
// Columns, spaces and the comments of a row stay as they are; empty lines go.
func formatLexicon(src string, headings []string, group func(*lexBlock) int, order func(a, b *lexBlock) int) string {
	head, blocks, tail := lexBlocks(src)
	for i := range blocks {
		b := &blocks[i]
		cells := strings.Split(b.line, "\t")
		b.text = strings.ToLower(strings.TrimSpace(cells[0]))
		weight := b.cell(2)
		if strings.Contains(head[len(head)-1], "pattern") {
			weight = b.cell(1)
		}
		b.weight, _ = strconv.ParseFloat(weight, 64) // what is no number is TestLexicon's to report
		b.group = group(b)
	}
	slices.SortStableFunc(blocks, func(a, b lexBlock) int {
		return cmp.Or(cmp.Compare(a.group, b.group), order(&a, &b))
	})
	var out strings.Builder
	put := func(lines ...string) {
		for _, l := range lines {
			out.WriteString(l)
			out.WriteByte('\n')
		}
	}
	put(head...)
	last := -1
	for _, b := range blocks {
		if b.group != last {
			put(headingMark + headings[b.group])
			last = b.group
		}
		put(b.comments...)
		put(b.line)
	}
	put(tail...)
	return out.String()
}

// lexBlocks takes a file apart: what stands up to its header, the rows with their
// own comments, and the comments below the last row. Headings are left out: they
// are made anew.
func lexBlocks(src string) (head []string, blocks []lexBlock, tail []string) {
	seenHeader := false
	for line := range strings.Lines(src) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case !seenHeader:
			head = append(head, line)
			seenHeader = line != "" && line[0] != '#'
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, headingMark):
		case line[0] == '#':
			tail = append(tail, line)
		default:
			blocks = append(blocks, lexBlock{comments: tail, line: line})
			tail = nil
		}
	}
	return head, blocks, tail
}
