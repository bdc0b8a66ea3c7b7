package slack_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

const (
	ira  = "U0000IRA"
	oleh = "U000OLEH"
)

// press clicks by the door the world has.
func (w *world) press(c fakeslack.Click) {
	w.t.Helper()
	if !w.opt.http {
		w.connected()
		if _, err := w.fake.Press(c); err != nil {
			w.t.Fatalf("press %s: %v", c.Action, err)
		}
		return
	}
	srv := httptest.NewServer(w.slack.Interactions())
	defer srv.Close()
	status, _, err := w.fake.PressHTTP(srv.Client(), srv.URL, fakeslack.SigningSecret, c)
	if err != nil || status != http.StatusOK {
		w.t.Fatalf("press %s: status %d, %v", c.Action, status, err)
	}
}

func TestClaimHasOneWinner(t *testing.T) {
	for _, door := range []string{"socket", "http"} {
		t.Run(door, func(t *testing.T) {
			w := newWorld(t, worldOptions{http: door == "http"})
			w.hear(complaint("1", "Третій тиждень не повертають гроші за скасоване замовлення"))
			m := w.posted(1)[0]
			click := fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: ira}
			w.press(click)
			click.User, click.Value = oleh, buttonValue(t, m)
			w.press(click)
			eventually(t, "the loser is told", func() bool { return len(w.fake.Ephemerals()) > 0 })
			e := w.fake.Ephemerals()
			if len(e) != 1 || e[0].User != oleh || !strings.Contains(e[0].Text, "Ira took it") {
				t.Errorf("ephemerals: %+v", e)
			}
			w.quiet()
			m, _ = w.fake.Message(m.Channel, m.TS)
			if !shows(m, "Ira has it") || m.AlertID() == "" {
				t.Errorf("redrawn message does not name the owner, or lost its metadata:\n%s", m.Blocks)
			}
		})
	}
}

// TestVerbs walks a complaint through every button.
func TestVerbs(t *testing.T) {
	w := newWorld(t, worldOptions{})
	w.hear(complaint("1", "Третій тиждень не повертають гроші за скасоване замовлення"))
	m := w.posted(1)[0]
	steps := []struct {
		action, option, want string
	}{
		{"claim", "", "Ira has it"},
		{"release", "", "open"},
		{"more", "snooze:", "snoozed by Ira until"}, // as messages of before ask
		{"more", "wake", "open"},
		{"replied", "", "Ira says it is answered"},
		{"reopen", "", "open"},
		{"more", "not_negative", "dismissed by Ira: not negative"},
		{"reopen", "", "open"},
		{"more", "not_us", "dismissed by Ira: not us"},
		{"reopen", "", "open"},
		{"more", "spam", "dismissed by Ira: spam"},
		{"reopen", "", "open"},
	}
	id := buttonValue(t, m)
	for _, s := range steps {
		c := fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: s.action, Option: s.option, User: ira}
		if s.option == "snooze:" {
			c.Option, c.Chosen = "", "snooze:"+id
		}
		w.press(c)
		w.quiet()
		now, _ := w.fake.Message(m.Channel, m.TS)
		if !shows(now, s.want) {
			t.Fatalf("after %s %s the message does not say %q:\n%s", s.action, s.option, s.want, now.Blocks)
		}
	}
	if e := w.fake.Ephemerals(); len(e) > 0 {
		t.Errorf("somebody was told off: %+v", e)
	}
	if n := w.log.count(`msg="a button was pressed"`); n != len(steps) || w.log.count("name=Ira") != n || w.log.count(`verb="dismiss (not us)"`) != 1 {
		t.Errorf("%d of %d presses are in the log", n, len(steps))
	}
	_, c, err := w.store.Mention(t.Context(), mention.ID(buttonValue(t, m)))
	if err != nil || c.Version != int64(len(steps))+1 {
		t.Errorf("case is at version %d after %d verbs (%v)", c.Version, len(steps), err)
	}
}

// window presses what opens a window, and returns it.
func (w *world) window(c fakeslack.Click) string {
	w.t.Helper()
	before := len(w.fake.Views())
	w.press(c)
	eventually(w.t, "a window", func() bool { return len(w.fake.Views()) > before })
	return string(w.fake.Views()[before])
}

// submit answers the window that is open: in one block, one element, that field.
func (w *world) submit(user string, values map[string]map[string]any) {
	w.t.Helper()
	if err := w.fake.Submit(user, values); err != nil {
		w.t.Fatal(err)
	}
	w.quiet()
}

