package web

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/internal/testkit/chromium"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/reply"
	"github.com/earshot/earshot/web/auth"
)

// axe is the script of the checker.
func axe(t *testing.T) string {
	t.Helper()
	script := chromium.Axe()
	if script == "" {
		testkit.Require(t, "axe", "axe-core absent (scripts/test-tools.sh)")
	}
	return script
}

// sight is one page as people see it.
type sight struct {
	name, path string
	who        string // Ira when empty; "nobody" is not signed in
	act, holds string // what is done there first, and what holds then
	drill      bool   // only the drill looks at it: a long page, or one like others
}

// TestAccessible: no page has a finding of axe, nor is it wider than the screen, in four
// languages, light and dark, on a desk and on a phone: one of these for every route, all of
// them for every state of a page with EARSHOT_DRILL=full. With EARSHOT_PICTURES=DIR it keeps pictures of what it sees.
func TestAccessible(t *testing.T) {
	e := eyes{t: t, browser: chromium.Open(t), script: axe(t), routes: http.NewServeMux(), seen: map[string]bool{}}
	w := newWorld(t)
	few := w.fewCases()
	e.lookAll(w, few)
	w.quarter() // from here on lists are long
	e.lookAll(w, manyCases(w))
	e.lookAll(w, signingIn(w))
	e.everyPage()
	t.Logf("%d pages, %d looks at them, %d findings", e.pages, e.looks, e.found)
}

// fewCases has the world hold a few cases in all states, and returns what there is to see.
func (w *world) fewCases() []sight {
	w.t.Helper()
	said := []struct{ author, text string }{
		{"Олена К.", "Третій тиждень не повертають гроші за скасоване замовлення, підтримка мовчить. Більше ні ногою."},
		{"maria_k", "Third week and Romashka Bank still has not returned my money. Support just sends the same template every time."},
		{"Георги", "Ромашка Банк ми таксува сметката два пъти. Обещаха да върнат парите до три дни, мина месец, а никой не вдига телефона."},
		{"Дмитро", "Ромашка Банк заблокував картку без жодного попередження, гаряча лінія мовчить."},
		{"Олена К.", "Знову те саме: гроші не повернули."},
		{"Павел", "Ромашка Банк второй раз списал плату за карту, которую я закрыл."},
		{"Оксана", "Застосунок не відкривається після оновлення."},
		{"Іван", "Кур'єр так і не приїхав."},
		{"Stoyan", "Чаках два часа на опашка."},
	}
	for _, one := range said {
		w.say(one.author, one.text)
	}
	at := func(n int) string { return "/case/" + string(w.ids[n]) }
	w.ask("POST", at(1)+"/claim", "Ira", url.Values{})
	w.ask("POST", at(1)+"/note", "Ira", url.Values{"text": {"Called her: she will send the date."}})
	w.ask("POST", at(2)+"/snooze", "Oleh", url.Values{"until": {"tomorrow"}})
	w.ask("POST", at(4)+"/dismiss", "Ira", url.Values{"reason": {"spam"}})
	w.ask("POST", at(5)+"/claim", "Oleh", url.Values{})
	sites := w.answers(reply.Way{Repeat: reply.Twice, Approve: true, Limit: reply.Limit{Unit: reply.Chars, Max: 500}})
	w.ask("POST", at(6)+"/reply", "Ira", handedIn(1, "Перепрошуємо, виправимо сьогодні."))
	w.ends(w.ids[6], mention.ReplyDraft)
	for n, result := range map[int]reply.Result{7: {Reason: "the line was cut"}, 8: {Outcome: reply.Sent, URL: "https://forum.example/p/99"}} {
		sites.says(result)
		w.ask("POST", at(n)+"/reply", "Ira", handedIn(1, "Перепрошуємо.\nРомашка"))
		w.ask("POST", at(n)+"/reply/approve", "Oleh", url.Values{"reply": {w.ends(w.ids[n], mention.ReplyDraft).ID}})
		w.ends(w.ids[n], map[bool]mention.ReplyStatus{true: mention.ReplySent, false: mention.ReplyUnclear}[n == 8])
	}
	w.ask("POST", "/templates", "Ira", url.Values{"text": {"{{author}}, перепрошуємо. Гроші повернемо сьогодні."}, "lang": {"uk"}, "topic": {"refund"}})
	w.sources = townSources()
	for n, way := range []string{"slack", "once"} {
		ago := time.Duration(n*28+2) * time.Hour
		if err := w.store.AddSession(context.Background(), mention.Session{Hash: [32]byte{byte(n + 1)}, Way: way, Person: mention.Person{ID: "web:Ira"}, MadeAt: time.Now().Add(-ago), SeenAt: time.Now().Add(-ago / 9)}); err != nil {
			w.t.Fatal(err)
		}
	}
	const long = `document.getElementById("answer-text").value = "ї".repeat(600); document.querySelector("form.reply button").click()`
	const rows = `document.querySelectorAll(".row").length === 6 && window.htmx`
	return []sight{
		{name: "inbox", path: "/inbox?status=all"},
		{name: "empty", path: "/inbox?q=nowhere", drill: true},
		{name: "undo", path: "/inbox?undo=" + string(w.ids[4]), drill: true},
		{name: "choosing", path: "/inbox", act: `document.getElementById("bulkbar").open = true; document.querySelector(".pick input").click()`, holds: rows},
		{name: "menu", path: "/inbox?owner=none", act: `document.querySelector(".menu").open = true`, holds: `document.querySelector(".menu .entries button").checkVisibility()`, drill: true},
		{name: "help", path: "/inbox", act: `document.getElementById("help").showModal()`, holds: `document.getElementById("help").open`},
		{name: "bulk", path: "/inbox", act: `for (const box of document.querySelectorAll(".pick input")) box.checked = true; document.getElementById("bulkbar").open = true; document.querySelector("#bulk button[value=wake]").click()`,
			holds: `document.querySelectorAll(".results li").length === 6`},
		{name: "case", path: at(1)},
		{name: "case-of-another", path: at(5), drill: true},
		{name: "case-answer", path: at(0), drill: true},
		{name: "case-answer-refused", path: at(0), act: long, holds: `document.querySelector("form.reply .refusal")`},
		{name: "case-answer-waits", path: at(6), who: "Oleh", drill: true},
		{name: "case-answer-unclear", path: at(7), drill: true},
		{name: "case-closed", path: at(8)},
		{name: "case-dismissed", path: at(4), drill: true},
		{name: "no-case", path: "/case/none", drill: true},
		{name: "no-page", path: "/nowhere"},
		{name: "no-view", path: "/inbox?view=none", drill: true},
		{name: "bad-filter", path: "/inbox?status=none", drill: true},
		{name: "may-not", path: "/sources", who: "guest", drill: true},
		{name: "nobody", path: "/inbox", who: "nobody"},
		{name: "reports-empty", path: "/reports?watch=nobody"},
		{name: "sources", path: "/sources"},
		{name: "sources-asked", path: "/sources?asked=forum", drill: true},
		{name: "templates", path: "/templates"},
		{name: "templates-to-read", path: "/templates", who: "guest", drill: true},
		{name: "me-new", path: "/me", who: "Nova", drill: true},
	}
}

