package slack_test

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/mention"
)

// TestChannelsAreLookedAt: which routes would take no message is known before one is sent, and that a
// channel was renamed as soon as one was; what Slack does not let anybody look at is not told.
func TestChannelsAreLookedAt(t *testing.T) {
	t.Parallel()
	fake, err := fakeslack.Start(fakeslack.Options{Channels: []fakeslack.Channel{{ID: "C0MENTIONS", Name: "mentions"}, {ID: "C000000OLD", Name: "old", Archived: true},
		{ID: "C00000LEFT", Name: "left", Outside: true}, {ID: "C0000BYID1", Name: "by-id", Archived: true}}})
	if err != nil {
		t.Fatal(err)
	}
	defer fake.Close()
	var mu sync.Mutex
	var closed map[string]error
	var trouble error
	told := 0
	n := slack.New(slack.Options{BotToken: fakeslack.BotToken, APIURL: fake.URL(), HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, Log: slog.New(slog.DiscardHandler), Now: time.Now,
		Trouble: func(err error) { mu.Lock(); trouble = err; mu.Unlock() },
		Closed:  func(routes map[string]error) { mu.Lock(); closed, told = routes, told+1; mu.Unlock() }})
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = n.Run(ctx) }()
	defer func() { stop(); <-ended }()
	says := func(route, words string) bool {
		mu.Lock()
		defer mu.Unlock()
		return closed[route] != nil && strings.Contains(closed[route].Error(), words)
	}
	n.Channels([]string{"#mentions", "#old", "#left", "#ghost", "C0000BYID1", "#mentions"})
	eventually(t, "what is wrong with the channels", func() bool {
		return says("#old", "archived") && says("#left", "/invite") && says("#ghost", "there is no #ghost") && says("C0000BYID1", "archived") && !says("#mentions", "")
	})
	post := func() {
		t.Helper()
		m := alerts.Message{Alert: mention.Alert{ID: "a", Kind: mention.Complaint, Route: "#mentions"}, Mention: complaint("1", refund), Now: time.Now()}
		if at, err := n.Post(t.Context(), m); err != nil || at.Channel != "C0MENTIONS" {
			t.Fatal(at, err)
		}
	}
	post()
	fake.SetChannel(fakeslack.Channel{ID: "C0MENTIONS", Name: "complaints"})
	post()
	eventually(t, "that it has another name", func() bool { return says("#mentions", "called #complaints now") })
	fake.SetChannel(fakeslack.Channel{ID: "C0MENTIONS", Name: "mentions"})
	post()
	eventually(t, "that it has its name again", func() bool { return says("#old", "archived") && !says("#mentions", "") })
	fake.Break(fakeslack.Fault{Method: "conversations.list", Kind: fakeslack.Code, Error: "missing_scope"})
	mu.Lock()
	before := told
	mu.Unlock()
	n.Channels([]string{"#mentions"})
	time.Sleep(50 * time.Millisecond)
	mu.Lock()
	if told != before {
		t.Errorf("told of what nobody could look at: %v", closed)
	}
	mu.Unlock()
	fake.Tokens("xoxb-another", fakeslack.AppToken) // revoked, and nothing is posted
	n.Channels([]string{"#mentions", "#old"})
	eventually(t, "the token is told", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return trouble != nil && strings.Contains(trouble.Error(), "invalid_auth")
	})
	fake.Tokens(fakeslack.BotToken, fakeslack.AppToken)
	n.Channels([]string{"#mentions", "#mentions-too"})
	eventually(t, "the token is well", func() bool { mu.Lock(); defer mu.Unlock(); return trouble == nil })
	eventually(t, "all is well but one", func() bool { return says("#mentions-too", "there is no") && !says("#mentions", "") })
}
