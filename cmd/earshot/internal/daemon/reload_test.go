package daemon

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/earshot/earshot/cmd/earshot/internal/watchlist"
	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// reloadList is a watchlist whose analyzer, rules and ways out all depend on name.
func reloadList(t *testing.T, dir, name, item string) string {
	t.Helper()
	return strings.NewReplacer("NAME", name, "DB", filepath.Join(dir, "e.db"), "ITEM", item).Replace(`contact: a@example.com
watch: [{name: NAME, terms: [NAME], official: ["NAME Support"]}]
sources: [{page: "https://news.example/", name: news, select: {item: "ITEM", text: .text}}]
webhooks: [{name: NAME, url: "https://hooks.example/NAME"}]
routes: [{to: "webhook:NAME"}]
replies: [{text: "From NAME", lang: en}]
slack: {bot_token: "${env:NAME}", app_token: "${env:APP}"}
store: {database: "sqlite:DB"}
`)
}

// inUse is what the daemon says of a post that names both, of its author and of
// its ways out.
func inUse(t *testing.T, d *Daemon) string {
	t.Helper()
	post := mention.Post{Source: "news", ID: "1", Text: "Alpha and Omega lost my money.", Author: "Omega Support", FetchedAt: time.Now()}
	var said []string
	for _, m := range d.inUse.Load().analyzer.Analyze(post) {
		said = append(said, "hears "+m.Watch)
	}
	said = append(said, fmt.Sprint("official ", d.planner.OfficialFor(post)), "ops "+d.notifiers.opsRoute())
	for _, name := range []string{"Alpha", "Omega"} {
		if _, ok := d.notifiers.notifierFor("webhook:" + name); ok {
			said = append(said, "webhook "+name)
		}
	}
	said = append(said, "slack "+d.notifiers.inUse.options.BotToken, "watch "+d.config().Watches[0].Name)
	said = append(said, d.replies(mention.Mention{Score: mention.Score{Lang: "en"}}, "Ira")...)
	return strings.Join(said, "\n")
}

// TestReloadIsAllOrNothing: a watchlist whose sources cannot be made changes
// nothing, not even what was made before them; a good one changes everything.
func TestReloadIsAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	d := open(t, reloadList(t, dir, "Alpha", ".post"))
	before, slackBefore := inUse(t, d), d.notifiers.inUse.slack

	cfg, err := config.Parse("watchlist.yaml", []byte(reloadList(t, dir, "Omega", "[[")), lookup, watchlist.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	terms, err := watchlist.CompileTerms(cfg)
	if err != nil {
		t.Fatal(err)
	}
	err = d.Reload(t.Context(), watchlist.List{Config: cfg, Terms: terms})
	if err == nil || !strings.Contains(err.Error(), "[[") {
		t.Fatalf("the reload says %v, want the selector that is wrong", err)
	}
	if after := inUse(t, d); after != before {
		t.Errorf("a failed reload changed\n%s\nto\n%s", before, after)
	}
	if d.notifiers.inUse.slack != slackBefore {
		t.Error("a failed reload replaced Slack's connection")
	}

	stopping, stop := context.WithCancel(t.Context())
	stop() // no monitor runs here that would take the sources
	if err := d.Reload(stopping, check(t, reloadList(t, dir, "Omega", ".post"))); err != nil {
		t.Fatal(err)
	}
	after := inUse(t, d)
	if strings.Contains(strings.ReplaceAll(after, "Alpha and Omega", ""), "Alpha") || slices.Contains(strings.Split(before, "\n"), "hears Omega") {
		t.Errorf("a good reload left something old:\n%s", after)
	}
	for _, want := range []string{"hears Omega", "official [Omega]", "ops webhook:Omega", "webhook Omega", "slack token Omega", "watch Omega", "From Omega"} {
		if !slices.Contains(strings.Split(after, "\n"), want) {
			t.Errorf("a good reload lacks %q:\n%s", want, after)
		}
	}
}

// TestReloadKeepsSlack: a watchlist with the same account keeps the notifier, and
// so the connection; its new reply templates are offered all the same.
func TestReloadKeepsSlack(t *testing.T) {
	dir := t.TempDir()
	text := reloadList(t, dir, "Alpha", ".post")
	d := open(t, text)
	before := d.notifiers.inUse.slack
	stopping, stop := context.WithCancel(t.Context())
	stop()
	if err := d.Reload(stopping, check(t, strings.Replace(text, "From Alpha", "Dear customer", 1))); err != nil {
		t.Fatal(err)
	}
	if d.notifiers.inUse.slack != before {
		t.Error("the same account has another notifier")
	}
	if got := d.replies(mention.Mention{Score: mention.Score{Lang: "en"}}, "Ira"); !slices.Equal(got, []string{"Dear customer"}) {
		t.Errorf("offered %q", got)
	}
	if err := d.Reload(stopping, check(t, strings.Replace(text, "env:Alpha", "env:Beta", 1))); err != nil {
		t.Fatal(err)
	}
	if d.notifiers.inUse.slack == before {
		t.Error("another token has the old notifier")
	}
}

