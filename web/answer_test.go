package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/alerts/desk"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
)

// sites takes the answers of a world and says how each ends.
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
	return append([]string{}, s.taken...)
}

func (s *sites) says(r reply.Result) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.result = r
}

// answers lets the world answer as way says.
func (w *world) answers(way reply.Way) *sites {
	s := &sites{result: reply.Result{Outcome: reply.Sent, URL: "https://forum.example/p/99"}}
	way.Account, way.Send = "Ромашка <Support>", s.send
	log := slog.New(slog.DiscardHandler)
	e := reply.New(reply.Options{Outbox: w.store, Reader: w.store, Desk: desk.NewDesk(w.store, nil, time.Now, func() {}), Log: log, Now: time.Now,
		Way: func(source string) (reply.Way, bool) { return way, source == "forum" }})
	w.inbox.opt.Answers = e
	ctx, stop := context.WithCancel(context.Background())
	var done sync.WaitGroup
	done.Go(func() { e.Run(ctx) })
	w.t.Cleanup(func() { stop(); done.Wait() })
	return s
}

// answerTo is what the form of a page sends.
func answerTo(nth int, text string) url.Values {
	return url.Values{"nth": {fmt.Sprint(nth)}, "account": {"Ромашка <Support>"}, "text": {text}}
}

// handedIn is what the form sends where a colleague must approve the answer.
func handedIn(nth int, text string) url.Values {
	form := answerTo(nth, text)
	form.Set("approve", "true")
	return form
}

// ends waits until the last reply of a case stands so.
func (w *world) ends(id mention.ID, status mention.ReplyStatus) mention.SiteReply {
	w.t.Helper()
	var last mention.SiteReply
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		all, err := w.store.RepliesOf(context.Background(), id)
		if err != nil {
			w.t.Fatal(err)
		}
		if len(all) > 0 {
			if last = all[len(all)-1]; last.Status == status && (last.Told || status.Open()) {
				return last
			}
		}
	}
	w.t.Fatalf("the reply is %s %q, want %s", last.Status, last.Reason, status)
	return last
}

// TestAnswer: the account is shown before anything is sent, by whoever may send; what is too long
// comes back to be changed.
func TestAnswer(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	at := "/case/" + string(id)
	if _, body := w.ask("GET", at, "Ira", nil); strings.Contains(body, `id="answer"`) {
		t.Error("a form where nothing can be sent")
	}
	if res, _ := w.ask("POST", at+"/reply", "Ira", answerTo(1, "x")); res.StatusCode != http.StatusForbidden {
		t.Errorf("sent where nothing can be: %d", res.StatusCode)
	}
	w.answers(reply.Way{Repeat: reply.Twice, Limit: reply.Limit{Unit: reply.Chars, Max: 40}})
	_, body := w.ask("GET", at, "Ira", nil)
	for _, want := range []string{`action="` + at + `/reply"`, "Ромашка &lt;Support&gt;", `data-unit="chars" data-max="40"`, "At most 40\u00a0characters", `name="nth" value="1"`} {
		if !strings.Contains(body, want) {
			t.Errorf("the form lacks %s", want)
		}
	}
	if res, _ := w.ask("POST", at+"/reply", "guest", answerTo(1, "x")); res.StatusCode != http.StatusForbidden {
		t.Errorf("by who may not: %d", res.StatusCode)
	}
	long := strings.Repeat("ї", 40) + "<"
	if res, body := w.ask("POST", at+"/reply", "Ira", answerTo(1, long)); res.StatusCode != http.StatusConflict || !strings.Contains(body, "too long: 41") || !strings.Contains(body, strings.Repeat("ї", 40)+"&lt;") {
		t.Errorf("one too long: %d", res.StatusCode)
	}
	if res, body := w.ask("POST", at+"/reply", "Ira", answerTo(1, " \r\n ")); res.StatusCode != http.StatusConflict || !strings.Contains(body, "needs words") {
		t.Errorf("nothing: %d", res.StatusCode)
	}
}

