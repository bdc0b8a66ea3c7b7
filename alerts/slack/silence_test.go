package slack

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/i18n"
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

// TestSilencesAsProxiesWriteThem: what stands between earshot and Slack asks for silence as the standard of the web
// lets it, or says nothing of how long. The message was surely not taken, and the silence is kept.
func TestSilencesAsProxiesWriteThem(t *testing.T) {
	asked := ""
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if asked != "" {
			w.Header().Set("Retry-After", asked)
		}
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer gateway.Close()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	ways := map[string]func() error{
		"web api": func() error { // anew: one that was told is silent
			n := New(Options{BotToken: "xoxb-1", APIURL: gateway.URL, HTTP: client, Log: slog.New(slog.DiscardHandler), Now: time.Now})
			_, err := n.Post(t.Context(), alerts.Message{})
			return err
		},
		"webhook": func() error {
			_, err := NewHook(gateway.URL+"/services/1", "", client).Post(t.Context(), alerts.Message{})
			return err
		},
	}
	for name, post := range ways {
		for value, want := range map[string]time.Duration{
			"7": 7 * time.Second, "1.5": 2 * time.Second, "20s": 20 * time.Second, "in a while": noRetryAfter, "": noRetryAfter,
			time.Now().Add(41 * time.Second).UTC().Format(http.TimeFormat): 40 * time.Second,
		} {
			asked = value
			var again *alerts.RetryError
			if err := post(); !errors.As(err, &again) || !again.Method || (again.After-want).Abs() > time.Second {
				t.Errorf("%s, %q: %v, want a silence of %v", name, value, err, want)
			}
		}
	}
}

// TestPageInThePlaceOfAWebhook: a page for people, of a proxy that wants a login, is no receipt.
func TestPageInThePlaceOfAWebhook(t *testing.T) {
	said := ""
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, said) }))
	defer gateway.Close()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	hook := NewHook(gateway.URL+"/services/hunter2", "SLACK_WEBHOOK_URL", client)
	for answer, taken := range map[string]bool{"ok": true, "": true, `{"success":true}`: true, "\n<!DOCTYPE html><html>Log in</html>": false, "<html><head>": false} {
		said = answer
		_, err := hook.Post(t.Context(), alerts.Message{})
		var refused *alerts.RefusedError
		var advice *alerts.Advice // which is said in the language of staff
		if (err == nil) != taken || err != nil && (!errors.As(err, &refused) || !errors.As(err, &advice) || strings.Contains(err.Error(), "hunter2")) {
			t.Errorf("%q: %v, want taken: %v", answer, err, taken)
		}
	}
}

// TestNoAnswerOfSlacks: what stands between earshot and Slack answers in its place. It is said in plain words what
// came and what to do, and that nothing is known of the message: it may have been taken.
func TestNoAnswerOfSlacks(t *testing.T) {
	const page = "<!DOCTYPE html><html><head><title>Service\x1b[31m unavailable</title></head><body>hunter2</body></html>"
	status, kind, said := http.StatusOK, "", ""
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = io.WriteString(w, said)
	}))
	defer gateway.Close()
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	n := New(Options{BotToken: "xoxb-1", APIURL: gateway.URL, HTTP: client, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		status     int
		kind, said string
		want, uk   string
	}{
		"page":      {200, "text/html; charset=utf-8", page, "slack: METHOD: 200 OK (text/html): no answer of Slack's came: ", "відповідь прийшла не від Slack"},
		"nothing":   {200, "", "", "slack: METHOD: 200 OK: no answer of Slack's came: ", "відповідь прийшла не від Slack"},
		"words":     {200, "text/plain", "temporarily out of order", "slack: METHOD: 200 OK (text/plain): no answer of Slack's came: ", "відповідь прийшла не від Slack"},
		"in repair": {503, "text/html", page, "slack: METHOD: 503 Service Unavailable: Slack cannot answer now, or what stands before it", "Slack зараз не може відповісти"},
	} {
		status, kind, said = c.status, c.kind, c.said
		for method, call := range map[string]func() error{
			"auth.test":        func() error { return n.Check(t.Context()) },
			"chat.postMessage": func() error { _, err := n.Post(t.Context(), alerts.Message{}); return err },
			"views.open": func() error {
				_, err := n.api.OpenViewContext(t.Context(), "1.2.3", api.ModalViewRequest{})
				return n.sort("views.open", "", err)
			},
		} {
			err := call()
			var refused *alerts.RefusedError
			var again *alerts.RetryError
			if err == nil || errors.As(err, &refused) || errors.As(err, &again) {
				t.Fatalf("%s, %s: %v: that it surely was not done is not known", name, method, err)
			}
			want := strings.ReplaceAll(c.want, "METHOD", method)
			if !strings.HasPrefix(err.Error(), want) || !strings.Contains(err.Error(), gateway.URL) || strings.ContainsAny(err.Error(), "<\x1b") || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("%s, %s: %v", name, method, err)
			}
			if uk := alerts.Reason(texts.In("uk"), err); !strings.Contains(uk, c.uk) || !strings.Contains(uk, gateway.URL) {
				t.Errorf("%s, %s: %s", name, method, uk)
			}
		}
	}
}
