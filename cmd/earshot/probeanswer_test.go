package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// answering is several networks on one address, and what they were asked.
type answering struct {
	mu    sync.Mutex
	calls []string
}

func (a *answering) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	a.calls = append(a.calls, r.Method+" "+r.URL.Path)
	a.mu.Unlock()
	status, body := http.StatusOK, `{}`
	switch {
	case strings.HasSuffix(r.URL.Path, "/getMe"):
		body = `{"ok":true,"result":{"username":"romashka_help_bot"}}`
	case strings.HasSuffix(r.URL.Path, "/getUpdates"):
		body = `{"ok":true,"result":[]}`
	case r.URL.Path == "/v2/auth/token":
		body = `{"status":"OK","result":{"apiKey":{"name":"earshot","authScopes":["COMMUNICATION_READ_ONLY"]}}}`
	case r.URL.Path == "/v1/roles":
		body = `{"roles":[{"name":"Admin","methods":["/v1/review/comment/create"]}]}`
	case r.URL.Path == "/method/groups.getTokenPermissions":
		status, body = http.StatusForbidden, `{"error":{"error_code":5,"error_msg":"the key vk-secret is no good"}}`
	}
	w.Header().Set("Content-Type", "application/json")
	if r.URL.Path == "/api/v1/apps/verify_credentials" {
		w.Header().Set("Content-Type", "text/html")
		body = "<html><title>Please log in</title></html>"
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

func (a *answering) asked() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return strings.Join(a.calls, "\n")
}

// TestProbeAsksAfterTheRightToAnswer: each source that is answered has a line with what its site says
// of the key, nothing is sent, and no key is told.
func TestProbeAsksAfterTheRightToAnswer(t *testing.T) {
	sites := &answering{}
	server := httptest.NewServer(sites)
	t.Cleanup(server.Close)
	dir := t.TempDir()
	path := filepath.Join(dir, "watchlist.yaml")
	list := strings.NewReplacer("%SITE%", server.URL, "%DB%", filepath.Join(dir, "e.db")).Replace(`contact: pr@romashka.example
watch: [{name: Romashka, terms: [romashka]}]
sources:
  - {telegrambot: {token: "${env:PROBE_TG}"}, name: chat, base: "%SITE%", watch: Romashka, reply: {as: romashka_bot}}
  - {ozon: {client: "1", key: o}, name: shop, base: "%SITE%", watch: Romashka, reply: {as: Romashka}}
  - {yandexmarket: {business: "1", key: y}, name: market, base: "%SITE%", watch: Romashka, reply: {as: Romashka}}
  - {vk: {group: romashka, token: u}, name: wall, base: "%SITE%", watch: Romashka, reply: {as: Romashka, key: "${env:PROBE_VK}"}}
  - {mastodon: {server: "%SITE%", tag: romashka}, name: toots, watch: Romashka, reply: {as: romashka, key: m}}
  - {discourse: "%SITE%/c/5", name: forum, watch: Romashka, reply: {as: romashka, key: d}}
fetch: {allow_private: [127.0.0.0/8], gap: 0s}
store: {database: "sqlite:%DB%"}
`)
	if err := os.WriteFile(path, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PROBE_TG", "7:telegram-secret")
	t.Setenv("PROBE_VK", "vk-secret")
	for lang, want := range map[string]map[string][2]string{
		"en": {
			"telegrambot chat":    {"–", "the key is good; whether it may answer, the site does not tell; the site knows it as romashka_help_bot"},
			"ozon shop":           {"ok", "may answer as Romashka"},
			"yandexmarket market": {"failed", "may not answer: the key lacks the right; the site knows it as earshot"},
			"vk wall":             {"failed", "the key"},
			"mastodon toots":      {"failed", "the site's answer cannot be read: the answer is a web page, not JSON"},
			"discourse forum":     {"–", "this site cannot be asked; the first answer will show it"},
		},
		"bg": {"ozon shop": {"наред", "може да отговаря от името на Romashka"}, "mastodon toots": {"не работи", "отговорът на сайта не може да се прочете"}},
	} {
		out, code := shown(t, os.LookupEnv, "check", "--probe", "--lang", lang, "-c", path)
		_, table, _ := strings.Cut(out, "\n\n")
		_, table, _ = strings.Cut(table, "\n\n") // behind that of the sources
		for what, row2 := range want {
			if state, note := row(table, what); state != row2[0] || !strings.Contains(note, row2[1]) {
				t.Errorf("%s: %s: %q %q, want %q", lang, what, state, note, row2)
			}
		}
		if code != exitFailed || strings.Contains(out, "secret") {
			t.Errorf("%s: status %d\n%s", lang, code, out)
		}
	}
	for _, sends := range []string{"sendMessage", "comment/create", "comments/update", "createComment", "posts.json"} {
		if strings.Contains(sites.asked(), sends) {
			t.Errorf("it was sent: %s\n%s", sends, sites.asked())
		}
	}
}
