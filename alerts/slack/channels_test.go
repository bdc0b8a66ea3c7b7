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
	n := slack.New(slack.Options{BotToken: fakeslack.BotToken, APIURL: fake.URL(), HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}, Log: slog.New(slog.DiscardHandler), Now: time.Now,
		Trouble: func(err error) { mu.Lock(); trouble = err; mu.Unlock() },
		Closed:  func(routes map[string]error) { mu.Lock(); closed = routes; mu.Unlock() }})
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
	n.Channels([]string{"#mentions"})
	eventually(t, "that it is not known any more", func() bool { mu.Lock(); defer mu.Unlock(); return closed == nil })
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

// looker is a notifier that looks at channels, and what it says of them.
type looker struct {
	*slack.Notifier
	fake *fakeslack.Server
	log  *logbook
	mu   sync.Mutex
	all  map[string]error
	told bool
}

func looksAt(t *testing.T, channels []fakeslack.Channel, routes ...string) *looker {
	t.Helper()
	fake, err := fakeslack.Start(fakeslack.Options{Channels: channels})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(fake.Close)
	l := &looker{fake: fake, log: &logbook{}}
	l.Notifier = slack.New(slack.Options{BotToken: fakeslack.BotToken, APIURL: fake.URL(), HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}},
		Log: slog.New(slog.NewTextHandler(l.log, nil)), Now: time.Now, Closed: func(routes map[string]error) { l.mu.Lock(); l.all, l.told = routes, true; l.mu.Unlock() }})
	l.Channels(routes)
	return l
}

// run looks until the test ends.
func (l *looker) run(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); _ = l.Run(ctx) }()
	t.Cleanup(func() { stop(); <-ended })
	eventually(t, "a look", func() bool { l.mu.Lock(); defer l.mu.Unlock(); return l.told })
}

func (l *looker) closed(route string) error { l.mu.Lock(); defer l.mu.Unlock(); return l.all[route] }

func (l *looker) post(t *testing.T, route string) alerts.Place {
	t.Helper()
	at, err := l.Post(t.Context(), alerts.Message{Alert: mention.Alert{ID: "a", Kind: mention.Complaint, Route: route}, Mention: complaint("1", refund), Now: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestChannelThatIsNotFoundByItsName: Slack may list a channel and not take its name for a message, as of
// private ones. That is no news with every message: neither is Slack asked for all channels each time, nor
// is anything said against the channel.
func TestChannelThatIsNotFoundByItsName(t *testing.T) {
	t.Parallel()
	l := looksAt(t, []fakeslack.Channel{{ID: "C0MENTIONS", Name: "mentions", Private: true, ByID: true}}, "#mentions")
	l.run(t)
	for range 6 {
		if at := l.post(t, "#mentions"); at.Channel != "C0MENTIONS" {
			t.Fatal(at)
		}
		time.Sleep(30 * time.Millisecond)
	}
	lists := 0
	for _, c := range l.fake.Calls() {
		if c.Method == "conversations.list" {
			lists++
		}
	}
	if lists > 2 || l.closed("#mentions") != nil || l.log.count("level=WARN") > 0 {
		t.Errorf("%d looks; %v\n%s", lists, l.closed("#mentions"), l.log.String())
	}
}

// TestChannelRenamedBeforeTheFirstMessage: what a look found is where messages go when the channel gets
// another name, also where nothing was posted since the start. There they are sent plainer, too.
func TestChannelRenamedBeforeTheFirstMessage(t *testing.T) {
	t.Parallel()
	l := looksAt(t, []fakeslack.Channel{{ID: "C0MENTIONS", Name: "mentions"}}, "#mentions")
	l.run(t)
	l.fake.SetChannel(fakeslack.Channel{ID: "C0MENTIONS", Name: "complaints"})
	l.fake.Break(fakeslack.Fault{Method: "chat.postMessage", Channel: "C0MENTIONS", Kind: fakeslack.Code, Error: "invalid_blocks", Times: -1, Blocks: true})
	if at := l.post(t, "#mentions"); at.Channel != "C0MENTIONS" {
		t.Fatal(at)
	}
	eventually(t, "that it has another name", func() bool {
		return l.closed("#mentions") != nil && strings.Contains(l.closed("#mentions").Error(), "called #complaints now")
	})
}

// TestDirectMessageIsNoClosedChannel: earshot is in a direct message, of which Slack says no membership, or
// nothing without another permission. Nothing is told against it, and the others are looked at.
func TestDirectMessageIsNoClosedChannel(t *testing.T) {
	for name, code := range map[string]string{"with the permission": "", "without": "missing_scope"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := looksAt(t, []fakeslack.Channel{{ID: "D0DIRECT01", Direct: true}, {ID: "C000000OLD", Name: "old", Archived: true}}, "D0DIRECT01", "#old")
			if code != "" {
				l.fake.Break(fakeslack.Fault{Method: "conversations.info", Channel: "D0DIRECT01", Kind: fakeslack.Code, Error: code, Times: -1})
			}
			l.run(t)
			eventually(t, "what is wrong with the other", func() bool { return l.closed("#old") != nil })
			if err := l.closed("D0DIRECT01"); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestChannelThatMayNotBeLookedAt: a channel by its id that was closed is not well because Slack says
// nothing of it any more.
func TestChannelThatMayNotBeLookedAt(t *testing.T) {
	t.Parallel()
	l := looksAt(t, []fakeslack.Channel{{ID: "C0000BYID1", Name: "by-id", Archived: true}, {ID: "C000000OLD", Name: "old", Archived: true}}, "C0000BYID1")
	l.run(t)
	if l.closed("C0000BYID1") == nil {
		t.Fatal("it is not closed")
	}
	l.fake.Break(fakeslack.Fault{Method: "conversations.info", Channel: "C0000BYID1", Kind: fakeslack.Code, Error: "missing_scope", Times: -1})
	l.Channels([]string{"C0000BYID1", "C000000OLD"})
	eventually(t, "that it is not known any more", func() bool { l.mu.Lock(); defer l.mu.Unlock(); return l.all == nil || l.all["C0000BYID1"] == nil })
	if l.mu.Lock(); l.all != nil {
		t.Errorf("it is well: %v", l.all)
	}
	l.mu.Unlock()
}
