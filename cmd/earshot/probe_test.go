package main

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/testkit"
)

const probed = `contact: pr@romashka.example
watch: [{name: Romashka, terms: ["Ромашка Банк"]}]
sources: [{feed: "%SITE%/feed", name: feed}]
fetch: {allow_private: [127.0.0.0/8], gap: 0s}
slack: {bot_token: "${env:PROBE_BOT}", app_token: "${env:PROBE_APP}", api_url: "%URL%"}
store: {redis: "%REDIS%", database: "sqlite:%DB%"}
webhooks:
  - {name: crm, url: "%SITE%/hook/secret"}
  - {name: gone, url: "http://127.0.0.1:%GONE%/hook/secret"}
  - {name: badcert, url: "%TLS%/hook/secret"}
routes:
  - {severity: critical, to: "#old", notify: "@nobody"}
  - {severity: high, to: "#they", notify: "@ira"}
  - {lang: en, to: "webhook:crm"}
  - {lang: bg, to: "webhook:gone"}
  - {lang: ru, to: "webhook:badcert"}
  - {to: "#mentions"}
deadlines: {claim: 15m, notify: "nobody@romashka.example", escalate_to: "#typo"}
digest: {to: "#digest", daily: 09:00 Europe/Kyiv}
`

// probeRig is a world in which some of what a watchlist names would not serve.
type probeRig struct {
	t     *testing.T
	slack *fakeslack.Server
	site  *httptest.Server
	hooks atomic.Int64 // requests that reached a webhook
	redis *testkit.RedisServer
	gone  string // a port where nobody listens
	tls   string // an address with a certificate that nobody vouches for
	dir   string
}

func newProbeRig(t *testing.T) *probeRig {
	r := &probeRig{t: t, gone: strconv.Itoa(testkit.FreePort(t)), dir: t.TempDir(), redis: testkit.Redis(t, "--maxmemory-policy", "noeviction")}
	var err error
	r.slack, err = fakeslack.Start(fakeslack.Options{Channels: []fakeslack.Channel{
		{ID: "C0MENTIONS", Name: "mentions"}, {ID: "C000000OLD", Name: "old", Archived: true}, {ID: "C00000THEY", Name: "they", Outside: true},
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.slack.Close)
	r.site = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if strings.HasPrefix(req.URL.Path, "/hook") {
			r.hooks.Add(1)
		}
		_, _ = w.Write([]byte(`<rss version="2.0"><channel><title>t</title><item><guid>1</guid><title>one</title></item></channel></rss>`))
	}))
	t.Cleanup(r.site.Close)
	unvouched := httptest.NewUnstartedServer(r.site.Config.Handler)
	unvouched.Config.ErrorLog = log.New(io.Discard, "", 0) // it minds that nobody trusts it
	unvouched.StartTLS()
	t.Cleanup(unvouched.Close)
	r.tls = unvouched.URL
	return r
}

// probe runs check --probe, with the replacements in the watchlist first.
func (r *probeRig) probe(lang, app string, more ...string) (code int, said string) {
	r.t.Helper()
	r.t.Setenv("PROBE_BOT", fakeslack.BotToken)
	r.t.Setenv("PROBE_APP", app)
	path := filepath.Join(r.dir, "watchlist.yaml")
	text := strings.NewReplacer(more...).Replace(probed)
	text = strings.NewReplacer("%URL%", r.slack.URL(), "%REDIS%", r.redis.URL(), "%SITE%", r.site.URL, "%GONE%", r.gone, "%TLS%", r.tls,
		"%DB%", filepath.Join(r.dir, "e.db")).Replace(text)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
	said, code = shown(r.t, os.LookupEnv, "check", "--probe", "--lang", lang, "-c", path)
	return code, said
}

