package alerts

import (
	"strings"
	"time"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// EventDetail says what an entry of the history says beside its kind. Details are stored for the
// audit, in English: this is what says the same in any language, and empty where nothing does.
func EventDetail(l i18n.Lang, e mention.Event, zone *time.Location) string {
	detail := text.OneLine(e.Detail)
	switch mention.Verb(e.Kind) {
	case "reply_refused", "reply_unclear":
		if detail != "" {
			return "· " + AnswerReason(l, detail)
		}
	case "heard", "answered", "rerouted", "reply_written", "reply_sent":
		if detail != "" {
			return "· " + detail
		}
	case "alerted":
		if loud, route, ok := strings.Cut(detail, " to "); ok {
			return "· " + l.Word("severity_title", loud) + " → " + route
		}
	case mention.Assign:
		to, from, ok := strings.Cut(strings.TrimPrefix(detail, "to "), " from ")
		if ok {
			return from + " → " + to
		}
		return "→ " + to
	case mention.TakeOver:
		return "← " + strings.TrimPrefix(detail, "from ")
	case mention.Note:
		return text.Clean(e.Detail)
	case mention.Dismiss:
		return "· " + l.Word("dismissed", e.Detail)
	case mention.Snooze:
		if until, err := time.Parse(time.RFC3339, strings.TrimPrefix(e.Detail, "until ")); err == nil {
			return l.Text("web.until_moment", "when", l.DateTime(until.In(zone)))
		}
	}
	return ""
}
