package slack_test

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/mention"
)

const refund = "Третій тиждень не повертають гроші за скасоване замовлення, підтримка мовчить. Більше ні ногою."

// TestOnceWhateverTheNetworkDoes posts through every fault Slack and the network
// between are known for: the complaint stands in the channel exactly once.
func TestOnceWhateverTheNetworkDoes(t *testing.T) {
	faults := []fakeslack.Fault{
		{Kind: fakeslack.RateLimit, After: time.Second},
		{Kind: fakeslack.AcceptDrop},
		{Kind: fakeslack.RefuseDrop},
		{Kind: fakeslack.Accept5xx},
		{Kind: fakeslack.Refuse5xx},
		{Kind: fakeslack.Garbage},
		{Kind: fakeslack.Code, Error: "internal_error"},
		{Kind: fakeslack.RefuseDrop, Times: 3},
	}
	for _, f := range faults {
		t.Run(strings.TrimSpace(f.Kind+" "+f.Error), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, worldOptions{})
			f.Method = "chat.postMessage"
			w.fake.Break(f)
			w.hear(complaint("1", refund))
			eventually(t, "the message", func() bool { return len(w.fake.Messages("#mentions")) > 0 })
			all := w.posted(1)
			if !shows(all[0], refund) || all[0].AlertID() == "" {
				t.Errorf("the message lacks its words or its id: %s", all[0].Blocks)
			}
			if v := w.fake.Violations(); len(v) > 0 {
				t.Errorf("Slack's wishes were ignored: %v", v)
			}
			if f.Kind == fakeslack.AcceptDrop && calls(w, "chat.postMessage") != 1 {
				t.Errorf("a message that was taken was posted again")
			}
		})
	}
}

func calls(w *world, method string) (n int) {
	for _, c := range w.fake.Calls() {
		if c.Method == method {
			n++
		}
	}
	return n
}

// TestDoubtHoldsUpNothing keeps one alert in doubt while others pass.
func TestDoubtHoldsUpNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("short: waits for real pauses")
	}
	t.Parallel()
	w := newWorld(t, worldOptions{inDoubt: time.Hour})
	w.fake.Break(fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.AcceptDrop})
	w.hear(complaint("1", refund))
	eventually(t, "the first attempt", func() bool { return calls(w, "chat.postMessage") == 1 })
	w.hear(complaint("2", "Курʼєр нагрубив і кинув пакунок під двері, телефон розбитий"))
	eventually(t, "the second message, while the first is in doubt", func() bool { return len(w.fake.Messages("")) == 2 })
	w.settle()
	w.posted(2)
}

// TestKilledBetweenPostAndMark restarts with an alert that was posted and not
// marked, and with one that was marked and not posted.
func TestKilledBetweenPostAndMark(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{inDoubt: time.Hour})
	w.fake.Break(fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.AcceptDrop})
	w.fake.Break(fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.RefuseDrop})
	w.hear(complaint("1", refund), complaint("2", "Курʼєр нагрубив і кинув пакунок під двері, телефон розбитий"))
	eventually(t, "both attempts", func() bool { return calls(w, "chat.postMessage") >= 2 })
	w.stop()
	if c, err := w.store.Counts(t.Context(), time.Now()); err != nil || c.Posting == 0 {
		t.Fatalf("nothing is in doubt: %+v %v", c, err)
	}
	w.opt.inDoubt = shortDoubt
	w.start()
	w.posted(2)
}

// TestChannelReplaced: the channel of a route was put away and another one has its name now, to
// which Slack's own posting by name leads.
func TestChannelReplaced(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.hear(complaint("1", refund))
	old := w.posted(1)[0]
	w.fake.SetChannel(fakeslack.Channel{ID: old.Channel, Name: "mentions-2026", Archived: true})
	w.fake.SetChannel(fakeslack.Channel{ID: "C0NEWPLACE", Name: "mentions"})
	w.hear(complaint("2", "Курʼєр нагрубив і кинув пакунок під двері, телефон розбитий"))
	if m := w.posted(2)[1]; m.Channel != "C0NEWPLACE" {
		t.Errorf("the second complaint stands in %s", m.Channel)
	}
}

