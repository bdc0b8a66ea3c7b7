// Package alerts decides what happens to a mention that was heard: whether people
// are told, how loudly, where and when (Planner); brings the messages out exactly
// once (Sender); and decides what people do about them (Desk).
//
// It knows no concrete store and no channel: both come in behind the small
// interfaces below. The Planner is pure: it reads through View, writes only into
// the drafts, and never looks at a clock.
package alerts

import (
	"context"
	"time"

	"github.com/earshot/earshot/mention"
)

// View is what the planner may ask while one intake is being committed. All
// answers are of the same transaction.
type View interface {
	// Twins returns alerted mentions of the watch heard at or after since whose
	// simhash differs from the given one in at most maxDistance bits, whatever
	// became of their cases; the oldest first.
	Twins(ctx context.Context, watch string, simhash uint64, maxDistance int, since time.Time) ([]mention.Stored, error)
	// InThread returns the alerted mentions of posts of this source that stand at
	// the thread address (Post.ThreadURL) or have the id or address replyTo, whatever
	// became of their cases; the oldest first. An empty argument matches nothing.
	InThread(ctx context.Context, source, threadURL, replyTo string) ([]mention.Stored, error)
	// Author says what is known of an author at a source.
	Author(ctx context.Context, source, author string, since time.Time) (mention.Author, error)
	// AlertOf returns the message a mention got of its own (kind complaint or
	// twin); ok is false when it got none.
	AlertOf(ctx context.Context, id mention.ID) (a mention.Alert, ok bool, err error)
	// HeardRate counts the alerted mentions of the watch heard from (inclusive) to
	// (exclusive), without those of a baseline.
	HeardRate(ctx context.Context, watch string, from, to time.Time) (int, error)
}

// Outbox is the queue of messages and their states, kept by the store. Every
// change is a compare-and-set: ok is false when the alert was not in the state
// the caller believed, so somebody else moved it and there is nothing to do.
type Outbox interface {
	Queue
	Marks
}

// Queue is the reading half of the outbox.
type Queue interface {
	// DueAlerts returns pending alerts whose NotBefore has passed and whose
	// ThreadOf, if any, is posted; louder first, then older.
	DueAlerts(ctx context.Context, now time.Time, limit int) ([]mention.Alert, error)
	// InDoubt returns alerts in state posting whose attempt began before the time.
	InDoubt(ctx context.Context, before time.Time) ([]mention.Alert, error)
	// Stale returns posted messages that show a case older than it is now.
	Stale(ctx context.Context, limit int) ([]mention.Alert, error)
	// Alert returns one alert; ok is false when there is none.
	Alert(ctx context.Context, id mention.AlertID) (a mention.Alert, ok bool, err error)
}

// Marks is the writing half of the outbox.
type Marks interface {
	// BeginPosting moves pending → posting, raises Attempts and sets PostingAt.
	BeginPosting(ctx context.Context, id mention.AlertID, t0 time.Time) (ok bool, err error)
	// MarkPosted moves posting → posted.
	MarkPosted(ctx context.Context, id mention.AlertID, channel, ts string, drawn int64) (ok bool, err error)
	// BackToPending moves posting → pending if Attempts is still the given one:
	// an attempt that another process began since is not undone.
	BackToPending(ctx context.Context, id mention.AlertID, attempts int, notBefore time.Time, why string) (ok bool, err error)
	// SetDrawn records which version of the case a posted message shows.
	SetDrawn(ctx context.Context, id mention.AlertID, version int64) error
}

// Reader gives a message its content.
type Reader interface {
	// Mention returns a mention with its case.
	Mention(ctx context.Context, id mention.ID) (mention.Mention, mention.Case, error)
}

// Cases changes cases.
type Cases interface {
	// UpdateCase changes one case by compare-and-set on its version, together
	// with its events and alerts. change may run more than once and must have no
	// side effects; its error is returned as it is and nothing is written.
	UpdateCase(ctx context.Context, id mention.ID, change func(*mention.Case) ([]mention.Event, []mention.Alert, error)) (mention.Case, error)
}

// Message is one alert with everything a channel needs to show it.
type Message struct {
	Alert   mention.Alert
	Mention mention.Mention // zero for alerts that are not about one mention
	Case    mention.Case
	Facts   Facts
	Thread  Place     // the message to post under; zero for a message of its own
	Repeat  bool      // may have been posted before: the channel's history could not be read
	Now     time.Time // when it is drawn
}

// Place is where a message stands in a channel.
type Place struct {
	Channel string
	TS      string
}

// Notifier is one way out: Slack, the terminal, a webhook.
//
// Post returns a *RetryError when the message was surely not taken and may be
// sent again later, a *RefusedError when it was not taken and somebody must act
// first. After any other error the message may or may not have been taken.
type Notifier interface {
	Post(ctx context.Context, m Message) (Place, error)
	// Redraw shows the message at m.Alert's place as it is now.
	Redraw(ctx context.Context, m Message) error
	// Find looks for messages of these alerts, posted at or after since on the
	// route (under the thread, if it is not zero). Those that are missing in the
	// answer are surely not there. *RetryError and *RefusedError as for Post.
	Find(ctx context.Context, q Search) (map[mention.AlertID]Place, error)
}

// Search asks where messages in doubt stand.
type Search struct {
	Route  string
	Thread Place
	Since  time.Time
	Alerts []mention.AlertID
}
