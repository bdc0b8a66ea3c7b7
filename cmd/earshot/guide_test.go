package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/alecthomas/kong"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/cmd/earshot/internal/demosites"
	"github.com/earshot/earshot/internal/fakeslack"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
	"github.com/earshot/earshot/mention"
)

// guideLanguages are the languages of docs/guide.
var guideLanguages = []string{"bg", "en", "ru", "uk"}

// guidePages are the pages of the guide in a language, by their names in its folder.
func guidePages(t *testing.T, lang string) map[string]string {
	t.Helper()
	dir := filepath.Join(testkit.Root(t), "docs", "guide", lang)
	pages := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".md" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		pages[name] = string(text)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return pages
}

// TestGuideHasTheSameChapters: a reader of any language finds the same chapters.
func TestGuideHasTheSameChapters(t *testing.T) {
	shape := func(pages map[string]string) (all []string) {
		for name, text := range pages {
			all = append(all, fmt.Sprintf("%s: %d chapters, %d blocks", name, strings.Count(text, "\n## "), strings.Count(text, "\n```")/2))
		}
		slices.Sort(all)
		return all
	}
	want := strings.Join(shape(guidePages(t, "en")), "\n")
	if strings.Count(want, "\n") < 9 {
		t.Fatalf("the pages in English are only\n%s", want)
	}
	for _, lang := range guideLanguages {
		if got := strings.Join(shape(guidePages(t, lang)), "\n"); got != want {
			t.Errorf("%s has\n%s\nen has\n%s", lang, got, want)
		}
	}
}

// included is a ready watchlist in a page: where it comes from, and the block below.
var included = regexp.MustCompile("(?m)^<!-- (examples/\\S+) -->\n\n(?:```yaml\n((?s:.*?))^```\n)?")

// TestGuideWatchlistsAreFresh: the whole watchlists that the guide shows are the examples,
// which are tested. EARSHOT_UPDATE writes them.
func TestGuideWatchlistsAreFresh(t *testing.T) {
	root := testkit.Root(t)
	for _, lang := range guideLanguages {
		page := filepath.Join(root, "docs", "guide", lang, "watchlists.md")
		text, err := os.ReadFile(page)
		if err != nil {
			t.Error(err)
			continue
		}
		n := 0
		fresh := included.ReplaceAllStringFunc(string(text), func(block string) string {
			n++
			from := included.FindStringSubmatch(block)[1]
			if folder := strings.TrimSuffix(from, "config/watchlist.yaml"); !strings.Contains(string(text), "](../../../"+folder+"README.md)") {
				t.Errorf("%s does not lead to %s, where the rest of it lies", page, folder)
			}
			example, err := os.ReadFile(filepath.Join(root, from))
			if err != nil {
				t.Fatal(err)
			}
			return fmt.Sprintf("<!-- %s -->\n\n```yaml\n%s```\n", from, example)
		})
		if n != 5 {
			t.Errorf("%s shows %d watchlists, want 5", page, n)
		}
		if fresh == string(text) {
			continue
		}
		if os.Getenv("EARSHOT_UPDATE") == "" {
			t.Errorf("%s does not show the examples as they are: make docs", page)
		} else if err := os.WriteFile(page, []byte(fresh), 0o644); err != nil {
			t.Error(err)
		}
	}
}

var (
	bold      = regexp.MustCompile(`\*\*([^*\n]+)\*\*`)
	buttonRow = regexp.MustCompile(`(?m)^\| (\*\*[^|]*) \| (\*\*[^|]*) \| [^|]* \|$`)
)