// TestChannelRenamed: another channel has the name of the route now. New complaints go there at once,
// what belongs under an old one stays under it, and neither leads the other astray; a message in
// doubt is looked for where it went. Without another channel of the name, the old one takes all.
func TestChannelRenamed(t *testing.T) {
	for name, c := range map[string]struct{ replaced, doubt, restart bool }{
		"and replaced":           {replaced: true},
		"replaced, in doubt":     {replaced: true, doubt: true},
		"replaced, and restart":  {replaced: true, restart: true},
		"not replaced":           {},
		"not replaced, in doubt": {doubt: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, worldOptions{})
			first := complaint("1", refund)
			w.hear(first)
			old, place := w.posted(1)[0], "C0MENTIONS"
			w.fake.SetChannel(fakeslack.Channel{ID: old.Channel, Name: "mentions-old"})
			if c.replaced {
				place = "C0NEWPLACE"
				w.fake.SetChannel(fakeslack.Channel{ID: place, Name: "mentions"})
			}
			if c.restart {
				w.stop()
				w.start()
			}
			if c.doubt {
				w.fake.Break(fakeslack.Fault{Method: "chat.postMessage", Channel: place, Kind: fakeslack.AcceptDrop})
			}
			w.hear(complaint("2", "Курʼєр нагрубив і кинув пакунок під двері, телефон розбитий"))
			if m := w.posted(2)[1]; m.Channel != place || shows(m, "may be a repeat") {
				t.Errorf("the second complaint stands in %s", m.Channel)
			}
			first.Post.Text += " Ще раз."
			w.hear(first)
			if m := w.posted(3)[2]; m.Channel != old.Channel || m.ThreadTS != old.TS {
				t.Errorf("the edit stands in %s under %q", m.Channel, m.ThreadTS)
			}
			w.hear(complaint("3", "Банк заблокував картку без пояснень, гаряча лінія мовчить."))
			if m := w.posted(4)[3]; m.Channel != place {
				t.Errorf("the third complaint stands in %s", m.Channel)
			}
		})
	}
}

// TestThreadInAChannelThatIsGone: what belongs into a thread of a channel that was put away,
// deleted or left comes into the channel of its route, can be acted upon there, and holds
// nothing else up.
func TestThreadInAChannelThatIsGone(t *testing.T) {
	for name, old := range map[string]fakeslack.Channel{
		"archived": {Name: "mentions-2026", Archived: true},
		"deleted":  {Name: "mentions-2026", Private: true, Outside: true},
		"left":     {Name: "mentions-2026", Outside: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, worldOptions{rules: alerts.Rules{Deadlines: map[mention.Severity]alerts.Deadline{mention.Low: {Claim: 5 * time.Minute}}}})
			m := complaint("1", refund)
			w.hear(m)
			old.ID = w.posted(1)[0].Channel
			w.fake.SetChannel(old)
			w.fake.SetChannel(fakeslack.Channel{ID: "C0NEWPLACE", Name: "mentions"})
			m.Post.Text += " Ще раз."
			w.hear(m)
			eventually(t, "the edit", func() bool { return len(w.fake.Messages("C0NEWPLACE")) == 1 })
			if edit := w.fake.Messages("C0NEWPLACE")[0]; edit.ThreadTS != "" || !shows(edit, "Ще раз") || !shows(edit, m.Watch) {
				t.Errorf("the edit:\n%s\n%s", edit.Text, edit.Blocks)
			}
			w.nudges(6 * time.Minute)
			eventually(t, "the nudge with its buttons", func() bool {
				all := w.fake.Messages("C0NEWPLACE")
				return len(all) == 2 && shows(all[1], "Nobody has taken") && strings.Contains(string(all[1].Blocks), `"claim"`)
			})
			nudge := w.fake.Messages("C0NEWPLACE")[1]
			w.press(fakeslack.Click{Channel: nudge.Channel, TS: nudge.TS, Action: "claim", User: ira})
			eventually(t, "the owner", func() bool {
				now, _ := w.fake.Message(nudge.Channel, nudge.TS)
				return shows(now, "Ira has it")
			})
			if n := w.log.count("cannot be delivered"); n != 0 {
				t.Errorf("the route counts as broken")
			}
		})
	}
}

