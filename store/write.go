package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/earshot/earshot/mention"
)

// write commits what read and plan made to the transaction.
func (g *ingestion) write() error {
	if err := g.writeSource(); err != nil {
		return err
	}
	if err := g.writePosts(); err != nil {
		return err
	}
	if err := g.writeMoves(); err != nil {
		return err
	}
	if err := g.store.lockCases(g.ctx, g.tx, g.changedCases()); err != nil {
		return err
	}
	for _, d := range g.pending {
		if err := g.writePending(d); err != nil {
			return err
		}
	}
	for _, d := range g.pending {
		if err := g.writeAlso(d.Also); err != nil {
			return err
		}
	}
	return nil
}

// changedCases are the stored cases that this poll changes, and those of whose messages it
// says something.
func (g *ingestion) changedCases() (ids []string) {
	for _, d := range g.pending {
		if d.Previous != nil {
			ids = append(ids, string(d.Mention.ID))
		}
		for _, c := range d.Also {
			ids = append(ids, string(c.MentionID))
		}
		for _, a := range d.Alerts {
			ids = append(ids, string(a.MentionID))
		}
	}
	return ids
}

// sourceKey is what the columns called source hold.
func (g *ingestion) sourceKey() string { return clean(cmp.Or(g.in.SourceKey, g.in.Source)) }

// writeSource makes sure the source has a row, and closes its baseline together
// with the posts that made it.
func (g *ingestion) writeSource() error {
	done := flag(g.in.Baseline && g.in.Complete)
	return g.tx.QueryRowContext(g.ctx, `
INSERT INTO sources (key, name, baselined) VALUES ($1, $2, $3)
ON CONFLICT (key) DO UPDATE SET baselined = CASE WHEN sources.baselined = 1 THEN 1 ELSE excluded.baselined END
RETURNING id`, g.sourceKey(), clean(g.in.Source), done).Scan(&g.source)
}

func (g *ingestion) writePosts() error {
	if len(g.posts) == 0 {
		return nil
	}
	post, err := g.tx.PrepareContext(g.ctx, `
INSERT INTO posts (key, source, hash, fingerprint, first_seen, gone) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (key) DO UPDATE SET hash = excluded.hash, fingerprint = excluded.fingerprint, gone = excluded.gone WHERE posts.gone <> `+strconv.Itoa(erasedOnRequest))
	if err != nil {
		return err
	}
	defer post.Close()
	body, err := g.tx.PrepareContext(g.ctx, `
INSERT INTO bodies (key, source, author, url, kept_at, body) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (key) DO UPDATE SET author = excluded.author, url = excluded.url, kept_at = excluded.kept_at, body = excluded.body`)
	if err != nil {
		return err
	}
	defer body.Close()
	for i := range g.posts {
		c := &g.posts[i]
		p := &c.post
		n, err := affected(post.ExecContext(g.ctx, c.key[:], g.source, int64(p.ContentHash()), c.print, micros(g.in.At), flag(p.Deleted)))
		if err != nil {
			return err
		}
		if n == 0 {
			return errConflict // erased since it was read
		}
		if p.Deleted {
			if _, err := g.tx.ExecContext(g.ctx, `DELETE FROM bodies WHERE key = $1`, c.key[:]); err != nil {
				return err
			}
			continue
		}
		text, err := encodePost(*p)
		if err != nil {
			return err
		}
		_, err = body.ExecContext(g.ctx, c.key[:], g.sourceKey(), clean(p.Author), clean(p.URL), micros(g.in.At), text)
		if err != nil {
			return err
		}
	}
	return nil
}

func (g *ingestion) writePending(d *mention.PendingMention) error {
	g.result.Mentions++
	if d.Baseline {
		// Nothing of it is news, but an answer in it closes cases of before, which is told.
		d.Alerts = slices.DeleteFunc(d.Alerts, func(a mention.Alert) bool { return a.MentionID == "" || a.MentionID == d.Mention.ID })
		if d.Previous == nil {
			d.Case.Status, d.Mention.Severity = mention.Quiet, 0
		}
	}
	if d.Case.Status == "" {
		d.Case.Status = mention.Quiet
	}
	d.Case.MentionID = d.Mention.ID
	if err := writeMention(g.ctx, g.tx, d); err != nil {
		return err
	}
	if err := g.writePendingCase(d); err != nil {
		return err
	}
	for _, a := range d.Alerts {
		if a.CreatedAt.IsZero() {
			a.CreatedAt = g.in.At
		}
		added, err := insertAlert(g.ctx, g.tx, a, g.cases[d.Mention.ID])
		if err != nil {
			return err
		}
		if added {
			g.result.Alerts = append(g.result.Alerts, a.ID)
		}
	}
	events, err := g.eventsOf(d)
	if err != nil {
		return err
	}
	return insertEvents(g.ctx, g.tx, d.Mention.ID, g.in.At, events)
}

