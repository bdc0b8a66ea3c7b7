package daemon

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/fakeslack"
)

// TestNotifyThatPingsNobodyIsOnTheHealthPage, until the watchlist names somebody.
func TestNotifyThatPingsNobodyIsOnTheHealthPage(t *testing.T) {
	fake, err := fakeslack.Start(fakeslack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer fake.Close()
	dir := t.TempDir()
	list := func(notify, second string) string {
		return strings.NewReplacer("NOTIFY", notify, "SECOND", second, "DB", filepath.Join(dir, "e.db"), "URL", fake.URL()).Replace(`contact: a@example.com
watch: [{name: Alpha, terms: [Alpha]}]
sources: [{page: "https://news.example/", name: news, select: {item: ".post", text: .text}}]
routes: [{to: "#mentions", notify: "NOTIFY"}]
deadlines: {claim: 15m, notify: "SECOND"}
slack: {bot_token: "` + fakeslack.BotToken + `", api_url: "URL"}
store: {database: "sqlite:DB"}
`)
	}
	d := open(t, list("@nobody", "@oncall-pr"))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { defer close(ended); d.notifiers.run(ctx) }()
	defer func() { cancel(); <-ended; d.notifiers.client.CloseIdleConnections() }()
	trouble := func() string {
		rec := httptest.NewRecorder()
		d.health(rec, httptest.NewRequest(http.MethodGet, "/healthz", nil))
		var h Health
		if err := json.Unmarshal(rec.Body.Bytes(), &h); err != nil {
			t.Fatal(err)
		}
		return h.Trouble["notify"]
	}
	until := func(what string, ok func(said string) bool) {
		t.Helper()
		eventually(t, what+" on the health page", func() bool { return ok(trouble()) })
	}
	until("a name that nobody has", func(said string) bool {
		return strings.Contains(said, `"@nobody"`) && !strings.Contains(said, "oncall")
	})
	stopping, stop := context.WithCancel(t.Context())
	stop() // no monitor runs here that would take the sources
	if err := d.Reload(stopping, check(t, list("@ira", "@oncall-pr"))); err != nil {
		t.Fatal(err)
	}
	until("names that are known", func(said string) bool { return said == "" })
}

// TestTroubleOfAnAccountEndsWithIt: what was wrong with a token is not said of the one that took
// its place, nor when there is no Slack any more.
func TestTroubleOfAnAccountEndsWithIt(t *testing.T) {
	fake, err := fakeslack.Start(fakeslack.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer fake.Close()
	for name, after := range map[string]string{
		"another token":  `slack: {bot_token: "` + fakeslack.BotToken + `", api_url: "` + fake.URL() + `"}`,
		"no slack":       "",
		"only a webhook": `slack: {webhook_url: "` + fake.HookURL() + `"}`,
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			list := func(account string) string {
				return strings.NewReplacer("DB", filepath.Join(dir, "e.db")).Replace(`contact: a@example.com
watch: [{name: Alpha, terms: [Alpha]}]
sources: [{page: "https://news.example/", name: news, select: {item: ".post", text: .text}}]
routes: [{to: "#mentions"}]
store: {database: "sqlite:DB"}
` + account + "\n")
			}
			d := open(t, list(`slack: {bot_token: xoxb-revoked, api_url: "`+fake.URL()+`"}`))
			ctx, cancel := context.WithCancel(t.Context())
			ended := make(chan struct{})
			go func() { defer close(ended); d.notifiers.run(ctx) }()
			defer func() { cancel(); <-ended; d.notifiers.client.CloseIdleConnections() }()
			eventually(t, "the refused token", func() bool { return d.metrics.inTrouble()["slack"] != nil })
			stopping, stop := context.WithCancel(t.Context())
			stop() // no monitor runs here that would take the sources
			if err := d.Reload(stopping, check(t, list(after))); err != nil {
				t.Fatal(err)
			}
			eventually(t, "no trouble", func() bool { return d.metrics.inTrouble()["slack"] == nil })
		})
	}
}
