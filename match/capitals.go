package match

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// inCapitals judges a reading of a name that asks for capitals (rule 4).
func (r *run) inCapitals(t *term, p *place) verdict {
	switch {
	case !t.capitals:
	case t.initial:
		_, size := utf8.DecodeRuneInString(r.text[p.start:])
		if unicode.IsSpace(firstRune(r.text[p.start+size:])) {
			return verdict{4, "the letter that the name begins with may be set apart only by a hyphen"}
		}
	case r.capitalised(p), r.apart(t, p):
	case t.article:
		return verdict{4, "without its article the name needs its capitals"}
	default:
		return verdict{4, "a name written in CamelCase or with a dot inside may be written apart only with capitals"}
	}
	return counts
}

// capitalised says whether every word of the place begins with a capital or a
// digit.
func (r *run) capitalised(p *place) bool {
	start := true
	for _, c := range r.text[p.start:p.end] {
		v := r.set.fold.rune(c)
		if v&kindWord == 0 {
			start = start || v&(kindIgnorable|kindApostrophe) == 0
			continue
		}
		if start && unicode.IsLower(c) {
			return false
		}
		start = false
	}
	return true
}

// apart says whether a name taken apart counts without all of its capitals: in
// hyphens (приват-банк), which chance does not set, or where the first word has one
// inside a sentence (в Приват банке) and is no word that manners or a list give one
// (Ваш дом).
func (r *run) apart(t *term, p *place) bool {
	word := r.text[p.start:p.end]
	if strings.IndexFunc(word, unicode.IsSpace) < 0 {
		return !t.article || strings.IndexFunc(word, isLink) < 0
	}
	if t.tiny || t.spoken || !unicode.IsUpper(firstRune(word)) {
		return false
	}
	return r.sentence(p).left[0].hash != 0
}

// speechAtEdge says whether a place begins or ends with a small letter set apart, as in
// «таврія в Одесі». One in hyphens or quotes is no word of the sentence; and who begins
// without a capital sets none to names.
func (r *run) speechAtEdge(p *place) bool {
	word := r.text[p.start:p.end]
	first, n := utf8.DecodeRuneInString(word)
	last, m := utf8.DecodeLastRuneInString(word)
	small := unicode.IsLower(first) && unicode.IsSpace(firstRune(word[n:])) || unicode.IsLower(last) && unicode.IsSpace(lastRune(word[:len(word)-m]))
	return small && r.beginsWithCapital() && !r.inQuotes(p)
}

// smallPhrase says whether a place is words of a sentence: none of them has a capital or
// quotes, they are not written as one, and who wrote the text sets capitals.
func (r *run) smallPhrase(p *place) bool {
	word := r.text[p.start:p.end]
	apart := strings.IndexFunc(word, func(c rune) bool { return unicode.IsSpace(c) || isHyphen(c) }) >= 0
	return apart && strings.IndexFunc(word, unicode.IsUpper) < 0 && r.beginsWithCapital() && !r.inQuotes(p)
}

// beginsWithCapital says whether the first letter of the text is a capital.
func (r *run) beginsWithCapital() bool {
	i := strings.IndexFunc(r.text, unicode.IsLetter)
	return i >= 0 && unicode.IsUpper(firstRune(r.text[i:]))
}

// onlyFirstUpper says whether a place is written like a name: Соколов, not
// соколов or СОКОЛОВ.
func (r *run) onlyFirstUpper(p *place) bool {
	word := r.text[p.start:p.end]
	c, size := utf8.DecodeRuneInString(word)
	return unicode.IsUpper(c) && strings.ToUpper(word[size:]) != word[size:]
}
