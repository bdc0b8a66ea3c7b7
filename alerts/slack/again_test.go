package slack

import (
	"bytes"
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
