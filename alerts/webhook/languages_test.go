package webhook_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/earshot/earshot/alerts/webhook"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
)

// TestWordsAreTranslatedAndKeysAreNot: what a program reads of a request is the same in
// every language; what it only passes on to people is in theirs.
func TestWordsAreTranslatedAndKeysAreNot(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	var raw []byte
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { raw, _ = io.ReadAll(r.Body) }))
	defer srv.Close()
	n := webhook.New(webhook.Options{Name: "crm", URL: srv.URL, HTTP: srv.Client()})
	sent := func(code string) (body map[string]any, words [3]any) {
		t.Helper()
		m := message()
		m.Lang = texts.In(code)
		m.Details.Why = []string{"legal threat"}
		m.Mention.Score = mention.Score{Value: -0.5, Topics: []string{"refund"}, Frames: []mention.Frame{{Frame: "about", Value: "us"}}, Why: []mention.Hit{{Rule: "silence", Weight: -1}}}
		if _, err := n.Post(context.Background(), m); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(raw, &body); err != nil {
			t.Fatal(err)
		}
		of, is := body["mention"].(map[string]any), body["case"].(map[string]any)
		words = [3]any{body["why"].([]any)[0], of["told"].([]any)[0], is["state"]}
		body["why"], of["told"], is["state"] = nil, nil, nil
		return body, words
	}
	english, words := sent("en")
	if want := [3]any{"legal threat", "about us", "open"}; words != want {
		t.Errorf("English: %q", words)
	}
	for code, want := range map[string][3]any{"uk": {"погроза судом", "про нас", "відкрита"}, "ru": {"угроза судом", "о нас", "открыта"}, "bg": {"заплаха със съд", "за нас", "отворено"}} {
		body, words := sent(code)
		if words != want {
			t.Errorf("%s: %q, want %q", code, words, want)
		}
		if diff := cmp.Diff(english, body); diff != "" {
			t.Errorf("%s: a program reads something else (-en +%s):\n%s", code, code, diff)
		}
	}
}
