package config

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDesign(t *testing.T) {
	c, err := parseFile(t, "testdata/valid/design.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range c.Sources {
		names = append(names, s.Kind+" | "+s.Name)
	}
	want := []string{
		"feed | https://news.example/rss", "forum | https://forum.example/viewforum.php?f=3", "page | https://reviews.example/romashka",
		"telegram | romashka_chat", "hackernews | romashka", "appstore | appstore 123456789",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Error(diff)
	}
	var page testPage
	if err := c.Sources[2].Section.Decode(&page); err != nil {
		t.Fatal(err)
	}
	if page.Select["time"] != "time@datetime" || page.Select["next"] != "a.next" || len(page.Select) != 7 {
		t.Errorf("select: %v", page.Select)
	}
	if got := c.Watches[0].Context[1]; got.Value != "карта" || got.Pos.String() != "testdata/valid/design.yaml:5:21" {
		t.Errorf("context[1] is %+v", got)
	}
	if c.Fetch.Gap != 10*time.Second || c.Store.Retention != defaultRetention || c.Store.Redis.Reveal() != "redis://localhost:6379/0" {
		t.Errorf("fetch %+v, store %+v", c.Fetch, c.Store)
	}
	if c.QuietHours.Set || c.Deadlines.Claim != 5*time.Minute || c.Deadlines.EscalateTo != "#support-leads" {
		t.Errorf("deadlines %+v", c.Deadlines)
	}
	if !strings.HasSuffix(c.Sentiment.WordsFile, "our-words.tsv") {
		t.Errorf("words %q", c.Sentiment.WordsFile)
	}
}

