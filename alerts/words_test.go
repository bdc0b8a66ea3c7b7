package alerts_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// TestRefusal: whoever presses a button in vain reads why, and what to do instead.
func TestRefusal(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	taken := func(status mention.Status, by string) error {
		return fmt.Errorf("claim: %w", &mention.TakenError{Status: status, By: mention.Person{Name: by}, At: now.Add(-3 * time.Minute)})
	}
	cases := []struct {
		name string
		err  error
		want []string // empty: nothing is said
	}{
		{"done", nil, nil},
		{"pressed twice", mention.ErrNothingToDo, nil},
		{"claimed", taken(mention.Claimed, "Ira"), []string{"Ira took it 3 min ago."}},
		{"replied", taken(mention.Replied, "Ira"), []string{"Ira answered it 3 min ago."}},
		{"answered on the site", taken(mention.Replied, ""), []string{"It was answered 3 min ago."}},
		{"dismissed", taken(mention.Dismissed, "Ira"), []string{"Ira dismissed it 3 min ago."}},
		{"another database", fmt.Errorf("claim: %w", mention.ErrNotFound), []string{"Nothing was changed", "another or an older database", "Open the post"}},
		{"older database", taken(mention.Quiet, ""), []string{"Nothing was changed", "not a complaint", "older database", "Open the post"}},
		{"something else", taken("strange", ""), []string{"Nothing was changed", "strange"}},
		{"broken", errors.New("disk"), []string{"could not save that", "press again"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got := alerts.Refusal(i18n.Lang{}, c.err, now)
			if len(c.want) == 0 && got != "" {
				t.Errorf("says %q, want nothing", got)
			}
			for _, words := range c.want {
				if !strings.Contains(got, words) {
					t.Errorf("says %q, want %q in it", got, words)
				}
			}
			if strings.Contains(got, "cannot be done") {
				t.Errorf("says %q: not why", got)
			}
		})
	}
}

// TestClockAnew: a complaint that was opened again, or became one by an edit, is told of by the clock that
// began there, in the words of every channel; what is said to be since the publication stays so.
func TestClockAnew(t *testing.T) {
	now := time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)
	heard := now.AddDate(0, 0, -30)
	m := mention.Mention{HeardAt: heard, Post: mention.Post{Published: heard.Add(-time.Minute)}}
	for name, c := range map[string]mention.Case{
		"opened again":           {OpenedAt: heard, ReopenedAt: now.Add(-time.Hour)},
		"a complaint by an edit": {OpenedAt: now.Add(-time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			if got := alerts.Since(m, c); !got.Equal(now.Add(-time.Hour)) {
				t.Errorf("waits since %v", got)
			}
			c.Status, c.Owner.Name, c.ClaimedAt = mention.Claimed, "Ira", now.Add(-40*time.Minute)
			if got, want := alerts.State(i18n.Lang{}, nil, m, c), "Ira has it · taken after 20 min, 30 days after publication"; got != want {
				t.Errorf("says %q, want %q", got, want)
			}
			c.Status, c.RepliedAt, c.RepliedBy, c.AnswerVerified = mention.Replied, now.Add(-30*time.Minute), "Ira", true
			if got, want := alerts.State(i18n.Lang{}, nil, m, c), "answered publicly in 30 min by Ira"; got != want {
				t.Errorf("says %q, want %q", got, want)
			}
			news := alerts.Message{Mention: m, Case: c, Details: alerts.Details{Change: alerts.Answered, By: "Romashka", At: c.RepliedAt}}.News()
			if want := "✓ Romashka answered publicly, 30 days after publication."; !strings.HasPrefix(news, want) || !strings.Contains(news, "claimed 20 min (Ira)") {
				t.Errorf("tells %q", news)
			}
		})
	}
}

// TestMomentsAreThePeoples: until when a complaint sleeps, or since when it is overdue, is said by the clock of
// those who act, also where that is half an hour off; "tomorrow at nine" is nine.
func TestMomentsAreThePeoples(t *testing.T) {
	nine := time.Date(2026, 11, 27, 9, 0, 0, 0, time.UTC)
	for name, want := range map[string]string{"UTC": "27 Nov 09:00 UTC", "Europe/Kyiv": "27 Nov 11:00 EET", "Asia/Kolkata": "27 Nov 14:30 IST", "Asia/Kathmandu": "27 Nov 14:45 +0545"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		asleep := mention.Case{Status: mention.Open, SnoozedBy: mention.Person{Name: "Ira"}, SnoozedUntil: nine}
		late := mention.Case{Status: mention.Open, OverdueSince: nine, Steps: mention.Steps{Unclaimed: mention.StepNamed}}
		for _, c := range []mention.Case{asleep, late} {
			if got := alerts.State(i18n.Lang{}, zone, mention.Mention{}, c); !strings.Contains(got, want) {
				t.Errorf("%s: says %q, want %q", name, got, want)
			}
		}
	}
}
