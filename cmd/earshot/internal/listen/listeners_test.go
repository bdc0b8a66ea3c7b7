package listen

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers/push"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/testkit"
)

const operatorToken = "0123456789abcdef-operator"

// listening is a web server whose pages say what they are.
func listening(web config.Web) *Server {
	page := func(text string) http.Handler {
		return http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, text) })
	}
	return &Server{Web: web, Log: slog.New(slog.DiscardHandler), Health: page("every source"), Well: page("ok"), Ready: page("the database"), Metrics: page("numbers"),
		Interactions: page("clicked").ServeHTTP, Pushed: page("taken")}
}

// TestWhoSeesWhat: what is the operator's alone never stands beside what is public.
func TestWhoSeesWhat(t *testing.T) {
	local := config.Web{Listen: "127.0.0.1:8080"}
	public := config.Web{Listen: "0.0.0.0:8080", AdminToken: config.NewSecret(operatorToken, "")}
	proxied := config.Web{Listen: "127.0.0.1:8080", PublicURL: "https://earshot.romashka.example"}
	nameless := config.Web{Listen: "127.0.0.1:8080", Proxy: config.WebProxy{From: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}}
	remote := config.Web{Listen: "127.0.0.1:8080", AdminListen: "0.0.0.0:9721", AdminToken: config.NewSecret(operatorToken, "")}
	for _, c := range []struct {
		name        string
		web         config.Web
		admin       bool // asks the other listener
		path, token string
		code        int
		body        string
	}{
		{"local", local, false, "/healthz", "", 200, "every source"},
		{"local", local, false, "/metrics", "", 200, "numbers"},
		{"local", local, false, "/readyz", "", 200, "the database"},
		{"local", local, false, "/livez", "", 200, "ok\n"},
		{"public", public, false, "/healthz", "", 200, "ok"},
		{"public", public, false, "/readyz", "", 200, "ok"},
		{"public", public, false, "/livez", "", 200, "ok\n"},
		{"public", public, false, "/metrics", "", 404, ""},
		{"public", public, false, "/metrics", "wrong", 404, ""},
		{"public", public, false, "/metrics", operatorToken + "x", 404, ""},
		{"public", public, false, "/metrics", operatorToken, 200, "numbers"},
		{"public", public, false, "/healthz", operatorToken, 200, "every source"},
		{"public", public, true, "/metrics", "", 200, "numbers"},
		{"public", public, true, "/slack/interactions", "", 404, ""},
		{"proxied", proxied, false, "/healthz", "", 200, "ok"},
		{"proxied", proxied, false, "/metrics", "", 404, ""},
		{"proxied, no token is no token", proxied, false, "/metrics", " ", 404, ""},
		{"proxied", proxied, true, "/metrics", "", 200, "numbers"},
		{"a proxy that shows it under no name we know", nameless, false, "/metrics", "", 404, ""},
		{"a proxy that shows it under no name we know", nameless, false, "/healthz", "", 200, "ok"},
		{"a proxy that shows it under no name we know", nameless, true, "/metrics", "", 200, "numbers"},
		{"remote operator", remote, true, "/metrics", "", 401, ""},
		{"remote operator", remote, true, "/metrics", operatorToken, 200, "numbers"},
		{"remote operator", remote, false, "/metrics", "", 200, "numbers"},
	} {
		w := listening(c.web)
		handler := w.Routes()
		if c.admin {
			handler = w.adminRoutes()
		}
		r := httptest.NewRequest(http.MethodGet, c.path, nil)
		if c.token != "" {
			r.Header.Set("Authorization", "Bearer "+c.token)
		}
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		if answer.Code != c.code || c.body != "" && answer.Body.String() != c.body {
			t.Errorf("%s: %s (admin: %v, token %q): %d %q, want %d %q", c.name, c.path, c.admin, c.token, answer.Code, answer.Body, c.code, c.body)
		}
	}
}

