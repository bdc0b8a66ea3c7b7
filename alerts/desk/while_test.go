package desk

import (
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// TestStepsAreSaidWhileTheyAreTrue: what a deadline says waits for its channel, perhaps for long, so it carries how
// the case must stand for it; the end of a snooze is one however it stands.
func TestStepsAreSaidWhileTheyAreTrue(t *testing.T) {
	at := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	s := steps{rules: alerts.Rules{Official: map[string][]string{"": {"Support"}}}, now: at, own: mention.Alert{ID: "own", Status: mention.Posted, PostedAt: at.Add(-time.Hour)},
		deadline: alerts.Deadline{Claim: 5 * time.Minute, Reply: 30 * time.Minute, EscalateTo: "#leads"}}
	ira := mention.Person{ID: "slack:U1", Name: "Ira"}
	for name, c := range map[string]struct {
		do    step
		is    mention.Case
		while mention.Status
	}{
		"name":    {s.name, mention.Case{Status: mention.Open}, mention.Open},
		"tell":    {s.tell, mention.Case{Status: mention.Open}, mention.Open},
		"remind":  {s.remind, mention.Case{Status: mention.Claimed, Owner: ira}, mention.Claimed},
		"release": {s.release, mention.Case{Status: mention.Claimed, Owner: ira}, mention.Open},
		"doubt":   {s.doubt, mention.Case{Status: mention.Replied, RepliedBy: "Ira"}, mention.Replied},
		"wake":    {s.wake, mention.Case{Status: mention.Open, SnoozedBy: ira, SnoozedUntil: at}, ""},
	} {
		_, a := c.do(&c.is)
		if d := alerts.ReadDetails(a.Payload); d.While != c.while || d.Whose != map[bool]string{true: ira.ID}[name == "remind"] || d.Text == "" {
			t.Errorf("%s: %+v", name, d)
		}
	}
}
