package slack_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/mention"
)

// TestPressAfterTheStop: a request that comes when Run has ended is refused, so that
// whoever pressed sees it; nothing is begun that nobody waits for.
func TestPressAfterTheStop(t *testing.T) {
	w := newWorld(t, worldOptions{http: true})
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	srv := httptest.NewServer(w.slack.Interactions())
	defer srv.Close()
	w.stop()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, c := range []fakeslack.Click{{Channel: m.Channel, TS: m.TS, Action: "claim", User: ira}, {Channel: m.Channel, TS: m.TS, Action: "reply_text", User: ira}} {
		status, _, err := w.fake.PressHTTP(client, srv.URL, fakeslack.SigningSecret, c)
		if err != nil || status != http.StatusServiceUnavailable {
			t.Errorf("%s: answered %d (%v), want 503", c.Action, status, err)
		}
	}
	if _, c, err := w.store.Mention(t.Context(), mention.ID(buttonValue(t, m))); err != nil || c.Status != mention.Open {
		t.Errorf("the case is %s (%v) though nothing was acknowledged", c.Status, err)
	}
}

// TestEveryPressIsInTheLog: who pressed what on which complaint, and what came of it.
func TestEveryPressIsInTheLog(t *testing.T) {
	w := newWorld(t, worldOptions{})
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	id := "mention=" + buttonValue(t, m)
	press := func(action, option, user string) {
		w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: action, Option: option, User: user})
		w.quiet()
		m, _ = w.fake.Message(m.Channel, m.TS)
	}
	old := m
	press("claim", "", ira)
	w.press(fakeslack.Click{Channel: old.Channel, TS: old.TS, Action: "claim", Value: buttonValue(t, old), User: ira})
	w.press(fakeslack.Click{Channel: old.Channel, TS: old.TS, Action: "claim", Value: buttonValue(t, old), User: oleh})
	press("reply_text", "", ira)
	press("more", "not_us", ira)
	w.press(fakeslack.Click{Channel: old.Channel, TS: old.TS, Action: "reopen", Value: "nosuchmention", User: oleh})
	lines := []string{
		`msg="a button was pressed" who=slack:U0000IRA name=Ira verb=claim ` + id + ` outcome=done`,
		`msg="a button was pressed" who=slack:U0000IRA name=Ira verb=claim ` + id + ` outcome="already so"`,
		`msg="a button was pressed" who=slack:U000OLEH name=Oleh verb=claim ` + id + ` outcome="already claimed by Ira"`,
		`msg="a button was pressed" who=slack:U0000IRA name=Ira verb="reply text" ` + id + ` outcome=done`,
		`msg="a button was pressed" who=slack:U0000IRA name=Ira verb="dismiss (not us)" ` + id + ` outcome=done`,
		`msg="a button was pressed" who=slack:U000OLEH name=Oleh verb=reopen mention=nosuchmention outcome="not in this database"`,
	}
	for _, line := range lines {
		eventually(t, line, func() bool { return w.log.count(line) == 1 })
	}
	if n := w.log.count("a button was pressed"); n != len(lines) {
		t.Errorf("%d presses in the log, want %d", n, len(lines))
	}
}
