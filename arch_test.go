// Package earshot_test keeps the rules of this repository that people forget: who may
// import whom, that every package says its job, and that only one package talks
// to the network.
package earshot_test

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/earshot/earshot"

// listed is what `go list -json` says of a package, as far as it is needed here.
type listed struct {
	ImportPath string
	Dir        string
	Doc        string
	GoFiles    []string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Dir,Doc,GoFiles,Imports", "./...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	var all []listed
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatalf("go list: %v", err)
		}
		all = append(all, p)
	}
}

// mayImport lists, for each package, which of ours it may import. A package
// that is missing here fails the test, so a new package states its arrows first.
var mayImport = map[string][]string{
	"mention":            {},
	"internal/hours":     {"internal/text"}, // what is mistyped
	"internal/lang":      {"internal/tsv"},
	"config":             {"internal/hours", "internal/lang", "internal/text"}, // working hours are parsed where they are written
	"internal/fetch":     {},
	"internal/access":    {"internal/fetch"},
	"internal/fault":     {},
	"internal/testkit":   {},
	"internal/text":      {},
	"internal/tsv":       {},
	"internal/i18n":      {"internal/tsv"},
	"internal/websub":    {},
	"internal/fileowner": {},
	"internal/fakeslack": {},
	"match":              {"mention", "internal/lang", "internal/tsv"},
	"sentiment":          {"mention", "internal/lang", "internal/tsv", "sentiment/logit"},
	"sentiment/logit":    {},
	"sentiment/boost":    {},
	"sentiment/mlp":      {},
	"sentiment/stream":   {"mention", "match", "sentiment"},
	"sentiment/audit":    {"sentiment", "sentiment/stream"},
	"sentiment/fit":      {"mention", "sentiment", "sentiment/boost", "sentiment/logit", "sentiment/mlp", "sentiment/stream"},
	"store":              {"mention", "internal/fault", "internal/fileowner"},
	"crawlers":           {"mention", "internal/access", "internal/fetch", "config"},

	// What every engine needs: no engine among these.
	"crawlers/internal/dates":      {"internal/tsv", "internal/hours"}, // what a clock on the wall means
	"crawlers/internal/charset":    {"internal/fetch"},
	"crawlers/internal/htmltext":   {"internal/text", "crawlers/internal/phrases"},
	"crawlers/internal/phrases":    {"internal/tsv"},
	"crawlers/internal/poll":       {"mention", "internal/text", "internal/fetch", "crawlers", "crawlers/internal/dates", "crawlers/internal/htmltext"},
	"crawlers/internal/jsonrepair": {"crawlers/internal/htmltext"},
	"crawlers/internal/schemaorg":  {"mention", "internal/text", "crawlers", "crawlers/internal/dates", "crawlers/internal/htmltext", "crawlers/internal/jsonrepair", "crawlers/internal/phrases", "crawlers/internal/poll"},

	// Engines never import each other; a board's comments come as a feed.
	"crawlers/feed":          engine(),
	"crawlers/page":          engine(),
	"crawlers/jsonapi":       engine("reply"), // says what a call to a network means
	"crawlers/forum":         engine("crawlers/feed", "crawlers/presets/forum"),
	"crawlers/presets/forum": {}, // data
	"crawlers/push":          engine("internal/hours"),
	"crawlers/presets":       engine("crawlers/feed", "crawlers/page", "crawlers/jsonapi", "crawlers/forum", "crawlers/push", "crawlers/presets/forum", "reply"),

	"monitor":        {"mention", "internal/i18n", "internal/text", "crawlers", "internal/fault"},
	"monitor/river":  {"monitor"},
	"alerts":         {"mention", "internal/i18n", "internal/text", "internal/hours", "internal/fetch", "alerts/report", "reply"}, // fetch tells apart what goes wrong on the way
	"alerts/plan":    {"mention", "internal/i18n", "internal/text", "alerts"},
	"alerts/outbox":  {"mention", "internal/i18n", "internal/text", "alerts", "internal/fault"},
	"alerts/desk":    {"mention", "internal/i18n", "internal/text", "alerts", "internal/fault"},
	"alerts/digest":  {"mention", "internal/i18n", "internal/text", "internal/hours", "alerts", "alerts/report"},
	"alerts/slack":   {"mention", "internal/i18n", "internal/text", "alerts", "alerts/report", "reply", "internal/fault", "internal/fetch"}, // fetch reads how long to wait
	"alerts/console": {"mention", "internal/i18n", "internal/text", "alerts"},
	"alerts/report":  {"mention", "internal/i18n", "internal/text", "internal/hours"},
	"alerts/webhook": {"mention", "internal/i18n", "internal/fetch", "alerts"}, // fetch reads how long to wait
	"alerts/door":    {"mention", "internal/text", "internal/fetch", "alerts"},
	"web/auth":       {"mention", "internal/i18n", "internal/text"},
	"reply":          {"mention"},
	"web":            {"mention", "internal/text", "internal/i18n", "internal/hours", "alerts", "alerts/report", "reply"},
	"tune":           {"mention", "internal/i18n", "internal/text"},
	"cmd/earshot":    {"*"},

	"cmd/earshot/internal/demosites": {},
	"cmd/earshot/internal/manual":    {"internal/text"},
	"cmd/earshot/internal/watchlist": {
		"mention", "config", "match", "sentiment", "crawlers", "crawlers/presets", "crawlers/push", "alerts", "alerts/door", "internal/text", "internal/fetch",
		"internal/tsv", // a mistake in a file of words is told as one in the watchlist
	},
	"cmd/earshot/internal/listen": {"mention", "config", "crawlers/push", "monitor", "internal/i18n", "internal/websub", "web/auth"},
	"cmd/earshot/internal/daemon": {
		"cmd/earshot/internal/listen",
		"cmd/earshot/internal/watchlist", "mention", "config", "crawlers", "monitor", "monitor/river", "store", "internal/text", "internal/hours", "internal/i18n", "internal/fetch", "internal/websub",
		"alerts", "alerts/report", "alerts/plan", "alerts/outbox", "alerts/desk", "alerts/digest", "crawlers/presets", "crawlers/push", "alerts/console", "alerts/door", "alerts/slack", "alerts/webhook", "reply", "web", "web/auth",
	},

	// For tests only.
	"alerts/internal/rig":       {"mention", "store", "alerts", "alerts/plan", "alerts/desk", "internal/testkit"},
	"crawlers/internal/rig":     {"mention", "config", "crawlers", "crawlers/presets", "internal/fetch", "internal/testkit"},
	"internal/testkit/chromium": {"internal/testkit"},
}

