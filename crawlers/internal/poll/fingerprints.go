package poll

import (
	"encoding/base64"
	"encoding/binary"
	"maps"
	"slices"

	"github.com/cespare/xxhash/v2"

	"github.com/earshot/earshot/mention"
)

// Fingerprints remembers which posts the last poll returned, with their words: a post
// that is edited has another fingerprint. Eight bytes a post.
type Fingerprints map[uint64]struct{}

// MaxFingerprints bounds a cursor: 400 posts are 4 KB of text in the database.
const MaxFingerprints = 400

// Fingerprint is a hash of what makes the post what it is: where it stands, its
// words and its rating.
func Fingerprint(p mention.Post) uint64 {
	h := xxhash.New()
	for _, part := range []string{p.Source, p.ID, p.Title, p.Text} {
		_, _ = h.WriteString(part) // never fails
		_, _ = h.Write([]byte{0})
	}
	if p.Rating != nil {
		_, _ = h.WriteString(NumberText(p.Rating.Value) + "/" + NumberText(p.Rating.Best))
	}
	return h.Sum64()
}

// New returns the posts that are not among them, and the fingerprints of all, or
// of the newest where there are too many: those come again.
func (m Fingerprints) New(posts []mention.Post) ([]mention.Post, Fingerprints) {
	old := max(0, len(posts)-MaxFingerprints)
	next := make(Fingerprints, len(posts)-old)
	var kept []mention.Post
	for i, p := range posts {
		mark := Fingerprint(p)
		if _, known := m[mark]; !known {
			kept = append(kept, p)
		}
		if i >= old {
			next[mark] = struct{}{}
		}
	}
	return kept, next
}

// Known returns the IDs of the posts that are among them.
func (m Fingerprints) Known(posts []mention.Post) (ids []string) {
	if len(m) == 0 {
		return nil
	}
	for _, p := range posts {
		if _, known := m[Fingerprint(p)]; known {
			ids = append(ids, p.ID)
		}
	}
	return ids
}

// Reached reports whether the oldest of the posts is known, so that older pages
// hold nothing new. The oldest stands last where no dates tell. It proves nothing when
// no other is known: some sites pin an old post above the new ones.
func (m Fingerprints) Reached(posts []mention.Post) bool {
	if len(m) == 0 || len(posts) == 0 {
		return false
	}
	count := 0
	oldest := posts[len(posts)-1]
	for _, p := range posts {
		if !p.Published.IsZero() && (oldest.Published.IsZero() || p.Published.Before(oldest.Published)) {
			oldest = p
		}
		if _, known := m[Fingerprint(p)]; known {
			count++
		}
	}
	_, known := m[Fingerprint(oldest)]
	return known && count >= min(2, len(posts))
}

// MarshalText writes as many fingerprints as a cursor holds.
func (m Fingerprints) MarshalText() ([]byte, error) {
	all := slices.Sorted(maps.Keys(m))
	return EncodeMarks(all[:min(len(all), MaxFingerprints)]), nil
}

// UnmarshalText reads what MarshalText wrote; anything else is none.
func (m *Fingerprints) UnmarshalText(text []byte) error {
	marks := DecodeMarks(text)
	*m = make(Fingerprints, len(marks))
	for _, mark := range marks {
		(*m)[mark] = struct{}{}
	}
	return nil
}

// EncodeMarks writes numbers as base64 of their bytes, for a cursor.
func EncodeMarks(marks []uint64) []byte {
	raw := make([]byte, 0, 8*len(marks))
	for _, mark := range marks {
		raw = binary.BigEndian.AppendUint64(raw, mark)
	}
	return base64.RawStdEncoding.AppendEncode(nil, raw)
}

// DecodeMarks reads what EncodeMarks wrote; anything else is none.
func DecodeMarks(text []byte) (marks []uint64) {
	raw, err := base64.RawStdEncoding.AppendDecode(nil, text)
	if err != nil {
		return nil
	}
	for ; len(raw) >= 8; raw = raw[8:] {
		marks = append(marks, binary.BigEndian.Uint64(raw))
	}
	return marks
}
