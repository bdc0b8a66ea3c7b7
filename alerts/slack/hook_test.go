package slack_test

import (
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/mention"
)

// TestHook tells a complaint and its answer through an incoming webhook: two
// messages without buttons, each saying which complaint it is about.
func TestHook(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{hook: true, rules: alerts.Rules{Official: map[string][]string{"Ромашка Банк": {"Romashka Support"}}}})
	m := complaint("1", refund)
	w.hear(m)
	first := w.posted(1)[0]
	if !shows(first, refund) || !shows(first, "Open post") || strings.Contains(string(first.Blocks), `"actions"`) {
		t.Errorf("the message: %s", first.Blocks)
	}
	answer := complaint("2", "Вибачте, гроші вже у дорозі.")
	answer.Post.Author, answer.Score.Value, answer.Score.Label = "Romashka Support", 0, mention.Neutral
	w.hear(answer)
	news := w.posted(2)[1]
	if !shows(news, "answered publicly") || !strings.Contains(news.Text, "author 1") || news.ThreadTS != "" {
		t.Errorf("the answer: %s\n%s", news.Text, news.Blocks)
	}
}

// TestHookInbox: what has no buttons leads to where the complaint is taken, also as bare text.
func TestHookInbox(t *testing.T) {
	for _, refused := range []bool{false, true} {
		fake, err := fakeslack.Start(fakeslack.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer fake.Close()
		if refused {
			fake.Break(fakeslack.Fault{Method: "webhook", Kind: fakeslack.Code, Error: "invalid_blocks", Blocks: true, Times: -1})
		}
		client := &http.Client{Transport: &http.Transport{}}
		defer client.CloseIdleConnections()
		hook := slack.NewHook(fake.HookURL(), "SLACK_WEBHOOK_URL", client)
		m := complaint("1", refund)
		m.ID = "m1"
		post := func() {
			t.Helper()
			if _, err := hook.Post(t.Context(), alerts.Message{Alert: mention.Alert{ID: "a1", Kind: mention.Complaint}, Mention: m, Now: time.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		post()
		for _, base := range []string{"", "https://earshot.romashka.example"} {
			hook.Inbox = func() string { return base }
			post()
		}
		for i, said := range fake.Messages("") {
			if has := strings.Contains(string(said.Blocks)+said.Text, "https://earshot.romashka.example/case/"+string(m.ID)); has != (i == 2) {
				t.Errorf("message %d leads to the inbox: %v\n%s\n%s", i, has, said.Text, said.Blocks)
			}
		}
	}
}

// TestAppAfterTheHook: complaints that a webhook told before there was an app are followed in the
// channel, with what they are about and their buttons, and cost what comes anew nothing.
func TestAppAfterTheHook(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{hook: true, rules: alerts.Rules{Deadlines: map[mention.Severity]alerts.Deadline{mention.Low: {Claim: 5 * time.Minute}}}})
	first := complaint("1", refund)
	w.hear(first)
	w.posted(1)
	w.stop()
	w.opt.hook = false
	w.start()
	first.Post.Text += " Ще раз."
	w.hear(first)
	if edit := w.posted(2)[1]; edit.ThreadTS != "" || !shows(edit, "Ще раз") || !shows(edit, first.Watch) {
		t.Errorf("the edit:\n%s\n%s", edit.Text, edit.Blocks)
	}
	w.hear(complaint("2", "Курʼєр нагрубив і кинув пакунок під двері, телефон розбитий"))
	w.posted(3)
	if n := w.log.count("cannot be delivered") + w.log.count("cannot be redrawn"); n != 0 {
		t.Errorf("%d troubles", n)
	}
	w.nudges(6 * time.Minute)
	all := w.posted(5)
	nudge := all[slices.IndexFunc(all, func(m fakeslack.Message) bool { return shows(m, "Nobody has taken") && m.ThreadTS == "" })]
	if !shows(nudge, "Ще раз") {
		t.Fatalf("the nudge:\n%s", nudge.Blocks)
	}
	w.press(fakeslack.Click{Channel: nudge.Channel, TS: nudge.TS, Action: "claim", User: ira})
}

// TestHookIsOneChannel: whatever the routes, all that goes through a webhook goes into one channel, so
// that nothing is on its way to it when it asks for silence.
func TestHookIsOneChannel(t *testing.T) {
	t.Parallel()
	routes := []alerts.Route{{Topics: []string{"refund"}, To: "#billing"}, {Topics: []string{"staff"}, To: "#shops"}, {To: "#mentions"}}
	w := newWorld(t, worldOptions{hook: true, rules: alerts.Rules{Routes: routes}})
	w.fake.Break(fakeslack.Fault{Method: "webhook", Kind: fakeslack.RateLimit, After: 2 * time.Second})
	refunds, staff, other := complaint("1", refund), complaint("2", "Курʼєр нагрубив і кинув пакунок під двері, телефон розбитий"), complaint("3", "Застосунок вилітає щоразу, як відкриваю рахунки")
	staff.Score.Topics, other.Score.Topics = []string{"staff"}, []string{"app"}
	w.hear(refunds, staff, other)
	w.posted(3)
	if v := w.fake.Violations(); len(v) > 0 {
		t.Errorf("Slack's wishes were ignored: %v", v)
	}
}

// TestHookFaults breaks the network: what may have been taken comes again and says
// so, what was refused or silenced comes once.
func TestHookFaults(t *testing.T) {
	for _, c := range []struct {
		fault    fakeslack.Fault
		messages int
		repeat   bool
	}{
		{fakeslack.Fault{Kind: fakeslack.RateLimit, After: time.Second}, 1, false},
		{fakeslack.Fault{Kind: fakeslack.AcceptDrop}, 2, true},
		{fakeslack.Fault{Kind: fakeslack.Accept5xx}, 2, true},
		{fakeslack.Fault{Kind: fakeslack.RefuseDrop}, 1, true},
	} {
		t.Run(c.fault.Kind, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, worldOptions{hook: true})
			c.fault.Method = "webhook"
			w.fake.Break(c.fault)
			w.hear(complaint("1", refund))
			all := w.posted(c.messages)
			if last := all[len(all)-1]; shows(last, "may be a repeat") != c.repeat {
				t.Errorf("says that it may be a repeat: %v, want %v", !c.repeat, c.repeat)
			}
			if v := w.fake.Violations(); len(v) > 0 {
				t.Errorf("Slack's wishes were ignored: %v", v)
			}
		})
	}
}

// TestHookErrorsSayWhatToDo and never the address, which is a secret.
func TestHookErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	fake, err := fakeslack.Start(fakeslack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	fake.Break(fakeslack.Fault{Method: "webhook", Kind: fakeslack.Code, Error: "no_service"})
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	hook := slack.NewHook(fake.HookURL(), "SLACK_WEBHOOK_URL", client)
	m := alerts.Message{Alert: mention.Alert{ID: "a1", Kind: mention.Notice, Route: "#mentions"}, Details: alerts.Details{Text: "hello"}, Now: time.Now()}
	_, gone := hook.Post(t.Context(), m)
	fake.Break(fakeslack.Fault{Method: "webhook", Kind: fakeslack.Refuse5xx})
	_, trouble := hook.Post(t.Context(), m)
	fake.Close()
	client.CloseIdleConnections()
	_, away := hook.Post(t.Context(), m)
	var refused *alerts.RefusedError
	if !errors.As(gone, &refused) || !strings.Contains(gone.Error(), "SLACK_WEBHOOK_URL") || !strings.Contains(gone.Error(), "docs/slack.md#webhook-only") {
		t.Errorf("removed: %v", gone)
	}
	var again *alerts.RetryError
	if !errors.As(away, &again) {
		t.Errorf("away: %v", away)
	}
	if !strings.HasPrefix(trouble.Error(), "slack: webhook: 503 Service Unavailable: Slack cannot answer now") || errors.As(trouble, &again) || errors.As(trouble, &refused) {
		t.Errorf("in trouble: %v", trouble)
	}
	for _, err := range []error{gone, away, trouble} {
		if strings.Contains(err.Error(), "/services/") {
			t.Errorf("the address is in %v", err)
		}
	}
}