// TestRepliesAreReadyToPaste: no placeholder is left in what staff copy.
func TestRepliesAreReadyToPaste(t *testing.T) {
	m := mention.Mention{Watch: "Ромашка Банк", Score: mention.Score{Lang: "uk"}, Post: mention.Post{Author: "Оксана К."}}
	got := fillReplies([]config.ReplyTemplate{{Lang: "uk", Text: "{{author}}, перепрошуємо. {{ me }}, {{watch }}"}}, m, "Ганна", maxReplies)
	if want := []string{"Оксана К., перепрошуємо. Ганна, Ромашка Банк"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestRepliesAreWrittenOneWay: what nobody sees in a stranger's name would go out in the company's
// answer, and turn around what stands behind it.
func TestRepliesAreWrittenOneWay(t *testing.T) {
	m := mention.Mention{Score: mention.Score{Lang: "uk"}, Post: mention.Post{Author: "Оксана\u202e\u200b К.", Title: "Де\u2067 гроші"}}
	got := fillReplies([]config.ReplyTemplate{{Lang: "uk", Text: "{{author}}, перепрошуємо за «{{title}}»."}}, m, "Ганна", maxReplies)
	if want := []string{"Оксана К., перепрошуємо за «Де гроші»."}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestRepliesToNobody: whom the site does not name is not called Guest in public.
func TestRepliesToNobody(t *testing.T) {
	for text, want := range map[string]string{
		"{{author}}, перепрошуємо.":                   "Перепрошуємо.",
		"Здравствуйте, {{author}}!\nИзвините. {{me}}": "Здравствуйте!\nИзвините. Ганна",
		"Hello {{ author }},\nwe are sorry.":          "Hello,\nwe are sorry.",
		"{{author}}!\nИзвинете, {{author}}.":          "\nИзвинете.",
		"We are sorry.": "We are sorry.",
	} {
		for _, author := range []string{"", "A Google User", "Гость"} {
			m := mention.Mention{Score: mention.Score{Lang: "uk"}, Post: mention.Post{Author: author}}
			if got := fillReplies([]config.ReplyTemplate{{Lang: "uk", Text: text}}, m, "Ганна", maxReplies); !slices.Equal(got, []string{strings.TrimSpace(want)}) {
				t.Errorf("to %q: %q, want %q", author, got, want)
			}
		}
	}
}

// TestReloadKeepsManners: a host that asked for a pause has it, whatever is saved.
func TestReloadKeepsManners(t *testing.T) {
	site := testkit.PlayText(t, "GET /robots.txt maybe\n404\n\nGET /a\n429\nRetry-After: 3600\n\nGET /b maybe\n200\n")
	text := reloadList(t, t.TempDir(), "Alpha", ".post") + "fetch: {gap: 0s, allow_private: [127.0.0.0/8]}\n"
	d := open(t, text)
	ask := func(path string) error {
		_, err := d.fetch.Load().For(site.URL).Do(t.Context(), fetch.Request{URL: site.URL + path})
		return err
	}
	_ = ask("/a")
	stopping, stop := context.WithCancel(t.Context())
	stop()
	before := d.fetch.Load()
	if err := d.Reload(stopping, check(t, strings.Replace(text, "a@example.com", "b@example.com", 1))); err != nil {
		t.Fatal(err)
	}
	var retry *fetch.RetryError
	if err := ask("/b"); !errors.As(err, &retry) || site.Count("/b") != 0 {
		t.Errorf("after the reload: %v, %d requests, want none for an hour", err, site.Count("/b"))
	}
	if d.fetch.Load() == before {
		t.Error("the reload kept the old client")
	}
}

// TestPlaceholdersOfAPhone: a phone begins a line with a capital, also within braces; a template that
// staff saved so is filled in like any other.
func TestPlaceholdersOfAPhone(t *testing.T) {
	m := mention.Mention{Watch: "Romashka", Post: mention.Post{Author: "Olena"}, Score: mention.Score{Lang: "en"}}
	saved := []config.ReplyTemplate{{Lang: "en", Text: "{{Author}}, {{ Watch }} is sorry. {{Order number}}"}}
	if got := fillReplies(saved, m, "Ira", 1); len(got) != 1 || got[0] != "Olena, Romashka is sorry. {{Order number}}" {
		t.Errorf("%q", got)
	}
	m.Post.Author = "Guest"
	if got := fillReplies(saved, m, "Ira", 1); len(got) != 1 || got[0] != "Romashka is sorry. {{Order number}}" {
		t.Errorf("to nobody: %q", got)
	}
}

// TestOutdatedWeights: weights that another version learned keep nobody from starting; none of
// them is used, and staff are told once, with what to do, in their language.
func TestOutdatedWeights(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "our-weights.tsv")
	if err := os.WriteFile(file, []byte("score bad\t-3\nwhat no version weighs\t0.2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	list := check(t, strings.NewReplacer("DIR", dir, "https://news.example", "http://127.0.0.1:1").Replace(quietWatchlist)+"language: uk\nsentiment: {weights: "+file+"}\n")
	for range 2 {
		polling(t, list, time.Now, func(d *Daemon, ctx context.Context) {
			d.poll(ctx, d.inUse.Load())
			said := notices(t, d)
			if len(said) != 1 || !strings.Contains(said[0], "earshot tune --weights "+file) || !strings.Contains(said[0], "іншою версією") {
				t.Errorf("staff were told %q", said)
			}
		})
	}
}
