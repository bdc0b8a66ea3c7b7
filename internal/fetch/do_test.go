package fetch

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// client may dial loopback and keeps no gap, unless change says otherwise.
func client(t testing.TB, change ...func(*Options)) *Client {
	t.Helper()
	opt := Options{
		Contact: "pr@romashka.example", Version: "1.2", Gap: new(time.Duration),
		AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")},
	}
	for _, f := range change {
		f(&opt)
	}
	c := New(opt)
	t.Cleanup(c.Close)
	return c
}

// serve answers everything but robots.txt, which is 404.
func serve(t testing.TB, h http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
			return
		}
		h(w, r)
	}))
	t.Cleanup(func() { s.CloseClientConnections(); s.Close() })
	return s
}

// do asks for url as a source that names it does, unless c is one already.
func do(t testing.TB, c *Client, url string) (*Response, error) {
	t.Helper()
	if c.own == nil {
		c = c.For(url)
	}
	return c.Do(t.Context(), Request{URL: url})
}

func TestDo(t *testing.T) {
	s := testkit.PlayText(t, "GET /page\n200\nContent-Type: text/plain\nETag: \"7\"\ntext: hello\n")
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c := client(t, func(o *Options) { o.Now = func() time.Time { return at } })
	res, err := do(t, c, s.URL+"/page#top")
	if err != nil {
		t.Fatal(err)
	}
	if string(res.Body) != "hello" || res.URL != s.URL+"/page" || res.Status != 200 || res.NotModified || !res.At.Equal(at) || res.PermanentURL != "" {
		t.Errorf("got %+v", res)
	}
	reqs := s.Requests()
	if len(reqs) != 2 || reqs[0].Target != "/robots.txt" {
		t.Fatalf("requests: %+v", reqs)
	}
	for _, r := range reqs {
		if ua := r.Header.Get("User-Agent"); ua != "earshot/1.2 (+pr@romashka.example)" {
			t.Errorf("User-Agent %q", ua)
		}
	}
	res, err = c.For(s.URL).Do(t.Context(), Request{URL: s.URL + "/page", Validators: res.Validators})
	if err != nil || !res.NotModified || res.Status != 304 || res.Body != nil || res.Validators.ETag != `"7"` || res.Validators.BodyHash == "" {
		t.Errorf("conditional: %+v, %v", res, err)
	}
	if n := s.Count("/robots.txt"); n != 1 {
		t.Errorf("robots.txt asked for %d times", n)
	}
}

func TestSameBodyIsNotModified(t *testing.T) {
	s := testkit.PlayText(t, "GET /feed\n200\ntext: same\n")
	c := client(t)
	first, err := do(t, c, s.URL+"/feed")
	if err != nil || first.NotModified {
		t.Fatal(first, err)
	}
	second, err := c.For(s.URL).Do(t.Context(), Request{URL: s.URL + "/feed", Validators: first.Validators})
	if err != nil || !second.NotModified || second.Status != 200 || second.Body != nil {
		t.Errorf("%+v, %v", second, err)
	}
}