// in is what Slack sends of one block of a window.
func in(block, field string, value any) map[string]map[string]any {
	return map[string]map[string]any{block: {block: map[string]any{field: value}}}
}

func chosen(value string) map[string]any { return map[string]any{"value": value} }

// TestMuteAsks: one tap mutes nobody; the window says whom it would silence.
func TestMuteAsks(t *testing.T) {
	w := newWorld(t, worldOptions{})
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	view := w.window(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "more", Option: "mute", User: ira})
	until := time.Now().UTC().Add(mention.MuteFor).Format("2006")
	if !strings.Contains(view, "Mute author author 1 at this site (forum.example › Скарги) until") || !strings.Contains(view, until) {
		t.Errorf("the question is %s", view)
	}
	w.quiet()
	id := mention.ID(buttonValue(t, m))
	if _, c, err := w.store.Mention(t.Context(), id); err != nil || c.Status != mention.Open {
		t.Fatalf("one tap made it %s (%v)", c.Status, err)
	}
	w.submit(ira, nil)
	now, _ := w.fake.Message(m.Channel, m.TS)
	if !shows(now, "dismissed by Ira: author muted") {
		t.Errorf("the message says %s", now.Blocks)
	}
	if list, err := w.store.Mutes(t.Context(), time.Now()); err != nil || len(list) != 1 || list[0].MentionID != id || list[0].By.Name != "Ira" {
		t.Errorf("mutes %+v (%v)", list, err)
	}
	w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "reopen", User: oleh})
	w.quiet()
	if list, err := w.store.Mutes(t.Context(), time.Now()); err != nil || len(list) != 0 {
		t.Errorf("after Reopen: mutes %+v (%v)", list, err)
	}
}

// TestSnoozeAsks: how long is chosen in a window; a moment of one's own must come.
func TestSnoozeAsks(t *testing.T) {
	w := newWorld(t, worldOptions{})
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	click := fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "more", Option: "snooze_for", User: ira}
	id := mention.ID(buttonValue(t, m))
	own := time.Now().Add(50 * time.Hour).Truncate(time.Second)
	y, mo, d := time.Now().UTC().Date()
	for _, c := range []struct {
		name   string
		values map[string]map[string]any
		want   time.Time // zero: refused
		told   string
	}{
		{"no moment", in("length", "selected_option", chosen("own")), time.Time{}, "Choose the moment"},
		{"the past", map[string]map[string]any{"length": in("length", "selected_option", chosen("own"))["length"], "own": in("own", "selected_date_time", time.Now().Unix()-60)["own"]}, time.Time{}, "not in the past"},
		{"own", map[string]map[string]any{"length": in("length", "selected_option", chosen("own"))["length"], "own": in("own", "selected_date_time", own.Unix())["own"]}, own, ""},
		{"own, and the length that stood there", map[string]map[string]any{"length": in("length", "selected_option", chosen("hour"))["length"], "own": in("own", "selected_date_time", own.Unix())["own"]}, own, ""},
		{"tomorrow", in("length", "selected_option", chosen("tomorrow")), time.Date(y, mo, d+1, 9, 0, 0, 0, time.UTC), ""},
	} {
		before := len(w.fake.Ephemerals())
		if view := w.window(click); !strings.Contains(view, "Until tomorrow 09:00") || !strings.Contains(view, `\"at\":`) {
			t.Errorf("the window is %s", view)
		}
		w.submit(ira, c.values)
		if c.want.IsZero() {
			eventually(t, "a refusal", func() bool { return len(w.fake.Ephemerals()) > before })
			if e := w.fake.Ephemerals()[before]; !strings.Contains(e.Text, c.told) || e.Channel != m.Channel {
				t.Errorf("%s: told %+v", c.name, e)
			}
			continue
		}
		if _, got, err := w.store.Mention(t.Context(), id); err != nil || !got.SnoozedUntil.Equal(c.want) || got.SnoozedBy.Name != "Ira" {
			t.Fatalf("%s: %+v (%v), want until %s", c.name, got, err, c.want)
		}
		w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "more", Option: "wake", User: ira})
		w.quiet()
	}
}

