package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/earshot/earshot/cmd/earshot/internal/daemon"
	"github.com/earshot/earshot/cmd/earshot/internal/demosites"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/testkit"
)

// The rig is the whole world around the real binary: the town's sites over real
// HTTP, a fake Slack, and a folder with a watchlist and a database. The binary is
// built with the tag "faults", so that it can be killed at a named step.

// builtIn is the folder of the built binary, once it is built.
var builtIn atomic.Pointer[string]

var buildOnce = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "earshot-bin-")
	if err != nil {
		return "", err
	}
	builtIn.Store(&dir)
	bin := filepath.Join(dir, "earshot")
	out, err := exec.Command("go", "build", "-tags", "faults", "-ldflags", "-s -w", "-o", bin, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return bin, nil
})

// binary builds the program once for all tests of the package.
func binary(t testing.TB) string {
	t.Helper()
	bin, err := buildOnce()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// soakTime is how long TestSoak runs; 0 skips it.
var soakTime = flag.Duration("soak", 0, "how long TestSoak runs")

// suite runs the tests and removes what they share.
type suite struct{ m *testing.M }

// Run implements testscript.TestingM.
func (s suite) Run() int {
	defer func() {
		if dir := builtIn.Load(); dir != nil {
			_ = os.RemoveAll(*dir) // a leftover in the temporary folder at worst
		}
	}()
	return s.m.Run()
}

// TestMain lets the scripts under testdata call this very program as earshot.
func TestMain(m *testing.M) {
	if os.Getenv("EARSHOT_SOAK_SITES") != "" {
		soakSites()
		return
	}
	testscript.Main(suite{m}, map[string]func(){"earshot": main, "label": labelForScripts})
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", UpdateScripts: os.Getenv("EARSHOT_UPDATE") != ""})
}

type rig struct {
	t     testing.TB
	town  *demosites.Town
	site  *httptest.Server
	slack *fakeslack.Server
	dir   string
	redis string // URL; empty without

	database string // of the watchlist; empty: a file in dir
	bin      string // the program; empty: that of this source
}

// rigPosts stand in the town before earshot is started: the baseline.
func rigPosts() []demosites.Post {
	before := -time.Hour
	return []demosites.Post{
		{Place: "forum", After: before, Author: "old", Text: "Romashka Bank charged me twice and refuses to refund. Baseline complaint one."},
		{Place: "reviews", After: before, Author: "old", Stars: 1, Title: "Terrible", Text: "Romashka Bank lost my documents. Baseline complaint two."},
		{Place: "news", After: before, Author: "desk", Title: "Romashka Bank opens a branch", Text: "Romashka Bank opened a branch."},
		{Place: "channel", After: before, Author: "ch", Text: "Добрый день, город!"},
	}
}

func newRig(t testing.TB, redis string) *rig {
	t.Helper()
	r := &rig{t: t, town: demosites.New(time.Now, rigPosts()), dir: t.TempDir(), redis: redis}
	r.site = httptest.NewServer(r.town)
	t.Cleanup(r.site.Close)
	var err error
	if r.slack, err = fakeslack.Start(fakeslack.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.slack.Close)
	r.write(r.watchlist())
	return r
}

func (r *rig) watchlist() string {
	store := fmt.Sprintf("database: %q", cmp.Or(r.database, "sqlite:"+filepath.Join(r.dir, "e.db")))
	if r.redis != "" {
		store += fmt.Sprintf(", redis: %q", r.redis)
	}
	return strings.NewReplacer("BASE", r.site.URL, "STORE", store, "SLACK", r.slack.URL()).Replace(`contact: test@example.com
watch:
  - name: Romashka Bank
    terms: ["Romashka Bank", "Ромашка Банк"]
    official: ["Romashka Support"]
sources:
  - {forum: "BASE/forum/viewtopic.php?t=7", name: forum, every: 1s}
  - {page: "BASE/reviews/romashka-bank", name: reviews, every: 1s}
  - {feed: "BASE/news.rss", name: news, every: 1s}
  - {telegram: gorod_online, base: "BASE", name: channel, every: 1s}
fetch: {gap: 0s, allow_private: [127.0.0.0/8]}
routes: [{to: "#mentions"}]
slack: {bot_token: "xoxb-fake-bot-token", app_token: "xapp-fake-app-token", api_url: "SLACK"}
store: {STORE}
web: {listen: "127.0.0.1:0"}
`)
}

func (r *rig) path() string { return filepath.Join(r.dir, "watchlist.yaml") }

func (r *rig) write(watchlist string) {
	r.t.Helper()
	if err := os.WriteFile(r.path(), []byte(watchlist), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// process is one run of the binary.
type process struct {
	t      testing.TB
	cmd    *exec.Cmd
	log    *testkit.Output // stderr and stdout
	exited chan struct{}
	err    error
}

// start runs `earshot run`; fault names the step at which it is to be killed.
func (r *rig) start(fault string) *process {
	r.t.Helper()
	bin := r.bin
	if bin == "" {
		bin = binary(r.t)
	}
	p := &process{t: r.t, cmd: exec.Command(bin, "run", "-c", r.path()), log: &testkit.Output{}, exited: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), "EARSHOT_FAULT="+fault, "NO_COLOR=1")
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	if err := p.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	go func() { p.err = p.cmd.Wait(); close(p.exited) }()
	r.t.Cleanup(func() { _ = p.cmd.Process.Kill(); <-p.exited })
	return p
}

// stop asks the process to end and expects a clean end. An orchestrator gives it 30 s.
func (p *process) stop() {
	p.t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.exited:
		if p.err != nil {
			p.t.Errorf("SIGTERM: %v\n%s", p.err, p.log)
		}
	case <-time.After(30 * time.Second):
		p.t.Fatalf("not stopped 30 s after SIGTERM\n%s", p.log)
	}
}

// kill ends the process as a power cut does.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.exited
}

