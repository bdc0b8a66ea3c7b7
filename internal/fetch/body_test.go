package fetch

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

func squeeze(t testing.TB, coding string, body []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser
	switch coding {
	case "gzip":
		w = gzip.NewWriter(&b)
	case "gzip twice":
		return squeeze(t, "gzip", squeeze(t, "gzip", body))
	case "zlib":
		w = zlib.NewWriter(&b)
	case "raw":
		w, _ = flate.NewWriter(&b, 6)
	default:
		return body
	}
	if _, err := w.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDecompression(t *testing.T) {
	page := []byte(strings.Repeat("текст ", 5000))
	for _, c := range []struct {
		name, header, coding string
		cut                  int
		want                 error
	}{
		{"plain", "", "", 0, nil},
		{"gzip", "gzip", "gzip", 0, nil},
		{"deflate as zlib", "deflate", "zlib", 0, nil},
		{"deflate raw", "deflate", "raw", 0, nil},
		{"named gzip, plain", "gzip", "", 0, nil},
		{"strange name for plain", "utf-8", "", 0, nil},
		{"torn gzip", "gzip", "gzip", 20, ErrEncoding},
		{"gzip without a word", "", "gzip", 0, nil},
		{"gzip twice, said once", "gzip", "gzip twice", 0, nil},
		{"gzip twice without a word", "", "gzip twice", 0, nil},
		{"gzip said to be identity", "identity", "gzip", 0, nil},
		{"torn gzip without a word", "", "gzip", 20, ErrEncoding},
		{"not asked for", "br", "", 0, ErrEncoding},
		{"said deflate, is plain", "deflate", "", 0, nil},
		{"said deflate, is gzip", "deflate", "gzip", 0, nil},
		{"said zlib", "zlib", "zlib", 0, nil},
		{"with a parameter", "gzip;q=1.0", "gzip", 0, nil},
		{"a charset in its place", "windows-1251", "", 0, nil},
		{"a media type in its place", "text/html; charset=utf-8", "gzip", 0, nil},
		{"torn deflate", "deflate", "raw", 20, ErrEncoding},
		{"three deep", "gzip, gzip, gzip", "gzip", 0, ErrEncoding},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if c.header != "" {
					w.Header().Set("Content-Encoding", c.header)
				}
				b := squeeze(t, c.coding, page)
				_, _ = w.Write(b[:len(b)-c.cut])
			})
			res, err := do(t, client(t), s.URL+"/x")
			switch {
			case c.want != nil:
				if !errors.Is(err, c.want) {
					t.Errorf("got %v", err)
				}
			case err != nil || !bytes.Equal(res.Body, page):
				t.Errorf("got %v", err)
			case res.Header.Get("Content-Encoding") != "" || res.Header.Get("Content-Length") != "":
				t.Errorf("headers of the packed body stayed: %v", res.Header)
			}
		})
	}
}

// TestPlainSaidToBeDeflate: what begins an answer in plain words says nothing against it, and none that is packed,
// however short, is taken for words.
func TestPlainSaidToBeDeflate(t *testing.T) {
	for i := range 1500 {
		r := rand.New(rand.NewPCG(1, uint64(i)))
		var words []byte
		for range 1 + r.IntN(1+i) {
			words = append(words, "{[ \n\":1.банкabcdefgXYZ"[r.IntN(24)])
		}
		packed := squeeze(t, "raw", words)
		if isPlain(bufio.NewReader(bytes.NewReader(packed))) {
			t.Errorf("%q, packed, is taken for words", words)
		}
	}
	for _, begins := range []string{`{"items": [`, "[\n  {", "\n<rss>", "{", "BEGIN"} {
		plain := begins + strings.Repeat(`"text": "word",`, 20)
		if !isPlain(bufio.NewReader(strings.NewReader(plain))) {
			t.Errorf("%.20q is taken for packed", plain)
		}
	}
}

