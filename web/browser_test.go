package web

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
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
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// browser is one Chromium for a test; tab opens a window of a person in it.
func browser(t *testing.T, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("short: a real browser")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		testkit.Require(t, "browser", "chromium absent (apt-get install chromium)")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
	options = append(options, more...)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stopBrowser := chromedp.NewContext(allocator)
	do(t, ctx)
	t.Cleanup(func() {
		_ = chromedp.Cancel(ctx) // waits until it is gone
		stopBrowser()
		stop()
	})
	return ctx
}

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
	v, err := evaluate[T](ctx, expression)
	if err != nil {
		t.Fatalf("%.200s: %v", expression, err)
	}
	return v
}

func evaluate[T any](ctx context.Context, expression string) (T, error) {
	wait := true
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, func(p *runtime.EvaluateParams) { p.AwaitPromise = &wait }))
}

// holds waits until an expression holds in a page. A page that is just being left gives an error
// instead of an answer; so it is asked again.
func holds(t *testing.T, ctx context.Context, what, expression string) {
	t.Helper()
	var err error
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(30 * time.Millisecond) {
		var yes bool
		if yes, err = evaluate[bool](ctx, "Boolean("+expression+")"); yes && err == nil {
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
	w := newWorld(t)
	nasty := w.say(`<img src=x onerror=alert(1)>`, `Не повертають гроші <script>alert(2)</script> "><b onmouseover=alert(3)>`)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші, підтримка мовчить")
	b := browser(t)
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
	w.inbox.live.mu.Lock()
	for open := range w.inbox.live.lines {
		w.inbox.live.cut(open)
	}
	w.inbox.live.mu.Unlock()
	if _, body := w.ask("POST", "/case/"+string(nasty)+"/claim", "Ira", url.Values{}, "HX-Request", "true"); body == "" {
		t.Error("no answer")
	}
	holds(t, oleh, "caught up", fmt.Sprintf(`document.getElementById("c-%s").dataset.status === "claimed"`, nasty))
}

// With scripts off every verb works as a form.
func TestScriptOff(t *testing.T) {
	w := newWorld(t)
	id := w.say("Олена К.", "Третій тиждень не повертають гроші, підтримка мовчить")
	ctx := tab(t, browser(t), w, "Ira")
	call(t, ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	do(t, ctx, chromedp.Navigate(w.addr+"/inbox"), chromedp.Click(`button[formaction$="/claim"]`), chromedp.WaitVisible(`.row.claimed`))
	do(t, ctx, chromedp.Click(`button[formaction$="/replied"]`), chromedp.WaitVisible(`.empty`))
	if c := w.status(id); c.Status != mention.Replied {
		t.Errorf("%+v", c)
	}
}

// axe is the script of the checker, kept outside of the repository.
func axe(t *testing.T) string {
	t.Helper()
	dir, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	src, err := os.ReadFile(filepath.Join(dir, "earshot-tests", "axe-core-4.14.1", "axe.min.js"))
	if err != nil {
		testkit.Require(t, "axe", "axe-core absent (scripts/test-tools.sh)")
	}
	return string(src)
}

// No page has a finding of axe, in four languages, light and dark, on a desk and on a
// phone. With EARSHOT_PICTURES=DIR it keeps pictures of what it sees.
func TestAccessible(t *testing.T) {
	b := browser(t)
	script := axe(t)
	w := newWorld(t)
	for i := range 4 {
		w.say([]string{"Олена К.", "maria_k", "Георги", "Дмитро"}[i], []string{"Третій тиждень не повертають гроші за скасоване замовлення, підтримка мовчить. Більше ні ногою.", "Third week and Romashka Bank still has not returned my money. Support just sends the same template every time.",
			"Ромашка Банк ми таксува сметката два пъти. Обещаха да върнат парите до три дни, мина месец, а никой не вдига телефона.", "Ромашка Банк заблокував картку без жодного попередження, гаряча лінія мовчить."}[i])
	}
	w.ask("POST", "/case/"+string(w.ids[1])+"/claim", "Ira", url.Values{})
	w.ask("POST", "/case/"+string(w.ids[1])+"/note", "Ira", url.Values{"text": {"Called her: she will send the date."}})
	w.ask("POST", "/case/"+string(w.ids[2])+"/snooze", "Oleh", url.Values{"until": {"tomorrow"}})
	paths := []struct{ name, path string }{{"inbox", "/inbox?status=all"}, {"case", "/case/" + string(w.ids[1])}, {"empty", "/inbox?status=replied"}, {"refused", "/case/none"},
		{"reports", "/reports"}, {"reports-empty", "/reports?watch=nobody"}, {"sources", "/sources"}, {"me", "/me"}}
	w.sources = townSources()
	if err := w.store.AddSession(context.Background(), mention.Session{Hash: [32]byte{1}, Way: "slack", Person: mention.Person{ID: "web:Ira"}, MadeAt: time.Now().Add(-2 * time.Hour), SeenAt: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if err := w.store.AddSession(context.Background(), mention.Session{Hash: [32]byte{2}, Way: "once", Person: mention.Person{ID: "web:Ira"}, MadeAt: time.Now().Add(-30 * time.Hour), SeenAt: time.Now().Add(-3 * time.Hour)}); err != nil {
		t.Fatal(err)
	}
	langs, schemes, widths := []string{"en", "uk", "ru", "bg"}, []string{"light", "dark"}, []int64{1200, 390}
	full := os.Getenv("EARSHOT_DRILL") == "full"
	for p, each := range paths {
		t.Run(each.name, func(t *testing.T) {
			if each.name == "reports" || each.name == "me" {
				w.quarter() // a list of so many takes long
			}
			for n := range len(langs) * 4 {
				lang, scheme, width := n%4, n/4%2, n/8%2
				// A few that hold every page, language, scheme and width; all of them in the drill.
				if full || lang == (p+2*scheme+p/4)%4 && width == (p+scheme)%2 {
					look(t, tab(t, b, w, "Ira"), w.addr+each.path, langs[lang], schemes[scheme], widths[width], each.name, script)
				}
			}
		})
	}
}

func look(t *testing.T, ctx context.Context, address, lang, scheme string, width int64, name, script string) {
	t.Helper()
	site, _, _ := strings.Cut(strings.TrimPrefix(address, "http://"), "/")
	call(t, ctx, network.SetCookie, network.SetCookieParams{Name: "lang", Value: lang, URL: "http://" + site})
	call(t, ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 500})
	call(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	do(t, ctx, chromedp.Navigate(address))
	where := fmt.Sprintf("%s %s %s %d", name, lang, scheme, width)
	findings(t, ctx, where, script)
	if dir := os.Getenv("EARSHOT_PICTURES"); dir != "" {
		eval[chromedp.Void](t, ctx, `for (const d of document.querySelectorAll("details")) d.open = false`)
		picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(where, " ", "-")+".png"), picture, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// findings are what axe finds on a page, and whether it is wider than the screen.
func findings(t *testing.T, ctx context.Context, where, script string) {
	t.Helper()
	var found []struct {
		ID    string `json:"id"`
		Nodes []struct {
			HTML           string `json:"html"`
			FailureSummary string `json:"failureSummary"`
		} `json:"nodes"`
	}
	wide := eval[bool](t, ctx, `for (const d of document.querySelectorAll("details")) d.open = d.matches(".filter details, figure details"); document.documentElement.scrollWidth > innerWidth`)
	eval[chromedp.Void](t, ctx, script+";0")
	raw := eval[string](t, ctx, `axe.run(document, {resultTypes: ["violations"]}).then(r => JSON.stringify(r.violations))`)
	if err := json.Unmarshal([]byte(raw), &found); err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Errorf("%s: %s: %s\n%s", where, f.ID, f.Nodes[0].HTML, f.Nodes[0].FailureSummary)
	}
	if wide {
		t.Errorf("%s: wider than the screen", where)
	}
}
