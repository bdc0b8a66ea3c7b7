package monitor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fault"
	"github.com/earshot/earshot/mention"
)

// commitTimeout bounds steps 3 to 5 once a shutdown has begun: they are short,
// and finishing them saves polling the same page again. Before a shutdown they take
// the time they take: a large poll that never fits would be read again for ever.
const commitTimeout = 5 * time.Second

// commitPiece is how many posts are handed over in one transaction. It bounds how
// long the only writer is held, whatever a page brings.
const commitPiece = 100

// poller does one poll of one source from step 1 to step 5 of the crash
// protocol. The process may be killed between any two lines of poll.
type poller struct {
	Options
	table   *statusTable
	threads threads

	mu    sync.Mutex
	state map[string]remembered // by key of source; what the ledger has or may have a little later
	kept  map[string]answer     // by key of source; what could not be stored yet
	posts int                   // in kept
}

// answer is what a source answered to one poll.
type answer struct {
	batch   crawlers.Batch
	err     error
	began   time.Time
	stopped bool      // it ended because the daemon stops
	after   time.Time // the last poll before, as the ledger knew it
	came    outcome   // what of it was stored, where the rest could not be
}

// remembered is a source's state in memory. Polls that find nothing change only
// stamps in it; those are stored once in saveStamps, so that an unchanged source
// costs no write.
type remembered struct {
	mention.SourceState
	saved time.Time
}

// saveStamps is how old stored stamps may be. After a crash the stamps are so
// much older; cursors never are.
const saveStamps = time.Minute

// poll polls the source once and returns when it is due again. t is nil where this
// process polls alone.
func (p *poller) poll(ctx context.Context, src Source, t *turn) (next time.Time) {
	next = p.once(ctx, src, t)
	p.table.due(src, next)
	return next
}

func (p *poller) once(ctx context.Context, src Source, t *turn) (next time.Time) {
	fault.At("job-taken")
	state, err := p.load(ctx, src)
	if err != nil {
		p.Log.Error("source state cannot be read", "source", src.Name, "err", err)
		return p.Now().Add(storeRetry)
	}
	before := state
	state = settle(state, src)
	if until := state.SuspendedUntil; until.After(p.Now()) {
		p.table.set(src, state, nil)
		return until
	}
	got, ok := p.ask(ctx, src, state, t)
	if !ok {
		return p.Now()
	}
	fault.At("response-read")
	commit, cancel := graceful(ctx)
	defer cancel()
	return p.commit(commit, src, before, state, got, t)
}

// ask reads the source, or takes what was read before and could not be stored. It is
// not ok when ctx ended before there was anything to store.
func (p *poller) ask(ctx context.Context, src Source, state mention.SourceState, t *turn) (answer, bool) {
	if got, ok := p.takeKept(src.key()); ok && (t == nil || got.after.Equal(state.LastPoll)) {
		src.own(got.batch.Posts)
		return got, true
	}
	got := answer{began: p.Now(), after: state.LastPoll}
	got.batch, got.err = p.inBounds(ctx, src, t, func(ctx context.Context) (crawlers.Batch, error) {
		return src.Crawler.Poll(ctx, crawlers.Cursor(state.Cursor))
	})
	src.own(got.batch.Posts)
	var broken *panicError
	if errors.As(got.err, &broken) {
		p.Log.Error("a crawler failed in a way nobody foresaw; only this source is held up", "source", src.Name, "err", got.err, "stack", broken.stack)
	}
	got.stopped = ctx.Err() != nil
	return got, !got.stopped || len(got.batch.Posts) > 0
}

// pollTimeout is how long one poll may take. A walk of many pages with polite pauses is
// done well before; a page that sends the poller about would never end.
const pollTimeout = 10 * time.Minute

// inBounds is a poll or a visit, which may panic and ends after pollTimeout. What it had read by then counts.
func (p *poller) inBounds(ctx context.Context, src Source, t *turn, read func(ctx context.Context) (crawlers.Batch, error)) (crawlers.Batch, error) {
	bound := ctx
	if p.Bound != nil {
		bound = p.Bound(ctx)
	}
	limited, cancel := context.WithTimeout(bound, pollTimeout)
	defer cancel()
	batch, err := readSafely(limited, read)
	t.asked(src, p.pause(bound), p.Now())
	if limited.Err() != nil && ctx.Err() == nil {
		err = fmt.Errorf("one poll took longer than %s and was ended: %w", pollTimeout, cmp.Or(err, limited.Err()))
	}
	return batch, err
}