// TestAppMadeAnew: the messages of the app of before cannot be redrawn, and their buttons lead nowhere.
// What the deadlines say of such a complaint has buttons that work.
func TestAppMadeAnew(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{rules: alerts.Rules{Deadlines: map[mention.Severity]alerts.Deadline{mention.Low: {Claim: 5 * time.Minute}}}})
	w.hear(complaint("1", refund))
	root := w.posted(1)[0]
	w.fake.Replace()
	w.nudges(6 * time.Minute)
	eventually(t, "the nudge with its buttons", func() bool {
		all := w.fake.Messages("")
		return len(all) == 2 && shows(all[1], "Nobody has taken") && strings.Contains(string(all[1].Blocks), `"claim"`)
	})
	nudge := w.fake.Messages("")[1]
	if nudge.ThreadTS != "" && nudge.ThreadTS != root.TS || !shows(nudge, refund) { // beside the thread, once it is known that the message is another's
		t.Errorf("the nudge:\n%s", texts([]fakeslack.Message{nudge}))
	}
	w.press(fakeslack.Click{Channel: nudge.Channel, TS: nudge.TS, Action: "claim", User: ira})
	eventually(t, "the owner", func() bool {
		now, _ := w.fake.Message(nudge.Channel, nudge.TS)
		return shows(now, "Ira has it")
	})
}

// nudges lets the deadlines see the time so much later, until the test ends.
func (w *world) nudges(later time.Duration) {
	deadlines := desk.NewDeadlines(desk.DeadlineOptions{Cases: w.store, Rules: w.planner.Rules, Log: slog.New(slog.DiscardHandler),
		Now: func() time.Time { return time.Now().Add(later) }, Changed: w.sender.Wake})
	ctx, stop := context.WithCancel(w.t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = deadlines.Run(ctx) })
	w.t.Cleanup(func() { stop(); running.Wait() })
}

// TestUnreadableHistory posts again and says that it may be a repeat.
func TestUnreadableHistory(t *testing.T) {
	if testing.Short() {
		t.Skip("short: waits for real pauses")
	}
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.fake.Break(fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.RefuseDrop})
	w.fake.Break(fakeslack.Fault{Method: "conversations.history", Kind: fakeslack.Code, Error: "missing_scope", Times: -1})
	w.hear(complaint("1", refund))
	all := w.posted(1)
	if !shows(all[0], "may be a repeat") || !strings.HasPrefix(all[0].Text, "(may be a repeat)") {
		t.Errorf("the message does not say that it may be a repeat: %s", all[0].Text)
	}
}

// TestHistoryComesBack waits for a history that is away for a moment.
func TestHistoryComesBack(t *testing.T) {
	if testing.Short() {
		t.Skip("short: waits for real pauses")
	}
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.fake.Break(fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.AcceptDrop})
	w.fake.Break(fakeslack.Fault{Method: "conversations.history", Kind: fakeslack.Refuse5xx})
	w.fake.Break(fakeslack.Fault{Method: "conversations.history", Kind: fakeslack.RateLimit})
	w.hear(complaint("1", refund))
	all := w.posted(1)
	if shows(all[0], "may be a repeat") || calls(w, "chat.postMessage") != 1 {
		t.Errorf("posted %d times: %s", calls(w, "chat.postMessage"), all[0].Text)
	}
}

// TestLongHistory finds a message behind many others, fifteen a page.
func TestLongHistory(t *testing.T) {
	if testing.Short() {
		t.Skip("short: waits for real pauses")
	}
	t.Parallel()
	w := newWorld(t, worldOptions{inDoubt: time.Hour})
	w.fake.Break(fakeslack.Fault{Method: "chat.postMessage", Kind: fakeslack.AcceptDrop})
	w.hear(complaint("1", refund))
	eventually(t, "the attempt", func() bool { return len(w.fake.Messages("")) == 1 })
	for i := range 100 {
		postAsSomebody(t, w, fmt.Sprintf("chat %d", i))
	}
	w.settle()
	w.posted(101)
	if n := calls(w, "conversations.history"); n < 5 {
		t.Errorf("history was read in %d pages; the message was on the seventh", n)
	}
}

func postAsSomebody(t *testing.T, w *world, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.fake.URL()+"chat.postMessage", strings.NewReader("channel=C0MENTIONS&text="+text[:4]))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "Bearer "+fakeslack.BotToken)
	resp, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
}

