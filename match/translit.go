package match

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// How many spellings in the other alphabet one form may have. A dictionary form
// stands in addresses and tags, so it gets more of them; the caps hold the size
// of the index for words like щавельчик, where every letter has a choice.
const (
	baseSpellings = 40
	formSpellings = 24
	perStyle      = 8 // of one way of writing, for a dictionary form
)

// script converts words to the other alphabet by the tables cyrillic.tsv and
// latin.tsv.
type script struct {
	styles int
	latin  []letters // Cyrillic to Latin, one alternative list per style
	cyr    []letters // Latin to Cyrillic, one style
}

// letters is one row of a table: a group of letters and what it turns into.
type letters struct {
	from       string
	start, end bool
	before     string     // must be followed by one of these
	to         [][]string // by style; nil: not in this style
}

func newScript() *script {
	s := new(script)
	rows := readTable("cyrillic.tsv", 2)
	s.styles = len(rows[0]) - 1
	for _, row := range rows[1:] {
		s.latin = append(s.latin, readLetters(row, s.styles))
	}
	for _, row := range readTable("latin.tsv", 2)[1:] {
		s.cyr = append(s.cyr, readLetters(row, 1))
	}
	return s
}

func readLetters(row []string, styles int) letters {
	l := letters{from: row[0]}
	l.from, l.start = strings.CutPrefix(l.from, "^")
	l.from, l.end = strings.CutSuffix(l.from, "$")
	if from, class, ok := strings.Cut(l.from, "<"); ok {
		l.from, l.before = from, strings.TrimSuffix(class, ">")
	}
	for i := range styles {
		var to []string
		if i+1 < len(row) && row[i+1] != "" {
			for t := range strings.SplitSeq(row[i+1], "/") {
				to = append(to, strings.ReplaceAll(t, ".", ""))
			}
		}
		l.to = append(l.to, to)
	}
	return l
}

// fits says whether the row applies at word[at:].
func (l *letters) fits(word string, at int, afterVowels bool) bool {
	if !strings.HasPrefix(word[at:], l.from) {
		return false
	}
	rest := word[at+len(l.from):]
	if l.end && rest != "" {
		return false
	}
	if l.before != "" {
		next, _ := utf8.DecodeRuneInString(rest)
		if rest == "" || !strings.ContainsRune(l.before, next) {
			return false
		}
	}
	if l.start && at > 0 {
		last, _ := utf8.DecodeLastRuneInString(word[:at])
		return afterVowels && strings.ContainsRune("аеёиоуыэюяєіїьъ'", last)
	}
	return true
}

// pick gives the most particular row for word[at:], or nil.
func pick(rows []letters, word string, at int, afterVowels bool) *letters {
	var best *letters
	weight := -1
	for i := range rows {
		l := &rows[i]
		w := 4 * len(l.from)
		if l.start || l.end || l.before != "" {
			w++
		}
		if w > weight && l.fits(word, at, afterVowels) {
			best, weight = l, w
		}
	}
	return best
}

// toLatin gives up to limit ways to write a Cyrillic word in Latin letters, the
// likeliest of each style first. word is lower case, ё kept.
func (s *script) toLatin(word string, limit int) []string {
	var path []*letters
	for at := 0; at < len(word); {
		l := pick(s.latin, word, at, true)
		if l == nil {
			r, size := utf8.DecodeRuneInString(word[at:])
			l = &letters{from: word[at : at+size]}
			for range s.styles {
				l.to = append(l.to, []string{string(r)})
			}
		}
		path = append(path, l)
		at += len(l.from)
	}
	each := max(1, limit/s.styles)
	if limit >= baseSpellings {
		each = perStyle
	}
	var out []string
	for style := range s.styles {
		out = spell(out, path, style, each)
	}
	return firstUnique(out, limit)
}

// toCyrillic gives up to limit ways to write a Latin word in Cyrillic letters.
func (s *script) toCyrillic(word string, limit int) []string {
	var path []*letters
	for at := 0; at < len(word); {
		l := pick(s.cyr, word, at, false)
		if l == nil {
			_, size := utf8.DecodeRuneInString(word[at:])
			l = &letters{from: word[at : at+size], to: [][]string{{word[at : at+size]}}}
		}
		path = append(path, l)
		at += len(l.from)
	}
	return firstUnique(spell(nil, path, 0, limit), limit)
}

// spell adds up to limit spellings of one style: first those where few letters
// take their second choice.
func spell(out []string, path []*letters, style, limit int) []string {
	type partial struct {
		text string
		cost int
	}
	beam := []partial{{}}
	for _, l := range path {
		alternatives := l.to[style]
		if alternatives == nil {
			return out
		}
		next := make([]partial, 0, len(beam)*len(alternatives))
		for _, p := range beam {
			for cost, a := range alternatives {
				next = append(next, partial{p.text + a, p.cost + cost})
			}
		}
		if len(next) > limit {
			slices.SortStableFunc(next, func(a, b partial) int { return a.cost - b.cost })
			next = next[:limit]
		}
		beam = next
	}
	for _, p := range beam {
		out = append(out, p.text)
	}
	return out
}

func firstUnique(in []string, limit int) []string {
	out := in[:0]
	for _, s := range in {
		if len(out) < limit && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