// TestNotModifiedIsNotBelievedForEver: a server that says "not modified" whatever happened, or a
// cache between that does, is asked without conditions now and then.
func TestNotModifiedIsNotBelievedForEver(t *testing.T) {
	s := testkit.PlayText(t, "GET /feed\n200\nETag: \"7\"\ntext: new\n")
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	c := client(t, func(o *Options) { o.Now = func() time.Time { return now } })
	ask := func(v Validators) *Response {
		t.Helper()
		res, err := c.For(s.URL).Do(t.Context(), Request{URL: s.URL + "/feed", Validators: v})
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	v := ask(Validators{}).Validators
	v.BodyHash = "of another body" // what it was before the server began to lie
	began := now
	for now.Sub(began) < believed {
		res := ask(v)
		if !res.NotModified || res.Status != 304 {
			t.Fatalf("after %s: %+v", now.Sub(began), res)
		}
		v, now = res.Validators, now.Add(time.Hour)
	}
	res := ask(v)
	if res.NotModified || string(res.Body) != "new" {
		t.Fatalf("after %s: %+v", now.Sub(began), res)
	}
	if res = ask(res.Validators); !res.NotModified || res.Status != 304 {
		t.Errorf("then: %+v", res)
	}
	if old := ask(Validators{ETag: `"7"`, BodyHash: "x"}); old.NotModified {
		t.Error("validators of an earlier earshot, which did not write down when, are believed")
	}
}

// TestUnchangedBodyKeepsItsValidators: a server that never says 304 makes no new cursor at every poll.
func TestUnchangedBodyKeepsItsValidators(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	ans := &answer{status: 200, header: http.Header{"Last-Modified": {"Sun, 01 Mar 2026 10:00:00 GMT"}}, body: []byte("same")}
	first := Validators{}.after(ans, now)
	if again := first.after(ans, now.Add(time.Hour)); again != first {
		t.Errorf("%+v became %+v", first, again)
	}
	if later := first.after(ans, now.Add(believed)); !later.Read.Equal(now.Add(believed)) {
		t.Errorf("read at %s", later.Read)
	}
}

func TestErrorsByStatus(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		status := 0
		_, _ = fmt.Sscanf(r.URL.Path, "/%d", &status)
		for k, v := range r.URL.Query() {
			if k != "key" {
				w.Header().Set(k, v[0])
			}
		}
		w.WriteHeader(status)
		if status >= 400 {
			fmt.Fprint(w, "<title>no</title> said the site")
		}
	})
	blocked := func(err error) bool { _, ok := errors.AsType[*BlockedError](err); return ok }
	status := func(err error) bool { _, ok := errors.AsType[*StatusError](err); return ok && !blocked(err) }
	retry := func(after time.Duration) func(error) bool {
		return func(err error) bool { e, ok := errors.AsType[*RetryError](err); return ok && e.After == after }
	}
	for _, c := range []struct {
		path string
		api  bool
		is   func(error) bool
		text string
	}{
		{"/401", false, blocked, "401 unauthorized"},
		{"/403", false, blocked, "403 forbidden"},
		{"/451", false, blocked, "451"},
		{"/507", false, blocked, "507"},
		{"/404", false, status, "check the address"},
		{"/500", false, status, "trouble"},
		{"/304", false, status, "without validators"},
		{"/302", false, status, "302"}, // without a Location
		{"/410", false, func(err error) bool { return errors.Is(err, ErrGone) && status(err) }, "gone"},
		{"/429", false, retry(0), "later"},
		{"/420?Retry-After=7", true, retry(7 * time.Second), "in 7s"},
		{"/429?Retry-After=7", false, retry(7 * time.Second), "in 7s"},
		{"/503?Retry-After=Sun,+01+Mar+2026+12:01:00+GMT", false, retry(time.Minute), "in 1m0s"},
		{"/403?X-Ratelimit-Remaining=0&X-Ratelimit-Reset=1772366460", true, retry(time.Minute), "403"},
		{"/403?X-Ratelimit-Remaining=0&X-Ratelimit-Reset=1772366460", false, blocked, "403"},
		{"/429?X-Ratelimit-Reset=1772366460&X-Ratelimit-Limit=10", true, retry(time.Minute), "in 1m0s"},
		{"/429?X-Ratelimit-Reset=60&X-Ratelimit-Retry=3", true, retry(3 * time.Second), "in 3s"},
		{"/429?X-Rate-Limit-Reset=1772366520", true, retry(2 * time.Minute), "in 2m0s"},
		{"/429?X-Ratelimit-Reset-After=1.5&X-Ratelimit-Reset=1772366520.5", true, retry(1500 * time.Millisecond), "in 2s"},
		{"/429?X-Ratelimit-Reset=60", false, retry(0), "later"},
		{"/429?X-Ratelimit-Remaining=0", true, retry(0), "later"},
		{"/403?X-Ratelimit-Reset=1772366460", true, blocked, "403"}, // it says of every answer when the budget is full
		{"/403?Cf-Mitigated=challenge", false, blocked, "Cloudflare"},
		{"/200?Cf-Mitigated=challenge", false, blocked, "Cloudflare"},
		{"/200?Tdm-Reservation=1", false, func(err error) bool { return errors.Is(err, ErrReserved) && errors.Is(err, ErrRobots) }, "ask it for permission"},
		{"/404?Tdm-Reservation=1", false, status, "check the address"},
	} {
		t.Run(c.path, func(t *testing.T) {
			sep := "?"
			if strings.Contains(c.path, "?") {
				sep = "&"
			}
			cl := client(t, func(o *Options) { o.Now = func() time.Time { return now } })
			_, err := cl.For(s.URL).Do(t.Context(), Request{URL: s.URL + c.path + sep + "key=hush", API: c.api})
			if err == nil || !c.is(err) || !strings.Contains(err.Error(), c.text) {
				t.Fatalf("got %T %v", err, err)
			}
			if strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "said the site") || !strings.Contains(err.Error(), s.URL+"/") {
				t.Errorf("the text of the error: %v", err)
			}
		})
	}
}

