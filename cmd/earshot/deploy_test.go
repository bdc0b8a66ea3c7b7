package main

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers/push"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/internal/websub"
)

// TestNotify: a service manager is told when earshot is at work, then as often as its watchdog wants, and
// that it stops; one that cannot begin was never at work.
func TestNotify(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	r := newRig(t, "")
	m := newManager(t)
	cmd := m.start(t, r.path(), "WATCHDOG_USEC=600000")
	m.hears(t, "READY=1", "WATCHDOG=1", "WATCHDOG=1", "WATCHDOG=1")
	_ = cmd.Process.Signal(syscall.SIGTERM)
	for said := ""; said != "STOPPING=1"; {
		if said = m.next(t); said != "STOPPING=1" && said != "WATCHDOG=1" {
			t.Fatalf("while it stops it says %q", said)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}

	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	second, taken := newRig(t, ""), newManager(t)
	second.write(strings.ReplaceAll(second.watchlist(), "127.0.0.1:0", other.Addr().String()))
	cmd = taken.start(t, second.path())
	if err := cmd.Wait(); err == nil {
		t.Error("two listen at one address")
	}
	if err := taken.socket.SetReadDeadline(time.Now().Add(time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := taken.socket.Read(make([]byte, 256)); err == nil {
		t.Errorf("before it could listen it said something of %d bytes: systemctl start calls that a success", n)
	}
}

// manager is what a service manager hears.
type manager struct {
	socket  *net.UnixConn
	address string
}

func newManager(t *testing.T) manager {
	t.Helper()
	address := filepath.Join(t.TempDir(), "notify")
	socket, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: address, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = socket.Close() })
	return manager{socket, address}
}

// start runs earshot as a service of m.
func (m manager) start(t *testing.T, watchlist string, env ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(binary(t), "run", "-c", watchlist)
	cmd.Env = append(append(os.Environ(), "NOTIFY_SOCKET="+m.address), env...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return cmd
}

// next is what m hears next.
func (m manager) next(t *testing.T) string {
	t.Helper()
	if err := m.socket.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 256)
	n, err := m.socket.Read(buf)
	if err != nil {
		t.Fatal(err)
	}
	return string(buf[:n])
}

func (m manager) hears(t *testing.T, want ...string) {
	t.Helper()
	for i, w := range want {
		if said := m.next(t); said != w {
			t.Errorf("word %d to the service manager is %q, want %q", i+1, said, w)
		}
	}
}

// TestUnitIsTight: systemd reads the unit without a complaint and rates it under 2.0.
func TestUnitIsTight(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("no systemd-analyze")
	}
	unit, err := os.ReadFile(filepath.Join(testkit.Root(t), "deploy", "earshot.service"))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "earshot.service")
	if err := os.WriteFile(path, []byte(strings.ReplaceAll(string(unit), "/usr/local/bin/earshot", "/bin/true")), 0o644); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command(analyze, "verify", path).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("verify: %v\n%s", err, out)
	}
	out, err := exec.Command(analyze, "security", "--offline=true", "--threshold=20", path).CombinedOutput()
	if err != nil {
		t.Errorf("security is over 2.0: %v\n%s", err, out)
	}
}

// TestStartMayTakeLong: the first start of a newer version brings a large database up to date before it
// listens. Killed meanwhile it would begin anew, for ever.
func TestStartMayTakeLong(t *testing.T) {
	m := regexp.MustCompile(`(?m)^TimeoutStartSec=(\S+)$`).FindStringSubmatch(readFile(t, filepath.Join(testkit.Root(t), "deploy/earshot.service")))
	if m == nil {
		t.Fatal("systemd kills a start after 90 seconds")
	}
	if patience, err := time.ParseDuration(strings.TrimSuffix(m[1], "in")); err != nil || patience < 30*time.Minute {
		t.Errorf("a start is killed after %s (%v)", m[1], err)
	}
}

