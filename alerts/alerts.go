// Package alerts holds what all that brings complaints to people share: the message
// and the contract of a channel (Notifier), the rules of the watchlist, the details
// that travel with an alert, and the words that every channel says alike.
//
// What to say is decided in alerts/plan, it goes out through alerts/outbox, people and
// deadlines act in alerts/desk, and summaries come from alerts/digest. None of these
// knows another; nothing here knows a store, a channel or a clock.
package alerts

import (
	"context"
	"strings"
	"time"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// Reader gives a message its content.
type Reader interface {
	// Mention returns a mention with its case.
	Mention(ctx context.Context, id mention.ID) (mention.Mention, mention.Case, error)
}

// Message is one alert with everything a channel needs to show it.
type Message struct {
	Alert    mention.Alert
	Mention  mention.Mention // zero for alerts that are not about one mention
	Case     mention.Case
	Details  Details
	Gathered Gathered       // what stands in the thread of a message that only groups
	Thread   Place          // the message to post under; zero for a message of its own
	Repeat   bool           // may have been posted before: the channel's history could not be read
	Now      time.Time      // when it is drawn
	Lang     i18n.Lang      // of those who read the route
	Zone     *time.Location // of the people who act; nil: UTC
	Answer   Answer         // of the mention's post
	Doors    []ToldBy       // through which it was told while its own channel took nothing
}

// Severity is how loud what the message shows is now: an edit may have made the complaint
// louder than it was when the alert was made.
func (m Message) Severity() mention.Severity { return max(m.Alert.Severity, m.Mention.Severity) }

// Stale reports whether what a deadline says of a case is not true any more: somebody took it, or handed it on, or
// an answer was seen, before the message went out.
func (m Message) Stale() bool {
	d, c := m.Details, m.Case
	return d.While != "" && m.Mention.ID != "" && (c.Status != d.While || d.Whose != "" && c.Owner.ID != d.Whose || c.AnswerVerified)
}

// SleepsUntil is until when what a deadline says of a case must wait, because somebody put the case off before the
// message went out; zero: it need not.
func (m Message) SleepsUntil() time.Time {
	if m.Details.While == "" || m.Mention.ID == "" || !m.Case.Snoozed() {
		return time.Time{}
	}
	return m.Case.SnoozedUntil
}

// SlackID is how Slack knows a person, to be named in a message; empty for one who came through another channel.
func SlackID(p mention.Person) string {
	id, ok := strings.CutPrefix(p.ID, "slack:")
	if !ok {
		return ""
	}
	return id
}

// Gathered is what one message groups in its thread: the complaints of the quiet hours.
type Gathered struct {
	Count   int
	Watches []string        // the one with the most complaints first
	Loudest mention.Mention // zero without any
}

// Place is where a message stands in a channel. The TS is the alert's own id where the way out has
// no places, and empty where nothing was sent.
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
	// Post brings the message out. With a *PartError it is posted, and has its place.
	Post(ctx context.Context, m Message) (Place, error)
	// Update shows the message at m.Alert's place as it is now. ErrDeleted: it stands there no more.
	Update(ctx context.Context, m Message) error
	// Find looks for messages of these alerts, posted on the route (under the thread, if
	// it is not zero) by attempts within the time of the search. Those that are missing in
	// the answer are surely not there. *RetryError and *RefusedError as for Post.
	Find(ctx context.Context, q Search) (map[mention.AlertID]Place, error)
}

// Search asks where messages in doubt stand. Since and Until are by earshot's clock: by
// how much the channel's own differs only its Notifier knows.
type Search struct {
	Route  string
	Thread Place
	Since  time.Time // when the first attempt began
	Until  time.Time // when the last attempt had ended; zero: now
	Alerts []mention.AlertID
	// Replies looks in the threads of earshot's own messages there too.
	Replies bool
}
