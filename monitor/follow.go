package monitor

import (
	"context"
	"strings"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/internal/fault"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// follow visits the one thread of the source that is most overdue, with the
// steps of a poll, and returns when the source has the next one. asked is false
// when the site was not asked for anything. t is nil where this process polls alone.
func (p *poller) follow(ctx context.Context, src Source, t *turn) (next time.Time, asked bool) {
	fault.At("job-taken")
	began := p.Now()
	v, ok := p.threads.pick(src.key(), began)
	if !ok {
		return p.nextVisit(src), false
	}
	state, err := p.load(ctx, src)
	if err != nil {
		p.Log.Error("source state cannot be read", "source", src.Name, "err", err)
		return began.Add(storeRetry), false
	}
	if !state.Baselined || state.Failures > 0 || state.SuspendedUntil.After(began) {
		// Its ordinary polls find out when it is well.
		return began.Add(max(src.Every, time.Minute)), false
	}
	batch, visitErr := p.inBounds(ctx, src, t, func(ctx context.Context) (crawlers.Batch, error) {
		return src.Crawler.(crawlers.Threader).Thread(ctx, v.post, v.cursor)
	})
	if ctx.Err() != nil {
		return p.Now(), true
	}
	fault.At("response-read")

	commit, cancel := graceful(ctx)
	defer cancel()
	src.own(batch.Posts)
	batch.Posts, v.gone = v.found(batch)
	fresh, shown := p.unseen(commit, src, batch.Posts)
	fresh = v.changed(fresh, batch.Anew)
	if thread := v.movedTo(batch.Posts); thread != "" {
		fresh = v.moved(fresh, thread)
	}
	receipt, err := p.handOver(commit, src, fresh, p.replies(p.result(src, batch, shown), v.before(batch.Posts), fresh))
	if err != nil {
		p.table.notStored(src, err)
		p.Log.Error("posts cannot be stored; they will be read again", "source", src.Name, "err", err)
		return p.Now().Add(storeRetry), true
	}
	if err := p.Threads.SaveFollows(commit, p.threads.visited(v, batch, visitErr, p.Now())); err != nil {
		// This process knows it. After a restart posts would be read again and dropped.
		p.Log.Error("how far a thread was followed cannot be stored", "source", src.Name, "thread", v.thread, "err", err)
	}
	fault.At("cursor-stored")
	p.reportVisit(commit, src, state, v, visitErr, receipt)
	return p.nextVisit(src), visitErr != nil || !nothingAsked(batch)
}

// nextVisit is when the source has a thread to visit, or late when it has none:
// its place in the schedule goes with the next rebuild.
func (p *poller) nextVisit(src Source) time.Time {
	if due, ok := p.threads.due(src.key()); ok {
		return due
	}
	return p.Now().Add(time.Hour)
}

// found is what the visit found, without what may not be true: that the post is
// gone while nothing of its thread could be read. A site under repair may say so
// for a while; the next visit decides, and gone is what to remember for it. Gone is also a review of which no visit
// found anything yet: an answer may stand there that nobody sees.
func (v visit) found(batch crawlers.Batch) (posts []mention.Post, gone bool) {
	gone = v.post.Kind == mention.Review && batch.Unchanged && batch.Observed.Items == 0 && (v.looked.IsZero() || v.gone)
	for _, post := range batch.Posts {
		if post.Deleted && batch.Observed.Items == 0 && !v.gone {
			gone = true
			continue
		}
		if post.ReplyTo == "" && v.post.ThreadURL == "" && post.ID != v.post.ID {
			post.ReplyTo = v.post.ID // an article is no part of a thread; its comments answer it
		}
		posts = append(posts, post)
	}
	return posts, gone
}

// changed drops what only looks edited. A thread's own page may show a post in
// other words than the place an ordinary poll reads it from (an API, a feed that
// cuts it short). The first visit from a post cannot tell that from an edit, except
// for posts whose words are at hand; later visits are compared with the first. Where the
// thread is read by other rules than before nothing tells it at all, but an answer that is
// known as one only now counts.
func (v visit) changed(fresh []candidate, anew bool) []candidate {
	if !v.looked.IsZero() && !anew {
		return fresh
	}
	kept := fresh[:0]
	for _, c := range fresh {
		stored, waits := v.waiting(c.post.ID)
		known := c.was != 0 && !(anew && c.post.OwnersAnswer())
		if !c.post.Deleted && (waits && (anew || sameWords(stored, c.post)) || !waits && known) {
			continue
		}
		kept = append(kept, c)
	}
	return kept
}

// movedTo is the thread that the visit found the post in, where that is another one than it was heard in: threads are split and merged.
func (v visit) movedTo(posts []mention.Post) (thread string) {
	for _, post := range posts {
		switch {
		case post.Deleted && post.ID == v.post.ID, post.ThreadURL == "", mention.SameURL(post.ThreadURL, v.post.ThreadURL), thread != "" && !mention.SameURL(post.ThreadURL, thread):
			return ""
		}
		thread = post.ThreadURL
	}
	if v.post.ThreadURL == "" || v.post.Text == "" {
		return ""
	}
	return thread
}

// moved adds the post that the visit was from, in its new thread, to what is handed over: answers there are to be known for such.
func (v visit) moved(fresh []candidate, thread string) []candidate {
	for i := range fresh {
		if fresh[i].post.ID == v.post.ID {
			fresh[i].post.Moved = true
			return fresh
		}
	}
	post := v.post
	post.ThreadURL, post.Moved = thread, true
	return append([]candidate{{post: post, key: post.Key(), hash: post.ContentHash(), was: post.ContentHash()}}, fresh...)
}

func (v visit) waiting(id string) (mention.Post, bool) {
	for _, post := range v.open {
		if post.ID == id {
			return post, true
		}
	}
	return mention.Post{}, false
}

// longestDay is one on which the clock is set back.
const longestDay = 25 * time.Hour

// before returns the ids of the posts that stood in the thread before its first
// waiting post: they are no news, even when earshot never saw them. Where times
// are missing the order of the page tells.
func (v visit) before(posts []mention.Post) map[string]bool {
	first := v.open[0]
	at := -1
	for i, post := range posts {
		if post.ID == first.ID {
			at = i
		}
	}
	ids := map[string]bool{}
	for i, post := range posts {
		old := i < at
		if !post.Published.IsZero() && !first.Published.IsZero() {
			end := post.Published
			if post.DateOnly && !first.DateOnly {
				end = end.Add(longestDay)
			}
			old = end.Before(first.Published)
		}
		if _, waits := v.waiting(post.ID); old && !waits && !post.Deleted {
			ids[post.ID] = true
		}
	}
	return ids
}

// replies are the results of a visit: what was there before and was never seen is recorded, everything else
// is news.
func (p *poller) replies(whole mention.PollResult, before map[string]bool, fresh []candidate) (results []mention.PollResult) {
	var old, news []mention.Post
	for _, c := range fresh {
		if c.was == 0 && before[c.post.ID] {
			old = append(old, c.post)
		} else {
			news = append(news, c.post)
		}
	}
	if len(old) > 0 {
		stood := whole
		stood.Baseline, stood.Past, stood.Posts = true, true, p.analyze(old)
		results = append(results, stood)
	}
	if len(news) > 0 {
		whole.Posts = p.analyze(news)
		results = append(results, whole)
	}
	return results
}

// reportVisit logs what came of a visit, and counts what was found for the source's
// rhythm: a source whose posts are all found here first is not quiet.
func (p *poller) reportVisit(ctx context.Context, src Source, state mention.SourceState, v visit, visitErr error, r mention.IngestResult) {
	if visitErr != nil {
		p.Log.Warn("thread cannot be read", "source", src.Name, "thread", v.thread, "err", visitErr)
	}
	if r.New > 0 {
		countNew(&state, r.New, p.Now())
		if err := p.save(ctx, src, state, true, time.Time{}, nil); err != nil {
			p.Log.Error("source state cannot be stored", "source", src.Name, "err", err)
		}
	}
	if r.New+r.Edited > 0 {
		p.Log.Info("thread", "source", src.Name, "thread", v.thread, "new", r.New, "edited", r.Edited, "mentions", r.Mentions, "alerts", len(r.Alerts))
	}
}

// sameWords reports whether two readings of a post differ in form only: spaces,
// punctuation, a title that is shown in one place, or one that was cut short.
func sameWords(stored, read mention.Post) bool {
	if stored.Rating != nil && read.Rating != nil && *stored.Rating != *read.Rating {
		return false
	}
	was, is := text.Letters(stored.Text), text.Letters(read.Text)
	shown := strings.TrimRight(stored.Text, " ]")
	cut := strings.HasSuffix(shown, "…") || strings.HasSuffix(shown, "...")
	return was == is || cut && strings.HasPrefix(is, was)
}
