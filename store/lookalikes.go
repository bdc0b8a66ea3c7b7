package store

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/earshot/earshot/mention"
)

// Some sites give a post another id or address at every fetch. Such a post is known by
// what it says (mention.Post.Fingerprint), but guests write "Terrible" on one day, too.
// So a post is the one that is known:
//
//   - never, while the known one stands on the same page: then they are two;
//   - never, where the known one stands in another thread and was published at another
//     moment, unless the page shows that its ids change: who gets no answer says so in two
//     threads, and waits for one in each;
//   - where the page shows that its ids change: it has no id that is known, and most of
//     its posts are known by their words. There the day may be off by one as well;
//   - where the page was read by other rules than before, and the known one stood in this thread: there an
//     earlier version may have given it another author and another moment, and words of others with it;
//   - else on the same day, where the words are many enough, or where somebody with a
//     name wrote them and no id of the page is known.
//
// Everything else is new: a copy in a thread is better than a complaint that is lost.

// Words of so many letters are not written twice on one day by chance: by one with a
// name, and by guests.
const (
	tellingWords      = 20
	tellingGuestWords = 120
)

// move is a post that is known under another key.
type move struct {
	from  mention.PostKey
	to    mention.Post
	print int64 // today's: dates like "2 days ago" wander
}

// lookAlikes are the stored posts that say what new posts of the page say, and that the
// page does not show any more.
type lookAlikes struct {
	gone     map[int64][]mention.PostKey     // by fingerprint
	places   map[mention.PostKey]whereabouts // of those that mention something
	allNew   bool                            // no id of the page is known
	changing bool                            // the ids of the page are seen to change
	before   map[int64][]standing            // what was known of the post's thread, where that is read by other rules; by mention.URLKey
}

// standing is a post as it was read before.
type standing struct {
	key  mention.PostKey
	at   time.Time
	text string
}

// whereabouts are where and when a post that is known was written.
type whereabouts struct {
	thread int64 // mention.URLKey
	at     time.Time
}

// other reports whether a post stands in another thread and is of another moment: what
// moderators move keeps its own.
func (l *lookAlikes) other(known mention.PostKey, post mention.Post) bool {
	p, ok := l.places[known]
	return ok && post.ThreadURL != "" && p.thread != mention.URLKey(clean(post.ThreadURL)) &&
		(post.DateOnly || p.at.IsZero() || p.at.Sub(post.Published).Abs() > time.Minute)
}

// lookAlikes finds them for the posts whose keys are unknown.
func (g *ingestion) lookAlikes(found []mention.AnalyzedPost, keys []mention.PostKey, known map[mention.PostKey]knownPost) (*lookAlikes, error) {
	var fresh []mention.Post
	var ask []int64
	for i, f := range found {
		if _, ok := known[keys[i]]; ok {
			continue
		}
		fresh = append(fresh, f.Post)
		ask = append(ask, shortFingerprint(f.Post.Fingerprint()))
	}
	twins := &lookAlikes{}
	if len(fresh) == 0 {
		return twins, nil
	}
	page := slices.Concat(g.in.OnPage, g.in.Beside, keys)
	if (!g.in.Baseline || g.in.Past) && len(known) == 0 {
		some, err := knowsAny(g.ctx, g.tx, page)
		if err != nil {
			return nil, err
		}
		twins.allNew = !some
	}
	if twins.allNew {
		for _, post := range fresh {
			for _, near := range post.NearFingerprints() {
				ask = append(ask, shortFingerprint(near))
			}
		}
	}
	shown := make(map[mention.PostKey]bool, len(page))
	for _, key := range page {
		shown[key] = true
	}
	var err error
	if twins.gone, err = postsSaying(g.ctx, g.tx, ask, shown); err != nil {
		return nil, err
	}
	if twins.places, err = placesOf(g.ctx, g.tx, twins.gone); err != nil {
		return nil, err
	}
	if g.in.Anew {
		if twins.before, err = g.stoodIn(fresh, shown); err != nil {
			return nil, err
		}
	}
	said := 0
	for _, post := range fresh {
		if len(twins.gone[shortFingerprint(post.Fingerprint())])+len(twins.near(post)) > 0 {
			said++
		}
	}
	twins.changing = twins.allNew && len(fresh) > 1 && 2*said > len(fresh)
	return twins, nil
}

// take returns the known post that this one is; each is taken once.
func (l *lookAlikes) take(post mention.Post) (mention.PostKey, bool) {
	print := shortFingerprint(post.Fingerprint())
	if l.changing || l.telling(post) {
		for i, known := range l.gone[print] {
			if l.changing || !l.other(known, post) {
				return l.pop(print, i), true
			}
		}
	}
	if near := l.near(post); l.changing && len(near) > 0 {
		return l.pop(near[0], 0), true
	}
	return l.readBefore(post)
}

// readBefore returns the known post that said the same about the same time when its thread was read by other
// rules, or said this among other words. A few words are known by their moment.
func (l *lookAlikes) readBefore(post mention.Post) (mention.PostKey, bool) {
	const about = 36 * time.Hour // a clock without its day or its zone
	text, thread := inOneLine(post.Text), mention.URLKey(clean(post.ThreadURL))
	few := utf8.RuneCountInString(text) < tellingWords
	if few && (text == "" || post.DateOnly || post.Published.IsZero()) {
		return mention.PostKey{}, false
	}
	same := func(says func(was, is string) bool) int {
		return slices.IndexFunc(l.before[thread], func(s standing) bool {
			return (s.at.IsZero() || post.Published.IsZero() || s.at.Sub(post.Published).Abs() <= about) && says(s.text, text)
		})
	}
	i := same(func(was, is string) bool { return was == is })
	if few {
		i = slices.IndexFunc(l.before[thread], func(s standing) bool { return s.text == text && s.at.Equal(post.Published) })
	} else if i < 0 {
		i = same(strings.Contains)
	}
	if i < 0 {
		return mention.PostKey{}, false
	}
	key := l.before[thread][i].key
	l.before[thread] = slices.Delete(l.before[thread], i, i+1)
	return key, true
}

func inOneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

// telling reports whether the words and the name can hardly be somebody else's.
func (l *lookAlikes) telling(post mention.Post) bool {
	n := utf8.RuneCountInString(post.Body())
	if mention.IsNobody(post.Author) {
		return n >= tellingGuestWords
	}
	return l.allNew || n >= tellingWords
}

// near returns the fingerprints of the days beside under which there are posts.
func (l *lookAlikes) near(post mention.Post) (prints []int64) {
	for _, near := range post.NearFingerprints() {
		if print := shortFingerprint(near); len(l.gone[print]) > 0 {
			prints = append(prints, print)
		}
	}
	return prints
}

func (l *lookAlikes) pop(print int64, i int) mention.PostKey {
	key := l.gone[print][i]
	l.gone[print] = slices.Delete(l.gone[print], i, i+1)
	return key
}

// knowsAny reports whether any of the keys is stored.
func knowsAny(ctx context.Context, q querier, keys []mention.PostKey) (bool, error) {
	for chunk := range slices.Chunk(keys, lookupChunk) {
		known, err := knownPosts(ctx, q, chunk)
		if err != nil || len(known) > 0 {
			return len(known) > 0, err
		}
	}
	return false, nil
}

// postsSaying returns the stored posts with these fingerprints that the page does not
// show.
func postsSaying(ctx context.Context, q querier, prints []int64, shown map[mention.PostKey]bool) (map[int64][]mention.PostKey, error) {
	gone := make(map[int64][]mention.PostKey)
	slices.Sort(prints)
	err := eachOf(ctx, q, `SELECT fingerprint, key FROM posts WHERE fingerprint <> 0 AND fingerprint IN (?) ORDER BY key`, values(slices.Compact(prints)), func(row scanner) error {
		var print int64
		var key []byte
		err := row.Scan(&print, &key)
		if err == nil && !shown[mention.PostKey(key)] {
			gone[print] = append(gone[print], mention.PostKey(key))
		}
		return err
	})
	return gone, err
}

// placesOf returns where and when these posts were written, of those that name a watch and stand in
// a thread.
func placesOf(ctx context.Context, q querier, gone map[int64][]mention.PostKey) (map[mention.PostKey]whereabouts, error) {
	var keys []any
	for _, some := range gone {
		keys = append(keys, blobs(some)...)
	}
	places := make(map[mention.PostKey]whereabouts)
	err := eachOf(ctx, q, `SELECT post_key, thread_key, published, date_only FROM mentions WHERE post_key IN (?) AND thread_key <> 0`, keys, func(row scanner) error {
		var key []byte
		var p whereabouts
		var published, day int64
		if err := row.Scan(&key, &p.thread, &published, &day); err != nil {
			return err
		}
		if day == 0 {
			p.at = fromMicros(published)
		}
		places[mention.PostKey(key)] = p
		return nil
	})
	return places, err
}

// stoodIn returns the posts that mention something and stood in the threads of these posts, by thread, without
// those that the page shows.
func (g *ingestion) stoodIn(fresh []mention.Post, shown map[mention.PostKey]bool) (map[int64][]standing, error) {
	var threads []int64
	for _, post := range fresh {
		if post.ThreadURL != "" {
			threads = append(threads, mention.URLKey(clean(post.ThreadURL)))
		}
	}
	slices.Sort(threads)
	stood, source := map[int64][]standing{}, g.sourceKey()
	err := eachOf(g.ctx, g.tx, `SELECT m.thread_key, m.source, m.post_key, m.published, b.body FROM mentions m JOIN bodies b ON b.key = m.post_key
WHERE m.thread_key IN (?) AND m.thread_key <> 0 AND m.gone = 0 ORDER BY m.id`, values(slices.Compact(threads)), func(row scanner) error {
		var thread, published int64
		var of, body string
		var key []byte
		if err := row.Scan(&thread, &of, &key, &published, &body); err != nil || of != source || shown[mention.PostKey(key)] {
			return err
		}
		if p, err := decodePost(mention.Post{}, body); err == nil { // a damaged one is as one that is not kept
			stood[thread] = append(stood[thread], standing{mention.PostKey(key), fromMicros(published), inOneLine(p.Text)})
		}
		return nil
	})
	return stood, err
}

// writeMoves leaves a trace of every mention whose post came back under another id and
// was dropped: one event, however often the id changes.
func (g *ingestion) writeMoves() error {
	for _, m := range g.moved {
		if _, err := g.tx.ExecContext(g.ctx, `UPDATE posts SET fingerprint = $2 WHERE key = $1 AND fingerprint <> $2`, m.from[:], m.print); err != nil {
			return err
		}
		_, err := g.tx.ExecContext(g.ctx, `
INSERT INTO events (mention_id, alert_id, kind, by_id, by_name, at, detail)
SELECT id, '', 'moved', '', '', CAST($1 AS BIGINT), CAST($2 AS TEXT) FROM mentions m WHERE m.post_key = $3 AND m.erased = 0
AND NOT EXISTS (SELECT 1 FROM events e WHERE e.mention_id = m.id AND e.kind = 'moved')`,
			micros(g.in.At), clean(mention.MovedTo+m.to.ID+" "+m.to.URL), m.from[:])
		if err != nil {
			return err
		}
	}
	return nil
}
