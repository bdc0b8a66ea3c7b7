package main

import (
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"github.com/earshot/earshot/internal/testkit"
)

// helpPage is what --help prints where the environment is in a language.
func helpPage(t *testing.T, lang string, command ...string) string {
	t.Helper()
	out, wrong, code := ran(t, inLang(lang), append(command, "--help")...)
	if code != exitDone || wrong != "" {
		t.Fatalf("%v --help: %d %s", command, code, wrong)
	}
	return out
}

// pages are the nodes with a page of help, the program's own first.
func pages(n *kong.Node) []*kong.Node {
	all := []*kong.Node{n}
	for _, child := range n.Children {
		if !child.Hidden {
			all = append(all, pages(child)...)
		}
	}
	return all
}

// written is what people type as it stands, in whatever language they read: commands, flags, what
// fills them, and names.
func written(parser *kong.Kong) []string {
	words := []string{"http https postgres USER PASSWORD HOST NAME sqlite PATH earshot.db yaml api.slack.com apps JSON Schema CSV Markdown SQLite PostgreSQL Redis YAML",
		"LC_ALL LC_MESSAGES LANG text json debug info warn error en ru uk bg channel page ignore sentiment words weights review forum comment news social",
		"today yesterday week month bash zsh fish Socket Mode h",
		"open claimed snoozed replied unproved dismissed all low normal high critical none"}
	for _, n := range pages(parser.Model.Node) {
		words = append(words, n.Name)
		for _, flag := range n.Flags {
			words = append(words, append(flag.Envs, flag.Name, flag.FormatPlaceHolder())...)
		}
		for _, arg := range n.Positional {
			words = append(words, arg.Name)
		}
	}
	return words
}

// TestHelp: --help speaks the language of the rest, on every page, and English elsewhere.
func TestHelp(t *testing.T) {
	parser, err := kong.New(&commands{}, kong.Name("earshot"))
	if err != nil {
		t.Fatal(err)
	}
	allowed := written(parser)
	for _, lang := range []string{"uk_UA.UTF-8", "ru_RU.UTF-8", "bg_BG.UTF-8"} {
		for _, n := range pages(parser.Model.Node) {
			command := strings.Fields(n.Path())
			if left := testkit.English(helpPage(t, lang, command...), allowed...); len(left) > 0 {
				t.Errorf("%s %v --help: in English: %q", lang, command, left)
			}
		}
	}
	for _, lang := range []string{"", "C.UTF-8", "en_GB.UTF-8", "de_DE.UTF-8"} {
		if page := helpPage(t, lang); !strings.HasPrefix(page, "Usage: earshot <command> [flags]\n") || !strings.Contains(page, "\nFlags:\n") {
			t.Errorf("LANG=%s: %.200s", lang, page)
		}
	}
}

// TestHelpOfNothing: no text of help is left over from a command or flag that is no more.
func TestHelpOfNothing(t *testing.T) {
	parser, err := kong.New(&commands{}, kong.Name("earshot"))
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]bool{}
	for _, n := range pages(parser.Model.Node) {
		said[n.Help] = true
		for _, flag := range n.Flags {
			said[flag.Help] = true
		}
		for _, arg := range n.Positional {
			said[arg.Help] = true
		}
	}
	page := strings.Join(strings.Fields(helpPage(t, "")+helpPage(t, "", "crawl")), " ") // what the parser says, and of the whole program
	rows, err := os.ReadFile("../../internal/i18n/help.en.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(rows)) {
		key, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		if strings.HasPrefix(key, "help.") && !said[text] && !strings.Contains(page, strings.ReplaceAll(text, "{1}", "earshot <command>")) {
			t.Errorf("%s is said of nothing: %q", key, text)
		}
	}
}
