package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestPlain: every kind of failure, made by the real thing, says what was asked, what
// happened and what to do, and nothing of how programs speak of it.
func TestPlain(t *testing.T) {
	site := httptest.NewTLSServer(http.NotFoundHandler()) // its certificate is for example.com
	defer site.Close()
	roots := x509.NewCertPool()
	roots.AddCert(site.Certificate())
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err == nil {
			_ = conn.Close()
		}
	}))
	defer broken.Close()
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer slow.Close()
	closed := httptest.NewServer(nil)
	closed.Close()

	get := func(address string, config *tls.Config, lookup error) error {
		dialer := &net.Dialer{}
		patience := time.Minute
		if strings.HasPrefix(address, slow.URL) {
			patience = 300 * time.Millisecond
		}
		client := &http.Client{Timeout: patience, Transport: &http.Transport{
			TLSClientConfig: config, DisableKeepAlives: true,
			DialContext: func(ctx context.Context, network, to string) (net.Conn, error) {
				if lookup != nil {
					return nil, &net.OpError{Op: "dial", Net: network, Err: lookup}
				}
				if strings.HasPrefix(to, "news.example") || strings.HasPrefix(to, "example.com") {
					to = strings.TrimPrefix(site.URL, "https://")
				}
				return dialer.DialContext(ctx, network, to)
			},
		}}
		resp, err := client.Get(address)
		if err == nil {
			_ = resp.Body.Close()
			t.Fatalf("%s can be read", address)
		}
		u, perr := url.Parse(address)
		if perr != nil {
			t.Fatal(perr)
		}
		return fail(u, cause(t.Context(), err))
	}
	port := func(s *httptest.Server) string { return s.URL[strings.LastIndex(s.URL, ":")+1:] }
	at := func(address string, err error) error {
		u, _ := url.Parse(address)
		return fail(u, err)
	}
	trusted := func(clock time.Time) *tls.Config {
		return &tls.Config{RootCAs: roots, Time: func() time.Time { return clock }}
	}
	never := time.Now().AddDate(200, 0, 0)
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"no such name":   {get("https://news.exmaple/rss", nil, &net.DNSError{Err: "no such host", Name: "news.exmaple", Server: "10.0.0.1:53", IsNotFound: true}), "https://news.exmaple/rss: no site has the name news.exmaple; check how the address is written"},
		"no resolver":    {get("https://news.example/rss", nil, &net.DNSError{Err: "server misbehaving", Name: "news.example", Server: "10.0.0.1:53", IsTemporary: true}), "https://news.example/rss: the name news.example cannot be looked up now; is this machine on the internet?; it is asked again later"},
		"refused":        {get(closed.URL+"/rss", nil, nil), "URL/rss: nothing answers on port PORT of 127.0.0.1; the site may be down, or the address wrong; it is asked again later"},
		"broken off":     {get(broken.URL+"/", nil, nil), "URL/: the server broke off the connection; it is asked again later"},
		"slow":           {get(slow.URL+"/", nil, nil), "URL/: the server took too long to answer; it is asked again later"},
		"untrusted":      {get("https://example.com/", nil, nil), "https://example.com/: the site's certificate is signed by nobody this machine trusts; tell the site's owner"},
		"another's name": {get("https://news.example/", trusted(time.Now()), nil), "https://news.example/: the site's certificate is for example.com, *.example.com and not for news.example; use the address it is for, or tell the site's owner"},
		"expired":        {get("https://example.com/", trusted(never), nil), "https://example.com/: the site's certificate expired on DAY; tell the site's owner; is the clock of this machine right?"},
		"no https":       {get("https://127.0.0.1:"+port(broken)+"/", nil, nil), ""},
		"robots too":     {at("https://a.example/rss", fmt.Errorf("robots.txt cannot be read, so the page is not asked for: %w", &net.DNSError{Name: "a.example", IsNotFound: true})), "https://a.example/rss: no site has the name a.example; check how the address is written"},
		"robots, 429":    {at("https://a.example/rss", fmt.Errorf("robots.txt cannot be read: %w", &RetryError{Status: 429, URL: "https://a.example/robots.txt"})), "https://a.example/rss: the site asks for a pause (429 too many requests); it is asked again later"},
		"robots":         {at("https://a.example/rss", ErrRobots), "https://a.example/rss: robots.txt does not allow this page; ask the site or remove the source"},
		"private":        {at("http://10.0.0.1/", ErrPrivate), "http://10.0.0.1/: the address is in a private network; if it is yours, add its network to fetch.allow_private and name this very host and port in the source"},
		"challenge":      {fmt.Errorf("page: older posts: %w", &BlockedError{Status: 403, URL: "https://a.example/", Why: "a Cloudflare challenge"}), "https://a.example/: the site does not let earshot read it: a Cloudflare challenge (403); ask the site for access, use its feed or API, or remove the source"},
		"forbidden":      {&BlockedError{Status: 403, URL: "https://a.example/"}, "https://a.example/: the site does not let earshot read it (403 forbidden); ask the site for access, use its feed or API, or remove the source"},
		"not found":      {&StatusError{Status: 404, URL: "https://a.example/"}, "https://a.example/: there is no such page (404 not found); check the address"},
		"gone":           {&StatusError{Status: 410, URL: "https://a.example/"}, "https://a.example/: the page is gone for good (410 gone); remove the source or give its new address"},
		"their trouble":  {&StatusError{Status: 502, URL: "https://a.example/"}, "https://a.example/: the site has trouble of its own (502 bad gateway); it is asked again later"},
		"teapot":         {&StatusError{Status: 418, URL: "https://a.example/"}, "https://a.example/: the site answers 418 i'm a teapot; open the address in a browser to see why"},
		"pause":          {&RetryError{Status: 503, URL: "https://a.example/", After: 90 * time.Second}, "https://a.example/: the site asks for a pause (503 service unavailable); it is asked again in 1m30s"},
		"turn":           {&RetryError{URL: "https://a.example/", After: time.Minute}, "https://a.example/: the site asks for a pause; it is asked again in 1m0s"},
	} {
		was, got, ok := Plain(test.err)
		if !ok || !strings.Contains(test.err.Error(), was) {
			t.Errorf("%s: %v is not found in %q", name, test.err, was)
		}
		want := strings.NewReplacer("DAY", day(site.Certificate().NotAfter)).Replace(test.want)
		for _, s := range []*httptest.Server{closed, broken, slow} {
			if strings.Contains(got, port(s)) {
				want = strings.NewReplacer("URL", s.URL, "PORT", port(s)).Replace(want)
			}
		}
		if test.want != "" && got != want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, want)
		}
		for _, jargon := range []string{"fetch: ", "dial tcp", "lookup ", "x509", "tls:", "Get \"", ":53", "EOF", "errno", "no such host"} {
			if strings.Contains(got, jargon) {
				t.Errorf("%s: %q is a programmer's word: %s", name, jargon, got)
			}
		}
	}
	if _, _, ok := Plain(errors.New("page: no posts")); ok {
		t.Error("an error of somebody else is taken for ours")
	}
}