// TestAnswerIsOne: of six who answer at once one is published, the others are told whose, and the
// case is closed by it.
func TestAnswerIsOne(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	at := "/case/" + string(id)
	s := w.answers(reply.Way{Repeat: reply.Twice})
	var all sync.WaitGroup
	codes, bodies := make([]int, 6), make([]string, 6)
	for i := range codes {
		all.Go(func() {
			res, body := w.ask("POST", at+"/reply", fmt.Sprintf("P%d", i), answerTo(1, "Перепрошуємо <b>🙏</b>\r\nРомашка "))
			codes[i], bodies[i] = res.StatusCode, body
		})
	}
	all.Wait()
	won := 0
	for _, code := range codes {
		switch code {
		case http.StatusSeeOther:
			won++
		case http.StatusConflict, http.StatusForbidden: // the case is closed by then
		default:
			t.Errorf("a loser: %d", code)
		}
	}
	r := w.ends(id, mention.ReplySent)
	for i, code := range codes {
		if code == http.StatusConflict && !strings.Contains(bodies[i], r.By.Name+" is answering this complaint") {
			t.Errorf("P%d is not told who was first, %s", i, r.By.Name)
		}
	}
	if got := s.all(); won != 1 || len(got) != 1 || got[0] != "Перепрошуємо <b>🙏</b>\nРомашка" {
		t.Errorf("%d won, sent %q", won, got)
	}
	if c := w.status(id); c.Status != mention.Replied || c.RepliedBy != r.By.Name || c.AnswerVerified {
		t.Errorf("the case is %+v", c)
	}
	_, body := w.ask("GET", at, "Ira", nil)
	for _, want := range []string{"Перепрошуємо &lt;b&gt;🙏&lt;/b&gt;", "https://forum.example/p/99", "answer published", "the site took it"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	if strings.Contains(body, `action="`+at+`/reply"`) {
		t.Error("a form on a closed case")
	}
	for path, want := range map[string]string{"/reports": "Answers from earshot", "/reports.csv": "answers_sent,forum,,,,,,,,,1,1,0,0,0,0"} {
		if _, body := w.ask("GET", path, "Ira", nil); !strings.Contains(body, want) {
			t.Errorf("%s lacks %q", path, want)
		}
	}
}

// TestAnswerToOnePost: a post that two watches name is answered once: the page of the other complaint
// shows that answer and has no form, and who wrote on it meanwhile is told whose is first.
func TestAnswerToOnePost(t *testing.T) {
	w := newWorld(t)
	s := w.answers(reply.Way{Repeat: reply.Replaces})
	hers := w.say("Олена К.", "Третій тиждень не повертають гроші", "Romashka App")
	m, _, err := w.store.Mention(context.Background(), hers)
	if err != nil {
		t.Fatal(err)
	}
	his := mention.MentionID(m.Post.Key(), "Romashka App")
	at := "/case/" + string(his)
	if _, body := w.ask("GET", at, "Oleh", nil); !strings.Contains(body, `action="`+at+`/reply"`) {
		t.Fatal("no form before anybody answers")
	}
	if res, _ := w.ask("POST", "/case/"+string(hers)+"/reply", "Ira", answerTo(1, "Перепрошуємо")); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.StatusCode)
	}
	w.ends(hers, mention.ReplySent)
	for _, nth := range []int{1, 2} {
		if res, body := w.ask("POST", at+"/reply", "Oleh", answerTo(nth, "Олег тут")); res.StatusCode != http.StatusConflict || !strings.Contains(body, "Ira is answering this complaint, or has done so") {
			t.Errorf("the %d. answer: %d", nth, res.StatusCode)
		}
	}
	if _, body := w.ask("GET", at, "Oleh", nil); strings.Contains(body, `action="`+at+`/reply"`) || !strings.Contains(body, "Перепрошуємо") || !strings.Contains(body, "the site took it") {
		t.Error("the page of the other complaint has a form, or does not show the answer")
	}
	if got := s.all(); len(got) != 1 || got[0] != "Перепрошуємо" {
		t.Errorf("sent %q", got)
	}
	if c := w.status(his); c.Status != mention.Open {
		t.Errorf("the other complaint is %s", c.Status)
	}
}

