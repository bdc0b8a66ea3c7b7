package alerts_test

import (
	"testing"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// TestRouteAgain: what waits goes where the rules of today say; what belongs together, or
// is told to somebody, goes where that goes.
func TestRouteAgain(t *testing.T) {
	rules := alerts.Rules{
		Routes: []alerts.Route{
			{Topics: []string{"refund"}, To: "#billing", Notify: "@billing"},
			{Severities: []mention.Severity{mention.Critical}, To: "#war-room", Notify: "@oncall"},
		},
		Otherwise: "#mentions",
		Deadlines: map[mention.Severity]alerts.Deadline{mention.High: {EscalateTo: "#leads"}},
		Digests:   alerts.Digests{To: "#digest"},
	}
	plain := mention.Mention{ID: "1", Severity: mention.High}
	refund := mention.Mention{ID: "2", Severity: mention.High, Score: mention.Score{Topics: []string{"refund"}}}
	cases := map[string]struct {
		alert mention.Alert
		about mention.Mention
		want  string
	}{
		"a complaint":                              {mention.Alert{Kind: mention.Complaint, MentionID: "1", Route: "#typo", Notify: "@old"}, plain, "#mentions "},
		"a complaint with a narrower route":        {mention.Alert{Kind: mention.Complaint, MentionID: "2", Route: "#mentions"}, refund, "#billing @billing"},
		"gathered where the watchlist sends":       {mention.Alert{Kind: mention.Complaint, MentionID: "2", ThreadOf: "s", Route: "#mentions"}, refund, "#mentions "},
		"gathered where it does not":               {mention.Alert{Kind: mention.Complaint, MentionID: "2", ThreadOf: "s", Route: "#typo"}, refund, "#billing @billing"},
		"a storm":                                  {mention.Alert{Kind: mention.Burst, Route: "#typo", Severity: mention.Critical}, refund, "#billing @billing"},
		"a storm where the watchlist sends":        {mention.Alert{Kind: mention.Burst, Route: "#mentions", Notify: "@x"}, refund, "#mentions @x"},
		"a storm with nothing in it":               {mention.Alert{Kind: mention.Burst, Route: "#typo"}, mention.Mention{}, "#mentions "},
		"the morning's message":                    {mention.Alert{Kind: mention.Digest, Route: "#typo"}, plain, "#mentions "},
		"a digest":                                 {mention.Alert{Kind: mention.Digest, Route: "#typo"}, mention.Mention{}, "#digest "},
		"a notice":                                 {mention.Alert{Kind: mention.Notice, Route: "#typo"}, mention.Mention{}, "#mentions "},
		"a notice where the leads are":             {mention.Alert{Kind: mention.Notice, Route: "#leads"}, mention.Mention{}, "#leads "},
		"told to the leads":                        {mention.Alert{Kind: mention.Escalation, MentionID: "1", Route: "#typo", Severity: mention.High, Notify: "@ira"}, plain, "#leads @ira"},
		"told where it belongs, as it is louder":   {mention.Alert{Kind: mention.Escalation, MentionID: "2", Route: "#billing", Severity: mention.High, Notify: "@billing"}, refund, "#billing @billing"},
		"told where it belongs, read in full":      {mention.Alert{Kind: mention.Escalation, MentionID: "1", Route: "#war-room", Severity: mention.Critical, Notify: "@oncall"}, plain, "#war-room @oncall"},
		"told to leads who are not named any more": {mention.Alert{Kind: mention.Escalation, MentionID: "2", Route: "#typo", Severity: mention.Low, Notify: "@ira"}, refund, "#billing @ira"},
		"a reply that names somebody":              {mention.Alert{Kind: mention.Escalation, MentionID: "1", ThreadOf: "a", Route: "#typo", Severity: mention.High, Notify: "@ira"}, plain, "#mentions @ira"},
	}
	for name, c := range cases {
		if to, notify := rules.RouteAgain(c.alert, c.about); to+" "+notify != c.want {
			t.Errorf("%s goes to %q, want %q", name, to+" "+notify, c.want)
		}
	}
}
