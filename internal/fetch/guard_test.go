package fetch

import (
	"errors"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestGuardDecides asks the guard for its decision and dials nothing.
func TestGuardDecides(t *testing.T) {
	everything := newGuard([]netip.Prefix{netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")})
	some := newGuard([]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::ffff:127.0.0.0/104")})
	for _, tt := range []struct {
		guard *guard
		own   bool
		at    string
		want  error
	}{
		{some, true, "10.1.2.3:8080", nil},
		{some, true, "127.0.0.1:8080", nil},
		{some, true, "192.168.1.1:80", ErrPrivate},
		{some, false, "10.1.2.3:80", ErrPrivate}, // allowed, but not what the source names
		{some, false, "10.1.2.3:8080", ErrPrivate},
		{everything, false, "10.1.2.3:443", ErrPrivate},
		{some, false, "93.184.215.14:443", nil},
		{some, false, "93.184.215.14:80", nil},
		{some, false, "93.184.215.14:25", ErrPort},
		{some, false, "93.184.215.14:6379", ErrPort},
		{some, true, "93.184.215.14:8443", nil},
		{some, false, "[2606:2800:21f:cb07:6820:80da:af6b:8b2c]:22", ErrPort},
		{everything, true, "169.254.169.254:80", ErrPrivate},
		{everything, true, "168.63.129.16:80", ErrPrivate},
		{everything, false, "168.63.129.16:80", ErrPrivate},
		{everything, true, "168.63.129.16:32526", ErrPrivate},
		{everything, true, "100.100.100.200:80", ErrPrivate},
		{everything, true, "[fd00:ec2::254]:80", ErrPrivate},
		{everything, true, "169.254.170.2:80", ErrPrivate},     // keys of a task, Amazon ECS
		{everything, true, "169.254.170.23:80", ErrPrivate},    // of a pod, Amazon EKS
		{everything, true, "[fd00:ec2::23]:80", ErrPrivate},    // the same
		{everything, true, "[fd20:ce::254]:80", ErrPrivate},    // Google
		{everything, true, "[fe80::a9fe:a9fe]:80", ErrPrivate}, // and who takes the address of a link
		{everything, true, "169.254.0.23:80", ErrPrivate},      // Tencent
		{everything, true, "192.0.0.192:80", ErrPrivate},       // Oracle, older machines
		{everything, true, "[::ffff:169.254.169.254]:80", ErrPrivate},
		{everything, true, "[::ffff:168.63.129.16]:80", ErrPrivate},
		{everything, true, "[64:ff9b::a9fe:a9fe]:80", ErrPrivate},
		{everything, true, "[fe80::1%eth0]:80", ErrPrivate},
	} {
		if err := tt.guard.decide(tt.own, netip.MustParseAddrPort(tt.at)); !errors.Is(err, tt.want) {
			t.Errorf("own %v, %s: %v, want %v", tt.own, tt.at, err, tt.want)
		}
	}
	if err := some.control(true)("udp4", "10.1.2.3:80", nil); !errors.Is(err, ErrPrivate) {
		t.Errorf("udp: %v", err)
	}
}

// TestPrivateIsForTheSourceThatNamesIt: another site's redirect, and another port, get
// nowhere near a service that one source may read.
func TestPrivateIsForTheSourceThatNamesIt(t *testing.T) {
	var touched atomic.Int32
	inner := serve(t, func(w http.ResponseWriter, _ *http.Request) { touched.Add(1) })
	other := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, inner.URL+"/admin/restart?now=1", http.StatusFound)
	})
	c := New(Options{Gap: new(time.Duration), AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(c.Close)
	owner, stranger := c.For(inner.URL+"/news?page={page}"), c.For(other.URL)
	if _, err := do(t, owner, inner.URL+"/news"); err != nil || touched.Load() != 1 {
		t.Fatalf("its own source: %v, asked %d times", err, touched.Load())
	}
	for name, ask := range map[string]func() error{
		"a redirect":   func() error { _, err := do(t, stranger, other.URL); return err },
		"a link":       func() error { _, err := do(t, stranger, inner.URL); return err },
		"nobody's":     func() error { _, err := c.Do(t.Context(), Request{URL: inner.URL}); return err },
		"another port": func() error { _, err := do(t, owner, other.URL); return err },
		"a stream":     func() error { _, err := stranger.StreamClient().Get(inner.URL); return err },
		"a plain dial": func() error {
			_, err := stranger.dialContext(t.Context(), "tcp", strings.TrimPrefix(inner.URL, "http://"))
			return err
		},
		"after a reload": func() error { _, err := do(t, c.With(c.opt).For(other.URL), other.URL); return err },
	} {
		if err := ask(); !errors.Is(err, ErrPrivate) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := touched.Load(); n != 1 {
		t.Errorf("the inner service was asked %d times", n)
	}
	if _, err := do(t, c.For(other.URL, inner.URL), other.URL); err != nil {
		t.Errorf("a source that names both: %v", err)
	}
}
