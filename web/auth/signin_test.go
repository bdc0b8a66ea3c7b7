package auth

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestSignIn goes the whole way to a provider and back, for good and for everything that
// must not be believed.
func TestSignIn(t *testing.T) {
	slack := func(o *Options, p *idp) { o.Slack = Client{p.srv.URL, clientID, clientSecret} }
	other := func(o *Options, p *idp) { o.OIDC = Client{p.srv.URL, clientID, clientSecret} }
	allow := func(list ...string) func(*Options, *idp) {
		return func(o *Options, p *idp) { other(o, p); o.Allow = list }
	}
	ours := map[string]any{"https://slack.com/user_id": "U0000IRA", "https://slack.com/team_id": "T0000OURS", "name": "Ірина", "email": "ira@romashka.example", "email_verified": true}
	mail := func(address string, verified any) map[string]any {
		return map[string]any{"email": address, "email_verified": verified, "name": "  Ira\u0000 \n of OIDC "}
	}
	with := func(c map[string]any, key string, value any) map[string]any {
		out := map[string]any{key: value}
		for k, v := range c {
			if k != key {
				out[k] = v
			}
		}
		return out
	}
	forged, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		way    string
		set    func(*Options, *idp)
		claims map[string]any
		idp    func(*idp)
		site   func(*site)
		want   string // who is signed in; empty: nobody
		code   int
		says   string
	}{
		{name: "of our workspace", way: "slack", set: slack, claims: ours, want: "slack:U0000IRA Ira"},
		{name: "secret as a parameter, no PKCE", way: "slack", set: slack, claims: ours, idp: func(p *idp) { p.params, p.silent = true, true }, want: "slack:U0000IRA Ira"},
		{name: "of another workspace", way: "slack", set: slack, claims: with(ours, "https://slack.com/team_id", "T000OTHER"), code: 403, says: "does not belong"},
		{name: "of no workspace", way: "slack", set: slack, claims: mail("ira@romashka.example", true), code: 403, says: "does not belong"},
		{name: "Slack does not say which is ours", way: "slack", set: slack, claims: ours, site: func(s *site) { s.slack.down(errors.New("away")) }, code: 502, says: "does not answer"},
		{name: "team by the watchlist, Slack away", way: "slack", set: func(o *Options, p *idp) { slack(o, p); o.Team, o.Directory = "T0000OURS", nil }, claims: ours, want: "slack:U0000IRA Ірина"},
		{name: "another nonce", way: "slack", set: slack, claims: with(ours, "nonce", "of another"), code: 403, says: "not completed"},
		{name: "for another client", way: "slack", set: slack, claims: with(ours, "aud", "another"), code: 403, says: "not completed"},
		{name: "of another issuer", way: "slack", set: slack, claims: with(ours, "iss", "https://attacker.example"), code: 403, says: "not completed"},
		{name: "expired", way: "slack", set: slack, claims: with(ours, "exp", time.Now().Add(-time.Hour).Unix()), code: 403, says: "not completed"},
		{name: "signed by another", way: "slack", set: slack, claims: ours, idp: func(p *idp) { p.signWith = forged }, code: 403, says: "not completed"},

		{name: "joined by e-mail", way: "oidc", set: other, claims: mail("ira@romashka.example", true), want: "slack:U0000IRA Ira"},
		{name: "verified as a text", way: "oidc", set: other, claims: mail("ira@romashka.example", "true"), want: "slack:U0000IRA Ira"},
		{name: "the address in userinfo alone", way: "oidc", set: other, idp: func(p *idp) {
			p.userinfo = map[string]any{"sub": "subject", "email": "ira@romashka.example", "email_verified": true}
		}, want: "slack:U0000IRA Ira"},
		{name: "userinfo of another", way: "oidc", set: other, idp: func(p *idp) {
			p.userinfo = map[string]any{"sub": "another", "email": "ira@romashka.example", "email_verified": true}
		}, code: 403, says: "not confirmed"},
		{name: "not verified", way: "oidc", set: other, claims: mail("ira@romashka.example", false), code: 403, says: "not confirmed"},
		{name: "verified, they say", way: "oidc", set: other, claims: mail("ira@romashka.example", []string{"yes"}), code: 403, says: "not confirmed"},
		{name: "whom Slack does not know", way: "oidc", set: other, claims: mail("mallory@attacker.example", true), code: 403, says: "mallory@attacker.example is not known"},
		{name: "allowed by domain, in Slack", way: "oidc", set: allow("@ROMASHKA.example"), claims: mail("ira@romashka.example", true), want: "slack:U0000IRA Ira"},
		{name: "allowed, not in Slack", way: "oidc", set: allow("x@y.example", "Guest@agency.example"), claims: mail("guest@agency.example", true), want: "oidc:subject Ira of OIDC"},
		{name: "not allowed, though in Slack", way: "oidc", set: allow("@agency.example"), claims: mail("ira@romashka.example", true), code: 403, says: "not known"},
		{name: "a domain that ends alike", way: "oidc", set: allow("@agency.example"), claims: mail("m@evil-agency.example", true), code: 403, says: "not known"},
		{name: "an address in an address", way: "oidc", set: allow("@agency.example"), claims: mail("\"@agency.example\"@attacker.example", true), code: 403, says: "not known"},
		{name: "Slack away: not two persons", way: "oidc", set: allow("@romashka.example"), claims: mail("ira@romashka.example", true), site: func(s *site) { s.slack.down(errors.New("away")) }, code: 502, says: "does not answer"},
		{name: "a way that is not set up", way: "oidc", set: slack, claims: ours, code: 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newIDP(t)
			p.claims = c.claims
			if c.idp != nil {
				c.idp(p)
			}
			s := newSite(t, func(o *Options) { c.set(o, p) })
			if c.site != nil {
				c.site(s)
			}
			code, body, at := s.get("/login/" + c.way + "?back=%2Fcase%2F7")
			switch {
			case c.want != "" && (code != http.StatusOK || body != c.want || at != "/case/7"):
				t.Errorf("%d at %s: %s", code, at, body)
			case c.want == "" && (code != c.code || !strings.Contains(body, c.says)):
				t.Errorf("%d at %s, want %d and %q:\n%s", code, at, c.code, c.says, body)
			}
			if c.want == "" {
				if _, body, at := s.get("/inbox"); !strings.HasPrefix(at, "/login") {
					t.Errorf("signed in all the same: %s", body)
				}
			}
			if c.way == "slack" && p.asked != nil && c.site == nil && p.asked.Get("team") != "T0000OURS" {
				t.Errorf("Slack is not told the workspace: %v", p.asked)
			}
		})
	}
}

