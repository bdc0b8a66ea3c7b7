package web

import (
	"context"
	"fmt"
	"iter"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/earshot/earshot/internal/testkit/chromium"
	"github.com/earshot/earshot/mention"
)

// tab is a window with cookies of its own; what the page may not do is an error of the test.
func tab(t *testing.T, parent context.Context, w *world, who string) context.Context {
	t.Helper()
	ctx, stop := chromedp.NewContext(parent, chromedp.WithNewBrowserContext())
	ctx, cancel := context.WithTimeout(ctx, 10*time.Minute)
	var watching sync.WaitGroup
	t.Cleanup(func() { cancel(); stop(); watching.Wait() })
	watch(&watching, chromedp.Events(ctx, runtime.ExceptionThrown), func(e runtime.EventExceptionThrown) {
		t.Errorf("%s: the script failed: %s", who, e.ExceptionDetails.Text)
	})
	watch(&watching, chromedp.Events(ctx, page.JavascriptDialogOpening), func(e page.EventJavascriptDialogOpening) {
		t.Errorf("%s: a dialog: %s", who, e.Message)
	})
	watch(&watching, chromedp.Events(ctx, network.RequestWillBeSent), func(e network.EventRequestWillBeSent) {
		if !strings.HasPrefix(e.Request.URL, w.addr) && !strings.HasPrefix(e.Request.URL, "data:") {
			t.Errorf("%s: a request off the site: %s", who, e.Request.URL)
		}
	})
	watch(&watching, chromedp.Events(ctx, audits.IssueAdded), func(e audits.EventIssueAdded) {
		if e.Issue.Code == audits.InspectorIssueCodeContentSecurityPolicyIssue {
			t.Errorf("%s: against the policy: %+v", who, e.Issue.Details)
		}
	})
	call(t, ctx, network.Enable, network.EnableParams{})
	call(t, ctx, audits.Enable, cdp.Empty{})
	call(t, ctx, network.SetCookie, network.SetCookieParams{Name: "who", Value: who, URL: w.addr})
	return ctx
}

// opened is a page in Ira's window, when what shows that it is there holds, and it listens.
func (w *world) opened(t *testing.T, path, there string) context.Context {
	t.Helper()
	ctx := tab(t, chromium.Open(t), w, "Ira")
	do(t, ctx, chromedp.Navigate(w.addr+path))
	holds(t, ctx, path, there+" && window.htmx")
	w.untilLines(1)
	return ctx
}

func watch[E any](done *sync.WaitGroup, events iter.Seq2[E, error], look func(E)) {
	done.Go(func() {
		for e, err := range events {
			if err != nil {
				return
			}
			look(e)
		}
	})
}

func call[P, R any](t *testing.T, ctx context.Context, command cdp.Command[P, R], params P) {
	t.Helper()
	if _, err := chromedp.Call(ctx, command, params); err != nil {
		t.Fatalf("%s: %v", command.Method, err)
	}
}

func do(t *testing.T, ctx context.Context, actions ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, actions...); err != nil {
		t.Fatal(err)
	}
}

func eval[T any](t *testing.T, ctx context.Context, expression string) T {
	t.Helper()
	v, err := chromium.Eval[T](ctx, expression)
	if err != nil {
		t.Fatalf("%.200s: %v", expression, err)
	}
	return v
}

// holds waits until an expression holds in a page. A page that is just being left gives an error
// instead of an answer; so it is asked again.
func holds(t *testing.T, ctx context.Context, what, expression string) {
	t.Helper()
	var err error
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		var yes bool
		if yes, err = chromium.Eval[bool](ctx, "Boolean("+expression+")"); yes && err == nil {
			return
		}
	}
	body := eval[string](t, ctx, "document.body.innerText")
	t.Fatalf("%s: %s does not hold (%v):\n%s", what, expression, err, body[:min(len(body), 1500)])
}

// press presses keys of a Ukrainian layout: the place on the keyboard, and the letter it
// gives there.
func press(t *testing.T, ctx context.Context, keys ...string) {
	t.Helper()
	for i := 0; i+1 < len(keys); i += 2 {
		for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeRawKeyDown, input.DispatchKeyEventTypeKeyUp} {
			call(t, ctx, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: kind, Code: keys[i], Key: keys[i+1]})
		}
	}
}

