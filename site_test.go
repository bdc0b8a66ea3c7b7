package earshot_test

import (
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/earshot/earshot/internal/testkit"
)

// repository is where links of the site lead that are to no page of it.
const repository = "https://github.com/earshot/earshot/blob/main/"

// buildSite has Hugo build the docs, as `make site` does, and returns the folder.
func buildSite(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("short: the site")
	}
	hugo, err := exec.LookPath("hugo")
	if err != nil {
		testkit.Require(t, "hugo", "hugo")
	}
	dir := t.TempDir()
	build := exec.Command(hugo, "--source", "site", "--destination", dir, "--noBuildLock", "--quiet")
	if out, err := build.CombinedOutput(); err != nil || len(out) > 0 {
		t.Fatalf("%s: %v\n%s", build, err, out)
	}
	return dir
}

// sitePage is a page of the built site.
type sitePage struct {
	lang     string
	ids      map[string]int
	headings map[string]bool // the ids of headings
	links    []string        // to pages, and other sites
	parts    []string        // what a browser loads with it
	text     string          // but code
}

func readPage(t *testing.T, file string) sitePage {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	root, err := html.Parse(f)
	if err != nil {
		t.Fatal(err)
	}
	p := sitePage{ids: map[string]int{}, headings: map[string]bool{}}
	var text strings.Builder
	for n := range root.Descendants() {
		if n.Type == html.TextNode && n.Parent.Data != "code" && n.Parent.Data != "span" { // a span is a part of code
			text.WriteString(n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		attr := map[string]string{}
		for _, a := range n.Attr {
			attr[a.Key] = a.Val
		}
		if n.Data == "html" {
			p.lang = attr["lang"]
		}
		if id := attr["id"]; id != "" {
			p.ids[id]++
			if len(n.Data) == 2 && n.Data[0] == 'h' {
				p.headings[id] = true
			}
		}
		switch {
		case n.Data == "a" || attr["rel"] == "alternate":
			p.links = append(p.links, attr["href"])
		case n.Data == "link":
			p.parts = append(p.parts, attr["href"])
		case attr["src"] != "":
			p.parts = append(p.parts, attr["src"])
		}
	}
	p.text = text.String()
	return p
}

// sitePages are all pages, by their path in the site.
func sitePages(t *testing.T, dir string) map[string]sitePage {
	t.Helper()
	pages := map[string]sitePage{}
	err := filepath.WalkDir(dir, func(file string, d fs.DirEntry, err error) error {
		if err == nil && filepath.Ext(file) == ".html" {
			name, err := filepath.Rel(dir, file)
			if err != nil {
				return err
			}
			pages[filepath.ToSlash(name)] = readPage(t, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// pageOf is the page that a Markdown file becomes.
func pageOf(file string) string {
	file = filepath.ToSlash(file)
	switch {
	case file == "README.md":
		return "index.html"
	case path.Base(file) == "README.md":
		return path.Dir(file) + ".html"
	}
	return strings.TrimSuffix(strings.ToLower(file), ".md") + ".html"
}

// published are the Markdown files that the site shows.
func published(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, root := range []string{"docs", "examples"} {
		err := filepath.WalkDir(root, func(file string, d fs.DirEntry, err error) error {
			if err == nil && filepath.Ext(file) == ".md" {
				files = append(files, file)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// TestSite builds the docs as a site. Every page is there, in its language, with the anchors
// that GitHub gives its headings; every link leads to a page, a heading or a file of the
// repository; every page is reached from the first; nothing comes from another site.
func TestSite(t *testing.T) {
	dir := buildSite(t)
	pages := sitePages(t, dir)
	t.Run("pages", func(t *testing.T) { checkPages(t, pages) })
	t.Run("links", func(t *testing.T) { checkLinks(t, dir, pages) })
	t.Run("search", func(t *testing.T) { trySearch(t, dir) })
}

// checkPages looks for the page of each file.
func checkPages(t *testing.T, pages map[string]sitePage) {
	t.Helper()
	for _, file := range published(t) {
		p, ok := pages[pageOf(file)]
		if !ok {
			t.Errorf("%s has no page %s: is its folder mounted in site/hugo.toml?", file, pageOf(file))
			continue
		}
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for anchor := range anchors(string(source)) {
			if !p.headings[anchor] {
				t.Errorf("%s has the heading #%s on GitHub, its page has not", file, anchor)
			}
		}
		if in := regexp.MustCompile(`^docs/guide/(\w\w)/`).FindStringSubmatch(filepath.ToSlash(file)); in != nil && p.lang != in[1] || in == nil && strings.HasPrefix(file, "docs") && p.lang != "en" {
			t.Errorf("%s is said to be in %q", file, p.lang)
		}
	}
}

// checkLinks goes wherever the first page leads.
func checkLinks(t *testing.T, dir string, pages map[string]sitePage) {
	t.Helper()
	links, toHeadings := 0, 0
	reached := map[string]bool{"index.html": true}
	waiting := []string{"index.html"}
	for len(waiting) > 0 {
		name := waiting[0]
		waiting = waiting[1:]
		for id, n := range pages[name].ids {
			if n > 1 {
				t.Errorf("%s: %d elements are #%s", name, n, id)
			}
		}
		for _, part := range pages[name].parts {
			if part != "data:," && !there(dir, name, part) {
				t.Errorf("%s loads %s, which is not there or of another site", name, part)
			}
		}
		for _, link := range pages[name].links {
			links++
			to, heading, err := follow(dir, pages, name, link)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if heading {
				toHeadings++
			}
			if _, is := pages[to]; is && !reached[to] {
				reached[to] = true
				waiting = append(waiting, to)
			}
		}
	}
	for name, p := range pages {
		if !reached[name] {
			t.Errorf("no page leads to %s", name)
		}
		if strings.Contains(p.text, "<!--") || strings.Contains(p.text, "](") {
			t.Errorf("%s shows Markdown or a comment as it was written", name)
		}
	}
	t.Logf("%d pages, %d links, %d to headings", len(pages), links, toHeadings)
	if links < 4000 || toHeadings < 500 {
		t.Errorf("only %d links, %d to headings", links, toHeadings)
	}
}

// there is whether what an address of a page names is a file of the site.
func there(dir, page, address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "" || u.Host != "" || strings.HasPrefix(u.Path, "/") {
		return false
	}
	stat, err := os.Stat(filepath.Join(dir, path.Dir(page), u.Path))
	return err == nil && !stat.IsDir()
}

// follow goes where a link leads: to a page, which it returns, to one of its headings, to a
// picture, to a file of the repository, or to another site.
func follow(dir string, pages map[string]sitePage, page, link string) (to string, heading bool, err error) {
	u, err := url.Parse(link)
	if err != nil {
		return "", false, err
	}
	if file, ok := strings.CutPrefix(link, repository); ok {
		file, _, _ = strings.Cut(file, "#")
		if _, err := os.Stat(file); err != nil {
			return "", false, fmt.Errorf("%s is no file of the repository", link)
		}
		if path.Ext(file) == ".md" && pages[pageOf(file)].lang != "" && pageOf(file) != page {
			return "", false, fmt.Errorf("%s leads to the repository, and is a page", link)
		}
		return "", false, nil
	}
	if u.Scheme == "https" || u.Scheme == "mailto" {
		return "", false, nil
	}
	to = page
	if u.Path != "" {
		if !there(dir, page, link) {
			return "", false, fmt.Errorf("%s leads nowhere", link)
		}
		to = path.Join(path.Dir(page), u.Path)
	}
	if u.Fragment != "" && pages[to].ids[u.Fragment] == 0 {
		return "", false, fmt.Errorf("%s: %s has no #%s", link, to, u.Fragment)
	}
	return to, u.Fragment != "", nil
}
