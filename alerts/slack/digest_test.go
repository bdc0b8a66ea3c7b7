package slack

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/report"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// TestDigestHasEveryNumber: what the digest says through every other door, as the report does, it says in Slack.
func TestDigestHasEveryNumber(t *testing.T) {
	monday := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	spread := func(minutes int) report.Spread {
		return report.Spread{Median: time.Duration(minutes) * time.Minute, P90: time.Duration(minutes+1) * time.Minute, Of: 3}
	}
	now := report.Report{Since: monday.AddDate(0, 0, -7), Until: monday, Heard: 91, Answered: 82, Proved: 73, Dismissed: 6, Unanswered: 3,
		Hear: spread(11), Claim: spread(13), Answer: spread(15), Overall: spread(17), Kept: report.Kept{InTime: 64, Of: 85}}
	before := report.Report{Heard: 41, Hear: spread(21), Claim: spread(23), Answer: spread(25), Overall: spread(27), Kept: report.Kept{InTime: 34, Of: 35}}
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"en", "ru", "uk", "bg"} {
		l := texts.In(code)
		m := alerts.Message{Alert: mention.Alert{Kind: mention.Digest}, Lang: l, Now: monday, Details: alerts.Details{Summary: &alerts.Summary{Period: alerts.Weekly, Report: now, Before: before, Waits: 55}}}
		drawn, err := json.Marshal(digest(m, 10000))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(drawn), "preformatted") { // a phone breaks its lines anywhere
			t.Errorf("%s: columns of a fixed width: %s", code, drawn)
		}
		for _, want := range []string{"91", "82", "73", "6", "3", "41", l.Span(11 * time.Minute), l.Span(12 * time.Minute), l.Span(24 * time.Minute), l.Span(18 * time.Minute), now.Kept.Words(l), before.Kept.Words(l), "55"} {
			if !strings.Contains(string(drawn), want) {
				t.Errorf("%s: Slack's digest has no %q: %s", code, want, drawn)
			}
		}
	}
}

// TestDigestOfAnEmptyDay: where nobody waited in either period there is one sentence, and no table of dashes.
func TestDigestOfAnEmptyDay(t *testing.T) {
	monday := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	empty := report.Report{Since: monday.AddDate(0, 0, -1), Until: monday}
	before := report.Report{Heard: 1, Answered: 1, Overall: report.Spread{Median: time.Minute, P90: time.Minute, Of: 1}}
	for name, c := range map[string]struct {
		before report.Report
		table  bool
	}{"two empty days": {}, "one": {before, true}} {
		m := alerts.Message{Alert: mention.Alert{Kind: mention.Digest}, Now: monday, Details: alerts.Details{Summary: &alerts.Summary{Period: alerts.Daily, Report: empty, Before: c.before}}}
		drawn, err := json.Marshal(digest(m, 10000))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(drawn), "rich_text_list"); got != c.table || !strings.Contains(string(drawn), "No complaint was heard") {
			t.Errorf("%s: a table: %v: %s", name, got, drawn)
		}
	}
}
