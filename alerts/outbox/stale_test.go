package outbox_test

import (
	"slices"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// TestStaleStepIsNotTold: while a channel took nothing somebody has done what a deadline asks for: that nobody has
// it, or that no answer is to be seen, is not true any more and rings nobody. What is still true is told.
func TestStaleStepIsNotTold(t *testing.T) {
	slept := mention.Case{Status: mention.Open, SnoozedBy: mention.Person{ID: "slack:U1", Name: "Ira"}, SnoozedUntil: time.Now().Add(time.Hour)}
	for name, c := range map[string]struct {
		while mention.Status
		is    mention.Case
		told  bool
	}{
		"nobody has it":               {mention.Open, mention.Case{Status: mention.Open}, true},
		"somebody has it by now":      {mention.Open, mention.Case{Status: mention.Claimed}, false},
		"it was answered":             {mention.Open, mention.Case{Status: mention.Replied}, false},
		"somebody put it off":         {mention.Open, slept, false},
		"its owner is silent":         {mention.Claimed, mention.Case{Status: mention.Claimed}, true},
		"its owner gave it back":      {mention.Claimed, mention.Case{Status: mention.Open}, false},
		"no answer is to be seen":     {mention.Replied, mention.Case{Status: mention.Replied}, true},
		"the answer was seen":         {mention.Replied, mention.Case{Status: mention.Replied, AnswerVerified: true}, false},
		"said whatever becomes of it": {"", mention.Case{Status: mention.Dismissed}, true},
	} {
		t.Run(name, func(t *testing.T) {
			events, end := play(t, 5*time.Second, func(m *memory, _ *script) {
				m.c = c.is
				m.add("step", mention.Normal, "#mentions")
				m.change("step", func(a *mention.Alert) bool {
					a.Kind, a.Payload = mention.Escalation, alerts.Details{Text: "Nobody has taken this.", While: c.while}.Encode()
					return true
				})
			})
			if told := slices.Contains(events, "0s post step"); told != c.told {
				t.Errorf("told: %v (%q)", told, events)
			}
			if a, _, _ := end.Alert(t.Context(), "step"); a.Status != mention.Posted {
				t.Errorf("it is %s", a.Status)
			}
		})
	}
}
