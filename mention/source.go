package mention

import "time"

// PollResult is what one poll hands over to be committed in one transaction.
type PollResult struct {
	Source string // its name
	// SourceKey is what the source is known by, whatever its name; empty: Source.
	SourceKey string
	// Baseline says that the source was never polled before, as far as who polled it knows:
	// its posts are recorded and not alerted. Where the baseline is done they are news.
	Baseline bool
	Past     bool // with Baseline: what stood in a thread before its complaint was heard, or is of long before the first poll, is never news; an edit of what is known is
	Complete bool // the poll saw everything it wanted, so a baseline is done
	At       time.Time
	Posts    []AnalyzedPost
	// OnPage are the keys of all that the poll saw, old posts included. A post whose id
	// stands there is a post of its own, whatever else says the same words.
	OnPage []PostKey
	// Beside are the keys of what stands there as it stood before, where the poll says so
	// without showing it again. Nothing new is one of them under another id.
	Beside []PostKey
	// OwnIDs says that ids never change at this source, so nothing is taken for a known
	// post by its words.
	OwnIDs bool
	// Rebuilt says of a place that shows nothing any more of what stood there, but posts of that
	// time, that its site was built anew. What nobody knows and was published before then, or has no
	// date any more, is recorded and not alerted. Zero: nothing of the kind.
	Rebuilt time.Time
	// Reread says that nearly all posts of the place changed their words at once: it has another
	// layout, and nobody edited them.
	Reread bool
	// Anew says that the place was read by other rules than before. A post that nobody knows is a known one of
	// its thread that does not stand there any more, where that one said the same, whoever it was said to be by.
	// What is of the past (Past) and has other words was not edited.
	Anew bool
}

// IngestResult says what a poll did.
type IngestResult struct {
	New, Edited, Known int // posts
	Past               int // of New: recorded alone, for they are of before
	Mentions           int // mentions added or changed
	Alerts             []AlertID
	Moved              []PostKey // dropped as known under another id; the ledger has no post of this key
}

// SourceState is what is remembered of a source between polls and restarts.
type SourceState struct {
	Key            string    // what the source is known by; it never changes; empty: Name
	Name           string    // as in the watchlist now
	Place          string    // an opaque digest of where it is; empty while unknown
	Cursor         string    // opaque to everyone but the source's crawler
	Baselined      bool      // the first complete poll is done
	LastPoll       time.Time // any poll
	LastSuccess    time.Time
	LastNew        time.Time // last time a new post came
	LastError      string    // of the last poll; empty when it succeeded
	Failures       int       // in a row
	SuspendedUntil time.Time // a block is an answer
	Every          time.Duration
	Health         []byte // JSON: the monitor's memory of the source's rhythm

	// Due is when it is polled next, where several processes share the work: before 1970
	// when somebody asked for it; zero when that is not stored, or at once.
	Due time.Time
}

// SourceDue is when a source is polled next, where several processes share the work.
type SourceDue struct {
	Key     string    // of the source
	At      time.Time // zero or before 1970: at once
	For     string    // an opaque word for how the source is read; At holds for that alone
	Rest    time.Time // the source's site is left alone until
	Threads time.Time // no thread of the source's group is visited before
}

// SourcePause is a source that a person paused, beside the pauses of the watchlist.
type SourcePause struct {
	Place  string // digest of where the source is
	Source string // what it was called then
	By     Person
	At     time.Time
	Until  time.Time
}

// Follow is what is remembered of a followed thread between visits and restarts: how far
// it was read from one post that waits for an answer. DueAt and Failures are the thread's
// and the same for all of its posts.
type Follow struct {
	Key      PostKey // of the post
	Source   string  // key of the source
	Thread   string  // its address, or what else it is known by
	PostID   string
	Cursor   string    // opaque to everyone but the source's crawler
	Looked   time.Time // the last visit from the post that could be read; zero: none yet
	Gone     bool      // that visit found nothing of the thread
	DueAt    time.Time // the next visit to the thread
	Failures int       // visits to the thread that failed, in a row
}
