package slack

import (
	"bytes"
	"encoding/json"
	"log"
	"strings"
	"testing"

	api "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"
)

// TestAcknowledgedAgainWhole: an acknowledgement that a broken connection lost is sent again
// with what it says of the window.
func TestAcknowledgedAgainWhole(t *testing.T) {
	_, n := deskBehindHTTP(t)
	var sent bytes.Buffer // written by n.later alone, read after it
	client := socketmode.New(n.api, socketmode.OptionDebug(true), socketmode.OptionLog(log.New(&sent, "", 0)))
	lost := socketmode.Response{EnvelopeID: "e1", Payload: api.NewErrorsViewSubmissionResponse(map[string]string{inAnswer: "too long"})}
	n.event(t.Context(), client, socketmode.Event{Type: socketmode.EventTypeErrorWriteFailed, Data: &socketmode.ErrorWriteFailed{Response: &lost}}, nil)
	n.later.Wait()
	if got := sent.String(); !strings.Contains(got, "e1") || !strings.Contains(got, "response_action") {
		t.Errorf("sent again: %s", got)
	}
}

// TestAnswerTooLongForSlack: words that an input cannot hold are not offered cut, as somebody
// would publish them so; what it just holds is offered whole.
func TestAnswerTooLongForSlack(t *testing.T) {
	for n, offered := range map[int]bool{maxReplyText: true, maxReplyText + 1: false} {
		a := toAnswer{words: strings.Repeat("ї", n)}
		raw, err := json.Marshal(answerView(a))
		if err != nil {
			t.Fatal(err)
		}
		if view := string(raw); strings.Contains(view, "initial_value") != offered || strings.Contains(view, a.words) != offered || strings.Contains(view, "longer than Slack takes") == offered {
			t.Errorf("%d characters: %s", n, view)
		}
	}
}

// TestButtonInAWindowComesTwice: what becomes of a window is said again, a button in it is decided once:
// who withdrew an answer would else read that nothing was done.
func TestButtonInAWindowComesTwice(t *testing.T) {
	_, n := deskBehindHTTP(t)
	for kind, again := range map[string]bool{"block_actions": true, "view_submission": false} {
		r := socketmode.Request{EnvelopeID: kind, Payload: json.RawMessage(`{"type": "` + kind + `", "view": {"callback_id": "` + askApprove + `"}}`)}
		if n.again(socketmode.EventTypeInteractive, r) || n.again(socketmode.EventTypeInteractive, r) != again {
			t.Errorf("%s: that it comes again counts as %v", kind, !again)
		}
	}
}
