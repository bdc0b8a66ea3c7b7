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
		{"older database", taken(mention.Quiet, ""), []string{"Nothing was changed", "no complaint", "older database", "Open the post"}},
		{"something else", taken("strange", ""), []string{"Nothing was changed", "strange"}},
		{"broken", errors.New("disk"), []string{"could not write that down", "press again"}},
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
