package main

import (
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/earshot/earshot/internal/testkit"
)

// checkout is a commit of the files as they lie here, in a folder of its own: the same
// commit wherever it is made.
func checkout(t *testing.T, dir string) string {
	t.Helper()
	root := testkit.Root(t)
	list, err := exec.Command("git", "-C", root, "ls-files", "-z", "--cached", "--others", "--exclude-standard").Output()
	if err != nil {
		t.Skip("the files are in no git repository")
	}
	for _, name := range strings.Split(strings.Trim(string(list), "\x00"), "\x00") {
		from, to := filepath.Join(root, name), filepath.Join(dir, name)
		info, err := os.Lstat(from)
		if err != nil || !info.Mode().IsRegular() {
			continue // deleted and not committed yet, or a link
		}
		text, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, text, info.Mode().Perm()); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"init", "-q"}, {"add", "-A"}, {"commit", "-q", "--no-gpg-sign", "-m", "all"}, {"tag", "v1.2.3"}} {
		cmd := exec.Command("git", append([]string{"-C", dir}, args...)...)
		cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null",
			"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@example.com", "GIT_AUTHOR_DATE=2026-11-01T12:00:00Z",
			"GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@example.com", "GIT_COMMITTER_DATE=2026-11-01T12:00:00Z")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v\n%s", args[0], err, out)
		}
	}
	return dir
}

// dist makes the files of one target.
func dist(t *testing.T, dir, target string, env ...string) string {
	t.Helper()
	out := filepath.Join(dir, "dist")
	cmd := exec.Command("sh", "-c", `umask "$UMASK"; exec scripts/dist.sh dist `+target)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), env...)
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("dist: %v\n%s", err, said)
	}
	return out
}

// TestDistIsReproducible: two people who build one commit in different folders, zones and
// languages get the same bytes; and what they get can be installed, runs and can be removed.
func TestDistIsReproducible(t *testing.T) {
	if os.Getenv("EARSHOT_DRILL") != "full" {
		t.Skip("slow: builds what is published twice; EARSHOT_DRILL=full runs it")
	}
	for _, tool := range []string{"git", "dpkg-deb", "zip"} {
		if _, err := exec.LookPath(tool); err != nil {
			testkit.Require(t, "dist", tool+" absent")
		}
	}
	t.Parallel()
	first := dist(t, checkout(t, filepath.Join(t.TempDir(), "one")), "linux/amd64", "UMASK=022", "TZ=UTC", "LC_ALL=C")
	second := dist(t, checkout(t, filepath.Join(t.TempDir(), "another", "folder")), "linux/amd64", "UMASK=077", "TZ=Asia/Tokyo", "LC_ALL=C.UTF-8", "GOFLAGS=-buildvcs=false")
	sums := readFile(t, filepath.Join(first, "SHA256SUMS"))
	if other := readFile(t, filepath.Join(second, "SHA256SUMS")); sums != other {
		t.Errorf("two builds of one commit differ:\n%s\n%s", sums, other)
	}
	for _, name := range []string{"earshot_1.2.3_linux_amd64.tar.gz", "earshot_1.2.3_amd64.deb", "earshot_1.2.3_chart.tar.gz"} {
		if !strings.Contains(sums, name) {
			t.Errorf("no %s among\n%s", name, sums)
		}
	}
	chart, err := exec.Command("tar", "-xzOf", filepath.Join(first, "earshot_1.2.3_chart.tar.gz"), "earshot_1.2.3_chart/Chart.yaml").Output()
	if err != nil || !strings.Contains(string(chart), "\nversion: \"1.2.3\"\nappVersion: \"1.2.3\"\n") {
		t.Errorf("the chart does not take the image v1.2.3 (%v):\n%s", err, chart)
	}
	t.Run("archive", func(t *testing.T) { testArchive(t, filepath.Join(first, "earshot_1.2.3_linux_amd64.tar.gz")) })
	t.Run("deb", func(t *testing.T) { testDeb(t, filepath.Join(first, "earshot_1.2.3_amd64.deb")) })
}

// TestDebianVersions: apt takes what comes later for newer.
func TestDebianVersions(t *testing.T) {
	if _, err := exec.LookPath("dpkg"); err != nil {
		testkit.Require(t, "dist", "dpkg absent")
	}
	function := regexp.MustCompile(`(?ms)^debian\(\) \{$.*?^\}$`).FindString(readFile(t, filepath.Join(testkit.Root(t), "scripts/dist.sh")))
	before := ""
	for _, version := range []string{"ddc54faa", "v1.2.2", "v1.2.3-alpha.2", "v1.2.3-beta.1", "v1.2.3-rc.1", "v1.2.3-rc.1-4-gddc54faa", "v1.2.3-rc.2", "v1.2.3", "v1.2.3-5-gddc54faa", "v1.3.0"} {
		out, err := exec.Command("bash", "-euc", function+"\nSOURCE_DATE_EPOCH=1700000000\ndebian "+version).CombinedOutput()
		now := strings.TrimSpace(string(out))
		if err != nil {
			t.Fatalf("%s: %v %s", version, err, out)
		}
		if before != "" && exec.Command("dpkg", "--compare-versions", now, "gt", before).Run() != nil {
			t.Errorf("%s is the package %s, for apt no newer than %s", version, now, before)
		}
		before = now
	}
}