// TestPackageWhoseServiceDoesNotStart: an upgrade to a version that refuses the watchlist is installed whole and
// says where to look, and a service that cannot be stopped is removed all the same.
func TestPackageWhoseServiceDoesNotStart(t *testing.T) {
	bin, systemd := t.TempDir(), t.TempDir()
	for name, does := range map[string]string{
		"systemd-sysusers": "exit 0",
		"chgrp":            "exit 0",
		"systemctl":        `[ "$1" = daemon-reload ]`,
	} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\n"+does+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for script, c := range map[string]struct {
		args []string
		says string
	}{
		"postinst": {[]string{"configure", "1.0.0"}, "earshot is installed, but does not start: journalctl -u earshot says why\n"},
		"prerm":    {[]string{"remove"}, ""},
	} {
		text := readFile(t, filepath.Join(testkit.Root(t), "deploy/deb", script))
		if !strings.Contains(text, "/run/systemd/system") {
			t.Fatalf("%s does not ask whether systemd runs", script)
		}
		cmd := exec.Command("sh", append([]string{"-c", strings.ReplaceAll(text, "/run/systemd/system", systemd), script}, c.args...)...)
		cmd.Env = []string{"PATH=" + bin + ":" + os.Getenv("PATH")}
		if out, err := cmd.CombinedOutput(); err != nil || string(out) != c.says {
			t.Errorf("%s: %v, it says %q, want %q", script, err, out, c.says)
		}
	}
}

// TestImageIsBuiltOfCode: the image is built of every package and of nothing that may hold
// a secret.
func TestImageIsBuiltOfCode(t *testing.T) {
	root := testkit.Root(t)
	text, err := os.ReadFile(filepath.Join(root, ".dockerignore"))
	if err != nil {
		t.Fatal(err)
	}
	taken := map[string]bool{}
	for _, line := range strings.Split(string(text), "\n") {
		if name, ok := strings.CutPrefix(line, "!"); ok {
			taken[name] = true
		}
	}
	list, err := exec.Command("go", "list", "-deps", "-f", `{{if .Module}}{{if eq .Module.Path "github.com/earshot/earshot"}}{{.Dir}}{{end}}{{end}}`, "github.com/earshot/earshot/cmd/earshot").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, dir := range strings.Fields(string(list)) {
		rel, err := filepath.Rel(root, dir)
		if err != nil {
			t.Fatal(err)
		}
		if top, _, _ := strings.Cut(rel, "/"); !taken[top] {
			t.Errorf("%s is not in the image: .dockerignore lacks !%s", rel, top)
		}
	}
	if !strings.HasPrefix(strings.TrimLeft(stripComments(string(text)), "\n"), "*\n") {
		t.Error(".dockerignore is no list of what is allowed: it does not begin with *")
	}
}