// TestAnswerPressedTwice: a form that is sent twice, because of a double click or a lost line, is one
// answer, and nobody is told that it was not sent: they would publish it once more, by hand.
func TestAnswerPressedTwice(t *testing.T) {
	w := newWorld(t)
	for name, way := range map[string]reply.Way{"approved": {Repeat: reply.Twice, Approve: true}, "at once": {Repeat: reply.Twice}} {
		id := w.say("Олена К.", "Третій тиждень не повертають гроші")
		w.answers(way)
		at, form, ends := "/case/"+string(id), answerTo(1, "Перепрошуємо"), mention.ReplySent
		if way.Approve {
			form, ends = handedIn(1, "Перепрошуємо"), mention.ReplyDraft
		}
		for n := range 2 {
			if res, body := w.ask("POST", at+"/reply", "Ira", form); res.StatusCode != http.StatusSeeOther {
				t.Errorf("%s: the %d. press: %d, not sent: %t", name, n+1, res.StatusCode, strings.Contains(body, "was not sent"))
			}
			w.ends(id, ends)
		}
		if res, body := w.ask("POST", at+"/reply?part=case", "Ira", form, "HX-Request", "true"); res.StatusCode != http.StatusOK || strings.Contains(body, "was not sent") || strings.Contains(body, `class="refusal" role="alert"`) {
			t.Errorf("%s: with a script: %d", name, res.StatusCode)
		}
		if all, err := w.store.RepliesOf(context.Background(), id); err != nil || len(all) != 1 {
			t.Errorf("%s: %d answers, %v", name, len(all), err)
		}
		form.Set("text", "Перепрошуємо ще раз")
		if res, _ := w.ask("POST", at+"/reply", "Ira", form); res.StatusCode != http.StatusConflict && res.StatusCode != http.StatusForbidden {
			t.Errorf("%s: other words: %d", name, res.StatusCode)
		}
	}
}

// TestAnswerThatCameTooLate: who writes without a script and finds that a colleague was first has
// the words back.
func TestAnswerThatCameTooLate(t *testing.T) {
	w := newWorld(t)
	w.answers(reply.Way{Repeat: reply.Twice, Approve: true})
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	at := "/case/" + string(id)
	w.ask("POST", at+"/reply", "Oleh", handedIn(1, "Перепрошуємо"))
	w.ends(id, mention.ReplyDraft)
	late := handedIn(1, "Ми <вже> шукаємо ваші гроші")
	for _, each := range []struct {
		status int
		verb   string
	}{{http.StatusConflict, ""}, {http.StatusForbidden, "claim"}} {
		if each.verb != "" {
			w.ask("POST", at+"/reply/withdraw", "Oleh", url.Values{"reply": {w.ends(id, mention.ReplyDraft).ID}})
			w.ask("POST", at+"/"+each.verb, "Oleh", url.Values{})
		}
		if res, body := w.ask("POST", at+"/reply", "Ira", late); res.StatusCode != each.status || !strings.Contains(body, "Ми &lt;вже&gt; шукаємо ваші гроші") || !strings.Contains(body, `role="alert"`) {
			t.Errorf("%d, want %d:\n%s", res.StatusCode, each.status, body)
		}
	}
}

