package slack_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/earshot/earshot/alerts/slack"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
)

// TestAnswerFromSlack is one day of answers, in one world: each source of it is answered in its
// own way.
func TestAnswerFromSlack(t *testing.T) {
	t.Parallel()
	w, s := answerable(t, worldOptions{})
	for _, part := range []struct {
		name string
		do   func(t *testing.T, w *world, s *sites)
	}{{"sent", answerSent}, {"two at once", answerTwo}, {"two watches", answerTwoWatches}, {"edited", answerEdited}, {"approved", answerApproved}, {"approval changed", answerChanged}, {"way gone", answerGone}, {"another id", answerByAnotherID}, {"unclear", answerUnclear}, {"taken meanwhile", answerTaken}, {"long", answerLong}, {"nowhere", answerNowhere}, {"not known who", answerUnknown}, {"window lost", answerLost}, {"who may", answerWho}} {
		t.Run(part.name, func(t *testing.T) {
			w.t = t
			part.do(t, w, s)
		})
		w.t = t
	}
}

// TestAnswerByHTTP is the same by signed requests.
func TestAnswerByHTTP(t *testing.T) {
	w, s := answerable(t, worldOptions{http: true})
	answerSent(t, w, s)
}

// answerSent: the button opens a window with the complaint, the account and the template; what
// is too long comes back in the person's language; the second window shows what goes out, what
// differs from that is shown again, and only what was shown is sent.
func answerSent(t *testing.T, w *world, s *sites) {
	m := w.alert("short", "Третій тиждень <b>не</b> повертають гроші")
	first := w.asks(m, ira)
	for _, want := range []string{"Ваша відповідь", `Ромашка \u003cSupport\u003e \u0026 Co`, `Третій тиждень \u003cb\u003eне`, "Sorry, author 0. Ira", "Не більше ніж 50 знаків", "сповіщення"} {
		if !strings.Contains(string(first), want) {
			t.Errorf("the window lacks %q:\n%s", want, first)
		}
	}
	for words, want := range map[string]string{strings.Repeat("ї", 51): "зараз 51", " \n\u200b ": "Напишіть текст"} {
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
	if third.Action != "update" || !exactlyShown(t, third.View, words+"!") || len(s.all("short")) != 0 {
		t.Fatalf("changed words are not shown again: %+v, sent %q", third, s.all("short"))
	}
	if out := w.says(third.View, ira, words+"!"); out.Action != "" {
		t.Fatalf("the window does not close: %+v", out)
	}
	r := w.stands(m, mention.ReplySent, "Answer by Ira: the site took it")
	if got := s.all("short"); len(got) != 1 || got[0] != words+"!" || r.Account != account {
		t.Errorf("sent %q as %s", got, r.Account)
	}
	if !w.opt.http { // there it is the same request, which is good for nothing
		if out := w.says(third.View, ira, words+"!"); out.Action == "errors" {
			t.Errorf("the second delivery of the same press: %+v", out)
		}
	}
	eventually(t, "the case is answered, and there is nothing to answer any more", func() bool {
		now, _ := w.fake.Message(m.Channel, m.TS)
		return shows(now, "Ira says it is answered") && !strings.Contains(string(now.Blocks), `"answer"`)
	})
}

// answerEdited: where the site has room for one answer, the one that stands there can be changed once the complaint is
// open again, and both windows say what becomes of it.
func answerEdited(t *testing.T, w *world, s *sites) {
	const place = "стане на місце тієї, що там стоїть"
	m := w.alert("one", "Банкомат зажував картку, а на гарячій лінії тільки музика")
	first := w.asks(m, ira)
	w.says(w.says(first, ira, "Перепрошуєм").View, ira, "Перепрошуєм")
	w.stands(m, mention.ReplySent, "the site took it")
	eventually(t, "the case is answered", func() bool {
		now, _ := w.fake.Message(m.Channel, m.TS)
		return shows(now, "Ira says it is answered")
	})
	w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "reopen", User: ira})
	w.quiet()
	again := w.asks(m, ira)
	second := w.says(again, ira, "Перепрошуємо").View
	if strings.Contains(string(first), place) || !strings.Contains(string(again), place) || !strings.Contains(string(again), `"Перепрошуєм"`) || !strings.Contains(string(second), place) {
		t.Errorf("first %s\nagain %s\nsecond %s", first, again, second)
	}
	w.says(second, ira, "Перепрошуємо")
	eventually(t, "it is changed", func() bool { return len(s.all("one")) == 2 })
	if got := s.all("one"); got[1] != "Перепрошуємо" {
		t.Errorf("sent %q", got)
	}
	w.quiet()
}

