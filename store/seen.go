package store

import (
	"context"

	"github.com/earshot/earshot/mention"
)

// TableSeen is the seen set without Redis: the table of posts that Ingest writes.
// It is never behind the truth, so there is nothing to mark.
type TableSeen struct{ store *Store }

// Seen returns the seen set that the database itself is.
func (s *Store) Seen() *TableSeen { return &TableSeen{s} }

// Lookup returns for each key the content hash of the stored post, 0 for unknown.
func (t *TableSeen) Lookup(ctx context.Context, keys []mention.PostKey) ([]uint32, error) {
	known, err := knownPosts(ctx, t.store.read, keys)
	if err != nil {
		return nil, t.store.wrap("look up posts", err)
	}
	hashes := make([]uint32, len(keys))
	for i, key := range keys {
		hashes[i] = known[key].hash
	}
	return hashes, nil
}

// Mark does nothing: the posts were committed by Ingest, which comes first.
func (t *TableSeen) Mark(context.Context, []mention.PostKey, []uint32) error { return nil }
