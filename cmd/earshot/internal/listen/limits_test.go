package listen

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/config"
)

// TestLimits: one address is held back, another is not, and time helps.
func TestLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := listening(config.Web{Listen: "0.0.0.0:8080"})
		handler := w.limited(w.Routes())
		ask := func(from string, n int) (refused int) {
			for range n {
				r := httptest.NewRequest(http.MethodGet, "/healthz", nil)
				r.RemoteAddr = from
				answer := httptest.NewRecorder()
				handler.ServeHTTP(answer, r)
				switch {
				case answer.Code == http.StatusTooManyRequests && answer.Header().Get("Retry-After") == "1":
					refused++
				case answer.Code != http.StatusOK:
					t.Fatalf("answers %d", answer.Code)
				}
			}
			return refused
		}
		if n := ask("203.0.113.7:1000", 3*requestsAtOnce); n != 2*requestsAtOnce {
			t.Errorf("%d of %d are refused", n, 3*requestsAtOnce)
		}
		if n := ask("203.0.113.8:1000", requestsAtOnce); n != 0 {
			t.Errorf("another address: %d are refused", n)
		}
		if n := ask("[2001:db8::1]:1000", requestsAtOnce) + ask("[2001:db8::2]:1000", requestsAtOnce); n != requestsAtOnce {
			t.Errorf("two addresses of one customer: %d are refused", n)
		}
		time.Sleep(time.Second)
		if n := ask("203.0.113.7:2000", requestsPerSecond); n != 0 {
			t.Errorf("a second later: %d are refused", n)
		}
	})
	w := listening(config.Web{Listen: "127.0.0.1:8080"})
	handler := w.limited(w.Routes())
	for range 3 * requestsAtOnce {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/healthz", nil))
		if answer.Code != http.StatusOK {
			t.Fatalf("this machine is held back: %d", answer.Code)
		}
	}
}

// TestLimitTableIsBounded: a million addresses cost no more than a few thousand, and the
// one who asks all the time is not forgotten for it.
func TestLimitTableIsBounded(t *testing.T) {
	table := &limitTable{}
	addr := netip.MustParseAddr("203.0.113.7")
	busy := table.of(addr)
	for i := range 10 * addressesKept {
		table.of(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}))
		if i%1000 == 0 && table.of(addr) != busy {
			t.Fatalf("forgotten after %d others", i)
		}
	}
	if n := len(table.now) + len(table.older); n > 2*addressesKept {
		t.Errorf("%d addresses are kept", n)
	}
}

func TestAskedBy(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	for _, c := range []struct {
		peer      string
		forwarded []string
		want      string
	}{
		{"203.0.113.7:1", nil, "203.0.113.7"},
		{"203.0.113.7:1", []string{"198.51.100.1"}, "203.0.113.7"}, // no proxy of ours: ignored
		{"127.0.0.1:1", nil, "127.0.0.1"},
		{"127.0.0.1:1", []string{"198.51.100.1"}, "198.51.100.1"},
		{"127.0.0.1:1", []string{"1.1.1.1, 198.51.100.1"}, "198.51.100.1"}, // what stands before was written by the asker
		{"127.0.0.1:1", []string{"1.1.1.1", "198.51.100.1"}, "198.51.100.1"},
		{"127.0.0.1:1", []string{"198.51.100.1, 10.1.1.1"}, "198.51.100.1"},
		{"127.0.0.1:1", []string{"1.1.1.1, nonsense, 10.1.1.1"}, "10.1.1.1"},
		{"127.0.0.1:1", []string{""}, "127.0.0.1"},
		{"[::ffff:127.0.0.1]:1", []string{"2001:db8::1"}, "2001:db8::1"},
		{"[fd00::1]:1", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		{"nowhere", []string{"198.51.100.1"}, "invalid IP"},
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		for _, f := range c.forwarded {
			r.Header.Add("X-Forwarded-For", f)
		}
		if got := askedBy(r, proxies).String(); got != c.want {
			t.Errorf("%s %q: %s, want %s", c.peer, c.forwarded, got, c.want)
		}
	}
}

// FuzzAskedBy: who is no proxy of ours cannot say who asks.
func FuzzAskedBy(f *testing.F) {
	f.Add("1.2.3.4, ::1", "127.0.0.1")
	f.Fuzz(func(t *testing.T, forwarded, more string) {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.RemoteAddr = "203.0.113.7:1"
		r.Header["X-Forwarded-For"] = []string{forwarded, more}
		if got := askedBy(r, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}); fmt.Sprint(got) != "203.0.113.7" {
			t.Errorf("believed %s", got)
		}
		r.RemoteAddr = "10.0.0.1:1"
		_ = network(askedBy(r, []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}))
	})
}