func TestRetryAfterHoldsTheWholeHost(t *testing.T) {
	s := testkit.PlayText(t, "GET /a\n429\nRetry-After: 3600\n\nGET /b maybe\n200\n")
	c := client(t)
	if _, err := do(t, c, s.URL+"/a"); err == nil {
		t.Fatal("no error")
	}
	_, err := do(t, c, s.URL+"/b")
	if e, ok := errors.AsType[*RetryError](err); !ok || e.Status != 0 || e.After < 59*time.Minute || !strings.Contains(e.Error(), "asked for a pause") {
		t.Errorf("another page of the same host: %v", err)
	}
	if s.Count("/b") != 0 {
		t.Error("the host was asked in its pause")
	}
}

// TestASiteHoldsNoOther: a site that sends its readers to where another one answers "too many" silences
// what else is read there no longer than itself.
func TestASiteHoldsNoOther(t *testing.T) {
	var s *httptest.Server
	away := func() string { return strings.Replace(s.URL, "127.0.0.1", "localhost", 1) }
	s = serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/a":
			http.Redirect(w, r, away()+"/search", http.StatusFound)
		case "/search":
			w.Header().Set("Retry-After", "3600")
			w.WriteHeader(http.StatusTooManyRequests)
		}
	})
	c := client(t).For(s.URL, away())
	_, err := do(t, c, s.URL+"/a")
	if e, ok := errors.AsType[*RetryError](err); !ok || e.After != time.Hour {
		t.Fatalf("the site itself: %v", err)
	}
	if _, err := do(t, c, away()+"/feed"); err != nil {
		t.Errorf("the other's feed: %v", err)
	}
	if _, err := do(t, c, away()+"/search"); err == nil {
		t.Error("what the other answers itself is no pause")
	}
	if _, err := do(t, c, away()+"/feed"); err == nil {
		t.Error("asked in the pause that it wished for itself")
	}
}

