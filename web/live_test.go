package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/internal/testkit/chromium"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
)

// away is a database that can go away for open pages.
type away struct {
	Cases
	gone atomic.Bool
}

func (a *away) ChangeRange(ctx context.Context) (oldest, newest int64, err error) {
	if a.gone.Load() {
		return 0, 0, errors.New("connection refused")
	}
	return a.Cases.ChangeRange(ctx)
}

func (a *away) People(ctx context.Context, since time.Time) ([]mention.Person, error) {
	if a.gone.Load() {
		return nil, errors.New("connection refused")
	}
	return a.Cases.People(ctx, since)
}

// A page that comes again while the database is away is not told to load itself anew: it would
// come out as the page that says so, and would stay it.
func TestEventsWithoutTheDatabase(t *testing.T) {
	w := newWorld(t)
	w.say("Олена К.", "Третій тиждень не повертають гроші")
	db := &away{Cases: w.store}
	w.inbox.opt.Cases = db
	db.gone.Store(true)
	if res, body := w.ask("GET", "/events?since=1", "Ira", nil, "HX-Request", "true"); res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" || strings.Contains(body, "reload") {
		t.Errorf("%d %q", res.StatusCode, body)
	}
}

// An inbox in which nothing was ever heard hears of the first complaint.
func TestFirstComplaint(t *testing.T) {
	w := newWorld(t)
	if _, body := w.ask("GET", "/inbox", "Ira", nil); !strings.Contains(body, `data-since="0"`) {
		t.Error("the page of an empty inbox does not listen")
	}
	if _, body := w.ask("GET", "/reports", "Ira", nil); strings.Contains(body, `data-since`) {
		t.Error("the page of reports listens")
	}
	ctx := w.opened(t, "/inbox", `document.querySelector(".empty")`)
	w.say("Олена К.", "Третій тиждень не повертають гроші")
	holds(t, ctx, "one new", `!document.getElementById("fresh").hidden`)
}

// front stands before the inbox, as a proxy or the door of signing in does, and answers
// instead of it what fetches a part of a page.
type front struct {
	inbox  http.Handler
	status atomic.Int64
	kind   string
	body   string
	only   string       // the one address that it answers; empty: all of those
	silent atomic.Int64 // lines on which it said nothing
}

func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status := int(f.status.Load())
	if status == 0 || !asksForPart(r) && r.URL.Path != "/events" || f.only != "" && r.URL.Path != f.only {
		f.inbox.ServeHTTP(w, r)
		return
	}
	w.Header().Set("Content-Type", f.kind)
	if status == silent {
		if r.URL.Path == "/events" {
			f.silent.Add(1)
		}
		w.WriteHeader(http.StatusOK)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
		return
	}
	w.WriteHeader(status)
	_, _ = w.Write([]byte(f.body))
}

// silent is the status of a front that answers and then says nothing: a proxy that keeps what
// it is to pass on, a line that broke without a word.
const silent = -1

// fast lets the clocks of the pages of a tab run twenty times as fast.
func fast(t *testing.T, ctx context.Context) {
	t.Helper()
	call(t, ctx, page.Enable, page.EnableParams{})
	call(t, ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `{
		const later = setTimeout, within = AbortSignal.timeout.bind(AbortSignal);
		window.setTimeout = (f, ms, ...rest) => later(f, ms / 20, ...rest);
		AbortSignal.timeout = (ms) => within(ms / 20);
	}`})
}

// A page that nobody sees holds no line, for those that are seen are kept up to date and there are a hundred at
// most; seen again it has what came meanwhile.
func TestPageThatNobodySees(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	ctx := w.opened(t, "/inbox", `document.querySelector(".row")`)
	seen := func(yes bool) {
		eval[chromedp.Void](t, ctx, fmt.Sprintf(`Object.defineProperty(document, "hidden", {value: %v, configurable: true}); document.dispatchEvent(new Event("visibilitychange"))`, !yes))
	}
	seen(false)
	testkit.Eventually(t, "no open line", time.Minute, func() bool {
		w.inbox.live.mu.Lock()
		defer w.inbox.live.mu.Unlock()
		return len(w.inbox.live.lines) == 0
	})
	w.ask("POST", "/case/"+string(id)+"/claim", "Oleh", url.Values{})
	seen(true)
	holds(t, ctx, "what came meanwhile", `document.querySelector(".row").innerText.includes("Oleh has it")`)
}

