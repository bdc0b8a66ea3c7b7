package monitor

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/mention"
)

// OpenThread is the thread of an alerted post whose public answer has not been seen.
type OpenThread struct {
	Post mention.Post
	// Since is the last thing that happened to its case: heard, taken, or said to be
	// answered. Its thread is visited often after that, and less every day.
	Since time.Time
}

// ThreadSource knows the complaints that wait for a public answer.
type ThreadSource interface {
	// OpenThreads returns, for every source, the posts whose case is open, claimed, or
	// said to be replied without an answer seen on the site, if Since is at or after
	// since.
	OpenThreads(ctx context.Context, since time.Time) ([]OpenThread, error)
	// Follows returns what is remembered of these posts' threads; posts that were never
	// followed are left out.
	Follows(ctx context.Context, keys []mention.PostKey) ([]mention.Follow, error)
	// SaveFollows replaces what is remembered of these posts' threads.
	SaveFollows(ctx context.Context, list []mention.Follow) error
}

// openThreads is what a ThreadSource knows: what waits, and what is remembered of the
// threads that are not followed yet in this process.
type openThreads struct {
	list   []OpenThread
	stored []mention.Follow
}

// followFirst is the time between two visits in the first hour.
const followFirst = 5 * time.Minute

// followEvery is the time between two visits to a thread to whose case something
// happened age ago; ok is false when it is not followed any more.
func followEvery(age time.Duration) (every time.Duration, ok bool) {
	const day = 24 * time.Hour
	switch {
	case age < time.Hour:
		return followFirst, true
	case age < day:
		return 30 * time.Minute, true
	case age < 3*day:
		return 3 * time.Hour, true
	case age < mention.AnswerSought:
		return day, true
	}
	return 0, false
}

// threads are those that are followed. Which they are, and how far they were read,
// comes from the truth and goes back there after every visit.
type threads struct {
	mu       sync.Mutex
	bySource map[string]map[string]*followedThread // key of the source, thread
}

// followedThread is one followed thread.
type followedThread struct {
	posts    []*followedPost // that wait; the oldest first
	next     int             // of posts, to visit from
	since    time.Time
	every    time.Duration // the source's own: it is never asked more often for a thread
	due      time.Time
	failures int
	closed   bool // the crawler has no way to it
}

// followedPost is one waiting post with the cursor of the visits from it.
type followedPost struct {
	post   mention.Post
	cursor crawlers.Cursor
	looked time.Time // the last visit that could be read; zero: the next is the first
	gone   bool      // the last visit found nothing of the thread
}

// visit is one turn of following: what is asked.
type visit struct {
	source, thread string
	followedPost
	open  []mention.Post // the waiting posts of the thread, the oldest first
	every time.Duration
}

// canFollow reports whether the threads of a source can be followed at all.
func canFollow(src Source) bool {
	_, ok := src.Crawler.(crawlers.Threader)
	return ok && !src.Stream
}

// unknown returns the keys of the posts that are not followed in this process.
func (t *threads) unknown(list []OpenThread) []mention.PostKey {
	t.mu.Lock()
	defer t.mu.Unlock()
	known := map[mention.PostKey]bool{}
	for _, threads := range t.bySource {
		for _, one := range threads {
			for _, p := range one.posts {
				known[p.post.Key()] = true
			}
		}
	}
	var keys []mention.PostKey
	for _, w := range list {
		if key := w.Post.Key(); !known[key] {
			known[key] = true
			keys = append(keys, key)
		}
	}
	return keys
}