// manyCases is what there is to see after a quarter.
func manyCases(w *world) []sight {
	return []sight{
		{name: "inbox-long", path: "/inbox?status=all", drill: true},
		{name: "case-history", path: "/case/" + string(w.ids[0]), drill: true},
		{name: "reports", path: "/reports"},
		{name: "reports-quarter", path: "/reports?period=13w", drill: true},
		{name: "me", path: "/me"},
		{name: "me-saved", path: "/me?saved=1", drill: true},
	}
}

// signingIn is what there is to see before somebody is known, on a site of its own.
func signingIn(w *world) []sight {
	w.t.Helper()
	ways := auth.Options{Sessions: w.store, Slack: auth.Client{ID: "1"}, OIDC: auth.Client{ID: "2", Issuer: "https://id.romashka.example"}}
	site := func(opt auth.Options) *world {
		opt.HTTP, opt.Catalog, opt.Lang = http.DefaultClient, w.inbox.opt.Texts, w.inbox.opt.Lang
		opt.Log, opt.Now = slog.New(slog.DiscardHandler), time.Now
		a, err := auth.New(opt)
		if err != nil {
			w.t.Fatal(err)
		}
		mux := http.NewServeMux()
		mux.Handle("/login", a.Handler())
		mux.Handle("/login/", a.Handler())
		mux.Handle("/logout", a.Handler())
		mux.Handle("/", w.inbox.Handler())
		server := httptest.NewServer(mux)
		w.t.Cleanup(server.Close)
		return &world{t: w.t, addr: server.URL}
	}
	with, without := site(ways).addr, site(auth.Options{Sessions: w.store}).addr
	return []sight{
		{name: "login", path: with + "/login?back=/reports"},
		{name: "login-refused", path: with + "/login/once?k=none"},
		{name: "login-none", path: without + "/login", drill: true},
		{name: "signed-out", path: without + "/login?out=1", drill: true},
		{name: "login-nowhere", path: with + "/login/nowhere"},
		{name: "signed-in", path: with + "/login", who: "link"},
	}
}

// eyes look at pages.
type eyes struct {
	t       *testing.T
	browser context.Context
	script  string
	routes  *http.ServeMux
	seen    map[string]bool // the routes that were looked at
	pages   int
	looks   int
	found   int
}

func (e *eyes) lookAll(w *world, list []sight) {
	for _, s := range list {
		e.t.Run(s.name, func(t *testing.T) {
			n := e.pages
			e.pages++
			if s.drill && !full() {
				t.Skip("with EARSHOT_DRILL=full")
			}
			e.lookAt(t, w, s, n)
		})
	}
}

