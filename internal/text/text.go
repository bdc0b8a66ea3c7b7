// Package text makes what strangers wrote fit to be shown, and says lengths of
// time and numbers of things in one way everywhere.
//
// It knows nothing of alerts, sources or channels: escaping for Slack, colours of
// a terminal and the like belong to who shows.
package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks may follow one letter; more climb over the
// lines around them.
const maxMarks = 4

// Cleaner decides rune by rune what of a foreign text may be shown. Control,
// format (zero width, directions), private and unpaired characters and fillers
// that look like nothing are taken out, marks are kept from piling up, and white
// space is brought down to one space, one line end or one empty line, with none
// around the text. The zero value is ready for the first rune of a text.
//
// The joiners of emoji are format characters, too: a family comes out as its
// members, one after the other.
type Cleaner struct {
	started bool
	marks   int  // in a row
	ends    int  // line ends in a row
	waiting bool // white space stands before what follows
}

// Next takes the next rune. When it may be shown, show is true and space is what
// to write before it: "", " ", "\n" or "\n\n".
func (c *Cleaner) Next(r rune) (space string, show bool) {
	switch {
	case r == '\n' || r == '\u2028' || r == '\u2029':
		c.waiting = true
		c.ends++
		return "", false
	case unicode.IsSpace(r):
		c.waiting = true
		return "", false
	case r >= ' ' && r < 0x7f: // nearly everything
		c.marks = 0
	case hidden(r):
		return "", false
	case unicode.In(r, unicode.Mn, unicode.Me):
		if c.marks++; c.marks > maxMarks {
			return "", false
		}
	default:
		c.marks = 0
	}
	if c.started && c.waiting {
		space = [...]string{" ", "\n", "\n\n"}[min(c.ends, 2)]
	}
	c.started, c.waiting, c.ends = true, false, 0
	return space, true
}

// hidden says of a character that nobody sees it, or that it changes how others
// are seen.
func hidden(r rune) bool {
	switch r {
	case '\u115f', '\u1160', '\u3164', '\uffa0': // Hangul fillers
		return true
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs)
}

// Clean returns s as Cleaner lets it through, lines kept. Bytes that are no UTF-8
// stay visible as U+FFFD. A text with nothing to clean comes back as it is.
func Clean(s string) string {
	var c Cleaner
	same := 0 // so far s[:same] is the result
	for i, r := range s {
		space, show := c.Next(r)
		if !show {
			continue
		}
		size := utf8.RuneLen(r)
		if s[same:i] != space || r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD") {
			return c.rest(s, same, i, space)
		}
		same = i + size
	}
	return s[:same]
}

// rest is Clean from the rune at i on, which may be shown; before it come
// s[:same], which needed nothing, and space.
func (c *Cleaner) rest(s string, same, i int, space string) string {
	var b strings.Builder
	b.Grow(len(s))
	b.WriteString(s[:same])
	b.WriteString(space)
	r, size := utf8.DecodeRuneInString(s[i:])
	b.WriteRune(r)
	for _, r := range s[i+size:] {
		if space, show := c.Next(r); show {
			b.WriteString(space)
			b.WriteRune(r)
		}
	}
	return b.String()
}

// OneLine is Clean on one line.
func OneLine(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(Clean(s), "\n\n", " "), "\n", " ")
}

// Line is Clean on one line, cut to max runes as Cut does.
func Line(s string, max int) string { return Cut(OneLine(s), max) }

// Headed is a title and the words under it on one line. Words that begin with their title, as
// those of many feeds do, stand alone.
func Headed(title, words string) string {
	title, words = OneLine(title), OneLine(words)
	switch {
	case words == "":
		return title
	case strings.HasPrefix(words, strings.TrimRight(title, "….")):
		return words
	}
	return title + " · " + words
}

// Cut shortens s to at most max runes (at least 1), the last of them "…". It never
// cuts a letter from its accents, nor an emoji or a flag in two, unless one alone
// is longer than max.
func Cut(s string, max int) string {
	if len(s) <= max || utf8.RuneCountInString(s) <= max {
		return s
	}
	at := 0
	for range max - 1 {
		_, size := utf8.DecodeRuneInString(s[at:])
		at += size
	}
	if whole := border(s, at); whole > 0 {
		at = whole
	}
	return strings.TrimRightFunc(s[:at], unicode.IsSpace) + "…"
}

// border gives the last place at or before at where no character is cut in two.
func border(s string, at int) int {
	for at > 0 {
		next, _ := utf8.DecodeRuneInString(s[at:])
		last, size := utf8.DecodeLastRuneInString(s[:at])
		if !leans(next) && last != joiner && !(flagLetter(next) && oddFlags(s[:at])) {
			break
		}
		at -= size
	}
	return at
}

const joiner = '\u200d'

// leans says whether r belongs to the character before it: an accent, a variation
// selector, a skin tone, a joiner, a tag of a flag.
func leans(r rune) bool {
	return r == joiner || r >= 0x1f3fb && r <= 0x1f3ff || r >= 0xe0020 && r <= 0xe007f || unicode.Is(unicode.M, r)
}

// flagLetter: two of them are the flag of a country.
func flagLetter(r rune) bool { return r >= 0x1f1e6 && r <= 0x1f1ff }

// oddFlags says whether s ends in the middle of a flag.
func oddFlags(s string) bool {
	odd := false
	for {
		r, size := utf8.DecodeLastRuneInString(s)
		if !flagLetter(r) {
			return odd
		}
		odd = !odd
		s = s[:len(s)-size]
	}
}
