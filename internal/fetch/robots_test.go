package fetch

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

func allowed(t testing.TB, r *rules, path string) bool {
	t.Helper()
	u, err := url.Parse("http://a.example" + path)
	if err != nil {
		t.Fatal(err)
	}
	return r.check(u) == nil
}

func TestRobotsRules(t *testing.T) {
	for _, c := range []struct {
		name, file string
		yes, no    []string
	}{
		{"empty", "", []string{"/", "/x"}, nil},
		{"all closed", "User-agent: *\nDisallow: /", []string{"/robots.txt"}, []string{"/", "/x", "/?a"}},
		{"empty disallow", "User-agent: *\nDisallow:", []string{"/x"}, nil},
		{"our group alone counts", "User-agent: *\nDisallow: /\n\nUser-agent: Earshot\nDisallow: /admin", []string{"/x"}, []string{"/admin/x"}},
		{"our group closes", "User-agent: earshot/1.0\nDisallow: /\nUser-agent: *\nAllow: /", nil, []string{"/x"}},
		{"a name that only begins like ours", "User-agent: ear\nDisallow: /\nUser-agent: earshotbot\nDisallow: /", []string{"/x"}, nil},
		{"groups of one name are one", "User-agent: *\nDisallow: /a\nUser-agent: b\nDisallow: /\nUser-agent: *\nDisallow: /c", []string{"/b"}, []string{"/a", "/c"}},
		{"shared group", "User-agent: b\nUser-agent: earshot\nDisallow: /a", nil, []string{"/a"}},
		{"longest wins", "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c", []string{"/a/b", "/a/b/d"}, []string{"/a", "/a/b/c"}},
		{"allow wins a tie", "User-agent: *\nDisallow: /p\nAllow: /p", []string{"/p"}, nil},
		{"wildcards", "User-agent: *\nDisallow: /*.php$\nDisallow: /*?sid=\nDisallow: /x*y*z", []string{"/a.php5", "/a.php?b", "/xy"}, []string{"/a.php", "/t?sid=1", "/x1y2z3"}},
		{"escapes", "User-agent: *\nDisallow: /caf%c3%a9\nDisallow: /%7euser\nDisallow: /форум", []string{"/cafe"}, []string{"/café", "/caf%C3%A9", "/~user/x", "/%D1%84%D0%BE%D1%80%D1%83%D0%BC/1"}},
		{"escapes of signs", "User-agent: *\nDisallow: /*?f[\nDisallow: /%7bid%7D\nDisallow: /a<b", []string{"/list?f=1"}, []string{"/list?f%5Bx%5D=1", "/list?f[x]=1", "/{id}/x", "/a%3Cb", "/a<b"}},
		{"words misspelt", "Useragent: *\nDissallow: /a\nDisalow : /b\nUser agent: earshotbot\nDissalow: /", []string{"/x"}, []string{"/a", "/b"}},
		{"no slash in front", "User-agent: *\nDisallow: private", []string{"/x"}, []string{"/private/1"}},
		{"bad lines are skipped", "Disallow: /\nnonsense\nUser-agent: * # all\nCrawl-delay: soon\nSitemap: x\nDisallow: /a # why\n\x00\xff: /", []string{"/b"}, []string{"/a"}},
		{"byte order mark, old line ends", "\xef\xbb\xbfUser-agent: *\rDisallow: /a\r", []string{"/b"}, []string{"/a"}},
		{"a page instead of a file", "<!DOCTYPE html><html><head><title>404: not here</title></head></html>", []string{"/x"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := parseRobots([]byte(c.file), product)
			for _, p := range c.yes {
				if !allowed(t, r, p) {
					t.Errorf("%s is refused", p)
				}
			}
			for _, p := range c.no {
				if allowed(t, r, p) {
					t.Errorf("%s is allowed", p)
				}
			}
		})
	}
}

func TestCrawlDelay(t *testing.T) {
	for file, want := range map[string]time.Duration{
		"User-agent: *\nCrawl-delay: 7":                                             7 * time.Second,
		"User-agent: *\nCrawl-delay: 0.5":                                           500 * time.Millisecond,
		"User-agent: *\nCrawl-delay: 99999999":                                      time.Hour,
		"User-agent: *\nCrawl-delay: NaN":                                           0,
		"User-agent: *\nCrawl-delay: -3":                                            0,
		"User-agent: b\nCrawl-delay: 9":                                             0,
		"User-agent: *\nCrawl-delay: 9\nUser-agent: earshot\nCrawl-delay: 3":        3 * time.Second,
		"User-agent: earshot\nDisallow:\n\nUser-agent: *\nCrawl-delay: 9\nAllow: /": 0,
	} {
		if got := parseRobots([]byte(file), product).delay; got != want {
			t.Errorf("%q: %v, want %v", file, got, want)
		}
	}
}

