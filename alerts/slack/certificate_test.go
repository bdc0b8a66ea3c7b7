package slack

import (
	"errors"
	"io"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// TestCertificate: where the certificate of Slack's address is not trusted, as behind a gateway that looks
// into everything, Slack got nothing, and it is said why.
func TestCertificate(t *testing.T) {
	gateway := httptest.NewUnstartedServer(http.NotFoundHandler())
	gateway.Config.ErrorLog = log.New(io.Discard, "", 0)
	gateway.StartTLS()
	defer gateway.Close()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	n := New(Options{BotToken: "xoxb-hunter2", APIURL: gateway.URL + "/", HTTP: client, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	message := alerts.Message{}
	message.Alert.Route = "C123"
	for name, post := range map[string]func() error{
		"chat.postMessage": func() error { _, err := n.Post(t.Context(), message); return err },
		"webhook": func() error {
			_, err := NewHook(gateway.URL+"/services/hunter2", "", client).Post(t.Context(), message)
			return err
		},
	} {
		err := post()
		var refused *alerts.RefusedError
		if !errors.As(err, &refused) || refused.Code != "certificate" || !strings.HasPrefix(err.Error(), "slack: "+name+" (x509: ") || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
	_, err := n.Find(t.Context(), alerts.Search{Route: "C123", Alerts: []mention.AlertID{"a1"}})
	var again *alerts.RetryError
	if !errors.As(err, &again) {
		t.Errorf("a history that can be read when the certificate is mended: %v", err)
	}
}