func TestFull(t *testing.T) {
	c, err := parseFile(t, "testdata/valid/full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	terms := make([]string, len(c.Watches[0].Terms))
	for i, x := range c.Watches[0].Terms {
		terms[i] = x.Value
	}
	if diff := cmp.Diff([]string{"Ромашка Банк", "romashkabank", "@romashka_bank", "=РБ", "360", "True"}, terms); diff != "" {
		t.Error(diff)
	}
	any := c.Watches[1].Any
	if len(any) != 2 || any[0].Term.Value != "Ромашка" || any[1].All[1].Any[1].Term.Value != "банк" {
		t.Errorf("any: %+v", any)
	}
	names := map[string]Source{}
	for _, s := range c.Sources {
		names[s.Name] = s
	}
	for _, want := range []string{"news", "https://news.example/comments", "telegram romashka_chat банк", "romashka_news"} {
		if _, ok := names[want]; !ok {
			t.Errorf("no source %q", want)
		}
	}
	if s := names["news"]; s.Every != 5*time.Minute || s.PostKind != "news" || s.Lang != "en" || s.Zone != "Europe/Kyiv" || s.Backfill != 48*time.Hour {
		t.Errorf("news: %+v", s)
	}
	if s := names["https://news.example/comments"]; s.Backfill != BackfillAll || s.Address != s.Name {
		t.Errorf("comments: %+v", s)
	}
	if s := names["https://reviews.example/romashka"]; s.Base != "http://127.0.0.1:8080" {
		t.Errorf("base: %q", s.Base)
	}
	var merged testPage
	if err := names["https://reviews.example/lenta"].Section.Decode(&merged); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(map[string]string{"item": ".review", "author": ".name", "text": ".words"}, merged.Select); diff != "" {
		t.Error(diff)
	}
	var chat testTelegram
	if err := names["telegram romashka_chat банк"].Section.Decode(&chat); err != nil {
		t.Fatal(err)
	}
	if chat.Token.Reveal() != "xoxb-bot-value" || chat.Token.Origin() != "BOT_TOKEN" {
		t.Errorf("token from %q", chat.Token.Origin())
	}
	if c.Slack.SigningSecret.Reveal() != "from-a-file" || c.Store.Database.Reveal() != "postgres://earshot:xoxb-bot-value@db.example/earshot" {
		t.Error("secrets were not expanded")
	}
	if diff := cmp.Diff(map[string]string{"#згадки": "bg"}, c.Spoken()); diff != "" || c.Language != "uk" {
		t.Errorf("language %q, %s", c.Language, diff)
	}
	critical := c.Deadlines.For("critical")
	if critical.Claim != 2*time.Minute || critical.Notify != "@oncall-pr" || critical.Hours.String() != "always" {
		t.Errorf("critical: %+v", critical)
	}
	if got := c.At("routes[1].to").Line; got != c.Routes[1].Pos.Line {
		t.Errorf("routes[1].to is in line %d", got)
	}
}

func TestWindowsFile(t *testing.T) {
	c, err := parseFile(t, "testdata/valid/windows.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Watches[0].Terms[0]; got.Value != "Ромашка Банк" || got.Pos.Line != 4 || got.Pos.Column != 13 {
		t.Errorf("%+v", got)
	}
}

// TestSecretsNeverPrint prints a whole watchlist in every form there is.
func TestSecretsNeverPrint(t *testing.T) {
	c, err := parseFile(t, "testdata/valid/full.yaml")
	if err != nil {
		t.Fatal(err)
	}
	type holder struct{ inner Secret } // a field that is not exported: fmt calls no method of it
	var b bytes.Buffer
	log := slog.New(slog.NewJSONHandler(&b, nil))
	for _, v := range []any{*c, c.Slack, &c.Slack, c.Slack.BotToken, &c.Store, []Secret{c.Store.Database}, map[string]Secret{"x": c.Store.Redis}, holder{c.Slack.AppToken}, &holder{c.Slack.AppToken}, c.Webhooks} {
		fmt.Fprintf(&b, "%v %+v %#v %s %q %d %x\n", v, v, v, v, v, v, v)
		log.Info("x", "v", v)
		if out, err := json.Marshal(v); err == nil {
			b.Write(out)
		}
	}
	for _, hidden := range []string{"xoxb-bot-value", "xapp-app-value", "from-a-file", fmt.Sprintf("%x", "xoxb-bot-value")} {
		if strings.Contains(b.String(), hidden) {
			t.Errorf("%q was printed", hidden)
		}
	}
	var all Redactor
	all.Take(c)
	if got := all.Redact("dial postgres://earshot:xoxb-bot-value@db.example: refused"); strings.Contains(got, "bot-value") {
		t.Errorf("redacted: %s", got)
	}
}

func TestErrorsStayTogether(t *testing.T) {
	_, err := parseFile(t, "testdata/invalid/ten-mistakes.yaml")
	all := &Errors{}
	all.Add(fmt.Errorf("start: %w", err))
	all.Add(errors.Join(errors.New("plain"), Error{Msg: "late", Pos: Pos{File: "z.yaml", Line: 1, Column: 1}}))
	all.Add(nil)
	if len(all.List) != 12 {
		t.Fatalf("%d problems", len(all.List))
	}
	if all.Partial == nil || len(all.Partial.Watches) != 1 {
		t.Error("what was understood is lost")
	}
	if all.Summary() != "12 problems. Nothing was changed." {
		t.Error(all.Summary())
	}
	only := &Errors{List: []Error{{Msg: "soft", Warning: true}}}
	if only.Err() != nil || only.Summary() != "1 warning." {
		t.Errorf("%v %s", only.Err(), only.Summary())
	}
}

// TestTheSameMistakesAreShown: of more mistakes than are shown the same ones are, whenever
// one looks.
func TestTheSameMistakesAreShown(t *testing.T) {
	src := "contact: pr@romashka.example\nwatch: [{name: Romashka, terms: [Ромашка]}]\nsources: [{feed: \"https://news.example/rss\"}]\n" +
		"routes: [{watch: [" + strings.Repeat("A, ", maxErrors) + "A], source: [C], to: console}]\n"
	for range 40 {
		_, err := Parse("w.yaml", []byte(src), testEnv, testKinds())
		var many *Errors
		if !errors.As(err, &many) {
			t.Fatal(err)
		}
		many.List = slices.DeleteFunc(many.List, func(e Error) bool { return e.Warning })
		if len(many.List) != maxErrors+1 {
			t.Fatal(err)
		}
		if last := many.List[maxErrors-1].Msg; last != `there is no watch "A"` {
			t.Fatal(last)
		}
	}
}

func TestColour(t *testing.T) {
	_, err := parseFile(t, "testdata/invalid/unknown-key.yaml")
	var many *Errors
	errors.As(err, &many)
	var b strings.Builder
	_ = many.Render(&b, true)
	if !strings.Contains(b.String(), red+"^~~~~~"+plain) {
		t.Errorf("%q", b.String())
	}
}

// TestExcerptIsSafe shows that a hostile line cannot drive the terminal, and
// that the caret stands right under wide and combining characters.
func TestExcerptIsSafe(t *testing.T) {
	src := "contact: a@b.example\nwatch:\n  - name: \"東京\u202e\u0301\"\n    terms: [{\"日本\": 1}, x]\nsources:\n  - feed: https://x.example/\n"
	_, err := Parse("w.yaml", []byte(src), nil, testKinds())
	if err == nil || strings.Contains(err.Error(), "\u202e") {
		t.Fatalf("%v", err)
	}
	long := "contact: a@b.example\nwatch: [{name: " + strings.Repeat("x", 5000) + ", trems: [a]}]\nsources: [{feed: https://x.example/}]\n"
	_, err = Parse("w.yaml", []byte(long), nil, testKinds())
	if err == nil {
		t.Fatal("no mistake")
	}
	for _, line := range strings.Split(err.Error(), "\n") {
		if strings.Contains(line, "|") && len(line) > 150 {
			t.Errorf("an excerpt of %d characters", len(line))
		}
	}
}

func TestLoadWhatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	big := filepath.Join(dir, "big.yaml")
	if err := os.WriteFile(big, bytes.Repeat([]byte("# filler\n"), 200_000), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, named := range []string{"a.yaml.txt", "B.YAML", "c.yml"} {
		if err := os.WriteFile(filepath.Join(dir, named), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{
		filepath.Join(dir, "a.yaml"):    "there is no watchlist " + filepath.Join(dir, "a.yaml") + ", but a file " + filepath.Join(dir, "a.yaml.txt") + ": give it that name, or name it with -c",
		filepath.Join(dir, "b.yaml"):    "but a file " + filepath.Join(dir, "B.YAML"),
		filepath.Join(dir, "c.yaml"):    "but a file " + filepath.Join(dir, "c.yml"),
		filepath.Join(dir, "none.yaml"): "there is no watchlist " + filepath.Join(dir, "none.yaml") + ": earshot init writes a first one",
		filepath.Join(dir, "none"):      "there is no watchlist",
		"/dev/null":                     "not a regular file",
		t.TempDir():                     "no file named *.yaml is in the folder",
		big:                             "the file is larger than 1024 KiB",
	} {
		if _, err := Load([]string{path}, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestHostile gives the reader what only an enemy writes. It must end, soon and
// in bounded memory, with a mistake that has a place.
func TestHostile(t *testing.T) {
	t.Parallel()
	size := maxFile / 4 // the whole takes a minute under the race detector and shows no more
	if testing.Short() {
		size /= 16
	}
	fill := func(piece string) string { return strings.Repeat(piece, size/len(piece)) }
	var bomb strings.Builder
	bomb.WriteString("a: &a0 [x, x, x, x, x, x, x, x, x, x]\n")
	for i := 1; i < 12; i++ {
		fmt.Fprintf(&bomb, "a%d: &a%d [*a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d, *a%d]\n", i, i, i-1, i-1, i-1, i-1, i-1, i-1, i-1, i-1, i-1)
	}
	bomb.WriteString("contact: c\nwatch: [{name: n, terms: *a11}]\nsources: [{page: {address: https://x.example/, select: *a11}}, {hackernews: *a11}]\nsentiment: *a11\n")
	var deep strings.Builder
	for i := range 700 {
		deep.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	cases := map[string]string{
		"brackets": fill("["), "braces": fill("{a: "), "dashes": fill("- "), "questions": fill("? "), "anchors": fill("&a "), "tags": fill("!t "),
		"aliases": fill("*a "), "stars": fill("*"), "colons": fill(": "), "keys": fill("a: "), "lines": fill("a:\n"), "commas": "[" + fill(","), "quotes": fill("'"), "double quotes": fill("\""),
		"folds": fill("|\n"), "one word": fill("x"), "directives": fill("%YAML 1.2\n---\n"), "documents": fill("---\n"), "comments": fill("#\n"), "merges": fill("<<: {}\n"),
		"backslashes": "\"" + fill("\\"), "spaces": fill(" "), "new lines": fill("\n"), "nul": fill("\x00"), "deep": deep.String(), "bomb": bomb.String(),
		"mixed": fill("[{a: &x [*x, "), "bare keys": "a: {" + fill("x, ") + "}", "other bare keys": "watch: [{" + fill("xyz , ") + "}]", "pairs of brackets": "a: " + fill("[ ] "), "brackets in lines": fill("a: [ b\n"), "one key more": "a: " + fill("b every: "), "closing": fill("]"), "routes": "routes:\n" + fill("- {to: '#a', lang: uk}\n"), "watches": "watch:\n" + fill("- terms: []\n"),
		"references": "sources:\n" + fill("- {feed: 'https://a.example/', lang: zz}\n"), "placeholders": "contact: " + fill("${env:X}"), "long key": fill("k") + ": 1\n",
		"unknown keys": fill2(size, func(i int) string { return fmt.Sprintf("contac%d: 1\n", i) }), "names": "routes: [{to: console, source: [" + fill2(size, func(i int) string { return fmt.Sprintf("n%d,", i) }) + "]}]\n",
	}
	for name, src := range cases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse("w.yaml", []byte(src), testEnv, testKinds())
			var many *Errors
			if !errors.As(err, &many) {
				t.Fatalf("taken: %v", err)
			}
			checkPositions(t, "w.yaml", many)
		})
	}
}

// TestShapeIsBounded: what is deeper or has more keys than any watchlist is told so before
// the YAML library reads it, and what just fits is not.
func TestShapeIsBounded(t *testing.T) {
	steps := func(n int) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(strings.Repeat(" ", i) + "a:\n")
		}
		return b.String()
	}
	keys := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "k%d: 1\n", i)
		}
		return b.String()
	}
	bare := func(n int) string {
		return "watch: [{" + strings.Repeat("name, ", n) + "}, [" + strings.Repeat("a, ", 2*maxKeys) + "]]"
	}
	for _, shape := range []struct {
		of   func(n int) string
		most int
		want string
	}{
		{steps, maxDepth, "nested more than"},
		{keys, maxKeys, "keys in one place"},
		{bare, maxKeys, "keys in one place"},
	} {
		for n, refused := range map[int]bool{shape.most: false, shape.most + 1: true} {
			_, err := Parse("w.yaml", []byte(shape.of(n)), testEnv, testKinds())
			if err == nil || strings.Contains(err.Error(), shape.want) != refused {
				t.Errorf("%d: refused as %q: %t, want %t: %.200v", n, shape.want, !refused, refused, err)
			}
		}
	}
}

