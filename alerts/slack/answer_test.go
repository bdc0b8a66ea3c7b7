package slack_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
)

// account is as whom the sites of these tests are answered.
const account = "Ромашка <Support> & Co"

// sites takes the answers of a world, and says how each ends.
type sites struct {
	mu     sync.Mutex
	taken  []string
	result reply.Result
}

func (s *sites) send(_ context.Context, m reply.Message) reply.Result {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = append(s.taken, m.Text)
	return s.result
}

func (s *sites) all() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.taken)
}

// engine sends to the sites as the world's way says.
func (s *sites) engine(w *world, log *slog.Logger) *reply.Engine {
	way := w.opt.way
	way.Account, way.Send = account, s.send
	return reply.New(reply.Options{Outbox: w.store, Reader: w.store, Desk: w.desk, Log: log, Now: time.Now, Changed: func() { w.sender.Wake() }, Way: func(source string) (reply.Way, bool) {
		return way, source == "forum.example › Скарги"
	}})
}

// answerable is a world in which sources are answered by this way; Ira's Slack speaks Ukrainian.
func answerable(t *testing.T, way reply.Way, result reply.Result, opt worldOptions) (*world, *sites) {
	t.Helper()
	s := &sites{result: result}
	opt.sites, opt.way = s, way
	opt.fake.People = []fakeslack.Person{{ID: ira, Handle: "ira", Name: "Ira", Locale: "uk-UA"}, {ID: oleh, Handle: "oleh", Name: "Oleh"}}
	return newWorld(t, opt), s
}

// asks presses Answer and returns the window.
func (w *world) asks(m fakeslack.Message, user string) json.RawMessage {
	w.t.Helper()
	return json.RawMessage(w.window(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "answer", User: user}))
}

// says sends words in a window and returns what becomes of it.
func (w *world) says(view json.RawMessage, user, words string) fakeslack.Submitted {
	w.t.Helper()
	values := in("answer", "value", words)
	if w.opt.http {
		srv := httptest.NewServer(w.slack.Interactions())
		defer srv.Close()
		out, err := w.fake.SubmitHTTP(srv.Client(), srv.URL, fakeslack.SigningSecret, view, user, values)
		if err != nil {
			w.t.Fatal(err)
		}
		return out
	}
	out, err := w.fake.SubmitView(view, user, values)
	if err != nil {
		w.t.Fatal(err)
	}
	return out
}

// stands waits until the last reply of a case is so, and the message says it.
func (w *world) stands(m fakeslack.Message, status mention.ReplyStatus, words string) mention.SiteReply {
	w.t.Helper()
	var last mention.SiteReply
	id := mention.ID(buttonValue(w.t, m))
	eventually(w.t, "the reply is "+string(status), func() bool {
		all, err := w.store.RepliesOf(context.Background(), id)
		if err != nil {
			w.t.Fatal(err)
		}
		last = reply.Last(all)
		return last.Status == status && (last.Told || status.Open())
	})
	eventually(w.t, "the message says "+words, func() bool {
		now, _ := w.fake.Message(m.Channel, m.TS)
		return shows(now, words)
	})
	return last
}