// TestProgramsAreToldSo: who comes to an address for programs in another way than it is meant to be asked, or
// beside it, is told so as a program understands, and never sent to the pages for people.
func TestProgramsAreToldSo(t *testing.T) {
	w := listening(config.Web{Listen: "127.0.0.1:8080"})
	w.Inbox = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, "/login", http.StatusSeeOther) })
	handler := w.Routes()
	for _, c := range []struct {
		method, path string
		code         int
		allow, kind  string
	}{
		{"GET", push.Path, 405, "POST", "application/json"},
		{"HEAD", push.Path, 405, "POST", "application/json"},
		{"PUT", push.Path, 405, "POST", "application/json"},
		{"POST", push.Path + "/", 404, "", "application/json"},
		{"POST", "/api/v1/post", 404, "", "application/json"},
		{"GET", "/api/", 404, "", "application/json"},
		{"GET", "/slack/interactions", 405, "POST", "text/plain"},
		{"POST", "/slack/events", 404, "", "text/plain"},
		{"POST", "/websub/x", 404, "", "text/plain"}, // no hub can reach this one
		{"POST", "/healthz", 405, "GET, HEAD", "text/plain"},
		{"POST", "/livez", 405, "GET, HEAD", "text/plain"},
		{"DELETE", "/readyz", 405, "GET, HEAD", "text/plain"},
		{"PUT", "/metrics", 405, "GET, HEAD", "text/plain"},
		{"POST", push.Path, 200, "", ""},
		{"POST", "/slack/interactions", 200, "", ""},
		{"HEAD", "/livez", 200, "", ""},
		{"GET", "/inbox", 303, "", ""},
	} {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(c.method, c.path, nil))
		if h := answer.Header(); answer.Code != c.code || h.Get("Allow") != c.allow || !strings.HasPrefix(h.Get("Content-Type"), c.kind) {
			t.Errorf("%s %s: %d, Allow %q, %q; want %d, %q, %q", c.method, c.path, answer.Code, h.Get("Allow"), h.Get("Content-Type"), c.code, c.allow, c.kind)
		}
	}
}

// TestThroughAProxyNobodyNamed: nginx as it comes passes on its own name for earshot, which is one of this
// machine. What says that it is another's request gets what others get.
func TestThroughAProxyNobodyNamed(t *testing.T) {
	w := listening(config.Web{Listen: "127.0.0.1:8080", AdminToken: config.NewSecret(operatorToken, "")})
	handler := w.limited(w.Routes())
	ask := func(path, header, token string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8080"+path, nil)
		r.RemoteAddr = "127.0.0.1:40000"
		if header != "" {
			r.Header.Set(header, "198.51.100.7")
		}
		if token != "" {
			r.Header.Set("Authorization", "Bearer "+token)
		}
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		return answer
	}
	for _, header := range []string{"X-Forwarded-For", "X-Real-Ip", "Forwarded", "Via", "X-Forwarded-Proto"} {
		if got := ask("/metrics", header, ""); got.Code != http.StatusNotFound {
			t.Errorf("%s: /metrics: %d %q", header, got.Code, got.Body)
		}
		if got := ask("/healthz", header, ""); got.Body.String() != "ok" {
			t.Errorf("%s: /healthz: %q", header, got.Body)
		}
		if got := ask("/metrics", header, operatorToken); got.Body.String() != "numbers" {
			t.Errorf("%s: with the token: %q", header, got.Body)
		}
	}
	many, one := 0, 0
	for range 3 * requestsAtOnce {
		if ask("/livez", "X-Forwarded-For", "").Code == http.StatusTooManyRequests {
			many++
		}
		if ask("/livez", "", "").Code == http.StatusTooManyRequests {
			one++
		}
	}
	if many == 0 || one > 0 {
		t.Errorf("%d of others' requests were too many, and %d of this machine's", many, one)
	}
}