func fill2(size int, piece func(int) string) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		b.WriteString(piece(i))
	}
	return b.String()
}

// TestEndsOfLines: the end of the line that a variable, a file or a block in the watchlist
// ends with is no part of a secret; a request with it in a header is never sent.
func TestEndsOfLines(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "secret"), []byte("of-a-file\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := func(name string) (string, bool) {
		v, ok := map[string]string{"UNIX": "xoxb-unix\n", "DOS": "xapp-dos\r", "BLANK": " \n"}[name]
		return v, ok
	}
	head := "contact: a@b.example\nwatch: [{name: W, terms: [w]}]\nsources: [{feed: https://x.example/}]\n"
	c, err := Parse(filepath.Join(dir, "w.yaml"), []byte(head+`slack:
  bot_token: ${env:UNIX}
  app_token: ${env:DOS}
  signing_secret: ${file:secret}
webhooks:
  - name: crm
    url: https://crm.example/hook
    secret: |
      of-the-watchlist
`), env, testKinds())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct {
		secret Secret
		want   string
	}{{c.Slack.BotToken, "xoxb-unix"}, {c.Slack.AppToken, "xapp-dos"}, {c.Slack.SigningSecret, "of-a-file"}, {c.Webhooks[0].Secret, "of-the-watchlist"}} {
		if got := s.secret.Reveal(); got != s.want {
			t.Errorf("%q, want %q", got, s.want)
		}
	}
	if _, err := Parse("w.yaml", []byte(head+"slack: {bot_token: \"${env:BLANK}\"}\n"), env, testKinds()); err == nil || !strings.Contains(err.Error(), "the environment variable BLANK is empty") {
		t.Errorf("a blank token: %v", err)
	}
}

