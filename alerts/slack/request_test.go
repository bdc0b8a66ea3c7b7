package slack

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// countingDesk counts what reaches it.
type countingDesk struct{ calls atomic.Int64 }

func (d *countingDesk) Do(context.Context, mention.ID, mention.Action) (mention.Case, error) {
	d.calls.Add(1)
	return mention.Case{}, mention.ErrNothingToDo
}

func (d *countingDesk) TakeAll(context.Context, mention.AlertID, mention.Person) (alerts.Taken, error) {
	d.calls.Add(1)
	return alerts.Taken{}, nil
}

// nowhere is a network on which every call fails at once.
type nowhere struct{}

func (nowhere) RoundTrip(*http.Request) (*http.Response, error) { return nil, errors.New("no network") }

func deskBehindHTTP(tb testing.TB) (*countingDesk, *Notifier) {
	tb.Helper()
	desk := &countingDesk{}
	n := New(Options{BotToken: "xoxb-x", SigningSecret: fakeslack.SigningSecret, HTTP: &http.Client{Transport: nowhere{}}, Desk: desk,
		Log: slog.New(slog.DiscardHandler), Now: time.Now})
	tb.Cleanup(func() {
		n.end()
		n.later.Wait()
	})
	return desk, n
}

const claimPayload = `{"type":"block_actions","user":{"id":"U0000IRA","username":"ira"},"channel":{"id":"C0MENTIONS"},"message":{"ts":"1.2"},"actions":[{"action_id":"claim","block_id":"desk","value":"4f2a"}]}`

func TestSignedRequests(t *testing.T) {
	good := url.Values{"payload": {claimPayload}}.Encode()
	sign := func(secret string, age time.Duration) func(http.Header) {
		return func(h http.Header) { fakeslack.Sign(h, secret, good, time.Now().Add(-age)) }
	}
	cases := []struct {
		name   string
		method string
		sign   func(http.Header)
		body   string
		status int
		desk   int64
	}{
		{"good", http.MethodPost, sign(fakeslack.SigningSecret, 0), good, 200, 1},
		{"no signature", http.MethodPost, func(http.Header) {}, good, 401, 0},
		{"another secret", http.MethodPost, sign("other", 0), good, 401, 0},
		{"an hour old", http.MethodPost, sign(fakeslack.SigningSecret, time.Hour), good, 401, 0},
		{"from the future", http.MethodPost, sign(fakeslack.SigningSecret, -time.Hour), good, 401, 0},
		{"body changed", http.MethodPost, sign(fakeslack.SigningSecret, 0), good + "&x=1", 401, 0},
		{"get", http.MethodGet, sign(fakeslack.SigningSecret, 0), good, 405, 0},
		{"too large", http.MethodPost, sign(fakeslack.SigningSecret, 0), good + strings.Repeat("x", maxRequest), 400, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			desk, n := deskBehindHTTP(t)
			req := httptest.NewRequest(c.method, "/slack/interactions", strings.NewReader(c.body))
			c.sign(req.Header)
			rec := httptest.NewRecorder()
			n.Interactions().ServeHTTP(rec, req)
			if rec.Code != c.status || desk.calls.Load() != c.desk {
				t.Errorf("status %d, %d calls of the desk; want %d and %d", rec.Code, desk.calls.Load(), c.status, c.desk)
			}
		})
	}
}

// A request that was captured is good for nothing, however its signature is written.
func TestSignedRequestIsGoodOnce(t *testing.T) {
	body := url.Values{"payload": {claimPayload}}.Encode()
	desk, n := deskBehindHTTP(t)
	send := func(spell func(string) string) int {
		req := httptest.NewRequest(http.MethodPost, "/slack/interactions", strings.NewReader(body))
		fakeslack.Sign(req.Header, fakeslack.SigningSecret, body, time.Now().Truncate(time.Minute))
		hash := strings.TrimPrefix(req.Header.Get("X-Slack-Signature"), "v0=")
		req.Header.Set("X-Slack-Signature", "v0="+spell(hash))
		rec := httptest.NewRecorder()
		n.Interactions().ServeHTTP(rec, req)
		return rec.Code
	}
	first, again, upper := send(strings.ToLower), send(strings.ToLower), send(strings.ToUpper)
	if first != http.StatusOK || again != http.StatusUnauthorized || upper != http.StatusUnauthorized || desk.calls.Load() != 1 {
		t.Errorf("answered %d, %d, %d with %d calls of the desk", first, again, upper, desk.calls.Load())
	}
}

