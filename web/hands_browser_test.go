package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/internal/testkit/chromium"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
)

// click presses the mouse where an element is, as a hand does: count is 2 for the second press of
// a double click.
func click(t *testing.T, ctx context.Context, x, y float64, count int64) {
	t.Helper()
	mouse(t, ctx, input.DispatchMouseEventTypeMousePressed, x, y, count)
	mouse(t, ctx, input.DispatchMouseEventTypeMouseReleased, x, y, count)
}

// mouse is one half of a click.
func mouse(t *testing.T, ctx context.Context, kind input.DispatchMouseEventType, x, y float64, count int64) {
	t.Helper()
	call(t, ctx, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: x, Y: y, Button: input.MouseButtonLeft, ClickCount: count})
}

// where is the middle of an element in the window.
func where(t *testing.T, ctx context.Context, selector string) (x, y float64) {
	t.Helper()
	at := eval[[]float64](t, ctx, `(() => { const e = document.querySelector(`+"`"+selector+"`"+`); e.scrollIntoView({block: "center"}); const r = e.getBoundingClientRect(); return [r.left + Math.min(r.width / 2, 20), r.top + r.height / 2]; })()`)
	return at[0], at[1]
}

// stopClock lets no time go by for the hands in pages that are opened from now on, whatever a busy machine
// takes; goOn lets a second of it go by.
func stopClock(t *testing.T, ctx context.Context) {
	t.Helper()
	call(t, ctx, page.Enable, page.EnableParams{})
	call(t, ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `window.hands = 1000; performance.now = () => window.hands`})
}

// overtaken waits until the server has written a note that the page sent after what was pressed before: what that
// press sent would have come first, and been written.
func overtaken(t *testing.T, ctx context.Context, id mention.ID) {
	t.Helper()
	status := eval[int](t, ctx, fmt.Sprintf(`new Promise((done) => setTimeout(done)).then(() => fetch("/case/%s/note", {method: "POST", body: new URLSearchParams({text: "later"})})).then((answer) => answer.status)`, id))
	if status != http.StatusOK {
		t.Fatalf("a note that the page sent: %d", status)
	}
}

func goOn(t *testing.T, ctx context.Context) { eval[chromedp.Void](t, ctx, `window.hands += 1000`) }

// A double click is one press: what the first one brings stands where the button was, and Replied
// is where Claim was.
func TestDoubleClick(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	ctx := tab(t, chromium.Open(t), w, "Ira")
	stopClock(t, ctx)
	for _, path := range []string{"/inbox", "/case/" + string(id)} {
		do(t, ctx, chromedp.Navigate(w.addr+path))
		holds(t, ctx, "ready", `document.querySelector("[data-key=KeyC]") && window.htmx`)
		w.untilLines(1)
		x, y := where(t, ctx, "[data-key=KeyC]")
		click(t, ctx, x, y, 1)
		holds(t, ctx, "claimed", `document.querySelector(".claimed [data-key=KeyV]")`)
		at := eval[int](t, ctx, `+document.querySelector("[data-id]").dataset.version`)
		w.ask("POST", "/case/"+string(id)+"/note", "Oleh", url.Values{"text": {"called her"}}) // draws the same once more
		holds(t, ctx, "drawn once more", fmt.Sprintf(`document.querySelector("[data-id]").dataset.version > %d`, at))
		click(t, ctx, x, y, 2)
		overtaken(t, ctx, id)
		if c := w.status(id); c.Status != mention.Claimed {
			t.Errorf("%s: a double click on Claim: %s", path, c.Status)
		}
		goOn(t, ctx)
		click(t, ctx, x, y, 1) // the next press is one again
		holds(t, ctx, "answered", `document.querySelector(".replied")`)
		w.ask("POST", "/case/"+string(id)+"/reopen", "Ira", url.Values{})
		w.ask("POST", "/case/"+string(id)+"/release", "Ira", url.Values{})
	}
}

