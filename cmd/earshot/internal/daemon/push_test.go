package daemon

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
	doors := &pushDoors{log: slog.New(slog.DiscardHandler), receive: func(_ context.Context, _ monitor.Source, posts []mention.Post) (mention.IngestResult, error) {
		if down {
			return mention.IngestResult{}, errors.New("the database is away")
		}
		return mention.IngestResult{New: len(posts)}, nil
	}}
	env := crawlers.Env{Now: time.Now, Source: "n8n", DefaultKind: mention.Social}.WithDefaults()
	doors.use([]monitor.Source{{Name: "n8n", Crawler: &push.Door{Env: env, Options: push.Options{Token: config.NewSecret(token, ""), PerMinute: 60}}}})
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

// TestSenderByTheShortForm: what stands behind push: is what the sender is called, with its options beside it.
func TestSenderByTheShortForm(t *testing.T) {
	list := check(t, strings.Replace(strings.Replace(quietWatchlist, "DIR", t.TempDir(), 1), `{feed: "https://news.example/rss", name: news}`, `{push: crm, token: "${env:PUSH_TOKEN}"}, {push: n8n, token: "of another sender", name: our n8n}`, 1))
	for i, want := range []string{"crm", "our n8n"} {
		if got := list.Config.Sources[i].Name; got != want {
			t.Errorf("called %q, want %q", got, want)
		}
	}
	d := openTo(t, &printed{}, list, time.Now)
	d.pushed.use(d.inUse.Load().sources)
	for token, want := range map[string]int{"token PUSH_TOKEN": http.StatusOK, "of another sender": http.StatusOK, "crm": http.StatusUnauthorized} {
		r := httptest.NewRequest(http.MethodPost, push.Path, strings.NewReader(`{"id":1,"text":"x"}`))
		r.Header.Set("Authorization", "Bearer "+token)
		rw := httptest.NewRecorder()
		if d.pushed.ServeHTTP(rw, r); rw.Code != want {
			t.Errorf("%s: %d %s", token, rw.Code, rw.Body)
		}
	}
}
