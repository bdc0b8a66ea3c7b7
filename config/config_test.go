package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/earshot/earshot/internal/testkit"
)

var update = flag.Bool("update", false, "write the .want files anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// The options of the kinds that the fixtures use.
type (
	testAddress struct {
		Address  string `yaml:"address" required:"true" format:"url" doc:"Where it is." example:"https://news.example/rss"`
		Tolerant bool   `yaml:"tolerant"`
	}
	testPage struct {
		Address string            `yaml:"address" required:"true" format:"url"`
		Select  map[string]string `yaml:"select"`
		Accept  bool              `yaml:"i_accept_the_terms"`
	}
	testAppstore struct {
		ID        string   `yaml:"id" required:"true"`
		Countries []string `yaml:"countries"`
		Pages     int      `yaml:"pages"`
	}
	testTelegram struct {
		Channel string `yaml:"channel" required:"true" short:"true"`
		Query   string `yaml:"query"`
		Token   Secret `yaml:"token"`
	}
)

func testKinds() Kinds {
	return Kinds{"feed": testAddress{}, "forum": testAddress{}, "page": &testPage{}, "appstore": testAppstore{}, "telegram": &testTelegram{}, "hackernews": nil}
}

func testEnv(name string) (string, bool) {
	v, ok := map[string]string{"BOT_TOKEN": "xoxb-bot-value", "APP_TOKEN": "xapp-app-value", "TG": "123456789:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr", "EMPTY": "", "QUOTED": `"0123456789abcdef-token"`, "BLANK": "xapp-app-value "}[name]
	return v, ok
}

func parseFile(t testing.TB, path string) (*Config, error) {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Parse(path, src, testEnv, testKinds())
	return c, err
}

// golden compares text with the .want file beside path.
func golden(t *testing.T, path, got string) {
	t.Helper()
	testkit.Golden(t, strings.TrimSuffix(path, ".yaml")+".want", got, *update)
}

// TestInvalid reads one bad file for each mistake; the .want beside it holds
// what the user sees, to the letter.
func TestInvalid(t *testing.T) {
	files, _ := filepath.Glob("testdata/invalid/*.yaml")
	if len(files) < 60 {
		t.Fatalf("only %d bad files found", len(files))
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			_, err := parseFile(t, path)
			var many *Errors
			if !errors.As(err, &many) {
				t.Fatalf("no mistake was found: %v", err)
			}
			var b strings.Builder
			if err := many.Render(&b, false); err != nil {
				t.Fatal(err)
			}
			text := strings.ReplaceAll(b.String(), filepath.Dir(path)+"/", "")
			golden(t, path, text+many.Summary()+"\n")
			checkPositions(t, path, many)
		})
	}
}

// checkPositions fails when a mistake stands nowhere in the file.
func checkPositions(t testing.TB, path string, e *Errors) {
	t.Helper()
	for _, p := range e.List {
		if strings.HasPrefix(p.Msg, "… and ") {
			continue
		}
		if p.Pos.File != path || p.Pos.Line < 1 || p.Pos.Column < 1 || p.Pos.Line > len(p.doc.lines) || p.Pos.Column > len([]rune(p.doc.lines[p.Pos.Line-1]))+1 {
			t.Errorf("position %v is not in the file: %s", p.Pos, p.Msg)
		}
	}
}

// TestValid reads good files; the .want beside one holds its warnings.
func TestValid(t *testing.T) {
	files, _ := filepath.Glob("testdata/valid/*.yaml")
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".yaml"), func(t *testing.T) {
			c, err := parseFile(t, path)
			if err != nil {
				t.Fatal(err)
			}
			e := &Errors{List: c.Warnings}
			var b strings.Builder
			if err := e.Render(&b, false); err != nil {
				t.Fatal(err)
			}
			text := strings.ReplaceAll(b.String(), filepath.Dir(path)+"/", "")
			if s := e.Summary(); s != "" {
				text += s + "\n"
			}
			golden(t, path, text)
		})
	}
}

// TestTopics holds the topics of the watchlist against the scorer's.
func TestTopics(t *testing.T) {
	data, err := os.ReadFile("../sentiment/lexicon/common/topics.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for line := range strings.Lines(string(data)) {
		if word, _, ok := strings.Cut(line, "\t"); ok && word != "topic" && !strings.HasPrefix(line, "#") {
			want = append(want, word)
		}
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, Topics()); diff != "" {
		t.Errorf("(-scorer +watchlist):\n%s", diff)
	}
}