// eventsOf makes sure that the audit says what happened to the mention.
func (g *ingestion) eventsOf(d *mention.PendingMention) ([]mention.Event, error) {
	own := mention.Event{Kind: "heard"}
	switch {
	case d.Previous != nil && d.Mention.Post.Deleted:
		own.Kind = "deleted"
	case d.Previous != nil:
		own.Kind = "edited"
	}
	if slices.ContainsFunc(d.Events, func(e mention.Event) bool { return e.Kind == own.Kind }) {
		return d.Events, nil
	}
	if own.Kind == "edited" {
		if often, err := g.editsOften(d); err != nil || often {
			return d.Events, err
		}
		if len(d.Mention.Spans) == 0 && len(d.Previous.Spans) > 0 { // by its source it belongs to a watch that it never names
			own.Detail = "does not name " + d.Mention.Watch + " any more"
		}
	}
	return append([]mention.Event{own}, d.Events...), nil
}

// How many edits of one mention are recorded where the plan recorded none: a page that
// counts or turns something is "edited" at every poll.
const (
	editEvents     = 5
	editEventEvery = time.Hour
)

// editsOften reports whether one more edit is not worth an event.
func (g *ingestion) editsOften(d *mention.PendingMention) (bool, error) {
	var n int
	var last int64
	err := g.tx.QueryRowContext(g.ctx, `SELECT COUNT(*), COALESCE(MAX(at), 0) FROM events WHERE mention_id = $1 AND kind = 'edited'`, string(d.Mention.ID)).Scan(&n, &last)
	return d.Recount || n >= editEvents || n > 0 && g.in.At.Sub(fromMicros(last)) < editEventEvery, err
}

// writePendingCase stores the case of a pending mention. An edited mention is a new version of
// its case even when the plan left it alone, so that its message is updated.
func (g *ingestion) writePendingCase(d *mention.PendingMention) error {
	id := d.Mention.ID
	if d.Previous == nil {
		d.Case.Version = max(d.Case.Version, 1)
		g.cases[id] = d.Case.Version
		return insertCase(g.ctx, g.tx, d.Case)
	}
	before, err := caseOf(g.ctx, g.tx, id)
	if err != nil {
		return err
	}
	if before.Version != g.loaded[id] {
		return errConflict // somebody pressed a button meanwhile: plan again
	}
	d.Case.Version = max(d.Case.Version, before.Version+1)
	g.cases[id] = d.Case.Version
	return updateCase(g.ctx, g.tx, before, d.Case)
}

// writeAlso stores changes of other mentions' cases. A case that this poll has
// written already goes on from there: the last word counts.
func (g *ingestion) writeAlso(list []mention.Case) error {
	for _, c := range list {
		before, err := caseOf(g.ctx, g.tx, c.MentionID)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("case of mention %s: %w", c.MentionID, ErrNotFound)
		}
		if err != nil {
			return err
		}
		if written, ok := g.cases[c.MentionID]; ok {
			c.Version = max(c.Version, written+1)
		} else if before.Version != c.Version-1 {
			return errConflict
		}
		g.cases[c.MentionID] = c.Version
		if err := updateCase(g.ctx, g.tx, before, c); err != nil {
			return err
		}
	}
	return nil
}

func writeMention(ctx context.Context, q querier, d *mention.PendingMention) error {
	m := &d.Mention
	score, err := encodeJSON(m.Score)
	if err != nil {
		return err
	}
	spans, err := encodeJSON(m.Spans)
	if err != nil {
		return err
	}
	root := m.Simhash != 0 && slices.ContainsFunc(d.Alerts, func(a mention.Alert) bool {
		return a.Kind == mention.Complaint // gathered or not: what staff say of it holds for its copies
	})
	key, b, p := m.Post.Key(), bands(m.Simhash), &m.Post
	_, err = q.ExecContext(ctx, `
INSERT INTO mentions (id, watch, post_key, source, kind, author, url, thread_url, published, date_only, gone, heard_at, edited_at,
 severity, simhash, band0, band1, band2, band3, root, official, baseline, label, score, spans, terms, url_key, thread_key, lang, topics, rules, num)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30, $31, (SELECT COALESCE(MAX(num), 0) + 1 FROM mentions))
ON CONFLICT (id) DO UPDATE SET author = excluded.author, url = excluded.url, thread_url = excluded.thread_url,
 published = excluded.published, date_only = excluded.date_only, gone = excluded.gone, heard_at = excluded.heard_at, edited_at = excluded.edited_at,
 severity = excluded.severity, simhash = excluded.simhash, band0 = excluded.band0, band1 = excluded.band1,
 band2 = excluded.band2, band3 = excluded.band3, root = CASE WHEN excluded.root = 1 THEN 1 ELSE mentions.root END,
 official = excluded.official, baseline = excluded.baseline, label = excluded.label, score = excluded.score,
 spans = excluded.spans, terms = excluded.terms, url_key = excluded.url_key, thread_key = excluded.thread_key,
 lang = excluded.lang, topics = excluded.topics, rules = excluded.rules, erased = 0`, // what was written anew ages anew
		string(m.ID), clean(m.Watch), key[:], clean(p.Origin()), string(p.Kind), clean(p.Author), clean(p.URL), clean(p.ThreadURL),
		micros(p.Published), flag(p.DateOnly), flag(p.Deleted), micros(m.HeardAt), micros(m.EditedAt), int64(m.Severity),
		int64(m.Simhash), b[0], b[1], b[2], b[3], flag(root), flag(m.Official), flag(d.Baseline), string(m.Score.Label), score, spans,
		searchTerms(*p), mention.URLKey(clean(p.URL)), mention.URLKey(clean(p.ThreadURL)), clean(m.Score.Lang), topicList(m.Score.Topics), rowRules)
	return err
}
