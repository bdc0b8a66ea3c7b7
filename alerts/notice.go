package alerts

import (
	"time"

	"github.com/earshot/earshot/mention"
)

// NewNotice makes a message about earshot itself: a source that went quiet, a part
// that is away. The same subject in the same state since the same time is the
// same message, however often it is enqueued.
func NewNotice(subject, state string, since time.Time, text, route string) mention.Alert {
	return mention.Alert{
		ID:        mention.NewAlertID(mention.Notice, subject, state, since.UTC().Format(time.RFC3339), route),
		Kind:      mention.Notice,
		Route:     route,
		Severity:  mention.Normal,
		Status:    mention.Pending,
		CreatedAt: since,
		Payload:   Details{Text: text}.Encode(),
	}
}
