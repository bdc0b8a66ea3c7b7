package match

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/earshot/earshot/internal/tsv"
)

// How many spellings in the other alphabet one form may have in one way of
// writing. A dictionary form stands in addresses and tags, so it gets more; the
// caps hold the size of the index for words like щавельчик, where nearly every
// letter has a choice.
const (
	baseSpellings   = 8
	formSpellings   = 4
	joinedSpellings = 2 // of a word in a joined name
)

// script converts words to the other alphabet by the tables cyrillic.tsv and
// latin.tsv.
type script struct {
	styles []langs            // ways to write Cyrillic in Latin: whose inflected forms are written so; dictionary forms are in every way
	latin  map[rune][]letters // Cyrillic to Latin by first letter, one alternative list per style
	cyr    map[rune][]letters // Latin to Cyrillic, one style
	steps  []step             // room for the word under work
	out    []string           // room for its spellings
}

// letters is one row of a table: a group of letters and what it turns into.
type letters struct {
	from       string
	start, end bool
	before     string     // must be followed by one of these
	weight     int        // the more particular row wins
	to         [][]string // by style; nil: not in this style
}

func newScript(t *tables, sp *speech) *script {
	s := &script{latin: map[rune][]letters{}, cyr: map[rune][]letters{}}
	rows := t.must("common/cyrillic.tsv", "", 2)
	for i, row := range rows {
		if i == 0 {
			s.readStyles(&row, t, sp)
			continue
		}
		addLetters(s.latin, readLetters(row, len(s.styles)))
	}
	for _, row := range t.must("common/latin.tsv", "letters cyrillic", 2) {
		addLetters(s.cyr, readLetters(row, 1))
	}
	return s
}

// readStyles reads the header of cyrillic.tsv: the name of a style, and behind a
// colon the languages it is of; without, it is of all.
func (s *script) readStyles(header *tsv.Row, t *tables, sp *speech) {
	for i := 1; i < header.Len(); i++ {
		_, codes, some := strings.Cut(header.Raw(i), ":")
		of := anyLang
		if some {
			of = 0
			for code := range strings.SplitSeq(codes, ",") {
				k := slices.Index(sp.langs, code)
				if k < 0 {
					t.errs.Add(header.At(i), "no language %q with paradigms", code)
					continue
				}
				of |= 1 << k
			}
		}
		s.styles = append(s.styles, of)
	}
}

func addLetters(table map[rune][]letters, l letters) {
	first := firstRune(l.from)
	table[first] = append(table[first], l)
	slices.SortStableFunc(table[first], func(a, b letters) int { return b.weight - a.weight })
}

func readLetters(row tsv.Row, styles int) letters {
	l := letters{from: row.Raw(0)}
	l.from, l.start = strings.CutPrefix(l.from, "^")
	l.from, l.end = strings.CutSuffix(l.from, "$")
	if from, class, ok := strings.Cut(l.from, "<"); ok {
		l.from, l.before = from, strings.TrimSuffix(class, ">")
	}
	l.weight = 4 * len(l.from)
	if l.start || l.end || l.before != "" {
		l.weight++
	}
	for i := range styles {
		var to []string
		if cell := row.Raw(i + 1); cell != "" {
			for t := range strings.SplitSeq(cell, "/") {
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
	if l.before != "" && (rest == "" || !strings.ContainsRune(l.before, firstRune(rest))) {
		return false
	}
	if l.start && at > 0 {
		return afterVowels && strings.ContainsRune("аеёиоуыэюяєіїьъ'", lastRune(word[:at]))
	}
	return true
}

// path cuts word into the rows that apply, the most particular first.
func (s *script) path(table map[rune][]letters, word string, afterVowels bool) []step {
	steps := s.steps[:0]
next:
	for at := 0; at < len(word); {
		r, size := utf8.DecodeRuneInString(word[at:])
		for i := range table[r] {
			if l := &table[r][i]; l.fits(word, at, afterVowels) {
				steps = append(steps, step{l: l})
				at += len(l.from)
				continue next
			}
		}
		steps = append(steps, step{same: word[at : at+size]})
		at += size
	}
	s.steps = steps
	return steps
}

// step is a row of the table, or letters that stay as they are.
type step struct {
	l    *letters
	same string
}

// toLatin gives the ways to write a Cyrillic word in Latin letters, up to limit
// in each style that the languages of the form use. word is lower case, ё kept.
// The result is good until the next call.
func (s *script) toLatin(word string, of langs, limit int) []string {
	steps := s.path(s.latin, word, true)
	out := s.out[:0]
	for i, written := range s.styles {
		if written&of != 0 {
			out = spell(out, steps, i, limit)
		}
	}
	s.out = out
	return out
}

// toCyrillic gives up to limit ways to write a Latin word in Cyrillic letters.
func (s *script) toCyrillic(word string, limit int) []string {
	return spell(nil, s.path(s.cyr, word, false), 0, limit)
}

// maxSpelling is how many bytes a spelling may have among several; a word of which all
// are longer has one, the likeliest.
const maxSpelling = 48

// likeliest is the one spelling of a long word.
func likeliest(steps []step, style int) string {
	var b strings.Builder
	for _, st := range steps {
		if st.l == nil {
			b.WriteString(st.same)
		} else {
			b.WriteString(st.l.to[style][0])
		}
	}
	return b.String()
}

// partial is the beginning of a spelling.
type partial struct {
	text [maxSpelling]byte
	n    int
	cost int // how many second choices it took
	cut  bool
}

func (p *partial) add(text string) {
	n := copy(p.text[p.n:], text)
	p.n += n
	p.cut = p.cut || n < len(text)
}

// maxBeam bounds the spellings of one style.
const maxBeam = 8

// spell adds up to limit new spellings of one style to out: first those where
// few letters take their second choice.
func spell(out []string, steps []step, style, limit int) []string {
	var buffers [2][maxBeam]partial
	beam, spare := buffers[0][:1], buffers[1][:0]
	limit = min(limit, maxBeam)
	for _, st := range steps {
		var alternatives []string
		if st.l != nil {
			alternatives = st.l.to[style]
			if alternatives == nil {
				return out
			}
		}
		if len(alternatives) <= 1 {
			text := st.same
			if st.l != nil {
				text = alternatives[0]
			}
			for i := range beam {
				beam[i].add(text)
			}
			continue
		}
		next := spare[:0]
		for cost := 0; len(next) < limit; cost++ { // cheapest first
			more := false
			for _, p := range beam {
				choice := cost - p.cost
				if choice < len(alternatives) {
					more = true
				}
				if choice < 0 || choice >= len(alternatives) || len(next) == limit {
					continue
				}
				p.cost = cost
				p.add(alternatives[choice])
				next = append(next, p)
			}
			if !more {
				break
			}
		}
		beam, spare = next, beam
	}
	whole := len(out)
	for i := range beam {
		if text := beam[i].text[:beam[i].n]; !beam[i].cut && !slices.ContainsFunc(out, func(s string) bool { return s == string(text) }) {
			out = append(out, string(text))
		}
	}
	if len(out) == whole && beam[0].cut {
		if one := likeliest(steps, style); !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out
}