// So it is where the answer is a page: Withdraw stands where Approve was, while the site has not got
// the answer yet.
func TestDoubleClickThatLeadsToAPage(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	w.answers(reply.Way{Repeat: reply.Twice, Approve: true}).says(reply.Result{Outcome: reply.NotSent, Reason: "429"})
	w.ask("POST", "/case/"+string(id)+"/reply", "Oleh", handedIn(1, "Перепрошуємо"))
	ctx := tab(t, chromium.Open(t), w, "Ira")
	stopClock(t, ctx)
	do(t, ctx, chromedp.Navigate(w.addr+"/case/"+string(id)))
	holds(t, ctx, "ready", `document.querySelector("[formaction$='/approve']") && window.htmx`)
	goOn(t, ctx)
	x, y := where(t, ctx, "[formaction$='/approve']")
	click(t, ctx, x, y, 1)
	holds(t, ctx, "approved", `!document.querySelector("[formaction$='/approve']") && window.htmx`)
	// The page may have come while it was asked: that it is put off comes to it by itself.
	holds(t, ctx, "the site wants a pause", `document.querySelector("[formaction$='/withdraw']") && document.body.innerText.includes("429")`)
	x, y = where(t, ctx, "[formaction$='/withdraw']")
	click(t, ctx, x, y, 2)
	overtaken(t, ctx, id)
	if r := w.ends(id, mention.ReplyDraft); r.ApprovedAt.IsZero() {
		t.Errorf("%+v", r)
	}
	click(t, ctx, x, y, 1) // one press is meant
	w.ends(id, mention.ReplyRefused)
}

// A press is for what stood there: what a colleague does at the same moment puts another button
// under the hand.
func TestPressOnWhatWasDrawnJustNow(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	ctx := tab(t, chromium.Open(t), w, "Ira")
	stopClock(t, ctx)
	do(t, ctx, chromedp.Navigate(w.addr+"/inbox"))
	holds(t, ctx, "ready", `document.querySelector("[data-key=KeyC]") && window.htmx`)
	w.untilLines(1)
	x, y := where(t, ctx, "[data-key=KeyC]")
	w.ask("POST", "/case/"+string(id)+"/claim", "Oleh", url.Values{})
	holds(t, ctx, "Oleh has it", `document.querySelector(".row").innerText.includes("Oleh has it")`)
	click(t, ctx, x, y, 1)
	overtaken(t, ctx, id)
	if c := w.status(id); c.Owner.Name != "Oleh" {
		t.Errorf("Claim took it over: %+v", c.Owner)
	}
}

// What a colleague writes while the button of the mouse is down takes the press away from nobody: what is drawn
// anew under it waits until it is up.
func TestPressWhileAColleagueWrites(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	for _, path := range []string{"/inbox", "/case/" + string(id)} {
		ctx := w.opened(t, path, `document.querySelector("[data-key=KeyC]")`)
		x, y := where(t, ctx, "[data-key=KeyC]")
		mouse(t, ctx, input.DispatchMouseEventTypeMousePressed, x, y, 1)
		w.ask("POST", "/case/"+string(id)+"/note", "Oleh", url.Values{"text": {"called her"}})
		holds(t, ctx, "the page asked", `performance.getEntriesByType("resource").some((each) => each.name.includes("part="))`)
		eval[chromedp.Void](t, ctx, `new Promise((done) => setTimeout(done, 100))`) // it is drawn at once where it is
		mouse(t, ctx, input.DispatchMouseEventTypeMouseReleased, x, y, 1)
		holds(t, ctx, "claimed", `document.querySelector(".claimed [data-key=KeyV]")`)
		w.ask("POST", "/case/"+string(id)+"/release", "Ira", url.Values{})
	}
}

// What is on its way is not sent once more, however often its button is pressed.
func TestNoteIsSentOnce(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	ctx := w.opened(t, "/case/"+string(id), `document.querySelector("[data-key=KeyC]")`)
	eval[chromedp.Void](t, ctx, `document.getElementById("note").value = "called her"`)
	x, y := where(t, ctx, "form.note button")
	click(t, ctx, x, y, 1)
	click(t, ctx, x, y, 2)
	holds(t, ctx, "the note", `document.querySelector(".noted")`)
	overtaken(t, ctx, id)
	do(t, ctx, chromedp.Navigate(w.addr+"/case/"+string(id)))
	if n := eval[int](t, ctx, `[...document.querySelectorAll(".noted")].filter((note) => note.innerText.includes("called her")).length`); n != 1 {
		t.Errorf("%d notes", n)
	}
}

