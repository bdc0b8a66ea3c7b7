package mention

import "time"

// Mention is a post that concerns one watch.
type Mention struct {
	ID       ID
	Watch    string
	Post     Post
	Spans    []Span
	Score    Score
	Severity Severity // 0: not alerted
	Simhash  uint64   // of the words of the post; near-duplicates differ in few bits
	Official bool     // written by an official author of the watch
	HeardAt  time.Time
	EditedAt time.Time // when earshot saw the last edit; zero when never edited
}

// AlertKind says what a message is.
type AlertKind string

// The kinds of messages in the outbox.
const (
	Complaint  AlertKind = "complaint"  // a mention's own message, with buttons
	Duplicate  AlertKind = "twin"       // the same text elsewhere: a reply under the first
	Changed    AlertKind = "changed"    // the post was edited, deleted or answered: a reply under its message
	Escalation AlertKind = "escalation" // a deadline passed: a reply that names people
	Burst      AlertKind = "storm"      // one message that groups many
	Digest     AlertKind = "digest"
	Fallback   AlertKind = "fallback" // told through another door, since its own channel takes nothing
	Notice     AlertKind = "notice"   // about earshot itself: a source went quiet, Slack was away …
)

// AlertStatus is the outbox state of an alert.
type AlertStatus string

// The way of an alert: pending → posting → posted. What the other side surely did not
// take, or refuses, goes back to pending and is tried again.
const (
	Pending AlertStatus = "pending"
	Posting AlertStatus = "posting"
	Posted  AlertStatus = "posted"
)

// UnreadableHistory is the LastError of an alert that waits and may stand in its channel
// all the same: it was in doubt and the channel's history could not be read. All others
// that wait were surely not taken.
const UnreadableHistory = "may be a repeat: the channel's history could not be read"

// Alert is one message on its way to people: the outbox row.
type Alert struct {
	ID              AlertID
	Kind            AlertKind
	MentionID       ID      // empty for kinds that are not about one mention
	ThreadOf        AlertID // post as a reply under this alert's message, once it is posted
	Route           string  // where to: "#channel", "console", "webhook:NAME"
	Notify          string  // whom to name: "@oncall-pr"
	Severity        Severity
	Status          AlertStatus
	CreatedAt       time.Time
	NotBefore       time.Time // held until then (quiet hours, Retry-After)
	PostingAt       time.Time // t0 of the attempt under way or in doubt
	PostedAt        time.Time // since when people could see it
	Attempts        int
	Channel         string // the channel's own id, once posted
	TS              string // the channel's own id of the message, once posted
	RenderedVersion int64  // the case version the message shows
	Payload         []byte // JSON, for kinds that carry their own content
	LastError       string
}

// Event is one entry of the audit: who did what when.
type Event struct {
	MentionID ID
	AlertID   AlertID
	Kind      string // heard, alerted, claim, release, replied, answered, dismiss, snooze, reopen, edited, deleted, escalated …
	By        Person
	At        time.Time
	Detail    string
}

// AnalyzedPost is one new or edited post with the mentions in it (none is fine).
type AnalyzedPost struct {
	Post     Post
	Mentions []Mention
}

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
}

// PendingMention is a mention on its way into the store, as the planner sees and fills it.
type PendingMention struct {
	Mention  Mention
	Previous *Mention // what was stored before, when the post was edited
	Earlier  *Post    // the post before the edit, where it is no mention of this watch yet; nil without its words
	Case     Case     // stored case for an edited mention; the planner sets it for a new one
	Alerts   []Alert  // to enqueue; the planner appends
	Events   []Event  // to record; the planner appends
	Also     []Case   // cases of other mentions this one changes (an answer closes them); Version is the stored one plus 1
	Baseline bool
	Recount  bool // an edit that changed numbers or what stands around the words: drawn, not recorded
	Reread   bool // an edit that nobody made: the place is laid out in another way
}

// MentionRecord is an alerted mention as the store holds it: what the planner compares
// a new one with.
type MentionRecord struct {
	Mention Mention
	Case    Case
	Details []byte  // Alert.Payload of its own message, in lists and case files; nil elsewhere
	Alert   AlertID // its own message: a complaint, or the duplicate reply it got
	Damage  string  // what of the stored row could not be read; the rest is as stored
}

// Due says when the deadlines must look at a case again; a zero At is never. It counts
// for this version of the case only: whoever changes a case makes it due at once.
type Due struct {
	ID      ID
	Version int64
	At      time.Time
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
