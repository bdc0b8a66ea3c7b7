package mention

import (
	"strings"
	"unicode"
)

// NameKey folds what differs between a name on a page and the same name as people write
// it: upper and lower case, blanks, an @ before it. Two names are the same when their
// keys are; the key of what has no letter at all is empty.
func NameKey(name string) string {
	name = strings.TrimLeft(strings.TrimSpace(name), "@")
	return strings.ToLower(strings.Join(strings.FieldsFunc(name, unicode.IsSpace), " "))
}
