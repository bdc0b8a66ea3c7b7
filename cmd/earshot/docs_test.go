package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/testkit"
)

// frame is what a part of a watchlist needs around it, by the key at the margin.
var frame = []struct{ key, text string }{
	{"contact", "contact: pr@romashka.example\n"},
	{"watch", "watch:\n  - {name: Romashka Bank, terms: [\"Ромашка Банк\"]}\n  - {name: Romashka Tea, terms: [\"Romashka Tea\"]}\n"},
	{"sources", "sources:\n  - {feed: \"https://news.example/rss\", name: news}\n"},
	{"routes", "routes: [{to: \"webhook:crm\"}]\n"},
	{"deadlines", "deadlines: {claim: 5m}\n"},
}

var yamlBlock = regexp.MustCompile("(?ms)^```yaml\n(.*?)^```$")

// framed puts a block of the documentation into a whole watchlist.
func framed(block string) string {
	if strings.HasPrefix(block, "  - ") { // entries of a list that stands above
		block = "watch:\n" + block
	}
	var b strings.Builder
	cyrillic := strings.Contains(block, "watch: Ромашка Банк")
	for _, part := range frame {
		if cyrillic { // the guide's own watch
			part.text = strings.Replace(part.text, "name: Romashka Bank", "name: Ромашка Банк", 1)
		}
		if !regexp.MustCompile(`(?m)^` + part.key + `:`).MatchString(block) {
			b.WriteString(part.text)
		}
	}
	whole := b.String() + block
	if strings.Contains(whole, "webhook:crm") && !strings.Contains(whole, "\nwebhooks:") {
		whole += "\nwebhooks: [{name: crm, url: \"https://crm.example/hook\"}]\n"
	}
	return whole
}

// TestDocumentedBlocksAreGood pastes every YAML block that people copy: it must be good,
// and warn of nothing.
func TestDocumentedBlocksAreGood(t *testing.T) {
	root := testkit.Root(t)
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, deeper := range []string{"docs/guide/*/*.md", "docs/guide/*/*/*.md"} {
		more, err := filepath.Glob(filepath.Join(root, deeper))
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, more...)
	}
	for _, page := range append(pages, filepath.Join(root, "README.md")) {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if filepath.Base(page) == "sources.md" {
			continue // written from the cases of the crawlers, which are read by their own tests
		}
		for i, m := range yamlBlock.FindAllStringSubmatch(string(text), -1) {
			n++
			t.Run(fmt.Sprintf("%s/%s/%d", filepath.Base(filepath.Dir(page)), filepath.Base(page), i+1), func(t *testing.T) {
				dir := t.TempDir()
				if err := os.WriteFile(filepath.Join(dir, "our-words.tsv"), []byte("ужас\t-3\n"), 0o600); err != nil {
					t.Fatal(err)
				}
				lookup := func(name string) (string, bool) {
					switch {
					case strings.Contains(name, "APP_TOKEN"):
						return "xapp-0123456789abcdef0123456789", true
					case strings.Contains(name, "TELEGRAM"):
						return "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw", true
					}
					return "xoxb-0123456789abcdef0123456789", true
				}
				whole := framed(m[1])
				list, err := watchlist.Check(config.Parse(filepath.Join(dir, "watchlist.yaml"), []byte(whole), lookup, watchlist.Kinds()))
				if err != nil {
					t.Fatalf("%v\n%s", err, whole)
				}
				for _, w := range list.Warnings {
					t.Errorf("%v\n%s", w, whole)
				}
			})
		}
	}
	if n < 15 {
		t.Errorf("only %d blocks: is the pattern still right?", n)
	}
}

// TestHealthIsFoundWhereverItStands: a page that has people ask /healthz on web.listen says where the whole
// of it stands when others reach that address: there it is only "ok".
func TestHealthIsFoundWhereverItStands(t *testing.T) {
	root, n := testkit.Root(t), 0
	for _, pattern := range []string{"docs/*.md", "docs/guide/*/*.md", "docs/guide/*/*/*.md"} {
		pages, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range pages {
			text := readFile(t, page)
			if !strings.Contains(text, ":8080/healthz") {
				continue
			}
			n++
			if _, port, _ := strings.Cut(config.DefaultAdmin, ":"); !strings.Contains(text, port) || !strings.Contains(text, "admin_token") {
				t.Errorf("%s names neither port %s nor admin_token", page, port)
			}
		}
	}
	if n < 5 {
		t.Errorf("%d pages: is the pattern still right?", n)
	}
}