// TestAllowedNoMore: who is taken off the list of those who may come in is out when earshot has read
// it, which keeps sessions, and does not wait for a session to end.
func TestAllowedNoMore(t *testing.T) {
	p := newIDP(t)
	p.claims = map[string]any{"email": "guest@agency.example", "email_verified": true}
	s := newSite(t, func(o *Options) {
		kept(t)(o)
		o.OIDC, o.Allow = Client{p.srv.URL, clientID, clientSecret}, []string{"@agency.example"}
	})
	if code, _, at := s.get("/login/oidc?back=%2Fcase%2F7"); code != http.StatusOK || at != "/case/7" {
		t.Fatalf("%d at %s", code, at)
	}
	for _, c := range []struct {
		allow []string
		in    bool
	}{{[]string{"guest@agency.example"}, true}, {nil, true}, {[]string{"ira@romashka.example"}, false}} {
		s.auth.opt.Allow = c.allow // a restart with another list
		if _, _, at := s.get("/inbox"); (at == "/inbox") != c.in {
			t.Errorf("allowed %q: at %s", c.allow, at)
		}
	}
}

// TestWayTakenAway: who came in by a way that the watchlist offers no more is out with it, and who
// came in by another one is not.
func TestWayTakenAway(t *testing.T) {
	for _, way := range []string{"slack", "oidc"} {
		t.Run(way, func(t *testing.T) {
			p := newIDP(t)
			p.claims = map[string]any{"email": "ira@romashka.example", "email_verified": true, "https://slack.com/user_id": "U0000IRA", "https://slack.com/team_id": "T0000OURS"}
			s := newSite(t, func(o *Options) {
				kept(t)(o)
				o.OIDC, o.Slack = Client{p.srv.URL, clientID, clientSecret}, Client{p.srv.URL, clientID, clientSecret}
			})
			if code, _, at := s.get("/login/" + way + "?back=%2Fcase%2F7"); code != http.StatusOK || at != "/case/7" {
				t.Fatalf("%d at %s", code, at)
			}
			for _, c := range []struct{ slack, oidc bool }{{true, true}, {way == "slack", way == "oidc"}, {way != "slack", way != "oidc"}} {
				opt := s.auth.opt // a restart with other ways
				if !c.slack {
					opt.Slack = Client{}
				}
				if !c.oidc {
					opt.OIDC = Client{}
				}
				again, err := New(opt)
				if err != nil {
					t.Fatal(err)
				}
				s.auth.slack, s.auth.oidc = again.slack, again.oidc
				want := way == "slack" && c.slack || way == "oidc" && c.oidc
				if _, _, at := s.get("/inbox"); (at == "/inbox") != want {
					t.Errorf("offered %+v: at %s", c, at)
				}
			}
		})
	}
}