// answerTwo: of two who press Send in Slack and one in the inbox, at the same moment,
// one answers; the others are told who.
func answerTwo(t *testing.T, w *world, s *sites) {
	before := len(s.all("long"))
	m := w.alert("long", "Двічі списали гроші за один переказ, і ніхто не відповідає")
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
	if got := s.all("long")[before:]; won != 1 || len(got) != 1 || got[0] != r.Text {
		t.Errorf("%d won, sent %q", won, got)
	}
}

// answerTwoWatches: a post that two watches name is answered once. Whoever has the other complaint
// about it is told who was first, and its message shows that answer.
func answerTwoWatches(t *testing.T, w *world, s *sites) {
	before := len(s.all("short"))
	one := complaint("two watches", "Картка не працює і застосунок не відкривається, підтримка мовчить")
	one.Post.Source, one.Post.ThreadURL = "short", ""
	two := one
	two.Watch = "Romashka App"
	w.hear(one, two)
	var messages []fakeslack.Message
	eventually(t, "two messages", func() bool {
		messages = slices.DeleteFunc(w.fake.Messages(""), func(m fakeslack.Message) bool { return !strings.Contains(m.Text, "застосунок") })
		return len(messages) == 2
	})
	w.quiet()
	hers := w.says(w.asks(messages[0], ira), ira, "Sorry from Ira").View
	his := w.says(w.asks(messages[1], oleh), oleh, "Sorry from Oleh").View
	if out := w.says(hers, ira, "Sorry from Ira"); out.Action != "" {
		t.Fatalf("the first: %+v", out)
	}
	if out := w.says(his, oleh, "Sorry from Oleh"); out.Action == "" || !strings.Contains(fmt.Sprint(out.Errors, string(out.View)), "Ira") {
		t.Errorf("the second is not told who was first: %+v", out)
	}
	w.stands(messages[0], mention.ReplySent, "Answer by Ira: the site took it")
	w.stands(messages[1], mention.ReplySent, "Answer by Ira: the site took it")
	if got := s.all("short")[before:]; len(got) != 1 || got[0] != "Sorry from Ira" {
		t.Errorf("sent %q", got)
	}
	if now, _ := w.fake.Message(messages[1].Channel, messages[1].TS); strings.Contains(string(now.Blocks), `"answer"`) || !strings.Contains(string(now.Blocks), `"claim"`) {
		t.Errorf("the other message offers to answer, or is closed: %s", now.Blocks)
	}
}

