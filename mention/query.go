package mention

import (
	"errors"
	"time"
)

// ErrNotFound means that nothing has the id that was asked for.
var ErrNotFound = errors.New("not found")

// Author is what is known of one author at one source.
type Author struct {
	Complaints   int       // alerted mentions since the time asked for
	LastAnswered bool      // the newest of them was answered
	MutedUntil   time.Time // somebody pressed "mute author"; zero when nobody did
}

// MuteFor is how long a mute lasts: a quarter, after which somebody should look again.
const MuteFor = 90 * 24 * time.Hour

// Mute is an author whose complaints at one source raise no alert, but for those that
// are critical.
type Mute struct {
	MentionID ID // where the button was pressed
	Source    string
	Author    string
	By        Person
	At, Until time.Time
}

// Query chooses mentions for a list. Fields left zero do not restrict.
type Query struct {
	Watch    string
	Source   string
	Author   string
	Kind     PostKind
	Lang     string // of the score
	Topic    string // one of the score's
	Statuses []Status
	Severity Severity  // at least this loud
	Since    time.Time // heard at or after; of a list by rank: a complaint since then
	Until    time.Time // heard before
	Label    Label
	Owner    string // person id of the owner
	IDs      []ID   // only these
	// Free chooses cases that nobody has.
	Free bool
	// Awake leaves out what is snoozed, Asleep everything else.
	Awake, Asleep bool
	// Standing leaves out what is gone from its site: there nobody waits for an answer.
	Standing bool
	// Unanswered chooses alerted cases without an answer: open or claimed.
	Unanswered bool
	// Unverified chooses cases said to be replied whose answer was never seen on the site.
	Unverified bool
	// Alerted leaves out the quiet: praise and baselines.
	Alerted bool
	Text    string // all of these words, or words that begin so, stand in title, text or author; case does not count

	// ByRank orders by Case.RankAt, which is worst and oldest first; without it the newest
	// heard come first. It chooses open and claimed cases.
	ByRank bool

	Limit int    // entries a page; 0 means 100
	After string // Page.Next of the page before; the rest of the query must be the same
}

// CaseFile is all that is known of one case, for people who work on it.
type CaseFile struct {
	MentionRecord
	History []Event         // oldest first
	Copies  []MentionRecord // the same words elsewhere, or what they are a copy of; the oldest first
	Earlier []MentionRecord // the author's complaints at this source before it, the newest first
}

// CaseChange is one entry of the audit with how its case stands now.
type CaseChange struct {
	Event   int64 // grows; those of one moment may become visible in another order
	ID      ID
	Version int64
	Status  Status
	Came    bool // with the entry a complaint began to wait: heard, opened again, its snooze over
}

// Page is one page of a list.
type Page struct {
	Entries []MentionRecord
	Next    string // give it as Query.After for the next page; empty on the last
}

// Times are the clocks of one alerted case, for reports: medians are made of
// these. Zero times have not happened.
type Times struct {
	MentionID      ID
	Watch          string
	Source         string
	Author         string // empty when unknown, or erased
	Lang           string
	Severity       Severity
	Topics         []string
	Status         Status
	Reason         string
	Owner          Person
	Published      time.Time // when the author published it; zero when unknown
	DateOnly       bool      // Published is a day, or that of other words, so its distance to Heard says nothing
	Heard          time.Time // when it was heard, or became a complaint by an edit
	Posted         time.Time // when its message was accepted by the channel; zero when it was not
	Claimed        time.Time
	Replied        time.Time
	AnswerVerified bool
	Reopened       time.Time     // when its clocks began anew; zero when they did not
	Snoozed        time.Time     // when it was put off, or its post went from the site; zero while neither is so: its clocks stand still, or did until the answer
	Woke           time.Time     // when its clocks went on after a snooze
	Waited         time.Duration // how much of them had run by then, in open hours
}

// Feedback is a verdict of staff on one text: what earshot called negative, and
// they did not.
type Feedback struct {
	MentionID ID
	Watch     string
	Source    string
	Kind      PostKind
	Simhash   uint64
	Label     Label // what staff say it is
	Score     Score // what earshot said
	Title     string
	Text      string
	By        Person
	At        time.Time
}

// Counts is how much lies where, for health and metrics.
type Counts struct {
	Pending       int       // alerts waiting to be posted
	Posting       int       // alerts under way or in doubt
	OldestPending time.Time // CreatedAt of the longest waiting alert that is due; zero when none
	Open          int       // cases that nobody has taken or snoozed, and whose post is not gone from its site
	OldestOpen    time.Time // since when the one of them waits, by its clocks, that waits longest; zero when none
	Claimed       int       // cases taken and not answered
}
