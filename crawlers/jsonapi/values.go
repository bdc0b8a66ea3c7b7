package jsonapi

import (
	"slices"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/internal/poll"
)

// leastPause is how long a site is left alone that asks for a pause and does not say how
// long.
const leastPause = time.Minute

// from are the values, that one first: a site that takes some requests only gets to the
// last ones, too.
func (a *jsonAPI) from(first string) []string {
	i := max(slices.Index(a.each, first), 0)
	return slices.Concat(a.each[i:], a.each[:i])
}

// keep takes over the memory of the values that had no turn.
func (s jsonState) keep(before jsonState, each []string) {
	for value, part := range before.Parts {
		if _, had := s.Parts[value]; !had && slices.Contains(each, value) {
			s.Parts[value] = part
		}
	}
}

// addTo adds it to what the others brought.
func (f jsonFound) addTo(b *crawlers.Batch) {
	b.Posts = append(b.Posts, f.posts...)
	b.Observed.Items += f.items
	b.Observed.Gap = b.Observed.Gap || f.cut
	b.Observed.Bytes += f.bytes
	b.Observed.Notes = poll.AppendNew(b.Observed.Notes, f.notes...)
	if f.newest.After(b.Observed.Newest) {
		b.Observed.Newest = f.newest
	}
	b.Unchanged = b.Unchanged && f.unchanged
}
