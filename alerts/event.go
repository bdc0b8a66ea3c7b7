package alerts

import (
	"strings"
	"time"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
)

// The detail of an event is a line of English that ends in its value: an earlier earshot beside this one reads
// it and writes such, and export shows it. What EventDetail takes apart is put together here.
const (
	StepNudged   = "nudged "                            // whom
	StepReleased = "released from "                     // whom
	StepNamed    = "nobody took it: "                   // who was named in the thread
	StepInThread = "nobody took it: said in the thread" // to nobody by name
	StepTold     = "nobody took it: told "              // which channel
	StepUnseen   = "no answer seen"
	OpenedGone   = "answer is gone from the site: " // whose, and its address
	OpenedWorse  = "edited and worse than before"
	OpenedBack   = "the post is back"
	WokeSnoozed  = "snoozed by " // who
)

// Why a complaint gets no alert.
const (
	QuietMuted = "the author is muted until "   // the moment; the day of UTC, as an earlier earshot wrote it
	QuietKnown = "the same post is known from " // the source
	QuietOlder = "the post is older than the watch"

	quietTold    = "the post was told under "
	quietToldEnd = ", which is not watched any more"
	quietSaidBy  = ", as "
	quietSaidEnd = " said of the same words before"
)

// QuietTold is where the post was told under the name of a watch that is gone, QuietSaid where somebody dismissed
// the same words for this reason.
func QuietTold(under string) string { return quietTold + under + quietToldEnd }

func QuietSaid(reason, by string) string { return reason + quietSaidBy + by + quietSaidEnd }

// quiet says in a reader's language why there is no alert; empty where an earlier earshot said it otherwise.
func quiet(l i18n.Lang, detail string, zone *time.Location) string {
	if day, ok := strings.CutPrefix(detail, QuietMuted); ok {
		if at, err := time.Parse(time.DateOnly, day); err == nil {
			day = l.Date(at)
		} else if at, err := time.Parse(time.RFC3339, day); err == nil {
			day = l.Date(at.In(zone))
		}
		return "· " + l.Text("web.quiet.muted", "until", day)
	}
	if source, ok := strings.CutPrefix(detail, QuietKnown); ok {
		return "· " + l.Text("web.quiet.known", "source", source)
	}
	if under, ok := strings.CutPrefix(detail, quietTold); ok {
		return "· " + l.Text("web.quiet.told", "who", strings.TrimSuffix(under, quietToldEnd))
	}
	if detail == QuietOlder {
		return "· " + l.Text("web.quiet.older")
	}
	said, ended := strings.CutSuffix(detail, quietSaidEnd)
	reason, by, parted := strings.Cut(said, quietSaidBy)
	if !ended || !parted {
		return ""
	}
	return "· " + l.Text("web.quiet.said", "who", by, "reason", l.Word("dismissed", reason))
}

// sentences say those in a reader's language: joint stands before the value where the text does not hold it
// as {who}. The first that fits counts.
var sentences = []struct{ begins, key, joint string }{
	{StepNudged, "web.step.nudged", ""},
	{StepReleased, "web.step.released", ""},
	{StepInThread, "web.step.nobody", ""},
	{StepTold, "web.step.nobody", " → "},
	{StepNamed, "web.step.nobody", " → "},
	{StepUnseen, "web.step.unseen", ""},
	{OpenedGone, "web.step.answer_gone", ": "},
	{OpenedWorse, "web.step.worse", ""},
	{OpenedBack, "web.step.back", ""},
	{WokeSnoozed, "web.step.snoozed", ""},
	{mention.MovedTo, "web.step.moved", ": "},
}

// ActionDetail is the detail of what a person did to a case that before had.
func ActionDetail(a mention.Action, before mention.Person) string {
	from := ""
	if before.Name != "" {
		from = "from " + text.OneLine(before.Name)
	}
	switch a.Verb {
	case mention.TakeOver:
		return from
	case mention.Assign:
		return "to " + text.OneLine(a.To.Name) + "\n" + from // no name holds a line end, but one may hold " from "
	case mention.Dismiss:
		return a.Reason
	case mention.Note:
		return a.Text
	case mention.Snooze:
		return "until " + a.Until.UTC().Format(time.RFC3339)
	}
	return ""
}

// AlertedDetail is the detail of an alert.
func AlertedDetail(s mention.Severity, route string) string { return s.String() + " to " + route }

// EventDetail says what an entry of the history says beside its kind, in any language; empty where nothing
// does.
func EventDetail(l i18n.Lang, e mention.Event, zone *time.Location) string {
	detail := text.OneLine(e.Detail)
	if detail == "" {
		return "" // of most there is nothing to say, and what was erased says nothing
	}
	switch mention.Verb(e.Kind) {
	case "reply_refused", "reply_unclear", "reply_put_off":
		return "· " + AnswerReason(l, detail)
	case "heard", "answered", mention.Verb(NamesakeAnswered), mention.Verb(SeemsAnswered), "rerouted", "reply_written", "reply_sent":
		return "· " + detail
	case "alerted":
		if loud, route, ok := strings.Cut(detail, " to "); ok {
			return "· " + l.Word("severity_title", loud) + " → " + route
		}
	case mention.Assign:
		to, from, ok := strings.Cut(strings.TrimPrefix(e.Detail, "to "), "\n")
		if !ok { // of an earlier earshot
			to, from, _ = strings.Cut(to, " from ")
		}
		return strings.TrimSpace(text.OneLine(strings.TrimPrefix(from, "from ")) + " → " + text.OneLine(to))
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
	case "suppressed":
		return quiet(l, detail, zone)
	case "escalated", "woke", "moved", mention.Reopen, mention.Wake:
		for _, s := range sentences {
			value, ok := strings.CutPrefix(detail, s.begins)
			if !ok {
				continue
			}
			said := "· " + l.Text(s.key, "who", value)
			if s.joint != "" {
				said += s.joint + value
			}
			return said
		}
	}
	return ""
}