// Enter where a row was ticked, or all were chosen, does nothing to them: of a form it presses the
// first button, and that claims.
func TestEnterOnABox(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	ctx := tab(t, chromium.Open(t), w, "Ira")
	for _, box := range []string{".pick input", "[name=all][value='1']"} {
		for _, script := range []bool{true, false} {
			call(t, ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !script})
			do(t, ctx, chromedp.Navigate(w.addr+"/inbox"), chromedp.WaitVisible(".row"), chromedp.Click("#bulkbar summary"), chromedp.Click(box))
			enter(t, ctx)
			time.Sleep(500 * time.Millisecond) // what must not happen would have by now
			if c := w.status(id); c.Status != mention.Open {
				t.Errorf("Enter on %s, with a script %t: %s", box, script, c.Status)
				w.ask("POST", "/case/"+string(id)+"/release", "Ira", url.Values{})
			}
		}
	}
	// Nor does it keep the press that is meant from counting.
	call(t, ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{})
	do(t, ctx, chromedp.Navigate(w.addr+"/inbox"), chromedp.WaitVisible(".row"), chromedp.Click("#bulkbar summary"), chromedp.Click(".pick input"))
	enter(t, ctx)
	do(t, ctx, chromedp.Click("#bulk button[value=claim]"))
	holds(t, ctx, "claimed", `document.querySelector(".results .yes")`)
}

// Since when somebody has a complaint is right in a window that is open all day, as is how long it
// waits.
func TestStateOfAnOldPage(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	w.ask("POST", "/case/"+string(id)+"/claim", "Oleh", url.Values{})
	ctx := tab(t, chromium.Open(t), w, "Ira")
	call(t, ctx, page.Enable, page.EnableParams{})
	call(t, ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: `{
		const every = setInterval, now = Date.now.bind(Date);
		window.setInterval = (f, ms) => every(f, ms / 100);
		Date.now = () => now() + (window.open3h ? 3 * 3600 * 1000 : 0);
	}`})
	for lang, hours := range map[string]string{"en": "3\u00a0h", "uk": "3\u00a0год", "ru": "3\u00a0ч", "bg": "3\u00a0ч"} {
		call(t, ctx, network.SetCookie, network.SetCookieParams{Name: "lang", Value: lang, URL: w.addr})
		for _, path := range []string{"/inbox", "/case/" + string(id)} {
			do(t, ctx, chromedp.Navigate(w.addr+path))
			holds(t, ctx, path, `document.querySelector(".claimed .state").textContent.includes("Oleh") && window.htmx`)
			eval[chromedp.Void](t, ctx, `window.open3h = true`)
			holds(t, ctx, path+" in "+lang, fmt.Sprintf(`document.querySelector(".claimed .state").textContent.includes(%q)`, hours))
		}
	}
}

// The reply text is copied by plain http, too, where a browser has no clipboard for pages.
func TestCopyByPlainHTTP(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	w.addr = strings.Replace(w.addr, "127.0.0.1", "earshot.lan", 1)
	ctx := tab(t, chromium.Open(t, chromedp.Flag("host-resolver-rules", "MAP earshot.lan 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")), w, "Ira")
	do(t, ctx, chromedp.Navigate(w.addr+"/case/"+string(id)))
	holds(t, ctx, "ready", `document.querySelector("[data-copy]") && window.htmx && !window.isSecureContext`)
	x, y := where(t, ctx, "[data-copy]")
	click(t, ctx, x, y, 1)
	holds(t, ctx, "copied", `document.getElementById("say").textContent === "Copied." && document.activeElement.matches("[data-copy]")`)
	x, y = where(t, ctx, "#note")
	click(t, ctx, x, y, 1)
	call(t, ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Code: "KeyV", Key: "v", Modifiers: 2, Commands: []string{"paste"}})
	holds(t, ctx, "pasted", `document.getElementById("note").value === "We are sorry."`)
}

// A form whose answer is a page is sent once, too, on a network that is slower than a hand.
func TestFormIsSentOnce(t *testing.T) {
	w := newWorld(t)
	for n := range 5 {
		w.say(fmt.Sprintf("Автор %d", n), "Не повертають гроші")
	}
	site := w.inbox.Handler()
	came, goes := make(chan struct{}, 10), make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			came <- struct{}{}
			<-goes // a network that is slower than a hand
		}
		site.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(goes) })
	w.addr = server.URL
	ctx := tab(t, chromium.Open(t), w, "Ira")
	twice := func(selector string) {
		t.Helper()
		x, y := where(t, ctx, selector)
		click(t, ctx, x, y, 1)
		<-came
		click(t, ctx, x, y, 1)             // not of a double click: somebody is impatient
		time.Sleep(300 * time.Millisecond) // a second one would have come by now
		if len(came) > 0 {
			t.Fatalf("%s: sent twice", selector)
		}
		goes <- struct{}{}
	}
	do(t, ctx, chromedp.Navigate(w.addr+"/templates"))
	holds(t, ctx, "ready", `document.getElementById("text-new") && window.htmx`)
	eval[chromedp.Void](t, ctx, `document.getElementById("text-new").value = "Вибачте"`)
	twice("form[action='/templates'] button")
	holds(t, ctx, "written", `document.querySelector(".reply textarea") && window.htmx`)
	do(t, ctx, chromedp.Navigate(w.addr+"/inbox"))
	holds(t, ctx, "ready", `document.querySelectorAll(".row").length === 5 && window.htmx`)
	eval[chromedp.Void](t, ctx, `document.getElementById("bulkbar").open = true; document.querySelector("[name=all][value='1']").checked = true`)
	twice("#bulk [value='dismiss:spam']")
	holds(t, ctx, "done", `document.querySelectorAll(".results .yes").length === 5`)
}

