package jsonapi

import (
	"slices"

	"github.com/cespare/xxhash/v2"

	"github.com/earshot/earshot/crawlers/internal/poll"
)

// idTrail remembers the ids of posts a stream gave, oldest first: eight bytes
// each, of which so many are kept.
type idTrail []uint64

const maxTrail = 1000

func (t idTrail) has(id string) bool { return slices.Contains(t, xxhash.Sum64String(id)) }

func (t idTrail) with(id string) idTrail {
	if id == "" || t.has(id) {
		return t
	}
	if len(t) >= maxTrail {
		t = t[len(t)-maxTrail+1:]
	}
	return append(t[:len(t):len(t)], xxhash.Sum64String(id))
}

// MarshalText writes the trail for a cursor.
func (t idTrail) MarshalText() ([]byte, error) { return poll.EncodeMarks(t), nil }

// UnmarshalText reads what MarshalText wrote; anything else is no trail.
func (t *idTrail) UnmarshalText(text []byte) error {
	*t = poll.DecodeMarks(text)
	return nil
}