// killed waits until the fault has ended the process.
func (p *process) killed(within time.Duration) {
	p.t.Helper()
	select {
	case <-p.exited:
		var exit *exec.ExitError
		if !errors.As(p.err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			p.t.Fatalf("ended by itself instead of at the fault: %v\n%s", p.err, p.log)
		}
	case <-time.After(within):
		p.t.Fatalf("the step of the fault was not reached\n%s", p.log)
	}
}

// until waits for a condition and fails with what it is and the log.
func (r *rig) until(p *process, within time.Duration, what string, holds func() bool) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	for !holds() {
		select {
		case <-ctx.Done():
			r.t.Fatalf("not within %s: %s\nin Slack:\n%s\nlog:\n%s", within, what, r.texts(), p.log)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// texts is everything that stands in #mentions, one message a paragraph.
func (r *rig) texts() string {
	var b strings.Builder
	for _, m := range r.slack.Messages("#mentions") {
		b.WriteString(m.Text)
		b.Write(m.Blocks)
		b.WriteString("\n\n")
	}
	return b.String()
}

// count is how many messages (replies in threads included) hold the text.
func (r *rig) count(text string) int {
	n := 0
	for _, m := range r.slack.Messages("#mentions") {
		if strings.Contains(m.Text, text) || strings.Contains(string(m.Blocks), text) {
			n++
		}
	}
	return n
}

// once checks that each text stands in exactly one message.
func (r *rig) once(p *process, texts ...string) {
	r.t.Helper()
	for _, text := range texts {
		if n := r.count(text); n != 1 {
			r.t.Errorf("%q stands in %d messages, want 1\nin Slack:\n%s\nlog:\n%s", text, n, r.texts(), p.log)
		}
	}
}

// baseline runs earshot until every source has had its first poll, and stops it.
func (r *rig) baseline() {
	r.t.Helper()
	r.baselineOf(4)
}

// baselineOf is baseline for a watchlist with so many sources.
func (r *rig) baselineOf(sources int) {
	r.t.Helper()
	p := r.start("")
	r.until(p, time.Minute, "the baseline of every source", func() bool { return strings.Count(p.log.String(), " baseline=true") >= sources })
	p.stop()
}

// redisServer starts a real Redis and returns its URL.
func redisServer(t testing.TB) string {
	t.Helper()
	return testkit.Redis(t, "--maxmemory-policy", "noeviction").URL()
}

// eachSeen runs a drill where the database knows which posts were seen, and where Redis does.
func eachSeen(t *testing.T, drill func(t *testing.T, redis string)) {
	for name, withRedis := range map[string]bool{"database": false, "redis": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redis := ""
			if withRedis {
				redis = redisServer(t)
			}
			drill(t, redis)
		})
	}
}

var webAddress = regexp.MustCompile(`msg=web address=(\S+)`)

// webPage is a page of the running daemon.
func webPage(t testing.TB, p *process, page string) string {
	t.Helper()
	return webPageWithin(t, p, page, time.Minute)
}

// answersIn is how long who watches a daemon waits for it, whatever is wrong around it.
const answersIn = 10 * time.Second

// metricsText is what a daemon answers who watches it.
func metricsText(t testing.TB, p *process) string {
	t.Helper()
	return webPageWithin(t, p, "metrics", answersIn)
}

func webPageWithin(t testing.TB, p *process, page string, within time.Duration) string {
	t.Helper()
	m := webAddress.FindStringSubmatch(p.log.String())
	if m == nil {
		t.Fatalf("the log names no web address\n%s", p.log)
	}
	resp, err := (&http.Client{Timeout: within}).Get("http://" + m[1] + "/" + page)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// health reads the daemon's own health page.
func health(t *testing.T, p *process) (out daemon.Health) {
	t.Helper()
	page := webPage(t, p, "healthz")
	if err := json.Unmarshal([]byte(page), &out); err != nil {
		t.Fatal(err, page)
	}
	return out
}