// Who hears the page is told of what is new, and, wherever J and K or a press lead, how loud the
// complaint is and who has it by now, not its words alone.
func TestWhatIsHeardOfAList(t *testing.T) {
	w := newWorld(t)
	w.say("Олена К.", "Третій тиждень не повертають гроші")
	ctx := w.opened(t, "/inbox", `document.querySelector("[data-key=KeyC]")`)
	press(t, ctx, "KeyJ", "о", "KeyC", "с")
	holds(t, ctx, "claimed", `document.querySelector(".row.claimed") && document.activeElement.matches("a.words")`)
	type node struct {
		role, name, description string
	}
	heard := func() (all []node) {
		tree, err := chromedp.Call(ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		if err != nil {
			t.Fatal(err)
		}
		text := func(v *accessibility.Value) (s string) {
			if v != nil {
				_ = json.Unmarshal(v.Value, &s) // what is no text is none
			}
			return s
		}
		for _, n := range tree.Nodes {
			if !n.Ignored {
				all = append(all, node{text(n.Role), text(n.Name), text(n.Description)})
			}
		}
		return all
	}
	if all := heard(); !slices.ContainsFunc(all, func(n node) bool {
		return n.role == "link" && strings.Contains(n.name, "Третій") && strings.Contains(n.description, "Ira has it")
	}) {
		t.Error("the row where the focus is does not say who has it")
	}
	status := func() (n int) {
		for _, each := range heard() {
			if each.role == "status" {
				n++
			}
		}
		return n
	}
	before := status() // it must be there before anything is written into it
	w.say("Дмитро", "Заблокували картку без попередження")
	holds(t, ctx, "one new", `!document.getElementById("fresh").hidden`)
	if in := eval[bool](t, ctx, `Boolean(document.getElementById("fresh").closest("[role=status]"))`); before < 2 || status() != before || !in {
		t.Errorf("%d places that are heard, %d now; the new one in one of them: %t", before, status(), in)
	}
}

// A key that is pressed while the answer to the one before is put in its place is for the same row, and
// leaves the page as little as any other.
func TestKeysInARow(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	ctx := w.opened(t, "/inbox", `document.querySelector("[data-key=KeyC]")`)
	eval[chromedp.Void](t, ctx, `new MutationObserver((_, observer) => {
		if (!document.querySelector(".row.claimed")) return;
		observer.disconnect();
		document.body.dispatchEvent(new KeyboardEvent("keydown", {code: "KeyV", bubbles: true}));
	}).observe(document.getElementById("list"), {childList: true})`)
	press(t, ctx, "KeyJ", "о", "KeyC", "с")
	testkit.Eventually(t, "the second key counts", 20*time.Second, func() bool { return w.status(id).Status == mention.Replied })
	holds(t, ctx, "the row stays", `document.querySelector(".row").dataset.status === "replied"`)
}

// TestReplyKeyWhereTheSiteIsAnswered: R leads to where people write: to the field whose words go out to the site,
// where there is one, and with it to no text that is only copied.
func TestReplyKeyWhereTheSiteIsAnswered(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	w.answers(reply.Way{Repeat: reply.Twice})
	const written = `document.activeElement.id === "answer-text"`
	ctx := w.opened(t, "/case/"+string(id), `document.querySelector("#answer-text")`)
	press(t, ctx, "KeyR", "к")
	holds(t, ctx, "R on the page of the complaint", written)
	do(t, ctx, chromedp.Navigate(w.addr+"/inbox"))
	holds(t, ctx, "the list", `document.querySelector(".row") && window.htmx`)
	press(t, ctx, "KeyJ", "о", "KeyR", "к")
	holds(t, ctx, "R in the list", `location.pathname.startsWith("/case/") && `+written)
}
