package match

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// people judges names that may belong to somebody else (rule 16).
func (r *run) people(t *term, p *place) verdict {
	if p.given {
		return verdict{16, "a first name with 's: somebody's"}
	}
	if !p.surname && t.given == nil {
		return counts
	}
	before, initial := r.wordBefore(p.start)
	after := r.wordAfter(p.end)
	if p.surname {
		if r.onlyFirstUpper(p) && (t.surname || initial != 0 || r.set.first[before] || r.set.first[after]) {
			return verdict{16, "here it is the surname of somebody else"}
		}
	}
	if t.given == nil {
		return counts
	}
	for _, h := range [...]uint64{before, after} {
		if h != 0 && r.set.first[h] && !slices.Contains(t.given, h) {
			return verdict{16, "another first name: somebody else"}
		}
	}
	if initial != 0 && !slices.Contains(t.initials, initial) {
		return verdict{16, "another initial: somebody else"}
	}
	return counts
}

// onlyFirstUpper says whether a place is written like a name: Соколов, not
// соколов or СОКОЛОВ.
func (r *run) onlyFirstUpper(p *place) bool {
	word := r.text[p.start:p.end]
	c, size := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(c) && strings.ToUpper(word[size:]) != word[size:]
}

// wordBefore gives the hash of the word before i when only a space stands
// between, or the letter when that is an initial with its dot.
func (r *run) wordBefore(i int) (hash uint64, initial folded) {
	i, ok := r.spaceBefore(i)
	if !ok || i == 0 {
		return 0, 0
	}
	dot := r.text[i-1] == '.'
	if dot {
		i--
	}
	end := i
	for i > 0 {
		v, _, size := r.set.fold.before(r.text, i)
		if v&(kindWord|kindIgnorable|kindApostrophe) == 0 {
			break
		}
		i -= size
	}
	word := r.text[i:end]
	if !dot {
		if word == "" {
			return 0, 0
		}
		return r.set.fold.hashOf(word), 0
	}
	v, c, size := r.set.fold.at(word, 0)
	if size == len(word) && unicode.IsUpper(c) {
		return 0, v & runeBits
	}
	return 0, 0
}

func (r *run) spaceBefore(i int) (int, bool) {
	start := i
	for i > 0 {
		c, size := utf8.DecodeLastRuneInString(r.text[:i])
		if !unicode.IsSpace(c) || c == '\n' {
			break
		}
		i -= size
	}
	return i, i < start
}

// wordAfter gives the hash of the word after i when only a space stands between, else 0.
func (r *run) wordAfter(i int) uint64 {
	c, size := utf8.DecodeRuneInString(r.text[i:])
	if !unicode.IsSpace(c) || c == '\n' {
		return 0
	}
	t, _ := r.set.fold.wordAt(r.text, i+size)
	return t.hash
}
