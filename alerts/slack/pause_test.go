package slack_test

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/fakeslack"
)

// TestNothingIsAskedInASilence: a method that asked for silence is called by nobody until that has passed, whoever
// was told so; the person who presses meanwhile is told at once, and what was pressed is done all the same.
func TestNothingIsAskedInASilence(t *testing.T) {
	w := newWorld(t, worldOptions{})
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	for _, method := range []string{"views.open", "users.info", "views.publish"} {
		w.fake.Break(fakeslack.Fault{Method: method, Kind: fakeslack.RateLimit, After: 30 * time.Second})
	}
	press := func(action, user string) {
		t.Helper()
		before, at := len(w.fake.Ephemerals()), time.Now()
		w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: action, User: user})
		eventually(t, "an answer", func() bool { return len(w.fake.Ephemerals()) > before })
		if took := time.Since(at); took > 10*time.Second {
			t.Errorf("%s is answered after %v", user, took)
		}
		if said := w.fake.Ephemerals()[before]; said.User != user || !strings.Contains(said.Text, "Please press again in ") {
			t.Errorf("%s is told %q", said.User, said.Text)
		}
	}
	for _, user := range []string{ira, oleh, "U00MARIA"} {
		press("reply_text", user)
	}
	w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: ira})
	w.quiet()
	if now, _ := w.fake.Message(m.Channel, m.TS); !shows(now, "has it") {
		t.Errorf("the press was not done: %s", now.Blocks)
	}
	if v := w.fake.Violations(); len(v) > 0 {
		t.Error(v)
	}
	if n := calls(w, "views.open"); n != 1 {
		t.Errorf("views.open was called %d times", n)
	}
}

// TestToldInASilence: who is to be told something while Slack takes no such message reads it by the address of the
// press; and a window is opened when the silence is over in a moment.
func TestToldInASilence(t *testing.T) {
	w := newWorld(t, worldOptions{})
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	w.fake.Break(fakeslack.Fault{Method: "chat.postEphemeral", Kind: fakeslack.RateLimit, After: 10 * time.Minute})
	claim := fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: ira}
	w.press(claim)
	claim.User, claim.Value = oleh, buttonValue(t, m)
	at := time.Now()
	w.press(claim)
	eventually(t, "the loser is told", func() bool { return len(w.fake.Ephemerals()) == 1 })
	if took := time.Since(at); took > 10*time.Second {
		t.Errorf("the loser is told after %v", took)
	}
	if e := w.fake.Ephemerals()[0]; e.User != oleh || !strings.Contains(e.Text, "Ira took it") {
		t.Errorf("the loser reads %+v", e)
	}
	w.fake.Break(fakeslack.Fault{Method: "views.open", Kind: fakeslack.RateLimit})
	if view := w.window(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "reply_text", User: ira}); view == "" {
		t.Error("no window")
	}
	w.quiet()
	if v := w.fake.Violations(); len(v) > 0 {
		t.Error(v)
	}
}
