package web

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// Two hundred people claim at once: one has it, and all others are told who.
func TestOneWinner(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	const people = 200
	codes, bodies := make([]int, people), make([]string, people)
	var all sync.WaitGroup
	for i := range people {
		all.Go(func() {
			res, body := w.ask("POST", "/case/"+string(id)+"/claim", fmt.Sprintf("P%03d", i), url.Values{}, "HX-Request", "true")
			codes[i], bodies[i] = res.StatusCode, body
		})
	}
	all.Wait()
	winner, losers := w.status(id).Owner.Name, 0
	for i, code := range codes {
		switch {
		case code == http.StatusOK && winner == fmt.Sprintf("P%03d", i):
		case code == http.StatusConflict && strings.Contains(bodies[i], winner+" took it"):
			losers++
		default:
			t.Errorf("P%03d: %d %q, the winner is %s", i, code, bodies[i][:min(len(bodies[i]), 200)], winner)
		}
	}
	if losers != people-1 {
		t.Errorf("%d losers", losers)
	}
}

// Every verb is a plain form: 303 back, what was done is in the store, and a refusal names who.
func TestVerbsAsForms(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	at := "/case/" + string(id)
	do := func(verb, who string, code int, form url.Values) (*http.Response, string) {
		t.Helper()
		res, body := w.ask("POST", at+"/"+verb, who, form)
		if res.StatusCode != code {
			t.Fatalf("%s: %d, want %d: %s", verb, res.StatusCode, code, body)
		}
		return res, body
	}
	do("claim", "Ira", 303, url.Values{"back": {"/inbox?owner=none"}})
	if _, body := do("replied", "Oleh", 409, url.Values{}); !strings.Contains(body, "Ira took it") {
		t.Errorf("the refusal names nobody: %s", body)
	}
	do("takeover", "Oleh", 303, url.Values{"owner": {"web:Ira"}})
	do("assign", "Oleh", 303, url.Values{"owner": {"web:Oleh"}, "to": {"web:Ira"}})
	do("assign", "Ira", 400, url.Values{"owner": {"web:Ira"}, "to": {"web:stranger"}})
	do("note", "Oleh", 303, url.Values{"text": {"called <b>her</b>"}})
	do("note", "Oleh", 409, url.Values{"text": {" "}})
	res, _ := do("snooze", "Ira", 303, url.Values{"until": {"hour"}, "back": {"/inbox?status=claimed"}})
	if got := res.Header.Get("Location"); got != "/inbox?status=claimed&undo="+string(id) {
		t.Errorf("after a snooze: %s", got)
	}
	if _, body := w.ask("GET", res.Header.Get("Location"), "Ira", nil); !strings.Contains(body, `action="/case/`+string(id)+`/undo"`) {
		t.Error("no undo after a snooze")
	}
	do("undo", "Ira", 303, url.Values{})
	do("dismiss", "Ira", 409, url.Values{"reason": {"spam"}, "version": {"1"}})
	do("dismiss", "Ira", 400, url.Values{"reason": {"boredom"}})
	do("dismiss", "Ira", 303, url.Values{"reason": {"spam"}})
	do("undo", "Ira", 303, url.Values{})
	do("replied", "Ira", 303, url.Values{})
	do("reopen", "Oleh", 303, url.Values{})
	do("launch", "Ira", 400, url.Values{})
	if c := w.status(id); c.Status != mention.Open {
		t.Errorf("in the end: %+v", c)
	}
	res, body := w.ask("GET", at, "Ira", nil)
	for _, want := range []string{"called &lt;b&gt;her&lt;/b&gt;", "Олена К. on forum.example", "refund", "We are sorry.", ">Text 1</label>", "90% likely a complaint"} {
		if res.StatusCode != 200 || !strings.Contains(body, want) {
			t.Errorf("the case page (%d) has no %q", res.StatusCode, want)
		}
	}
	if res, body := w.ask("POST", at+"/claim", "Ira", url.Values{}, "Sec-Fetch-Site", "cross-site"); res.StatusCode != 403 || !strings.Contains(body, "press it here") {
		t.Errorf("another site's form: %d %s", res.StatusCode, body)
	}
	if res, _ := w.ask("GET", "/inbox", "", nil, "Nobody", "1"); res.StatusCode != 401 {
		t.Errorf("nobody: %d", res.StatusCode)
	}
}

// TestAssignWithoutTheDatabase: that nobody can say now whom a case may be given to is not what the
// form got wrong, and earshot's log says it.
func TestAssignWithoutTheDatabase(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	db := &away{Cases: w.store}
	w.inbox.opt.Cases = db
	db.gone.Store(true)
	var log testkit.Output
	w.inbox.opt.Log = slog.New(slog.NewTextHandler(&log, nil))
	res, body := w.ask("POST", "/case/"+string(id)+"/assign", "Ira", url.Values{"to": {"web:Oleh"}})
	if res.StatusCode != http.StatusServiceUnavailable || !strings.Contains(body, "earshot could not do that") || !strings.Contains(log.String(), "connection refused") {
		t.Errorf("%d %s\n%s", res.StatusCode, body, log.String())
	}
}