// TestAssignToNobody: Slack offers everybody whom it knows. An app, a colleague who left and somebody of
// another company in a shared channel would keep the complaint and could press nothing.
func TestAssignToNobody(t *testing.T) {
	people := []fakeslack.Person{{ID: ira, Handle: "ira", Name: "Ira"}, {ID: oleh, Handle: "oleh", Name: "Oleh"}, {ID: "U00000APP", Handle: "app", Name: "An app", Bot: true},
		{ID: "U000LEAVER", Handle: "left", Name: "Leaver", Deactivated: true}, {ID: "U00ELSEWHERE", Handle: "they", Name: "They & Co", Team: "T000OTHER"}}
	w := newWorld(t, worldOptions{fake: fakeslack.Options{People: people}})
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	for i, id := range []string{"U00000APP", "U000LEAVER", "U00ELSEWHERE"} {
		w.window(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "assign", User: ira})
		w.submit(ira, in("person", "selected_user", id))
		if e := w.answered(i + 1); e.User != ira || !strings.Contains(e.Text, "cannot have a complaint") || strings.Contains(e.Text, " & ") {
			t.Errorf("%s: told %+v", id, e)
		}
	}
	if now, _ := w.fake.Message(m.Channel, m.TS); !shows(now, "open") {
		t.Errorf("the message says %s", now.Blocks)
	}
}

// TestHandOver: taking over asks by Slack's own question and holds only against the owner
// it named; assigning opens a window.
func TestHandOver(t *testing.T) {
	w := newWorld(t, worldOptions{})
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	id := mention.ID(buttonValue(t, m))
	view := w.window(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "assign", User: ira})
	if !strings.Contains(view, "Nobody has this complaint") || !strings.Contains(view, ira) {
		t.Errorf("the window is %s", view)
	}
	w.submit(ira, in("person", "selected_user", oleh))
	eventually(t, "the thread tells of it", func() bool { return len(w.fake.Messages("#mentions")) == 2 })
	if line := w.fake.Messages("#mentions")[1]; line.ThreadTS != m.TS || !shows(line, "Ira gave this to Oleh.") || !strings.Contains(string(line.Blocks), `"user_id":"`+oleh+`"`) {
		t.Errorf("the thread says %s", line.Blocks)
	}
	now, _ := w.fake.Message(m.Channel, m.TS)
	if !shows(now, "Oleh has it") || !shows(now, "Take over from Oleh?") {
		t.Errorf("the message says %s", now.Blocks)
	}
	// Two take over from Oleh at the same time: the second reads who was faster.
	stale := string(id) + " slack:" + oleh
	for _, who := range []string{ira, "U00MARIA"} {
		w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "take_over", User: who, Value: stale})
	}
	eventually(t, "the second is told", func() bool { return len(w.fake.Ephemerals()) == 1 })
	if e := w.fake.Ephemerals()[0]; !strings.Contains(e.Text, "Ira took it") {
		t.Errorf("told %q", e.Text)
	}
	w.quiet()
	if _, c, err := w.store.Mention(t.Context(), id); err != nil || c.Owner.Name != "Ira" || c.Version != 3 {
		t.Errorf("case %+v (%v)", c, err)
	}
}

// TestNotInTheDatabase: a press on a message of another database says why nothing happens.
func TestNotInTheDatabase(t *testing.T) {
	w := newWorld(t, worldOptions{})
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	for i, action := range []string{"claim", "reply_text"} {
		w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: action, User: ira, Value: "0123456789abcdef"})
		eventually(t, "an answer", func() bool { return len(w.fake.Ephemerals()) == i+1 })
		if e := w.fake.Ephemerals()[i]; !strings.Contains(e.Text, "another or an older database") {
			t.Errorf("%s: told %q", action, e.Text)
		}
	}
}

func TestReplyText(t *testing.T) {
	w := newWorld(t, worldOptions{})
	w.hear(complaint("1", "Третій тиждень не повертають гроші за скасоване замовлення"))
	m := w.posted(1)[0]
	w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "reply_text", User: ira})
	eventually(t, "a window", func() bool { return len(w.fake.Views()) > 0 })
	if v := string(w.fake.Views()[0]); !strings.Contains(v, "Sorry, author 1. Ira") || !strings.Contains(v, "https://forum.example/p/1") {
		t.Errorf("the window has no text or no link: %s", v)
	}
}

// TestDuplicateClick delivers one envelope several times.
func TestDuplicateClick(t *testing.T) {
	w := newWorld(t, worldOptions{})
	w.hear(complaint("1", "Третій тиждень не повертають гроші за скасоване замовлення"))
	m := w.posted(1)[0]
	w.connected()
	if _, err := w.fake.PressTimes(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: ira}, 3); err != nil {
		t.Fatal(err)
	}
	w.quiet()
	if e := w.fake.Ephemerals(); len(e) > 0 {
		t.Errorf("the winner was told off: %+v", e)
	}
}

