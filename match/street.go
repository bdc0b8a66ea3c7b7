package match

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

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
