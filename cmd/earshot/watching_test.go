package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
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

	"github.com/earshot/earshot/cmd/earshot/internal/demosites"
	"github.com/earshot/earshot/internal/testkit"
)

// What watches earshot is checked by what reads it: promtool, and a real Prometheus that
// scrapes a real daemon.

// prometheusTool is the path of promtool or prometheus.
func prometheusTool(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		testkit.Require(t, "promtool", name+" absent (apt-get install prometheus)")
	}
	return path
}

type alertRule struct {
	Alert       string
	Expr        string
	Annotations map[string]string
}

func alertRules(t *testing.T) []alertRule {
	t.Helper()
	var file struct{ Groups []struct{ Rules []alertRule } }
	if err := yaml.Unmarshal([]byte(readFile(t, filepath.Join(testkit.Root(t), "deploy/prometheus/rules.yaml"))), &file); err != nil {
		t.Fatal(err)
	}
	return file.Groups[0].Rules
}

// dashboard is what Grafana is given, as far as it is looked at here.
type dashboard struct {
	UID        string
	ID         *int
	Panels     []panel
	Templating struct {
		List []struct{ Name, Type string }
	}
}

type panel struct {
	Type, Title, Description string
	Datasource               struct{ UID string }
	GridPos                  struct{ X, Y, W, H int }
	Targets                  []struct{ Expr, RefID string }
	FieldConfig              struct {
		Defaults  struct{ Unit string }
		Overrides []struct {
			Properties []struct {
				ID    string
				Value any
			}
		}
	}
}

func readDashboard(t *testing.T) (d dashboard, text string) {
	t.Helper()
	text = readFile(t, filepath.Join(testkit.Root(t), "deploy/grafana/earshot.json"))
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	return d, text
}

// expressions are those of the dashboard by panel and target, with its variables filled in.
func (d dashboard) expressions() map[string]string {
	all := map[string]string{}
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			all[p.Title+" "+target.RefID] = strings.NewReplacer("$job", "earshot", "$source", ".*", "$__rate_interval", "30s").Replace(target.Expr)
		}
	}
	return all
}

// TestRulesAndRunbooks: the rules fire when they should and not before, and somebody who is
// woken by one finds what to do.
func TestRulesAndRunbooks(t *testing.T) {
	dir := filepath.Join(testkit.Root(t), "deploy/prometheus")
	tests := readFile(t, filepath.Join(dir, "rules_test.yaml"))
	headings := regexp.MustCompile(`(?m)^## (\w+)$`).FindAllStringSubmatch(readFile(t, filepath.Join(dir, "../../docs/runbooks.md")), -1)
	var described, named []string
	for _, h := range headings {
		described = append(described, h[1])
	}
	for _, r := range alertRules(t) {
		named = append(named, r.Alert)
		if want := "https://github.com/earshot/earshot/blob/main/docs/runbooks.md#" + strings.ToLower(r.Alert); r.Annotations["runbook_url"] != want {
			t.Errorf("%s: its runbook is %q, want %q", r.Alert, r.Annotations["runbook_url"], want)
		}
		fires := regexp.MustCompile(`alertname: ` + r.Alert + `\n +exp_alerts:`)
		if !fires.MatchString(tests) || !strings.Contains(tests, "alertname: "+r.Alert+"}") {
			t.Errorf("%s: no test in which it fires, or none in which it does not", r.Alert)
		}
	}
	if !slices.Equal(described, named) {
		t.Errorf("docs/runbooks.md describes %v, the rules are %v", described, named)
	}
	// Helm reads no file outside of its chart, so the chart has a copy.
	const copied = "deploy/helm/earshot/files/rules.yaml"
	if readFile(t, filepath.Join(testkit.Root(t), copied)) != readFile(t, filepath.Join(dir, "rules.yaml")) {
		t.Errorf("%s is not what deploy/prometheus/rules.yaml is: copy it", copied)
	}
	promtool := prometheusTool(t, "promtool")
	for _, args := range [][]string{{"check", "rules", "rules.yaml"}, {"test", "rules", "rules_test.yaml"}} {
		cmd := exec.Command(promtool, args...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Errorf("promtool %s: %v\n%s", args, err, out)
		}
	}
}

// TestDashboardIsOneOfMany: it can be put beside others, updated in place, and read without
// asking what a number is.
func TestDashboardIsOneOfMany(t *testing.T) {
	d, text := readDashboard(t)
	if d.UID != "earshot" || d.ID != nil || !strings.Contains(text, `"id": null`) {
		t.Errorf("uid %q, id %v: want a fixed uid and no id", d.UID, d.ID)
	}
	var variables []string
	for _, v := range d.Templating.List {
		variables = append(variables, v.Name)
	}
	if d.Templating.List[0].Type != "datasource" {
		t.Errorf("variables %v: the first must be the datasource", variables)
	}
	for _, m := range regexp.MustCompile(`\$\{?([a-z]+)\b`).FindAllStringSubmatch(text, -1) {
		if !slices.Contains(variables, m[1]) {
			t.Errorf("there is no variable $%s", m[1])
		}
	}
	taken := map[[2]int]string{}
	for _, p := range d.Panels {
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("%s lies over %s or past the edge", p.Title, other)
				}
				taken[[2]int{x, y}] = p.Title
			}
		}
		units := p.FieldConfig.Defaults.Unit != ""
		for _, o := range p.FieldConfig.Overrides {
			units = units || slices.ContainsFunc(o.Properties, func(x struct {
				ID    string
				Value any
			}) bool {
				return x.ID == "unit"
			})
		}
		if p.Type != "row" && (!units || p.Description == "" || p.Datasource.UID != "${datasource}") {
			t.Errorf("%s: no unit, no description, or not of the datasource variable", p.Title)
		}
	}
	if strings.Count(text, "${inbox}/inbox?source=") < 2 {
		t.Error("no links to the inbox by source")
	}
}

