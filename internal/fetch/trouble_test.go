package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"

	"github.com/earshot/earshot/internal/i18n"
)

// TestTroubles: every kind of failure is sorted the same for people of every language: the
// word has a text in each, and Plain's English is of the same kind.
func TestTroubles(t *testing.T) {
	texts, err := i18n.New()
	if err != nil {
		t.Fatal(err)
	}
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	for _, c := range []struct {
		err   error
		want  Trouble
		plain string
	}{
		{&BlockedError{Status: 403, URL: "u", Why: "a Cloudflare challenge"}, Challenge, "does not let earshot read it"},
		{&BlockedError{Status: 401, URL: "u"}, Blocked, "does not let earshot read it"},
		{ErrRobots, Robots, "robots.txt does not allow"},
		{ErrReserved, Reserved, "tdm-reservation"},
		{&StatusError{Status: 410, URL: "u"}, Gone, "gone for good"},
		{ErrGone, Gone, "gone for good"},
		{&RetryError{Status: 429, URL: "u"}, Paused, "asks for a pause"},
		{&StatusError{Status: 404, URL: "u"}, NotFound, "no such page"},
		{&StatusError{Status: 502, URL: "u"}, Answered, "trouble of its own"},
		{ErrTooLarge, TooLarge, "larger than allowed"},
		{ErrTooManyRedirects, Redirects, "more than 5 redirects"},
		{ErrCircle, Circle, "may want a cookie"},
		{ErrPrivate, Private, "private network"},
		{ErrPort, Private, "neither 80 nor 443"},
		{dial(&net.DNSError{Name: "a.example", IsNotFound: true}), NoName, "no site has the name a.example"},
		{dial(&net.DNSError{Name: "a.example", IsTimeout: true}), NoLookup, "cannot be looked up now"},
		{&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, Certificate, "certificate"},
		{x509.HostnameError{Host: "a.example", Certificate: &x509.Certificate{}}, Certificate, "certificate"},
		{tls.RecordHeaderError{Msg: "x"}, NoHTTPS, "does not speak https"},
		{ErrTimeout, TimedOut, "took too long"},
		{context.DeadlineExceeded, TimedOut, "deadline"},
		{dial(syscall.ECONNREFUSED), Refused, "nothing answers on port"},
		{dial(syscall.EHOSTUNREACH), NoWay, "no way to"},
		{syscall.ECONNRESET, BrokenOff, "broke off the connection"},
		{io.EOF, BrokenOff, "broke off the connection"},
		{fmt.Errorf("%w: %w", ErrEncoding, io.ErrUnexpectedEOF), Other, "cannot be decompressed"},
		{dial(syscall.EMFILE), Unreachable, "cannot be reached"},
		{errors.New("odd"), Other, "odd"},
	} {
		wrapped := fmt.Errorf("page: older posts: %w", &located{url: "https://a.example/x", err: c.err})
		got, _ := TroubleOf(wrapped)
		if got != c.want {
			t.Errorf("%v is %q, want %q", c.err, got, c.want)
		}
		if _, now, ok := Plain(wrapped); !ok || !strings.Contains(now, c.plain) {
			t.Errorf("%v in words: %q, want %q", c.err, now, c.plain)
		}
		if got == Other {
			continue
		}
		for _, code := range []string{"en", "ru", "uk", "bg"} {
			key := "trouble." + string(got)
			if said := texts.In(code).Text(key, "status", 1); said == key {
				t.Errorf("%s: no text for %s", code, key)
			}
		}
	}
}
