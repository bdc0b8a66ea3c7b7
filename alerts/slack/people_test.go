package slack

import (
	"context"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	api "github.com/slack-go/slack"
)

// TestProfileAfterAFailure: who is asked to press again in a moment must not meet the failure
// of the first press; that Slack knows nobody of this id is remembered longer.
func TestProfileAfterAFailure(t *testing.T) {
	for name, c := range map[string]struct {
		fails func(w http.ResponseWriter)
		after time.Duration // the failure is remembered until then
	}{
		"away": {func(w http.ResponseWriter) { w.WriteHeader(http.StatusServiceUnavailable) }, 10 * time.Second},
		"slow": {func(http.ResponseWriter) { time.Sleep(lookup + 100*time.Millisecond) }, 10 * time.Second},
		"too many": {func(w http.ResponseWriter) {
			w.Header().Set("Retry-After", "20")
			w.WriteHeader(http.StatusTooManyRequests)
		}, 20 * time.Second},
		"in trouble":   {func(w http.ResponseWriter) { _, _ = w.Write([]byte(`{"ok":false,"error":"internal_error"}`)) }, 10 * time.Second},
		"no such user": {func(w http.ResponseWriter) { _, _ = w.Write([]byte(`{"ok":false,"error":"user_not_found"}`)) }, unknown},
	} {
		t.Run(name, func(t *testing.T) {
			var asked, mended atomic.Int64
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked.Add(1)
				w.Header().Set("Content-Type", "application/json")
				if mended.Load() == 0 {
					c.fails(w)
					return
				}
				_, _ = w.Write([]byte(`{"ok":true,"user":{"id":"U0000IRA","profile":{"display_name":"Ira","email":"ira@romashka.example"}}}`))
			}))
			defer s.Close()
			now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
			p := newPeople(api.New("xoxb-1", api.OptionAPIURL(s.URL+"/"), api.OptionHTTPClient(s.Client())), func() time.Time { return now })
			if _, ok := p.profile(context.Background(), "U0000IRA"); ok {
				t.Fatal("known without an answer")
			}
			mended.Store(1)
			now = now.Add(c.after - time.Second)
			if _, ok := p.profile(context.Background(), "U0000IRA"); ok || asked.Load() != 1 {
				t.Errorf("asked %d times within %s", asked.Load(), c.after)
			}
			now = now.Add(time.Second)
			if who, ok := p.profile(context.Background(), "U0000IRA"); !ok || who.email != "ira@romashka.example" {
				t.Errorf("after %s: %+v %v", c.after, who, ok)
			}
		})
	}
}
