package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/earshot/earshot/mention"
)

// What happens to a post in Ingest:
//
//	key known, same content        dropped
//	key known, other content       edited: words replaced, a pending mention for every mention it had or has now
//	key known, in another thread   the same
//	key known, deleted now         words erased, a pending mention for every mention it had
//	key known, erased on request   dropped for ever
//	key new, fingerprint known     dropped, where the post that had the fingerprint is gone
//	                               from the page: sites whose ids change at each fetch (lookalikes.go)
//	key new                        stored, a pending mention for every mention
//
// Everything is read before plan runs and written after it, in one transaction.

// Plan decides what happens to the pending mentions: it sets cases and severities and
// appends alerts and events. It runs inside the transaction and runs again when the
// transaction does, so it must have no side effects but on the pending mentions.
type Plan func(ctx context.Context, tx *Tx, pending []*mention.PendingMention) error

// Ingest commits one poll in one transaction: new posts, edits and deletions with
// their mentions, cases, alerts and events, and that the source's baseline is done.
// Posts it knows already are dropped, so handing the same poll over again, after a
// crash or a wiped seen set, changes nothing.
//
// An edited post makes a pending mention with Previous and the stored Case for each mention it
// had; one that does not name the watch any more has no Spans then and keeps its
// score without the evidence. A pending mention of a deleted post has Post.Deleted and no
// words. In a baseline, unless the source has one already, every case is Quiet and alerts
// are dropped, but those about mentions
// of before. The store adds the event heard, edited or deleted to a pending mention that lacks it.
func (s *Store) Ingest(ctx context.Context, in mention.PollResult, plan Plan) (mention.IngestResult, error) {
	select {
	case s.polls <- struct{}{}:
		defer func() { <-s.polls }()
	case <-ctx.Done():
		return mention.IngestResult{}, s.wrap("ingest "+in.Source, context.Cause(ctx))
	}
	var result mention.IngestResult
	err := s.inTx(ctx, "ingest "+in.Source, func(tx *sql.Tx) error {
		g, err := s.readPoll(ctx, tx, in)
		if err != nil {
			return err
		}
		if plan != nil && len(g.pending) > 0 {
			view := &Tx{q: tx, wrap: func(what string, err error) error {
				if err == nil {
					return nil
				}
				return fmt.Errorf("%s: %w", what, err)
			}}
			if err := plan(ctx, view, g.pending); err != nil {
				return fmt.Errorf("plan: %w", err)
			}
		}
		err = g.write()
		result = g.result
		return err
	})
	if err != nil {
		return mention.IngestResult{}, err
	}
	return result, nil
}

// readPoll sorts the posts out. Where several may plan at once it does so again, alone,
// when there is something to plan: most polls bring no mention and wait for nobody.
func (s *Store) readPoll(ctx context.Context, tx *sql.Tx, in mention.PollResult) (*ingestion, error) {
	read := func() (*ingestion, error) {
		g := &ingestion{store: s, ctx: ctx, tx: tx, in: in, loaded: map[mention.ID]int64{}, cases: map[mention.ID]int64{}}
		return g, g.read()
	}
	g, err := read()
	if err != nil || len(g.pending) == 0 || s.engine.serialise == "" {
		return g, err
	}
	if err := s.alone(ctx, tx, pollLock); err != nil {
		return nil, err
	}
	if _, err := s.makeAnew(ctx, tx); err != nil { // of which the plan must find all, and another replica may be of an earlier earshot
		return nil, err
	}
	return read()
}

// ingestion is one Ingest under way.
type ingestion struct {
	store   *Store
	ctx     context.Context
	tx      *sql.Tx
	in      mention.PollResult
	source  int64
	posts   []postChange
	moved   []move
	pending []*mention.PendingMention
	loaded  map[mention.ID]int64 // versions of cases as the plan saw them
	cases   map[mention.ID]int64 // versions written by this poll
	result  mention.IngestResult

	changing bool // the ids of the page are seen to change (lookAlikes)
}

// postChange is one row of posts to be written.
type postChange struct {
	post  mention.Post
	key   mention.PostKey
	print int64
}

// knownPost is one row of posts as it stands.
type knownPost struct {
	hash uint32
	gone int
}

