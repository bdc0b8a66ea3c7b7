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
	case "reply_refused", "reply_unclear", "reply_put_off":
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
	case "escalated":
		return stepDetail(l, detail)
	case mention.Reopen, mention.Wake:
		return reopenDetail(l, detail)
	case mention.Snooze:
		if until, err := time.Parse(time.RFC3339, strings.TrimPrefix(e.Detail, "until ")); err == nil {
			return l.Text("web.until_moment", "when", l.DateTime(until.In(zone)))
		}
	}
	return ""
}

// stepDetail says which step the desk took.
func stepDetail(l i18n.Lang, detail string) string {
	if who, ok := strings.CutPrefix(detail, "nudged "); ok {
		return "· " + l.Text("web.step.nudged", "who", who)
	}
	if who, ok := strings.CutPrefix(detail, "released from "); ok {
		return "· " + l.Text("web.step.released", "who", who)
	}
	if whom, ok := strings.CutPrefix(detail, "nobody took it: "); ok {
		whom = strings.TrimPrefix(whom, "told ")
		if whom == "said in the thread" {
			whom = ""
		}
		return strings.TrimSpace("· " + l.Text("web.step.nobody") + " " + strings.TrimSuffix("→ "+whom, "→ "))
	}
	if detail == "no answer seen" {
		return "· " + l.Text("web.step.unseen")
	}
	return ""
}

// reopenDetail says what opened a complaint again where nobody did.
func reopenDetail(l i18n.Lang, detail string) string {
	if answer, ok := strings.CutPrefix(detail, "answer is gone from the site: "); ok {
		return "· " + l.Text("web.step.answer_gone") + ": " + answer
	}
	switch detail {
	case "edited and worse than before":
		return "· " + l.Text("web.step.worse")
	case "the post is back":
		return "· " + l.Text("web.step.back")
	}
	return ""
}
