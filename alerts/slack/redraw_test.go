package slack_test

import (
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/mention"
)

// claimWhile posts a complaint, lets Ira claim it while chat.update has the fault, and
// returns the alert's id and the world.
func claimWhile(t *testing.T, f fakeslack.Fault) (*world, mention.AlertID) {
	t.Helper()
	w := newWorld(t, worldOptions{})
	r := w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	f.Method, f.Kind = "chat.update", fakeslack.Code
	w.fake.Break(f)
	if _, err := w.desk.Do(t.Context(), mention.ID(buttonValue(t, m)), mention.Action{Verb: mention.Claim, By: mention.Person{ID: "slack:U1", Name: "Ira"}}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the redraw", func() bool { return calls(w, "chat.update") > 0 })
	return w, r.Alerts[0]
}

// TestRedrawRefusedForAReasonThatPasses: the app was thrown out for a moment, the
// channel archived, the token bad; the message shows the claim once that is over.
func TestRedrawRefusedForAReasonThatPasses(t *testing.T) {
	for _, code := range []string{"channel_not_found", "is_archived", "not_in_channel", "is_inactive", "invalid_auth", "no_permission", "update_failed"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			w, id := claimWhile(t, fakeslack.Fault{Error: code})
			time.Sleep(50 * time.Millisecond)
			if a, _, err := w.store.Alert(t.Context(), id); err != nil || a.RenderedVersion != 1 {
				t.Fatalf("the store believes that version %d is drawn (%v)", a.RenderedVersion, err)
			}
			w.hear(complaint("2", "Курʼєр нагрубив і кинув пакунок під двері, телефон розбитий"))
			eventually(t, "another complaint, at once", func() bool { return len(w.fake.Messages("")) == 2 })
			w.quiet()
			if m := w.fake.Messages("")[0]; !shows(m, "Ira has it") {
				t.Errorf("the message shows an old state: %s", m.Blocks)
			}
			if n := w.log.count("alerts cannot be delivered"); n != 0 {
				t.Error("a refused redraw is told as a channel that takes no alerts")
			}
		})
	}
}

// TestRedrawRefusedForGood: nobody can change that message any more.
func TestRedrawRefusedForGood(t *testing.T) {
	for _, code := range []string{"message_not_found", "cant_update_message", "edit_window_closed"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			w, _ := claimWhile(t, fakeslack.Fault{Error: code, Times: -1})
			w.quiet()
			if n := calls(w, "chat.update"); n != 1 {
				t.Errorf("tried %d times, want once", n)
			}
		})
	}
}

// TestRedrawPlainer: Slack does not take the form, so the new state is shown as bare
// text instead of an old state with its buttons.
func TestRedrawPlainer(t *testing.T) {
	for _, code := range []string{"msg_too_long", "msg_blocks_too_long", "invalid_blocks", "invalid_arguments"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			w, id := claimWhile(t, fakeslack.Fault{Error: code, Times: -1, Blocks: true})
			w.quiet()
			m := w.fake.Messages("")[0]
			if m.Text == "" || m.Blocks != nil || !strings.Contains(m.Text, "Ira has it") {
				t.Errorf("want the new state as bare text: %q, blocks %s", m.Text, m.Blocks)
			}
			if m.AlertID() != string(id) {
				t.Error("the redraw lost the alert's id")
			}
		})
	}
}
