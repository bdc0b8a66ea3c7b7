package crawlers

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/mention"
)

// marks remembers which posts the last poll returned, with their words: a post
// that is edited is not marked any more. Eight bytes a post.
type marks map[uint64]struct{}

// maxMarks bounds a cursor: 400 posts are 4 KB of text in the database.
const maxMarks = 400

func markOf(p mention.Post) uint64 {
	h := xxhash.New()
	for _, part := range []string{p.Source, p.ID, p.Title, p.Text} {
		_, _ = h.WriteString(part) // never fails
		_, _ = h.Write([]byte{0})
	}
	if p.Rating != nil {
		_, _ = h.WriteString(numberText(p.Rating.Value) + "/" + numberText(p.Rating.Best))
	}
	return h.Sum64()
}

// fresh returns the posts that are not marked, and the marks of all of them, or
// of the newest where there are too many: those come again.
func (m marks) fresh(posts []mention.Post) ([]mention.Post, marks) {
	old := max(0, len(posts)-maxMarks)
	next := make(marks, len(posts)-old)
	var kept []mention.Post
	for i, p := range posts {
		mark := markOf(p)
		if _, known := m[mark]; !known {
			kept = append(kept, p)
		}
		if i >= old {
			next[mark] = struct{}{}
		}
	}
	return kept, next
}

// MarshalText writes the marks as base64 of their bytes.
func (m marks) MarshalText() ([]byte, error) {
	all := slices.Sorted(maps.Keys(m))
	raw := make([]byte, 0, 8*len(m))
	for _, mark := range all[:min(len(all), maxMarks)] {
		raw = binary.BigEndian.AppendUint64(raw, mark)
	}
	return []byte(base64.RawStdEncoding.EncodeToString(raw)), nil
}

// UnmarshalText reads what MarshalText wrote; anything else is no marks.
func (m *marks) UnmarshalText(text []byte) error {
	raw, err := base64.RawStdEncoding.DecodeString(string(text))
	*m = make(marks, len(raw)/8)
	if err != nil {
		return nil
	}
	for ; len(raw) >= 8; raw = raw[8:] {
		(*m)[binary.BigEndian.Uint64(raw)] = struct{}{}
	}
	return nil
}

// progress is the cursor of the engines that read whole pages.
type progress struct {
	V     fetch.Validators `json:"v,omitzero"`    // of the first page
	URL   string           `json:"url,omitempty"` // what was really read, when it was found by itself
	Marks marks            `json:"seen,omitempty"`

	Newest time.Time `json:"newest,omitzero"` // of all posts ever read; feeds only
	Cut    string    `json:"cut,omitempty"`   // hash of a body that ended in the middle
	Hub    Hub       `json:"hub,omitzero"`    // of a feed: an unchanged answer does not repeat it
}

// readCursor fills into from the cursor; what it cannot read is "".
func readCursor(c Cursor, into any) {
	if c == "" {
		return
	}
	// A cursor of an older version starts from the beginning; the seen filter
	// knows the posts.
	_ = json.Unmarshal([]byte(c), into)
}

// writeCursor is the inverse of readCursor.
func writeCursor(from any) Cursor {
	b, err := json.Marshal(from)
	if err != nil { // plain strings and numbers: cannot fail
		return ""
	}
	return Cursor(b)
}

// reached reports whether the oldest of the posts is known, so that older pages
// hold nothing new. The oldest stands last where no dates tell.
func (m marks) reached(posts []mention.Post) bool {
	if len(m) == 0 {
		return false
	}
	oldest := posts[len(posts)-1]
	for _, p := range posts {
		if !p.Published.IsZero() && (oldest.Published.IsZero() || p.Published.Before(oldest.Published)) {
			oldest = p
		}
	}
	_, known := m[markOf(oldest)]
	return known
}

func appendNew(list []string, more ...string) []string {
	for _, m := range more {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}

func numberText(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

// maxPages bounds how many pages a source may be told to follow in one poll.
const maxPages = 50