// TestBlanksOfAPage: what is copied from a page has spaces that do not break, and editors
// leave tabs where nobody sees them.
func TestBlanksOfAPage(t *testing.T) {
	c, err := parseFile(t, "testdata/valid/blanks-of-a-page.yaml")
	if err != nil {
		t.Fatal(err)
	}
	got := []string{c.Contact, c.Watches[0].Name, c.Watches[0].Terms[0].Value, c.Watches[0].Terms[1].Value, c.Sources[0].Address, c.Sources[0].Watches[0].Value, c.Routes[0].To}
	if diff := cmp.Diff([]string{"pr@romashka.example", "Romashka", "Ромашка", "romashka", "https://news.example/rss", "Romashka", "#mentions"}, got); diff != "" {
		t.Error(diff)
	}
}

// TestWhoSignsInIsNotKnownHere: where a watchlist is checked without its secrets, a way to sign in
// that is written counts, whatever it is called where earshot runs.
func TestWhoSignsInIsNotKnownHere(t *testing.T) {
	for _, web := range []string{
		`{listen: "127.0.0.1:8080", public_url: "https://e.example", login: {slack: {client_id: "${env:ID}", client_secret: "${env:SECRET}", team: T1}}}`,
		`{listen: "127.0.0.1:8080", public_url: "https://e.example", proxy: {header: "${env:HEADER}", from: [127.0.0.1/32]}}`,
	} {
		path := filepath.Join(t.TempDir(), "w.yaml")
		text := "contact: a@b.example\nwatch: [{name: Acme, terms: [Acme]}]\nsources: [{feed: \"https://n.example/rss\"}]\nweb: " + web + "\n"
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := LoadForReading([]string{path}, func(string) (string, bool) { return "", false }, testKinds())
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range c.Warnings {
			if !strings.Contains(w.Msg, "is not set") {
				t.Errorf("%s: %v", web, w)
			}
		}
	}
}