// TestRefusedUntilSomebodyActs keeps alerts for a channel that cannot be written
// to, says once what to do, and goes on with the other channels.
func TestRefusedUntilSomebodyActs(t *testing.T) {
	cases := []struct {
		name    string
		channel fakeslack.Channel
		want    string
	}{
		{"not in channel", fakeslack.Channel{ID: "C0MENTIONS", Name: "mentions", Outside: true}, "/invite @earshot"},
		{"archived", fakeslack.Channel{ID: "C0MENTIONS", Name: "mentions", Archived: true}, "unarchive"},
		{"no such channel", fakeslack.Channel{ID: "C0MENTIONS", Name: "other"}, "there is no #mentions"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, worldOptions{})
			w.fake.SetChannel(c.channel)
			w.hear(complaint("1", refund))
			eventually(t, "one line in the log", func() bool { return w.log.count("alerts cannot be delivered") == 1 })
			w.hear(complaint("2", "Курʼєр нагрубив і кинув пакунок під двері, телефон розбитий"))
			time.Sleep(50 * time.Millisecond)
			if w.log.count(c.want) != 1 || w.log.count("alerts cannot be delivered") != 1 {
				t.Errorf("the log does not say once what to do (%q)", c.want)
			}
			w.fake.SetChannel(fakeslack.Channel{ID: "C0MENTIONS", Name: "mentions"})
			w.sender.Reload()
			w.posted(2)
		})
	}
}

// TestRefusedToken says what to do, keeps the alerts, and delivers after a restart
// with a good token.
func TestRefusedToken(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{token: "xoxb-old"})
	w.hear(complaint("1", refund))
	want := "slack: auth.test: invalid_auth — the bot token in slack.bot_token (SLACK_BOT_TOKEN) is not accepted. Reinstall the app or copy the token again: docs/slack.md#tokens"
	eventually(t, "the error text", func() bool { return w.log.count(want) == 1 })
	if w.log.count("xoxb-old") > 0 {
		t.Error("the token is in the log")
	}
	w.stop()
	w.opt.token = fakeslack.BotToken
	w.start()
	w.posted(1)
}

// TestSlackAway has nobody listening at first.
func TestSlackAway(t *testing.T) {
	if testing.Short() {
		t.Skip("short: waits for real pauses")
	}
	t.Parallel()
	w := newWorld(t, worldOptions{client: &http.Client{Transport: &away{}}})
	w.hear(complaint("1", refund), complaint("2", "Курʼєр нагрубив і кинув пакунок під двері, телефон розбитий"))
	eventually(t, "the trouble in the log", func() bool { return w.log.count("alerts cannot be delivered") > 0 })
	w.opt.client.Transport.(*away).back()
	w.posted(2)
	if n := w.log.count("alerts cannot be delivered"); n != 1 {
		t.Errorf("said %d times that slack is away", n)
	}
}

// TestGoneMessage updates a message that somebody deleted in Slack.
func TestGoneMessage(t *testing.T) {
	t.Parallel()
	w := newWorld(t, worldOptions{})
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	w.fake.Delete(m.Channel, m.TS)
	if _, err := w.desk.Do(t.Context(), mention.ID(buttonValue(t, m)), mention.Action{Verb: mention.Claim, By: mention.Person{ID: "web:ira", Name: "Ira"}}); err != nil {
		t.Fatal(err)
	}
	w.quiet()
	if n := len(w.fake.Messages("")); n != 0 {
		t.Errorf("%d messages after a redraw of a deleted one", n)
	}
}

// TestRedrawsAreFewAndPatient claims and releases quickly under a 429.
func TestRedrawsAreFewAndPatient(t *testing.T) {
	if testing.Short() {
		t.Skip("short: waits for real pauses")
	}
	t.Parallel()
	held := &held{method: "chat.update", until: make(chan struct{})}
	w := newWorld(t, worldOptions{client: &http.Client{Transport: held}})
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	w.fake.Break(fakeslack.Fault{Method: "chat.update", Kind: fakeslack.RateLimit, After: time.Second})
	id := mention.ID(buttonValue(t, m))
	for i := range 20 {
		verb := mention.Claim
		if i%2 == 1 {
			verb = mention.Release
		}
		if _, err := w.desk.Do(context.Background(), id, mention.Action{Verb: verb, By: mention.Person{ID: "web:ira", Name: "Ira"}}); err != nil {
			t.Fatal(err)
		}
	}
	close(held.until)
	w.quiet()
	if n := calls(w, "chat.update"); n > 4 {
		t.Errorf("%d redraws for one burst of changes", n)
	}
	if v := w.fake.Violations(); len(v) > 0 {
		t.Errorf("%v", v)
	}
	m, _ = w.fake.Message(m.Channel, m.TS)
	if !shows(m, "open") || m.AlertID() == "" {
		t.Errorf("the message shows an old state or lost its id: %s", m.Blocks)
	}
}