// commit is steps 3 to 5.
func (p *poller) commit(ctx context.Context, src Source, before, state mention.SourceState, got answer, t *turn) (next time.Time) {
	fresh, shown := p.unseen(ctx, src, got.batch.Posts)
	whole := p.result(src, got.batch, shown)
	whole.Rebuilt, whole.Reread = rebuilt(state, got.batch, fresh, len(shown)), reread(fresh, len(shown), got.batch)
	receipt, err := p.handOver(ctx, src, fresh, p.results(whole, src, state, fresh, ofThePast(state, got.batch, fresh), got.err == nil))
	if err != nil {
		return p.notStored(src, got, "posts cannot be stored; they are kept and tried again", err)
	}
	if got.stopped && got.err != nil {
		return p.Now() // its posts are safe, and being stopped says nothing about the source
	}
	state.Baselined = state.Baselined || got.err == nil
	state.LastPoll = p.Now()
	out := outcome{batch: got.batch, err: got.err, newPosts: receipt.New - receipt.Past, gap: gapped(before, got.batch, len(shown), receipt), rebuilt: !whole.Rebuilt.IsZero(), reread: whole.Reread && !whole.Anew, began: got.began, first: !before.Baselined}
	out = out.with(got.came)
	got.came = out
	notices := assessHealth(p.staff(), &state, src, out, p.Now())
	changed := got.err != nil || receipt.New+receipt.Edited > 0 || len(notices) > 0 || before.LastError != "" || before.Baselined != state.Baselined
	if got.err == nil {
		changed = changed || state.Cursor != string(got.batch.Next)
		state.Cursor = string(got.batch.Next)
	}
	// Notices first: a state that says people were told must not be stored before they
	// are. Told again after a crash, the receiver drops the repeat.
	for _, n := range notices {
		if err := p.Ops.Notify(ctx, n); err != nil {
			return p.notStored(src, got, "notice cannot be stored; it is tried again", err)
		}
	}
	next = nextPoll(src, state, out, p.Now())
	if err := p.save(ctx, src, state, changed, next, t); err != nil {
		return p.notStored(src, got, "source state cannot be stored; it is tried again", err)
	}
	fault.At("cursor-stored")
	if got.err == nil && p.Hubs != nil {
		p.Hubs.Offer(src.Name, got.batch.Hub.URL, got.batch.Hub.Topic)
	}
	p.table.set(src, state, &out)
	p.report(src, state, out, receipt)
	return next
}

// notStored keeps an answer of which something could not be stored, says so, and returns when that is tried
// again. Where there is no room for it the site is read again, but not more often than a source may be.
func (p *poller) notStored(src Source, got answer, what string, err error) (next time.Time) {
	p.forget(src.key())
	p.table.notStored(src, err)
	p.Log.Error(what, "source", src.Name, "err", err)
	if !p.keep(src.key(), got) {
		return p.Now().Add(max(storeRetry, src.Every))
	}
	return p.Now().Add(storeRetry)
}

// graceful returns a context that outlives ctx by commitTimeout.
func graceful(ctx context.Context) (context.Context, context.CancelFunc) {
	commit, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(commitTimeout, cancel) })
	return commit, func() { stop(); cancel() }
}

// mostKept is how many posts may be kept for the database in all. Beyond that a site
// is read again instead, at its usual pace.
const mostKept = 20000

// keep remembers an answer until it can be stored, and reports whether there was room.
func (p *poller) keep(key string, got answer) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.posts+len(got.batch.Posts) > mostKept {
		return false
	}
	p.posts += len(got.batch.Posts)
	p.kept[key] = got
	return true
}

func (p *poller) takeKept(key string) (answer, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	got, ok := p.kept[key]
	if ok {
		delete(p.kept, key)
		p.posts -= len(got.batch.Posts)
	}
	return got, ok
}

// load returns the source's state: what this process remembers, or else what is
// stored. Where others poll too, nothing is remembered.
func (p *poller) load(ctx context.Context, src Source) (state mention.SourceState, err error) {
	state, err = p.stored(ctx, src.key())
	state.Key, state.Name, state.Place = src.Key, src.Name, src.Place
	return state, err
}

// stored is what is remembered of the source with this key, under the name that it had then.
func (p *poller) stored(ctx context.Context, key string) (mention.SourceState, error) {
	p.mu.Lock()
	known, ok := p.state[key]
	p.mu.Unlock()
	if ok {
		return known.SourceState, nil
	}
	return p.Ledger.Source(ctx, key)
}

// retryAfter is how long a site that refused is left alone, whoever asks.
const retryAfter = 10 * time.Minute

