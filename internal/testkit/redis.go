package testkit

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// RedisServer is a real redis-server of one test.
type RedisServer struct {
	Addr string // 127.0.0.1:port; the same after a restart

	t    testing.TB
	bin  string
	dir  string
	args []string
	mu   sync.Mutex
	cmd  *exec.Cmd
	done chan struct{}
}

// Redis starts a redis-server with an append-only file in a folder of its own,
// so that a restart keeps what was acknowledged. args are added to the command
// line ("--maxmemory", "1mb"). It is stopped when the test ends.
func Redis(t testing.TB, args ...string) *RedisServer {
	t.Helper()
	bin, err := exec.LookPath("redis-server")
	if err != nil {
		Require(t, "redis", "redis-server absent (apt-get install redis-server)")
	}
	r := &RedisServer{t: t, bin: bin, dir: t.TempDir(), args: args}
	for try := 0; ; try++ {
		r.Addr = fmt.Sprintf("127.0.0.1:%d", FreePort(t))
		err := r.start()
		if err == nil {
			break
		}
		if try == 2 { // another process may have taken the port
			t.Fatalf("redis: %v", err)
		}
	}
	t.Cleanup(r.Stop)
	return r
}

// URL is the address as a watchlist has it.
func (r *RedisServer) URL() string { return "redis://" + r.Addr + "/0" }

// Start starts a stopped server again, with its data.
func (r *RedisServer) Start() {
	r.t.Helper()
	if err := r.start(); err != nil {
		r.t.Fatalf("redis: %v", err)
	}
}

// Stop kills the server, as an outage does. A second Stop does nothing.
func (r *RedisServer) Stop() {
	r.mu.Lock()
	cmd, done := r.cmd, r.done
	r.cmd = nil
	r.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Kill()
	<-done
}

// Do sends one command in the inline protocol and returns the first line of the
// answer: for looking at raw keys without a client library.
func (r *RedisServer) Do(command string) (string, error) {
	conn, err := net.DialTimeout("tcp", r.Addr, 10*time.Second)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
	if _, err := fmt.Fprintf(conn, "%s\r\n", command); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	return strings.TrimSpace(line), err
}

func (r *RedisServer) start() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.cmd != nil {
		return nil
	}
	_, port, err := net.SplitHostPort(r.Addr)
	if err != nil {
		return err
	}
	log := filepath.Join(r.dir, "redis.log")
	args := append([]string{
		"--port", port, "--bind", "127.0.0.1", "--dir", r.dir, "--logfile", log,
		"--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--daemonize", "no",
	}, r.args...)
	cmd := exec.Command(r.bin, args...)
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() { _ = cmd.Wait(); close(done) }()
	gone := func() bool {
		select {
		case <-done:
			return true
		default:
			return false
		}
	}
	up := false
	waitFor(time.Minute, func() bool {
		answer, err := r.Do("PING")
		up = err == nil && answer == "+PONG"
		return up || gone()
	})
	if !up || gone() {
		_ = cmd.Process.Kill()
		<-done
		text, _ := os.ReadFile(log)
		return fmt.Errorf("%s did not start on %s: %s", r.bin, r.Addr, text)
	}
	r.cmd, r.done = cmd, done
	return nil
}