// TestSocketComesBack covers Slack's own refresh and a connection that breaks.
func TestSocketComesBack(t *testing.T) {
	w := newWorld(t, worldOptions{})
	w.hear(complaint("1", "Третій тиждень не повертають гроші за скасоване замовлення"))
	m := w.posted(1)[0]
	click := fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: ira}
	eventually(t, "a socket", func() bool { return w.fake.Connections() == 1 })
	w.press(click)
	w.fake.Disconnect("refresh_requested")
	click.Action = "release"
	eventually(t, "the click after a refresh", func() bool { w.quiet(); _, err := w.fake.Press(click); return err == nil })
	w.fake.CutSockets()
	click.Action = "claim"
	eventually(t, "the click after a break", func() bool { w.quiet(); _, err := w.fake.Press(click); return err == nil })
}

// slowDesk is a database that takes long.
type slowDesk struct{ d time.Duration }

func (s slowDesk) Do(ctx context.Context, _ mention.ID, a mention.Action) (mention.Case, error) {
	select {
	case <-time.After(s.d):
	case <-ctx.Done():
	}
	return mention.Case{}, &mention.TakenError{Status: mention.Claimed, By: mention.Person{Name: "Maria"}, At: a.At}
}

func (s slowDesk) TakeAll(ctx context.Context, _ mention.AlertID, _ mention.Person) (alerts.Taken, error) {
	select {
	case <-time.After(s.d):
	case <-ctx.Done():
	}
	return alerts.Taken{Lost: 3}, ctx.Err()
}

// TestAcknowledgedInTime: neither a slow database nor a Slack that does not answer keeps a
// press from being acknowledged within Slack's 3 s, or a command from being so at once.
func TestAcknowledgedInTime(t *testing.T) {
	silence := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	press := func(action, value string) url.Values {
		payload := fmt.Sprintf(`{"type":"block_actions","team":{"id":%q},"api_app_id":%q,"user":{"id":%q,"team_id":%q},"channel":{"id":"C0MENTIONS"},"message":{"ts":"1.2"},"actions":[{"action_id":%q,"value":%q}]}`,
			fakeslack.Team, fakeslack.App, ira, fakeslack.Team, action, value)
		return url.Values{"payload": {payload}}
	}
	for name, c := range map[string]struct {
		form   url.Values
		within time.Duration
	}{
		"claim":     {press("claim", "m1"), 2900 * time.Millisecond},
		"take all":  {press("take_all", "a1"), 2900 * time.Millisecond},
		"a command": {url.Values{"command": {"/earshot"}, "text": {"find x"}, "team_id": {fakeslack.Team}, "api_app_id": {fakeslack.App}, "user_id": {ira}, "channel_id": {"C0MENTIONS"}}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				log := &logbook{}
				n := slack.New(slack.Options{BotToken: "xoxb-1", SigningSecret: fakeslack.SigningSecret, APIURL: "http://slack.example/", HTTP: &http.Client{Transport: inProcess{silence}},
					Desk: slowDesk{time.Hour}, Cases: slowCases{until: make(chan struct{})}, Log: slog.New(slog.NewTextHandler(log, nil)), Now: time.Now})
				ctx, stop := context.WithCancel(t.Context())
				ended := make(chan struct{})
				go func() { defer close(ended); _ = n.Run(ctx) }()
				body := c.form.Encode()
				r := httptest.NewRequest(http.MethodPost, "/slack/interactions", strings.NewReader(body))
				fakeslack.Sign(r.Header, fakeslack.SigningSecret, body, time.Now())
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				answer, began := httptest.NewRecorder(), time.Now()
				n.Interactions().ServeHTTP(answer, r)
				if took := time.Since(began); answer.Code != http.StatusOK || took > c.within {
					t.Errorf("answered %d after %s", answer.Code, took)
				}
				if early := log.count("acknowledged before it is decided"); early != 1 && c.within > 0 {
					t.Errorf("it was decided before it was acknowledged: nothing is shown\n%s", log.String())
				}
				stop()
				<-ended
			})
		})
	}
}

