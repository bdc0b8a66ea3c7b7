package store

import (
	"testing"

	"github.com/earshot/earshot/mention"
)

// A page mark comes back from browsers: whatever it is, it is read or refused.
func FuzzPageMark(f *testing.F) {
	f.Add(encodeAfter(t0, mentionID(post(1), "Romashka")))
	f.Add("")
	f.Add("MTIvYQ")
	f.Add("%%")
	f.Fuzz(func(t *testing.T, mark string) {
		at, id, err := decodeAfter(mark)
		if err != nil {
			return
		}
		again, id2, err := decodeAfter(encodeAfter(fromMicros(at), mention.ID(id)))
		if err != nil || again != at || id2 != id {
			t.Errorf("%q: %d %q, again %d %q, %v", mark, at, id, again, id2, err)
		}
	})
}