func TestRedirects(t *testing.T) {
	other := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "key=%q cookie=%q lang=%q", r.Header.Get("Authorization")+r.Header.Get("X-Api-Key"), r.Header.Get("Cookie"), r.Header.Get("Accept-Language"))
	})
	s := serve(t, nil)
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to := map[string]string{
			"/away": other.URL + "/x", "/twice": "/perm", "/perm": "/here", "/temp": "/here", "/loop": "/loop", "/ring": "/ring/", "/ring/": "/ring", "/1": "/2", "/2": "/3", "/3": "/4", "/4": "/5", "/5": "/6", "/6": "/7",
			"/file": "file:///etc/passwd", "/user": "http://a:b@127.0.0.1/", "/bad": "http://[::1", "/mixed": "/temp",
		}[r.URL.Path]
		switch {
		case r.URL.Path == "/robots.txt":
			http.NotFound(w, r)
		case to != "" && (r.URL.Path == "/temp" || r.URL.Path == "/away"):
			http.Redirect(w, r, to, http.StatusFound)
		case to != "":
			w.Header().Set("Location", to)
			w.WriteHeader(http.StatusMovedPermanently)
		default:
			fmt.Fprintf(w, "%s key=%q", r.Method, r.Header.Get("Authorization"))
		}
	})
	c := client(t)
	head := http.Header{"Authorization": {"Bearer hush"}, "X-Api-Key": {"hush"}, "Cookie": {"a=b"}, "Accept-Language": {"uk"}, "User-Agent": {"Mozilla/5.0"}}
	for _, x := range []struct{ path, body, url, permanent string }{
		{"/here", `GET key="Bearer hush"`, s.URL + "/here", ""},
		{"/twice", `GET key="Bearer hush"`, s.URL + "/here", s.URL + "/here"},
		{"/temp", `GET key="Bearer hush"`, s.URL + "/here", ""},
		{"/mixed", `GET key="Bearer hush"`, s.URL + "/here", s.URL + "/temp"},
		{"/away", `key="" cookie="" lang="uk"`, other.URL + "/x", ""},
	} {
		res, err := c.For(s.URL, other.URL).Do(t.Context(), Request{URL: s.URL + x.path, Header: head})
		if err != nil || string(res.Body) != x.body || res.URL != x.url || res.PermanentURL != x.permanent {
			t.Errorf("%s: %+v, %v", x.path, res, err)
		}
	}
	for path, want := range map[string]error{"/loop": ErrCircle, "/ring": ErrCircle, "/1": ErrTooManyRedirects, "/file": ErrAddress, "/user": ErrAddress, "/bad": ErrAddress} {
		if _, err := do(t, c, s.URL+path); !errors.Is(err, want) || strings.Contains(err.Error(), "a:b") {
			t.Errorf("%s: %v", path, err)
		}
	}
	res, err := c.For(s.URL).Do(t.Context(), Request{URL: s.URL + "/temp", Method: "POST", Body: []byte("x")})
	if err != nil || !strings.HasPrefix(string(res.Body), "GET") {
		t.Errorf("POST after 302: %+v, %v", res, err)
	}
}

func TestBadAddresses(t *testing.T) {
	c := client(t)
	for _, u := range []string{"", "ftp://a.example/", "/x", "http://", "http://u:hush@a.example/", "http://a\x7f/hush", "http://[::1?hush", "http://a.example/" + strings.Repeat("a", 9000)} {
		_, err := do(t, c, u)
		if !errors.Is(err, ErrAddress) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%q: %v", u, err)
		}
	}
}

// Whatever a public page redirects to, an address inside is never connected to.
func TestPrivateNetworksAreRefused(t *testing.T) {
	var touched atomic.Int32
	inside := serve(t, func(http.ResponseWriter, *http.Request) { touched.Add(1) })
	port := inside.URL[strings.LastIndexByte(inside.URL, ':'):]
	strict := client(t, func(o *Options) { o.AllowPrivate = nil })
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]", "10.0.0.1", "192.168.1.1", "172.16.0.1",
		"169.254.169.254", "100.64.0.1", "[fd00::1]", "[fe80::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "224.0.0.1", "255.255.255.255"} {
		if _, err := do(t, strict, "http://"+host+port+"/"); !errors.Is(err, ErrPrivate) {
			t.Errorf("%s: %v", host, err)
		}
	}
	target := ""
	outside := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, target, http.StatusFound) })
	one := client(t, func(o *Options) { o.AllowPrivate = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")} })
	for _, target = range []string{"http://127.0.0.2" + port, "http://10.0.0.1/", "http://[::1]" + port, "http://169.254.169.254/latest/meta-data/"} {
		if _, err := do(t, one, outside.URL); !errors.Is(err, ErrPrivate) || !strings.Contains(err.Error(), "allow_private") {
			t.Errorf("redirect to %s: %v", target, err)
		}
	}
	if conn, err := strict.dialContext(t.Context(), "tcp", strings.TrimPrefix(inside.URL, "http://")); !errors.Is(err, ErrPrivate) {
		t.Errorf("stream: %v, %v", conn, err)
	}
	if _, err := strict.StreamClient().Get(inside.URL); !errors.Is(err, ErrPrivate) {
		t.Errorf("stream client: %v", err)
	}
	if touched.Load() != 0 {
		t.Error("an address inside was asked")
	}
}

func TestOneAtATimePerHost(t *testing.T) {
	gap := 30 * time.Millisecond
	s := testkit.PlayText(t, "GET /p*\n200\ntext: x\ndelay: 5ms\n")
	c := client(t, func(o *Options) { o.Hosts = map[string]HostOptions{"127.0.0.1": {Gap: &gap}} })
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			if _, err := do(t, c, fmt.Sprintf("%s/p%d", s.URL, i)); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := s.MostAtOnce("127.0.0.1"); n != 1 {
		t.Errorf("%d requests at once", n)
	}
	if least, ok := s.LeastGap("127.0.0.1"); !ok || least < gap {
		t.Errorf("least gap %v", least)
	}
	if n := s.Count("/robots.txt"); n != 1 {
		t.Errorf("robots.txt asked for %d times", n)
	}
}

func TestContextEndsTheExchange(t *testing.T) {
	hang := make(chan struct{})
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-hang:
		case <-r.Context().Done():
		}
	})
	defer close(hang)
	c := client(t)
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := c.For(s.URL).Do(ctx, Request{URL: s.URL + "/x"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestHTTP2AndTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.Proto) }))
	s.EnableHTTP2 = true
	s.Config.ErrorLog = log.New(io.Discard, "", 0) // a refused certificate is wanted below
	s.StartTLS()
	defer s.Close()
	pool := x509.NewCertPool()
	pool.AddCert(s.Certificate())
	c := client(t, func(o *Options) { o.Roots = pool })
	res, err := c.For(s.URL).Do(t.Context(), Request{URL: s.URL, API: true})
	if err != nil || string(res.Body) != "HTTP/2.0" {
		t.Errorf("%+v, %v", res, err)
	}
	c.Close()
	if _, err := client(t).For(s.URL).Do(t.Context(), Request{URL: s.URL, API: true}); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("an unknown certificate: %v", err)
	}
}

