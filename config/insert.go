package config

import (
	"errors"
	"strings"
)

// ErrFlowSources says that the sources are written in brackets, on one line, where
// nothing can be put in without writing the line anew.
var ErrFlowSources = errors.New("sources is written in brackets: put the new source in by hand, behind a comma")

// AddSource returns a watchlist with one more source at the end of its list, and the
// line where it begins. block is the source's lines without a dash and without
// indentation. Everything else stays as it is, comments included. It looks at lines
// only: whoever writes the result checks it first.
func AddSource(text, block string) (out string, line int, err error) {
	cr := ""
	if strings.Contains(text, "\r\n") {
		cr = "\r"
	}
	lines := strings.Split(strings.TrimRight(text, "\r\n"), "\n")
	lines[len(lines)-1] += cr
	head := -1
	for i, l := range lines {
		if rest, ok := strings.CutPrefix(strings.TrimPrefix(l, "\ufeff"), "sources:"); ok {
			if rest = strings.TrimSpace(rest); rest != "" && !strings.HasPrefix(rest, "#") {
				return "", 0, ErrFlowSources
			}
			head = i
			break
		}
	}
	if head < 0 {
		lines = append(lines, cr, "sources:"+cr)
		head = len(lines) - 1
	}
	last, indent, first := head, "  ", true
	for i := head + 1; i < len(lines); i++ {
		l := strings.TrimRight(lines[i], " \t\r")
		word := strings.TrimLeft(l, " ")
		deep := len(l) - len(word)
		switch {
		case l == "" || strings.HasPrefix(word, "#") && deep == 0:
			continue
		case deep == 0 && (word[0] != '-' || word == "---"): // the next key at the margin, or the end
			i = len(lines)
			continue
		case first && word[0] == '-':
			indent, first = l[:deep], false
		}
		last = i
	}
	var added []string
	for i, l := range strings.Split(block, "\n") {
		lead := "- "
		if i > 0 {
			lead = "  "
		}
		added = append(added, indent+lead+l+cr)
	}
	lines = append(lines[:last+1], append(added, lines[last+1:]...)...)
	return strings.Join(lines, "\n") + "\n", last + 2, nil
}