// TestAcknowledgedWhateverIsSlow: the same through the socket, and the loser is told when
// the database answers at last.
func TestAcknowledgedWhateverIsSlow(t *testing.T) {
	if testing.Short() {
		t.Skip("waits for Slack's patience")
	}
	t.Parallel()
	w := newWorld(t, worldOptions{desk: slowDesk{4 * time.Second}})
	w.fake.Break(fakeslack.Fault{Method: "users.info", Kind: fakeslack.RefuseSlow, Delay: 5 * time.Second, Times: -1})
	w.hear(complaint("1", "Третій тиждень не повертають гроші за скасоване замовлення"))
	m := w.posted(1)[0]
	w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: ira})
	if w.log.count("acknowledged before it is decided") != 1 {
		t.Error("the press is acknowledged only when it is decided")
	}
	eventually(t, "the loser is told all the same", func() bool { return len(w.fake.Ephemerals()) == 1 })
}

// TestManyClaim lets ten people press on every message at once, by both doors.
func TestManyClaim(t *testing.T) {
	if testing.Short() {
		t.Skip("short: many real clicks")
	}
	t.Parallel()
	const messages, people = 8, 10
	opt := fakeslack.Options{}
	for i := range people {
		opt.People = append(opt.People, fakeslack.Person{ID: "U000000P" + string(rune('A'+i)), Handle: "p" + string(rune('a'+i)), Name: "P " + string(rune('A'+i))})
	}
	w := newWorld(t, worldOptions{fake: opt})
	var all []mention.Mention
	for i := range messages {
		all = append(all, complaint(string(rune('a'+i)), strings.Repeat(string(rune('а'+i)), 5)+" не повертають гроші"))
	}
	w.hear(all...)
	posted := w.posted(messages)
	w.connected()
	var wg sync.WaitGroup
	for _, m := range posted {
		for _, p := range opt.People {
			wg.Go(func() {
				if _, err := w.fake.Press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: p.ID, Value: buttonValue(t, m)}); err != nil {
					t.Errorf("press: %v", err)
				}
			})
		}
	}
	wg.Wait()
	w.quiet()
	page, err := w.store.List(t.Context(), mention.Query{Statuses: []mention.Status{mention.Claimed}, Limit: 1000})
	if err != nil || len(page.Entries) != messages {
		t.Fatalf("%d complaints are claimed, want %d (%v)", len(page.Entries), messages, err)
	}
	for _, e := range page.Entries {
		if e.Case.Version != 2 {
			t.Errorf("case %s was changed %d times", e.Mention.ID, e.Case.Version-1)
		}
	}
}

func buttonValue(t *testing.T, m fakeslack.Message) string {
	t.Helper()
	var blocks []struct {
		Elements []struct {
			Value string `json:"value"`
		} `json:"elements"`
	}
	if err := json.Unmarshal(m.Blocks, &blocks); err != nil {
		t.Fatal(err)
	}
	for _, b := range blocks {
		for _, e := range b.Elements {
			if e.Value != "" {
				return e.Value
			}
		}
	}
	t.Fatal("no button")
	return ""
}

// TestPressOnAMessageOfAnotherDatabase: the database was lost or replaced; its first
// poll knows the post as none of its complaints, or not at all.
func TestPressOnAMessageOfAnotherDatabase(t *testing.T) {
	for name, poll := range map[string]bool{"read by a first poll": true, "unknown": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, worldOptions{})
			w.hear(complaint("1", refund))
			m := w.posted(1)[0]
			other := newWorld(t, worldOptions{})
			if poll {
				post := complaint("1", refund)
				in := mention.PollResult{Source: post.Post.Source, At: time.Now(), Complete: true, Baseline: true,
					Posts: []mention.AnalyzedPost{{Post: post.Post, Mentions: []mention.Mention{post}}}}
				if _, err := other.store.Ingest(t.Context(), in, func(context.Context, *store.Tx, []*mention.PendingMention) error { return nil }); err != nil {
					t.Fatal(err)
				}
			}
			other.hear(complaint("2", "Курʼєр нагрубив і кинув пакунок під двері, телефон розбитий"))
			here := other.posted(1)[0] // any message: Slack sends the value of its button
			other.connected()
			if _, err := other.fake.Press(fakeslack.Click{Channel: here.Channel, TS: here.TS, Action: "claim", User: ira, Value: buttonValue(t, m)}); err != nil {
				t.Fatal(err)
			}
			eventually(t, "words for who pressed", func() bool { return len(other.fake.Ephemerals()) == 1 })
			if said := other.fake.Ephemerals()[0].Text; !strings.Contains(said, "older database") || !strings.Contains(said, "Open the post") {
				t.Errorf("says %q", said)
			}
		})
	}
}