// TestProbeSaysHowSlowlyASiteIsRead: what robots.txt asks for is kept and said, in the reader's language,
// and the columns hold what a forum shows.
func TestProbeSaysHowSlowlyASiteIsRead(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if req.URL.Path == "/robots.txt" {
			_, _ = io.WriteString(w, "User-agent: *\nCrawl-delay: 0.5\n")
			return
		}
		_, _ = io.WriteString(w, `<rss version="2.0"><channel><title>t</title><item><guid>1</guid><title>one</title></item></channel></rss>`)
	}))
	t.Cleanup(site.Close)
	dir := t.TempDir()
	path := filepath.Join(dir, "watchlist.yaml")
	text := "contact: pr@romashka.example\nwatch: [{name: Romashka, terms: [Romashka]}]\nsources: [{feed: \"" + site.URL + "/feed\", name: feed}]\n" +
		"fetch: {allow_private: [127.0.0.0/8], hosts: {127.0.0.1: {gap: 0s}}}\nstore: {database: \"sqlite:" + filepath.Join(dir, "e.db") + "\"}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	for lang, want := range map[string]string{
		"en": "robots.txt asks for 1 s between requests: kept", "ru": "robots.txt просит 1 с между запросами: соблюдается",
		"uk": "robots.txt просить 1 с між запитами: дотримано", "bg": "robots.txt иска 1 с между заявките: спазва се",
	} {
		if said, _ := shown(t, os.LookupEnv, "check", "--probe", "--lang", lang, "-c", path); !strings.Contains(said, want) {
			t.Errorf("%s: no %q in\n%s", lang, want, said)
		}
	}
}

// row is the state and the note of a line of the table; empty when there is not one.
func row(said, what string) (state, note string) {
	lines := regexp.MustCompile(`(?m)^`+regexp.QuoteMeta(what)+`  +(\S[^ ]*(?: [^ ]+)*)(?:  +(.*?))?\s*$`).FindAllStringSubmatch(said, -1)
	if len(lines) != 1 {
		return "", ""
	}
	return lines[0][1], lines[0][2]
}

// TestProbeSaysWhatWouldNotWork: each thing that the watchlist names has one line, which
// says whether it would serve and what to do; nothing is sent to anybody.
func TestProbeSaysWhatWouldNotWork(t *testing.T) {
	r := newProbeRig(t)
	code, said := r.probe("en", "xapp-bad", r.redisGone()...)
	for what, want := range map[string]string{
		"bot token":               "",
		"app token":               "the app token in",
		"channel #old":            "#old is archived",
		"channel #they":           "not in #they",
		"channel #typo":           "there is no #typo",
		"channel #digest":         "there is no #digest",
		"channel #mentions":       "",
		"person or group @ira":    "",
		"person or group @nobody": `nobody in this Slack workspace is called "@nobody"`,
		"person or group nobody@romashka.example": `is called "nobody@romashka.example"`,
		"webhook crm":         "",
		"webhook gone":        "cannot be reached",
		"webhook badcert":     "certificate",
		"database":            "",
		"the database's disk": "",
		"Redis":               "check store.redis in the watchlist",
	} {
		state, note := row(said, what)
		if wantState := map[bool]string{true: "ok", false: "failed"}[want == ""]; state != wantState || !strings.Contains(note, want) || want == "" && note != "" {
			t.Errorf("%s: %q %q, want %q with %q", what, state, note, wantState, want)
		}
	}
	if code != exitFailed || !strings.Contains(said, "10 of 16 would not work") || strings.Contains(said, "xapp-bad") || strings.Contains(said, "/hook/secret") || t.Failed() {
		t.Errorf("status %d:\n%s", code, said)
	}
	well := []string{"#old", "#mentions", "#they", "#mentions", "#typo", "#mentions", "#digest", "#mentions", "@nobody", "@oncall-pr",
		"nobody@romashka.example", "@ira", "http://127.0.0.1:%GONE%", r.site.URL, "%TLS%", r.site.URL}
	code, said = r.probe("en", fakeslack.AppToken, well...)
	if code != exitDone || !strings.Contains(said, "Everything would work.") || strings.Contains(said, "failed") {
		t.Errorf("status %d:\n%s", code, said)
	}
	if n, posted := r.hooks.Load(), len(r.slack.Messages("")); n != 0 || posted != 0 {
		t.Errorf("%d requests to webhooks, %d messages in Slack", n, posted)
	}
	if left, _ := filepath.Glob(filepath.Join(r.dir, "*")); len(left) != 1 {
		t.Errorf("left behind: %q", left)
	}
}

