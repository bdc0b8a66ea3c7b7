package slack

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	api "github.com/slack-go/slack"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/internal/text"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
)

// TestPressesAreWithstood sends every pattern as what Slack sends, signed, so that it is read.
func TestPressesAreWithstood(t *testing.T) {
	for name, in := range map[string]func(string) string{
		"body":    func(s string) string { return s },
		"payload": func(s string) string { return url.Values{"payload": {s}}.Encode() },
		"fields": func(s string) string {
			raw, err := json.Marshal(map[string]any{"type": "block_actions", "user": map[string]string{"id": s, "username": s}, "response_url": s,
				"channel": map[string]string{"id": s}, "actions": []map[string]string{{"action_id": s, "block_id": s, "value": s}}})
			if err != nil {
				t.Fatal(err)
			}
			return url.Values{"payload": {string(raw)}}.Encode()
		},
		"command": func(s string) string {
			return url.Values{"command": {"/earshot"}, "text": {s}, "user_name": {s}, "channel_id": {s}}.Encode()
		},
	} {
		t.Run(name, func(t *testing.T) {
			desk, n := deskBehindHTTP(t)
			testkit.Withstand(t, func(t *testing.T, body string) int {
				body = in(body)
				req := httptest.NewRequest(http.MethodPost, "/slack/interactions", strings.NewReader(body))
				fakeslack.Sign(req.Header, fakeslack.SigningSecret, body, time.Now())
				rec := httptest.NewRecorder()
				n.Interactions().ServeHTTP(rec, req)
				return rec.Body.Len()
			})
			if desk.calls.Load() > 0 {
				t.Error("the desk was asked")
			}
		})
	}
}

// TestWordsAreWithstood draws every pattern as the words of strangers.
func TestWordsAreWithstood(t *testing.T) {
	testkit.Withstand(t, func(t *testing.T, body string) int {
		m := alerts.Message{Alert: mention.Alert{ID: "a1", Kind: mention.Complaint, Severity: mention.High},
			Mention: mention.Mention{ID: "m1", Watch: "w", Post: mention.Post{Source: "s", Author: body, Title: body, Text: body, URL: "https://forum.example/" + body}}, Case: mention.Case{Status: mention.Open}}
		d := draw(m, ping{})
		checkDrawn(t, m, d)
		raw, err := json.Marshal(d.blocks)
		if err != nil {
			t.Fatal(err)
		}
		return len(raw)
	})
}

// TestAnswersAreWithstood draws every pattern as the words of strangers, colleagues and sites
// in the windows of an answer, and sends every pattern as what Slack keeps for a window.
func TestAnswersAreWithstood(t *testing.T) {
	testkit.Withstand(t, func(t *testing.T, body string) int {
		a := toAnswer{m: mention.Mention{ID: "m1", Post: mention.Post{Source: body, Author: body, Title: body, Text: body, URL: "https://forum.example/" + body}},
			way: reply.Way{Account: body, Limit: reply.Limit{Unit: reply.Chars, Max: 9}}, words: text.Cut(body, maxReplyText) + "x", why: body}
		a.file.History = []mention.Event{{Kind: body, By: mention.Person{Name: body}, Detail: body}, {Kind: "note", Detail: body}}
		a.all = []mention.SiteReply{{ID: "k", Status: mention.ReplyUnclear, Account: body, Text: body, Reason: body, By: mention.Person{Name: body}}}
		size := 0
		for _, view := range []api.ModalViewRequest{answerView(a), againView(a), sendView(a), stateView(a), toldView(a.l, "x")} {
			view.PrivateMetadata = asked{ID: "m1", Channel: "C1", TS: "1.1", Lang: "uk", Nth: 1, Seen: seen(1, body, true, body), Reply: "k"}.encode()
			raw, err := json.Marshal(view)
			if err != nil {
				t.Fatal(err)
			}
			if errs := fakeslack.CheckView(raw); len(errs) > 0 {
				t.Fatalf("Slack would refuse the window: %v", errs)
			}
			size += len(raw)
		}
		c := click{Type: "view_submission"}
		c.View.PrivateMetadata = body
		if from, ours := c.under(); ours && from.ID == "" {
			t.Error("a window of nothing")
		}
		return size
	})
}