// TestHost: a name that is not earshot's gets nothing, whatever it asks for.
func TestHost(t *testing.T) {
	w := listening(config.Web{Listen: "earshot.lan:8080", PublicURL: "https://Earshot.Romashka.example/", AdminToken: config.NewSecret(operatorToken, "")})
	for host, want := range map[string]int{
		"earshot.romashka.example":      200,
		"EARSHOT.romashka.example.:443": 200,
		"earshot.lan:8080":              200,
		"localhost:8080":                200,
		"earshot.localhost":             200,
		"127.0.0.1:8080":                200,
		"[::1]:8080":                    200,
		"10.1.2.3":                      200,
		"attacker.example":              421,
		"attacker.example:8080":         421,
		"localhost.attacker.example":    421,
		"127.0.0.1.attacker.example":    421,
		"romashka.example":              421,
		"earshot.lan.attacker.example":  421,
		"xlocalhost":                    421,
	} {
		for method, path := range map[string]string{"GET": "/healthz", "POST": "/slack/interactions"} {
			r := httptest.NewRequest(method, path, nil)
			r.Host = host
			answer := httptest.NewRecorder()
			w.named(w.Routes()).ServeHTTP(answer, r)
			if wanted := map[string]int{"GET": want, "POST": 200}[method]; answer.Code != wanted {
				t.Errorf("%s %s of %s: %d, want %d", method, path, host, answer.Code, wanted)
			}
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Host = "earshot:8080" // a container's name, in a network of containers
	r.Header.Set("Authorization", "Bearer "+operatorToken)
	answer := httptest.NewRecorder()
	if w.named(w.Routes()).ServeHTTP(answer, r); answer.Body.String() != "numbers" {
		t.Errorf("the operator under another name: %d", answer.Code)
	}
}

// TestRefusalsSpeak: a person in a browser may read that earshot is not known under a name, or that they ask
// too often, and reads it in a language of theirs; else in that of the watchlist.
func TestRefusalsSpeak(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	w := listening(config.Web{Listen: "0.0.0.0:8080"})
	w.Asked = func(r *http.Request) i18n.Lang { return texts.Asked(r.Header.Get("Accept-Language"), "bg") }
	handler := w.named(w.limited(w.Routes()))
	ask := func(host, lang string) (int, string) {
		r := httptest.NewRequest(http.MethodGet, "/livez", nil)
		r.Host, r.RemoteAddr = host, "203.0.113.7:1000"
		r.Header.Set("Accept-Language", lang)
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, r)
		return answer.Code, answer.Body.String()
	}
	const typed = "web public_url docs"
	for lang, want := range map[string]string{"uk-UA,uk": "ім’ям", "ru": "именем", "bg": "име", "": "име"} {
		if code, said := ask("attacker.example", lang); code != http.StatusMisdirectedRequest || !strings.Contains(said, want) || len(testkit.English(said, typed)) > 0 {
			t.Errorf("%q: %d %s", lang, code, said)
		}
	}
	if _, said := ask("attacker.example", "en"); !strings.Contains(said, "web.public_url") {
		t.Errorf("in English: %s", said)
	}
	for range 2 * requestsAtOnce {
		if code, said := ask("127.0.0.1", "uk"); code == http.StatusTooManyRequests {
			if len(testkit.English(said)) > 0 {
				t.Errorf("too many requests: %s", said)
			}
			return
		}
	}
	t.Error("nobody was held back")
}

func FuzzHost(f *testing.F) {
	f.Add("localhost", "127.0.0.1:1")
	f.Add("[::1%lo]:80", "[::]:8080")
	f.Add("a.example:", ":8080")
	f.Fuzz(func(t *testing.T, host, listen string) {
		w := listening(config.Web{Listen: "127.0.0.1:8080", PublicURL: "https://earshot.romashka.example"})
		r := httptest.NewRequest(http.MethodGet, "/healthz", nil)
		r.Host = host + ".attacker.example"
		answer := httptest.NewRecorder()
		if w.named(w.Routes()).ServeHTTP(answer, r); answer.Code == http.StatusOK {
			t.Errorf("%q is taken for ours", r.Host)
		}
		_ = config.Web{Listen: listen, PublicURL: host}.Inside()
	})
}

// TestWellIsAskedOnceASecond: however many ask, and whoever hangs up meanwhile.
func TestWellIsAskedOnceASecond(t *testing.T) {
	var asks atomic.Int64
	now := time.Now()
	var broken error
	w := &Well{Now: func() time.Time { return now }, Ask: func(ctx context.Context) error { asks.Add(1); return errors.Join(broken, ctx.Err()) }}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	get := func() int {
		answer := httptest.NewRecorder()
		w.ServeHTTP(answer, httptest.NewRequestWithContext(gone, http.MethodGet, "/healthz", nil))
		if body := answer.Body.String(); answer.Code != http.StatusOK && body != "not ok\n" {
			t.Errorf("tells %q", body)
		}
		return answer.Code
	}
	for range 100 {
		if code := get(); code != http.StatusOK {
			t.Fatalf("answers %d", code)
		}
	}
	broken = errors.New("postgres://earshot:password@db.example is away")
	if get() != http.StatusOK || asks.Load() != 1 {
		t.Errorf("the database was asked %d times within a second", asks.Load())
	}
	if now = now.Add(time.Second); get() != http.StatusServiceUnavailable || asks.Load() != 2 {
		t.Errorf("a second later it was asked %d times", asks.Load())
	}
}

// certificate writes a new pair; without a name for the key, the certificate alone.
func certificate(t *testing.T, certFile, keyFile string, serial int64) {
	t.Helper()
	cert, key := testkit.Certificate(t, serial, time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
	for path, text := range map[string][]byte{certFile: cert, keyFile: key} {
		if path == "" {
			continue
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPanicOfAPageIsWrittenDown: it is an error in the log with where it was, no address that may
// hold a secret, and costs only who asked. A page that cuts an answer off by intent is none.
func TestPanicOfAPageIsWrittenDown(t *testing.T) {
	var said testkit.Output
	w := listening(config.Web{Listen: "127.0.0.1:0"})
	w.Log = slog.New(slog.NewTextHandler(&said, &slog.HandlerOptions{Level: slog.LevelInfo}))
	w.Interactions = func(http.ResponseWriter, *http.Request) { panic("a nil map") }
	w.Pushed = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	site := httptest.NewServer(w.server(w.Routes()).Handler)
	defer site.Close()
	site.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelInfo)
	for _, path := range []string{push.Path, interactionsPath + "?token=xyzzy"} {
		if resp, err := site.Client().Post(site.URL+path, "text/plain", nil); err == nil {
			resp.Body.Close()
			t.Errorf("%s answers %d", path, resp.StatusCode)
		}
	}
	if resp, err := site.Client().Get(site.URL + "/livez"); err != nil || resp.Body.Close() != nil || resp.StatusCode != http.StatusOK {
		t.Errorf("afterwards: %v", err)
	}
	site.Close() // and with it all that was asked
	log := said.String()
	if strings.Count(log, "level=ERROR") != 1 || !strings.Contains(log, "a nil map") || !strings.Contains(log, "POST "+interactionsPath) || !strings.Contains(log, "listeners_test.go") || strings.Contains(log, "xyzzy") {
		t.Errorf("the log says %s", log)
	}
}

// TestTLS: the certificate is served, a renewed one is taken without a restart, and one
// that does not fit its key changes nothing.
func TestTLS(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	certificate(t, cert, key, 1)
	clock := atomic.Int64{}
	now := func() time.Time { return time.Unix(1_000_000+clock.Load(), 0) }
	pair, err := NewKeyPair(config.WebTLS{CertFile: cert, KeyFile: key}, slog.New(slog.DiscardHandler), now)
	if err != nil {
		t.Fatal(err)
	}
	w := listening(config.Web{Listen: "127.0.0.1:0"})
	w.Pair = pair
	if err := w.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan struct{})
	go func() { w.Serve(ctx); close(served) }()
	serial := func() int64 {
		t.Helper()
		conn, err := tls.Dial("tcp", w.public.Addr().String(), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}})
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		if answer, err := io.ReadAll(conn); err != nil || !strings.Contains(string(answer), "every source") {
			t.Errorf("answers %q (%v)", answer, err)
		}
		return conn.ConnectionState().PeerCertificates[0].SerialNumber.Int64()
	}
	if n := serial(); n != 1 {
		t.Errorf("serves certificate %d", n)
	}
	certificate(t, cert, "", 2) // half of a renewal: its key is not there yet
	clock.Add(1)
	if n := serial(); n != 1 {
		t.Errorf("serves certificate %d, whose key is not there", n)
	}
	certificate(t, cert, key, 3)
	if n := serial(); n != 1 {
		t.Errorf("looks at the files at every connection: %d", n)
	}
	clock.Add(1)
	if n := serial(); n != 3 {
		t.Errorf("serves certificate %d after the renewal", n)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	clock.Add(1)
	if n := serial(); n != 3 {
		t.Errorf("serves certificate %d after the key was deleted", n)
	}
	plain, err := net.Dial("tcp", w.public.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	_, _ = io.WriteString(plain, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
	if answer, _ := io.ReadAll(plain); strings.Contains(string(answer), "numbers") {
		t.Error("answers without TLS")
	}
	plain.Close()
	cancel()
	<-served
}

// TestAdminTLS: what other machines reach of the operator's speaks TLS where there is a
// certificate, and nothing else; on this machine alone it stays plain.
func TestAdminTLS(t *testing.T) {
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	certificate(t, cert, key, 1)
	for _, c := range []struct {
		listen    string
		encrypted bool
	}{{"0.0.0.0:0", true}, {":0", true}, {"127.0.0.1:0", false}, {"localhost:0", false}} {
		pair, err := NewKeyPair(config.WebTLS{CertFile: cert, KeyFile: key}, slog.New(slog.DiscardHandler), time.Now)
		if err != nil {
			t.Fatal(err)
		}
		w := listening(config.Web{Listen: "127.0.0.1:0", AdminListen: c.listen})
		w.Pair = pair
		if err := w.Listen(); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan struct{})
		go func() { w.Serve(ctx); close(served) }()
		_, port, err := net.SplitHostPort(w.admin.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}}
		for scheme, want := range map[string]bool{"https": c.encrypted, "http": !c.encrypted} {
			said := ""
			if resp, err := client.Get(scheme + "://127.0.0.1:" + port + "/metrics"); err == nil {
				body, _ := io.ReadAll(resp.Body)
				_ = resp.Body.Close()
				said = string(body)
			}
			if got := strings.Contains(said, "numbers"); got != want {
				t.Errorf("admin_listen %s by %s: answered %v (%q), want %v", c.listen, scheme, got, said, want)
			}
		}
		cancel()
		<-served
	}
}

// TestAdminPortInUse: a port that nobody chose stops no start, one that the watchlist
// names does.
func TestAdminPortInUse(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	w := listening(config.Web{Listen: "127.0.0.1:0", AdminListen: taken.Addr().String()})
	if err := w.Listen(); err == nil || !strings.Contains(err.Error(), "web.admin_listen") {
		t.Errorf("starts on a port in use: %v", err)
	}
	if other, err := net.Listen("tcp", config.DefaultAdmin); err == nil {
		defer other.Close()
	}
	w = listening(config.Web{Listen: "127.0.0.1:0", PublicURL: "https://earshot.romashka.example"})
	if err := w.Listen(); err != nil || w.admin != nil {
		t.Errorf("does not start beside another earshot: %v", err)
	}
	w.close()
}
