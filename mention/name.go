package mention

import (
	"strings"
	"unicode"
)

// NameKey folds what differs between a name on a page and the same name as people write
// it: upper and lower case, blanks, an @ before it, the kinds of apostrophes, Cyrillic
// letters of two characters, and what nobody sees. Two names are the same when their keys
// are; the key of what has no letter at all is empty.
func NameKey(name string) string {
	name = composed.Replace(strings.ToLower(strings.Map(seen, name)))
	return strings.Join(strings.FieldsFunc(strings.TrimLeft(strings.TrimSpace(name), "@"), unicode.IsSpace), " ")
}

// seen drops what nobody sees and makes all apostrophes one.
func seen(r rune) rune {
	if Unseen(r) {
		return -1
	}
	if Apostrophe(r) {
		return '\''
	}
	return r
}

// Unseen says whether r is in a name without being seen: direction marks, zero widths, soft
// hyphens, the choice between two drawings of a sign.
func Unseen(r rune) bool { return unicode.In(r, unicode.Cf, unicode.Variation_Selector) }

// composed are letters that may come as two characters, in lower case.
var composed = strings.NewReplacer("и\u0306", "й", "і\u0308", "ї", "е\u0308", "ё", "у\u0306", "ў")

// Apostrophe says whether r is one of the signs that people write for an apostrophe:
// what keyboards and text programs make of it, accents that stand alone, modifier
// letters of Unicode, the sign of minutes.
func Apostrophe(r rune) bool {
	switch r {
	case '\'', '`', '´', 'ʹ', 'ʻ', 'ʼ', 'ʽ', '‘', '’', '‛', '′', '＇':
		return true
	}
	return false
}