func stripComments(s string) string {
	var kept []string
	for _, line := range strings.Split(s, "\n") {
		if !strings.HasPrefix(line, "#") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// siteDirectives are what the one site of a Caddyfile says, without what is inside of blocks: each
// with its matcher. Caddy carries them out in an order of its own, whatever the file's is: a respond
// that stands after a reverse_proxy comes before it.
func siteDirectives(t *testing.T, caddyfile string) (list []string) {
	t.Helper()
	depth := 0
	for line := range strings.Lines(caddyfile) {
		words := strings.Fields(line)
		if len(words) == 0 || words[0] == "#" {
			continue
		}
		if opens := words[len(words)-1] == "{"; opens {
			words = words[:len(words)-1]
			depth++
			if depth != 2 {
				continue
			}
		} else if depth != 1 {
			if words[0] == "}" {
				depth--
			}
			continue
		}
		switch {
		case words[0] == "}":
			depth--
		case len(words) > 1 && strings.HasPrefix(words[1], "@"):
			list = append(list, words[0]+" "+words[1])
		default:
			list = append(list, words[0])
		}
	}
	if depth != 0 {
		t.Fatalf("the blocks of the Caddyfile do not end:\n%s", caddyfile)
	}
	return list
}

// TestComposeOfReplicas: the example of several replicas hangs together: what a service
// names is there, the proxy leads to each path that callers from outside need and to no
// other, and the lines of its watchlist are good.
func TestComposeOfReplicas(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(testkit.Root(t), "deploy", "compose.replicas.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Services map[string]struct {
			Deploy    struct{ Replicas int }
			DependsOn any `yaml:"depends_on"`
			Volumes   []string
		}
		Configs map[string]struct{ Content string }
		Volumes map[string]any
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	if n := file.Services["earshot"].Deploy.Replicas; n != 3 {
		t.Errorf("%d replicas", n)
	}
	for name, s := range file.Services {
		for other := range file.Services {
			if strings.Contains(fmt.Sprint(s.DependsOn), other) && other == name {
				t.Errorf("%s waits for itself", name)
			}
		}
		for _, v := range s.Volumes {
			from, _, _ := strings.Cut(v, ":")
			if _, ok := file.Volumes[from]; !ok && !strings.HasPrefix(from, "./") {
				t.Errorf("%s mounts %s, which is not there", name, from)
			}
		}
	}
	proxy := file.Configs["caddyfile"].Content
	for _, path := range []string{"/slack/interactions", websub.Path, push.Path} {
		if !strings.Contains(proxy, " "+path) {
			t.Errorf("the proxy does not lead to %s", path)
		}
	}
	if got := siteDirectives(t, proxy); !slices.Equal(got, []string{"@outside", "handle @outside", "handle"}) {
		t.Errorf("the proxy's site says %q: Caddy answers by the first handle that fits, and sorts everything else", got)
	}
	for _, path := range []string{"metrics", "healthz"} {
		if strings.Contains(proxy, path) {
			t.Errorf("the proxy leads to %s", path)
		}
	}
	var lines string
	for _, m := range regexp.MustCompile(`(?:with|and) +((?:store|web): \{.*\})`).FindAllStringSubmatch(string(text), -1) {
		lines += m[1] + "\n"
	}
	lookup := func(name string) (string, bool) { return "secret-of-" + name, strings.HasSuffix(name, "_PASSWORD") }
	list, err := watchlist.Check(config.Parse("watchlist.yaml", []byte(framed(lines)), lookup, watchlist.Kinds()))
	if err != nil || list.Web.Listen == "" || !strings.HasPrefix(list.Database(), "postgres://") {
		t.Fatalf("the watchlist of the example: %v\n%s", err, lines)
	}
	// Else all callers have one limit, and a stranger uses up that of Slack's clicks.
	for _, from := range []string{"172.18.0.5", "192.168.32.5"} { // docker's own networks
		if !slices.ContainsFunc(list.Web.Proxy.From, func(p netip.Prefix) bool { return p.Contains(netip.MustParseAddr(from)) }) {
			t.Errorf("a proxy at %s is not known as one: its callers share one limit", from)
		}
	}
}

// TestValuesOfTheChart: what the chart's values tell to write for web is a good watchlist, and warns of
// nothing.
func TestValuesOfTheChart(t *testing.T) {
	text := readFile(t, filepath.Join(testkit.Root(t), "deploy/helm/earshot/values.yaml"))
	told := regexp.MustCompile(`(?m)^# +(web: \{.*\})`).FindAllStringSubmatch(text, -1)
	if len(told) != 2 {
		t.Errorf("%d lines of web: is the pattern still right?", len(told))
	}
	lookup := func(string) (string, bool) { return "0123456789abcdef", true }
	for _, m := range told {
		list, err := watchlist.Check(config.Parse("watchlist.yaml", []byte(framed(m[1]+"\n")), lookup, watchlist.Kinds()))
		if err != nil || len(list.Warnings) > 0 || list.Web.Listen != "0.0.0.0:8080" {
			t.Errorf("%s: %v %v", m[1], err, list.Warnings)
		}
	}
}

// graces are how long those who run earshot wait after SIGTERM before they kill it.
func graces(t *testing.T) map[string]time.Duration {
	t.Helper()
	root, all := testkit.Root(t), map[string]time.Duration{}
	for file, says := range map[string]string{
		"deploy/earshot.service":                 `(?m)^TimeoutStopSec=(\d+)$`,
		"deploy/helm/earshot/templates/_pod.tpl": `(?m)^ +terminationGracePeriodSeconds: (\d+)$`,
		"deploy/compose.yaml":                    `(?m)^    stop_grace_period: (\d+)s`,
		"deploy/compose.replicas.yaml":           `(?m)^    stop_grace_period: (\d+)s`,
	} {
		all[file] = 10 * time.Second // what docker does that is told nothing
		if m := regexp.MustCompile(says).FindStringSubmatch(readFile(t, filepath.Join(root, file))); m != nil {
			seconds, err := time.ParseDuration(m[1] + "s")
			if err != nil {
				t.Fatal(err)
			}
			all[file] = seconds
		}
	}
	return all
}

// longestStop is how long earshot may take to stop: polls under way 15 s, a click 10 s, an answer that
// is on its way to its site 40 s, and some to write down what became of all. The rest ends meanwhile.
const longestStop = 75 * time.Second

// TestGraces: nobody kills earshot while it stops.
func TestGraces(t *testing.T) {
	for file, grace := range graces(t) {
		if grace < longestStop {
			t.Errorf("%s kills earshot %s after SIGTERM; it may take %s to stop", file, grace, longestStop)
		}
	}
}
