package outbox_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// TestStepOfWhatSleepsWaits: what a deadline says of a complaint that somebody put off before it went out is told when
// the snooze is over and it is true still: the step is done, and none comes again.
func TestStepOfWhatSleepsWaits(t *testing.T) {
	for name, c := range map[string]struct {
		then mention.Case
		want string
	}{
		"nobody took it":     {mention.Case{Status: mention.Open}, "10s post step"},
		"somebody took it":   {mention.Case{Status: mention.Claimed}, ""},
		"it sleeps for long": {mention.Case{Status: mention.Open, SnoozedBy: mention.Person{ID: "slack:U2"}, SnoozedUntil: time.Now().AddDate(30, 0, 0)}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			events, end := play(t, 20*time.Second, func(m *memory, _ *script) {
				m.c = mention.Case{Status: mention.Open, SnoozedBy: mention.Person{ID: "slack:U1", Name: "Ira"}, SnoozedUntil: time.Now().Add(10 * time.Second)}
				m.add("step", mention.Normal, "#mentions")
				m.change("step", func(a *mention.Alert) bool {
					a.Kind, a.Payload = mention.Escalation, alerts.Details{Text: "Nobody has taken this.", While: mention.Open}.Encode()
					return true
				})
				time.AfterFunc(9*time.Second, func() {
					m.mu.Lock()
					defer m.mu.Unlock()
					m.c = c.then
				})
			})
			told := slices.ContainsFunc(events, func(e string) bool { return e == c.want })
			if told != (c.want != "") || c.want == "" && slices.ContainsFunc(events, func(e string) bool { return strings.Contains(e, "post step") }) {
				t.Errorf("%q", events)
			}
			if a, _, _ := end.Alert(t.Context(), "step"); (a.Status == mention.Pending) != (c.then.SnoozedBy.ID != "") {
				t.Errorf("it is %s", a.Status)
			}
		})
	}
}

// TestStaleStepIsNotTold: while a channel took nothing somebody has done what a deadline asks for: that nobody has
// it, or that no answer is to be seen, is not true any more and rings nobody. What is still true is told.
func TestStaleStepIsNotTold(t *testing.T) {
	for name, c := range map[string]struct {
		while mention.Status
		whose string
		is    mention.Case
		told  bool
	}{
		"nobody has it":               {mention.Open, "", mention.Case{Status: mention.Open}, true},
		"somebody has it by now":      {mention.Open, "", mention.Case{Status: mention.Claimed}, false},
		"it was answered":             {mention.Open, "", mention.Case{Status: mention.Replied}, false},
		"its owner is silent":         {mention.Claimed, "", mention.Case{Status: mention.Claimed}, true},
		"she has it still":            {mention.Claimed, "slack:U1", mention.Case{Status: mention.Claimed, Owner: mention.Person{ID: "slack:U1"}}, true},
		"another has it by now":       {mention.Claimed, "slack:U1", mention.Case{Status: mention.Claimed, Owner: mention.Person{ID: "slack:U2"}}, false},
		"its owner gave it back":      {mention.Claimed, "", mention.Case{Status: mention.Open}, false},
		"no answer is to be seen":     {mention.Replied, "", mention.Case{Status: mention.Replied}, true},
		"the answer was seen":         {mention.Replied, "", mention.Case{Status: mention.Replied, AnswerVerified: true}, false},
		"said whatever becomes of it": {"", "", mention.Case{Status: mention.Dismissed}, true},
	} {
		t.Run(name, func(t *testing.T) {
			events, end := play(t, 5*time.Second, func(m *memory, _ *script) {
				m.c = c.is
				m.add("step", mention.Normal, "#mentions")
				m.change("step", func(a *mention.Alert) bool {
					a.Kind, a.Payload = mention.Escalation, alerts.Details{Text: "Nobody has taken this.", While: c.while, Whose: c.whose}.Encode()
					return true
				})
			})
			if told := slices.Contains(events, "0s post step"); told != c.told {
				t.Errorf("told: %v (%q)", told, events)
			}
			if a, _, _ := end.Alert(t.Context(), "step"); a.Status != mention.Posted || a.TS != "step" {
				t.Errorf("it is %s at %q", a.Status, a.TS)
			}
		})
	}
}