// answerApproved: what waits is said to, is not its author's to approve, and goes
// out when a colleague approves it, who need not have the complaint; it can be withdrawn.
func answerApproved(t *testing.T, w *world, s *sites) {
	m := w.alert("approve", "Картку заблокували без пояснень, оператор кинув слухавку")
	w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: ira})
	handIn := func(words string) {
		t.Helper()
		first := w.asks(m, ira)
		second := w.says(first, ira, words)
		if !strings.Contains(string(first), "має схвалити колега") || !strings.Contains(string(second.View), "Надіслати на схвалення") {
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
	if got := s.all("approve"); len(got) != 1 || got[0] != "second" || r.ApprovedBy.Name != "Oleh" {
		t.Errorf("sent %q, approved by %s", got, r.ApprovedBy.Name)
	}
	if out := w.says(theirs, oleh, ""); out.Action != "update" {
		t.Errorf("approved twice: %+v", out)
	}
	if again := string(w.asks(m, ira)); !strings.Contains(again, `"initial_value":"second"`) || !strings.Contains(again, "the topic is closed") {
		t.Errorf("the words that were refused, and why, are not in the next window: %s", again)
	}
}

// answerChanged: what was to be approved does not go out at once because the watchlist changed.
func answerChanged(t *testing.T, w *world, s *sites) {
	before := len(s.all("approve"))
	m := w.alert("approve", "Ліміт зменшили без попередження, картка порожня")
	second := w.says(w.asks(m, ira), ira, "Sorry")
	s.set(func() { s.free = true })
	defer s.set(func() { s.free = false })
	third := w.says(second.View, ira, "Sorry")
	if third.Action != "update" || !strings.Contains(string(third.View), "щойно змін") || !strings.Contains(string(third.View), "Опублікувати") || len(s.all("approve")) != before {
		t.Errorf("it went out at once: %+v", third)
	}
}

// answerGone: what waits when nothing goes out any more cannot be approved, but withdrawn.
func answerGone(t *testing.T, w *world, s *sites) {
	before := len(s.all("approve"))
	m := w.alert("approve", "Виписку надсилають чужу, на листи не відповідають")
	w.says(w.says(w.asks(m, ira), ira, "Sorry").View, ira, "Sorry")
	r := w.stands(m, mention.ReplyDraft, "waits for a colleague to approve it")
	approving := w.asks(m, oleh)
	s.set(func() { s.gone = true })
	defer s.set(func() { s.gone = false })
	if out := w.says(approving, oleh, ""); out.Action != "update" || !strings.Contains(string(out.View), "cannot be answered from here") {
		t.Errorf("approved: %+v", out)
	}
	if view := string(w.asks(m, oleh)); strings.Contains(view, `"submit"`) || !strings.Contains(view, "answer_withdraw") {
		t.Errorf("the window: %s", view)
	}
	if err := w.fake.PressView(oleh, "answer_withdraw", r.ID, nil); err != nil {
		t.Fatal(err)
	}
	w.stands(m, mention.ReplyRefused, "was not published")
	if got := s.all("approve")[before:]; len(got) != 0 {
		t.Errorf("sent %q", got)
	}
}

// answerByAnotherID: who wrote it in the inbox, where a proxy gave another id, does not approve it.
func answerByAnotherID(t *testing.T, w *world, s *sites) {
	before := len(s.all("approve"))
	m := w.alert("approve", "Рахунок закрили без згоди, залишок не повертають")
	wrote := reply.Written{Nth: 1, Account: account, Approve: true, Text: "Sorry", By: mention.Person{ID: "proxy:Ira@romashka.example", Name: "Ira"}}
	if err := w.answers.Write(context.Background(), mention.ID(buttonValue(t, m)), wrote); err != nil {
		t.Fatal(err)
	}
	w.stands(m, mention.ReplyDraft, "waits for a colleague to approve it")
	theirs := w.asks(m, oleh)
	if own := string(w.asks(m, ira)); strings.Contains(own, `"submit"`) || !strings.Contains(own, "answer_withdraw") {
		t.Errorf("the author's own window: %s", own)
	}
	if out := w.says(theirs, ira, ""); out.Action != "update" || len(s.all("approve")) != before {
		t.Errorf("approved by its author: %+v", out)
	}
	if out := w.says(theirs, oleh, ""); out.Action != "" {
		t.Errorf("not approved by a colleague: %+v", out)
	}
	w.stands(m, mention.ReplyRefused, "was not published: the topic is closed")
}

// answerUnclear: nobody knows whether it stands there, and people say that it does
// not.
func answerUnclear(t *testing.T, w *world, _ *sites) {
	m := w.alert("cut off", "Комісію зняли удвічі більшу, ніж обіцяли в договорі")
	w.says(w.says(w.asks(m, oleh), oleh, "Sorry").View, oleh, "Sorry")
	r := w.stands(m, mention.ReplyUnclear, "please look: the line was cut")
	w.asks(m, oleh)
	if err := w.fake.PressView(oleh, "answer_missing", r.ID, nil); err != nil {
		t.Fatal(err)
	}
	w.stands(m, mention.ReplyRefused, "was not published")
}

// answerWho: whoever may not is told why; and a window that Slack does not open any more is
// said to have failed.
func answerWho(t *testing.T, w *world, _ *sites) {
	free := w.alert("long", "Депозит не повернули вчасно, відсотки зникли")
	listed := w.alert("Ira's", "Застосунок не працює третій день, гроші недоступні")
	w.asks(listed, ira)
	w.press(fakeslack.Click{Channel: free.Channel, TS: free.TS, Action: "claim", User: ira})
	for _, c := range []struct {
		name, user, want string
		m                fakeslack.Message
		fault            *fakeslack.Fault
	}{
		{name: "too late for Slack", user: ira, m: listed, want: "не відкрив вікно", fault: &fakeslack.Fault{Method: "views.open", Kind: fakeslack.Code, Error: "expired_trigger_id", Times: 1}},
		{name: "others are listed", user: oleh, m: listed, want: "this is for others to do"},
		{name: "without the role", user: maria, m: free, want: "this is for others to do"},
		{name: "somebody has it", user: oleh, m: free, want: "Ira took it"},
		{name: "the address cannot be asked for", user: petro, m: listed, want: "could not ask Slack", fault: &fakeslack.Fault{Method: "users.info", Kind: fakeslack.Refuse5xx, Times: -1}},
	} {
		if c.fault != nil {
			w.fake.Break(*c.fault)
		}
		told, shown := len(w.fake.Ephemerals()), len(w.fake.Views())
		w.press(fakeslack.Click{Channel: c.m.Channel, TS: c.m.TS, Action: "answer", User: c.user})
		eventually(t, c.name+": told", func() bool { return len(w.fake.Ephemerals()) > told })
		if e := w.fake.Ephemerals()[told]; e.User != c.user || !strings.Contains(e.Text, c.want) || len(w.fake.Views()) > shown {
			t.Errorf("%s: told %+v, %d windows more", c.name, e, len(w.fake.Views())-shown)
		}
	}
}

// answerTaken: the complaint is somebody else's by the time the words are sent.
func answerTaken(t *testing.T, w *world, s *sites) {
	before := len(s.all("long"))
	m := w.alert("long", "Кредит нарахували чужий, а в підтримці лише боти")
	view := w.says(w.asks(m, oleh), oleh, "Sorry").View
	w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: ira})
	if out := w.says(view, oleh, "Sorry"); out.Action != "update" || !strings.Contains(string(out.View), "Ira took it") {
		t.Errorf("%+v", out)
	}
	if got := s.all("long")[before:]; len(got) != 0 {
		t.Errorf("sent %q", got)
	}
}