// TestGuideNamesWhatIsThere: what stands in bold in the guide stands on a button or a page
// of that language, word for word; of the table of buttons in Slack and in the inbox, each in its column.
func TestGuideNamesWhatIsThere(t *testing.T) {
	for _, lang := range guideLanguages {
		words, of := map[string]bool{}, map[string]map[string]bool{"slack": {}, "web": {}}
		files, err := filepath.Glob(filepath.Join(testkit.Root(t), "internal", "i18n", "*"+lang+".tsv"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for line := range strings.Lines(string(text)) {
				if key, shown, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
					words[shown] = true
					switch room, _, _ := strings.Cut(key, "."); room {
					case "slack", "web":
						of[room][shown] = true
					case "verb", "until", "dismiss", "press": // buttons at both doors
						of["slack"][shown], of["web"][shown] = true, true
					}
				}
			}
		}
		n := 0
		for name, text := range guidePages(t, lang) {
			for _, m := range bold.FindAllStringSubmatch(text, -1) {
				n++
				if !words[m[1]] {
					t.Errorf("%s/%s: **%s** stands nowhere in the program", lang, name, m[1])
				}
			}
		}
		rows := buttonRow.FindAllStringSubmatch(guidePages(t, lang)["desk.md"], -1)
		if len(rows) != 9 {
			t.Errorf("%s: the table of buttons has %d rows, want 9", lang, len(rows))
		}
		for _, row := range rows {
			for i, room := range []string{"slack", "web"} {
				for _, m := range bold.FindAllStringSubmatch(row[i+1], -1) {
					if !of[room][m[1]] {
						t.Errorf("%s/desk.md: **%s** stands nowhere in %s", lang, m[1], room)
					}
				}
			}
		}
		if n < 40 {
			t.Errorf("%s: only %d names in bold: is the pattern still right?", lang, n)
		}
	}
}

// TestGuideNumbersAreTrue: how many complaints are a storm, and how long a mute lasts, as the program has it.
func TestGuideNumbersAreTrue(t *testing.T) {
	for _, lang := range guideLanguages {
		desk := guidePages(t, lang)["desk.md"]
		for _, number := range []string{fmt.Sprintf("(%d ", alerts.StormLeast), fmt.Sprintf(" %d ", int(mention.MuteFor.Hours()/24))} {
			if !strings.Contains(desk, number) {
				t.Errorf("%s/desk.md does not say %q", lang, number)
			}
		}
	}
}

var (
	codeBlock     = regexp.MustCompile("(?ms)^```\\w*\n(.*?)^```")
	codeSpan      = regexp.MustCompile("`([^`\n]+)`")
	indentedCode  = regexp.MustCompile(`(?m)^    +(.*)$`)
	quotedCommand = regexp.MustCompile(`(?:^|[\s(;&]|\s\.?/)(?:earshot (?:-- )?)*earshot ((?:-|[a-z])[^|;&>#\n]*)`)
)