// The values of posts.gone.
const (
	present = iota
	deletedOnSite
	erasedOnRequest
)

// read sorts the posts out and makes the pending mentions.
func (g *ingestion) read() error {
	if err := g.baseline(); err != nil {
		return err
	}
	found := onePerKey(g.in.Posts)
	keys := make([]mention.PostKey, len(found))
	for i, f := range found {
		keys[i] = f.Post.Key()
	}
	known, err := knownPosts(g.ctx, g.tx, keys)
	if err != nil {
		return err
	}
	twins, err := g.lookAlikes(found, keys, known)
	if err != nil {
		return err
	}
	g.changing = twins.changing
	g.result.Known += len(g.in.Posts) - len(found)
	for i, f := range found {
		change := postChange{post: f.Post, key: keys[i], print: shortFingerprint(f.Post.Fingerprint())}
		was, isKnown := known[change.key]
		switch {
		case isKnown && was.unchanged(f.Post):
			g.result.Known++
		case isKnown:
			if err := g.edited(f, change); err != nil {
				return err
			}
		default:
			old, moved := twins.take(f.Post)
			if !moved || g.in.OwnIDs {
				g.newPost(f, change)
				continue
			}
			g.result.Known++
			g.moved = append(g.moved, move{from: old, to: change.post, print: change.print})
			g.result.Moved = append(g.result.Moved, change.key)
		}
	}
	return nil
}

// baseline takes back that the poll is one, where the baseline is done: another process
// polled the source since this one looked.
func (g *ingestion) baseline() error {
	if !g.in.Baseline || g.in.Past {
		return nil
	}
	var done int
	err := g.tx.QueryRowContext(g.ctx, `SELECT baselined FROM sources WHERE key = $1`, g.sourceKey()).Scan(&done)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	g.in.Baseline = done == 0
	return nil
}

func (k knownPost) unchanged(p mention.Post) bool {
	switch k.gone {
	case erasedOnRequest:
		return true
	case deletedOnSite:
		return p.Deleted
	}
	return !p.Deleted && !p.Moved && k.hash == p.ContentHash()
}

// onePerKey keeps one post per key, at the first one's place: the one that says the
// most, because lists show the same post cut short.
func onePerKey(all []mention.AnalyzedPost) []mention.AnalyzedPost {
	at := make(map[mention.PostKey]int, len(all))
	kept := make([]mention.AnalyzedPost, 0, len(all))
	for _, f := range all {
		key := f.Post.Key()
		i, again := at[key]
		switch {
		case !again:
			at[key] = len(kept)
			kept = append(kept, f)
		case len(f.Post.Body()) > len(kept[i].Post.Body()):
			kept[i] = f
		}
	}
	return kept
}

// newPost takes a post that was never seen.
func (g *ingestion) newPost(f mention.AnalyzedPost, change postChange) {
	g.posts = append(g.posts, change)
	if f.Post.Deleted { // remembered, so it stays known; there is nothing else to keep
		g.result.Known++
		return
	}
	g.result.New++
	if g.in.Baseline && g.in.Past || g.stoodBefore(f.Post) {
		g.result.Past++
	}
	for _, m := range f.Mentions {
		g.pending = append(g.pending, g.newPending(m, change))
	}
}

func (g *ingestion) newPending(m mention.Mention, change postChange) *mention.PendingMention {
	m.ID, m.Post = mention.MentionID(change.key, m.Watch), change.post
	m.HeardAt, m.EditedAt = g.in.At, time.Time{}
	return &mention.PendingMention{
		Mention:  m,
		Case:     mention.Case{MentionID: m.ID, Status: mention.Quiet, Version: 1, OpenedAt: g.in.At},
		Baseline: g.in.Baseline || g.stoodBefore(change.post),
	}
}

// stoodBefore reports whether a post that nobody knew is of before its site was built anew. Where ids
// change at every fetch all posts look so at every poll: one without a date may be of today.
func (g *ingestion) stoodBefore(p mention.Post) bool {
	return !g.in.Rebuilt.IsZero() && (p.Published.IsZero() && !g.changing || p.Before(g.in.Rebuilt))
}

