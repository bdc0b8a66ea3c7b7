package webhook_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/webhook"
	"github.com/earshot/earshot/mention"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func message() alerts.Message {
	return alerts.Message{
		Alert: mention.Alert{ID: "a1", Kind: mention.Complaint, MentionID: "m1", Severity: mention.High},
		Mention: mention.Mention{ID: "m1", Watch: "Ромашка Банк", Post: mention.Post{Source: "forum.example", URL: "https://forum.example/p/1", Author: "Олена", Text: "Не повертають гроші",
			Published: time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)}},
		Case: mention.Case{Status: mention.Open, Version: 1}, Now: time.Date(2026, 11, 22, 10, 3, 0, 0, time.UTC),
	}
}

func TestPost(t *testing.T) {
	var got webhook.Body
	var head http.Header
	var raw []byte
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		head = r.Header
		raw, _ = io.ReadAll(r.Body)
	}))
	defer srv.Close()
	n := webhook.New(webhook.Options{Name: "crm", URL: srv.URL, Secret: "s3cret", HTTP: srv.Client()})
	judged := message()
	judged.Details.Why = []string{"legal threat"}
	judged.Mention.Score = mention.Score{Value: -0.5, Complaint: 0.91, Frames: []mention.Frame{{Frame: "about", Value: "us", Start: 0, End: 4, Text: "Не"}}}
	place, err := n.Post(context.Background(), judged)
	if err != nil || place.Channel != "crm" {
		t.Fatalf("%+v %v", place, err)
	}
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	if got.AlertID != "a1" || got.Mention.Text != "Не повертають гроші" || got.Case.Status != mention.Open || got.Redraw {
		t.Errorf("%s", raw)
	}
	for _, want := range []string{`"complaint":0.91,"frames":[{"frame":"about","value":"us","start":0,"end":4,"text":"Не"}]`, `"told":["about us (“Не”)"]`, `"why":["legal threat"]`} {
		if !strings.Contains(string(raw), want) {
			t.Errorf("no %s in %s", want, raw)
		}
	}
	if want := webhook.Sign("s3cret", head.Get(webhook.TimestampHeader), raw); head.Get(webhook.SignatureHeader) != want || head.Get(webhook.KeyHeader) != "a1" {
		t.Errorf("headers %v, want signature %s", head, want)
	}
	if strings.Contains(string(raw), "precision") {
		t.Errorf("a moment has a precision: %s", raw)
	}
	day := message()
	day.Mention.Post.DateOnly = true // 00:00 in the site's zone, which is nothing to count from
	if _, err := n.Post(context.Background(), day); err != nil || !strings.Contains(string(raw), `"published":"2026-11-22T10:00:00Z","precision":"day"`) {
		t.Errorf("%v: a day alone is %s", err, raw)
	}
	if err := n.Update(context.Background(), message()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(raw), `"redraw":true`) || head.Get(webhook.KeyHeader) != "a1-1" {
		t.Errorf("redraw: %s %s", head.Get(webhook.KeyHeader), raw)
	}
}

func TestAnswers(t *testing.T) {
	in := func(d time.Duration) string { return time.Now().Add(d).UTC().Format(http.TimeFormat) }
	slack := func(header string) time.Duration { // a date tells whole seconds, and the machine may be slow
		if strings.HasSuffix(header, "GMT") {
			return 20 * time.Second
		}
		return 0
	}
	cases := []struct {
		status int
		header string
		after  time.Duration
		retry  bool
		refuse bool
	}{
		{204, "", 0, false, false},
		{429, "7", 7 * time.Second, true, false},
		{503, in(10 * time.Minute), 10 * time.Minute, true, false},
		{429, in(-time.Hour), 30 * time.Second, true, false},
		{429, "0", 30 * time.Second, true, false},
		{429, "-7", 30 * time.Second, true, false},
		{429, "soon", 30 * time.Second, true, false},
		{429, "1.5", 1500 * time.Millisecond, true, false},
		{503, "9223372036854775807", 24 * time.Hour, true, false},
		{503, "1e300", 24 * time.Hour, true, false},
		{503, in(365 * 24 * time.Hour), 24 * time.Hour, true, false},
		{503, "", 30 * time.Second, true, false},
		{500, "", 30 * time.Second, true, false},
		{401, "", 0, false, true},
		{404, "", 0, false, true},
		{422, "", 0, false, true},
	}
	for _, c := range cases {
		t.Run(http.StatusText(c.status), func(t *testing.T) {
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Retry-After", c.header)
				w.WriteHeader(c.status)
			}))
			defer srv.Close()
			n := webhook.New(webhook.Options{Name: "crm", URL: srv.URL + "/?token=hunter2", HTTP: srv.Client()})
			_, err := n.Post(context.Background(), message())
			var again *alerts.RetryError
			var refused *alerts.RefusedError
			if errors.As(err, &again) != c.retry || errors.As(err, &refused) != c.refuse || (c.retry && (again.After > c.after || again.After < c.after-slack(c.header))) {
				t.Errorf("%q: %v (error %v), want %v", c.header, again, err, c.after)
			}
			if err != nil && strings.Contains(err.Error(), "hunter2") {
				t.Errorf("the address is in the error: %v", err)
			}
		})
	}
	t.Run("nobody there", func(t *testing.T) {
		n := webhook.New(webhook.Options{Name: "crm", URL: "http://127.0.0.1:1/?token=hunter2", HTTP: &http.Client{Transport: &http.Transport{}}})
		_, err := n.Post(context.Background(), message())
		var again *alerts.RetryError
		if !errors.As(err, &again) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("error %v", err)
		}
	})
}

// TestCertificate: a receiver whose certificate is not trusted got nothing, and it is said why.
func TestCertificate(t *testing.T) {
	s := httptest.NewUnstartedServer(http.NotFoundHandler())
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	defer s.Close()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	_, err := webhook.New(webhook.Options{Name: "crm", URL: s.URL + "/hunter22", HTTP: client}).Post(t.Context(), message())
	var refused *alerts.RefusedError
	if !errors.As(err, &refused) || !strings.HasPrefix(err.Error(), "webhook crm (x509: ") || !strings.Contains(err.Error(), "the certificate of its server is not right") || strings.Contains(err.Error(), "hunter22") {
		t.Errorf("%v", err)
	}
}

// TestMoved: a webhook that sends elsewhere took nothing, whatever the other place answers:
// a login page would swallow every alert, and the body and its signature are not for it.
func TestMoved(t *testing.T) {
	for _, status := range []int{301, 302, 303, 307, 308} {
		called := 0
		other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called++ }))
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, other.URL+"/login?next=hunter2", status)
		}))
		n := webhook.New(webhook.Options{Name: "crm", URL: srv.URL, Secret: "s", HTTP: &http.Client{Transport: srv.Client().Transport, CheckRedirect: alerts.RefuseRedirect}})
		_, err := n.Post(context.Background(), message())
		var refused *alerts.RefusedError
		if !errors.As(err, &refused) || refused.One || !strings.Contains(err.Error(), other.URL) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%d: error %v", status, err)
		}
		if called != 0 {
			t.Errorf("%d: the other place was called", status)
		}
		srv.Close()
		other.Close()
	}
}
