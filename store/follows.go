package store

import (
	"context"
	"database/sql"

	"github.com/earshot/earshot/mention"
)

const followColumns = `key, source, thread, post_id, cursor, looked, gone, due_at, failures`

// Follows returns what is remembered of these posts' threads, in no order; posts that
// were never followed are left out.
func (s *Store) Follows(ctx context.Context, keys []mention.PostKey) ([]mention.Follow, error) {
	var list []mention.Follow
	err := eachOf(ctx, s.read, `SELECT `+followColumns+` FROM follows WHERE key IN (?)`, blobs(keys), func(row scanner) error {
		f, err := scanFollow(row)
		list = append(list, f)
		return err
	})
	return list, s.wrap("followed threads", err)
}

func scanFollow(row scanner) (mention.Follow, error) {
	var (
		f                 mention.Follow
		key               []byte
		looked, gone, due int64
	)
	err := row.Scan(&key, &f.Source, &f.Thread, &f.PostID, &f.Cursor, &looked, &gone, &due, &f.Failures)
	copy(f.Key[:], key)
	f.Looked, f.Gone, f.DueAt = fromMicros(looked), gone != 0, fromMicros(due)
	return f, err
}

// SaveFollows stores where following stands, all or none; what was remembered of the
// same posts is replaced.
func (s *Store) SaveFollows(ctx context.Context, list []mention.Follow) error {
	return s.inTx(ctx, "save followed threads", func(tx *sql.Tx) error {
		for _, f := range list {
			_, err := tx.ExecContext(ctx, `INSERT INTO follows (`+followColumns+`)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (key) DO UPDATE SET source = excluded.source, thread = excluded.thread, post_id = excluded.post_id,
 cursor = excluded.cursor, looked = excluded.looked, gone = excluded.gone, due_at = excluded.due_at, failures = excluded.failures`,
				f.Key[:], clean(f.Source), clean(f.Thread), clean(f.PostID), clean(f.Cursor), micros(f.Looked), flag(f.Gone), micros(f.DueAt), f.Failures)
			if err != nil {
				return err
			}
		}
		return nil
	})
}