// edited takes a post whose words changed, or that is gone or back.
func (g *ingestion) edited(f mention.AnalyzedPost, change postChange) error {
	g.posts = append(g.posts, change)
	g.result.Edited++
	before, err := mentionsOf(g.ctx, g.tx, change.key)
	if err != nil {
		return err
	}
	baseline := g.in.Baseline && (!g.in.Past || g.in.Anew) // whatever its age, an edit is of today, where nothing else changed the words
	had := make(map[mention.ID]bool, len(before))
	for _, old := range before {
		had[old.Mention.ID] = true
		g.loaded[old.Mention.ID] = old.Case.Version
		old.Mention.Post.ID = f.Post.ID // gone from the store once its words are pruned
		next := withoutEvidence(old.Mention)
		for _, m := range f.Mentions {
			if m.Watch == old.Mention.Watch && !f.Post.Deleted {
				next = m
			}
		}
		previous := old.Mention
		next.ID, next.Post = previous.ID, change.post
		next.HeardAt, next.EditedAt, next.Severity = previous.HeardAt, g.in.At, previous.Severity
		if f.Post.Deleted {
			next.Post = goneFrom(previous.Post)
		}
		g.pending = append(g.pending, &mention.PendingMention{Mention: next, Previous: &previous, Case: old.Case, Baseline: baseline, Reread: g.in.Reread && !f.Post.Deleted})
	}
	if f.Post.Deleted {
		return nil
	}
	for _, m := range f.Mentions {
		if had[mention.MentionID(change.key, m.Watch)] {
			continue
		}
		d := g.newPending(m, change)
		if d.Earlier, err = g.keptPost(change); err != nil {
			return err
		}
		// Words that stood there before may be of others; where there were none, they are the author's.
		d.Baseline = baseline || g.in.Reread && (d.Earlier == nil || d.Earlier.Text != "")
		g.pending = append(g.pending, d)
	}
	return nil
}

// keptPost is a known post as it was; nil when its words are not kept.
func (g *ingestion) keptPost(change postChange) (*mention.Post, error) {
	var body string
	err := g.tx.QueryRowContext(g.ctx, `SELECT body FROM bodies WHERE key = $1`, change.key[:]).Scan(&body)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	p, err := decodePost(mention.Post{Source: change.post.Source, SourceKey: change.post.SourceKey}, body)
	if err != nil {
		return nil, nil //nolint:nilerr // a damaged one is as one that is not kept
	}
	return &p, nil
}

// withoutEvidence keeps the verdict and drops what points into words that changed.
func withoutEvidence(m mention.Mention) mention.Mention {
	m.Spans, m.Score.Why = nil, nil
	m.Score.Frames = slices.Clone(m.Score.Frames)
	for i, f := range m.Score.Frames {
		m.Score.Frames[i] = mention.Frame{Frame: f.Frame, Value: f.Value}
	}
	return m
}

// goneFrom is what remains of a deleted post: where and when it stood.
func goneFrom(p mention.Post) mention.Post {
	return mention.Post{
		Source: p.Source, SourceKey: p.SourceKey, Kind: p.Kind, ID: p.ID, URL: p.URL, ThreadURL: p.ThreadURL, Author: p.Author, FreeName: p.FreeName, Own: p.Own, SeemsOwn: p.SeemsOwn,
		Published: p.Published, DateOnly: p.DateOnly, Deleted: true,
	}
}

func knownPosts(ctx context.Context, q querier, keys []mention.PostKey) (map[mention.PostKey]knownPost, error) {
	known := make(map[mention.PostKey]knownPost, len(keys))
	err := eachOf(ctx, q, `SELECT key, hash, gone FROM posts WHERE key IN (?)`, blobs(keys), func(row scanner) error {
		var key []byte
		var k knownPost
		if err := row.Scan(&key, &k.hash, &k.gone); err != nil {
			return err
		}
		known[mention.PostKey(key)] = k
		return nil
	})
	return known, err
}

func mentionsOf(ctx context.Context, q querier, key mention.PostKey) ([]mention.MentionRecord, error) {
	rows, err := q.QueryContext(ctx, `SELECT `+storedColumns+storedFrom+`WHERE m.post_key = $1 ORDER BY m.heard_at, m.id`, key[:])
	return collect(rows, err, scanStored)
}
