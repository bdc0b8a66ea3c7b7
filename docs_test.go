package earshot_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pages are what a newcomer reads first.
var pages = []string{"README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md", "docs/adr/README.md"}

// link finds the target of a Markdown link, without its anchor.
var link = regexp.MustCompile(`\]\(([^)#\s]+)[^)]*\)`)

// TestLinksLead fails when a page names a file or folder that is not there.
func TestLinksLead(t *testing.T) {
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			if strings.Contains(m[1], ":") { // another site
				continue
			}
			found++
			if _, err := os.Stat(filepath.Join(filepath.Dir(page), m[1])); err != nil {
				t.Errorf("%s names %s: %v", page, m[1], err)
			}
		}
		if found == 0 {
			t.Errorf("%s has no links: is the pattern still right?", page)
		}
	}
}

// step is a row of the walk: its number, the package and the function.
var step = regexp.MustCompile("(?m)^\\| (\\d+) \\| \\[[^]]+\\]\\(([^)]+)\\) \\| `([^`]+)` \\|")

// TestWalkIsTrue fails when a function of the ten steps in CONTRIBUTING is not in
// the package that the step names, or below it.
func TestWalkIsTrue(t *testing.T) {
	text, err := os.ReadFile("CONTRIBUTING.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := step.FindAllStringSubmatch(string(text), -1)
	if len(rows) != 10 {
		t.Fatalf("the walk has %d steps, want 10", len(rows))
	}
	for _, row := range rows {
		if !functions(t, row[2])[row[3]] {
			t.Errorf("step %s: no function %s in %s", row[1], row[3], row[2])
		}
	}
}

// functions are the names of all functions and methods in and below a place: a
// folder or one file. Tests do not count.
func functions(t *testing.T, place string) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir(place, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, decl := range file.Decls {
			if f, ok := decl.(*ast.FuncDecl); ok {
				names[f.Name.Name] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	return names
}

// pattern is a pattern of hostile bytes, as internal/testkit has it.
var pattern = regexp.MustCompile(`(?m)^\t\t\{"([^"]+)",`)

// TestHostilePageIsTrue fails when a pattern or a reader of hostile bytes is not on docs/hostile.md.
func TestHostilePageIsTrue(t *testing.T) {
	page, err := os.ReadFile("docs/hostile.md")
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile("internal/testkit/hostile.go")
	if err != nil {
		t.Fatal(err)
	}
	found := pattern.FindAllSubmatch(source, -1)
	if len(found) != 50 {
		t.Errorf("%d patterns, and the page says fifty", len(found))
	}
	for _, m := range found {
		if !strings.Contains(string(page), "\n| "+string(m[1])+" | ") {
			t.Errorf("docs/hostile.md lacks the pattern %q", m[1])
		}
	}
	readers := 0
	err = filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil || path == "docs_test.go" || !strings.Contains(string(text), "testkit.Withstand(") {
			return err
		}
		readers++
		if dir := filepath.ToSlash(filepath.Dir(path)); !regexp.MustCompile(`\| (.*, )?` + dir + `(,.*)? \|`).Match(page) {
			t.Errorf("docs/hostile.md lacks the readers of %s", dir)
		}
		return nil
	})
	if err != nil || readers < 10 {
		t.Errorf("%d readers: is the pattern still right? %v", readers, err)
	}
}

// TestNamedTestsAreThere: a page that says by which test something is shown, or how a figure is measured
// again, names one that can be run.
func TestNamedTestsAreThere(t *testing.T) {
	var declared []string
	var pages []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch {
		case strings.HasSuffix(path, "_test.go"):
			text, err := os.ReadFile(path)
			for _, m := range regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark|test)[A-Z]\w*)`).FindAllSubmatch(text, -1) {
				declared = append(declared, string(m[1]))
			}
			return err
		case filepath.Ext(path) == ".md":
			pages = append(pages, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	named := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile("\\b(?:Test|Fuzz)[A-Z]\\w*|`test[A-Z]\\w*`").FindAllString(string(text), -1) {
			named++
			name = strings.Trim(name, "`")
			if !slices.ContainsFunc(declared, func(one string) bool { return strings.HasPrefix(one, name) }) {
				t.Errorf("%s names %s, which is not there", page, name)
			}
		}
	}
	if named < 50 {
		t.Errorf("%d named: is the pattern still right?", named)
	}
}

// release is the heading of a version in CHANGELOG.md.
var release = regexp.MustCompile(`^## (\d+)\.(\d+)\.(\d+), (\d{4}-\d{2}-\d{2})$`)

// TestChangelogIsKept: what is not published yet comes first and is not empty; versions have a date
// and fall; nothing is told twice; and what must be done before an upgrade stands out.
func TestChangelogIsKept(t *testing.T) {
	text, err := os.ReadFile("CHANGELOG.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, wrong := range changelogMistakes(string(text)) {
		t.Errorf("CHANGELOG.md: %s", wrong)
	}
	entry := "- The verdict takes a fifth less time than before, in all languages.\n"
	for what, bad := range map[string]string{
		"no section":      "# Changes\n\n" + entry,
		"nothing in one":  "# Changes\n\n## Unreleased\n\n## 1.0.0, 2026-11-01\n\n" + entry,
		"no date":         "# Changes\n\n## Unreleased\n\n" + entry + "\n## 1.0.0\n\n" + entry[:20] + "\n",
		"rising versions": "# Changes\n\n## Unreleased\n\n" + entry + "\n## 1.0.0, 2026-10-01\n\n- a\n\n## 1.10.0, 2026-11-01\n\n- b\n",
		"twice":           "# Changes\n\n## Unreleased\n\n" + entry + entry,
		"a quiet warning": "# Changes\n\n## Unreleased\n\n- Before you upgrade, change the port.\n",
	} {
		if len(changelogMistakes(bad)) == 0 {
			t.Errorf("nothing is wrong with %s", what)
		}
	}
}

// changelogMistakes says what a reader of the changes would stumble over.
func changelogMistakes(text string) (wrong []string) {
	_, text, _ = strings.Cut(text, "\n## ")
	told, last := map[string]bool{}, ""
	for i, section := range strings.Split(text, "\n## ") {
		heading, body, _ := strings.Cut(section, "\n")
		m := release.FindStringSubmatch("## " + heading)
		switch version := fmt.Sprintf("%5s.%5s.%5s", at(m, 1), at(m, 2), at(m, 3)); {
		case i == 0 && heading != "Unreleased":
			wrong = append(wrong, "it does not begin with what is unreleased")
		case i > 0 && m == nil:
			wrong = append(wrong, fmt.Sprintf("%q is no version with its date", heading))
		case i > 1 && version >= last:
			wrong = append(wrong, fmt.Sprintf("%s comes after an older one", heading))
		default:
			last = version
		}
		entries := strings.Split(body, "\n- ")[1:]
		if len(entries) == 0 {
			wrong = append(wrong, heading+" has no entry")
		}
		for _, entry := range entries {
			entry = strings.Join(strings.Fields(entry), " ")
			if told[entry] {
				wrong = append(wrong, fmt.Sprintf("twice: %.60s", entry))
			}
			told[entry] = true
			if _, before, found := strings.Cut(strings.ToLower(entry), "**"); strings.Contains(strings.ToLower(entry), "before you upgrade") && (!found || !strings.Contains(before, "before you upgrade")) {
				wrong = append(wrong, fmt.Sprintf("not in bold: %.60s", entry))
			}
		}
	}
	return wrong
}

// at is a group of a match, empty when nothing matched.
func at(m []string, i int) string {
	if i < len(m) {
		return m[i]
	}
	return ""
}
