package forum

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/net/html"

	"github.com/earshot/earshot/crawlers/internal/htmltext"
)

// Rules of this file: a line that says who wrote and when is taken apart; digits of names and of counts are none
// of the date's. A time without its day is of today only where no day stands beside it.

// signed takes "— Anna_77, 22.09.2026 14:05" and "Anna77 22 Sep 2026" apart; both are empty where it is nothing of the kind.
func (b *postBlock) signed(value string) (name, date string) {
	m := beforeDate.FindStringSubmatch(value)
	if m != nil && !noName.MatchString(m[1]) && !b.dated(m[1]) {
		if _, _, ok := b.d.parse(m[2]); ok {
			name, date = m[1], m[2]
		}
	}
	if date == "" || bareClock.MatchString(date) { // "Anna77 22 Sep 2026, 14:05" has a day before the comma
		if first, rest := b.numbered(value); rest != "" {
			return first, rest
		}
	}
	return name, date
}

// numbered is signed where the name ends in digits, which stand in the date's way, and no sign stands between.
func (b *postBlock) numbered(value string) (name, date string) {
	const longest, most = 200, 6 // words
	if len(value) > longest {
		return "", ""
	}
	words := strings.Fields(value)
	for i := range words[:max(0, min(most, len(words)-1))] {
		rest := strings.Join(words[i+1:], " ")
		if !numberedName.MatchString(words[i]) || bareClock.MatchString(rest) {
			continue
		}
		if _, _, ok := b.d.parse(rest); ok {
			return strings.Join(words[:i+1], " "), rest
		}
	}
	return "", ""
}

// numberedName is a word such as Anna_77, which no date has.
var numberedName = regexp.MustCompile(`^\p{L}[\p{L}\d._-]*\d[,:|]?$`)

var beforeDate = regexp.MustCompile(`^(?:[—–]\s*|-\s+)?(.{1,40}?)\s*[,|·•—–]\s*(.+)$`)

// bestMoment settles which element says when.
func bestMoment(group []postBlock, parts [][]blockPart) []blockPart {
	var last *html.Node // whose text was asked last: many moments may stand in one element
	tellsMembership := false
	inMembership := func(n *html.Node) bool {
		if n.Parent != last {
			last, tellsMembership = n.Parent, membership.MatchString(htmltext.Short(n.Parent))
		}
		return tellsMembership
	}
	return vote(group, parts, func(b *postBlock, p blockPart) (blockPart, int) {
		n := p.el.Nodes[0]
		for i, key := range []string{"datetime", "data-timestamp", "content", "data-time", "title", "data-ts", "data-date", "data-datetime", "data-utime"} {
			v := htmltext.Attr(n, key)
			if v == "" || !strings.ContainsAny(v, "0123456789") || key == "content" && !timeClass.MatchString(htmltext.Attr(n, "itemprop")) {
				continue
			}
			if t, day, ok := b.d.parse(v); ok && !membership.MatchString(htmltext.Short(n)) {
				p.at, p.day = t, day
				return p, 10 - i
			}
		}
		text := timeText(p.el)
		alone := bareClock.MatchString(text)
		if alone {
			if day := b.dayBeside(n); day != "" {
				text, alone = day+" "+text, false
			}
		}
		if len(text) < 6 || utf8.RuneCountInString(text) > 60 || !strings.ContainsAny(text, "0123456789") || membership.MatchString(text) ||
			len(text) < 12 && inMembership(n) {
			return p, 0
		}
		t, day, ok := b.amid(text)
		if !ok {
			return p, 0
		}
		p.at, p.day = t, day
		score := 2
		if timeClass.MatchString(htmltext.Attr(n, "class")) {
			score++
		}
		if day || alone {
			score--
		}
		return p, score
	})
}

// amid reads the moment in a line that may say who wrote before it, and how many read it behind: digits
// of either stand in the way.
func (b *postBlock) amid(text string) (t time.Time, day, ok bool) {
	if t, day, ok = b.d.parse(text); ok {
		return t, day, true
	}
	if _, date := b.signed(text); date != "" {
		return b.d.parse(date)
	}
	whole := text
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("·•|", r) }) {
		if part = strings.TrimSpace(part); part == whole || bareClock.MatchString(part) {
			continue
		}
		if _, date := b.signed(part); date != "" {
			part = date
		}
		if t, day, ok = b.d.parse(part); ok {
			return t, day, true
		}
	}
	return t, day, false
}

// bareClock is a time without its day.
var bareClock = regexp.MustCompile(`(?i)^[^\p{L}\d]*\d{1,2}[:.]\d{2}(?::\d{2})?(?:\s*[ap]\.?m\.?)?[^\p{L}\d]*$`)

// dayBeside is the day that stands next to an element which holds the time alone; empty when none does.
func (b *postBlock) dayBeside(n *html.Node) string {
	before, after := textBeside(n, -1), textBeside(n, 1)
	const high = 3 // a time in a list's row, or in a table's
	for up := 0; up < high && before == "" && after == "" && n != b.el.Nodes[0] && isElement(n.Parent); up++ {
		n = n.Parent
		before, after = textBeside(n, -1), textBeside(n, 1)
	}
	for _, text := range []string{before, after} {
		if len(text) > 60 {
			continue
		}
		if _, day, ok := b.d.parse(text); ok && day {
			return text
		}
	}
	return ""
}

// textBeside is the beginning of the text next to n, before it (-1) or behind (1), blanks passed over.
func textBeside(n *html.Node, way int) string {
	const few = 4
	for range few {
		if way < 0 {
			n = n.PrevSibling
		} else {
			n = n.NextSibling
		}
		switch {
		case n == nil:
			return ""
		case n.Type == html.TextNode && strings.TrimSpace(n.Data) != "":
			return n.Data
		case isElement(n):
			if text := htmltext.Short(n); text != "" {
				return text
			}
		}
	}
	return ""
}
