package mention

import (
	"cmp"
	"time"
)

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

// Thread is the alert under whose message the alert's thread hangs.
func (a *Alert) Thread() AlertID { return cmp.Or(a.ThreadOf, a.ID) }

// Event is one entry of the audit: who did what when.
type Event struct {
	MentionID ID
	AlertID   AlertID
	Kind      string // heard, alerted, claim, release, replied, answered, dismiss, snooze, reopen, edited, deleted, escalated …
	By        Person
	At        time.Time
	Detail    string
}

// MovedTo begins the detail of an event of the kind moved; the id and the address of the post end it.
const MovedTo = "the same words under another id: "
