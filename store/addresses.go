package store

import (
	"context"
	"database/sql"

	"github.com/earshot/earshot/mention"
)

// Addresses are found by mention.URLKey; the hash is compared first, the address itself
// by the caller where a false match would matter.

// hashAddresses computes the hashes of rows that an earlier earshot wrote. It goes on
// where it was interrupted.
func (s *Store) hashAddresses(ctx context.Context) error {
	for {
		n := 0
		err := s.inTx(ctx, "hash addresses", func(tx *sql.Tx) error {
			rows, err := tx.QueryContext(ctx, `SELECT id, url, thread_url FROM mentions WHERE url_key IS NULL ORDER BY id LIMIT $1`, pruneChunk)
			list, err := collect(rows, err, func(row scanner) (r [3]string, err error) { return r, row.Scan(&r[0], &r[1], &r[2]) })
			if err != nil {
				return err
			}
			n = len(list)
			for _, r := range list {
				if _, err := tx.ExecContext(ctx, `UPDATE mentions SET url_key = $2, thread_key = $3 WHERE id = $1`, r[0], mention.URLKey(r[1]), mention.URLKey(r[2])); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || n < pruneChunk {
			return err
		}
	}
}

// AtURL returns the alerted mentions of the watch whose post stands at this permalink, at
// whatever source, whatever became of their cases; the oldest first. An empty address
// matches nothing.
func (t *Tx) AtURL(ctx context.Context, watch, url string) ([]mention.MentionRecord, error) {
	if url == "" {
		return nil, nil
	}
	rows, err := t.q.QueryContext(ctx, `SELECT `+storedColumns+storedFrom+`
WHERE m.url_key = $1 AND m.url_key <> 0 AND m.watch = $2 AND m.severity > 0 ORDER BY m.heard_at, m.id LIMIT 50`, mention.URLKey(clean(url)), clean(watch))
	all, err := collect(rows, err, scanStored)
	return all, t.wrap("mentions at an address", err)
}

// ShownAlso returns the posts at other sources that stand at the permalink of this
// mention and name its watch.
func (s *Store) ShownAlso(ctx context.Context, m mention.Mention) ([]mention.Post, error) {
	if m.Post.URL == "" {
		return nil, nil
	}
	rows, err := s.read.QueryContext(ctx, `SELECT `+storedColumns+storedFrom+`
WHERE m.url_key = $1 AND m.url_key <> 0 AND m.watch = $2 AND m.source <> $3 ORDER BY m.heard_at, m.id LIMIT 50`,
		mention.URLKey(clean(m.Post.URL)), clean(m.Watch), clean(m.Post.Origin()))
	all, err := collect(rows, err, scanStored)
	posts := make([]mention.Post, 0, len(all))
	for _, st := range all {
		posts = append(posts, st.Mention.Post)
	}
	return posts, s.wrap("posts at an address", err)
}
