package auth

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/mention"
)

// TestOtherSites: what another site's page sends in a person's name is refused.
func TestOtherSites(t *testing.T) {
	s := newSite(t, func(o *Options) { o.PublicURL = "https://earshot.romashka.example" })
	s.link(ira)
	cookie := s.browser.Jar.Cookies(must(url.Parse(s.srv.URL)))[0]
	for name, c := range map[string]struct {
		headers map[string]string
		want    int
	}{
		"our page":                {map[string]string{"Sec-Fetch-Site": "same-origin"}, 200},
		"another site":            {map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		"another host of ours":    {map[string]string{"Sec-Fetch-Site": "same-site"}, 403},
		"an old browser, ours":    {map[string]string{"Origin": "https://earshot.romashka.example"}, 200},
		"an old browser, another": {map[string]string{"Origin": "https://attacker.example"}, 403},
		"a frame in a sandbox":    {map[string]string{"Origin": "null"}, 403},
		"a program":               {nil, 200},
	} {
		for _, path := range []string{"/cases", "/logout"} {
			r := httptest.NewRequest(http.MethodPost, "http://127.0.0.1"+path, nil)
			r.AddCookie(cookie)
			for k, v := range c.headers {
				r.Header.Set(k, v)
			}
			answer := httptest.NewRecorder()
			if path == "/cases" {
				s.auth.Require(http.NotFoundHandler()).ServeHTTP(answer, r)
				if c.want == 200 {
					c.want = 404
				}
			} else {
				if c.want == 404 {
					continue // it would end the session of the others
				}
				s.auth.Handler().ServeHTTP(answer, r)
			}
			if answer.Code != c.want || c.want == 403 && !strings.Contains(answer.Body.String(), "press it here") {
				t.Errorf("%s, %s: %d, want %d: %s", name, path, answer.Code, c.want, answer.Body)
			}
		}
	}
}

// TestRequire: who is not signed in is sent to sign in by pages, and told so by scripts.
func TestRequire(t *testing.T) {
	s := newSite(t, nil)
	for name, c := range map[string]struct {
		method, path string
		headers      map[string]string
		code         int
		to           string
	}{
		"a page":            {"GET", "/reports?from=1", nil, 303, "/login?back=%2Freports%3Ffrom%3D1"},
		"home":              {"GET", "/inbox", nil, 303, "/login"},
		"a page, said so":   {"GET", "/x", map[string]string{"Sec-Fetch-Dest": "document"}, 303, "/login?back=%2Fx"},
		"a fetch":           {"GET", "/case/1?part=row", map[string]string{"Sec-Fetch-Dest": "empty"}, 401, ""},
		"htmx":              {"GET", "/case/1?part=row", map[string]string{"HX-Request": "true"}, 401, ""},
		"a verb":            {"POST", "/case/1/claim", nil, 401, ""},
		"no way back there": {"GET", "//attacker.example/", nil, 303, "/login"},

		"a table, by hand":           {"GET", "/inbox.csv?q=x", map[string]string{"Accept": "text/html,*/*;q=0.8"}, 303, "/login?back=%2Finbox.csv%3Fq%3Dx"},
		"a table, by a program":      {"GET", "/reports.csv", map[string]string{"Accept": "*/*"}, 401, ""},
		"a table, no word of what":   {"GET", "/reports.csv", nil, 401, ""},
		"a stream, by plain http":    {"GET", "/events?since=1", map[string]string{"Accept": "text/event-stream"}, 401, ""},
		"a page, by a program":       {"GET", "/inbox", map[string]string{"Accept": "application/json"}, 401, ""},
		"a page, whatever it may be": {"GET", "/inbox", map[string]string{"Accept": "*/*"}, 303, "/login"}, // one that looks whether the site is up
	} {
		r := httptest.NewRequest(c.method, "http://127.0.0.1"+c.path, nil)
		for k, v := range c.headers {
			r.Header.Set(k, v)
		}
		answer := httptest.NewRecorder()
		s.auth.Require(http.NotFoundHandler()).ServeHTTP(answer, r)
		if answer.Code != c.code || answer.Header().Get("Location") != c.to {
			t.Errorf("%s: %d to %q, want %d to %q", name, answer.Code, answer.Header().Get("Location"), c.code, c.to)
		}
	}
}

// TestAddressesOfSigningIn: who types one that is none, or is only for a button, gets the page of
// signing in, in a language of theirs.
func TestAddressesOfSigningIn(t *testing.T) {
	s := newSite(t, nil)
	for path, c := range map[string]struct {
		code int
		to   string
	}{"/logout": {303, "/login"}, "/login/slack": {404, ""}, "/login/oidc": {404, ""}, "/login/nowhere": {404, ""}} {
		r := httptest.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("Accept-Language", "uk")
		answer := httptest.NewRecorder()
		s.auth.Handler().ServeHTTP(answer, r)
		if answer.Code != c.code || answer.Header().Get("Location") != c.to || c.code == 404 && !strings.Contains(answer.Body.String(), "Такої сторінки немає.") {
			t.Errorf("%s: %d to %q: %s", path, answer.Code, answer.Header().Get("Location"), answer.Body)
		}
	}
}

// TestFormOfWhoIsSignedOut: who presses a button after the session has ended is shown the way to
// sign in; what a script sent gets the sentence alone.
func TestFormOfWhoIsSignedOut(t *testing.T) {
	s := newSite(t, func(opt *Options) {
		opt.OIDC = Client{Issuer: "https://id.romashka.example", ID: "earshot"}
	})
	for i, c := range []struct {
		headers [][2]string
		page    bool
	}{
		{[][2]string{{"Sec-Fetch-Dest", "document"}, {"Sec-Fetch-Site", "same-origin"}}, true},
		{[][2]string{{"Accept", "text/html,application/xhtml+xml,*/*;q=0.8"}}, true}, // without https browsers say no more
		{[][2]string{{"Sec-Fetch-Dest", "empty"}, {"Accept", "text/html"}}, false},
		{[][2]string{{"HX-Request", "true"}, {"Accept", "text/html"}}, false},
		{[][2]string{{"Accept", "*/*"}}, false},
	} {
		r := httptest.NewRequest(http.MethodPost, "/templates", strings.NewReader("text=x"))
		for _, h := range c.headers {
			r.Header.Set(h[0], h[1])
		}
		answer := httptest.NewRecorder()
		s.auth.Require(http.NotFoundHandler()).ServeHTTP(answer, r)
		if page := strings.Contains(answer.Body.String(), `href="/login/oidc"`); answer.Code != http.StatusUnauthorized || !strings.Contains(answer.Body.String(), "Please sign in first.") || page != c.page {
			t.Errorf("%d: %d %s", i, answer.Code, answer.Body)
		}
	}
}

// TestVerbsAreLimited: by the person, whichever browser; looking is not pressing.
func TestVerbsAreLimited(t *testing.T) {
	s := newSite(t, func(o *Options) {
		o.ProxyHeader, o.Proxies = "X-User", []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24")}
	})
	ask := func(method, who string, n int) (refused int) {
		for range n {
			r := httptest.NewRequest(method, "/case/1/claim", nil)
			r.RemoteAddr = "192.0.2.1:1"
			r.Header.Set("X-User", who)
			answer := httptest.NewRecorder()
			s.auth.Require(http.NotFoundHandler()).ServeHTTP(answer, r)
			if answer.Code == http.StatusTooManyRequests && answer.Header().Get("Retry-After") != "" {
				refused++
			}
		}
		return refused
	}
	if n := ask("POST", "ira", 3*verbsAtOnce); n < verbsAtOnce || n > 2*verbsAtOnce {
		t.Errorf("%d of %d are refused", n, 3*verbsAtOnce)
	}
	if n := ask("POST", "oleh", verbsAtOnce) + ask("GET", "ira", 3*verbsAtOnce); n != 0 {
		t.Errorf("%d are refused of another person and of looks", n)
	}
}

// TestProxy: the header counts from the proxies alone, and once; who has the address in
// Slack is that person, also while Slack is away.
func TestProxy(t *testing.T) {
	s := newSite(t, func(o *Options) {
		o.ProxyHeader, o.Proxies = "X-Forwarded-Email", []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("::1/128")}
	})
	who := func(peer string, said ...string) (p mention.Person, email string, ok bool) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = peer
		r.Header["X-Forwarded-Email"] = said
		return s.auth.Who(r)
	}
	for _, peer := range []string{"198.51.100.1:1", "127.0.0.1:1", "nowhere", "[::2]:1"} {
		if p, _, ok := who(peer, "ira@romashka.example"); ok {
			t.Errorf("%s may say who asks: %v", peer, p)
		}
	}
	for _, said := range [][]string{nil, {""}, {" "}, {"ira@romashka.example", "oleh@romashka.example"}, {"a\x00b"}, {strings.Repeat("x", 201)}, {"a\xffb"}} {
		if p, _, ok := who("192.0.2.1:1", said...); ok {
			t.Errorf("%q is somebody: %v", said, p)
		}
	}
	for _, peer := range []string{"192.0.2.1:1", "[::ffff:192.0.2.1]:1", "[::1]:1"} {
		if p, email, ok := who(peer, "ira@romashka.example"); !ok || p != ira || email != "ira@romashka.example" {
			t.Errorf("%s: %v %q %v", peer, p, email, ok)
		}
	}
	if p, _, _ := who("192.0.2.1:1", "oleh@romashka.example"); p != (mention.Person{ID: "proxy:oleh@romashka.example", Name: "oleh@romashka.example"}) {
		t.Errorf("whom Slack does not know: %v", p)
	}
	if p, _, _ := who("192.0.2.1:1", "oleh"); p.ID != "proxy:oleh" {
		t.Errorf("no address: %v", p)
	}
	if s.slack.asks != 2 {
		t.Errorf("Slack was asked %d times", s.slack.asks)
	}
	s.slack.down(errors.New("away"))
	s.clock = 3 * time.Hour
	if p, _, _ := who("192.0.2.1:1", "ira@romashka.example"); p != ira {
		t.Errorf("while Slack is away she is %v", p)
	}
}
