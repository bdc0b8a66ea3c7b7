package web

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/internal/testkit/chromium"
	"github.com/earshot/earshot/mention"
)

// With the keyboard alone, in a Cyrillic layout, through all pages; the report is asked for
// another period, the charts' numbers opened, a source polled, a language chosen.
func TestPagesByKeyboard(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.sources = townSources()
		w.say("Олена К.", "Третій тиждень не повертають гроші, підтримка мовчить")
		ctx := tab(t, chromium.Open(t), w, "Ira")
		do(t, ctx, chromedp.Navigate(w.addr+"/inbox"))
		holds(t, ctx, "the inbox", `window.htmx`)
		press(t, ctx, "KeyG", "п", "KeyR", "к")
		holds(t, ctx, "the reports", `location.pathname === "/reports" && document.querySelector(".tiles b")?.textContent === "1" && window.htmx`)
		eval[chromedp.Void](t, ctx, `document.querySelector(".views a[href*=month]").focus()`)
		enter(t, ctx)
		holds(t, ctx, "this month", `location.search === "?period=month" && document.querySelector(".views a[aria-current]")?.textContent === "This month" && window.htmx`)
		eval[chromedp.Void](t, ctx, `document.querySelector("figure summary").focus()`)
		enter(t, ctx)
		holds(t, ctx, "the numbers of a chart", `document.querySelector("figure details").open`)
		press(t, ctx, "KeyG", "п", "KeyS", "і")
		holds(t, ctx, "the sources", `location.pathname === "/sources" && document.querySelectorAll(".source").length === 7 && window.htmx`)
		eval[chromedp.Void](t, ctx, `document.querySelector("form[action$=poll] button").focus()`)
		enter(t, ctx)
		holds(t, ctx, "polled", `document.querySelector("[role=status].undone") && window.htmx`)
		if len(w.polled) != 1 {
			t.Errorf("%d polls", len(w.polled))
		}
		do(t, ctx, chromedp.Navigate(w.addr+"/me"))
		eval[chromedp.Void](t, ctx, `document.querySelector("select[name=lang]").value = "bg"; document.querySelector("form[action='/me'] button").focus()`)
		enter(t, ctx)
		holds(t, ctx, "saved", `location.search === "?saved=1" && document.querySelector("select[name=lang]")?.value === "bg" && window.htmx`)
		press(t, ctx, "KeyG", "п", "KeyI", "ш")
		holds(t, ctx, "back in the inbox", `location.pathname === "/inbox"`)
	})
}

// enter presses Enter where the focus is.
func enter(t *testing.T, ctx context.Context) {
	t.Helper()
	do(t, ctx, chromedp.KeyEvent("\r"))
}

// With scripts off the new pages say all they say, and their forms work.
func TestPagesScriptOff(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.sources = townSources()
		w.say("Олена К.", "Третій тиждень не повертають гроші, підтримка мовчить")
		ctx := tab(t, chromium.Open(t), w, "Ira")
		call(t, ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
		for _, form := range []struct{ page, holds, button, then string }{
			{"/reports", `svg.chart`, `form.filter button.primary`, `.tiles`},
			{"/sources", `.source`, `form[action$="/poll"] button`, `.undone`},
			{"/me", `select[name=lang]`, `form[action="/me"] button`, `.undone`},
		} {
			do(t, ctx, chromedp.Navigate(w.addr+form.page), chromedp.WaitVisible(form.holds))
			// What comes then may be on the page already: the next one is waited for first.
			if _, err := chromedp.RunResponse(ctx, chromedp.Click(form.button)); err != nil {
				t.Fatal(err)
			}
			do(t, ctx, chromedp.WaitVisible(form.then))
		}
	})
}

// The stream is cut while fifty cases change, and comes again: what the page shows is what
// the store holds.
func TestFiftyChangesOverACut(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		for n := range 50 {
			w.say(fmt.Sprintf("Автор %d", n), "Не повертають гроші")
		}
		ctx := tab(t, chromium.Open(t), w, "Ira")
		do(t, ctx, chromedp.Navigate(w.addr+"/inbox"))
		holds(t, ctx, "fifty rows", `document.querySelectorAll(".row").length === 50 && window.htmx`)
		holds(t, ctx, "a stream", `performance.getEntriesByType("resource").length > 0`)
		w.untilLines(1)
		w.cut()
		for n, id := range w.ids {
			verb, form := []string{"claim", "replied", "dismiss"}[n%3], url.Values{"reason": {"spam"}}
			w.ask("POST", "/case/"+string(id)+"/"+verb, "Oleh", form, "HX-Request", "true")
			if n == 25 {
				w.cut()
			}
		}
		var want []string
		for _, id := range w.ids {
			c := w.status(id)
			want = append(want, fmt.Sprintf(`["%s", "%s", %d]`, id, c.Status, c.Version))
		}
		holds(t, ctx, "all rows as in the store", `[`+strings.Join(want, ",")+`].every(([id, status, version]) => {
	  const row = document.getElementById("c-" + id); return row.dataset.status === status && Number(row.dataset.version) === version; })`)
	})
}