func TestRobotsByStatus(t *testing.T) {
	for _, c := range []struct {
		status int
		want   error
		asked  int // robots.txt requests for two pages
	}{
		{200, nil, 1}, {404, nil, 1}, {410, nil, 1}, {400, nil, 1},
		{401, ErrRobots, 1}, {403, ErrRobots, 1},
	} {
		t.Run(fmt.Sprint(c.status), func(t *testing.T) {
			s := testkit.PlayText(t, fmt.Sprintf("GET /robots.txt\n%d\ntext: User-agent: *\n\nGET /x maybe\n200\n", c.status))
			cl := client(t)
			for range 2 {
				if _, err := do(t, cl, s.URL+"/x"); !errors.Is(err, c.want) {
					t.Errorf("got %v", err)
				}
			}
			if n := s.Count("/robots.txt"); n != c.asked {
				t.Errorf("robots.txt asked for %d times", n)
			}
			if want := s.Count("/x"); c.want != nil && want != 0 {
				t.Errorf("the page was asked for %d times", want)
			}
			if _, err := cl.For(s.URL).Do(t.Context(), Request{URL: s.URL + "/x", API: true}); err != nil {
				t.Errorf("an API asks no robots.txt: %v", err)
			}
		})
	}
}

// TestRobotsInTrouble: a site whose robots.txt answers 5xx, or that it was asked for too
// much, is not read, but that is trouble that passes and no block, and its own wish to be
// left alone holds.
func TestRobotsInTrouble(t *testing.T) {
	for _, c := range []struct {
		status int
		after  time.Duration
	}{{500, 0}, {502, 0}, {503, 0}, {503, time.Hour}, {429, 0}, {429, time.Hour}} {
		t.Run(fmt.Sprint(c.status, c.after), func(t *testing.T) {
			answer := fmt.Sprintf("GET /robots.txt\n%d\n", c.status)
			if c.after > 0 {
				answer += fmt.Sprintf("Retry-After: %.0f\n", c.after.Seconds())
			}
			s := testkit.PlayText(t, answer+"\nGET /x maybe\n200\n")
			cl := client(t)
			for n := range 2 {
				_, err := do(t, cl, s.URL+"/x")
				var status *StatusError
				var retry *RetryError
				switch {
				case err == nil || errors.Is(err, ErrRobots):
					t.Errorf("got %v, want trouble and no block", err)
				case c.after > 0 && (!errors.As(err, &retry) || retry.After < c.after/2):
					t.Errorf("got %v, want the site's own pause", err)
				case c.after == 0 && c.status == 429 && !errors.As(err, &retry):
					t.Errorf("got %v, want a pause", err)
				case c.after == 0 && c.status != 429 && (!errors.As(err, &status) || status.Status != c.status):
					t.Errorf("got %v, want the answer", err)
				case n == 0 && !strings.Contains(err.Error(), "robots.txt"):
					t.Errorf("%v: want robots.txt to be named", err)
				}
			}
			if s.Count("/robots.txt") != 1 || s.Count("/x") != 0 {
				t.Errorf("robots.txt was asked for %d times, the page %d times", s.Count("/robots.txt"), s.Count("/x"))
			}
		})
	}
}

// TestRobotsAskedForTooMuch: a host that wants fewer requests is not asked for its rules
// again with each page, as long as there is a copy of them to go by.
func TestRobotsAskedForTooMuch(t *testing.T) {
	s := testkit.PlayText(t, "GET /robots.txt\n429\n\nGET /x maybe\n200\n")
	cl := client(t)
	now := time.Now()
	cl.robots.put(s.URL, &robotsEntry{rules: &rules{}, read: now.Add(-robotsFresh), until: now})
	if _, err := do(t, cl, s.URL+"/x"); err != nil || s.Count("/robots.txt") != 1 {
		t.Fatalf("the copy is not used: %v", err)
	}
	if again := time.Until(cl.robots.cache[s.URL].until); again < 50*time.Minute {
		t.Errorf("robots.txt is asked for again in %v", again)
	}
}

func TestRobotsOnTheWay(t *testing.T) {
	closed := testkit.PlayText(t, "GET /robots.txt\n200\ntext: User-agent: *\ntext: Disallow: /secret\n\nGET /secret maybe\n200\n")
	s := testkit.PlayText(t, "GET /away\n302\nLocation: "+closed.URL+"/secret\n\nGET /here\n302\nLocation: /no\n\nGET /no maybe\n200\n\nGET /robots.txt\n200\ntext: User-agent: earshot\ntext: Disallow: /no\n")
	c := client(t).For(s.URL, closed.URL)
	for _, p := range []string{"/away", "/here", "/no"} {
		if _, err := do(t, c, s.URL+p); !errors.Is(err, ErrRobots) {
			t.Errorf("%s: %v", p, err)
		}
	}
	if closed.Count("/secret")+s.Count("/no") != 0 {
		t.Error("a closed page was asked for")
	}
}