// TestAnswerFromSlack: the button opens a window with the complaint, the account and the
// template; what is too long comes back in the person's language; the second window shows
// what goes out, what differs from that is shown again, and only what was shown is sent.
func TestAnswerFromSlack(t *testing.T) {
	for _, door := range []string{"socket", "http"} {
		t.Run(door, func(t *testing.T) {
			w, s := answerable(t, reply.Way{Repeat: reply.Twice, Limit: reply.Limit{Unit: reply.Chars, Max: 50}}, reply.Result{Outcome: reply.Sent, URL: "https://forum.example/p/99"}, worldOptions{http: door == "http"})
			w.hear(complaint("1", "Третій тиждень <b>не</b> повертають гроші"))
			m := w.posted(1)[0]
			first := w.asks(m, ira)
			for _, want := range []string{"Ваша відповідь", `Ромашка \u003cSupport\u003e \u0026 Co`, `Третій тиждень \u003cb\u003eне`, "Sorry, author 1. Ira", "Не більше ніж 50 знаків", "сповіщення"} {
				if !strings.Contains(string(first), want) {
					t.Errorf("the window lacks %q:\n%s", want, first)
				}
			}
			for words, want := range map[string]string{strings.Repeat("ї", 51): "задовга: 51", " \n\u200b ": "мають бути слова"} {
				if out := w.says(first, ira, words); out.Action != "errors" || !strings.Contains(out.Errors["answer"], want) {
					t.Errorf("%q: %+v, want %q", words, out, want)
				}
			}
			const words = "Перепрошуємо *щиро* <!here> 🙏 &amp;\nРомашка"
			second := w.says(first, ira, words+" \r\n")
			if second.Action != "update" || !exactlyShown(t, second.View, words) {
				t.Fatalf("the second window does not show what goes out: %s %v", second.View, second.Errors)
			}
			third := w.says(second.View, ira, words+"!")
			if third.Action != "update" || !exactlyShown(t, third.View, words+"!") || len(s.all()) != 0 {
				t.Fatalf("changed words are not shown again: %+v, sent %q", third, s.all())
			}
			if out := w.says(third.View, ira, words+"!"); out.Action != "" {
				t.Fatalf("the window does not close: %+v", out)
			}
			r := w.stands(m, mention.ReplySent, "Answer by Ira: the site took it")
			if got := s.all(); len(got) != 1 || got[0] != words+"!" || r.Account != account {
				t.Errorf("sent %q as %s", got, r.Account)
			}
			if door == "socket" { // by HTTP it is the same request, which is good for nothing
				if out := w.says(third.View, ira, words+"!"); out.Action == "errors" {
					t.Errorf("the second delivery of the same press: %+v", out)
				}
			}
			now, _ := w.fake.Message(m.Channel, m.TS)
			if !shows(now, "Ira says it is answered") || strings.Contains(string(now.Blocks), `"answer"`) {
				t.Errorf("the message is %s", now.Blocks)
			}
		})
	}
}

// exactlyShown reports whether a window shows a text in one element, to the letter.
func exactlyShown(t *testing.T, raw json.RawMessage, words string) bool {
	t.Helper()
	var view struct {
		Blocks []struct {
			BlockID  string `json:"block_id"`
			Elements []struct{ Elements []struct{ Type, Text string } }
		}
	}
	if err := json.Unmarshal(raw, &view); err != nil {
		t.Fatal(err)
	}
	for _, b := range view.Blocks {
		if b.BlockID == "exactly" {
			e := b.Elements[0].Elements
			return len(e) == 1 && e[0].Type == "text" && e[0].Text == words
		}
	}
	return false
}

// TestTwoAnswer: of two who press Send in Slack and one in the inbox, at the same moment,
// one answers; the others are told who.
func TestTwoAnswer(t *testing.T) {
	w, s := answerable(t, reply.Way{Repeat: reply.Twice}, reply.Result{Outcome: reply.Sent}, worldOptions{})
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	id := mention.ID(buttonValue(t, m))
	users, views := []string{ira, oleh}, make([]json.RawMessage, 2)
	for i, user := range users {
		views[i] = w.says(w.asks(m, user), user, "Sorry from "+user).View
	}
	outs := make([]fakeslack.Submitted, 2)
	var inbox error
	var all sync.WaitGroup
	for i, user := range users {
		all.Go(func() { outs[i] = w.says(views[i], user, "Sorry from "+user) })
	}
	all.Go(func() {
		inbox = w.answers.Write(context.Background(), id, reply.Written{Nth: 1, Account: account, Text: "Sorry from the inbox", By: mention.Person{ID: "oidc:maria", Name: "Maria"}})
	})
	all.Wait()
	r := w.stands(m, mention.ReplySent, "the site took it")
	won := 0
	for i, out := range outs {
		switch {
		case out.Action == "":
			won++
		case out.Action == "errors" && strings.Contains(out.Errors["answer"], r.By.Name):
		case out.Action == "update": // the case is closed by then
		default:
			t.Errorf("%s, who lost to %s: %+v", users[i], r.By.Name, out)
		}
	}
	if inbox == nil {
		won++
	}
	if got := s.all(); won != 1 || len(got) != 1 || got[0] != r.Text {
		t.Errorf("%d won, sent %q", won, got)
	}
}