// testArchive unpacks and runs what a user downloads.
func testArchive(t *testing.T, archive string) {
	dir := t.TempDir()
	if out, err := exec.Command("tar", "-C", dir, "-xzf", archive).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	dir = filepath.Join(dir, "earshot_1.2.3_linux_amd64")
	out, err := exec.Command(filepath.Join(dir, "earshot"), "version").CombinedOutput()
	if err != nil || !regexp.MustCompile(`^earshot v1\.2\.3 \([0-9a-f]{12}\) go`).Match(out) {
		t.Errorf("version: %v\n%s", err, out)
	}
	for _, file := range regexp.MustCompile(`deploy/[a-z.]+`).FindAllString(readFile(t, filepath.Join("..", "..", "deploy", "earshot.service")), -1) {
		readFile(t, filepath.Join(dir, file)) // what the head of the unit says to install
	}
	// The libraries' licences ask to be passed on with the binary.
	licences := readFile(t, filepath.Join(dir, "THIRD-PARTY"))
	modules, err := exec.Command("go", "version", "-m", filepath.Join(dir, "earshot")).Output()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, m := range regexp.MustCompile(`(?m)^\tdep\t(\S+)\t(\S+)`).FindAllStringSubmatch(string(modules), -1) {
		n++
		_, text, found := strings.Cut(licences, "\n==== "+m[1]+"@"+m[2]+"\n")
		text, _, _ = strings.Cut(text, "\n==== ")
		if !found || len(text) < 200 {
			t.Errorf("THIRD-PARTY has no licence of %s: %.100q", m[1], text)
		}
	}
	if n < 20 {
		t.Errorf("only %d libraries in the binary: is the pattern still right?", n)
	}
}

// testDeb installs the package into an empty system, runs it there and purges it.
func testDeb(t *testing.T, deb string) {
	if os.Geteuid() != 0 {
		t.Skip("only root installs packages")
	}
	if _, err := exec.LookPath("lintian"); err == nil {
		if out, err := exec.Command("lintian", "--allow-root", "--fail-on", "error,warning", deb).CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("lintian: %v\n%s", err, out)
		}
	}
	root := t.TempDir()
	for _, dir := range []string{"var/lib/dpkg/updates", "var/lib/dpkg/info", "etc"} {
		if err := os.MkdirAll(filepath.Join(root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"var/lib/dpkg/status", "etc/passwd", "etc/group"} {
		if err := os.WriteFile(filepath.Join(root, name), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	dpkg := func(args ...string) string {
		t.Helper()
		out, err := exec.Command("dpkg", append([]string{"--root=" + root, "--force-script-chrootless", "--force-depends"}, args...)...).CombinedOutput()
		if err != nil {
			t.Fatalf("dpkg %s: %v\n%s", args, err, out)
		}
		return string(out)
	}
	dpkg("--install", deb)
	if out := dpkg("--verify", "earshot"); out != "" {
		t.Errorf("verify: %s", out)
	}
	if out, err := exec.Command(filepath.Join(root, "usr/bin/earshot"), "--version").CombinedOutput(); err != nil || !bytes.HasPrefix(out, []byte("earshot v1.2.3 ")) {
		t.Errorf("version: %v\n%s", err, out)
	}
	user := regexp.MustCompile(`(?m)^earshot:[^:]*:(\d+):(\d+):[^:]*:/var/lib/earshot:`).FindStringSubmatch(readFile(t, filepath.Join(root, "etc/passwd")))
	if user == nil {
		t.Fatalf("no user earshot in %s", readFile(t, filepath.Join(root, "etc/passwd")))
	}
	stat, err := exec.Command("stat", "-c", "%a %u %g", filepath.Join(root, "etc/earshot")).Output()
	if want := "750 0 " + user[2]; err != nil || strings.TrimSpace(string(stat)) != want {
		t.Errorf("/etc/earshot is %s, want %s (%v)", stat, want, err)
	}
	for file, begins := range map[string]string{"usr/share/bash-completion/completions/earshot": "# Completions of earshot for bash", "usr/share/zsh/vendor-completions/_earshot": "#compdef earshot",
		"usr/share/fish/vendor_completions.d/earshot.fish": "# Completions of earshot for fish"} {
		if text := readFile(t, filepath.Join(root, file)); !strings.HasPrefix(text, begins) {
			t.Errorf("%s begins %.60q", file, text)
		}
	}
	if page, err := exec.Command("gzip", "-dc", filepath.Join(root, "usr/share/man/man1/earshot.1.gz")).Output(); err != nil || !bytes.HasPrefix(page, []byte(".TH EARSHOT 1 2026-11-01 \"earshot v1.2.3\"")) {
		t.Errorf("the manual begins %.60q (%v)", page, err)
	}
	unit := filepath.Join(root, "usr/lib/systemd/system/earshot.service")
	if text := readFile(t, unit); !strings.Contains(text, "\nExecStart=/usr/bin/earshot run ") || !strings.HasPrefix(text, "[Unit]") {
		t.Errorf("the unit is\n%s", text)
	}
	if analyze, err := exec.LookPath("systemd-analyze"); err == nil {
		if out, err := exec.Command(analyze, "security", "--offline=true", "--threshold=20", unit).CombinedOutput(); err != nil {
			t.Errorf("the unit's exposure is above 2.0: %v\n%s", err, out)
		}
	}
	dpkg("--purge", "earshot")
	if left := leftovers(t, root); len(left) > 0 {
		t.Errorf("after the purge there is still %v", left)
	}
}

// leftovers are the files under root that are not of the system itself.
func leftovers(t *testing.T, root string) (left []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		own := strings.HasPrefix(rel, "var/lib/dpkg") || slices.Contains([]string{"etc/passwd", "etc/passwd-", "etc/group", "etc/group-", "etc/shadow", "etc/gshadow", "etc/.pwd.lock"}, rel)
		if !own && strings.Contains(rel, "earshot") || !own && !d.IsDir() {
			left = append(left, rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return left
}