// TestDocumentedCommandsAreThere: what people copy into a terminal names commands and flags that exist.
func TestDocumentedCommandsAreThere(t *testing.T) {
	parser, err := kong.New(&commands{}, kong.Name("earshot"))
	if err != nil {
		t.Fatal(err)
	}
	root, n := testkit.Root(t), 0
	var pages []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/guide/*/*.md", "docs/guide/*/*/*.md", "examples/*.md", "examples/*/*.md", "deploy/*.*", "examples/*/config/*.yaml"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, found...)
	}
	line := regexp.MustCompile("earshot ([a-z]+)((?: [^\n`|;#]*)?)")
	flag := regexp.MustCompile(`(?:^| )--([a-z][a-z-]+)`)
	for _, page := range pages {
		for _, m := range line.FindAllStringSubmatch(readFile(t, page), -1) {
			i := slices.IndexFunc(parser.Model.Children, func(c *kong.Node) bool { return c.Name == m[1] })
			named := flag.FindAllStringSubmatch(m[2], -1)
			if i < 0 && len(named) == 0 {
				continue // prose
			}
			if i < 0 {
				t.Errorf("%s: there is no command %q: %s", page, m[1], m[0])
				continue
			}
			own := map[string]bool{"help": true}
			for _, group := range [][]*kong.Flag{parser.Model.Flags, flagsOf(parser.Model.Children[i])} {
				for _, f := range group {
					own[f.Name] = true
				}
			}
			for _, f := range named {
				if n++; !own[f[1]] {
					t.Errorf("%s: earshot %s has no --%s: %s", page, m[1], f[1], m[0])
				}
			}
		}
	}
	if n < 40 {
		t.Errorf("%d flags: is the pattern still right?", n)
	}
	var docs strings.Builder
	for _, page := range pages {
		docs.WriteString(readFile(t, page))
	}
	for _, node := range append(parser.Model.Children, parser.Model.Node) {
		for _, f := range node.Flags {
			for _, name := range f.Envs {
				if !strings.Contains(docs.String(), name) {
					t.Errorf("no page tells of %s", name)
				}
			}
		}
	}
}

// flagsOf are the flags of a command and of those below it.
func flagsOf(node *kong.Node) []*kong.Flag {
	all := slices.Clone(node.Flags)
	for _, child := range node.Children {
		all = append(all, flagsOf(child)...)
	}
	return all
}

// othersKeys are keys in the pages that are of other files than the watchlist.
var othersKeys = map[string]string{
	"build": "compose.yaml", "image": "compose.yaml", "postgres": "the chart's values", "replicas": "the chart's values",
	"posts": "an API key of a forum", "sqlite": "an address of a database",
}

// TestQuotedKeysExist: what a page quotes as a key of the watchlist (`key:`, `key: value`) is one.
func TestQuotedKeysExist(t *testing.T) {
	root, n := testkit.Root(t), 0
	keys := map[string]bool{}
	for _, m := range regexp.MustCompile(`"([a-z_]+)": \{`).FindAllStringSubmatch(readFile(t, filepath.Join(root, "docs", "watchlist.schema.json")), -1) {
		keys[m[1]] = true
	}
	key := regexp.MustCompile(`(?:^|[{,]\s*)([a-z_]+):(?:\s|$)`)
	for _, pattern := range []string{"README.md", "docs/*.md", "docs/guide/*/*.md", "docs/guide/*/*/*.md", "examples/*.md", "examples/*/*.md"} {
		pages, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, page := range pages {
			for _, span := range codeSpan.FindAllStringSubmatch(codeBlock.ReplaceAllString(readFile(t, page), ""), -1) {
				for _, m := range key.FindAllStringSubmatch(span[1], -1) {
					if n++; !keys[m[1]] && othersKeys[m[1]] == "" {
						t.Errorf("%s quotes `%s`: the watchlist has no key %s", page, span[1], m[1])
					}
				}
			}
		}
	}
	if n < 200 {
		t.Errorf("%d keys: is the pattern still right?", n)
	}
}