// rebuild makes the threads of what waits. Threads that were followed before keep
// their place.
func (t *threads) rebuild(open openThreads, sources func(key string) (Source, bool), now time.Time) {
	fresh := map[string]map[string]*followedThread{}
	stored := make(map[mention.PostKey]mention.Follow, len(open.stored))
	for _, f := range open.stored {
		stored[f.Key] = f
	}
	for _, w := range open.list {
		src, known := sources(w.Post.Origin())
		if _, ok := followEvery(now.Sub(w.Since)); !ok || !known || !canFollow(src) || w.Post.Deleted || w.Post.ID == "" {
			continue
		}
		thread := cmp.Or(w.Post.ThreadURL, w.Post.URL, w.Post.ID)
		if polledItself(src.Address, thread) {
			continue
		}
		if fresh[src.key()] == nil {
			fresh[src.key()] = map[string]*followedThread{}
		}
		one := fresh[src.key()][thread]
		if one == nil {
			one = &followedThread{every: src.Every}
			fresh[src.key()][thread] = one
		}
		one.add(w)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for source, threads := range fresh {
		for thread, one := range threads {
			one.resume(t.bySource[source][thread])
			if !one.recall(stored, false) && t.bySource == nil {
				one.due = now // the process has just started: much may have been said meanwhile
			}
		}
	}
	t.bySource = fresh
}

// add takes one more waiting post; a post that names two watches comes twice.
func (t *followedThread) add(w OpenThread) {
	t.since = mention.Later(t.since, w.Since)
	if slices.ContainsFunc(t.posts, func(p *followedPost) bool { return p.post.ID == w.Post.ID }) {
		return
	}
	t.posts = append(t.posts, &followedPost{post: w.Post})
	slices.SortStableFunc(t.posts, func(a, b *followedPost) int { return a.post.Published.Compare(b.post.Published) })
}

// resume takes over what is remembered of the same thread. A thread that is new here
// is due five minutes after its complaint was heard: an ordinary poll has just read
// it.
func (t *followedThread) resume(old *followedThread) {
	soon := t.since.Add(max(followFirst, t.every))
	if old == nil {
		t.due = soon
		return
	}
	t.due, t.next, t.failures, t.closed = old.due, old.next, old.failures, old.closed
	if t.since.After(old.since) && soon.Before(t.due) {
		t.due = soon
	}
	for _, p := range t.posts {
		for _, was := range old.posts {
			if was.post.ID == p.post.ID {
				p.cursor, p.looked, p.gone = was.cursor, was.looked, was.gone
			}
		}
	}
}

// overdue returns the posts of the threads of these sources that seem to be due.
func (t *threads) overdue(sources []string, now time.Time) (keys []mention.PostKey) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, source := range sources {
		for _, one := range t.bySource[source] {
			if one.closed || one.due.After(now) {
				continue
			}
			for _, p := range one.posts {
				keys = append(keys, p.post.Key())
			}
		}
	}
	return keys
}