// A used request is forgotten when its signature is stale, so the memory is bounded.
func TestUsedRequestsAreForgotten(t *testing.T) {
	var o once
	at := time.Now()
	if !o.take([32]byte{1}, at) || o.take([32]byte{1}, at.Add(signatureLives)) || !o.take([32]byte{2}, at.Add(2*signatureLives)) || len(o.used) != 1 {
		t.Errorf("%d are remembered", len(o.used))
	}
}

// TestForgedRequestsFloodNoLog: anybody can send requests that Slack did not sign, as many as
// they like; the log says so now and then.
func TestForgedRequestsFloodNoLog(t *testing.T) {
	desk, n := deskBehindHTTP(t)
	var log bytes.Buffer
	n.opt.Log = slog.New(slog.NewTextHandler(&log, nil))
	for i := range 1000 {
		req := httptest.NewRequest(http.MethodPost, "/slack/interactions", strings.NewReader(claimPayload))
		if i%2 == 0 { // the other half has no signature at all
			fakeslack.Sign(req.Header, "guessed", claimPayload, time.Now())
		}
		rec := httptest.NewRecorder()
		if n.Interactions().ServeHTTP(rec, req); rec.Code != http.StatusUnauthorized {
			t.Fatalf("answered %d", rec.Code)
		}
	}
	if lines := strings.Count(log.String(), "not signed by slack"); lines < 1 || lines > 100 || desk.calls.Load() != 0 {
		t.Errorf("%d lines of the log, %d calls of the desk", lines, desk.calls.Load())
	}
}

func TestAnswerable(t *testing.T) {
	n := New(Options{BotToken: "xoxb-x", APIURL: "https://gateway.example/slack/"})
	for address, want := range map[string]bool{
		"https://hooks.slack.com/actions/T1/2/3": true,
		"https://gateway.example/answer":         true,
		"http://hooks.slack.com/actions/T1":      false,
		"https://hooks.slack.com.evil.example/":  false,
		"https://hooks.slack.com@evil.example/":  false,
		"https://hooks.slack.com:8443/":          false,
		"https://evil-hooks.slack.com/":          false,
		"https://me:pw@hooks.slack.com/":         false,
		"http://127.0.0.1:6379/":                 false,
		"":                                       false,
	} {
		if got := n.answerable(address); got != want {
			t.Errorf("%q: %v", address, got)
		}
	}
}

// TestSecretMissing has no secret set: nothing may pass.
func TestSecretMissing(t *testing.T) {
	desk, n := deskBehindHTTP(t)
	n.opt.SigningSecret = ""
	body := url.Values{"payload": {claimPayload}}.Encode()
	req := httptest.NewRequest(http.MethodPost, "/slack/interactions", strings.NewReader(body))
	fakeslack.Sign(req.Header, "", body, time.Now())
	rec := httptest.NewRecorder()
	n.Interactions().ServeHTTP(rec, req)
	if rec.Code != http.StatusUnauthorized || desk.calls.Load() != 0 {
		t.Errorf("status %d, %d calls of the desk", rec.Code, desk.calls.Load())
	}
}

// FuzzSlackRequest sends anything with any signature: what is not signed with the
// secret never reaches the desk, and what is signed never breaks the handler.
func FuzzSlackRequest(f *testing.F) {
	good := url.Values{"payload": {claimPayload}}.Encode()
	f.Add(good, "v0=00", "1", false)
	f.Add(good, "v0="+strings.Repeat("0", 64), "1795341420", false)
	f.Add(good, "", "", true)
	f.Add("payload={}", "", "", true)
	f.Add("payload=%7B%22type%22%3A%22block_actions%22%2C%22actions%22%3A%5B%7B%22action_id%22%3A%22more%22%7D%5D%7D", "", "", true)
	f.Add("payload=null", "v1=1", "x", true)
	testkit.AttackSeeds(func(body string) { f.Add(body, "", "", true) })
	f.Fuzz(func(t *testing.T, body, signature, timestamp string, signed bool) {
		desk, n := deskBehindHTTP(t)
		req := httptest.NewRequest(http.MethodPost, "/slack/interactions", strings.NewReader(body))
		req.Header.Set("X-Slack-Signature", signature)
		req.Header.Set("X-Slack-Request-Timestamp", timestamp)
		if signed {
			fakeslack.Sign(req.Header, fakeslack.SigningSecret, body, time.Now())
		}
		rec := httptest.NewRecorder()
		n.Interactions().ServeHTTP(rec, req)
		if !signed && (desk.calls.Load() > 0 || rec.Code == http.StatusOK) {
			t.Fatalf("an unsigned request was taken: status %d, %d calls of the desk", rec.Code, desk.calls.Load())
		}
	})
}
