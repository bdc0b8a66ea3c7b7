package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/earshot/earshot/mention"
)

// Kept is everything that is kept of a subject.
type Kept struct {
	Posts    []mention.Post          // with their words, as far as those are kept
	Mentions []mention.MentionRecord // which of them named a watch, and what became of it
	Events   []mention.Event         // the audit of those
	Lessons  []mention.Feedback      // what staff taught by them
	Replies  []mention.SiteReply     // what staff answered to them
	Mutes    []mention.Mute
	Repeated []string // where entries of others repeat the name or an address
}

// Kept finds everything of the subject that Erase would erase.
func (s *Store) Kept(ctx context.Context, w Subject) (Kept, error) {
	var k Kept
	if w.nobody() {
		return k, nil
	}
	w, err := s.subjectOf(ctx, w)
	if err == nil {
		err = s.gather(ctx, w, &k)
	}
	return k, s.wrap("export", err)
}

func (s *Store) gather(ctx context.Context, w Subject, k *Kept) error {
	found, err := s.find(ctx, w)
	if err != nil {
		return err
	}
	for _, t := range found.posts {
		if err := s.gatherPost(ctx, t, k); err != nil {
			return err
		}
	}
	for _, t := range found.mutes {
		rows, err := s.read.QueryContext(ctx, `SELECT `+muteColumns+` FROM mutes WHERE source = $1 AND author = $2`, t.source, t.author)
		mutes, err := collect(rows, err, scanMute)
		if err != nil {
			return err
		}
		k.Mutes = append(k.Mutes, mutes...)
	}
	others, err := s.findRepeats(ctx, w, found)
	if err != nil {
		return err
	}
	for _, list := range [][]rewrite{others.events, others.alerts, others.cases, others.replies} {
		for _, r := range list {
			k.Repeated = append(k.Repeated, r.old)
		}
	}
	return nil
}

func (s *Store) gatherPost(ctx context.Context, t trace, k *Kept) error {
	mentions, err := mentionsOf(ctx, s.read, t.key)
	if err != nil {
		return err
	}
	p, err := scanBody(s.read.QueryRowContext(ctx, `SELECT b.source, `+bodySource+`, b.body FROM bodies b WHERE b.key = $1`, t.key[:]))
	switch {
	case err == nil:
		k.Posts = append(k.Posts, p)
	case !errors.Is(err, sql.ErrNoRows):
		return err
	case len(mentions) > 0:
		k.Posts = append(k.Posts, mentions[0].Mention.Post)
	}
	k.Mentions = append(k.Mentions, mentions...)
	if len(mentions) > 0 {
		replies, err := s.RepliesOf(ctx, mentions[0].Mention.ID)
		if err != nil {
			return err
		}
		k.Replies = append(k.Replies, replies...)
	}
	for _, m := range mentions {
		id := string(m.Mention.ID)
		rows, err := s.read.QueryContext(ctx, `SELECT `+eventColumns+` FROM events e WHERE e.mention_id = $1 ORDER BY e.id`, id)
		events, err := collect(rows, err, scanEvent)
		if err != nil {
			return err
		}
		rows, err = s.read.QueryContext(ctx, `SELECT `+feedbackColumns+` FROM lessons l WHERE l.mention_id = $1`, id)
		lessons, err := collect(rows, err, scanFeedback)
		if err != nil {
			return err
		}
		k.Events, k.Lessons = append(k.Events, events...), append(k.Lessons, lessons...)
	}
	return nil
}

const eventColumns = `e.mention_id, e.alert_id, e.kind, e.by_id, e.by_name, e.at, e.detail`

func scanEvent(row scanner) (e mention.Event, err error) {
	var at int64
	err = row.Scan(&e.MentionID, &e.AlertID, &e.Kind, &e.By.ID, &e.By.Name, &at, &e.Detail)
	e.At = fromMicros(at)
	return e, err
}
