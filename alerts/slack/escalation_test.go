package slack_test

import (
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/mention"
)

// TestEscalationHasButtons lets a complaint wait too long, and takes it in the
// channel that was told: both messages name the owner afterwards.
func TestEscalationHasButtons(t *testing.T) {
	t.Parallel()
	late := alerts.Deadline{Claim: 5 * time.Minute, EscalateTo: "#support-leads"}
	w := newWorld(t, worldOptions{rules: alerts.Rules{Deadlines: map[mention.Severity]alerts.Deadline{mention.Low: late, mention.Normal: late, mention.High: late}}})
	w.hear(complaint("1", refund))
	first := w.posted(1)[0]
	w.nudges(11 * time.Minute)
	w.posted(3)
	told := w.fake.Messages("#support-leads")
	if len(told) != 1 || !shows(told[0], refund) || !shows(told[0], "overdue since") {
		t.Fatalf("the leads see %s", texts(told))
	}
	if _, err := w.fake.Press(fakeslack.Click{Channel: told[0].Channel, TS: told[0].TS, Action: "claim", User: "U000OLEH"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the owner in both messages", func() bool {
		a, _ := w.fake.Message(first.Channel, first.TS)
		b, _ := w.fake.Message(told[0].Channel, told[0].TS)
		return shows(a, "Oleh has it") && shows(b, "Oleh has it")
	})
	w.posted(3)
}
