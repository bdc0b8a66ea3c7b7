package main

import (
	"bytes"
	"database/sql"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/store"
)

// TestMistakesAtTheTerminalAreTranslated: what goes wrong in the daily work with the commands is
// said in the language of the terminal, with its code of exit, and the same in English.
func TestMistakesAtTheTerminalAreTranslated(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for name, content := range map[string]string{
		"w.yaml":     watchlistWith("store: {database: \"sqlite:none.db\"}\n"),
		"kept.yaml":  watchlistWith("store: {database: \"sqlite:kept.db\"}\n"),
		"newer.yaml": watchlistWith("store: {database: \"sqlite:newer.db\"}\n"),
		"no.yaml":    watchlistWith("store: {database: \"sqlite:no/e.db\"}\n"),
		"dir.yaml":   watchlistWith("store: {database: \"sqlite:.\"}\n"),
		"bad.yaml":   watchlistWith("pigs: 7\n"),
		"other":      strings.Repeat("?", 9000),
		"page.html":  "<p>?",
	} {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir("made", 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"kept.db", "newer.db"} {
		s, err := openStore(t.Context(), store.Options{Database: "sqlite:" + name})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite", "newer.db")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(`INSERT INTO schema_versions VALUES (999, 0, 999)`); err != nil {
		t.Fatal(err)
	}
	_ = db.Close()
	for _, c := range []struct {
		args, stdin string
		code        int
		english     string // in what is said then
		known       string // words that are the same in every language
	}{
		{"check -c gone.yaml", "", 2, "there is no watchlist gone.yaml", "gone.yaml init"},
		{"check --lang LANG -c gone.yaml", "", 2, "there is no watchlist gone.yaml", "gone.yaml init"},
		{"tune --lang LANG -c gone.yaml", "", 2, "there is no watchlist gone.yaml", "gone.yaml init"},
		{"frob", "", 2, "there is no command frob\nSee: earshot --help", "frob help"},
		{"CHECK", "", 2, `there is no command CHECK, did you mean "check"?`, "CHECK check help"},
		{"start", "", 2, `there is no command start, did you mean "run"?`, "start run help"},
		{"report -since 7d", "", 2, "-since is written with two plain dashes: --since\nSee: earshot report --help", "since report help"},
		{"report —since 7d", "", 2, "—since is written with two plain dashes: --since", "since report help"},
		{"report −−since=7d", "", 2, "−−since=7d is written with two plain dashes: --since=7d", "since report help"},
		{"check –c w.yaml", "", 2, "–c is written with a plain dash: -c", "c check help"},
		{"-help", "", 2, "-help is written with two plain dashes: --help", "help"},
		{"report --since -7d", "", 2, "--since: write 7d without the dash before it", "since report help"},
		{"score --lang russian", "", 2, `must be one of en, ru, uk, bg but got "russian"`, "lang russian en ru uk bg score help"},
		{"score --json Жах", "", 2, "leave out --json, or the text", "stdin json"},
		{"score", " \n", 2, "there is no text to judge", "score stdin"},
		{"score page.html", "", 2, "page.html is a file: to judge what is in it write earshot score < page.html", "page.html score"},
		{"score page.html w.yaml", "", 2, "page.html is a file", "page.html score"},
		{"score -", "Жахливий банк", 0, "word: ", ""},
		{"score -", " ", 2, "there is no text to judge", "score stdin"},
		{"score Жахливий банк", "", 0, "word: ", ""},
		{"score -ужас", "", 2, `needs -- before it: write earshot score -- "…"`, "score help"},
		{"score -5 stars", "", 2, `needs -- before it: write earshot score -- "…"`, "score help"},
		{"score -- -ужас", "", 0, "word: ", ""},
		{"score -q", "", 2, "unknown flag -q", "q h score help"},
		{"score --lang ua bad", "", 2, `but got "ua", did you mean "uk"?`, "lang ua en ru uk bg score help"},
		{"score --kind отзывы bad", "", 2, `did you mean "review"?`, "kind review forum comment news social score help"},
		{"score --language ru bad", "", 2, `unknown flag --language, did you mean "--lang"?`, "language lang score help"},
		{"score --stars=5/5 bad", "", 2, "unknown flag --stars\n", "stars score help"},
		{"score —lang ru bad", "", 2, "—lang is written with two plain dashes: --lang", "lang score help"},
		{"cases --last 7", "", 2, `unknown flag --last, did you mean "--since"?`, "last since cases help"},
		{"cases --status opened", "", 2, `did you mean "open"?`, "status opened open claimed snoozed replied unproved dismissed all cases help"},
		{"report --to 2026-11-01", "", 2, `unknown flag --to, did you mean "--until"?`, "to until report help"},
		{"report --JSON", "", 2, `did you mean "--json"?`, "JSON json report help"},
		{"-v", "", 2, `unknown flag -v, did you mean "version"?`, "v version help"},
		{"--verison", "", 2, `unknown flag --verison, did you mean "version"?`, "verison version help"},
		{"score -quiet bad", "", 2, "unknown flag -quiet\n", "quiet score help"},
		{"check -- -json", "", 2, "unexpected argument -json", "json check help"},
		{"score made", "", 0, "made", "made en"},
		{"match Жах", "", 2, "posts are read on stdin: earshot match < FILE", "match FILE stdin help"},
		{"backup", "", 2, "<file> is missing: write earshot backup <file>", "file backup help"},
		{"check w.yaml", "", 2, "a watchlist is named by -c w.yaml", "w.yaml check help"},
		{"chek", "", 2, "did you mean", "chek check help"},
		{"check --prob", "", 2, "did you mean", "prob probe check help"},
		{"check --frob-xyz", "", 2, "unknown flag", "frob xyz check help"},
		{"add", "", 2, "<address> is missing: write earshot add <address> ...\nSee: earshot add --help", "address add help"},
		{"move -c kept.yaml", "", 2, "missing flags", "URL to move help"},
		{"check --lang de", "", 2, "must be one of", "lang check help"},
		{"report -c kept.yaml", "", 0, "complaints heard", ""},
		{"report -c gone.yaml", "", 2, "there is no watchlist gone.yaml", "gone.yaml init"},
		{"run -c bad.yaml", "", 2, `unknown key "pigs"`, "bad yaml pigs key_unknown contact deadlines digest doors fallback fetch language quiet_hours replies routes sentiment severity slack sources store views"},
		{"report -c bad.yaml", "", 2, `unknown key "pigs"`, "bad yaml pigs key_unknown contact deadlines digest doors fallback fetch language quiet_hours replies routes sentiment severity slack sources store views"},
		{"report -c w.yaml", "", 1, "start `earshot run` first", "none.db run " + dir},
		{"run -c no.yaml", "", 1, "make it, or correct store.database", "store database no " + dir},
		{"run -c dir.yaml", "", 1, "is a folder: name a file", dir},
		{"report -c newer.yaml", "", 1, "written by a newer earshot", ""},
		{"restore -c kept.yaml gone.db", "", 1, "gone.db: no such file", "gone.db"},
		{"restore -c kept.yaml made", "", 1, "made is a folder", "made"},
		{"restore -c kept.yaml other", "", 1, "is not an earshot backup", "other"},
		{"restore -c kept.yaml newer.db", "", 1, "written by a newer earshot", ""},
		{"backup -c kept.yaml no/b.db", "", 1, "there is no folder no for the copy", "no"},
		{"backup -c kept.yaml other", "", 1, "exists already", "other"},
		{"move -c kept.yaml --to sqlite:b.db", "", 1, "SQLite already", "SQLite backup"},
		{"report -c kept.yaml --since неделя", "", 2, `did you mean "week"?`, "since week неделя"},
		{"report -c kept.yaml --until неделя", "", 2, "write it like 24h, 7d, yesterday", "until yesterday неделя"},
		{"report -c kept.yaml --since tomorrow", "", 2, "is not a date or time", "since tomorrow today yesterday week month"},
		{"report -c kept.yaml --since today --until 2020-01-01", "", 2, "before it begins", ""},
		{"match -c w.yaml", "Жах", 2, "this is plain text", "stdin JSON id text score"},
		{"match -c w.yaml", `{"text":5}`, 2, "where a text is wanted", "stdin text"},
		{"match -c w.yaml", `{"text":`, 2, "has a mistake", "stdin JSON id text"},
		{"score", "Жахливий 👎 банк", 0, "word: ", ""},
		{"score --json", "[1]", 2, "this is a list", "stdin"},
		{"score --json", "Жах", 2, "without --json", "stdin JSON id text json"},
		{"crawl -c w.yaml nobody", "", 2, `no source "nobody"`, "w.yaml nobody"},
		{"crawl -c w.yaml news.example/rss/", "", 2, `did you mean "https://news.example/rss"?`, "w.yaml https news.example rss"},
		{"report -c kept.yaml --since вчера", "", 2, `did you mean "yesterday"?`, "since yesterday"},
		{"report -c kept.yaml --since 14дней", "", 2, `did you mean "14d"?`, "since d"},
		{"report -c kept.yaml --since 1.11.2026", "", 2, `did you mean "2026-11-01"?`, "since"},
		{"report -c kept.yaml --since TODAY", "", 2, `did you mean "today"?`, "since TODAY today"},
		{"report -c kept.yaml --until 2020/1/5", "", 2, `did you mean "2020-01-05"?`, "until"},
		{"erase -c kept.yaml --url forum.example/77", "", 2, `"forum.example/77" is not an address`, "forum.example https"},
		{"export -c kept.yaml --profile Анна", "", 2, "is not an address", "https"},
		{"crawl -c w.yaml --propose", "", 2, "go with --try", "select propose try FILE ADDRESS"},
		{"crawl -c w.yaml --try page.html", "", 2, "no source reads page.html", "page.html select propose"},
		{"crawl --try gone.html --propose", "", 1, "gone.html: no such file", "gone.html"},
		{"crawl --try page.html --propose", "", 0, "nothing to propose", ""},
		{"crawl --try page.html --select {bad:_x}", "", 2, "--select: unknown key", "select bad author best drop edited id item lang link next own rating reply text thread time title"},
		{"crawl --try page.html --select {text:_p}", "", 2, "--select: item is missing", "select item"},
		{"add -c w.yaml googleplay:com.x", "", 2, `: "https://googleplay:com.x" is not an address`, "forum https googleplay com"},
		{"check -c w.yaml --live", "", 1, "set web.listen", "check live web.listen"},
		{"init -c no/w.yaml", "", 2, "no/w.yaml cannot be written", "no/w.yaml"},
	} {
		args := strings.Fields(c.args)
		for i := range args {
			args[i] = strings.ReplaceAll(args[i], ":_", ": ")
		}
		for _, lang := range []string{"en", "ru", "uk", "bg"} {
			var out bytes.Buffer
			env := lang
			given := slices.Clone(args)
			if i := slices.Index(given, "LANG"); i > 0 {
				given[i], env = lang, "de"
			}
			code := run(t.Context(), given, terminal{in: strings.NewReader(c.stdin), out: &out, err: &out, lookup: inLang(env + "_XX.UTF-8")})
			said := out.String()
			if code != c.code || lang == "en" && !strings.Contains(said, c.english) {
				t.Errorf("%s: earshot %s: exit %d, want %d; said %s", lang, c.args, code, c.code, said)
			}
			said, _, _ = strings.Cut(said, "\n    ") // and the lines of the watchlist
			if left := testkit.English(said, c.known); lang != "en" && len(left) > 0 {
				t.Errorf("%s: earshot %s leaves %q in %s", lang, c.args, left, said)
			}
		}
	}
}

// TestUnknownErrorsStayWhole: an error nobody translated is not taken for another sentence.
func TestUnknownErrorsStayWhole(t *testing.T) {
	s := speaks("uk")
	for _, english := range []string{"write the manifest: no more room", "put the block and the key there"} {
		if said := s.wrong(errors.New(english)); said != english {
			t.Errorf("%q is said %q", english, said)
		}
		if said := s.place(english); said != english {
			t.Errorf("of a place %q is said %q", english, said)
		}
	}
}

// watchlistWith is a small watchlist with something more.
func watchlistWith(more string) string {
	return "contact: a@romashka.example\nwatch: [{name: Romashka, terms: [Romashka Bank]}]\nsources: [{feed: \"https://news.example/rss\"}]\nroutes: [{to: console}]\n" + more
}

// TestPlacesAreSaidInTheLanguage: what check --probe and crawl say of places is in the language
// of the rest, and the last line does not take back what was said of the sources.
func TestPlacesAreSaidInTheLanguage(t *testing.T) {
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/rss":
			_, _ = io.WriteString(w, `<rss version="2.0"><channel><title>N</title><item><title>Привіт</title><guid>1</guid><pubDate>Mon, 02 Nov 2026 10:00:00 +0000</pubDate></item></channel></rss>`)
		case "/page":
			_, _ = io.WriteString(w, "<p>Немає відгуків</p>")
		default:
			http.NotFound(w, r)
		}
	}))
	defer site.Close()
	path := filepath.Join(t.TempDir(), "w.yaml")
	list := strings.ReplaceAll(`contact: a@romashka.example
watch: [{name: Ромашка Банк, terms: [Ромашка Банк]}, {name: Лілія, terms: [Лілія Банк], enabled: false}]
sources:
  - {feed: SITE/rss, name: стрічка}
  - {page: SITE/page, name: відгуки}
  - {feed: SITE/gone, name: немає}
  - {feed: "http://127.0.0.1:1/rss", name: мовчить}
  - {feed: SITE/off, name: спить, paused_until: TIL}
routes: [{to: console}]
store: {database: "sqlite:e.db"}
fetch: {gap: 0s, allow_private: [127.0.0.0/8]}
`, "SITE", site.URL)
	list = strings.ReplaceAll(list, "TIL", time.Now().AddDate(0, 1, 0).Format(time.DateOnly))
	if err := os.WriteFile(path, []byte(list), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, lang := range []string{"uk", "ru", "bg"} {
		for _, args := range [][]string{{"check", "--probe"}, {"crawl", "--verbose"}} {
			said, code := shown(t, inLang(lang), append(args, "-c", path)...)
			if left := testkit.English(said, path, site.URL+"/rss", "gap terms fetch.hosts bot_token schema.org Review select docs sources feed page review forum comment news social RSS"); code != exitFailed || len(left) > 0 {
				t.Errorf("%s: %v: exit %d, English %q in\n%s", lang, args, code, left, said)
			}
			if all := map[string]string{"uk": "Усе працюватиме", "ru": "Всё будет работать", "bg": "Всичко ще работи"}[lang]; strings.Contains(said, all) {
				t.Errorf("%s: all would work, it says: %s", lang, said)
			}
		}
	}
}