// TestQuotedCommandsExist: every command of earshot that a page quotes exists, with its
// options.
func TestQuotedCommandsExist(t *testing.T) {
	parser, err := kong.New(&commands{}, kong.Name("earshot"))
	if err != nil {
		t.Fatal(err)
	}
	root := testkit.Root(t)
	n := 0
	for _, dir := range []string{"docs", "examples", "README.md", "SECURITY.md"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".md" || filepath.Base(filepath.Dir(path)) == "adr" {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			page := string(text)
			var code []string
			for _, m := range codeBlock.FindAllStringSubmatch(page, -1) {
				code = append(code, m[1])
			}
			page = codeBlock.ReplaceAllString(page, "")
			for _, pattern := range []*regexp.Regexp{codeSpan, indentedCode} {
				for _, m := range pattern.FindAllStringSubmatch(page, -1) {
					code = append(code, m[1])
				}
			}
			for _, part := range code {
				for _, m := range quotedCommand.FindAllStringSubmatch(part, -1) {
					n++
					if wrong := unknownCommand(parser.Model.Node, strings.Fields(m[1])); wrong != "" {
						rel, _ := filepath.Rel(root, path)
						t.Errorf("%s quotes `earshot %s`: %s", rel, strings.TrimSpace(m[1]), wrong)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if n < 100 {
		t.Errorf("only %d commands: is the pattern still right?", n)
	}
}

// unknownCommand says what of a command line does not exist.
func unknownCommand(at *kong.Node, words []string) string {
	flags := slices.Clone(at.Flags)
	for _, word := range words {
		if word == "…" || word == "earshot" { // the user of that name, before the command
			continue
		}
		word = strings.Trim(word, "`.,:)\"'")
		name, _, _ := strings.Cut(word, "=")
		switch {
		case strings.HasPrefix(name, "--"):
			if !slices.ContainsFunc(flags, func(f *kong.Flag) bool { return "--"+f.Name == name }) && name != "--version" {
				return "no option " + name
			}
		case strings.HasPrefix(name, "-") || len(at.Children) == 0 || name == "help":
		default:
			i := slices.IndexFunc(at.Children, func(c *kong.Node) bool { return c.Name == name })
			if i < 0 {
				return "no command " + name
			}
			at = at.Children[i]
			flags = append(flags, at.Flags...)
		}
	}
	return ""
}

// firstComplaint is what stands on the page of reviews in the guide's first ten minutes.
var firstComplaint = map[string]string{
	"en": "Romashka Bank charged me twice and refuses to refund. Third week of silence.",
	"uk": "Ромашка Банк двічі списав із мене гроші й третій тиждень їх не повертає, підтримка мовчить.",
	"ru": "Ромашка Банк дважды списал деньги и третью неделю их не возвращает, поддержка молчит.",
	"bg": "Ромашка Банк ми удържа парите два пъти и трета седмица не ги връща, никой не вдига телефона.",
}

// TestTenMinutes does what the guide's first chapter says, step for step as it stands there,
// in each language: the first alert comes. Only real sites and the real Slack are replaced.
// Then it runs the commands of the other chapters.
func TestTenMinutes(t *testing.T) {
	if testing.Short() {
		t.Skip("slow: runs the binary")
	}
	t.Parallel()
	for _, lang := range guideLanguages {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			s := newNewcomer(t, lang, filepath.Dir(binary(t)))
			s.follow()
			s.goOn()
		})
	}
}

// guideBlock is a block of a page: its kind and its text.
var guideBlock = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```")

// newcomer follows the guide.
type newcomer struct {
	t        *testing.T
	lang     string
	slack    *fakeslack.Server
	dir      string // holds the folder that the guide makes
	bin      string // where earshot is installed
	answers  string
	redirect *strings.Replacer // addresses and tokens of the guide to those of the test
}

func newNewcomer(t *testing.T, lang, bin string) *newcomer {
	t.Helper()
	s := &newcomer{t: t, lang: lang, bin: bin, dir: t.TempDir()}
	site := httptest.NewServer(demosites.New(time.Now, []demosites.Post{
		{Place: "reviews", After: -26 * time.Hour, Author: "Olena", Stars: 1, Text: firstComplaint[lang]},
		{Place: "reviews", After: -25 * time.Hour, Author: "Stoyan", Stars: 5, Text: "Romashka Bank: quick and friendly."},
		{Place: "forum", After: -time.Hour, Author: "old", Text: "Romashka Bank lost my documents and refuses to answer."},
		{Place: "news", After: -time.Hour, Author: "desk", Title: "News", Text: "Romashka Bank opened a branch."},
	}))
	t.Cleanup(site.Close)
	var err error
	if s.slack, err = fakeslack.Start(fakeslack.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.slack.Close)
	s.redirect = strings.NewReplacer("https://news.example/rss", site.URL+"/news.rss", "https://forum.example/viewtopic.php", site.URL+"/forum/viewtopic.php",
		"https://reviews.example/romashka", site.URL+"/reviews/romashka-bank", "xoxb-…", "xoxb-fake-bot-token", "xapp-…", "xapp-fake-app-token")
	for _, block := range guideBlock.FindAllStringSubmatch(guidePages(t, lang)["start.md"], -1) {
		if block[1] == "answers" {
			s.answers = s.redirect.Replace(block[2])
		}
	}
	if err := os.WriteFile(filepath.Join(s.dir, "state"), []byte("cd '"+s.dir+"'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// follow does the chapter's steps, until the first alert stands in Slack.
func (s *newcomer) follow() {
	s.t.Helper()
	began, ran := time.Now(), 0
	for _, block := range guideBlock.FindAllStringSubmatch(guidePages(s.t, s.lang)["start.md"], -1) {
		switch text := strings.TrimSpace(block[2]); {
		case block[1] == "yaml":
			s.edit(block[2])
		case block[1] != "sh":
		case text == "earshot demo":
			s.while(text, "/inbox", func() bool { return true })
			ran++
		case text == "earshot run":
			s.while(text, "watchlist in use", s.alerted)
			ran++
		default:
			s.do(text)
			ran++
		}
	}
	if ran != 7 || !s.alerted() {
		s.t.Errorf("%d steps were done, want 7; the alert stands in Slack: %v", ran, s.alerted())
	}
	s.t.Logf("%d steps took the machine %s", ran, time.Since(began).Round(100*time.Millisecond))
}

// shell is a command in the newcomer's shell, which knows the folder and the variables that
// the steps before left.
func (s *newcomer) shell(command string) *exec.Cmd {
	cmd := exec.CommandContext(s.t.Context(), "bash", "-euo", "pipefail", "-c", ". '"+s.dir+"/state'\n"+command)
	cmd.Env = []string{"PATH=" + s.bin + ":" + os.Getenv("PATH"), "HOME=" + s.dir, "LANG=C.UTF-8", "TZ=UTC"}
	cmd.Stdin = strings.NewReader(s.answers)
	return cmd
}

// goOn runs the commands of the chapters behind the first, in the same folder. What is asked
// about a text says, in the language of the watchlist, that the text would alert.
func (s *newcomer) goOn() {
	s.t.Helper()
	ran := 0
	for _, page := range []string{"watchlists.md", "desk.md", "report.md"} {
		for _, block := range guideBlock.FindAllStringSubmatch(guidePages(s.t, s.lang)[page], -1) {
			if block[1] != "sh" {
				continue
			}
			ran++
			if out := s.do(block[2]); strings.HasPrefix(block[2], "echo ") && !strings.Contains(out, speaks(s.lang).Text("score.would")+": ") {
				s.t.Errorf("%s: %s says\n%s", page, block[2], out)
			}
		}
	}
	if ran != 4 {
		s.t.Errorf("%d commands behind the first chapter, want 4", ran)
	}
}

// do runs a step to its end and returns what it said.
func (s *newcomer) do(step string) string {
	s.t.Helper()
	out, err := s.shell(s.redirect.Replace(step) + "\n{ export -p; printf 'cd %q\\n' \"$PWD\"; } > '" + s.dir + "/state'").CombinedOutput()
	if err != nil {
		s.t.Fatalf("%s\n%v\n%s", step, err, out)
	}
	return string(out)
}

// while runs a step until it has said something and holds, and ends it as Ctrl-C does.
func (s *newcomer) while(step, says string, holds func() bool) {
	s.t.Helper()
	cmd, log := s.shell("exec "+step), &testkit.Output{}
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	defer func() {
		_ = cmd.Process.Signal(syscall.SIGINT)
		if err := cmd.Wait(); err != nil {
			s.t.Errorf("%s: Ctrl-C: %v\n%s", step, err, log)
		}
	}()
	for end := time.Now().Add(2 * time.Minute); !strings.Contains(log.String(), says) || !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Errorf("%s: not within two minutes\n%s\nin Slack: %v", step, log, s.slack.Messages("#mentions"))
			return
		}
	}
}

// edit puts the sources that the guide shows into the watchlist, which must be those that
// init wrote, and lets it reach loopback and the Slack of the test.
func (s *newcomer) edit(sources string) {
	s.t.Helper()
	path := filepath.Join(s.dir, "my-earshot", "watchlist.yaml")
	text, err := os.ReadFile(path)
	if err != nil {
		s.t.Fatal(err)
	}
	sources = s.redirect.Replace(sources)
	for _, address := range regexp.MustCompile(`http\S+`).FindAllString(sources, -1) {
		if !bytes.Contains(text, []byte(address)) {
			s.t.Errorf("init did not write %s", address)
		}
	}
	whole := regexp.MustCompile(`(?ms)^sources:.*?\n\n`).ReplaceAllLiteralString(string(text), sources+"\n")
	whole = regexp.MustCompile(`(?m)^  app_token: .*$`).ReplaceAllString(whole, "$0\n  api_url: "+s.slack.URL())
	whole += "fetch: {hosts: {127.0.0.1: {gap: 0s}}, allow_private: [127.0.0.0/8]}\n"
	if err := os.WriteFile(path, []byte(whole), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// alerted says whether exactly the first complaint stands in Slack, in the newcomer's
// language.
func (s *newcomer) alerted() bool {
	catalog, err := i18n.New()
	if err != nil {
		s.t.Fatal(err)
	}
	messages := s.slack.Messages("#mentions")
	return len(messages) == 1 && strings.Contains(messages[0].Text, firstComplaint[s.lang]) &&
		strings.Contains(messages[0].Text, catalog.In(s.lang).Text("case.open"))
}
