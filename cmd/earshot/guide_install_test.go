package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/testkit"
)

// TestTenMinutesInstalled does the first chapter from its very beginning: earshot is
// installed as the guide says, from the package, from the archive and by Go, out of what is
// published of this commit. Only the places of the system are put elsewhere.
func TestTenMinutesInstalled(t *testing.T) {
	if os.Getenv("EARSHOT_DRILL") != "full" {
		t.Skip("slow: builds what is published; EARSHOT_DRILL=full runs it")
	}
	if _, err := exec.LookPath("dpkg-deb"); err != nil {
		testkit.Require(t, "dist", "dpkg-deb absent")
	}
	source := checkout(t, filepath.Join(t.TempDir(), "source"))
	published := dist(t, source, "linux/amd64", "UMASK=022")
	ways := []struct{ name, in string }{{"package", published}, {"archive", published}, {"go", source}}
	for _, lang := range guideLanguages {
		var blocks []string
		for _, block := range guideBlock.FindAllStringSubmatch(guidePages(t, lang)["start.md"], -1) {
			if block[1] == "console" {
				blocks = append(blocks, block[2])
			}
		}
		if len(blocks) != len(ways) {
			t.Fatalf("%s names %d ways to install, want %d", lang, len(blocks), len(ways))
		}
		for i, way := range ways {
			t.Run(lang+"/"+way.name, func(t *testing.T) {
				newNewcomer(t, lang, installed(t, way.in, blocks[i])).follow()
			})
		}
	}
}

// installed does the steps of an installation in a folder, as nobody in particular, and
// returns where the program is then.
func installed(t *testing.T, in, steps string) (bin string) {
	t.Helper()
	system := t.TempDir()
	for name, does := range map[string]string{
		"sudo":    `exec "$@"`,
		"apt":     `[ "$1" = install ] && exec dpkg-deb -x "$2" "$SYSTEM"`,
		"install": `exec /usr/bin/install -D -t "$SYSTEM/usr/bin" "$1"`,
	} {
		if err := os.WriteFile(filepath.Join(system, name), []byte("#!/bin/sh\n"+does+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", strings.ReplaceAll(steps, "1.0.0", "1.2.3"))
	cmd.Dir = in
	cmd.Env = append(os.Environ(), "PATH="+system+":"+os.Getenv("PATH"), "SYSTEM="+system, "TZ=UTC")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s\n%v\n%s", steps, err, out)
	}
	bin = filepath.Join(system, "usr", "bin")
	if _, err := os.Stat(filepath.Join(bin, "earshot")); err != nil {
		t.Fatal(err)
	}
	return bin
}

// TestCommandsOfTheServiceHaveItsSecrets: the command that the guide gives for an installed
// service checks a watchlist whose tokens stand in the service's environment.
func TestCommandsOfTheServiceHaveItsSecrets(t *testing.T) {
	bin := binary(t)
	for _, lang := range guideLanguages {
		page := guidePages(t, lang)[filepath.Join("admin", "install.md")]
		var command string
		for _, block := range guideBlock.FindAllStringSubmatch(page, -1) {
			if block[1] == "console" {
				command = block[2]
			}
		}
		etc := t.TempDir()
		for name, text := range map[string]string{
			"env":            "SLACK_BOT_TOKEN=xoxb-0123456789abcdef0123456789\nSLACK_APP_TOKEN=xapp-0123456789abcdef0123456789\n",
			"watchlist.yaml": "contact: pr@romashka.example\nwatch: [{name: Romashka, terms: [Romashka Bank]}]\nsources: [{feed: \"https://news.example/rss\"}]\nroutes: [{to: \"#mentions\"}]\nslack: {bot_token: \"${env:SLACK_BOT_TOKEN}\", app_token: \"${env:SLACK_APP_TOKEN}\"}\n",
			"sudo":           "#!/bin/sh\n[ \"$1\" = -u ] && shift 2\nexec \"$@\"\n",
			"runuser":        "#!/bin/sh\nshift 3\nexec \"$@\"\n",
			"earshot":        "#!/bin/sh\nexec " + bin + " \"$@\"\n",
		} {
			if err := os.WriteFile(filepath.Join(etc, name), []byte(text), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		command = strings.ReplaceAll(strings.ReplaceAll(command, "/etc/earshot", etc), "check --probe", "check") // asks nobody
		cmd := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", command)
		cmd.Env = []string{"PATH=" + etc + ":" + os.Getenv("PATH")}
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "is good") {
			t.Errorf("%s: %s\n%v\n%s", lang, command, err, out)
		}
	}
}
