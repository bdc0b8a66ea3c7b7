package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/testkit"
)

// regexpOverstrike is how a terminal of paper shows bold and underlined letters.
var regexpOverstrike = regexp.MustCompile(".\x08")

// typed is a line that ends where the cursor stands, and some of what is offered there.
type typed struct {
	line      string
	want, not []string
}

var completions = []typed{
	{"earshot ", []string{"run", "check", "slack", "completion", "help"}, []string{"man", "manifest", "--log", "watchlist.yaml"}},
	{"earshot re", []string{"report", "restore"}, []string{"run"}},
	{"earshot help ch", []string{"check"}, nil},
	{"earshot check --", []string{"--probe", "--no-secrets", "--lang", "--config", "--log-level"}, []string{"--since", "run"}},
	{"earshot check -", []string{"--live"}, nil},
	{"earshot report --", []string{"--since", "--csv"}, []string{"--probe"}},
	{"earshot check --lang ", []string{"en", "ru", "uk", "bg"}, []string{"watchlist.yaml"}},
	{"earshot --log json check --lang u", []string{"uk"}, []string{"en"}},
	{"earshot check -c ", []string{"watchlist.yaml", "two words.yaml"}, []string{"run"}},
	{"earshot check -c watch", []string{"watchlist.yaml"}, nil},
	{"earshot -c run check --", []string{"--probe"}, nil}, // run is a file here
	{"earshot slack ", []string{"manifest"}, []string{"run"}},
	{"earshot slack manifest --", []string{"--interactions"}, nil},
	{"earshot restore ", []string{"watchlist.yaml"}, nil},
	{"earshot completion ", []string{"bash", "zsh", "fish"}, []string{"watchlist.yaml"}},
	{"earshot run ", nil, []string{"watchlist.yaml", "check"}},
}

func (c typed) check(t *testing.T, offered []string) {
	t.Helper()
	for _, word := range c.want {
		if !slices.Contains(offered, word) {
			t.Errorf("%q: %q is not among %q", c.line, word, offered)
		}
	}
	for _, word := range c.not {
		if slices.Contains(offered, word) {
			t.Errorf("%q: %q is among %q", c.line, word, offered)
		}
	}
}

// shellFolder is where the lines are typed.
func shellFolder(t *testing.T, shell string) (dir, script string) {
	t.Helper()
	if _, err := exec.LookPath(shell); err != nil {
		testkit.Require(t, shell, "the shell is absent")
	}
	dir = t.TempDir()
	for _, name := range []string{"watchlist.yaml", "two words.yaml"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	script = filepath.Join(t.TempDir(), "_earshot")
	if err := os.WriteFile(script, []byte(printed(t, noEnv, "completion", shell)), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir, script
}

func shellSays(t *testing.T, dir string, args ...string) []string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), args[0], args[1:]...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+filepath.Join(os.TempDir(), "none"), "TERM=dumb")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v\n%s", args[0], err, out)
	}
	return strings.Split(strings.TrimRight(string(out), "\n"), "\n")
}

// TestBashCompletes types into a real bash.
func TestBashCompletes(t *testing.T) {
	t.Parallel()
	dir, script := shellFolder(t, "bash")
	for _, c := range append(completions, typed{"earshot check --lang=", []string{"en", "bg"}, nil}, typed{"earshot check --lang=b", []string{"bg"}, []string{"en"}}) {
		// Bash takes = for the end of a word.
		words := strings.Split(strings.ReplaceAll(c.line, "=", " = "), " ")
		if strings.HasSuffix(c.line, "=") {
			words = words[:len(words)-1]
		}
		c.check(t, shellSays(t, dir, append([]string{"bash", "--norc", "-uc", `. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _earshot; printf '%s\n' ${COMPREPLY[@]+"${COMPREPLY[@]}"}`, script}, words...)...))
	}
}

// TestFishCompletes asks a real fish.
func TestFishCompletes(t *testing.T) {
	t.Parallel()
	dir, script := shellFolder(t, "fish")
	for _, c := range append(completions, typed{"earshot check --lang=b", []string{"--lang=bg"}, nil}) {
		if strings.Contains(c.line, "-c run ") {
			continue // it takes the file's name for a command, and offers what belongs to both
		}
		said := shellSays(t, dir, "fish", "--no-config", "-c", `source $argv[1]; complete -C $argv[2]`, script, c.line)
		for i, line := range said { // a word, a tab, what it does
			said[i], _, _ = strings.Cut(line, "\t")
		}
		c.check(t, said)
	}
}

// TestZshReads: a real zsh reads the script, takes it for earshot's, and all the functions
// that it calls are there.
func TestZshReads(t *testing.T) {
	t.Parallel()
	dir, script := shellFolder(t, "zsh")
	said := shellSays(t, dir, "zsh", "-fc", `fpath=(${1:h} $fpath); autoload -Uz compinit; compinit -u -D; print $_comps[earshot]
_arguments() { print -r -- "$funcstack[2] $*"; state=$want; line=($at) }
_describe() { print -r -- $commands }
want=command; _earshot
want=rest; at=(slack); _earshot
want=rest; at=(check); _earshot`, "zsh", script)
	all := strings.Join(said, "\n")
	if said[0] != "_earshot" {
		t.Errorf("zsh completes earshot by %q", said[0])
	}
	for _, want := range []string{"run:Listen", "_earshot_slack ", "_earshot_check ", "--lang=[The language of what is said]:lang:(en ru uk bg)", "--probe[", ":config:_files"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not among\n%s", want, all)
		}
	}
}

// TestManual: the page is without a mistake for the two programs that show such pages, and
// every command and flag of help stands in it.
func TestManual(t *testing.T) {
	t.Parallel()
	page := printed(t, withEnv(map[string]string{"SOURCE_DATE_EPOCH": "1793534400"}), "man")
	if !strings.HasPrefix(page, ".TH EARSHOT 1 2026-11-01 ") {
		t.Errorf("it begins %.60q", page)
	}
	path := filepath.Join(t.TempDir(), "earshot.1")
	if err := os.WriteFile(path, []byte(page), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"mandoc", "-Tlint", path}, {"groff", "-man", "-ww", "-z", path}} {
		if _, err := exec.LookPath(args[0]); err != nil {
			testkit.Require(t, args[0], "it is absent")
		}
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("%s: %v\n%s", args[0], err, out)
		}
	}
	shown, err := exec.Command("mandoc", "-Tascii", path).Output()
	if err != nil {
		t.Fatal(err)
	}
	text := regexpOverstrike.ReplaceAllString(string(shown), "")
	for _, want := range []string{"earshot check", "earshot slack manifest", "--no-secrets", "-c, --config=FILE", "EARSHOT_CONFIG", "backup <file>", "uk, bg", "EXIT STATUS"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in the manual", want)
		}
	}
	if strings.Contains(text, "Print the manual page") {
		t.Error("a hidden command is shown")
	}
}
