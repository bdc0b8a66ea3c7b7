package slack

import (
	"errors"
	"testing"
	"time"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/alerts"
)

// TestOddSilences: a 429 that asks for a day keeps the socket away for an hour, one that asks
// for nothing, or less, for a second.
func TestOddSilences(t *testing.T) {
	n := New(Options{BotToken: "xoxb-1", Now: time.Now})
	for asked, want := range map[time.Duration]time.Duration{24 * time.Hour: time.Hour, 30 * time.Second: 30 * time.Second, 0: time.Second, -time.Hour: time.Second} {
		err := n.sort("apps.connections.open", "", &api.RateLimitedError{RetryAfter: asked})
		var again *alerts.RetryError
		if !errors.As(err, &again) || again.After != want || retryAfter(err, 1) != want {
			t.Errorf("asked for %s: %v", asked, err)
		}
	}
}
