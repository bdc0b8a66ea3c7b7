package testkit

import (
	"bytes"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// PostgresServer is a real PostgreSQL of one test.
type PostgresServer struct {
	URL string // postgres://…; the same after a restart

	t    testing.TB
	bin  string // folder of the binaries
	data string
	opts string
	as   *syscall.Credential // PostgreSQL refuses to run as root
	up   bool
}

// Postgres starts PostgreSQL on a folder of its own and a free loopback port, as
// the user postgres when the test runs as root. It keeps nothing safe on disk
// (fsync off): it is fast and for tests alone. The first of a process takes a second to make its
// folder; those after it unpack a copy.
func Postgres(t testing.TB) *PostgresServer {
	t.Helper()
	bin := postgresBin()
	if bin == "" {
		Require(t, "postgres", "PostgreSQL absent (apt-get install postgresql)")
	}
	as, err := postgresUser()
	if err != nil {
		Require(t, "postgres", err.Error())
	}
	dir, err := os.MkdirTemp("", "earshot-pg-") // t.TempDir is closed to other users
	if err != nil {
		t.Fatal(err)
	}
	p := &PostgresServer{t: t, bin: bin, data: filepath.Join(dir, "data"), as: as}
	t.Cleanup(func() {
		p.Stop()
		_ = os.RemoveAll(dir)
	})
	if as != nil {
		if err := os.Chown(dir, int(as.Uid), int(as.Gid)); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.fill(dir); err != nil {
		t.Fatal(err)
	}
	port := FreePort(t)
	p.opts = fmt.Sprintf("-p %d -c listen_addresses=127.0.0.1 -c unix_socket_directories=%s -c fsync=off -c max_connections=300", port, dir)
	p.URL = fmt.Sprintf("postgres://earshot@127.0.0.1:%d/postgres?sslmode=disable", port)
	p.Start()
	return p
}

// emptyPostgres is a server's folder before its first start, packed, once a test of the process made one.
var emptyPostgres struct {
	sync.Mutex
	packed []byte
}

// fill makes the server's data in dir.
func (p *PostgresServer) fill(dir string) error {
	packed, err := p.initialize(dir)
	if err != nil || packed == nil {
		return err
	}
	unpack := exec.Command("tar", "-x", "-C", dir)
	unpack.Stdin = bytes.NewReader(packed)
	if p.as != nil {
		unpack.SysProcAttr = &syscall.SysProcAttr{Credential: p.as}
	}
	if out, err := unpack.CombinedOutput(); err != nil {
		return fmt.Errorf("postgres: unpack: %w\n%s", err, out)
	}
	return nil
}

// initialize makes the data and keeps a copy, or returns the copy that there is.
func (p *PostgresServer) initialize(dir string) ([]byte, error) {
	emptyPostgres.Lock()
	defer emptyPostgres.Unlock()
	if emptyPostgres.packed != nil {
		return emptyPostgres.packed, nil
	}
	if out, err := p.run("initdb", "-D", p.data, "-U", "earshot", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "--wal-segsize=1"); err != nil {
		return nil, fmt.Errorf("postgres: initdb: %w\n%s", err, out)
	}
	packed, err := exec.Command("tar", "-c", "-C", dir, filepath.Base(p.data)).Output()
	if err != nil {
		return nil, fmt.Errorf("postgres: pack: %w", err)
	}
	emptyPostgres.packed = packed
	return nil, nil
}

// Start starts a stopped server again, with its data.
func (p *PostgresServer) Start() {
	p.t.Helper()
	if p.up {
		return
	}
	log := filepath.Join(filepath.Dir(p.data), "log")
	if out, err := p.run("pg_ctl", "-D", p.data, "-o", p.opts, "-l", log, "-w", "-t", "120", "start"); err != nil {
		text, _ := os.ReadFile(log)
		p.t.Fatalf("postgres: start: %v\n%s\n%s", err, out, text)
	}
	p.up = true
}

// Stop ends the server at once, cutting its connections.
func (p *PostgresServer) Stop() {
	p.t.Helper()
	if !p.up {
		return
	}
	p.up = false
	if out, err := p.run("pg_ctl", "-D", p.data, "-m", "immediate", "-w", "stop"); err != nil {
		p.t.Errorf("postgres: stop: %v\n%s", err, out)
	}
}

func (p *PostgresServer) run(name string, args ...string) (string, error) {
	cmd := exec.Command(filepath.Join(p.bin, name), args...)
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), "LC_ALL=C")
	if p.as != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.as}
	}
	// A file and not a pipe: the server that pg_ctl leaves behind would keep a pipe open.
	out, err := os.CreateTemp("", "earshot-pg-out-")
	if err != nil {
		return "", err
	}
	defer os.Remove(out.Name())
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	err = cmd.Run()
	text, _ := os.ReadFile(out.Name())
	return strings.TrimSpace(string(text)), err
}

// Database makes an empty database on a server, by its address, and returns the address of
// the database.
func Database(t testing.TB, server string) string {
	t.Helper()
	name := fmt.Sprintf("t%d", time.Now().UnixNano())
	if out, err := exec.Command(filepath.Join(postgresBin(), "createdb"), "--maintenance-db="+server, name).CombinedOutput(); err != nil {
		t.Fatalf("postgres: createdb: %v\n%s", err, out)
	}
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	u.Path = "/" + name
	return u.String()
}

// postgresBin is the folder of the newest installed version.
func postgresBin() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/pg_ctl")
	best, bestVersion := "", -1.0
	for _, f := range found {
		dir := filepath.Dir(f)
		if v, err := strconv.ParseFloat(filepath.Base(filepath.Dir(dir)), 64); err == nil && v > bestVersion {
			best, bestVersion = dir, v
		}
	}
	if best == "" {
		if f, err := exec.LookPath("pg_ctl"); err == nil {
			best = filepath.Dir(f)
		}
	}
	return best
}

func postgresUser() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("running as root without a user postgres: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}
