package slack_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/slack-go/slack/slackutilsx"

	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// ask types a command by the door the world has.
func (w *world) ask(a fakeslack.Ask) {
	w.t.Helper()
	if !w.opt.http {
		w.connected()
		if _, err := w.fake.Ask(a); err != nil {
			w.t.Fatalf("/earshot %s: %v", a.Text, err)
		}
		return
	}
	srv := httptest.NewServer(w.slack.Interactions())
	defer srv.Close()
	status, _, err := w.fake.AskHTTP(srv.Client(), srv.URL, fakeslack.SigningSecret, a)
	if err != nil || status != 200 {
		w.t.Fatalf("/earshot %s: status %d, %v", a.Text, status, err)
	}
}

// answered waits for the nth answer.
func (w *world) answered(n int) fakeslack.Ephemeral {
	w.t.Helper()
	eventually(w.t, "an answer", func() bool { return len(w.fake.Ephemerals()) >= n })
	return w.fake.Ephemerals()[n-1]
}

// TestCommand asks by both doors: for one's own eyes, in the language of one's Slack, or
// else of the channel, found among what was really heard.
func TestCommand(t *testing.T) {
	people := []fakeslack.Person{{ID: ira, Handle: "ira", Name: "Ira", Locale: "ru-RU"}, {ID: oleh, Handle: "oleh", Name: "Oleh"}}
	for _, door := range []string{"socket", "http"} {
		t.Run(door, func(t *testing.T) {
			w := newWorld(t, worldOptions{http: door == "http", fake: fakeslack.Options{People: people}})
			w.hear(complaint("1", refund), complaint("2", "Кур'єр нахамив. "+refund))
			w.posted(2)
			w.ask(fakeslack.Ask{Text: "find нахамив", User: ira, Channel: "C0MENTIONS"})
			first := w.answered(1)
			if first.User != ira || !strings.Contains(first.Text, "1 жалоба со словами «нахамив»") || !shows(fakeslack.Message{Blocks: first.Blocks}, "Кур'єр нахамив") {
				t.Errorf("answered %+v", first)
			}
			w.ask(fakeslack.Ask{Text: "find нахамив", User: oleh, Channel: "D0DIRECT"})
			if e := w.answered(2); e.User != oleh || !strings.Contains(e.Text, "Скарги") && !strings.Contains(e.Text, "скарга зі словами") {
				t.Errorf("answered %+v, want the language of the watchlist", e)
			}
			w.ask(fakeslack.Ask{Text: "help", User: oleh, Channel: "C0MENTIONS", NoURL: true})
			if e := w.answered(3); e.Channel != "C0MENTIONS" || e.User != oleh {
				t.Errorf("without a response_url: %+v", e)
			}
			w.ask(fakeslack.Ask{Text: "find нахамив", User: oleh, Channel: "C0BILLING"})
			if e := w.answered(4); !strings.Contains(e.Text, "с думите") {
				t.Errorf("answered %+v, want the language of a channel that nothing was posted to yet", e)
			}
			if w.log.count(`msg="a command was asked" who=slack:U0000IRA name=Ira command=find outcome=done`) != 1 {
				t.Error("the log does not say who asked what")
			}
			if n := w.log.count("нахамив"); n != 0 {
				t.Error("what was looked for is in the log")
			}
		})
	}
}

// TestCommandInAPrivateChannel: Slack does not say what it is called; a look at the channels does. What the
// channel was called before has no say.
func TestCommandInAPrivateChannel(t *testing.T) {
	w := newWorld(t, worldOptions{fake: fakeslack.Options{Channels: []fakeslack.Channel{{ID: "C0BILLING", Name: "old", Private: true}}}})
	w.connected()
	asked := 0
	says := func(words string) func() bool {
		return func() bool {
			w.ask(fakeslack.Ask{Text: "find нахамив", User: oleh, Channel: "C0BILLING"})
			asked++
			return strings.Contains(w.answered(asked).Text, words)
		}
	}
	w.slack.Channels([]string{"#old"})
	eventually(t, "a look", func() bool { return calls(w, "conversations.list") > 0 })
	w.fake.SetChannel(fakeslack.Channel{ID: "C0BILLING", Name: "billing", Private: true})
	w.slack.Channels([]string{"#billing"})
	eventually(t, "an answer in Bulgarian", says("с думите"))
	for range 20 {
		if !says("с думите")() {
			t.Fatal("another language")
		}
	}
}

