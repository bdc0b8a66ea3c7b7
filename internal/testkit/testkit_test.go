package testkit

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func get(t *testing.T, url string, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	tr := &http.Transport{DisableKeepAlives: true}
	res, err := tr.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return res.StatusCode, "torn: " + string(b)
	}
	return res.StatusCode, string(b)
}

func TestRecording(t *testing.T) {
	s := PlayText(t, `
# a forum
GET /t?a=1&b=2
200
Content-Type: text/plain
text: see {{base}}/x
text: second line

GET /feed once
200
ETag: "1"
text: old

GET /feed
304

GET /torn
200
text: 0123456789
cut: 4

GET /zip
200
gzip: yes
text: small

GET /any*
200
text: any
`)
	for _, c := range []struct{ path, want string }{
		{"/t?b=2&a=1", "see " + s.URL + "/x\nsecond line"},
		{"/feed", "old"}, {"/torn", "torn: 0123"}, {"/zip", "small"}, {"/any/thing?x", "any"},
	} {
		if _, body := get(t, s.URL+c.path); body != c.want {
			t.Errorf("%s: got %q, want %q", c.path, body, c.want)
		}
	}
	if status, _ := get(t, s.URL+"/feed"); status != 304 {
		t.Errorf("second answer: %d", status)
	}
	if status, _ := get(t, s.URL+"/robots.txt"); status != 404 {
		t.Errorf("robots.txt: %d", status)
	}
	if n := s.Count("/feed"); n != 2 {
		t.Errorf("count = %d", n)
	}
	s.Rewind()
	if status, _ := get(t, s.URL+"/feed", "If-None-Match", `"1"`); status != 304 {
		t.Errorf("conditional: %d", status)
	}
	if most := s.MostAtOnce("127.0.0.1"); most != 1 {
		t.Errorf("most at once = %d", most)
	}
	if len(s.Requests()) != 1 {
		t.Error("Rewind kept what was seen")
	}
	s.Lax()
}

func TestParseRecordingErrors(t *testing.T) {
	for _, c := range []struct{ recording, want string }{
		{"GET\n200\n", "recording:1: want a request"},
		{"GET /x twice\n200\n", `recording:1: unknown mark "twice"`},
		{"GET /x\nok\n", "recording:2:"},
		{"GET /x\n999\n", "recording:2: 999 is no status"},
		{"GET /x\n\n", "recording:2: the status is missing"},
		{"GET /x", "no status"},
		{"GET /x\n200\nsize: 3\n", `recording:3: unknown directive "size"`},
		{"GET /x\n200\nbody: ../etc/passwd\n", "recording:3:"},
	} {
		_, err := ParseRecording("recording", []byte(c.recording), func(name string) ([]byte, error) { return os.ReadFile(filepath.Join(t.TempDir(), name)) })
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want %q", c.recording, err, c.want)
		}
	}
}

// failing is a test that may fail without failing this one.
type failing struct {
	*testing.T
	failed, skipped string
	cleanup         []func()
}

func (f *failing) Errorf(s string, _ ...any) { f.failed += s }
func (f *failing) Fatalf(s string, _ ...any) { f.failed += s; panic(f) }
func (f *failing) Skipf(s string, _ ...any)  { f.skipped += s; panic(f) }
func (f *failing) Failed() bool              { return f.failed != "" }
func (f *failing) Cleanup(c func())          { f.cleanup = append(f.cleanup, c) }

func TestRecordingFailsTheTest(t *testing.T) {
	f := &failing{T: t}
	PlayText(f, "GET /x\n200\n")
	for _, c := range f.cleanup {
		c()
	}
	if !strings.Contains(f.failed, "never asked for") {
		t.Errorf("an unused entry passed: %q", f.failed)
	}
	f = &failing{T: t}
	s := PlayText(f, "GET /x maybe\n200\n")
	get(t, s.URL+"/y")
	for _, c := range f.cleanup {
		c()
	}
	if !strings.Contains(f.failed, "unexpected request") {
		t.Errorf("an unexpected request passed: %q", f.failed)
	}
}

func TestRequire(t *testing.T) {
	for _, c := range []struct {
		env   string
		fails bool
	}{{"", false}, {"redis", false}, {"redis,shared", true}} {
		t.Setenv(RequireEnv, c.env)
		f := &failing{T: t}
		func() {
			defer func() { _ = recover() }()
			Require(f, "shared", "shared absent")
		}()
		if (f.failed != "") != c.fails || (f.skipped != "") == c.fails {
			t.Errorf("%q: failed %q, skipped %q", c.env, f.failed, f.skipped)
		}
	}
}

func TestRedis(t *testing.T) {
	r := Redis(t)
	p := NewProxy(t, r.Addr)
	direct := &RedisServer{Addr: p.Addr}
	if got, err := direct.Do("SET k v"); err != nil || got != "+OK" {
		t.Fatalf("through the proxy: %q, %v", got, err)
	}
	p.SetDeaf(true)
	if got, err := direct.Do("SET k deaf"); err == nil {
		t.Fatalf("deaf: %q", got)
	}
	p.SetDeaf(false)
	p.SetDown(true)
	if got, err := direct.Do("PING"); err == nil {
		t.Fatalf("down: %q", got)
	}
	p.SetDown(false)
	p.SetDelay(50 * time.Millisecond)
	start := time.Now()
	if got, err := direct.Do("PING"); err != nil || got != "+PONG" || time.Since(start) < 50*time.Millisecond {
		t.Fatalf("delayed: %q, %v after %v", got, err, time.Since(start))
	}
	if got, err := r.Do("STRLEN k"); err != nil || got != ":4" {
		t.Fatalf("the deaf request was not done: %q, %v", got, err)
	}
	r.Stop()
	if _, err := net.Dial("tcp", r.Addr); err == nil {
		t.Fatal("stopped and still there")
	}
	r.Start()
	if got, err := r.Do("STRLEN k"); err != nil || got != ":4" {
		t.Fatalf("after a restart: %q, %v", got, err)
	}
}

func TestPostgres(t *testing.T) {
	p := Postgres(t)
	ask := func() (n int, err error) {
		db, err := sql.Open("pgx", p.URL)
		if err != nil {
			return 0, err
		}
		defer db.Close()
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		return n, db.QueryRowContext(ctx, "select length('слово')").Scan(&n)
	}
	_, err := ask()
	if err != nil {
		t.Fatal(err)
	}
	p.Stop()
	if _, err := ask(); err == nil {
		t.Fatal("stopped and still there")
	}
	p.Start()
	if _, err := ask(); err != nil {
		t.Fatal(err)
	}
}

func TestShared(t *testing.T) {
	t.Setenv("EARSHOT_SHARED", t.TempDir())
	if got := Shared(t); got != os.Getenv("EARSHOT_SHARED") {
		t.Errorf("got %s", got)
	}
	if b, err := os.ReadFile(filepath.Join(Root(t), "go.mod")); err != nil || !bytes.Contains(b, []byte("earshot")) {
		t.Errorf("root: %v", err)
	}
}