// TestBehindGzip: what servers leave behind a packed body is no part of it, a second
// packed part is; and half an answer stays half an answer.
func TestBehindGzip(t *testing.T) {
	page := []byte(strings.Repeat("текст ", 5000))
	packed := squeeze(t, "gzip", page)
	half := len(page) / 2
	parts := append(squeeze(t, "gzip", page[:half]), squeeze(t, "gzip", page[half:])...)
	for _, c := range []struct {
		name string
		body []byte
		more int // bytes that are announced and do not come
		ok   bool
	}{
		{"a line end", append(bytes.Clone(packed), '\n'), 0, true},
		{"zeros", append(bytes.Clone(packed), make([]byte, 600)...), 0, true},
		{"a remark", append(bytes.Clone(packed), "<!-- cached -->"...), 0, true},
		{"another part", parts, 0, true},
		{"another part and a line end", append(bytes.Clone(parts), '\r', '\n'), 0, true},
		{"many empty parts", append(bytes.Repeat(squeeze(t, "gzip", nil), 5000), packed...), 0, true},
		{"the first of two parts", squeeze(t, "gzip", page[:half]), 100, false},
		{"half a second part", parts[:len(parts)-20], 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("Content-Encoding", "gzip")
				w.Header().Set("Content-Length", strconv.Itoa(len(c.body)+c.more))
				_, _ = w.Write(c.body)
			})
			res, err := do(t, client(t), s.URL+"/x")
			if (err == nil) != c.ok || c.ok && !bytes.Equal(res.Body, page) {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestBodyCutByTheServer(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "1000")
		_, _ = w.Write([]byte("half"))
	})
	if _, err := do(t, client(t), s.URL+"/x"); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

func TestTooLarge(t *testing.T) {
	small := func(o *Options) { o.MaxBody = 1000 }
	for _, n := range []int{999, 1000, 1001, 5000} {
		for _, coding := range []string{"", "gzip"} {
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if coding != "" {
					w.Header().Set("Content-Encoding", coding)
				}
				_, _ = w.Write(squeeze(t, coding, bytes.Repeat([]byte("x"), n)))
			})
			res, err := do(t, client(t, small), s.URL+"/x")
			if n <= 1000 && (err != nil || len(res.Body) != n) || n > 1000 && !errors.Is(err, ErrTooLarge) {
				t.Errorf("%d bytes, %q: %v", n, coding, err)
			}
		}
	}
}

// TestPackedInPacked: what stands between two codings is as bounded as what comes out. Millions of packed
// parts that hold nothing make no body, and a few kilobytes would keep a processor busy for as long as
// the answer may take.
func TestPackedInPacked(t *testing.T) {
	nothing := squeeze(t, "gzip", nil)
	body := squeeze(t, "gzip", bytes.Repeat(nothing, 2<<20/len(nothing)))
	if len(body) > 64<<10 {
		t.Fatalf("%d bytes on the way", len(body))
	}
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(body)
	})
	res, err := do(t, client(t, func(o *Options) { o.MaxBody = 1 << 20 }), s.URL+"/x")
	if !errors.Is(err, ErrTooLarge) {
		t.Errorf("%v, %v", res, err)
	}
}

func TestMaxBodyOfOneRequest(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write(make([]byte, 5000)) })
	c := client(t, func(o *Options) { o.MaxBody = 1000 })
	if res, err := c.For(s.URL).Do(t.Context(), Request{URL: s.URL + "/x", MaxBody: 5000}); err != nil || len(res.Body) != 5000 {
		t.Errorf("a larger bound: %v", err)
	}
}

// Twenty hosts that send bombs and endless bodies at once stay within a few times
// the bound of one body: large ones are read a few at a time.
func TestHostileBodiesTakeLittleMemory(t *testing.T) {
	bomb := squeeze(t, "gzip", make([]byte, 50<<20))
	runtime.GC()
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/bomb" {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb)
			return
		}
		piece := make([]byte, 64<<10)
		for r.Context().Err() == nil {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
	})}
	defer server.Close()
	var addrs []string
	for i := range 20 {
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.%d:0", i+2))
		if err != nil {
			t.Skipf("this system has one loopback address: %v", err)
		}
		go func() { _ = server.Serve(l) }()
		addrs = append(addrs, l.Addr().String())
	}
	peak := peakHeap(func() {
		// Twenty at once on a busy machine: no other bound than the size may end them.
		c := client(t, func(o *Options) { o.Timeout, o.Idle = 10*time.Minute, 10*time.Minute })
		var wg sync.WaitGroup
		for i, addr := range addrs {
			wg.Go(func() {
				path := [2]string{"/bomb", "/endless"}[i%2]
				if _, err := c.For("http://"+addr).Do(t.Context(), Request{URL: "http://" + addr + path, API: true}); !errors.Is(err, ErrTooLarge) {
					t.Errorf("%s: %v", path, err)
				}
			})
		}
		wg.Wait()
	})
	t.Logf("the heap grew by %d MiB at most", peak>>20)
	if peak > 250<<20 { // 4 bodies of 10 MiB, growing, twice for the collector, 20 small ones
		t.Errorf("the heap grew by %d MiB", peak>>20)
	}
}

// peakHeap is by how much the heap grew at most while f ran.
func peakHeap(f func()) uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	start, peak := m.HeapAlloc, m.HeapAlloc
	stop := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		for {
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
			select {
			case <-stop:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	})
	f()
	close(stop)
	watch.Wait()
	return peak - start
}