// TestWatchedForReal: a Prometheus scrapes a daemon at work; every metric that rules and
// dashboard name is there, every expression has an answer, and a broken watchlist is seen.
func TestWatchedForReal(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary and Prometheus")
	}
	t.Parallel()
	promtool, server := prometheusTool(t, "promtool"), prometheusTool(t, "prometheus")
	r := newRig(t, "")
	address := freeAddress(t)
	b := newBlog(t)
	watchlist := strings.NewReplacer("127.0.0.1:0", address, "sources:\n",
		fmt.Sprintf("sources:\n  - {wordpress: %q, name: blog, every: 1s, reply: {as: %s, key: %q}}\n", b.URL+"/", blogUser, blogPassword)).Replace(r.watchlist())
	r.write(watchlist)
	p := r.start("")
	r.until(p, time.Minute, "the baseline", func() bool { return strings.Count(p.log.String(), "msg=posts ") >= 4 })
	prometheus := startPrometheus(t, server, address)
	r.town.Publish(demosites.Post{Place: "forum", Author: "a", Text: "Romashka Bank charged me twice and refuses to refund. Hedgehog."})
	r.until(p, time.Minute, "the alert", func() bool { return r.count("Hedgehog") == 1 })
	r.write(watchlist + "nonsense: [\n")
	r.until(p, time.Minute, "trouble in the metrics", func() bool {
		text := metricsText(t, p)
		return strings.Contains(text, `earshot_trouble{part="watchlist"} 1`) && strings.Contains(text, "earshot_alert_latency_seconds_count")
	})

	text := metricsText(t, p)
	check := exec.Command(promtool, "check", "metrics")
	check.Stdin = strings.NewReader(text)
	if out, err := check.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
	there := map[string]bool{"up": true}
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (\S+)`).FindAllStringSubmatch(text, -1) {
		there[m[1]] = true
	}
	d, _ := readDashboard(t)
	expressions := d.expressions()
	for _, rule := range alertRules(t) {
		expressions["alert "+rule.Alert] = rule.Expr
	}
	for where, expr := range expressions {
		for _, name := range regexp.MustCompile(`\b(?:earshot|go|process)_\w+`).FindAllString(expr, -1) {
			if !there[strings.TrimSuffix(name, "_bucket")] {
				t.Errorf("%s: no metric %s at /metrics", where, name)
			}
		}
	}

	mayBeEmpty := regexp.MustCompile(`^alert | [<>]=? *\S+$`) // a condition that does not hold
	for where, expr := range expressions {
		r.until(p, time.Minute, fmt.Sprintf("an answer to %s: %s", where, expr), func() bool {
			rows := prometheus.query(t, expr)
			return rows > 0 || mayBeEmpty.MatchString(where) || mayBeEmpty.MatchString(expr)
		})
	}
	r.until(p, time.Minute, "the alert about the watchlist", func() bool { return prometheus.state(t, "EarshotWatchlistNotTaken") == "pending" })
	if state := prometheus.state(t, "EarshotDown"); state != "inactive" {
		t.Errorf("EarshotDown is %s", state)
	}
}

// prometheusServer is a real one that scrapes one daemon every second.
type prometheusServer struct{ url string }

func startPrometheus(t *testing.T, binary, target string) prometheusServer {
	t.Helper()
	dir, address := t.TempDir(), freeAddress(t)
	conf := filepath.Join(dir, "prometheus.yml")
	text := fmt.Sprintf("global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: [%q]\nscrape_configs:\n  - {job_name: earshot, static_configs: [{targets: [%q]}]}\n",
		filepath.Join(testkit.Root(t), "deploy/prometheus/rules.yaml"), target)
	if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "--config.file="+conf, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+address)
	log := &testkit.Output{}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("prometheus said:\n%s", log)
		}
	})
	return prometheusServer{url: "http://" + address}
}

// get asks for a page of the API; false when there is no answer yet.
func (s prometheusServer) get(t *testing.T, page string, out any) bool {
	t.Helper()
	resp, err := (&http.Client{Timeout: 10 * time.Second}).Get(s.url + page)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode == http.StatusServiceUnavailable {
		return false
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: %s\n%s", page, resp.Status, body)
	}
	if err := json.Unmarshal(body, out); err != nil {
		t.Fatalf("%s: %v\n%s", page, err, body)
	}
	return true
}

// query is how many rows the expression has now.
func (s prometheusServer) query(t *testing.T, expr string) int {
	t.Helper()
	var answer struct{ Data struct{ Result []any } }
	s.get(t, "/api/v1/query?query="+url.QueryEscape(expr), &answer)
	return len(answer.Data.Result)
}

// state is how an alert stands: inactive, pending or firing; empty before it is known. A
// rule that cannot be evaluated fails the test.
func (s prometheusServer) state(t *testing.T, alert string) (state string) {
	t.Helper()
	var answer struct {
		Data struct {
			Groups []struct {
				Rules []struct{ Name, State, Health, LastError string }
			}
		}
	}
	s.get(t, "/api/v1/rules", &answer)
	for _, g := range answer.Data.Groups {
		for _, rule := range g.Rules {
			if rule.Health == "err" {
				t.Errorf("%s: %s", rule.Name, rule.LastError)
			}
			if rule.Name == alert && rule.Health == "ok" {
				state = rule.State
			}
		}
	}
	return state
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(fmt.Errorf("what should be there: %w", err))
	}
	return string(text)
}
