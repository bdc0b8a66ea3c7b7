package auth

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/mention"
	"github.com/earshot/earshot/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// workspace is a Slack in which Ira is known.
type workspace struct {
	mu   sync.Mutex
	away error
	asks int
}

var ira = mention.Person{ID: "slack:U0000IRA", Name: "Ira"}

func (w *workspace) down(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.away = err
}

func (w *workspace) Team(context.Context) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return "T0000OURS", w.away
}

func (w *workspace) PersonByEmail(_ context.Context, email string) (mention.Person, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asks++
	switch {
	case w.away != nil:
		return mention.Person{}, w.away
	case email == "ira@romashka.example":
		return ira, nil
	}
	return mention.Person{}, mention.ErrNotFound
}

func (w *workspace) Person(_ context.Context, id, otherwise string) mention.Person {
	if "slack:"+id == ira.ID {
		return ira
	}
	return mention.Person{ID: "slack:" + id, Name: otherwise}
}

// site is earshot with one page that wants to know who asks, and a browser before it.
type site struct {
	t       *testing.T
	auth    *Auth
	srv     *httptest.Server
	browser *http.Client
	store   Sessions
	slack   *workspace
	clock   time.Duration
}

func newSite(t *testing.T, change func(*Options)) *site {
	t.Helper()
	s := &site{t: t, slack: &workspace{}}
	now := func() time.Time { return time.Now().Add(s.clock) }
	catalog, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	opt := Options{Sessions: newMemory(), Directory: s.slack, HTTP: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return errors.New("moved") }},
		Catalog: catalog, Lang: func() string { return "en" }, Log: slog.New(slog.DiscardHandler), Now: now}
	if change != nil {
		change(&opt)
	}
	s.store = opt.Sessions
	if s.auth, err = New(opt); err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/login", s.auth.Handler())
	mux.Handle("/login/", s.auth.Handler())
	mux.Handle("/logout", s.auth.Handler())
	mux.Handle("/", s.auth.Require(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p, _, ok := s.auth.Who(r)
		if !ok {
			t.Error("Require lets nobody in")
		}
		_, _ = io.WriteString(w, p.ID+" "+p.Name)
	})))
	s.srv = httptest.NewServer(mux)
	t.Cleanup(s.srv.Close)
	s.browser = newBrowser(t, transport)
	return s
}

// kept keeps the sessions in a real database.
func kept(t *testing.T) func(*Options) {
	db, err := store.Open(t.Context(), store.Options{Database: "sqlite:" + filepath.Join(t.TempDir(), "e.db"), Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return func(o *Options) { o.Sessions = db }
}

func newBrowser(t *testing.T, transport http.RoundTripper) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Transport: transport, Jar: jar}
}