func TestSlowBodiesEnd(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		for r.Context().Err() == nil {
			_, _ = w.Write([]byte("x"))
			_ = rc.Flush()
			if r.URL.Path == "/still" {
				<-r.Context().Done()
				return
			}
			select {
			case <-time.After(5 * time.Millisecond):
			case <-r.Context().Done():
			}
		}
	})
	for _, test := range []struct {
		path, text    string
		timeout, idle time.Duration
	}{
		{"/drip", "took too long", 500 * time.Millisecond, time.Minute},
		{"/still", "stood still", time.Minute, 80 * time.Millisecond},
	} {
		c := client(t, func(o *Options) { o.Timeout, o.Idle = test.timeout, test.idle })
		if _, err := do(t, c, s.URL+test.path); !errors.Is(err, ErrTimeout) || !strings.Contains(err.Error(), test.text) {
			t.Errorf("%s: %v", test.path, err)
		}
	}
}

func TestSilentServerEnds(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	c := client(t, func(o *Options) { o.Timeout = 100 * time.Millisecond })
	if _, err := do(t, c, s.URL+"/x"); !errors.Is(err, ErrTimeout) {
		t.Errorf("got %v", err)
	}
}

func TestHugeHeadersAreRefused(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		for i := range 400 {
			w.Header().Set("X-"+strconv.Itoa(i), strings.Repeat("x", 1000))
		}
	})
	if _, err := do(t, client(t), s.URL+"/x"); err == nil {
		t.Error("400 KiB of headers were taken")
	}
}

func TestChallenge(t *testing.T) {
	filler := strings.Repeat("<p>a long thread about captcha and g-recaptcha, and about Cloudflare</p>", 2000)
	for _, c := range []struct {
		name   string
		status int
		body   string
		want   string
	}{
		{"cloudflare", 403, `<title>Just a moment...</title><script>window._cf_chl_opt={}</script>`, "Cloudflare"},
		{"cloudflare with 200", 200, `<title>Just a moment...</title><script>window._cf_chl_opt={}</script>`, "Cloudflare"},
		{"captcha with 507", 507, `<form>captcha</form>`, "captcha"},
		{"anubis", 200, `<title>Making sure you&#39;re not a bot!</title><script src="/.within.website/x/cmd/anubis/static/js/main.mjs">`, "Anubis"},
		{"ddos-guard", 503, `<title>DDOS-GUARD</title><script src="/.well-known/ddos-guard/js-challenge/index.js">`, "DDoS-Guard"},
		{"yandex", 200, `<title>Вы не робот?</title><div class="CheckboxCaptcha">`, "captcha"},
		{"a comment form with a captcha", 200, `<title>My blog</title><div class="g-recaptcha"></div>`, ""},
		{"a thread about them", 200, `<title>Just a moment... said the bank</title>` + filler, ""},
		{"a plain 403", 403, `<title>403</title>`, ""},
		{"repairs on a page with a contact form", 503, `<title>Shop: back soon</title><form><div class="g-recaptcha"></div></form>`, "captcha"},
		{"the same that says when", 503, `RETRY<title>Shop: back soon</title><form><div class="g-recaptcha"></div></form>`, ""},
		{"too much, says when", 429, `RETRY<title>429</title><script src="https://hcaptcha.com/1/api.js"></script>`, ""},
		{"a gate that says when", 503, `RETRY<title>Just a moment...</title><script>window._cf_chl_opt={}</script>`, "Cloudflare"},
		{"a captcha that says when", 429, `RETRY<title>Вы не робот?</title><div class="CheckboxCaptcha">`, "captcha"},
	} {
		t.Run(c.name, func(t *testing.T) {
			header := http.Header{}
			if strings.HasPrefix(c.body, "RETRY") {
				header.Set("Retry-After", "600")
			}
			got := challenge(c.status, header, []byte(c.body))
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestParseReset(t *testing.T) {
	now := time.Date(2026, 11, 27, 12, 0, 0, 250e6, time.UTC)
	for value, want := range map[string]time.Duration{
		"45": 45 * time.Second, "1.5": 1500 * time.Millisecond, "": 0, "soon": 0, "-3": 0,
		fmt.Sprint(now.Unix() + 60):                     time.Minute,
		fmt.Sprint(now.Add(time.Minute).UnixMilli()):    time.Minute, // as many write it
		fmt.Sprint(now.Add(-time.Hour).UnixMilli()):     0,
		now.Add(time.Minute).Format(time.RFC3339):       time.Minute,
		fmt.Sprint(now.Add(99 * time.Hour).UnixMilli()): maxRetryAfter,
	} {
		if got := parseReset(value, now); (got - want).Abs() > time.Second {
			t.Errorf("%q: %v, want %v", value, got, want)
		}
	}
}
