package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// TestRedisOfCompose: Redis starts as the compose files have it started. No engine runs containers where
// tests run, so what the image and the file say of its user, its rights and its folder is done by hand.
func TestRedisOfCompose(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root gives rights away")
	}
	for _, tool := range []string{"redis-server", "setpriv"} {
		if _, err := exec.LookPath(tool); err != nil {
			testkit.Require(t, "redis", tool+" absent")
		}
	}
	for _, file := range []string{"compose.yaml", "compose.replicas.yaml"} {
		t.Run(file, func(t *testing.T) {
			s := services(t, filepath.Join(testkit.Root(t), "deploy", file))["redis"]
			cmd := inItsContainer(t, s)
			log := &testkit.Output{}
			cmd.Stdout, cmd.Stderr = log, log
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			go func() { _ = cmd.Wait(); close(ended) }()
			defer func() { _ = cmd.Process.Signal(syscall.SIGTERM); <-ended }()
			for end := time.Now().Add(30 * time.Second); !strings.Contains(log.String(), "eady to accept connections"); {
				select {
				case <-ended:
					t.Fatalf("it ended at once:\n%s", log)
				case <-time.After(20 * time.Millisecond):
				}
				if time.Now().After(end) {
					t.Fatalf("it is not ready:\n%s", log)
				}
			}
		})
	}
}

// inItsContainer is the command of a service that runs the image of Redis. The image's folder /data is its
// user's, and its entry point becomes that user only when it is given redis-server itself to run.
func inItsContainer(t *testing.T, service map[string]any) *exec.Cmd {
	t.Helper()
	const uid, gid = 999, 1000
	dir := filepath.Join(t.TempDir(), "data")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for up := filepath.Dir(dir); up != os.TempDir() && up != "/"; up = filepath.Dir(up) { // the test's folders are for root alone
		if err := os.Chmod(up, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chown(dir, uid, gid); err != nil {
		t.Fatal(err)
	}
	var command []string
	for _, word := range service["command"].([]any) {
		command = append(command, strings.ReplaceAll(word.(string), "$$", "$"))
	}
	command[len(command)-1] += fmt.Sprintf(" --port 0 --unixsocket %s", filepath.Join(filepath.Dir(dir), "s"))
	rights := "-all"
	if added, ok := service["cap_add"].([]any); ok {
		for _, name := range added {
			rights += ",+" + strings.ToLower(name.(string))
		}
	}
	args := []string{"--no-new-privs", "--inh-caps", "-all", "--bounding-set", rights}
	if service["user"] == "redis" || command[0] == "redis-server" {
		args = append(args, "--reuid", fmt.Sprint(uid), "--regid", fmt.Sprint(gid), "--clear-groups")
	}
	cmd := exec.Command("setpriv", append(args, command...)...)
	cmd.Dir, cmd.Env = dir, []string{"PATH=" + os.Getenv("PATH"), "REDIS_PASSWORD=a-long-random-word"}
	return cmd
}