// get asks as a person does who types an address, and follows where it leads.
func (s *site) get(path string) (code int, body, at string) {
	s.t.Helper()
	resp, err := s.browser.Get(s.srv.URL + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(raw), resp.Request.URL.RequestURI()
}

func (s *site) post(path string, form url.Values) int {
	s.t.Helper()
	resp, err := s.browser.PostForm(s.srv.URL+path, form)
	if err != nil {
		s.t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

// link signs the browser in by a link.
func (s *site) link(p mention.Person) {
	s.t.Helper()
	path, err := NewLink(s.t.Context(), s.store, p, s.auth.opt.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	if code, body, at := s.get(path); code != http.StatusOK || at != "/inbox" {
		s.t.Fatalf("the link leads to %s: %d %s", at, code, body)
	}
}

// TestLink: one link signs in one browser, once, within ten minutes, on this machine.
func TestLink(t *testing.T) {
	s := newSite(t, kept(t))
	root := mention.Person{ID: "cli:root", Name: "root"}
	path, err := NewLink(t.Context(), s.store, root, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if code, body, at := s.get("/case/7?x=1&y=2"); code != http.StatusOK || at != "/login?back=%2Fcase%2F7%3Fx%3D1%26y%3D2" || !strings.Contains(body, "earshot login") {
		t.Errorf("before: %d at %s\n%s", code, at, body)
	}
	secret := strings.TrimPrefix(path, "/login/once?k=")
	asCookie := httptest.NewRequest(http.MethodGet, "/", nil)
	asCookie.AddCookie(&http.Cookie{Name: "earshot", Value: secret})
	if _, _, ok := s.auth.Who(asCookie); ok {
		t.Error("a link is a session")
	}
	for name, change := range map[string]func(*http.Request){
		"another machine":           func(r *http.Request) { r.RemoteAddr = "192.0.2.7:1000" },
		"a proxy":                   func(r *http.Request) { r.Header.Set("X-Forwarded-For", "127.0.0.1") },
		"a proxy that names itself": func(r *http.Request) { r.Header.Set("Via", "1.1 front") },
		"a preview":                 func(r *http.Request) { r.Method = http.MethodHead },
	} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.RemoteAddr = "127.0.0.1:1000"
		change(r)
		answer := httptest.NewRecorder()
		if s.auth.Handler().ServeHTTP(answer, r); answer.Code < 400 || len(answer.Result().Cookies()) > 0 {
			t.Errorf("%s: %d", name, answer.Code)
		}
	}
	if code, body, at := s.get(path); code != http.StatusOK || at != "/inbox" || body != "cli:root root" {
		t.Errorf("the link: %d %s at %s", code, body, at)
	}
	s.browser = newBrowser(t, s.browser.Transport)
	if code, body, _ := s.get(path); code != http.StatusForbidden || !strings.Contains(body, "used already") {
		t.Errorf("the second time: %d %s", code, body)
	}
	if path, err = NewLink(t.Context(), s.store, root, time.Now()); err != nil {
		t.Fatal(err)
	}
	s.clock = LinkLives + time.Second
	if code, body, _ := s.get(path); code != http.StatusForbidden || !strings.Contains(body, "10 minutes") {
		t.Errorf("too late: %d %s", code, body)
	}
}

// TestLoopback: the demo is for this machine alone.
func TestLoopback(t *testing.T) {
	for _, c := range []struct {
		peer, host, header string
		want               bool
	}{
		{"127.0.0.1:5", "127.0.0.1:8080", "", true}, {"[::1]:5", "[::1]:8080", "", true}, {"127.0.0.1:5", "localhost", "", true},
		{"10.0.0.1:5", "127.0.0.1:8080", "", false}, {"127.0.0.1:5", "evil.example:8080", "", false}, {"127.0.0.1:5", "127.0.0.1", "X-Forwarded-For", false}, {"", "localhost", "", false},
	} {
		r := httptest.NewRequest("GET", "/inbox", nil)
		r.RemoteAddr, r.Host = c.peer, c.host
		if c.header != "" {
			r.Header.Set(c.header, "10.0.0.1")
		}
		if got := Loopback(r); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// TestSessionEnds: with the time without a request, with its age, by the person, and for
// all browsers at once.
func TestSessionEnds(t *testing.T) {
	s := newSite(t, kept(t))
	in := func() bool { code, _, at := s.get("/inbox"); return code == http.StatusOK && at == "/inbox" }
	s.link(ira)
	for s.clock < 3*Idle { // somebody who is there stays in
		s.clock += Idle - time.Minute
		if !in() {
			t.Fatalf("out after %s", s.clock)
		}
	}
	s.clock += Idle + seeEvery + time.Second
	if in() {
		t.Error("in after the idle time")
	}
	s.clock = 0
	s.link(ira)
	for s.clock = time.Hour; s.clock < Longest; s.clock += 11 * time.Hour {
		if !in() {
			t.Fatalf("out after %s", s.clock)
		}
	}
	s.clock = Longest + time.Minute
	if in() {
		t.Error("in for longer than the longest")
	}
	s.clock = 0
	s.link(ira)
	here := s.browser
	there := newBrowser(t, s.browser.Transport)
	s.browser = there
	s.link(ira)
	if code := s.post("/logout", nil); code != http.StatusOK || in() {
		t.Errorf("signed out: %d", code)
	}
	if s.browser = here; !in() {
		t.Error("signing out at one browser signs out at another")
	}
	cookies := here.Jar.Cookies(must(url.Parse(s.srv.URL)))
	s.browser = there
	s.link(ira)
	s.post("/logout", url.Values{"everywhere": {"1"}})
	if s.browser = here; in() {
		t.Error("signing out everywhere leaves one in")
	}
	for _, c := range cookies {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.AddCookie(c)
		if _, _, ok := s.auth.Who(r); ok {
			t.Error("the cookie of an ended session is good")
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// TestSignInEndsTheSessionBefore: who signs in does not go on in a session that somebody
// else put into the browser.
func TestSignInEndsTheSessionBefore(t *testing.T) {
	s := newSite(t, nil)
	s.link(mention.Person{ID: "cli:mallory", Name: "Mallory"})
	before := s.browser.Jar.Cookies(must(url.Parse(s.srv.URL)))
	s.link(ira)
	after := s.browser.Jar.Cookies(must(url.Parse(s.srv.URL)))
	if len(before) != 1 || len(after) != 1 || before[0].Value == after[0].Value {
		t.Fatalf("cookies %v, then %v", before, after)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(before[0])
	if p, _, ok := s.auth.Who(r); ok {
		t.Errorf("the session before is still %s's", p.Name)
	}
}

// TestCookies: bound to the host where the request came by https, and only those read.
func TestCookies(t *testing.T) {
	s := newSite(t, func(o *Options) { o.PublicURL = "https://earshot.romashka.example" })
	for host, secure := range map[string]bool{"earshot.romashka.example": true, "EARSHOT.romashka.example:443": true, "127.0.0.1:8080": false} {
		path := must(NewLink(t.Context(), s.store, ira, time.Now()))
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Host, r.RemoteAddr = host, "127.0.0.1:1"
		answer := httptest.NewRecorder()
		s.auth.Handler().ServeHTTP(answer, r)
		list := answer.Result().Cookies()
		if len(list) != 1 {
			t.Fatalf("%s: %d cookies", host, len(list))
		}
		c := list[0]
		if c.Secure != secure || strings.HasPrefix(c.Name, "__Host-") != secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" {
			t.Errorf("%s: %s", host, c)
		}
		other := map[bool]string{true: "earshot", false: "__Host-earshot"}[secure]
		for name, want := range map[string]bool{c.Name: true, other: false} {
			r := httptest.NewRequest(http.MethodGet, "/", nil)
			r.Host = host
			r.AddCookie(&http.Cookie{Name: name, Value: c.Value})
			if _, _, ok := s.auth.Who(r); ok != want {
				t.Errorf("%s: the cookie %s counts: %v", host, name, ok)
			}
		}
		for header, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store"} {
			if got := answer.Header().Get(header); got != want {
				t.Errorf("%s: %q", header, got)
			}
		}
	}
}

func TestRoles(t *testing.T) {
	for _, c := range []struct {
		rules Rules
		want  Roles
	}{
		{Rules{}, Roles{true, true, true, true}},
		{Rules{Mute: []string{}}, Roles{false, true, true, true}},
		{Rules{Mute: []string{"U0000IRA"}, Dismiss: []string{"U000OLEH"}, Reply: []string{"Ira@Romashka.example"}, Sources: []string{"slack:U0000IRA"}}, Roles{true, false, true, true}},
		{Rules{Mute: []string{"Ira"}, Dismiss: []string{"romashka.example"}, Reply: []string{"ira"}, Sources: []string{""}}, Roles{}},
	} {
		if got := c.rules.Of(ira, "ira@romashka.example"); got != c.want {
			t.Errorf("%+v: %+v, want %+v", c.rules, got, c.want)
		}
	}
	if got := (Rules{Mute: []string{""}}).Of(ira, ""); got.Mute {
		t.Error("no address fits an empty entry")
	}
}

// TestAddressesThatLookAlike: another mailbox, whose letters only fold to those of an address, is nobody's
// who is on a list.
func TestAddressesThatLookAlike(t *testing.T) {
	list := []string{"oksana@romashka.example", "@kiosk.example"}
	for email, want := range map[string]bool{
		"Oksana@Romashka.example": true, "ira@KIOSK.example": true,
		"o\u212asana@romashka.example": false, "ok\u017fana@romashka.example": false, "ira@\u212aiosk.example": false, "ira@kio\u017fk.example": false,
	} {
		if got := allowed(list, email); got != want {
			t.Errorf("%+q may come in: %v", email, got)
		}
		if strings.HasPrefix(email, "ira") {
			continue
		}
		if got := Names(list, mention.Person{}, email); got != want {
			t.Errorf("%+q is on the list: %v", email, got)
		}
	}
}

func TestOwnPath(t *testing.T) {
	for path, want := range map[string]bool{
		"/": true, "/inbox?status=open&q=%D0%B1": true, "/case/1#notes": true, "/a//b": true, "/login2": true,
		"": false, "inbox": false, "//attacker.example": false, "/\\attacker.example": false, "https://attacker.example": false, "/\tattacker": false,
		"javascript:alert(1)": false, "/login": false, "/login?back=/": false, "/login/slack": false, "/logout": false, "/x\r\nSet-Cookie: a=b": false,
		"/%2F/attacker.example": false, "/" + strings.Repeat("x", maxBack): false,
	} {
		if _, ok := ownPath(path); ok != want {
			t.Errorf("%q: %v", path, ok)
		}
	}
}

// TestPage: the page speaks the browser's language and shows names as text.
func TestPage(t *testing.T) {
	s := newSite(t, func(o *Options) {
		o.Lang = func() string { return "bg" }
		o.Slack, o.OIDC = Client{ID: "x", Issuer: "https://slack.com"}, Client{ID: "x", Issuer: "https://id.romashka.example/realm"}
		o.ProxyHeader, o.Proxies = "X-User", []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	})
	page := func(path, accept, user string) string {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.RemoteAddr = "192.0.2.1:1"
		r.Header.Set("Accept-Language", accept)
		r.Header.Set("X-User", user)
		answer := httptest.NewRecorder()
		s.auth.Handler().ServeHTTP(answer, r)
		if answer.Header().Get("Content-Security-Policy") != policy {
			t.Error("the page has no policy")
		}
		if strings.Contains(answer.Body.String(), "login.") {
			t.Errorf("%s: a text is missing:\n%s", accept, answer.Body)
		}
		return answer.Body.String()
	}
	for accept, want := range map[string]string{"uk": "Увійти через Slack", "ru-RU,en;q=0.5": "Войти через Slack", "en-GB": "Sign in with Slack", "bg": "Вход през Slack", "fr, uk;q=0.3": "Увійти через Slack",
		"": "Вход през Slack", "fr": "Вход през Slack", "\x00;;q=": "Вход през Slack"} {
		if got := page("/login?back=%2Fcase%2F7", accept, ""); !strings.Contains(got, want) || !strings.Contains(got, `href="/login/oidc?back=%2Fcase%2F7"`) || !strings.Contains(got, "id.romashka.example") {
			t.Errorf("%q:\n%s", accept, got)
		}
	}
	if got := page("/login?back=https://attacker.example", "en", ""); strings.Contains(got, "attacker") {
		t.Errorf("leads elsewhere:\n%s", got)
	}
	if got := page("/login", "en", `<script>alert(1)</script>"`); strings.Contains(got, "<script") || !strings.Contains(got, "&lt;script&gt;") || strings.Contains(got, "/logout") {
		t.Errorf("signed in by the proxy:\n%s", got)
	}
}
