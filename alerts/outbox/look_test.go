package outbox

import (
	"log/slog"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/mention"
)

// paced is a channel that takes one message a second, three at once.
type paced struct{ alerts.Notifier }

func (*paced) Pace() (float64, int) { return 1, 3 }

// TestNobodyIsPassedInTheMiddleOfALook: a message is answered while the sender goes through
// what waits. Its place goes to the first that waited, and no turn to what was sent already.
func TestNobodyIsPassedInTheMiddleOfALook(t *testing.T) {
	channel := &paced{}
	s := NewSender(Options{Log: slog.New(slog.DiscardHandler), Now: time.Now, NotifierFor: func(string) (alerts.Notifier, bool) { return channel, true }})
	now := time.Now()
	taken := func(id mention.AlertID) bool {
		_, _, ok := s.take(mention.Alert{ID: id, Route: "#x"}, toPost, now)
		return ok
	}
	if !taken("first") || taken("loud") {
		t.Fatal("want one on its way")
	}
	s.release("first")
	if taken("quiet") {
		t.Error("the quiet one goes before the loud one that waits")
	}
	if taken("first") {
		t.Error("a message is taken for another attempt by a look that began before it was answered")
	}
	s.free()
	if !taken("loud") {
		t.Error("the loud one does not go with the next look")
	}
}
