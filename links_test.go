package earshot_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// linked finds the target of a Markdown link or picture, and its anchor.
var linked = regexp.MustCompile(`\]\(<?([^)#\s>]*)(?:#([^)\s>]+))?[^)]*\)`)

// fenced is a block of code, and inline a piece of it in a line: nothing in them is a link.
var (
	fenced = regexp.MustCompile("(?ms)^ *```.*?^ *```")
	inline = regexp.MustCompile("`[^`\n]*`")
	titled = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *#*$`)
)

// anchors are what a heading can be linked by, as GitHub makes them.
func anchors(text string) map[string]bool {
	all := map[string]bool{}
	for _, m := range titled.FindAllStringSubmatch(fenced.ReplaceAllString(text, ""), -1) {
		title := regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`).ReplaceAllString(m[1], "$1")
		var b strings.Builder
		for _, r := range strings.ToLower(title) {
			switch {
			case r == ' ':
				b.WriteByte('-')
			case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r):
				b.WriteRune(r)
			}
		}
		all[b.String()] = true
	}
	return all
}

// TestEveryLinkLeads follows every link of every page to its file and its heading.
func TestEveryLinkLeads(t *testing.T) {
	pages := map[string]string{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "testdata" || d.Name() == "dist" || strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 1):
			return filepath.SkipDir
		case filepath.Ext(path) == ".md":
			text, err := os.ReadFile(path)
			pages[path] = string(text)
			return err
		}
		return nil
	})
	if err != nil || len(pages) < 30 {
		t.Fatalf("only %d pages (%v)", len(pages), err)
	}
	known := map[string]map[string]bool{}
	for path, text := range pages {
		known[path] = anchors(text)
	}
	links, toHeadings := 0, 0
	for path, text := range pages {
		for _, m := range linked.FindAllStringSubmatch(inline.ReplaceAllString(fenced.ReplaceAllString(text, ""), ""), -1) {
			if strings.Contains(m[1], ":") { // another site
				continue
			}
			links++
			target := path
			if m[1] != "" {
				target = filepath.Join(filepath.Dir(path), m[1])
			}
			if _, err := os.Stat(target); err != nil {
				t.Errorf("%s: %s leads nowhere", path, m[1])
				continue
			}
			if m[2] == "" {
				continue
			}
			toHeadings++
			if headings, ok := known[target]; !ok || !headings[m[2]] {
				t.Errorf("%s: %s has no heading #%s", path, target, m[2])
			}
		}
	}
	if links < 100 || toHeadings < 30 {
		t.Errorf("only %d links, %d to headings: are the patterns still right?", links, toHeadings)
	}
	t.Logf("%d pages, %d links, %d to headings", len(pages), links, toHeadings)
}

// TestEveryPageIsInTheNavigation: who reads the docs as a site finds a page of docs/ beside the others.
func TestEveryPageIsInTheNavigation(t *testing.T) {
	nav, err := os.ReadFile("site/data/nav.yaml")
	if err != nil {
		t.Fatal(err)
	}
	pages, err := filepath.Glob("docs/*.md")
	if err != nil || len(pages) < 15 {
		t.Fatalf("%d pages (%v)", len(pages), err)
	}
	for _, page := range pages {
		if name := regexp.QuoteMeta(strings.TrimSuffix(filepath.ToSlash(page), ".md")); !regexp.MustCompile(name + `[],]`).Match(nav) {
			t.Errorf("%s is not in site/data/nav.yaml", page)
		}
	}
}

// told are the places where the program sends people to a heading.
var told = regexp.MustCompile(`docs/[a-z/-]+\.md#[a-z0-9_-]+`)

// TestProgramsLinksLead: what messages, errors and alert rules name is there.
func TestProgramsLinksLead(t *testing.T) {
	found := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if d.Name() == "testdata" || d.Name() == "dist" || strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 1 {
				return filepath.SkipDir
			}
			return nil
		}
		if ext := filepath.Ext(path); ext != ".go" && ext != ".tsv" && ext != ".yaml" && ext != ".html" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, link := range told.FindAllString(string(text), -1) {
			found++
			page, heading, _ := strings.Cut(link, "#")
			if text, err := os.ReadFile(page); err != nil || !anchors(string(text))[heading] {
				t.Errorf("%s names %s, which is not there (%v)", path, link, err)
			}
		}
		return err
	})
	if err != nil || found < 20 {
		t.Errorf("only %d found (%v)", found, err)
	}
}
