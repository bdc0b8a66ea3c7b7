package plan

import (
	"strings"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// A reply in a thread rings nobody. What asks for people's action anew, because a complaint is open again or
// louder than they were told, is shown in the channel too, and names whom a new complaint would name there.

// whoActs is who has a complaint, or else who is named where such complaints go.
func (p *plan) whoActs(s mention.MentionRecord) string {
	if s.Case.Status == mention.Claimed {
		return alerts.SlackID(s.Case.Owner)
	}
	_, notify := p.rules.RouteFor(s.Mention)
	return notify
}

// tellWhereLoud tells of a complaint that became loud after it was told where complaints as loud go, with all of
// it; own is its message. It reports whether that is another place.
func (p *plan) tellWhereLoud(d *mention.PendingMention, own mention.Alert, loud mention.Mention, why []string) bool {
	to, notify := p.rules.RouteFor(loud)
	if to == own.Route {
		return false
	}
	l := p.rules.Lang(to)
	text := l.Text("desk.louder", "severity", l.Word("severity", loud.Severity.String()), "why", strings.Join(alerts.Details{Why: why}.Severe(l), ", "), "route", own.Route)
	told := p.message(mention.Escalation, own.MentionID, to, loud.Severity, alerts.Details{Text: text}, "louder", loud.Severity.String())
	told.Notify = notify
	d.Alerts = append(d.Alerts, told)
	return true
}

// namesNobody lets what this poll says of a complaint ring nobody: its answer stands already.
func (p *plan) namesNobody(id mention.ID) {
	d, ok := p.cases.pending[id]
	if !ok {
		return
	}
	for i := range d.Alerts {
		if d.Alerts[i].MentionID == id {
			d.Alerts[i].Notify = ""
		}
	}
}
