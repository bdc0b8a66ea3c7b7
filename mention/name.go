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
	name = plainSigns.Replace(strings.ToLower(strings.Map(seen, name)))
	return strings.Join(strings.FieldsFunc(strings.TrimLeft(strings.TrimSpace(name), "@"), unicode.IsSpace), " ")
}

// seen drops direction marks, zero widths, soft hyphens and the choice between two
// drawings of a sign.
func seen(r rune) rune {
	if unicode.In(r, unicode.Cf, unicode.Variation_Selector) {
		return -1
	}
	return r
}

// plainSigns is for names in lower case.
var plainSigns = strings.NewReplacer("’", "'", "‘", "'", "ʼ", "'", "`", "'", "´", "'", "ʹ", "'", "′", "'",
	"и\u0306", "й", "і\u0308", "ї", "е\u0308", "ё", "у\u0306", "ў")