// TestCallback: a way back counts once, in the browser that went there, and leads nowhere
// else.
func TestCallback(t *testing.T) {
	p := newIDP(t)
	p.claims = map[string]any{"email": "ira@romashka.example", "email_verified": true}
	s := newSite(t, func(o *Options) { o.OIDC = Client{p.srv.URL, clientID, clientSecret} })
	stop := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	step := func(address string) *http.Response {
		t.Helper()
		s.browser.CheckRedirect = stop
		resp, err := s.browser.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp
	}
	begin := func(query string) (back string) {
		t.Helper()
		s.browser = newBrowser(t, s.browser.Transport)
		resp := step(s.srv.URL + "/login/oidc" + query)
		return step(resp.Header.Get("Location")).Header.Get("Location")
	}
	back := begin("")
	mine := s.browser
	s.browser = newBrowser(t, mine.Transport) // the victim's: an attacker sends her his own way back
	if resp := step(back); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("in another browser: %d", resp.StatusCode)
	}
	s.browser = mine
	if resp := step(strings.Replace(back, "state=", "state=x", 1)); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("another state: %d", resp.StatusCode)
	}
	if resp := step(back); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("the state is good after a wrong one: %d", resp.StatusCode)
	}
	back = begin("?back=https%3A%2F%2Fattacker.example")
	if resp := step(back); resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/inbox" {
		t.Errorf("leads to %q: %d", resp.Header.Get("Location"), resp.StatusCode)
	}
	if resp := step(back); resp.StatusCode != http.StatusBadRequest {
		t.Errorf("the second time: %d", resp.StatusCode)
	}
	back = begin("")
	u := must(url.Parse(back))
	if resp := step(s.srv.URL + "/login/callback?error=access_denied&state=" + url.QueryEscape(u.Query().Get("state"))); resp.StatusCode != http.StatusForbidden {
		t.Errorf("who says no: %d", resp.StatusCode)
	}
}