// TestAnswerApproved: who wrote it cannot approve it, a colleague can; and what nobody knows
// the end of is asked for in every language.
func TestAnswerApproved(t *testing.T) {
	w := newWorld(t)
	s := w.answers(reply.Way{Repeat: reply.Twice, Approve: true})
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	at := "/case/" + string(id)
	if res, body := w.ask("POST", at+"/reply", "Ira", answerTo(1, "Перепрошуємо")); res.StatusCode != http.StatusConflict || !strings.Contains(body, "has just changed") || !strings.Contains(body, `name="approve" value="true"`) {
		t.Errorf("written when it would have gone out at once: %d", res.StatusCode)
	}
	if res, _ := w.ask("POST", at+"/reply", "Ira", handedIn(1, "Перепрошуємо")); res.StatusCode != http.StatusSeeOther {
		t.Fatal(res.StatusCode)
	}
	if _, err := w.inbox.opt.Desk.Do(context.Background(), id, mention.Action{Verb: mention.Claim, By: mention.Person{ID: "web:Ira", Name: "Ira"}}); err != nil {
		t.Fatal(err)
	}
	key := url.Values{"reply": {w.ends(id, mention.ReplyDraft).ID}}
	if _, body := w.ask("GET", at, "Ira", nil); strings.Contains(body, "/reply/approve") || !strings.Contains(body, "/reply/withdraw") || strings.Contains(body, `name="nth"`) {
		t.Error("the author may approve, or write another")
	}
	if res, _ := w.ask("POST", at+"/reply/approve", "Ira", key); res.StatusCode != http.StatusConflict {
		t.Errorf("approved by its author: %d", res.StatusCode)
	}
	s.says(reply.Result{Reason: "the line was cut"})
	if res, _ := w.ask("POST", at+"/reply/approve", "Oleh", key); res.StatusCode != http.StatusSeeOther {
		t.Errorf("approved: %d", res.StatusCode)
	}
	w.ends(id, mention.ReplyUnclear)
	for lang, want := range map[string]string{"en": "It is not on the site", "ru": "Ответа на сайте нет", "uk": "Відповіді на сайті немає", "bg": "Отговора го няма на сайта"} {
		_, body := w.ask("GET", at, "", nil, "Cookie", "who=Ira; lang="+lang)
		if !strings.Contains(body, want) || strings.Contains(body, `name="nth"`) {
			t.Errorf("%s: the page does not ask, or lets another be written", lang)
		}
	}
	if res, _ := w.ask("POST", at+"/reply/missing", "Ira", key); res.StatusCode != http.StatusSeeOther {
		t.Errorf("missing: %d", res.StatusCode)
	}
	if _, body := w.ask("GET", at, "Ira", nil); !strings.Contains(body, `name="nth" value="2"`) {
		t.Error("no form for the next one")
	}
	if got := s.all(); len(got) != 1 {
		t.Errorf("sent %q", got)
	}
}

// TestAnswerWithoutAWay: what waits when the source loses its way can be withdrawn, but
// neither approved nor followed by another.
func TestAnswerWithoutAWay(t *testing.T) {
	w := newWorld(t)
	w.answers(reply.Way{Repeat: reply.Twice, Approve: true})
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	at := "/case/" + string(id)
	w.ask("POST", at+"/reply", "Ira", handedIn(1, "Перепрошуємо"))
	key := url.Values{"reply": {w.ends(id, mention.ReplyDraft).ID}}
	w.inbox.opt.Answers = noWay{w.inbox.opt.Answers}
	if _, body := w.ask("GET", at, "Oleh", nil); strings.Contains(body, "/reply/approve") || !strings.Contains(body, "/reply/withdraw") {
		t.Error("it can be approved, or not withdrawn")
	}
	for _, c := range []struct {
		do, who string
		want    int
	}{{"approve", "Oleh", http.StatusForbidden}, {"withdraw", "guest", http.StatusForbidden}, {"withdraw", "Oleh", http.StatusSeeOther}} {
		if res, _ := w.ask("POST", at+"/reply/"+c.do, c.who, key); res.StatusCode != c.want {
			t.Errorf("%s by %s: %d, want %d", c.do, c.who, res.StatusCode, c.want)
		}
	}
	w.ends(id, mention.ReplyRefused)
	if _, body := w.ask("GET", at, "Oleh", nil); strings.Contains(body, `name="nth"`) {
		t.Error("a form where nothing can be sent")
	}
}