// answerLong: 3,000 signs that grow when they are escaped do not fit into an
// acknowledgement; the window shows them all the same, and they are sent as they are.
func answerLong(t *testing.T, w *world, s *sites) {
	before := len(s.all("long"))
	m := w.alert("long", strings.Repeat("Верніть мої гроші, <шахраї>! ", 150))
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
	if got := s.all("long")[before:]; len(got) != 1 || got[0] != words {
		t.Errorf("sent %d texts", len(got))
	}
}

// answerUnknown: while Slack does not say who somebody is, the words stay in their window.
func answerUnknown(t *testing.T, w *world, s *sites) {
	view := w.asks(w.alert("Ira's", "Картку списали двічі, відповіді немає другий тиждень"), ira)
	w.fake.Break(fakeslack.Fault{Method: "users.info", Kind: fakeslack.Refuse5xx, Times: -1})
	defer w.fake.Heal()
	if out := w.says(view, petro, "Sorry"); out.Action != "errors" || out.Errors["answer"] == "" || len(s.all("Ira's")) != 0 {
		t.Errorf("the words are lost: %+v, sent %q", out, s.all("Ira's"))
	}
}

// answerLost: words in a window that Slack does not change come back to the person.
func answerLost(t *testing.T, w *world, _ *sites) {
	first := w.asks(w.alert("long", "Переказ завис на місяць, гаряча лінія лише обіцяє"), oleh)
	w.fake.Break(fakeslack.Fault{Method: "views.update", Kind: fakeslack.Code, Error: "not_found", Times: 1})
	words := strings.Repeat("<&🙏\u202e>", 598) + "_the end_"
	told := len(w.fake.Ephemerals())
	w.says(first, oleh, words)
	eventually(t, "Oleh is told", func() bool { return len(w.fake.Ephemerals()) > told })
	if e := w.fake.Ephemerals()[told]; e.User != oleh || !exactlyShown(t, fmt.Appendf(nil, `{"blocks":%s}`, e.Blocks), words) {
		t.Errorf("told %+v", e)
	}
}

// answerNowhere: without a way there is no button, and an old one says so.
func answerNowhere(t *testing.T, w *world, _ *sites) {
	m := w.alert("elsewhere", "Відділення зачинене в робочий час, черга до вечора")
	if strings.Contains(string(m.Blocks), `"action_id":"answer"`) {
		t.Errorf("a button: %s", m.Blocks)
	}
	told := len(w.fake.Ephemerals())
	w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "answer", Value: buttonValue(t, m), User: oleh})
	eventually(t, "Oleh is told", func() bool { return len(w.fake.Ephemerals()) > told })
	if e := w.fake.Ephemerals()[told]; !strings.Contains(e.Text, "cannot be answered from here") {
		t.Errorf("told %q", e.Text)
	}
}

var _ slack.Answers = (*reply.Engine)(nil)

// TestApprovalComesTwice: Slack did not see what became of the window and sends it once more. That nothing
// was done would be wrong: the answer goes out.
func TestApprovalComesTwice(t *testing.T) {
	t.Parallel()
	w, _ := answerable(t, worldOptions{})
	m := w.alert("second", "Переказ шукають другий тиждень, ніхто не відповідає")
	w.press(fakeslack.Click{Channel: m.Channel, TS: m.TS, Action: "claim", User: ira})
	if out := w.says(w.says(w.asks(m, ira), ira, "Sorry.").View, ira, "Sorry."); out.Action != "" {
		t.Fatalf("not handed in: %+v", out)
	}
	w.stands(m, mention.ReplyDraft, "waits for a colleague to approve it")
	theirs := w.asks(m, oleh)
	for range 2 {
		if out := w.says(theirs, oleh, ""); out.Action != "" {
			t.Errorf("approved: %+v", out)
		}
	}
	w.stands(m, mention.ReplySent, "")
	if out := w.says(theirs, maria, ""); out.Action != "update" {
		t.Errorf("approved by another one: %+v", out)
	}
}