// With the keyboard alone, in a Cyrillic layout: claim, dismiss, undo, answer; and a second
// browser sees each within two seconds and loses.
func TestKeyboardAndTwoBrowsers(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		nasty := w.say(`<img src=x onerror=alert(1)>`, `Не повертають гроші <script>alert(2)</script> "><b onmouseover=alert(3)>`)
		id := w.say("Олена К.", "Третій тиждень не повертають гроші, підтримка мовчить")
		b := chromium.Open(t)
		ira, oleh := tab(t, b, w, "Ira"), tab(t, b, w, "Oleh")
		for _, each := range []context.Context{ira, oleh} {
			do(t, each, chromedp.Navigate(w.addr+"/inbox"))
			holds(t, each, "two rows", `document.querySelectorAll(".row").length === 2 && window.htmx`)
		}
		row := fmt.Sprintf(`document.getElementById("c-%s")`, id)
		press(t, ira, "KeyJ", "о", "KeyJ", "о", "KeyK", "л")
		for !eval[bool](t, ira, row+`.classList.contains("here")`) {
			press(t, ira, "KeyJ", "о")
		}
		press(t, ira, "KeyC", "с")
		holds(t, ira, "claimed", row+`.dataset.status === "claimed"`)
		holds(t, oleh, "the other browser sees it", row+`.innerText.includes("Ira has it")`)
		// A page that did not hear of it: the press is answered with who has it.
		stale := eval[string](t, oleh, fmt.Sprintf(`fetch("/case/%s/claim", {method: "POST", headers: {"HX-Request": "true"}}).then(async r => r.status + await r.text())`, id))
		if !strings.HasPrefix(stale, "409") || !strings.Contains(stale, "Ira took it") {
			t.Errorf("a stale press: %s", stale[:min(len(stale), 300)])
		}
		press(t, ira, "KeyD", "в")
		holds(t, ira, "the menu is open", `document.activeElement.value === "not_negative"`)
		eval[chromedp.Void](t, ira, `document.activeElement.click()`)
		holds(t, ira, "dismissed, still in its place", row+`.dataset.status === "dismissed"`)
		press(t, ira, "KeyZ", "я")
		holds(t, ira, "undone", row+`.dataset.status === "claimed"`)
		press(t, ira, "KeyV", "м")
		holds(t, ira, "answered", row+`.dataset.status === "replied"`)
		holds(t, oleh, "seen by the other", row+`.dataset.status === "replied"`)
		if c := w.status(id); c.Status != mention.Replied || c.Owner.Name != "Ira" {
			t.Errorf("in the store: %+v", c)
		}
		// New ones wait; the list does not jump.
		w.say("Дмитро", "Заблокували картку без попередження, гроші на ній")
		holds(t, oleh, "one new", `!document.getElementById("fresh").hidden && document.querySelectorAll(".row").length === 2`)
		// The stream is cut, things happen, it comes back: the page equals the store.
		w.cut()
		if _, body := w.ask("POST", "/case/"+string(nasty)+"/claim", "Ira", url.Values{}, "HX-Request", "true"); body == "" {
			t.Error("no answer")
		}
		holds(t, oleh, "caught up", fmt.Sprintf(`document.getElementById("c-%s").dataset.status === "claimed"`, nasty))
	})
}

// Keys of which there is nothing to press do nothing, and Z takes back what a form without a
// script has just done, though no row is chosen.
func TestKeysWithNothingChosen(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші")
	w.ask("POST", "/case/"+string(id)+"/dismiss", "Ira", url.Values{"reason": {"spam"}})
	ctx := w.opened(t, "/case/"+string(id), `document.getElementById("case")`)
	press(t, ctx, "KeyR", "к", "KeyC", "с", "KeyV", "м") // it is closed
	do(t, ctx, chromedp.Navigate(w.addr+"/inbox?undo="+string(id)))
	holds(t, ctx, "what can be undone", `document.querySelector(".undone") && window.htmx`)
	press(t, ctx, "KeyO", "щ", "KeyR", "к", "KeyX", "ч", "KeyD", "в", "KeyZ", "я")
	holds(t, ctx, "undone", `document.querySelector(".row.open")`)
}

// With scripts off every verb works as a form.
func TestScriptOff(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		id := w.say("Олена К.", "Третій тиждень не повертають гроші, підтримка мовчить")
		ctx := tab(t, chromium.Open(t), w, "Ira")
		call(t, ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		for _, path := range []string{"/inbox", "/case/" + string(id)} { // what only a script could do is not offered
			do(t, ctx, chromedp.Navigate(w.addr+path))
			if shown := eval[string](t, ctx, `[...document.querySelectorAll("[hidden]")].filter((e) => e.checkVisibility()).map((e) => e.outerHTML).join()`); shown != "" {
				t.Errorf("%s: shown without a script: %s", path, shown)
			}
		}
		do(t, ctx, chromedp.Navigate(w.addr+"/inbox"), chromedp.Click(`button[formaction$="/claim"]`), chromedp.WaitVisible(`.row.claimed`))
		do(t, ctx, chromedp.Click(`button[formaction$="/replied"]`), chromedp.WaitVisible(`.empty`))
		if c := w.status(id); c.Status != mention.Replied {
			t.Errorf("%+v", c)
		}
	})
}
