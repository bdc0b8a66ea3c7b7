package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
)

// verb is what a format fills in.
var verb = regexp.MustCompile(`%[sqvd]`)

// saidBy are the functions that say what is wrong with a watchlist, and the argument that does;
// every other text among the arguments is what to do.
var saidBy = map[string]int{"wrong": 2, "warn": 2, "problem": 2, "errorf": 1, "emptyList": 1, "Errorf": 1}

// TestEveryMistakeHasWords reads the packages that look at a watchlist: what they say of it is in
// the catalogue, whether or not a case of theirs comes to it.
func TestEveryMistakeHasWords(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	mistakes, uk := texts.Phrases([]string{"within"}, "mistake", "remedy"), texts.In("uk")
	seen := 0
	for _, dir := range []string{"../../config", "../../internal/hours", "../../crawlers/page", "../../crawlers/forum", "../../crawlers/jsonapi", "../../crawlers/presets", "../../crawlers/push", "../../crawlers/feed"} {
		files, err := filepath.Glob(dir + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			fset := token.NewFileSet()
			file, err := parser.ParseFile(fset, path, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				for i, english := range textsOf(n) {
					if strings.Contains(dir, "crawlers") && i == 0 {
						continue // the name of a key
					}
					if english == "" || english == "%s" || english == "%v" || english == "%s: %s" || english == "%s: %q %s" || english == "%s: this %s" { // all of it is filled in
						continue
					}
					seen++
					filled := 0
					english = verb.ReplaceAllStringFunc(english, func(string) string { filled++; return fmt.Sprintf("Щ%d", filled) })
					if strings.HasSuffix(dir, "hours") && i == saidBy["errorf"] {
						english = "hours: " + english // as config says it
					}
					said, key := mistakes.In(uk, english)
					if key == "" || strings.Contains(said, " the ") {
						t.Errorf("%s: not in the catalogue: %q (said %q)", fset.Position(n.Pos()), english, said)
					}
				}
				return true
			})
		}
	}
	if seen < 150 {
		t.Errorf("only %d texts: are the packages still read?", seen)
	}
}

// textsOf are the texts for people in a node of a program, by their place: arguments of what says
// a mistake, and the fields of one that is made by hand.
func textsOf(n ast.Node) map[int]string {
	found := map[int]string{}
	switch n := n.(type) {
	case *ast.CallExpr:
		called, ok := n.Fun.(*ast.SelectorExpr)
		if !ok || saidBy[called.Sel.Name] == 0 || called.Sel.Name == "Errorf" && !ofSection(called.X) {
			return nil
		}
		for i, arg := range n.Args[:min(len(n.Args), saidBy[called.Sel.Name]+1)] { // what follows is filled in
			found[i] = literal(arg)
		}
	case *ast.KeyValueExpr:
		if field, ok := n.Key.(*ast.Ident); ok && (field.Name == "Msg" || field.Name == "Hint") {
			found[0] = literal(n.Value)
		}
	}
	return found
}

// ofSection reports whether this is the block of a source, by the name that crawlers give it.
func ofSection(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name == "s" || e.Name == "section"
	case *ast.SelectorExpr:
		return e.Sel.Name == "section"
	}
	return false
}

// literal is a text that stands there, or the one that is formatted or begun there; else "".
func literal(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return text
		}
	case *ast.CallExpr:
		if called, ok := e.Fun.(*ast.SelectorExpr); ok && called.Sel.Name == "Sprintf" {
			return literal(e.Args[0])
		}
	case *ast.BinaryExpr:
		if left := literal(e.X); left != "" {
			return left + "%s" + literal(e.Y)
		}
	}
	return ""
}