// A line on which nothing comes, not even that it is there, is no line: the page says that it
// is behind and tries another one, and so with a row that is asked for and never comes.
func TestSilentLine(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	f := newFront(t, w, "text/event-stream", "")
	f.status.Store(silent)
	ctx := tab(t, chromium.Open(t), w, "Ira")
	fast(t, ctx)
	do(t, ctx, chromedp.Navigate(w.addr+"/inbox"))
	holds(t, ctx, "one row", `document.querySelectorAll(".row").length === 1 && window.htmx`)
	w.ask("POST", "/case/"+string(id)+"/claim", "Oleh", url.Values{})
	holds(t, ctx, "it says so", `document.getElementById("say").textContent.includes("connection was lost")`)
	opened, end := f.silent.Load(), time.Now().Add(time.Minute)
	for f.silent.Load() < opened+2 { // the next but one comes after the next is given up: a line that is only opened is no news
		if time.Now().After(end) {
			t.Fatal("no other line is tried")
		}
		time.Sleep(10 * time.Millisecond)
	}
	holds(t, ctx, "it says so still", `document.getElementById("say").textContent.includes("connection was lost")`)
	f.status.Store(0)
	holds(t, ctx, "the row", `document.querySelector(".row").innerText.includes("Oleh has it")`)
	holds(t, ctx, "it says so no more", `document.getElementById("say").textContent === ""`)
	f.status.Store(silent)
	w.ask("POST", "/case/"+string(id)+"/release", "Oleh", url.Values{})
	holds(t, ctx, "it says so", `document.getElementById("say").textContent.includes("connection was lost")`)
	f.status.Store(0)
	holds(t, ctx, "the row", `document.querySelector(".row").innerText.includes("nobody has it")`)
	holds(t, ctx, "it says so no more", `document.getElementById("say").textContent === ""`)
}

func newFront(t *testing.T, w *world, kind, body string) *front {
	f := &front{inbox: w.inbox.Handler(), kind: kind, body: body}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	w.addr = server.URL
	return f
}

// What somebody else than the inbox answers takes no row's place.
func TestAnswersOfOthersReplaceNothing(t *testing.T) {
	w := newWorld(t)
	w.say("Олена К.", "Третій тиждень не повертають гроші")
	f := newFront(t, w, "text/plain; charset=utf-8", "Too many at once.")
	ctx := tab(t, chromium.Open(t), w, "Ira")
	do(t, ctx, chromedp.Navigate(w.addr+"/inbox"))
	for _, each := range []struct {
		status     int64
		kind, body string
		say        string
	}{{429, "text/plain; charset=utf-8", "too many requests", "earshot could not do that"}, {401, "text/plain; charset=utf-8", "Please sign in first.", "Please sign in first."},
		{502, "text/html", "<h1>Bad Gateway</h1>", "earshot could not do that"}} {
		holds(t, ctx, "one row", `document.querySelectorAll(".row").length === 1 && window.htmx`)
		w.untilLines(1)
		f.kind, f.body = each.kind, each.body
		f.status.Store(each.status)
		eval[chromedp.Void](t, ctx, `document.querySelector("[data-key=KeyC]").click()`)
		holds(t, ctx, "said", fmt.Sprintf(`document.getElementById("say").textContent.includes(%q)`, each.say))
		f.status.Store(0)
		if n := eval[int](t, ctx, `document.querySelectorAll(".row").length`); n != 1 {
			t.Errorf("%d: %d rows: %s", each.status, n, eval[string](t, ctx, `document.getElementById("list").innerHTML`))
			do(t, ctx, chromedp.Navigate(w.addr+"/inbox"))
		}
	}
}