// engine lists what every engine of the crawlers may import, and more.
func engine(more ...string) []string {
	return append([]string{"mention", "internal/text", "internal/access", "internal/fetch", "config", "crawlers", "crawlers/internal/charset", "crawlers/internal/dates",
		"crawlers/internal/htmltext", "crawlers/internal/jsonrepair", "crawlers/internal/phrases", "crawlers/internal/poll", "crawlers/internal/schemaorg"}, more...)
}

// TestMonitorLinksNoParser: the loop runs crawlers and must not carry what reads
// pages.
func TestMonitorLinksNoParser(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "./monitor").Output()
	if err != nil {
		t.Fatalf("go list -deps: %v", err)
	}
	for dep := range strings.Lines(string(out)) {
		for _, parser := range []string{"github.com/mmcdole/gofeed", "github.com/itchyny/gojq", "golang.org/x/net/html", "github.com/PuerkitoBio/goquery"} {
			if strings.HasPrefix(dep, parser) {
				t.Errorf("monitor links %s", strings.TrimSpace(dep))
			}
		}
	}
}

// TestZonesAreInTheProgram: containers and small machines have no database of time zones.
func TestZonesAreInTheProgram(t *testing.T) {
	for _, p := range packages(t) {
		if p.ImportPath == module+"/cmd/earshot" && !slices.Contains(p.Imports, "time/tzdata") {
			t.Error("cmd/earshot does not import time/tzdata")
		}
	}
}

func TestArrows(t *testing.T) {
	for _, p := range packages(t) {
		name := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		allowed, known := mayImport[name]
		if !known {
			if len(p.GoFiles) > 0 {
				t.Errorf("%s has no line in mayImport: say what it may import", name)
			}
			continue
		}
		for _, imp := range p.Imports {
			rest, ours := strings.CutPrefix(imp, module+"/")
			if ours && !slices.Contains(allowed, "*") && !slices.Contains(allowed, rest) {
				t.Errorf("%s imports %s: the arrows of the design do not allow it", name, rest)
			}
		}
	}
}

func TestEveryPackageSaysItsJob(t *testing.T) {
	for _, p := range packages(t) {
		if len(p.GoFiles) > 0 && p.Doc == "" {
			t.Errorf("%s: no package comment that says its job and what may not be in it", p.ImportPath)
		}
	}
}

// TestOneDoorToTheNetwork fails on shortcuts around internal/fetch and its
// manners: the default client and bare dials.
func TestOneDoorToTheNetwork(t *testing.T) {
	for _, p := range packages(t) {
		if strings.HasSuffix(p.ImportPath, "/internal/fetch") || strings.Contains(p.ImportPath, "/internal/testkit") {
			continue
		}
		for _, name := range p.GoFiles {
			src, err := os.ReadFile(filepath.Join(p.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			if strings.HasSuffix(p.ImportPath, "/alerts/door") && name == "exit.go" {
				continue // it closes the default client for everything but what a door sends, under the guard of internal/fetch
			}
			for _, bad := range []string{"http.DefaultClient", "http.Get(", "http.Post(", "http.Head(", "http.PostForm("} {
				if strings.Contains(string(src), bad) {
					t.Errorf("%s/%s uses %s: pages go through internal/fetch, other clients are given from outside", p.ImportPath, name, strings.TrimSuffix(bad, "("))
				}
			}
		}
	}
}

// TestLibcOfSQLite: the SQLite port works only with the very version of its C
// library that it was made with; a routine update of one of them breaks it in
// ways no compiler sees.
func TestLibcOfSQLite(t *testing.T) {
	version := func(format, module string) string {
		out, err := exec.Command("go", "list", "-m", "-f", format, module).Output()
		if err != nil {
			t.Fatalf("go list -m %s: %v", module, err)
		}
		return strings.TrimSpace(string(out))
	}
	wants, err := os.ReadFile(version("{{.GoMod}}", "modernc.org/sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	libc := version("{{.Path}} {{.Version}}", "modernc.org/libc")
	if !strings.Contains(string(wants), libc+"\n") {
		t.Errorf("go.mod has %s, which is not the one modernc.org/sqlite asks for", libc)
	}
}
