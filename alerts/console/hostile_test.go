package console_test

import (
	"strings"
	"testing"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// TestWordsAreWithstood shows every pattern in a terminal, which nobody but earshot commands.
func TestWordsAreWithstood(t *testing.T) {
	testkit.Withstand(t, func(t *testing.T, body string) int {
		out := show(t, alerts.Message{Alert: mention.Alert{ID: "a1", Kind: mention.Complaint, Severity: mention.High},
			Mention: mention.Mention{ID: "m1", Watch: "w", Post: mention.Post{Source: "s", Author: body, Title: body, Text: body, URL: "https://forum.example/" + body}}, Case: mention.Case{Status: mention.Open}}, false)
		if strings.ContainsAny(out, "\x00\x07\x1b\u202e\u2066") {
			t.Errorf("a stranger's control characters reach the terminal: %.200q", out)
		}
		return len(out)
	})
}
