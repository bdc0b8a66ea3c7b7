package plan

import (
	"testing"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// TestReasonsAreTranslated tries all that makes a complaint loud, people's own rules
// included: each reason has words in every language.
func TestReasonsAreTranslated(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	reasons := map[string]bool{}
	for _, topic := range []string{"safety", "health", "legal", "fraud", "delivery"} {
		for _, rule := range []string{"legal threat", "health or safety", "waiting"} {
			for _, kind := range []mention.PostKind{mention.News, mention.Review} {
				for _, likely := range []float64{0.55, 0.7, 0.95} {
					for bound := mention.Low; bound <= mention.Critical; bound++ {
						m := mention.Mention{Post: mention.Post{Kind: kind, Rating: &mention.Rating{Value: 1, Best: 5}},
							Score: mention.Score{Value: -0.8, Complaint: likely, Topics: []string{topic}, Why: []mention.Hit{{Rule: rule, Weight: -1}}}}
						for _, own := range []alerts.SeverityRule{{AtLeast: bound}, {AtMost: bound}} {
							p := &plan{rules: alerts.Rules{Severity: []alerts.SeverityRule{own}}}
							_, why := p.severity(m, mention.Author{Complaints: 1})
							for _, reason := range why {
								reasons[reason] = true
							}
						}
						_, quiet := severityOf(mention.Mention{Post: m.Post, Score: mention.Score{Complaint: likely}}, mention.Author{})
						for _, reason := range quiet {
							reasons[reason] = true
						}
					}
				}
			}
		}
	}
	for _, bound := range []alerts.SeverityRule{{AtLeast: mention.Normal}, {AtLeast: mention.High}, {AtLeast: mention.Critical}} {
		_, why := alerts.Rules{Severity: []alerts.SeverityRule{bound}}.Loudness(mention.Mention{}, mention.Low)
		reasons[why] = true
	}
	if len(reasons) < 12 {
		t.Fatalf("only %d reasons: %v", len(reasons), reasons)
	}
	for reason := range reasons {
		for _, code := range []string{"en", "uk", "ru", "bg"} {
			said := alerts.Details{Why: []string{reason}}.Severe(texts.In(code))[0]
			if code == "en" && said != reason || code != "en" && len(testkit.English(said)) > 0 {
				t.Errorf("%s: %q is said %q", code, reason, said)
			}
		}
	}
}
