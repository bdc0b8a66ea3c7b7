package auth

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestOnThisMachine: a link of earshot login is for who sits at this machine, by its loopback or by
// an address of its own, and for nobody whom a proxy lets in.
func TestOnThisMachine(t *testing.T) {
	for _, c := range []struct {
		peer, here, header string
		want               bool
	}{
		{"127.0.0.1:5", "127.0.0.1:8080", "", true}, {"[::1]:5", "[::1]:8080", "", true}, {"[::ffff:127.0.0.1]:5", "127.0.0.1:8080", "", true},
		{"10.0.0.7:5", "10.0.0.7:8080", "", true}, {"[::ffff:10.0.0.7]:5", "10.0.0.7:8080", "", true}, // its own address in the network
		{"10.0.0.8:5", "10.0.0.7:8080", "", false}, {"10.0.0.8:5", "", "", false}, {"", "127.0.0.1:8080", "", false}, {"10.0.0.7:5", "unix", "", false},
		{"127.0.0.1:5", "127.0.0.1:8080", "Forwarded", false}, {"127.0.0.1:5", "127.0.0.1:8080", "Via", false}, {"127.0.0.1:5", "127.0.0.1:8080", "X-Real-Ip", false}, {"127.0.0.1:5", "127.0.0.1:8080", "X-Forwarded-Host", false},
	} {
		r := httptest.NewRequest("GET", "/login/once", nil)
		r.RemoteAddr = c.peer
		switch {
		case c.here == "unix":
			r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, &net.UnixAddr{Name: "/run/earshot"}))
		case c.here != "":
			at, err := net.ResolveTCPAddr("tcp", c.here)
			if err != nil {
				t.Fatal(err)
			}
			r = r.WithContext(context.WithValue(r.Context(), http.LocalAddrContextKey, at))
		}
		if c.header != "" {
			r.Header.Set(c.header, "10.0.0.1")
		}
		if got := onThisMachine(r); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}

// TestWayBack: after signing in people are led to a page of this site, and to no other.
func TestWayBack(t *testing.T) {
	for back, ours := range map[string]bool{
		"/inbox": true, "/case/1?back=%2Finbox": true, "/inbox?q=a//b": true,
		"": false, "inbox": false, "//evil.example": false, "///evil.example": false, "/%2F/evil.example": false, "/\\evil.example": false, "/\tevil": false,
		"https://evil.example/": false, "/login": false, "/login/slack": false, "/logout": false, "/%zz": false,
	} {
		if got, ok := ownPath(back); ok != ours || ok && got != back {
			t.Errorf("%q: %q %v", back, got, ok)
		}
	}
}