// Retry lets a source that refused be asked at its next turn, before its rest is over: the person who
// wants it has perhaps spoken to the site's owner. Unknown names are ignored.
func (m *Monitor) Retry(ctx context.Context, source string) error {
	p := m.poller
	key, ok := p.table.keyOf(source)
	for k, src := range m.taken.all() { // of which another replica may know more
		if src.Name == source {
			key, ok = k, true
		}
	}
	if !ok {
		return nil
	}
	state, err := p.stored(ctx, key)
	if now := p.Now(); err != nil || !state.SuspendedUntil.After(now) || now.Sub(state.LastPoll) < retryAfter {
		return err
	}
	state.SuspendedUntil = time.Time{}
	return p.save(ctx, Source{}, state, true, time.Time{}, nil)
}

// save remembers the state, and stores it when something but its stamps changed
// or the stored stamps are old. A state that could not be stored is forgotten: the
// next poll begins from what is stored. In a turn it is stored at once, with the time
// of the next poll.
func (p *poller) save(ctx context.Context, src Source, state mention.SourceState, changed bool, next time.Time, t *turn) error {
	switch {
	case t != nil:
		err := p.Dues.SavePolled(ctx, state, t.was, t.due(src, next))
		t.stored = err == nil
		return err
	case p.Dues != nil:
		return p.Ledger.SaveSource(ctx, state)
	}
	p.mu.Lock()
	key := cmp.Or(state.Key, state.Name)
	known := p.state[key]
	p.mu.Unlock()
	saved := known.saved
	if changed || p.Now().Sub(saved) >= saveStamps {
		if err := p.Ledger.SaveSource(ctx, state); err != nil {
			p.forget(key)
			return err
		}
		saved = p.Now()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state[key] = remembered{state, saved}
	return nil
}

// forget drops what is remembered of sources.
func (p *poller) forget(keys ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, key := range keys {
		delete(p.state, key)
	}
}

// drop forgets all of sources that are not polled any more: posts that could not be
// stored, and how they stood, too.
func (p *poller) drop(keys ...string) {
	p.forget(keys...)
	for _, key := range keys {
		p.takeKept(key)
		p.table.drop(key)
	}
}

// storeRetry is the wait after the database could not be read or written.
const storeRetry = 5 * time.Second

// handOver is steps 3 and 4: mentions committed, then posts marked seen, piece by
// piece. What was handed over before an error stays: the next try drops it as known.
func (p *poller) handOver(ctx context.Context, src Source, fresh []candidate, results []mention.PollResult) (mention.IngestResult, error) {
	var total mention.IngestResult
	for _, result := range results {
		for _, piece := range pieces(result) {
			receipt, err := p.Ledger.Ingest(ctx, piece)
			if err != nil {
				return total, fmt.Errorf("store posts of %s: %w", src.Name, err)
			}
			total.New += receipt.New
			total.Edited += receipt.Edited
			total.Known += receipt.Known
			total.Past += receipt.Past
			total.Mentions += receipt.Mentions
			total.Alerts = append(total.Alerts, receipt.Alerts...)
			total.Moved = append(total.Moved, receipt.Moved...)
		}
	}
	fault.At("committed")
	// Only what the ledger has is marked: the filter is believed as far as the ledger
	// knows what was marked last.
	moved := make(map[mention.PostKey]bool, len(total.Moved))
	for _, key := range total.Moved {
		moved[key] = true
	}
	fresh = slices.DeleteFunc(slices.Clone(fresh), func(c candidate) bool { return moved[c.key] })
	for piece := range slices.Chunk(fresh, commitPiece) {
		keys, hashes := make([]mention.PostKey, len(piece)), make([]uint32, len(piece))
		for i, c := range piece {
			keys[i], hashes[i] = c.key, c.hash
		}
		if err := p.Seen.Mark(ctx, keys, hashes); err != nil {
			// Not fatal: the ledger knows these posts. They only cost a second look.
			p.Log.Warn("seen set cannot be written", "source", src.Name, "err", err)
			break
		}
	}
	fault.At("seen-marked")
	return total, nil
}

// pieces cuts a poll result for transactions of at most commitPiece posts. Only the
// last piece of a baseline completes it.
func pieces(in mention.PollResult) []mention.PollResult {
	if len(in.Posts) <= commitPiece {
		return []mention.PollResult{in}
	}
	var list []mention.PollResult
	for posts := range slices.Chunk(in.Posts, commitPiece) {
		piece := in
		piece.Posts, piece.Complete = posts, false
		list = append(list, piece)
	}
	list[len(list)-1].Complete = in.Complete
	return list
}

// candidate is a post that the filter does not know as it is.
type candidate struct {
	post      mention.Post
	key       mention.PostKey
	hash, was uint32 // was is what the filter knows of it: 0 for nothing
}

// result is what every result of an answer has: what the page showed, what stands there beside
// it, and whether its ids never change.
func (p *poller) result(src Source, batch crawlers.Batch, shown []mention.PostKey) mention.PollResult {
	return mention.PollResult{Source: src.Name, SourceKey: src.Key, At: p.Now(), OnPage: shown, Beside: src.keys(batch.Beside), OwnIDs: batch.OwnIDs, Anew: batch.Anew}
}

// unseen drops the posts that the filter knows unchanged, and returns the keys of all.
// A filter that cannot answer lets everything through.
func (p *poller) unseen(ctx context.Context, src Source, posts []mention.Post) (fresh []candidate, all []mention.PostKey) {
	if len(posts) == 0 {
		return nil, nil
	}
	posts, all = distinct(posts)
	known, err := p.Seen.Lookup(ctx, all)
	if err != nil || len(known) != len(all) {
		p.Log.Warn("seen set cannot be read; asking the database instead", "source", src.Name, "err", err)
		known = make([]uint32, len(all))
	}
	for i, post := range posts {
		hash := post.ContentHash()
		if known[i] == hash && !post.Deleted {
			continue
		}
		fresh = append(fresh, candidate{post: post, key: all[i], hash: hash, was: known[i]})
	}
	return fresh, all
}

// distinct keeps one post of each key: the one with the most words. A page may
// show a post twice, as a teaser and in full; taken in turn they would look like
// an edit at every poll.
func distinct(posts []mention.Post) (kept []mention.Post, keys []mention.PostKey) {
	at := make(map[mention.PostKey]int, len(posts))
	for _, post := range posts {
		key := post.Key()
		i, twice := at[key]
		switch {
		case !twice:
			at[key] = len(kept)
			kept, keys = append(kept, post), append(keys, key)
		case post.Deleted || len(post.Text) > len(kept[i].Text) && !kept[i].Deleted:
			kept[i] = post
		}
	}
	return kept, keys
}

// results splits the fresh posts of a first poll into the baseline and what backfill lets through; of every
// later poll what was never seen and is of the past, by the crawler's word or because it stood there before,
// is recorded alone, and the rest is news: edits, too, unless old posts are read by other rules. A result
// without posts still matters: it completes an empty baseline.
func (p *poller) results(whole mention.PollResult, src Source, state mention.SourceState, fresh []candidate, past []string, complete bool) (results []mention.PollResult) {
	of := make(map[string]bool, len(past))
	for _, id := range past {
		of[id] = true
	}
	stood := stoodBefore(state, fresh)
	var old, recent []mention.Post
	for _, c := range fresh {
		post := c.post
		isNew := src.Backfill > 0 && !post.Published.IsZero() && whole.At.Sub(post.Published) <= src.Backfill
		if state.Baselined && !stood(post) {
			isNew = c.was != 0 && !whole.Anew || !of[post.ID]
		}
		if isNew {
			recent = append(recent, post)
		} else {
			old = append(old, post)
		}
	}
	if len(recent) > 0 {
		news := whole
		news.Posts = p.analyze(recent)
		results = append(results, news)
	}
	if state.Baselined && len(old) == 0 {
		return results
	}
	whole.Baseline, whole.Past, whole.Complete, whole.Posts = true, state.Baselined, complete && !state.Baselined, p.analyze(old)
	return append(results, whole)
}

func (p *poller) analyze(posts []mention.Post) []mention.AnalyzedPost {
	found := make([]mention.AnalyzedPost, len(posts))
	for i, post := range posts {
		mentions, err := analyzeSafely(p.Analyzer, post)
		if err != nil {
			p.Log.Error("a post cannot be judged and is set aside; look at it by hand", "source", post.Source, "post", post.ID, "url", post.URL, "err", err, "stack", err.stack)
		}
		found[i] = mention.AnalyzedPost{Post: post, Mentions: mentions}
	}
	return found
}

func (p *poller) report(src Source, state mention.SourceState, out outcome, r mention.IngestResult) {
	if out.err != nil && !errors.Is(out.err, context.Canceled) {
		p.Log.Warn("source cannot be polled", "source", src.Name, "err", out.err, "failures", state.Failures)
		return
	}
	if r.New+r.Edited > 0 {
		said := []any{"source", src.Name, "new", r.New, "edited", r.Edited, "mentions", r.Mentions, "alerts", len(r.Alerts), "took", p.Now().Sub(out.began).Round(time.Millisecond)}
		if out.first {
			said = append(said, "baseline", true)
		}
		p.Log.Info("posts", said...)
	}
}