// lookAt looks at one page in its variants. What moves has come to rest: half way through a menu is a shade of its colours.
func (e *eyes) lookAt(t *testing.T, w *world, s sight, n int) {
	address := s.path
	site := &world{t: t, addr: w.addr, inbox: w.inbox}
	if strings.HasPrefix(address, "/") {
		address = w.addr + address
	} else {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		site.addr = "http://" + u.Host
	}
	e.seen[strings.TrimPrefix(address, site.addr)] = true
	ctx := tab(t, e.browser, site, map[string]string{"": "Ira"}[s.who]+s.who)
	headers := network.Headers{}
	switch s.who {
	case "nobody":
		headers["Nobody"] = "1"
		call(t, ctx, network.DeleteCookies, network.DeleteCookiesParams{Name: "who", URL: site.addr})
	case "link":
		path, err := auth.NewLink(t.Context(), w.store, mention.Person{ID: "web:Ira", Name: "Ira"}, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		do(t, ctx, chromedp.Navigate(site.addr+path))
	}
	for look := range 16 {
		lang, scheme, width := look%4, look/4%2, look/8
		// One that holds every language, scheme and width in turn; all of them in the drill.
		if !full() && (lang != n%4 || scheme != (n+n/4)%2 || width != (n/2+n/8)%2) {
			continue
		}
		v := variant{languages[lang], []string{"light", "dark"}[scheme], []int64{1200, 390}[width]}
		headers["Accept-Language"] = v.lang
		call(t, ctx, network.SetExtraHTTPHeaders, network.SetExtraHTTPHeadersParams{Headers: headers})
		e.look(t, ctx, address, s, v)
		e.looks++
	}
}

// variant is how a page is looked at.
type variant struct {
	lang, scheme string
	width        int64
}

func (e *eyes) look(t *testing.T, ctx context.Context, address string, s sight, v variant) {
	t.Helper()
	site := strings.Join(strings.SplitN(address, "/", 4)[:3], "/")
	call(t, ctx, network.SetCookie, network.SetCookieParams{Name: "lang", Value: v.lang, URL: site})
	call(t, ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: v.width, Height: 900, DeviceScaleFactor: 1, Mobile: v.width < 500})
	call(t, ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: v.scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}})
	do(t, ctx, chromedp.Navigate(address))
	where := fmt.Sprintf("%s %s %s %d", s.name, v.lang, v.scheme, v.width)
	holds(t, ctx, where, `document.readyState === "complete" && document.documentElement.lang === "`+v.lang+`"`)
	eval[chromedp.Void](t, ctx, `for (const d of document.querySelectorAll(".filter details, figure details")) d.open = true`)
	if s.act != "" {
		eval[chromedp.Void](t, ctx, s.act)
		holds(t, ctx, where, s.holds)
	}
	e.found += findings(t, ctx, where, v.width, e.script)
	if dir := os.Getenv("EARSHOT_PICTURES"); dir != "" {
		eval[chromedp.Void](t, ctx, `for (const d of document.querySelectorAll(".filter details, figure details")) d.open = false`)
		picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(where, " ", "-")+".png"), picture, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// findings counts what axe finds on a page, and whether it is wider than the screen.
func findings(t *testing.T, ctx context.Context, where string, width int64, script string) int {
	t.Helper()
	var found []struct {
		ID    string `json:"id"`
		Nodes []struct {
			HTML           string `json:"html"`
			FailureSummary string `json:"failureSummary"`
		} `json:"nodes"`
	}
	wide := eval[int64](t, ctx, `document.documentElement.scrollWidth`) > width // innerWidth grows with what is too wide for a phone
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
		return len(found) + 1
	}
	return len(found)
}

// route is one of the handlers' patterns, of the inbox or of signing in.
var route = regexp.MustCompile(`"(GET|POST) (/[^"]*)"`)

// notPages are answers that no person looks at.
var notPages = []string{"/static/{name}", "/{$}", "/inbox.csv", "/reports.csv", "/events", "/logout", "/login/style.css", "/login/slack", "/login/oidc", "/login/callback"}

// everyPage fails when a page was not looked at: a route that is new.
func (e *eyes) everyPage() {
	all := map[string]bool{}
	for _, file := range []string{"web.go", filepath.Join("auth", "auth.go")} {
		src, err := os.ReadFile(file)
		if err != nil {
			e.t.Fatal(err)
		}
		for _, found := range route.FindAllStringSubmatch(string(src), -1) {
			if found[1] == "GET" && !slices.Contains(notPages, found[2]) {
				all["GET "+found[2]] = true
				e.routes.HandleFunc("GET "+found[2], func(http.ResponseWriter, *http.Request) {})
			}
		}
	}
	if len(all) < 8 {
		e.t.Fatalf("only the routes %v are found", all)
	}
	for path := range e.seen {
		_, pattern := e.routes.Handler(httptest.NewRequest(http.MethodGet, path, nil))
		delete(all, pattern)
	}
	for pattern := range all {
		e.t.Errorf("nobody looked at %s", pattern)
	}
}
