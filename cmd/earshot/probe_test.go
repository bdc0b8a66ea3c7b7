package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/earshot/earshot/cmd/earshot/internal/daemon"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/testkit"
)

const probed = `contact: pr@romashka.example
watch: [{name: Romashka, terms: ["Ромашка Банк"]}]
sources: [{feed: "https://news.example/rss"}]
slack: {bot_token: "${env:PROBE_BOT}", app_token: "${env:PROBE_APP}", api_url: "%URL%"}
store: {redis: "%REDIS%"}
routes:
  - {severity: critical, to: "#old", notify: "@nobody"}
  - {severity: high, to: "#they", notify: "@ira"}
  - {to: "#mentions"}
deadlines: {claim: 15m, notify: "nobody@romashka.example", escalate_to: "#typo"}
digest: {to: "#digest", daily: 09:00 Europe/Kyiv}
`

// TestProbeSaysWhatWouldNotWork: routes into channels that take nothing, people that
// nobody is, and a Redis that is not there, each with what to do.
func TestProbeSaysWhatWouldNotWork(t *testing.T) {
	fake, err := fakeslack.Start(fakeslack.Options{Channels: []fakeslack.Channel{
		{ID: "C0MENTIONS", Name: "mentions"}, {ID: "C000000OLD", Name: "old", Archived: true}, {ID: "C00000THEY", Name: "they", Outside: true},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer fake.Close()
	gone := testkit.FreePort(t)
	probe := func(app string, more ...string) (bad int, said string) {
		t.Setenv("PROBE_BOT", fakeslack.BotToken)
		t.Setenv("PROBE_APP", app)
		path := filepath.Join(t.TempDir(), "watchlist.yaml")
		text := strings.NewReplacer(append(more, "%URL%", fake.URL(), "%REDIS%", "redis://127.0.0.1:"+strconv.Itoa(gone)+"/0")...).Replace(probed)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		list, err := daemon.Load(path)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		term := terminal{out: &out, err: &out, lookup: os.LookupEnv}
		return probeSlack(t.Context(), list.Config, term) + probeRedis(t.Context(), list.Config, term), out.String()
	}
	bad, said := probe("xapp-bad")
	for _, want := range []string{"#old is archived", "not in #they", "there is no #typo", "there is no #digest", `"@nobody", "nobody@romashka.example"`,
		"the app token in", "Redis: redis does not answer"} {
		if strings.Count(said, want) != 1 {
			t.Errorf("%q is not said once", want)
		}
	}
	if bad != 7 || strings.Contains(said, "xapp-bad") || strings.Contains(said, "@ira") || t.Failed() {
		t.Errorf("%d problems:\n%s", bad, said)
	}
	bad, said = probe(fakeslack.AppToken, "#old", "#mentions", "#they", "#mentions", "#typo", "#mentions", "#digest", "#mentions",
		"@nobody", "@oncall-pr", "nobody@romashka.example", "@ira", `store: {redis: "%REDIS%"}`, "")
	if bad != 0 || !strings.Contains(said, "the tokens are good") {
		t.Errorf("%d problems:\n%s", bad, said)
	}
}
