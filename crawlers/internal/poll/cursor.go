package poll

import (
	"encoding/json"

	"github.com/earshot/earshot/crawlers"
)

// DecodeCursor fills into from the cursor; what it cannot read is "".
func DecodeCursor(c crawlers.Cursor, into any) {
	if c == "" {
		return
	}
	// A cursor of an older version starts from the beginning; the seen filter
	// knows the posts.
	_ = json.Unmarshal([]byte(c), into)
}

// EncodeCursor is the inverse of DecodeCursor.
func EncodeCursor(from any) crawlers.Cursor {
	b, err := json.Marshal(from)
	if err != nil { // plain strings and numbers: cannot fail
		return ""
	}
	return crawlers.Cursor(b)
}
