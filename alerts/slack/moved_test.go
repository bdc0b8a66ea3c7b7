package slack

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
)

// TestMoved: neither the token nor a message goes where Slack's address sends to.
func TestMoved(t *testing.T) {
	var called []string
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { called = append(called, r.URL.Path) }))
	defer other.Close()
	gateway := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other.URL+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	defer gateway.Close()
	client := &http.Client{CheckRedirect: alerts.RefuseRedirect}
	n := New(Options{BotToken: "xoxb-hunter2", APIURL: gateway.URL + "/", HTTP: client, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	message := alerts.Message{}
	message.Alert.Route = "C123"
	for name, post := range map[string]func() error{
		"web api": func() error { _, err := n.Post(t.Context(), message); return err },
		"webhook": func() error {
			_, err := NewHook(gateway.URL+"/services/hunter2", "", client).Post(t.Context(), message)
			return err
		},
	} {
		err := post()
		var refused *alerts.RefusedError
		if !errors.As(err, &refused) || refused.Code != "moved" || !strings.Contains(err.Error(), other.URL) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if len(called) > 0 {
		t.Errorf("the other place was called: %q", called)
	}
}
