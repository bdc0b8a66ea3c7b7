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

// inStreet says whether a place is a part of an address (rule 16): ул. Ромашка, улица
// Ромашка, 5, Preston Road. In quotes it is a name.
func (r *run) inStreet(p *place) bool {
	return (r.set.street[r.wordAfter(p.end)] && r.capitalBehind(p.end) || r.streetBefore(p)) && !r.inQuotes(p)
}

func (r *run) capitalBehind(i int) bool {
	return unicode.IsUpper(firstRune(strings.TrimLeftFunc(r.text[i:], unicode.IsSpace)))
}

// streetBefore says whether the word for a street stands before a place: shortened, or in
// full and with the number of a house behind the place, for people leave out the comma of
// «на нашей улице Магнит закрыли».
func (r *run) streetBefore(p *place) bool {
	i, _ := r.spaceBefore(p.start)
	from, dot := strings.CutSuffix(r.text[max(0, i-amongBytes):i], ".")
	word := from[strings.LastIndexFunc(from, func(c rune) bool { return !unicode.IsLetter(c) })+1:]
	return word != "" && r.set.street[r.set.fold.hashOf(word)] && (dot || isHouse(r.text[p.end:]))
}

// isHouse says whether s begins with the number of a house: «, дом 5», « 12а.».
func isHouse(s string) bool {
	s = strings.TrimLeft(s, ", ")
	for _, word := range [...]string{"дом ", "д. ", "д.", "буд. ", "будинок ", "№ ", "№"} {
		if rest, ok := strings.CutPrefix(s, word); ok {
			return rest != "" && isDigit(rest[0])
		}
	}
	number := strings.TrimLeft(s, "0123456789")
	if number == s {
		return false
	}
	if c, size := utf8.DecodeRuneInString(number); unicode.IsLetter(c) {
		number = number[size:]
	}
	return !unicode.IsLetter(firstRune(strings.TrimLeft(number, " ")))
}