// TestProbeSpeaksMeanwhile: each source is said as soon as it has answered; those of one site
// wait for one another, and the last may be minutes behind the first.
func TestProbeSpeaksMeanwhile(t *testing.T) {
	said, more := make(chan string, 100), make(chan struct{})
	answer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/second" {
			select {
			case <-more:
			case <-r.Context().Done():
			}
		}
		_, _ = io.WriteString(w, `<rss version="2.0"><channel><title>N</title></channel></rss>`)
	})
	site, slow := httptest.NewServer(answer), httptest.NewUnstartedServer(answer)
	defer site.Close()
	_ = slow.Listener.Close()
	var err error
	if slow.Listener, err = net.Listen("tcp", "127.0.0.2:0"); err != nil { // another site: it is asked at the same time
		t.Skipf("this machine has one loopback address: %v", err)
	}
	slow.Start()
	defer slow.Close()
	path := filepath.Join(t.TempDir(), "w.yaml")
	list := "contact: a@romashka.example\nwatch: [{name: Romashka, terms: [Romashka Bank]}]\nsources: [{feed: SITE/first, name: first}, {feed: SLOW/second, name: second}]\nroutes: [{to: console}]\nstore: {database: \"sqlite:e.db\"}\nfetch: {gap: 0s, allow_private: [127.0.0.0/8]}\n"
	if err := os.WriteFile(path, []byte(strings.NewReplacer("SITE", site.URL, "SLOW", slow.URL).Replace(list)), 0o600); err != nil {
		t.Fatal(err)
	}
	ended := make(chan int, 1)
	go func() {
		ended <- run(t.Context(), []string{"check", "--probe", "-c", path}, terminal{in: strings.NewReader(""), out: lineWriter(said), err: io.Discard, lookup: noEnv})
	}()
	for meanwhile := true; meanwhile; {
		select {
		case line := <-said:
			meanwhile = !strings.Contains(line, "feed first")
		case <-time.After(20 * time.Second):
			t.Error("nothing is said of the first source before the second has answered")
			meanwhile = false
		}
	}
	close(more)
	if code := <-ended; code != exitDone {
		t.Errorf("exit %d", code)
	}
}