// TestAnswerApprovedInSlack: what waits is said to, is not its author's to approve, and goes
// out when a colleague approves it, who need not have the complaint; it can be withdrawn.
func TestAnswerApprovedInSlack(t *testing.T) {
	w, s := answerable(t, reply.Way{Repeat: reply.Twice, Approve: true}, reply.Result{Outcome: reply.Refused, Reason: "the topic is closed"}, worldOptions{})
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: ira})
	handIn := func(words string) {
		t.Helper()
		first := w.asks(m, ira)
		second := w.says(first, ira, words)
		if !strings.Contains(string(first), "має схвалити колега") || !strings.Contains(string(second.View), "Віддати на перевірку") {
			t.Errorf("it is not said that it waits:\n%s\n%s", first, second.View)
		}
		if out := w.says(second.View, ira, words); out.Action != "" {
			t.Fatalf("not handed in: %+v", out)
		}
		w.stands(m, mention.ReplyDraft, "waits for a colleague to approve it")
	}
	handIn("first")
	own := string(w.asks(m, ira))
	if strings.Contains(own, `"submit"`) || !strings.Contains(own, "answer_withdraw") {
		t.Errorf("the author's own window: %s", own)
	}
	draft := w.stands(m, mention.ReplyDraft, "Approve answer…")
	shown := len(w.fake.Views())
	if err := w.fake.PressView(ira, "answer_withdraw", draft.ID, nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the window says so", func() bool { return len(w.fake.Views()) > shown })
	w.stands(m, mention.ReplyRefused, "was not published: ")
	handIn("second")
	theirs := w.asks(m, oleh)
	if !strings.Contains(string(theirs), "Approve and publish") || !exactlyShown(t, theirs, "second") {
		t.Errorf("the colleague's window: %s", theirs)
	}
	if out := w.says(theirs, oleh, ""); out.Action != "" {
		t.Errorf("approved: %+v", out)
	}
	r := w.stands(m, mention.ReplyRefused, "was not published: the topic is closed")
	if got := s.all(); len(got) != 1 || got[0] != "second" || r.ApprovedBy.Name != "Oleh" {
		t.Errorf("sent %q, approved by %s", got, r.ApprovedBy.Name)
	}
	if out := w.says(theirs, oleh, ""); out.Action != "update" {
		t.Errorf("approved twice: %+v", out)
	}
	if again := string(w.asks(m, ira)); !strings.Contains(again, `"initial_value":"second"`) || !strings.Contains(again, "the topic is closed") {
		t.Errorf("the words that were refused, and why, are not in the next window: %s", again)
	}
}

// TestUnclearAnswerInSlack: nobody knows whether it stands there, and people say that it does
// not.
func TestUnclearAnswerInSlack(t *testing.T) {
	w, _ := answerable(t, reply.Way{Repeat: reply.Twice}, reply.Result{Reason: "the line was cut"}, worldOptions{})
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	w.says(w.says(w.asks(m, oleh), oleh, "Sorry").View, oleh, "Sorry")
	r := w.stands(m, mention.ReplyUnclear, "please look: the line was cut")
	w.asks(m, oleh)
	if err := w.fake.PressView(oleh, "answer_missing", r.ID, nil); err != nil {
		t.Fatal(err)
	}
	w.stands(m, mention.ReplyRefused, "was not published")
}