// Who works alone chooses the moment of a snooze as a team does, also of what they have.
func TestSnoozeOfWhoIsAlone(t *testing.T) {
	w := newWorld(t)
	at := "/case/" + string(w.say("Олена К.", "Третій тиждень не повертають гроші"))
	for _, verb := range []string{"", "claim"} {
		if verb != "" {
			w.ask("POST", at+"/"+verb, "Ira", url.Values{})
		}
		if _, body := w.ask("GET", at, "Ira", nil); !strings.Contains(body, `type="datetime-local"`) {
			t.Errorf("after %q there is not a date or time to choose", verb)
		}
	}
	if _, body := w.ask("GET", at, "Oleh", nil); strings.Contains(body, `type="datetime-local"`) {
		t.Error("a colleague may put off what is not theirs")
	}
}

// Many at once: those chosen, or all of a list as long as its number is the one shown.
func TestBulk(t *testing.T) {
	w := newWorld(t)
	for i := range 5 {
		w.say(fmt.Sprintf("Автор %d", i), fmt.Sprintf("Гроші не повертають уже %d тижнів, підтримка мовчить", i+2))
	}
	w.ask("POST", "/case/"+string(w.ids[0])+"/claim", "Oleh", url.Values{})
	ids := url.Values{"verb": {"claim"}, "id": {string(w.ids[0]) + ".2", string(w.ids[1]) + ".1"}}
	res, body := w.ask("POST", "/cases", "Ira", ids)
	if res.StatusCode != 200 || !strings.Contains(body, "Done: 1.") || !strings.Contains(body, "Not done: 1.") || !strings.Contains(body, "Oleh took it") {
		t.Errorf("chosen: %d %s", res.StatusCode, body)
	}
	since := func() string {
		_, newest, err := w.store.ChangeRange(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(newest)
	}
	all := url.Values{"verb": {"dismiss:spam"}, "all": {"1"}, "filter": {"owner=none"}, "count": {"4"}, "since": {since()}}
	if _, body := w.ask("GET", "/inbox?owner=none", "Ira", nil); !strings.Contains(body, `name="since" value="`+since()+`"`) {
		t.Error("the form does not say which list was shown")
	}
	if res, body := w.ask("POST", "/cases", "Ira", all); res.StatusCode != 409 || !strings.Contains(body, "it showed 4, now 3 fit") {
		t.Errorf("another number: %d %s", res.StatusCode, body)
	}
	// One goes and another comes: the same number, and one that nobody saw.
	all.Set("count", "3")
	w.ask("POST", "/case/"+string(w.ids[2])+"/claim", "Oleh", url.Values{})
	unseen := w.say("Дмитро", "Заблокували картку без попередження, гроші на ній")
	if res, body := w.ask("POST", "/cases", "Ira", all); res.StatusCode != 409 || !strings.Contains(body, "The list has changed") || w.status(unseen).Status != mention.Open {
		t.Errorf("another list of the same length: %d %s: %s", res.StatusCode, w.status(unseen).Status, body)
	}
	all.Set("since", since())
	w.ask("POST", "/case/"+string(w.ids[1])+"/note", "Oleh", url.Values{"text": {"not of this list"}})
	if res, body := w.ask("POST", "/cases", "Ira", all); res.StatusCode != 200 || !strings.Contains(body, "Done: 3.") || w.status(w.ids[4]).Reason != mention.Spam {
		t.Errorf("all: %d %s", res.StatusCode, body)
	}
	for _, bad := range []url.Values{{"verb": {"claim"}}, {"verb": {"assign"}, "id": {"x.1"}}, {"verb": {"claim"}, "id": {"x"}}} {
		if res, _ := w.ask("POST", "/cases", "Ira", bad); res.StatusCode != 400 {
			t.Errorf("%v: %d", bad, res.StatusCode)
		}
	}
}

// TestWhoLeft: what somebody has who left the company is found by their name and taken over at once; what was
// handed on since the list was shown stays with who has it now.
func TestWhoLeft(t *testing.T) {
	w := newWorld(t)
	for i := range 3 {
		id := w.say(fmt.Sprintf("Автор %d", i), fmt.Sprintf("Гроші не повертають уже %d тижнів, підтримка мовчить", i+2))
		w.ask("POST", "/case/"+string(id)+"/claim", "Oleh", url.Values{})
	}
	if _, body := w.ask("GET", "/inbox", "Ira", nil); !strings.Contains(body, `<option value="web:Oleh">Oleh</option>`) || strings.Contains(body, `value="web:Ira"`) {
		t.Error("the filter does not offer the colleague, or offers me twice")
	}
	_, body := w.ask("GET", "/inbox?owner=web:Oleh", "Ira", nil)
	if !strings.Contains(body, `<option value="web:Oleh" selected>Oleh</option>`) || !strings.Contains(body, `name="verb" value="takeover"`) {
		t.Error("the colleague's list does not say whose it is, or cannot be taken over")
	}
	ids := url.Values{"verb": {"takeover"}}
	for _, id := range w.ids {
		ids.Add("id", fmt.Sprintf("%s.%d", id, w.status(id).Version))
	}
	w.ask("POST", "/case/"+string(w.ids[2])+"/takeover", "Maria", url.Values{"owner": {"web:Oleh"}})
	res, body := w.ask("POST", "/cases", "Ira", ids)
	if res.StatusCode != 200 || !strings.Contains(body, "Done: 2.") || !strings.Contains(body, "Not done: 1.") || !strings.Contains(body, "Maria took it") {
		t.Errorf("%d %s", res.StatusCode, body)
	}
	for i, owner := range []string{"Ira", "Ira", "Maria"} {
		if c := w.status(w.ids[i]); c.Status != mention.Claimed || c.Owner.Name != owner {
			t.Errorf("%d is %s and %q's, want %s's", i, c.Status, c.Owner.Name, owner)
		}
	}
}

// Of what was ticked and has gone meanwhile, erased or kept no longer, it is said that it has.
func TestBulkOfWhatIsGone(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена", "Третій тиждень не повертають гроші")
	form := url.Values{"verb": {"claim"}, "id": {"gone.1", string(id) + ".1"}}
	if _, body := w.ask("POST", "/cases", "Ira", form); !strings.Contains(body, "Done: 1.") || !strings.Contains(body, "Not done: 1.") || !strings.Contains(body, "There is no such complaint") {
		t.Error(body)
	}
}

// slow is a desk that takes its time, as a database far away does.
type slow struct{ Desk }

func (d slow) Do(ctx context.Context, id mention.ID, a mention.Action) (mention.Case, error) {
	time.Sleep(50 * time.Millisecond)
	return d.Desk.Do(ctx, id, a)
}

// Many at once may take longer than the server gives one answer: what became of each is said.
func TestBulkTakesItsTime(t *testing.T) {
	w := newWorld(t)
	w.inbox.opt.Desk = slow{w.inbox.opt.Desk}
	form := url.Values{"verb": {"claim"}}
	for i := range 20 {
		id := w.say(fmt.Sprintf("Автор %d", i), fmt.Sprintf("Гроші не повертають уже %d тижнів, підтримка мовчить", i+2))
		form.Add("id", string(id)+".1")
	}
	server := httptest.NewUnstartedServer(w.inbox.Handler())
	server.Config.WriteTimeout = 500 * time.Millisecond
	server.Start()
	defer server.Close()
	res, err := http.PostForm(server.URL+"/cases", form)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	if body, err := io.ReadAll(res.Body); err != nil || !strings.Contains(string(body), "Done: 20.") {
		t.Errorf("%v: %s", err, body)
	}
}

// meanwhile is a desk before whose first verb somebody else does something.
type meanwhile struct {
	Desk
	once *sync.Once
	do   func()
}

func (d meanwhile) Do(ctx context.Context, id mention.ID, a mention.Action) (mention.Case, error) {
	d.once.Do(d.do)
	return d.Desk.Do(ctx, id, a)
}

// All that fit the filter may take half a minute: what changes in that time is no spam only
// because it was some when the list was shown.
func TestBulkLeavesAloneWhatChanges(t *testing.T) {
	w := newWorld(t)
	w.say("Олена", "Третій тиждень не повертають гроші")
	other := w.say("Петро", "Купуйте годинники тут")
	_, newest, err := w.store.ChangeRange(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	was := w.inbox.opt.Desk
	w.inbox.opt.Desk = meanwhile{was, &sync.Once{}, func() {
		for _, id := range w.ids { // whichever is the first, the other one is later
			if _, err := was.Do(t.Context(), id, mention.Action{Verb: mention.Note, By: mention.Person{ID: "web:oleh", Name: "Oleh"}, Text: "a real one"}); err != nil {
				t.Error(err)
			}
		}
	}}
	all := url.Values{"verb": {"dismiss:spam"}, "all": {"1"}, "filter": {"owner=none"}, "count": {"2"}, "since": {fmt.Sprint(newest)}}
	if res, body := w.ask("POST", "/cases", "Ira", all); res.StatusCode != 200 || !strings.Contains(body, "Not done: 2.") || w.status(other).Status != mention.Open {
		t.Errorf("%d %s: %s", res.StatusCode, w.status(other).Status, body)
	}
}

// TestRoles: what the team keeps for others is refused, one case or many, and all else done.
func TestRoles(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена", "Третій тиждень не повертають гроші")
	for path, form := range map[string]url.Values{
		"/case/" + string(id) + "/dismiss": {"reason": {"spam"}},
		"/cases":                           {"verb": {"dismiss:spam"}, "id": {string(id) + ".1"}},
	} {
		if res, body := w.ask("POST", path, "guest", form); res.StatusCode != http.StatusForbidden || !strings.Contains(body, "In your team this is for others to do") {
			t.Errorf("%s: %d\n%s", path, res.StatusCode, body)
		}
	}
	if res, _ := w.ask("POST", "/case/"+string(id)+"/claim", "guest", url.Values{}); res.StatusCode != http.StatusSeeOther {
		t.Errorf("claim: %d", res.StatusCode)
	}
	if c := w.status(id); c.Status != mention.Claimed || c.Owner.Name != "guest" {
		t.Errorf("in the end %+v", c)
	}
}
