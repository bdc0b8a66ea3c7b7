package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// TestNoOutputTellsASecret runs the real binary with secrets that need quoting, makes
// everything fail that can, and looks for them in all that comes out.
func TestNoOutputTellsASecret(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	const hard = "\"q\\s&é<%\n;" // each secret holds it, so each form of quoting changes it
	marks := []string{"FEEDKEY7X", "JSONKEY7X", "PAGEKEY7X", "HEADKEY7X", "HOOKKEY7X", "DEADKEY7X", "REDISKEY7X", "LATEKEY7X", "FILEKEY7X", "SIGNKEY7X"}
	secret := func(mark string) string { return mark + hard + mark }

	var mu sync.Mutex
	var hooked strings.Builder
	mux := http.NewServeMux()
	site := httptest.NewServer(mux)
	t.Cleanup(site.Close)
	for path, item := range map[string]string{ // no link to a post anywhere: the address itself is what there is
		"/leak":   "<link>#x</link><title>Romashka Bank</title><description>Romashka Bank charged me twice and refuses to refund. Scam, thieves!</description>",
		"/silent": "<title>Romashka Bank</title><description>Romashka Bank blocked my card and refuses to give my salary back. Scam, thieves!</description>",
	} {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Add("Link", `<#x>; rel="self", </hub>; rel="hub"`)
			fmt.Fprintf(w, `<rss version="2.0"><channel><title>N</title><item><guid>%s</guid><pubDate>%s</pubDate>%s</item></channel></rss>`, path, time.Now().Add(-time.Minute).UTC().Format(time.RFC1123Z), item)
		})
	}
	mux.HandleFunc("/api/", func(w http.ResponseWriter, req *http.Request) {
		http.Error(w, "you asked for "+req.URL.String(), http.StatusInternalServerError)
	})
	mux.HandleFunc("/list", func(w http.ResponseWriter, req *http.Request) {
		own := site.URL + req.URL.RequestURI()
		_ = json.NewEncoder(w).Encode(map[string]any{"items": []any{map[string]string{"id": own, "url": own, "who": own, "at": time.Now().UTC().Format(time.RFC3339), "text": "Romashka Bank took a fee from my pension without asking and deceives its customers. Horrible!"}}})
	})
	mux.HandleFunc("/hook/", func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintf(&hooked, "%s\n", body)
	})
	mux.HandleFunc("/dead/", func(w http.ResponseWriter, req *http.Request) {
		http.Error(w, "no such hook "+req.URL.String(), http.StatusNotFound)
	})

	r := newRig(t, "")
	file := filepath.Join(r.dir, "key")
	if err := os.WriteFile(file, []byte(secret("FILEKEY7X")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := os.Environ()
	for _, mark := range marks {
		env = append(env, mark[:len(mark)-5]+"_RAW="+secret(mark), mark[:len(mark)-5]+"_URL="+url.QueryEscape(secret(mark)))
	}
	list := strings.NewReplacer("SITE", site.URL, "FILE", file, "SLACK", r.slack.URL(), "DB", filepath.Join(r.dir, "e.db"), "GONE", strconv.Itoa(testkit.FreePort(t))).Replace(`contact: test@example.com
watch: [{name: Romashka Bank, terms: [Romashka Bank]}]
sources:
  - {feed: "SITE/leak?key=${env:FEED_URL}", name: feed, kind: review, every: 1s, backfill: true}
  - {feed: "SITE/silent?key=${env:FEED_URL}", name: silent, kind: review, every: 1s, backfill: true}
  - {json: "SITE/api/bot${env:JSON_URL}/updates", name: json, every: 1s, list: ".items[]", fields: {id: .id, text: .text}}
  - {json: "SITE/list?key=${env:PAGE_URL}", name: list, every: 1s, backfill: true, list: ".items[]", fields: {id: .id, url: .url, author_url: .who, time: .at, text: .text}, headers: {X-Key: "${env:HEAD_URL}"}}
  - {page: "SITE/api/${env:LATE_URL}/x", name: page, every: 1s}
fetch: {gap: 0s, allow_private: [127.0.0.0/8]}
routes: [{source: [list], to: "webhook:dead"}, {source: [feed, silent], to: "webhook:good"}, {to: "#mentions"}]
webhooks:
  - {name: good, url: "SITE/hook/${env:HOOK_URL}", secret: "${env:SIGN_RAW}"}
  - {name: dead, url: "SITE/dead/${env:DEAD_URL}?f=x", secret: "${file:FILE}"}
slack: {bot_token: "xoxb-fake-bot-token", app_token: "xapp-fake-app-token", api_url: "SLACK"}
store: {database: "sqlite:DB", redis: "redis://:${env:REDIS_URL}@127.0.0.1:GONE/0"}
web: {listen: "127.0.0.1:0"}
`)
	r.write(list)
	outputs := map[string]string{}
	once := func(name string, args ...string) {
		cmd := exec.CommandContext(t.Context(), binary(t), append(args, "-c", r.path())...)
		cmd.Env = append(env, "NO_COLOR=1")
		out, _ := cmd.CombinedOutput() // it fails, and says why
		outputs[name] = string(out)
	}
	once("check --probe", "check", "--probe")
	once("crawl", "crawl", "-v")
	once("crawl --json", "crawl", "--json")

	p := &process{t: t, cmd: exec.Command(binary(t), "run", "-c", r.path()), log: &testkit.Output{}, exited: make(chan struct{})}
	p.cmd.Env = append(env, "NO_COLOR=1")
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { p.err = p.cmd.Wait(); close(p.exited) }()
	t.Cleanup(func() { _ = p.cmd.Process.Kill(); <-p.exited })
	bodies := func() string { mu.Lock(); defer mu.Unlock(); return hooked.String() }
	r.until(p, time.Minute, "an alert at the webhook, and the dead one told of", func() bool {
		return strings.Contains(bodies(), "refuses to refund") && strings.Contains(bodies(), "salary back") && strings.Contains(r.texts(), "webhook:dead")
	})
	r.until(p, time.Minute, "failing sources in the log", func() bool { return strings.Count(p.log.String(), "source cannot be polled") >= 4 })
	for _, page := range []string{"healthz", "metrics", "readyz"} {
		outputs["/"+page] = webPage(t, p, page)
	}
	r.write(strings.Replace(list, "every: 1s, backfill", `every: "${env:LATE_RAW}", lang: "${env:LATE_RAW}", backfill`, 1))
	r.until(p, time.Minute, "a refused watchlist", func() bool { return strings.Contains(p.log.String(), "every") })
	once("check of a wrong one", "check")
	outputs["/healthz then"] = webPage(t, p, "healthz")
	p.stop()
	outputs["log"], outputs["slack"], outputs["webhook"] = p.log.String(), r.texts(), bodies()
	for name, out := range outputs {
		if out == "" {
			t.Errorf("%s: nothing came", name)
		}
		for _, mark := range marks {
			if at := strings.Index(out, mark); at >= 0 {
				t.Errorf("%s tells %s: …%s…", name, mark, out[max(0, at-200):min(len(out), at+100)])
			}
		}
	}
	if s := outputs["/healthz"]; !strings.Contains(s, "500 internal server error") {
		t.Errorf("/healthz shows no failed source: %s", s)
	}
}