// What a person is writing outlives what happens to the case meanwhile, by others and by the
// person's own verbs, and goes only with what it was sent by.
func TestWhatIsWrittenStays(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	w.answers(reply.Way{})
	f := newFront(t, w, "", "")
	ctx := w.opened(t, "/case/"+string(id), `document.getElementById("answer-text")`)
	eval[chromedp.Void](t, ctx, `document.getElementById("answer-text").value = "We are on it."; document.getElementById("reply1").value = "We are so sorry."`)
	same := func(when string) {
		t.Helper()
		holds(t, ctx, when, `document.getElementById("answer-text").value + document.getElementById("reply1").value === "We are on it.We are so sorry."`)
	}
	w.ask("POST", "/case/"+string(id)+"/note", "Oleh", url.Values{"text": {"I know her"}})
	holds(t, ctx, "a colleague's note", `document.querySelector(".history").innerText.includes("I know her")`)
	same("after a colleague's note")
	eval[chromedp.Void](t, ctx, `document.querySelector("[data-key=KeyC]").click()`)
	holds(t, ctx, "claimed", `document.getElementById("case").classList.contains("claimed")`)
	same("after a claim")
	eval[chromedp.Void](t, ctx, `document.getElementById("note").value = "called her"; document.querySelector("form.note button").click()`)
	holds(t, ctx, "the note", `document.querySelector(".history").innerText.includes("called her")`)
	same("after a note")
	holds(t, ctx, "the note is not there once more", `document.getElementById("note").value === ""`)
	// Too far behind to be told what happened: the page is not loaded anew over the words.
	f.only, f.kind, f.body = "/events", "text/event-stream", "id: 1\nevent: reload\ndata: {}\n\n"
	eval[chromedp.Void](t, ctx, `window.before = true`)
	f.status.Store(http.StatusOK)
	w.cut()
	w.ask("POST", "/case/"+string(id)+"/note", "Oleh", url.Values{"text": {"she called again"}})
	holds(t, ctx, "as it is now", `document.querySelector(".history")?.innerText.includes("she called again")`)
	f.status.Store(0)
	same("too far behind")
	if !eval[bool](t, ctx, `window.before === true`) {
		t.Error("the page was loaded anew")
	}
}

// Who is writing an answer is told that a colleague has taken the complaint: nothing is drawn
// anew under their hands, but they do not write on for nobody.
func TestWhoWritesIsToldWhoHasIt(t *testing.T) {
	w := newWorld(t)
	at := "/case/" + string(w.say("Олена К.", "Третій тиждень не повертають гроші"))
	w.answers(reply.Way{})
	ctx := w.opened(t, at, `document.getElementById("answer-text")`)
	eval[chromedp.Void](t, ctx, `window.box = document.getElementById("answer-text"); box.value = "We are on it."; box.focus()`)
	w.ask("POST", at+"/claim", "Oleh", url.Values{})
	holds(t, ctx, "said", `document.getElementById("say").textContent.includes("Oleh has it")`)
	holds(t, ctx, "shown", `document.querySelector("#case header .state").textContent.includes("Oleh has it")`)
	if !eval[bool](t, ctx, `document.activeElement === box && box.value === "We are on it."`) {
		t.Error("the field was touched")
	}
	eval[chromedp.Void](t, ctx, `box.blur()`)
	holds(t, ctx, "drawn anew once nobody writes", `document.getElementById("case").classList.contains("claimed")`)
}

// Whom a complaint is to be given to and until when it is to rest stay chosen when the case is
// drawn anew: else it is given to whoever is the first of the list.
func TestWhatIsChosenStays(t *testing.T) {
	w := newWorld(t)
	at := "/case/" + string(w.say("Олена К.", "Третій тиждень не повертають гроші"))
	for _, who := range []string{"Anna", "Oleh", "Petro"} {
		w.ask("POST", at+"/note", who, url.Values{"text": {"hello"}})
	}
	ctx := w.opened(t, at, `document.querySelectorAll("select[name=to] option").length === 4`)
	eval[chromedp.Void](t, ctx, `document.querySelector("select[name=to]").value = "web:Petro"; document.querySelector("input[name=until]").value = "2031-05-06T07:08"`)
	w.ask("POST", at+"/note", "Oleh", url.Values{"text": {"I know her"}})
	holds(t, ctx, "a colleague's note", `document.querySelector(".history").innerText.includes("I know her")`)
	if got := eval[string](t, ctx, `document.querySelector("select[name=to]").value + " " + document.querySelector("input[name=until]").value`); got != "web:Petro 2031-05-06T07:08" {
		t.Errorf("chosen is now %q", got)
	}
	eval[chromedp.Void](t, ctx, `document.querySelector("select[name=to]").form.querySelector("button").click()`)
	holds(t, ctx, "given", `document.querySelector(".state").innerText.includes("Petro has it")`)
	if got := eval[string](t, ctx, `document.querySelector("select[name=to]").value`); got == "web:Petro" {
		t.Error("it can be given to whoever has it")
	}
}