// TestEnvelopeComesTwice: Slack did not see the acknowledgement and sends a command, or a press, once
// more. It is answered once: else a proposal, and a template, would be made twice.
func TestEnvelopeComesTwice(t *testing.T) {
	w := newWorld(t, worldOptions{})
	w.connected()
	if err := w.fake.AskTwice(fakeslack.Ask{Text: "help", User: ira, Channel: "C0MENTIONS"}); err != nil {
		t.Fatal(err)
	}
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	if _, err := w.fake.PressTimes(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "reply_text", User: ira}, 2); err != nil {
		t.Fatal(err)
	}
	w.ask(fakeslack.Ask{Text: "nonsense", User: oleh, Channel: "C0MENTIONS"})
	eventually(t, "the last answer and the window", func() bool {
		all := w.fake.Ephemerals()
		return len(all) > 0 && all[len(all)-1].User == oleh && len(w.fake.Views()) > 0
	})
	if all, views := w.fake.Ephemerals(), w.fake.Views(); len(all) != 2 || len(views) != 1 {
		t.Errorf("%d answers and %d windows, want 2 and 1", len(all), len(views))
	}
}

// TestCommandIsEscaped: Slack escapes three signs in what is typed; they stand in names of brands
// and in addresses.
func TestCommandIsEscaped(t *testing.T) {
	w := newWorld(t, worldOptions{})
	w.hear(complaint("1", "Купив у H&M, а там <3 & сором. "+refund))
	w.posted(1)
	for i, words := range []string{"H&M", "<3 &"} {
		w.ask(fakeslack.Ask{Text: "find " + words, User: ira, Channel: "C0MENTIONS"})
		if e := w.answered(i + 1); !strings.Contains(e.Text, "1 скарга зі словами «"+slackutilsx.EscapeMessage(words)+"»") {
			t.Errorf("answered %s", e.Text)
		}
	}
}

// TestCommandFromElsewhere: of another workspace or for another app nothing is answered
// but why, and a command that was not signed is none.
func TestCommandFromElsewhere(t *testing.T) {
	w := newWorld(t, worldOptions{http: true})
	w.ask(fakeslack.Ask{Text: "status", User: ira, Channel: "C0MENTIONS", Team: "T000OTHER"})
	if e := w.answered(1); !strings.Contains(e.Text, "робочого простору") {
		t.Errorf("answered %+v", e)
	}
	w.ask(fakeslack.Ask{Text: "status", User: ira, Channel: "C0MENTIONS", App: "A000OTHER"})
	srv := httptest.NewServer(w.slack.Interactions())
	defer srv.Close()
	if status, _, err := w.fake.AskHTTP(srv.Client(), srv.URL, "another secret", fakeslack.Ask{Text: "status"}); err != nil || status != 401 {
		t.Errorf("a forged command is answered %d (%v)", status, err)
	}
	w.stop()
	if status, _, err := w.fake.AskHTTP(srv.Client(), srv.URL, fakeslack.SigningSecret, fakeslack.Ask{Text: "status"}); err != nil || status != 503 {
		t.Errorf("after the stop: %d (%v)", status, err)
	}
	if e := w.fake.Ephemerals(); len(e) != 1 {
		t.Errorf("answered %+v", e)
	}
}

// TestCommandIsAcknowledgedFirst: a database that is slow costs nobody "did not respond".
func TestCommandIsAcknowledgedFirst(t *testing.T) {
	slow := make(chan struct{})
	w := newWorld(t, worldOptions{slowCases: slow})
	w.ask(fakeslack.Ask{Text: "find x", User: ira, Channel: "C0MENTIONS"})
	close(slow)
	w.answered(1)
}

