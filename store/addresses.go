package store

import (
	"context"
	"slices"

	"github.com/earshot/earshot/mention"
)

// Addresses are found by mention.URLKey; the hash is compared first, the address itself
// by the caller where a false match would matter.

// maxAtURL is how many posts of one address are compared. Where a site has no permalinks thousands
// stand at one; two sources that show the same one do so within days.
const maxAtURL = 50

// ofWatch compares the watch where another column says which rows are meant. Without joining it to nothing SQLite
// takes the index of the watch for the order that it brings, and reads all that was ever heard of it.
const ofWatch = `m.watch || '' = `

// atURL is the query of AtURL, atURLAlso that of shownAlso.
const (
	atURL = `SELECT ` + storedColumns + storedFrom + `
WHERE m.url_key = $1 AND m.url_key <> 0 AND ` + ofWatch + `$2 AND m.severity > 0 ORDER BY m.heard_at DESC, m.id DESC LIMIT $3`
	atURLAlso = `SELECT ` + storedColumns + storedFrom + `
WHERE m.url_key = $1 AND m.url_key <> 0 AND ` + ofWatch + `$2 AND m.source <> $3 ORDER BY m.heard_at DESC, m.id DESC LIMIT $4`
)

// AtURL returns the alerted mentions of the watch whose post stands at this permalink, at
// whatever source, whatever became of their cases: the newest maxAtURL, the oldest of them
// first. An empty address matches nothing.
func (t *Tx) AtURL(ctx context.Context, watch, url string) ([]mention.MentionRecord, error) {
	if url == "" {
		return nil, nil
	}
	rows, err := t.q.QueryContext(ctx, atURL, mention.URLKey(clean(url)), clean(watch), maxAtURL)
	all, err := collect(rows, err, scanStored)
	slices.Reverse(all)
	return all, t.wrap("mentions at an address", err)
}

// address is where posts about a watch stand, as one source shows it.
type address struct {
	key           int64
	watch, source string
}

// ShownAlso returns for each mention the posts at other sources that stand at its permalink and
// name its watch. Where a site has no permalinks, thousands that wait stand at one address with all
// that ever stood there: an address is read once, and in full only where several sources have it.
func (s *Store) ShownAlso(ctx context.Context, list []mention.Mention) (map[mention.ID][]mention.Post, error) {
	at := make(map[address][]mention.ID)
	var keys []int64
	for _, m := range list {
		if m.Post.URL == "" {
			continue
		}
		a := address{mention.URLKey(clean(m.Post.URL)), clean(m.Watch), clean(m.Post.Origin())}
		at[a] = append(at[a], m.ID)
		keys = append(keys, a.key)
	}
	slices.Sort(keys)
	shared := make(map[address]bool) // without the source
	err := eachOf(ctx, s.read, `SELECT m.url_key, m.watch FROM mentions m WHERE m.url_key IN (?) AND m.url_key <> 0
GROUP BY m.url_key, m.watch HAVING MIN(m.source) <> MAX(m.source)`, values(slices.Compact(keys)), func(row scanner) error {
		var a address
		err := row.Scan(&a.key, &a.watch)
		shared[a] = true
		return err
	})
	if err != nil {
		return nil, s.wrap("posts at addresses", err)
	}
	also := make(map[mention.ID][]mention.Post)
	for a, ids := range at {
		if !shared[address{key: a.key, watch: a.watch}] {
			continue
		}
		posts, err := s.shownAlso(ctx, a)
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			also[id] = posts
		}
	}
	return also, nil
}

// shownAlso returns the newest posts of other sources at an address.
func (s *Store) shownAlso(ctx context.Context, a address) ([]mention.Post, error) {
	rows, err := s.read.QueryContext(ctx, atURLAlso, a.key, a.watch, a.source, maxAtURL)
	all, err := collect(rows, err, scanStored)
	slices.Reverse(all)
	posts := make([]mention.Post, 0, len(all))
	for _, st := range all {
		posts = append(posts, st.Mention.Post)
	}
	return posts, s.wrap("posts at an address", err)
}