// cut ends all streams.
func (w *world) cut() {
	w.inbox.live.mu.Lock()
	defer w.inbox.live.mu.Unlock()
	for open := range w.inbox.live.lines {
		w.inbox.live.cut(open)
	}
}

// untilLines waits until so many pages are open.
func (w *world) untilLines(n int) {
	w.t.Helper()
	testkit.Eventually(w.t, "an open page", time.Minute, func() bool {
		w.inbox.live.mu.Lock()
		defer w.inbox.live.mu.Unlock()
		return len(w.inbox.live.lines) >= n
	})
}

// A press in Slack and one in each of two browsers, at once: one winner, and within two
// seconds both browsers show him: the fastest of at least three rounds, for others use the
// machine too. (Slack's side of it is the same desk.)
func TestThreeDoors(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		b := chromium.Open(t)
		ira, oleh := tab(t, b, w, "Ira"), tab(t, b, w, "Oleh")
		best := time.Hour
		for round := 0; round < 3 || round < 10 && best > 2*time.Second; round++ {
			id := w.say(fmt.Sprintf("Автор %d", round), "Не повертають гроші")
			row := fmt.Sprintf(`document.getElementById("c-%s")`, id)
			for _, each := range []context.Context{ira, oleh} {
				do(t, each, chromedp.Navigate(w.addr+"/inbox"))
				holds(t, each, "the row", row+` && window.htmx`)
			}
			w.untilLines(2)
			slack := make(chan error, 1)
			go func() {
				_, err := w.inbox.opt.Desk.Do(context.Background(), id, mention.Action{Verb: mention.Claim, By: mention.Person{ID: "slack:U0VERA", Name: "Vera"}})
				slack <- err
			}()
			for _, each := range []context.Context{ira, oleh} {
				eval[chromedp.Void](t, each, row+`.querySelector("[data-key=KeyC]")?.click()`)
			}
			slackErr := <-slack
			began := time.Now()
			winner := w.status(id).Owner.Name
			if won := slackErr == nil; won != (winner == "Vera") {
				t.Errorf("Slack was told %v, the winner is %s", slackErr, winner)
			}
			for _, each := range []context.Context{ira, oleh} {
				holds(t, each, "the winner "+winner, row+`.innerText.includes("`+winner+` has it")`)
			}
			best = min(best, time.Since(began))
		}
		if best > 2*time.Second {
			t.Errorf("it took %s to show the winner", best)
		}
	})
}

// TestReportPrints: on paper stand the numbers behind the charts, and no buttons; nothing is
// wider than the paper, in any language, and a number and a word of a head keep to one line.
func TestReportPrints(t *testing.T) {
	w := newWorld(t)
	w.quarter()
	ctx := tab(t, chromium.Open(t), w, "Ira")
	const paper = 718 // of A4 between its margins, in pixels of CSS
	call(t, ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: paper, Height: 1040, DeviceScaleFactor: 1})
	call(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	for _, lang := range languages {
		call(t, ctx, network.SetCookie, network.SetCookieParams{Name: "lang", Value: lang, URL: w.addr})
		do(t, ctx, chromedp.Navigate(w.addr+"/reports"))
		if wide := eval[int](t, ctx, `document.documentElement.scrollWidth`); wide > paper {
			t.Errorf("%s: %d wide on paper of %d", lang, wide, paper)
		}
		if broken := eval[string](t, ctx, `[...document.querySelectorAll(".report thead th")].flatMap(th => [...th.childNodes].filter(n => n.nodeType === 3).flatMap(n => [...n.data.matchAll(/\S+/g)].filter(m => {
			const word = new Range(); word.setStart(n, m.index); word.setEnd(n, m.index + m[0].length); return word.getClientRects().length > 1 }).map(m => m[0]))).join()`); broken != "" {
			t.Errorf("%s: words of a table's head are broken: %s", lang, broken)
		}
		if high := eval[string](t, ctx, `[...document.querySelectorAll(".tiles b")].filter(e => e.getClientRects().length > 1 || e.offsetHeight > 40).map(e => e.innerText).join()`); high != "" {
			t.Errorf("%s: in two lines: %s", lang, high)
		}
	}
	if hidden := eval[bool](t, ctx, `[...document.querySelectorAll(".top, form.filter, .views")].every(e => getComputedStyle(e).display === "none")`); !hidden {
		t.Error("what is pressed is on paper")
	}
	if shown := eval[bool](t, ctx, `getComputedStyle(document.querySelector("svg.chart")).display !== "none"`); !shown {
		t.Error("no chart on paper")
	}
	out, err := chromedp.Call(ctx, page.PrintToPDF, page.PrintToPDFParams{})
	if err != nil || len(out.Data) < 1000 {
		t.Errorf("a PDF of %d bytes: %v", len(out.Data), err)
	}
}