func TestRobotsItselfRedirects(t *testing.T) {
	for _, c := range []struct {
		name string
		hops int
		want error
	}{{"five", 5, ErrRobots}, {"six: as if there were none", 6, nil}} {
		t.Run(c.name, func(t *testing.T) {
			s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				n := 0
				_, _ = fmt.Sscanf(r.URL.Path, "/r%d", &n)
				switch {
				case r.URL.Path == "/x":
				case n < c.hops:
					http.Redirect(w, r, fmt.Sprintf("/r%d", n+1), http.StatusFound)
				default:
					fmt.Fprint(w, "User-agent: *\nDisallow: /")
				}
			}))
			defer s.Close()
			if _, err := do(t, client(t), s.URL+"/x"); !errors.Is(err, c.want) {
				t.Errorf("got %v", err)
			}
		})
	}
	s := testkit.PlayText(t, "GET /robots.txt\n302\nLocation: http://169.254.169.254/\n\nGET /x maybe\n200\n")
	if _, err := do(t, client(t), s.URL+"/x"); !errors.Is(err, ErrPrivate) || s.Count("/x") != 0 {
		t.Errorf("robots.txt inside: %v", err)
	}
}

func TestRobotsUnreachable(t *testing.T) {
	var up atomic.Bool
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !up.Load() {
			panic(http.ErrAbortHandler)
		}
		if r.URL.Path == "/robots.txt" {
			http.NotFound(w, r)
		}
	}))
	defer s.Close()
	c := client(t)
	if _, err := do(t, c, s.URL+"/x"); err == nil || !strings.Contains(err.Error(), "robots.txt cannot be read") || errors.Is(err, ErrRobots) {
		t.Errorf("down: %v", err)
	}
	up.Store(true)
	if _, err := do(t, c, s.URL+"/x"); err != nil {
		t.Errorf("a site that is back is not read: %v", err)
	}
}

// An endless robots.txt is read up to its bound; what was read counts.
func TestRobotsEndless(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/robots.txt" {
			return
		}
		fmt.Fprint(w, "User-agent: *\nDisallow: /a\n")
		line := []byte(strings.Repeat("# nothing\n", 1000))
		for r.Context().Err() == nil {
			if _, err := w.Write(line); err != nil {
				return
			}
		}
	}))
	defer s.Close()
	c := client(t)
	if _, err := do(t, c, s.URL+"/a"); !errors.Is(err, ErrRobots) {
		t.Errorf("/a: %v", err)
	}
	if _, err := do(t, c, s.URL+"/b"); err != nil {
		t.Errorf("/b: %v", err)
	}
}

func TestCrawlDelayIsKept(t *testing.T) {
	s := testkit.PlayText(t, "GET /robots.txt\n200\ntext: User-agent: *\ntext: Crawl-delay: 0.15\n\nGET /p*\n200\n")
	c := client(t)
	for i := range 3 {
		if _, err := do(t, c, fmt.Sprintf("%s/p%d", s.URL, i)); err != nil {
			t.Fatal(err)
		}
	}
	if gap, _ := s.LeastGap("127.0.0.1"); gap < 150*time.Millisecond {
		t.Errorf("least gap %v", gap)
	}
}

func TestRobotsCacheIsBounded(t *testing.T) {
	r := newRobots()
	big := parseRobots(append([]byte("User-agent: *\n"), bytes.Repeat([]byte("Disallow: /"+strings.Repeat("x", 50)+"\n"), 8000)...), product)
	for i := range 200 {
		r.put(fmt.Sprint(i), &robotsEntry{rules: big, until: time.Now().Add(time.Hour)})
	}
	if r.size > robotsCacheBytes || len(r.cache) < 2 || r.cache["199"] == nil {
		t.Errorf("%d bytes in %d entries", r.size, len(r.cache))
	}
}

func FuzzRobots(f *testing.F) {
	f.Add([]byte("User-agent: *\nDisallow: /*a*b$\nAllow: /a\nCrawl-delay: 1e9"), "/aXb?c")
	f.Add([]byte("User-agent: earshot\nDisallow: %\nDisallow: *\nDisallow: $"), "/%zz")
	testkit.AttackSeeds(func(body string) { f.Add([]byte(body), "/"+body) })
	f.Fuzz(func(t *testing.T, file []byte, path string) {
		r := parseRobots(file, product)
		if r.delay < 0 || r.delay > maxCrawlDelay {
			t.Errorf("delay %v", r.delay)
		}
		if n := r.size(); n > 200*len(file)+64 {
			t.Errorf("%d bytes from %d", n, len(file))
		}
		u := &url.URL{Scheme: "http", Host: "a.example", Path: path}
		first := r.check(u)
		if second := r.check(u); !errors.Is(first, second) {
			t.Error("not deterministic")
		}
		if r.check(&url.URL{Path: "/robots.txt"}) != nil {
			t.Error("robots.txt itself is refused")
		}
		if n := normal(path); normal(n) != n {
			t.Errorf("normal is not stable: %q, %q", n, normal(n))
		}
	})
}

func BenchmarkRobots(b *testing.B) {
	r := parseRobots(append([]byte("User-agent: *\n"), bytes.Repeat([]byte("Disallow: /a*b/c\nAllow: /x/y\n"), 100)...), product)
	u, err := url.Parse("http://a.example/viewtopic.php?f=3&t=1234&start=20")
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		_ = r.check(u)
	}
}
