package store

import (
	"context"
	"database/sql"

	"github.com/earshot/earshot/mention"
)

const templateColumns = `id, lang, topic, body, by_id, by_name, changed_at, version`

// Templates returns the templates that staff wrote, the last changed first; of one
// language, or of all when lang is empty.
func (s *Store) Templates(ctx context.Context, lang string) ([]mention.Template, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT `+templateColumns+` FROM templates WHERE $1 = '' OR lang = $1 ORDER BY changed_at DESC, id LIMIT $2`, clean(lang), mention.MaxTemplates)
	all, err := collect(rows, err, scanTemplate)
	return all, s.wrap("templates", err)
}

// SaveTemplate stores a template: a new one when Version is 0, else the next version of the
// one that has ID and Version now; mention.ErrChanged when somebody else was first,
// ErrNotFound when it is gone, mention.ErrTemplate and mention.ErrTemplates when it cannot be.
func (s *Store) SaveTemplate(ctx context.Context, t mention.Template) error {
	t.Text = clean(t.Text)
	if err := t.Check(); err != nil {
		return err
	}
	return s.inTxOf(ctx, s.desk, "save template", func(tx *sql.Tx) error {
		if t.Version == 0 {
			var n int
			if err := tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM templates`).Scan(&n); err != nil {
				return err
			}
			if n >= mention.MaxTemplates {
				return mention.ErrTemplates
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO templates (`+templateColumns+`, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 1, $7)`,
				clean(t.ID), clean(t.Lang), clean(t.Topic), t.Text, clean(t.By.ID), clean(t.By.Name), micros(t.ChangedAt))
			return err
		}
		n, err := affected(tx.ExecContext(ctx, `UPDATE templates SET lang = $3, topic = $4, body = $5, by_id = $6, by_name = $7, changed_at = $8, version = version + 1 WHERE id = $1 AND version = $2`,
			clean(t.ID), t.Version, clean(t.Lang), clean(t.Topic), t.Text, clean(t.By.ID), clean(t.By.Name), micros(t.ChangedAt)))
		if err != nil || n == 1 {
			return err
		}
		if err := tx.QueryRowContext(ctx, `SELECT version FROM templates WHERE id = $1`, clean(t.ID)).Scan(&t.Version); err != nil {
			return err
		}
		return mention.ErrChanged
	})
}

// DeleteTemplate deletes a template; ErrNotFound when there is none.
func (s *Store) DeleteTemplate(ctx context.Context, id string) error {
	return s.pressOne(ctx, "delete template", `DELETE FROM templates WHERE id = $1`, clean(id))
}

func scanTemplate(row scanner) (t mention.Template, err error) {
	var changed int64
	err = row.Scan(&t.ID, &t.Lang, &t.Topic, &t.Text, &t.By.ID, &t.By.Name, &changed, &t.Version)
	t.ChangedAt = fromMicros(changed)
	return t, err
}