func (r *probeRig) redisGone() []string {
	return []string{"%REDIS%", "redis://127.0.0.1:" + r.gone + "/0"}
}

// TestProbeSpeaksFourLanguages: states, parts and what to do are said in the language that
// was asked for.
func TestProbeSpeaksFourLanguages(t *testing.T) {
	r := newProbeRig(t)
	for lang, want := range map[string][]string{
		"ru": {"токен бота", "в порядке", "канал #typo", "не работает", "в архиве", "никто не получит уведомления", "Ничего не отправлено."},
		"uk": {"токен бота", "гаразд", "канал #typo", "не працює", "в архіві", "ніхто не отримає сповіщення", "Нічого не надіслано."},
		"bg": {"токен на бота", "наред", "канал #typo", "не работи", "никой няма да получи известие", "Нищо не е изпратено."},
	} {
		code, said := r.probe(lang, "xapp-bad", r.redisGone()...)
		for _, words := range want {
			if !strings.Contains(said, words) {
				t.Errorf("%s: %q is not said:\n%s", lang, words, said)
			}
		}
		for _, english := range []string{"  failed", "WHAT", "would not work", "is archived", "nobody in this", "check store"} {
			if strings.Contains(said, english) {
				t.Errorf("%s: %q is said:\n%s", lang, english, said)
			}
		}
		if code != exitFailed {
			t.Errorf("%s: status %d", lang, code)
		}
	}
}

// TestProbeOfARedisThatForgets: it answers, and earshot does not start with it. Probe and start say so in the
// language that was asked for.
func TestProbeOfARedisThatForgets(t *testing.T) {
	r := newProbeRig(t)
	forgets := []string{"%REDIS%", testkit.Redis(t, "--maxmemory-policy", "allkeys-lru").URL()}
	code, said := r.probe("en", "xapp-bad", forgets...)
	if _, note := row(said, "Redis"); code != exitFailed || !strings.HasPrefix(note, "redis: its `maxmemory-policy` is allkeys-lru") || !strings.Contains(note, "does not start with it") || strings.Contains(note, "instead") {
		t.Errorf("status %d: %s", code, note)
	}
	for lang, what := range map[string]string{"ru": "сервер Redis", "uk": "сервер Redis", "bg": "сървър Redis"} {
		_, said := r.probe(lang, "xapp-bad", forgets...)
		_, note := row(said, what)
		if left := testkit.English(note, "Redis maxmemory policy allkeys lru noeviction redis conf cli config set store"); note == "" || len(left) > 0 {
			t.Errorf("%s: %q in %q", lang, left, note)
		}
	}
}

// TestProbeWithoutSlack: without an app there is nothing to ask of Slack, and an incoming
// webhook is looked for and not written to.
func TestProbeWithoutSlack(t *testing.T) {
	r := newProbeRig(t)
	const account = `slack: {bot_token: "${env:PROBE_BOT}", app_token: "${env:PROBE_APP}", api_url: "%URL%"}`
	_, said := r.probe("en", "", account, "")
	if state, note := row(said, "Slack"); state != "–" || !strings.Contains(note, "for #") || !strings.Contains(note, "goes to the terminal") {
		t.Errorf("without Slack: %q %q\n%s", state, note, said)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	t.Setenv("PROBE_HOOK", "http://"+listener.Addr().String()+"/services/secret")
	_, said = r.probe("en", "", account, `slack: {webhook_url: "${env:PROBE_HOOK}"}`)
	if state, note := row(said, "Slack webhook"); state != "ok" || !strings.Contains(note, "only by sending it") {
		t.Errorf("with a webhook: %q %q\n%s", state, note, said)
	}
}