// TestSignInStartsWhereItEnds: the cookie must be where the provider sends people back to.
func TestSignInStartsWhereItEnds(t *testing.T) {
	p := newIDP(t)
	s := newSite(t, func(o *Options) {
		o.PublicURL, o.OIDC = "https://earshot.romashka.example/", Client{p.srv.URL, clientID, clientSecret}
	})
	for host, want := range map[string]string{"127.0.0.1:8080": "https://earshot.romashka.example/login/oidc?back=%2Fx", "earshot.romashka.example": p.srv.URL + "/authorize?"} {
		r := httptest.NewRequest(http.MethodGet, "/login/oidc?back=%2Fx", nil)
		r.Host = host
		answer := httptest.NewRecorder()
		s.auth.Handler().ServeHTTP(answer, r)
		to := answer.Header().Get("Location")
		if !strings.HasPrefix(to, want) {
			t.Errorf("%s: to %s", host, to)
		}
		if strings.Contains(to, "authorize") && must(url.Parse(to)).Query().Get("redirect_uri") != "https://earshot.romashka.example/login/callback" {
			t.Errorf("back to %s", to)
		}
	}
}

// TestProviderAway: it is asked again the next time.
func TestProviderAway(t *testing.T) {
	p := newIDP(t)
	p.claims = map[string]any{"email": "ira@romashka.example", "email_verified": true}
	s := newSite(t, func(o *Options) { o.OIDC = Client{"http://127.0.0.1:1", clientID, clientSecret} })
	if code, body, _ := s.get("/login/oidc"); code != http.StatusBadGateway || !strings.Contains(body, "127.0.0.1 does not answer") {
		t.Errorf("away: %d %s", code, body)
	}
	s.auth.oidc.client.Issuer = p.srv.URL
	if code, _, _ := s.get("/login/oidc"); code != http.StatusBadGateway || p.asked != nil {
		t.Errorf("asked again at once: %d", code)
	}
	s.clock = providerAgain
	if code, body, at := s.get("/login/oidc"); at != "/inbox" {
		t.Errorf("back again: %d at %s %s", code, at, body)
	}
}

// A proxy that does not pass the name on is said to be one: who signs in through it is not sent
// to and fro until the browser gives up.
func TestSignInBehindAProxyWithoutTheName(t *testing.T) {
	s := newSite(t, func(opt *Options) {
		opt.PublicURL, opt.OIDC = "https://earshot.romashka.example", Client{Issuer: "https://id.romashka.example", ID: "earshot"}
	})
	at := "/login/oidc?back=%2Fcase%2F7"
	for range 3 {
		r := httptest.NewRequest(http.MethodGet, at, nil) // as nginx asks without proxy_set_header Host
		r.Host = "127.0.0.1:8080"
		answer := httptest.NewRecorder()
		s.auth.Handler().ServeHTTP(answer, r)
		to, ours := strings.CutPrefix(answer.Header().Get("Location"), "https://earshot.romashka.example")
		if !ours {
			if answer.Code != http.StatusMisdirectedRequest || !strings.Contains(answer.Body.String(), "proxy_set_header Host $host") {
				t.Errorf("%d %s", answer.Code, answer.Body)
			}
			return
		}
		at = to
	}
	t.Errorf("sent on and on: %s", at)
}

// TestSlackAddressIsProved: an address that Slack has not seen confirmed is in nobody's list.
func TestSlackAddressIsProved(t *testing.T) {
	a := nobodysAuth(t)
	a.opt.Team = "T0000OURS"
	for proved, want := range map[bool]string{true: "ira@romashka.example", false: ""} {
		v, no := a.fromSlack(t.Context(), claims{SlackID: "U0000IRA", TeamID: "T0000OURS", Name: "Ira", Email: "ira@romashka.example", Verified: verified(proved)})
		if no != nil || v.email != want || v.person.ID != "slack:U0000IRA" {
			t.Errorf("proved %v: %+v %v", proved, v, no)
		}
	}
	if _, no := a.fromSlack(t.Context(), claims{TeamID: "T0000OURS"}); no == nil {
		t.Error("an account without an id comes in")
	}
}