func TestTurn(t *testing.T) {
	c := client(t)
	release, err := c.Turn(t.Context(), "wss://stream.example/subscribe")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := c.Turn(ctx, "https://STREAM.example.:8443/"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("two turns for one host: %v", err)
	}
	release()
	release() // a second release does nothing
}

func TestUserAgent(t *testing.T) {
	for _, c := range [][3]string{
		{"1.0", "pr@a.example", "earshot/1.0 (+pr@a.example)"},
		{"", "https://a.example/bot", "earshot/dev (+https://a.example/bot)"},
		{"1", "a\r\nX: (y)", "earshot/1 (+aX:y)"},
		{"1", "", "earshot/1"},
	} {
		if got := userAgent(c[0], c[1]); got != c[2] {
			t.Errorf("got %q, want %q", got, c[2])
		}
	}
}

func BenchmarkDo(b *testing.B) {
	page := strings.Repeat("<p>text of a post</p>", 2000)
	s := serve(b, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, page) })
	c := client(b)
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.For(s.URL).Do(b.Context(), Request{URL: s.URL + "/x"}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNetHTTP is the same work with net/http alone, to compare.
func BenchmarkNetHTTP(b *testing.B) {
	page := strings.Repeat("<p>text of a post</p>", 2000)
	s := serve(b, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, page) })
	tr := &http.Transport{}
	defer tr.CloseIdleConnections()
	c := &http.Client{Transport: tr}
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		res, err := c.Get(s.URL + "/x")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.ReadAll(res.Body); err != nil {
			b.Fatal(err)
		}
		_ = res.Body.Close()
	}
}

// TestReservationsOfOthers: an official interface has terms of its own, and what is not reserved is read.
func TestReservationsOfOthers(t *testing.T) {
	s := testkit.PlayText(t, "GET /api\n200\nTdm-Reservation: 1\ntext: yes\n\nGET /page\n200\nTdm-Reservation: 0\ntext: yes\n")
	c := client(t)
	for path, api := range map[string]bool{"/api": true, "/page": false} {
		if res, err := c.For(s.URL).Do(t.Context(), Request{URL: s.URL + path, API: api}); err != nil || string(res.Body) != "yes" {
			t.Errorf("%s: %v", path, err)
		}
	}
}