// TestWarningsHideNoMistake: of either there is a limit of its own, and what is beyond that of the
// warnings is no mistake.
func TestWarningsHideNoMistake(t *testing.T) {
	many := "contact: a@b.example\nwatch: [{name: A, terms: [Acme]}]\nsources:\n"
	for i := range maxErrors + 50 {
		many += fmt.Sprintf("  - {feed: \"https://a%d.example/rss\", every: 30s}\n", i)
	}
	c, err := Parse("w.yaml", []byte(many), nil, testKinds())
	if err != nil {
		t.Fatalf("warnings alone: %v", err)
	}
	e := &Errors{List: c.Warnings}
	if last, said := c.Warnings[len(c.Warnings)-1].Error(), e.Summary(); last != "… and 50 more" || said != "250 warnings." {
		t.Errorf("%q, in all %q", last, said)
	}
	_, err = Parse("w.yaml", []byte(many+"routs: []\n"), nil, testKinds())
	if err == nil || !strings.Contains(err.Error(), `unknown key "routs"`) {
		t.Errorf("a mistake behind many warnings: %v", err)
	}
	e = &Errors{}
	_, err = Parse("w.yaml", []byte(many+strings.Repeat("  - fed: x\n", maxErrors+7)), nil, testKinds())
	e.Add(err) // as a caller does who has mistakes of its own
	e.Add(Error{Pos: Pos{File: "w.yaml", Line: 1, Column: 1}, Msg: "one more"})
	if n := len(e.List); e.List[n-2].Error() != "… and 7 more" || e.List[n-1].Error() != "… and 50 more" || !strings.HasPrefix(e.Summary(), "208 problems, 250 warnings.") {
		t.Errorf("the last are %v, in all %q", e.List[n-2:], e.Summary())
	}
}

// TestSecretFileOfAnEditor: a file that Notepad saved holds the secret and nothing more, and one
// that PowerShell wrote holds none.
func TestSecretFileOfAnEditor(t *testing.T) {
	dir := t.TempDir()
	for name, test := range map[string]struct{ data, secret, wrong string }{
		"plain":   {"xoxb-1-2-abc\n", "xoxb-1-2-abc", ""},
		"notepad": {"\ufeffxoxb-1-2-abc\r\n", "xoxb-1-2-abc", ""},
		"utf16":   {"\xff\xfex\x00o\x00x\x00b\x00", "", "is not UTF-8 text — save the file as UTF-8"},
		"zeros":   {"x\x00o\x00x\x00b\x00", "", "is not UTF-8 text — save the file as UTF-8"},
		"mark":    {"\ufeff\r\n", "", "is empty"},
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(test.data), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := Parse(filepath.Join(dir, "w.yaml"), []byte("contact: a@b.example\nwatch: [{name: A, terms: [Acme]}]\nsources: [{feed: \"https://a.example\"}]\n"+
			"slack: {bot_token: \"${file:"+name+"}\", app_token: xapp-1}\n"), nil, testKinds())
		if test.wrong != "" {
			if err == nil || !strings.Contains(err.Error(), "bot_token: the file "+name+" "+test.wrong) {
				t.Errorf("%s: %v", name, err)
			}
		} else if err != nil || c.Slack.BotToken.Reveal() != test.secret {
			t.Errorf("%s: %v", name, err)
		}
	}
}