// TestCommandRoles: who may not see the sources may not pause one, and reads no list.
func TestCommandRoles(t *testing.T) {
	w := newWorld(t, worldOptions{roles: func(p mention.Person, _ string) slack.Roles { return slack.Roles{Sources: p.ID == "slack:"+ira} }, sources: &oneSource{}})
	for i, c := range []struct{ user, text, want string }{
		{ira, "status", "1 джерело"}, {oleh, "status", "усе гаразд"}, {ira, "pause forum", "на паузі до"}, {oleh, "pause forum", "немає прав"}, {oleh, "resume forum", "немає прав"},
	} {
		w.ask(fakeslack.Ask{Text: c.text, User: c.user, Channel: "C0MENTIONS"})
		e := w.answered(i + 1)
		if !strings.Contains(e.Text, c.want) || c.user == oleh && strings.Contains(e.Text, "джерело") {
			t.Errorf("%s: /earshot %s: %s", c.user, c.text, e.Text)
		}
	}
	if got := w.opt.sources.paused.Load(); got != 1 {
		t.Errorf("%d pauses", got)
	}
}

// TestManifestHasTheCommand, by both doors: with the address where signed requests come,
// or without one.
func TestManifestHasTheCommand(t *testing.T) {
	for _, address := range []string{"", "https://earshot.example/slack/interactions"} {
		var text bytes.Buffer
		if err := slack.Manifest(&text, i18n.Lang{}, address); err != nil {
			t.Fatal(err)
		}
		m := manifestOf(t, text.Bytes())
		raw, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		commands, _ := m["features"].(map[string]any)["slash_commands"].([]any)
		if len(commands) != 1 {
			t.Fatalf("no command in %s", raw)
		}
		c := commands[0].(map[string]any)
		if c["command"] != "/earshot" || c["should_escape"] != false || (c["url"] == address) != (address != "") {
			t.Errorf("the command is %v", c)
		}
		if !strings.Contains(string(raw), `"commands"`) {
			t.Error("the scope commands is missing")
		}
	}
}

// TestManifestInEachLanguage: what everybody in the workspace reads of the app and of its command, and what
// whoever pastes it reads, is in one language, and no longer than Slack takes.
func TestManifestInEachLanguage(t *testing.T) {
	catalog, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range []string{"en", "ru", "uk", "bg"} {
		var text bytes.Buffer
		if err := slack.Manifest(&text, catalog.In(code), ""); err != nil {
			t.Fatal(err)
		}
		m := manifestOf(t, text.Bytes())
		about, _ := m["display_information"].(map[string]any)["description"].(string)
		c := m["features"].(map[string]any)["slash_commands"].([]any)[0].(map[string]any)
		said := fmt.Sprintln(about, c["description"], c["usage_hint"])
		for line := range strings.Lines(text.String()) {
			if _, comment, ok := strings.Cut(line, "# "); ok {
				said += comment
			}
		}
		if left := testkit.English(said, "https api.slack.com apps new_app From manifest find status mutes pause help notify Home"); code != "en" && len(left) > 0 {
			t.Errorf("%s: %q is English in\n%s", code, left, said)
		}
		if n := utf8.RuneCountInString(about); n == 0 || n > 140 {
			t.Errorf("%s: %d characters about the app; Slack takes 140", code, n)
		}
	}
}

// manifestOf is the manifest as Slack reads it.
func manifestOf(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var m map[string]any
	if err := yaml.Unmarshal(text, &m); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return m
}

// oneSource is a watchlist with one source.
type oneSource struct{ paused atomic.Int64 }

func (*oneSource) Stand(i18n.Lang) slack.Stand {
	return slack.Stand{Sources: []slack.SourceStand{{Name: "forum", State: "ok"}}}
}

func (s *oneSource) Pause(context.Context, string, time.Time, mention.Person) error {
	s.paused.Add(1)
	return nil
}

func (*oneSource) Resume(context.Context, string, mention.Person) error { return nil }

// slowCases take their time to list.
type slowCases struct {
	slack.Cases
	until <-chan struct{} // closed
}

func (s slowCases) List(ctx context.Context, q mention.Query) (mention.Page, error) {
	select {
	case <-s.until:
	case <-ctx.Done():
		return mention.Page{}, ctx.Err()
	}
	return s.Cases.List(ctx, q)
}