// refresh takes over how far other processes followed the threads of these sources.
func (t *threads) refresh(sources []string, list []mention.Follow) {
	stored := make(map[mention.PostKey]mention.Follow, len(list))
	for _, f := range list {
		stored[f.Key] = f
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, source := range sources {
		for _, one := range t.bySource[source] {
			if !one.recall(stored, true) {
				continue
			}
			// Posts are visited from in turn; after a visit that failed, from the next one.
			oldest := 0
			for i, p := range one.posts {
				if p.looked.Before(one.posts[oldest].looked) {
					oldest = i
				}
			}
			one.next = oldest + one.failures
		}
	}
}

// recall takes over what was stored of posts that were not followed in this process, or
// of all, and reports whether there was anything. The thread is due when it was to be,
// sooner only where something happened to a complaint after the last look.
func (t *followedThread) recall(stored map[mention.PostKey]mention.Follow, all bool) (known bool) {
	for _, p := range t.posts {
		f, ok := stored[p.post.Key()]
		if !ok || !all && !p.looked.IsZero() {
			continue
		}
		known = true
		p.cursor, p.looked, p.gone = crawlers.Cursor(f.Cursor), f.Looked, f.Gone
		if t.failures = max(t.failures, f.Failures); all {
			t.failures = f.Failures
		}
		if soon := t.since.Add(max(followFirst, t.every)); !t.since.After(f.Looked) || f.DueAt.Before(soon) || f.Failures > 0 {
			t.due = f.DueAt
		} else {
			t.due = soon
		}
	}
	return known
}

// remember is what to store of the thread after a visit from one of its posts.
func (t *followedThread) remember(v visit) (list []mention.Follow) {
	for _, p := range t.posts {
		list = append(list, mention.Follow{Key: p.post.Key(), Source: v.source, Thread: v.thread, PostID: p.post.ID,
			Cursor: string(p.cursor), Looked: p.looked, Gone: p.gone, DueAt: t.due, Failures: t.failures})
	}
	return list
}

// interval is the time between two visits now.
func (t *followedThread) interval(now time.Time) time.Duration {
	every, ok := followEvery(now.Sub(t.since))
	if !ok {
		every = mention.AnswerSought
	}
	return max(every, t.every)
}

// due returns when the source has a thread to visit; ok is false when it has
// none.
func (t *threads) due(source string) (due time.Time, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, one := range t.bySource[source] {
		if !one.closed && (!ok || one.due.Before(due)) {
			due, ok = one.due, true
		}
	}
	return due, ok
}

// wait keeps the threads of a source from being due before then.
func (t *threads) wait(source string, then time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, one := range t.bySource[source] {
		if !one.closed {
			one.due = mention.Later(one.due, then)
		}
	}
}

// pick returns the thread of the source that is the most overdue, measured by its
// own interval: where there are too many for the host's share, the old ones wait.
func (t *threads) pick(source string, now time.Time) (v visit, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	latest := -1.0
	for thread, one := range t.bySource[source] {
		late := float64(now.Sub(one.due)) / float64(one.interval(now))
		if one.closed || late <= latest || late < 0 {
			continue
		}
		latest, ok = late, true
		v = visit{source: source, thread: thread, followedPost: *one.posts[one.next%len(one.posts)], every: one.interval(now)}
		for _, p := range one.posts {
			v.open = append(v.open, p.post)
		}
	}
	return v, ok
}

// blockedFor is how long a thread that may not be read is left alone.
const blockedFor = 24 * time.Hour

// visited closes the turn: the cursor is kept when the visit was good, and the next
// one is set. It returns what is to be stored.
func (t *threads) visited(v visit, batch crawlers.Batch, err error, now time.Time) []mention.Follow {
	t.mu.Lock()
	defer t.mu.Unlock()
	one := t.bySource[v.source][v.thread]
	if one == nil {
		return nil // answered meanwhile
	}
	one.next++
	if noNetwork(err) { // nobody is spared by waiting
		one.due = now.Add(jitter(v.every))
		return one.remember(v)
	}
	if err != nil {
		trouble := crawlers.ClassifyError(err)
		wait := min(v.every<<min(one.failures, 6), blockedFor)
		if trouble.Blocked {
			wait = blockedFor
		}
		one.failures++
		one.due = now.Add(max(jitter(max(wait, v.every)), trouble.RetryAfter))
		return one.remember(v)
	}
	one.failures = 0
	one.due = now.Add(jitter(v.every))
	one.closed = nothingAsked(batch)
	for _, p := range one.posts {
		if p.post.ID == v.post.ID {
			p.cursor, p.looked, p.gone = batch.Next, now, v.gone
		}
	}
	if one.closed {
		return nil // there is nothing to remember, and finding it out costs no request
	}
	return one.remember(v)
}

// nothingAsked reports that the crawler has no way to the thread: it read nothing
// although it was to begin from the beginning.
func nothingAsked(batch crawlers.Batch) bool {
	return batch.Unchanged && batch.Next == "" && batch.Observed.Bytes == 0
}

// polledItself reports whether a source's own address is the thread: then its
// ordinary polls show it. Addresses of a source may carry more than the thread's
// (the board's number, a session).
func polledItself(address, thread string) bool {
	own, err := url.Parse(address)
	if err != nil || address == "" {
		return false
	}
	u, err := url.Parse(thread)
	if err != nil || own.Host != u.Host || own.Path != u.Path {
		return false
	}
	asked := own.Query()
	for key, values := range u.Query() {
		if !slices.Equal(asked[key], values) {
			return false
		}
	}
	return len(u.Query()) > 0 || own.RawQuery == ""
}
