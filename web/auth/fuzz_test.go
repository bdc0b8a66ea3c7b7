package auth

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
)

func nobodysAuth(tb testing.TB) *Auth {
	tb.Helper()
	catalog, err := i18n.New()
	if err != nil {
		tb.Fatal(err)
	}
	a, err := New(Options{Sessions: newMemory(), PublicURL: "https://earshot.romashka.example", Slack: Client{ID: "x", Issuer: "http://127.0.0.1:1"}, HTTP: &http.Client{}, Catalog: catalog, Lang: func() string { return "" }, Log: slog.New(slog.DiscardHandler), Now: time.Now})
	if err != nil {
		tb.Fatal(err)
	}
	return a
}

// FuzzCookie: no cookie that nobody was given is anybody's, and none breaks a page.
func FuzzCookie(f *testing.F) {
	f.Add("earshot="+newSecret(), "uk")
	f.Add("__Host-earshot=AAAA; earshot-login=e30", "en-GB;q=0.x")
	f.Add("earshot=\"", "")
	testkit.AttackSeeds(func(body string) { f.Add("earshot="+body, body) })
	a := nobodysAuth(f)
	f.Fuzz(func(t *testing.T, cookie, accept string) {
		r := httptest.NewRequest(http.MethodGet, "/login?out=1", nil)
		r.Header["Cookie"], r.Header["Accept-Language"] = []string{cookie}, []string{accept}
		if _, _, ok := a.Who(r); ok {
			t.Fatal("somebody")
		}
		answer := httptest.NewRecorder()
		if a.Handler().ServeHTTP(answer, r); answer.Code != http.StatusOK {
			t.Fatalf("answers %d", answer.Code)
		}
	})
}

// FuzzCallback: nobody comes in without a provider's word, and nobody is sent elsewhere.
func FuzzCallback(f *testing.F) {
	good := login{Way: waySlack, State: newSecret(), Nonce: newSecret(), Verifier: newSecret(), Back: "//attacker.example"}
	f.Add("state="+good.State, good.String(), "/x")
	f.Add("state="+good.State+"&error=1", good.String(), "https://attacker.example/")
	f.Add("code=1", "bm8", "/\\attacker.example")
	f.Add("", "", "")
	a := nobodysAuth(f)
	f.Fuzz(func(t *testing.T, query, cookie, back string) {
		if strings.Contains(query, "code") { // would ask the provider, which is away: seconds
			query = strings.ReplaceAll(query, "code", "c")
		}
		r := httptest.NewRequest(http.MethodGet, "/login/callback", nil)
		r.URL.RawQuery = query
		r.Header["Cookie"] = []string{"earshot-login=" + cookie}
		answer := httptest.NewRecorder()
		a.Handler().ServeHTTP(answer, r)
		if answer.Code < 400 || answer.Header().Get("Location") != "" {
			t.Fatalf("answers %d, to %q", answer.Code, answer.Header().Get("Location"))
		}
		for _, c := range answer.Result().Cookies() {
			if c.MaxAge >= 0 {
				t.Fatalf("is given %s", c)
			}
		}
		if own, ok := ownPath(back); ok {
			base := &url.URL{Scheme: "https", Host: "earshot.romashka.example"}
			if to, err := base.Parse(own); err != nil || to.Host != base.Host || to.Scheme != base.Scheme {
				t.Fatalf("%q leads to %v (%v)", back, to, err)
			}
		}
		if l, ok := readLogin(cookie); ok && (len(l.State) < secretSize || len(cookie) > maxLogin) {
			t.Fatalf("%q is taken", cookie)
		}
	})
}