// lineWriter hands on what is written, one call at a time.
type lineWriter chan string

func (w lineWriter) Write(p []byte) (int, error) {
	w <- string(p)
	return len(p), nil
}

// TestFlagsAreSaidInTheLanguage: whatever is wrong with the value of any flag of any command is
// said in the language, and without the words of a parser.
func TestFlagsAreSaidInTheLanguage(t *testing.T) {
	t.Chdir(t.TempDir())
	parser, err := kong.New(&commands{}, kong.Name("earshot"))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{"help": true}
	for _, command := range parser.Model.Leaves(false) {
		path := strings.Fields(command.FullPath())[1:]
		for _, group := range command.AllFlags(false) {
			for _, flag := range group {
				if seen[flag.Name] {
					continue
				}
				seen[flag.Name] = true
				values := [][]string{{"--" + flag.Name}, {"--" + flag.Name, "--json"}}
				switch {
				case flag.IsBool():
					values = [][]string{{"--" + flag.Name + "=maybe"}}
				case flag.Enum != "" || flag.Target.CanInt():
					values = append(values, []string{"--" + flag.Name, "maybe"})
				}
				for _, value := range values {
					for _, lang := range []string{"en", "uk"} {
						args := append(slices.Clone(path), value...)
						said, code := shown(t, inLang(lang), args...)
						if code != exitWrong || lang != "en" && len(testkit.English(said, flag.Name, flag.Enum, "maybe help json", strings.Join(path, " "))) > 0 || strings.Contains(said, "EOL") || strings.Contains(said, " bit ") {
							t.Errorf("%s: earshot %q: exit %d, said %s", lang, args, code, said)
						}
					}
				}
			}
		}
	}
	if len(seen) < 30 {
		t.Errorf("only %d flags", len(seen))
	}
}
