package mention

import (
	"errors"
	"strings"
	"time"
	"unicode"
)

// ReplyStatus is where an answer stands on its way to the site.
type ReplyStatus string

// draft → sending → sent or refused; unclear where nobody can know.
const (
	ReplyDraft   ReplyStatus = "draft"   // nothing was sent
	ReplySending ReplyStatus = "sending" // a call is under way, or was when a process ended
	ReplySent    ReplyStatus = "sent"    // the site took it
	ReplyRefused ReplyStatus = "refused" // the site did not take it, or it was withdrawn
	ReplyUnclear ReplyStatus = "unclear" // it may stand there; it is not sent again
)

// Open says that the case can have no other reply before this one has ended.
func (s ReplyStatus) Open() bool {
	return s == ReplyDraft || s == ReplySending || s == ReplyUnclear
}

// Holds says that the answer keeps the one place under its post, so that the case c of the post can
// have no other: it is open; or the site took it, and its own case does not know yet, or c, which
// is that of another watch, waits since before that.
func (r SiteReply) Holds(c Case) bool {
	return r.Status.Open() || r.Status == ReplySent && (!r.Told || r.MentionID != c.MentionID && !c.ReopenedAt.After(r.EndedAt))
}

// SiteReply is an answer that earshot sends to the site itself.
type SiteReply struct {
	ID        string // the key of every attempt
	MentionID ID     // for which it was written; those of the same post for other watches share it
	Nth       int    // of the post, from 1
	Status    ReplyStatus
	Account   string // as whom
	Text      string // exactly what is sent
	By        Person // who wrote it
	MadeAt    time.Time

	ApprovedBy Person
	ApprovedAt time.Time // zero: it waits for another person

	FirstAt   time.Time // the first attempt that may have arrived; zero: none has
	SendingAt time.Time // the last attempt
	Attempts  int
	NotBefore time.Time // of the next step
	EndedAt   time.Time // sent or refused

	URL      string // where it stands; may be empty
	RemoteID string // the site's id of it; may be empty
	Reason   string // why it was refused, or is unclear: a word of ours, or the site's sentence
	Held     bool   // the site shows it when a moderator lets it

	Looks    int // how often the thread was read since it is unclear
	LookedAt time.Time
	Told     bool // the case knows how it ended
}

// AwaitsApproval reports whether a colleague must read the answer before it goes out.
func (r SiteReply) AwaitsApproval() bool { return r.Status == ReplyDraft && r.ApprovedAt.IsZero() }

// Says reports whether a text on the site is this answer: sites change markup, blanks and
// quotes, so letters, digits and signs count alone.
func (r SiteReply) Says(text string) bool {
	have := signsOf(text)
	return have != "" && have == signsOf(r.Text)
}

func signsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.So, r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s)
}

// MaxReply is the longest text of a reply, in bytes: over what any site takes.
const MaxReply = 64 << 10

// ErrReplyOpen means that somebody else writes, or wrote, an answer to the same post.
var ErrReplyOpen = errors.New("somebody else answers")
