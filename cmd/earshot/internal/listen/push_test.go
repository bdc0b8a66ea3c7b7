package listen

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers"
	"github.com/earshot/earshot/crawlers/push"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/monitor"
)

// TestNotStoredCountsNot: posts that could not be stored take none of the minute's room: their sender
// is asked to send them again in a moment, and then they are taken.
func TestNotStoredCountsNot(t *testing.T) {
	const token = "tokentokentokentoken"
	down := true
	doors := &PushDoors{Log: slog.New(slog.DiscardHandler), Receive: func(_ context.Context, _ monitor.Source, posts []mention.Post) (mention.IngestResult, error) {
		if down {
			return mention.IngestResult{}, errors.New("the database is away")
		}
		return mention.IngestResult{New: len(posts)}, nil
	}}
	env := crawlers.Env{Now: time.Now, Source: "n8n", DefaultKind: mention.Social}.WithDefaults()
	doors.Use([]monitor.Source{{Name: "n8n", Crawler: &push.Door{Env: env, Options: push.Options{Token: config.NewSecret(token, ""), PerMinute: 60}}}})
	send := func() int {
		var body strings.Builder
		for i := range 50 {
			fmt.Fprintf(&body, `{"id":%d,"text":"x"}`, i)
		}
		r := httptest.NewRequest(http.MethodPost, push.Path, strings.NewReader(body.String()))
		r.Header.Set("Authorization", "Bearer "+token)
		rw := httptest.NewRecorder()
		doors.ServeHTTP(rw, r)
		return rw.Code
	}
	for range 3 {
		if got := send(); got != http.StatusServiceUnavailable {
			t.Fatalf("while the database is away: %d", got)
		}
	}
	down = false
	if got := send(); got != http.StatusOK {
		t.Errorf("when it is back: %d", got)
	}
	if got := send(); got != http.StatusTooManyRequests {
		t.Errorf("more than a minute may bring: %d", got)
	}
}