// TestWhoMayAnswer: whoever may not is told why, in the window that opens and in one that was
// open; and a window that Slack does not open any more is said to have failed.
func TestWhoMayAnswer(t *testing.T) {
	byAddress := func(list []string, _ mention.Person, email string) bool { return slices.Contains(list, email) }
	for _, c := range []struct {
		name string
		opt  worldOptions
		way  reply.Way
		do   func(w *world, m fakeslack.Message)
		want string // told to Oleh; empty: the window opens
	}{
		{name: "everybody", way: reply.Way{}},
		{name: "allowed by address", way: reply.Way{Allow: []string{"oleh@romashka.example"}}, opt: worldOptions{listed: byAddress}},
		{name: "others are", way: reply.Way{Allow: []string{"ira@romashka.example"}}, opt: worldOptions{listed: byAddress}, want: "keeps this for others"},
		{name: "the address cannot be asked for", way: reply.Way{Allow: []string{"oleh@romashka.example"}}, opt: worldOptions{listed: byAddress}, want: "could not ask Slack",
			do: func(w *world, _ fakeslack.Message) {
				w.fake.Break(fakeslack.Fault{Method: "users.info", Kind: fakeslack.Refuse5xx, Times: -1})
			}},
		{name: "by role", opt: worldOptions{roles: func(mention.Person, string) slack.Roles { return slack.Roles{Dismiss: true, Mute: true, Sources: true} }}, want: "keeps this for others"},
		{name: "somebody has it", want: "Ira took it", do: func(w *world, m fakeslack.Message) {
			w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: ira})
		}},
		{name: "too late for Slack", want: "did not open the window", do: func(w *world, _ fakeslack.Message) {
			w.fake.Break(fakeslack.Fault{Method: "views.open", Kind: fakeslack.Code, Error: "expired_trigger_id"})
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w, s := answerable(t, c.way, reply.Result{Outcome: reply.Sent}, c.opt)
			w.hear(complaint("1", refund))
			m := w.posted(1)[0]
			if c.do != nil {
				c.do(w, m)
			}
			press := fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "answer", User: oleh}
			if c.want == "" {
				w.window(press)
				return
			}
			w.press(press)
			eventually(t, "Oleh is told", func() bool { return len(w.fake.Ephemerals()) > 0 })
			if e := w.fake.Ephemerals()[0]; e.User != oleh || !strings.Contains(e.Text, c.want) || len(w.fake.Views()) > 0 || len(s.all()) > 0 {
				t.Errorf("told %+v; %d windows, sent %q", e, len(w.fake.Views()), s.all())
			}
		})
	}
}

// TestTakenWhileAnswering: the complaint is somebody else's by the time the words are sent.
func TestTakenWhileAnswering(t *testing.T) {
	w, s := answerable(t, reply.Way{Repeat: reply.Twice}, reply.Result{Outcome: reply.Sent}, worldOptions{})
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	view := w.says(w.asks(m, oleh), oleh, "Sorry").View
	w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: ira})
	if out := w.says(view, oleh, "Sorry"); out.Action != "update" || !strings.Contains(string(out.View), "Ira took it") {
		t.Errorf("%+v", out)
	}
	if got := s.all(); len(got) != 0 {
		t.Errorf("sent %q", got)
	}
}

// TestLongAnswerInSlack: 3,000 signs that grow when they are escaped do not fit into an
// acknowledgement; the window shows them all the same, and they are sent as they are.
func TestLongAnswerInSlack(t *testing.T) {
	w, s := answerable(t, reply.Way{Repeat: reply.Twice, Limit: reply.Limit{Unit: reply.Chars, Max: 5000}}, reply.Result{Outcome: reply.Sent}, worldOptions{})
	w.hear(complaint("1", strings.Repeat("Верніть <гроші>! ", 2000)))
	m := w.posted(1)[0]
	words := strings.Repeat("<&🙏\u202e>", 600)
	first := w.asks(m, oleh)
	shown := len(w.fake.Views())
	if out := w.says(first, oleh, words); out.Action != "update" {
		t.Fatalf("%+v", out)
	}
	var view json.RawMessage
	eventually(t, "the window shows it", func() bool {
		for _, one := range w.fake.Views()[shown:] {
			if exactlyShown(t, one, words) {
				view = one
			}
		}
		return view != nil
	})
	if out := w.says(view, oleh, words); out.Action != "" {
		t.Fatalf("%+v", out)
	}
	w.stands(m, mention.ReplySent, "the site took it")
	if got := s.all(); len(got) != 1 || got[0] != words {
		t.Errorf("sent %d texts", len(got))
	}
}

// TestNothingCanBeAnswered: without a way there is no button, and an old one says so.
func TestNothingCanBeAnswered(t *testing.T) {
	w := newWorld(t, worldOptions{})
	w.hear(complaint("1", refund))
	m := w.posted(1)[0]
	if strings.Contains(string(m.Blocks), `"action_id":"answer"`) {
		t.Errorf("a button: %s", m.Blocks)
	}
	w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "answer", Value: buttonValue(t, m), User: ira})
	eventually(t, "Ira is told", func() bool { return len(w.fake.Ephemerals()) == 1 })
	if e := w.fake.Ephemerals()[0]; !strings.Contains(e.Text, "cannot be answered from here") {
		t.Errorf("told %q", e.Text)
	}
}

var _ slack.Answers = (*reply.Engine)(nil)
