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

var (
	fenced     = regexp.MustCompile("(?ms)^```.*?^```")
	span       = regexp.MustCompile("`[^`\n]*`")
	target     = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading    = regexp.MustCompile(`(?m)^#{1,6} +(.+?) *#*$`)
	headLink   = regexp.MustCompile(`\[([^]]*)\]\([^)]*\)`)
	htmlAnchor = regexp.MustCompile(`<a (?:id|name)="([^"]+)"`)
)

// anchor is the one that GitHub gives a heading: letters, digits, hyphens and blanks stay,
// in lower case, and blanks become hyphens.
func anchor(title string) string {
	title = headLink.ReplaceAllString(title, "$1")
	var b strings.Builder
	for _, r := range strings.ToLower(title) {
		switch {
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsNumber(r), r == '-', r == '_':
			b.WriteRune(r)
		case r == ' ':
			b.WriteByte('-')
		}
	}
	return b.String()
}

// anchors are those of a page.
func anchors(page string) map[string]bool {
	page = fenced.ReplaceAllString(page, "")
	all := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(page, -1) {
		all[anchor(strings.TrimSpace(m[1]))] = true
	}
	for _, m := range htmlAnchor.FindAllStringSubmatch(page, -1) {
		all[m[1]] = true
	}
	return all
}

// TestLinksAndAnchors follows every link of every page, in all languages, to its file and
// to the heading there. Links to other sites are only looked at for their form.
func TestLinksAndAnchors(t *testing.T) {
	links := 0
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); name != "." && strings.HasPrefix(name, ".") || name == "testdata" || name == "dist" || name == "node_modules" {
				return filepath.SkipDir
			}
			return nil
		}
		if filepath.Ext(path) != ".md" {
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		page := span.ReplaceAllString(fenced.ReplaceAllString(string(text), ""), "")
		for _, m := range target.FindAllStringSubmatch(page, -1) {
			links++
			file, at, _ := strings.Cut(m[1], "#")
			if strings.Contains(file, ":") {
				continue
			}
			to := path
			if file != "" {
				to = filepath.Join(filepath.Dir(path), file)
			}
			if _, err := os.Stat(to); err != nil {
				t.Errorf("%s leads to %s: %v", path, m[1], err)
				continue
			}
			if at == "" {
				continue
			}
			there, err := os.ReadFile(to)
			if err != nil || !anchors(string(there))[at] {
				t.Errorf("%s leads to %s: no such heading there", path, m[1])
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if links < 300 {
		t.Errorf("only %d links: is the pattern still right?", links)
	}
}