// TestNothingOfAMistakeIsEnglish: what is filled into a sentence is in its language, too, and the
// name of a key stays the name of a key.
func TestNothingOfAMistakeIsEnglish(t *testing.T) {
	t.Chdir(t.TempDir())
	head := "contact: a@romashka.example\nwatch:\n  - {name: Romashka, terms: [Romashka Bank]}\nsources:\n  - feed: https://news.example/rss\n"
	for watchlist, known := range map[string]string{
		"contact: a@romashka.example\nwatch: {name: Romashka, terms: [Romashka]}\nsources: {feed: \"https://a.example\"}\n": "watch",
		head + "    terms: [Romashka]\n":                                               "terms watch",
		head + "routes:\n  - {to: console, watch: Other}\n":                            "watch Other",
		head + "routes:\n  - {to: console, source: Other}\n":                           "source sources Other",
		head + "  - name: https://news.example/rss\n    feed: https://b.example/rss\n": "https news example rss",
		head + "views:\n  - {name: Mine, query: pigs=7}\n":                             "pigs author from kind lang owner q severity source status to topic watch",
		head + "views:\n  - {name: Mine, query: q=7}\n  - {name: Mine, query: q=8}\n":  "Mine",
		head + "store: {redis: localhost}\n":                                           "redis Redis host",
		head + "store: {retention: [1d]}\n":                                            "retention",
		head + "web: {inbox: }\n":                                                      "inbox true false",
		head + "  - news\n":                                                            "feed https news example rss",
		head + "web: {listen: 127.0.0.1:8080, public_url: \"https://e.example\", tls: {cert: no.pem, key: no.pem}}\n":                        "cert key login slack oidc proxy header docs signing inbox false",
		head + "web: {listen: 0.0.0.0:8080, inbox: false, login: {oidc: {issuer: \"https://e.example\", client_id: x, client_secret: y}}}\n": "oidc public_url https login inbox false bot_token allow company",
		head + "  - telegram: https://vk.com/romashka\n":                                                                                     "t.me romashka_chat joinchat c",
		head + "  - page: https://www.facebook.com/romashka\n":                                                                               "Facebook facebookpage docs sources.md push.md Google Alerts earshot add RSS",
		head + "  - feed: https://www.instagram.com/romashka\n":                                                                              "Instagram instagram docs sources.md push.md Google Alerts",
		head + "  - page: https://maps.google.com/?cid=7\n":                                                                                  "Google Maps googlebusiness docs sources.md",
		head + "  - googleplay: com.romashka\n":                                                                                              "googleplay service_account token",
		head + "  - mastodon: {tag: romashka, server: \"https://social.example/x\"}\n":                                                       "social.example",
		head + "  - page: https://b.example/\n    select: {item: \"[[\"}\n":                                                                  "CSS selector expected identifier found instead",
		head + "quiet_hours: 22:00\n":                                                                                                        "quiet_hours",
		head + "quiet_hours: 22:00-22:00 UTC\n":                                                                                              "quiet_hours",
		head + "deadlines: {claim: 5m, hours: \"Mon 09:00-12:00 10:00-11:00 UTC\"}\n":                                                        "hours Mon",
		head + "digest: {to: console, weekly: Montag 09:00 UTC}\n":                                                                           "weekly Montag Mon Tue Wed Thu Fri Sat Sun",
		head + "deadlines: {claim: 5m, hours: always UTC, holidays: [Easter]}\n":                                                             "holidays Easter",
	} {
		if err := os.WriteFile("w.yaml", []byte(watchlist), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, lang := range []string{"ru", "uk", "bg"} {
			out, _ := shown(t, inLang(lang), "check", "-c", "w.yaml")
			said := regexp.MustCompile(`(?m)^ .*\n|\[[a-z_]+\]`).ReplaceAllString(out, "") // the lines of the watchlist, and the code
			if left := testkit.English(said, known, watchlist, "w.yaml review forum comment news social mentions your"); len(left) > 0 || !strings.Contains(said, strings.Fields(known)[0]) {
				t.Errorf("%s: %q in\n%s\nof\n%s", lang, left, said, watchlist)
			}
		}
	}
}
