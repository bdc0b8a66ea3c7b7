package daemon

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/mention"
)

// TestPressBehindAProxy: a press comes through every door also where the proxy passes the name on
// without its port, as nginx does with $host, and the browser says nothing but its Origin, as
// it does without https. Another site's is refused.
func TestPressBehindAProxy(t *testing.T) {
	text := strings.Replace(`contact: a@example.com
watch: [{name: Alpha, terms: [Alpha]}]
sources: [{push: {token: 0123456789abcdef}, name: crm}]
store: {database: "sqlite:DB"}
web: {listen: "127.0.0.1:0", public_url: "http://earshot.example:8443", proxy: {header: X-User, from: 192.0.2.1}}
`, "DB", filepath.Join(t.TempDir(), "e.db"), 1)
	d := open(t, text)
	for origin, want := range map[string]int{"http://earshot.example:8443": http.StatusNotFound, "http://evil.example:8443": http.StatusForbidden} {
		r := httptest.NewRequest(http.MethodPost, "/case/none/claim", nil)
		r.RemoteAddr, r.Host = "192.0.2.1:1", "earshot.example"
		r.Header.Set("X-User", "ira@romashka.example")
		r.Header.Set("Origin", origin)
		answer := httptest.NewRecorder()
		d.web.Routes().ServeHTTP(answer, r)
		if answer.Code != want {
			t.Errorf("%s: %d, want %d: %s", origin, answer.Code, want, answer.Body)
		}
	}
}

// TestSignInIsWired: what the watchlist says of signing in is what happens, and its Slack
// says who people are; a reload changes who may what.
func TestSignInIsWired(t *testing.T) {
	fake, err := fakeslack.Start(fakeslack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer fake.Close()
	var issuer *httptest.Server
	issuer = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"issuer":%q,"authorization_endpoint":%q,"token_endpoint":%q,"jwks_uri":%q}`, issuer.URL, issuer.URL+"/in", issuer.URL+"/token", issuer.URL+"/keys")
	}))
	defer issuer.Close()
	text := strings.NewReplacer("ISSUER", issuer.URL, "SLACK", fake.URL(), "DB", filepath.Join(t.TempDir(), "e.db")).Replace(`contact: a@example.com
watch: [{name: Alpha, terms: [Alpha]}]
sources: [{push: {token: 0123456789abcdef}, name: crm}]
slack: {bot_token: "xoxb-fake-bot-token", app_token: "xapp-fake-app-token", api_url: "SLACK"}
store: {database: "sqlite:DB"}
web:
  listen: 127.0.0.1:0
  login: {oidc: {issuer: "ISSUER", client_id: earshot}}
  roles: {mute: [oleh@romashka.example]}
  proxy: {header: X-User, from: 192.0.2.1}
`)
	d := open(t, text)
	t.Cleanup(d.notifiers.client.CloseIdleConnections)
	r := httptest.NewRequest(http.MethodGet, "/login/oidc", nil)
	r.Host = "localhost:8080"
	answer := httptest.NewRecorder()
	d.web.Routes().ServeHTTP(answer, r)
	to, err := url.Parse(answer.Header().Get("Location"))
	if err != nil || !strings.HasPrefix(to.String(), issuer.URL+"/in?") || to.Query().Get("client_id") != "earshot" || to.Query().Get("redirect_uri") != "http://localhost:8080/login/callback" || to.Query().Get("code_challenge") == "" {
		t.Errorf("%d to %s (%v)", answer.Code, to, err)
	}
	if code, _ := ask(t, d.web.Routes(), "/login/slack"); code != http.StatusNotFound {
		t.Errorf("Slack is offered: %d", code)
	}
	may := func(reason string) bool {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = "192.0.2.1:1"
		r.Header.Set("X-User", "ira@romashka.example")
		p, ok := d.inboxWho(d.web.Auth)(r)
		if !ok || p.Person != (mention.Person{ID: "slack:U0000IRA", Name: "Ira"}) || p.Email != "ira@romashka.example" {
			t.Errorf("who asks is %+v", p)
		}
		return p.May(mention.Action{Verb: mention.Dismiss, Reason: reason})
	}
	if may(mention.MutedAuthor) || !may(mention.Spam) {
		t.Error("a list of others lets her mute, or keeps her from all else")
	}
	next := check(t, strings.Replace(text, "mute: [oleh@", "mute: [ira@", 1)+"language: uk\n")
	stopping, stop := context.WithCancel(t.Context())
	stop() // nothing is polled
	if err := d.Reload(stopping, next); err != nil {
		t.Fatal(err)
	}
	if !may(mention.MutedAuthor) {
		t.Error("the reload does not let her mute")
	}
	if _, page := ask(t, d.web.Routes(), "/login"); !strings.Contains(page, `lang="uk"`) {
		t.Errorf("after the reload the page of signing in is\n%s", page)
	}
	if listenersDiffer(d.inUse.Load().list.Web, next.Web) || !listenersDiffer(next.Web, config.Web{}) {
		t.Error("roles are not all of web")
	}
}