// An answer that no form takes any more stays on the page, to be copied, and is back in its form
// when there is one again.
func TestAnswerOutlivesItsForm(t *testing.T) {
	w := newWorld(t)
	at := "/case/" + string(w.say("Олена К.", "Третій тиждень не повертають гроші"))
	w.answers(reply.Way{})
	ctx := w.opened(t, at, `document.getElementById("answer-text")`)
	const wrote = `document.getElementById("answer-text")?.value === "We are on it."`
	eval[chromedp.Void](t, ctx, `document.getElementById("answer-text").value = "We are on it."`)
	w.ask("POST", at+"/claim", "Oleh", url.Values{})
	holds(t, ctx, "Oleh has it", `document.querySelector(".state").innerText.includes("Oleh has it")`)
	holds(t, ctx, "the answer, to be copied", wrote+` && document.getElementById("answer-text").labels[0].innerText.includes("was not sent")`)
	w.ask("POST", at+"/note", "Oleh", url.Values{"text": {"I know her"}})
	holds(t, ctx, "a note", `document.querySelector(".history").innerText.includes("I know her")`)
	holds(t, ctx, "the answer still", wrote+` && document.querySelectorAll("#answer-text, .unsent").length === 2`)
	w.ask("POST", at+"/release", "Oleh", url.Values{})
	holds(t, ctx, "nobody has it", `document.querySelector(".state").innerText.includes("nobody has it")`)
	holds(t, ctx, "in its form again", wrote+` && document.getElementById("answer-text").form && !document.querySelector(".unsent")`)
	// A colleague was first, a moment ago.
	w.cut()
	w.inbox.live.mu.Lock()
	w.inbox.live.ended = true
	w.inbox.live.mu.Unlock()
	w.ask("POST", at+"/reply", "Oleh", answerTo(1, "Вибачте"))
	eval[chromedp.Void](t, ctx, `document.getElementById("answer-text").form.querySelector("button").click()`)
	holds(t, ctx, "refused", `document.querySelector("#case .refusal, #say:not(:empty)")`)
	holds(t, ctx, "the answer", wrote)
}

// What begins to wait anew is told of as what was just heard is: opened again, its snooze over,
// given back, or handed to whoever looks. What stands on another page of a long list and was
// only given back is none of it.
func TestWhatComesBackIsTold(t *testing.T) {
	w := newWorld(t)
	ids := []mention.ID{w.say("Олена", "Третій тиждень не повертають гроші"), w.say("Дмитро", "Заблокували картку без попередження"), w.say("Іван", "Підтримка мовчить місяць"), w.say("Ганна", "Списали комісію двічі")}
	press := func(n int, who, verb string, form url.Values) {
		t.Helper()
		if res, body := w.ask("POST", "/case/"+string(ids[n])+"/"+verb, who, form); res.StatusCode != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", verb, res.StatusCode, body)
		}
	}
	press(0, "Oleh", "dismiss", url.Values{"reason": {"spam"}})
	press(1, "Oleh", "snooze", url.Values{"until": {"hour"}})
	press(2, "Oleh", "claim", url.Values{})
	b := chromium.Open(t)
	waiting, free, mine := tab(t, b, w, "Ira"), tab(t, b, w, "Petro"), tab(t, b, w, "Ira")
	for each, path := range map[context.Context]string{waiting: "/inbox", free: "/inbox?owner=none", mine: "/inbox?owner=me"} {
		do(t, each, chromedp.Navigate(w.addr+path))
		holds(t, each, "ready", `window.htmx`)
	}
	w.untilLines(3)
	told := func(ctx context.Context, what string, n int) {
		t.Helper()
		holds(t, ctx, what, fmt.Sprintf(`!document.getElementById("fresh").hidden && document.querySelector("#fresh a").textContent.includes("%d")`, n))
	}
	press(0, "Oleh", "reopen", url.Values{})
	told(waiting, "opened again", 1)
	press(1, "Oleh", "wake", url.Values{})
	told(waiting, "its snooze over", 2)
	press(2, "Oleh", "release", url.Values{})
	told(free, "given back", 3)
	press(3, "Oleh", "assign", url.Values{"to": {"web:Oleh"}})
	press(3, "Ira", "takeover", url.Values{"owner": {"web:Oleh"}})
	told(mine, "handed over", 1)
	if n := eval[int](t, waiting, `document.querySelectorAll(".row").length`); n != 2 {
		t.Errorf("the list jumped: %d rows", n)
	}
}

