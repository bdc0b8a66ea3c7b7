package mention

import (
	"context"
	"errors"
	"iter"
	"time"
)

// ErrNotFound means that nothing has the id that was asked for.
var ErrNotFound = errors.New("not found")

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
	Since    time.Time // heard at or after; of alerted ones, or by rank: a complaint since then
	Until    time.Time // heard before, by the same moment
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

// The lists in which people look for cases, in the inbox as on the command line.
const (
	ListOpen      = "open"     // waits for an answer and is not snoozed, whoever has it; the worst and oldest first
	ListClaimed   = "claimed"  // of these, what somebody has
	ListSnoozed   = "snoozed"  // waits, and is snoozed
	ListReplied   = "replied"  // answered; this and the others have the newest heard first
	ListUnproved  = "unproved" // said to be answered, and the answer was never seen on the site
	ListDismissed = "dismissed"
	ListAll       = "all"
)

// Lists is every list, in the order in which people are shown them.
var Lists = []string{ListOpen, ListClaimed, ListSnoozed, ListReplied, ListUnproved, ListDismissed, ListAll}

// Choose restricts the query to one of Lists, in its order. Any other word means ListAll.
func (q *Query) Choose(list string) {
	q.Alerted = true
	switch list {
	case ListOpen:
		q.ByRank, q.Awake = true, true
	case ListClaimed:
		q.ByRank, q.Awake, q.Statuses = true, true, []Status{Claimed}
	case ListSnoozed:
		q.ByRank, q.Asleep = true, true
	case ListReplied:
		q.Statuses = []Status{Replied}
	case ListUnproved:
		q.Unverified = true
	case ListDismissed:
		q.Statuses = []Status{Dismissed}
	}
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
	Came    bool // with the entry a complaint began to wait: heard, opened again, its snooze over
}

// Page is one page of a list.
type Page struct {
	Entries []MentionRecord
	Next    string // give it as Query.After for the next page; empty on the last
}

// Pages yields the pages of a list one by one, the first one also when it is empty; behind an error
// comes nothing. list gives one page, as a store does.
func Pages(ctx context.Context, list func(context.Context, Query) (Page, error), q Query) iter.Seq2[Page, error] {
	return func(yield func(Page, error) bool) {
		for {
			page, err := list(ctx, q)
			if !yield(page, err) || err != nil || page.Next == "" {
				return
			}
			q.After = page.Next
		}
	}
}