// TestAnswerByAnotherID: who wrote an answer by the id that a proxy gave approves it by no other.
func TestAnswerByAnotherID(t *testing.T) {
	w := newWorld(t)
	s := w.answers(reply.Way{Repeat: reply.Twice, Approve: true})
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	at := "/case/" + string(id)
	ivan := mention.Person{ID: "proxy:ivan@romashka.example", Name: "Ivan"}
	if err := w.inbox.opt.Answers.Write(t.Context(), id, reply.Written{Nth: 1, Account: "Ромашка <Support>", Approve: true, Text: "Перепрошуємо", By: ivan}); err != nil {
		t.Fatal(err)
	}
	key := url.Values{"reply": {w.ends(id, mention.ReplyDraft).ID}}
	who := w.inbox.opt.Who
	w.inbox.opt.Who = func(r *http.Request) (Person, bool) {
		p, ok := who(r)
		p.Email = r.Header.Get("Email")
		return p, ok
	}
	for _, email := range []string{"", "Ivan@romashka.example"} {
		if _, body := w.ask("GET", at, "Oleh", nil, "Email", email); strings.Contains(body, "/reply/approve") || !strings.Contains(body, "/reply/withdraw") {
			t.Errorf("%q may approve it, or not withdraw it", email)
		}
		if res, _ := w.ask("POST", at+"/reply/approve", "Oleh", key, "Email", email); res.StatusCode != http.StatusConflict || len(s.all()) != 0 {
			t.Errorf("approved by %q: %d", email, res.StatusCode)
		}
	}
	if res, _ := w.ask("POST", at+"/reply/approve", "Oleh", key, "Email", "oleh@romashka.example"); res.StatusCode != http.StatusSeeOther {
		t.Errorf("not approved by a colleague: %d", res.StatusCode)
	}
	w.ends(id, mention.ReplySent)
}

// noWay is Answers where nothing goes out any more.
type noWay struct{ Answers }

func (noWay) Way(mention.Mention) (reply.Way, bool) { return reply.Way{}, false }

// TestAnswerBegins: the form holds a template in the complaint's language, as Slack's window does. Where the site has
// room for one answer, a complaint that is open again offers the one that stands there, to be changed, and says so.
func TestAnswerBegins(t *testing.T) {
	w := newWorld(t)
	s := w.answers(reply.Way{Repeat: reply.Replaces})
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	at := "/case/" + string(id)
	const place = "takes the place of the one that stands there"
	_, body := w.ask("GET", at, "Ira", nil)
	if !strings.Contains(body, `rows="6" dir="auto" required>We are sorry.</textarea>`) || strings.Contains(body, place) {
		t.Errorf("the first answer: %s", body)
	}
	w.ask("POST", at+"/reply", "Ira", answerTo(1, "We are <sory>."))
	w.ends(id, mention.ReplySent)
	if _, body = w.ask("GET", at, "Ira", nil); strings.Contains(body, place) {
		t.Error("a form while the complaint is answered")
	}
	w.ask("POST", at+"/reopen", "Ira", url.Values{})
	_, body = w.ask("GET", at, "Ira", nil)
	if !strings.Contains(body, `rows="6" dir="auto" required>We are &lt;sory&gt;.</textarea>`) || !strings.Contains(body, place) {
		t.Errorf("the answer that stands there cannot be changed: %s", body)
	}
	w.ask("POST", at+"/reply", "Ira", answerTo(2, "We are sorry!"))
	w.ends(id, mention.ReplySent)
	if got := s.all(); len(got) != 2 || got[1] != "We are sorry!" {
		t.Errorf("sent %q", got)
	}
}