// What changed while the site could not be asked is asked for again; until then the page says
// that it is behind.
func TestRowIsAskedForAgain(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	f := newFront(t, w, "text/html", "<h1>502 Bad Gateway</h1>")
	ctx := w.opened(t, "/inbox", `document.querySelectorAll(".row").length === 1`)
	f.status.Store(http.StatusBadGateway)
	if _, err := w.inbox.opt.Desk.Do(context.Background(), id, mention.Action{Verb: mention.Claim, By: mention.Person{ID: "slack:U1", Name: "Oleh"}}); err != nil {
		t.Fatal(err)
	}
	w.inbox.Changed()
	w.say("Дмитро", "Заблокували картку без попередження, гроші на ній")
	holds(t, ctx, "it says so", `document.getElementById("say").textContent.includes("connection was lost")`)
	f.status.Store(0)
	holds(t, ctx, "the row", fmt.Sprintf(`document.getElementById("c-%s").innerText.includes("Oleh has it")`, id))
	holds(t, ctx, "one new", `!document.getElementById("fresh").hidden`)
	holds(t, ctx, "it says so no more", `document.getElementById("say").textContent === ""`)
	// The line itself.
	f.status.Store(http.StatusBadGateway)
	w.cut()
	holds(t, ctx, "it says so", `document.getElementById("say").textContent.includes("connection was lost")`)
	f.status.Store(0)
	holds(t, ctx, "it says so no more", `document.getElementById("say").textContent === ""`)
}

// A page whose session has ended shows the way to sign in, not a list in which nothing
// happens any more.
func TestPageOfWhoIsSignedOut(t *testing.T) {
	w := newWorld(t)
	w.say("Олена К.", "Третій тиждень не повертають гроші")
	f := newFront(t, w, "text/plain; charset=utf-8", "Please sign in first.")
	b := chromium.Open(t)
	list, writing := tab(t, b, w, "Ira"), tab(t, b, w, "Oleh")
	do(t, list, chromedp.Navigate(w.addr+"/inbox"))
	do(t, writing, chromedp.Navigate(w.addr+"/case/"+string(w.ids[0])))
	for _, ctx := range []context.Context{list, writing} {
		holds(t, ctx, "ready", `window.htmx`)
		eval[chromedp.Void](t, ctx, `window.before = true`)
	}
	eval[chromedp.Void](t, writing, `document.getElementById("note").value = "called her"`)
	w.untilLines(2)
	f.status.Store(http.StatusUnauthorized)
	w.cut()
	holds(t, list, "loaded anew", `!window.before`)
	holds(t, writing, "told", `document.getElementById("say").textContent === "Please sign in first."`)
	time.Sleep(4 * time.Second) // that the connection was lost would be said by now
	holds(t, writing, "told still", `document.getElementById("say").textContent === "Please sign in first."`)
	if got := eval[string](t, writing, `document.getElementById("note").value`); got != "called her" {
		t.Errorf("what was written is gone: %q", got)
	}
}
