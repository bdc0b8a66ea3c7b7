package auth

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// Loopback reports whether a request comes from this machine over its own loopback, for the
// demo, where nobody signs in. It refuses names of other hosts, under which another site's page
// could reach this machine.
func Loopback(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && peer.Addr().Unmap().IsLoopback() && hereName(r.Host) && !HandedOn(r)
}

// hereName reports whether a Host header names this machine.
func hereName(host string) bool {
	host = strings.ToLower(strings.Trim(bareHost(host), "[]"))
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.Unmap().IsLoopback()
}

// onThisMachine reports whether a request comes from the machine it came to, and not
// through a proxy.
func onThisMachine(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || HandedOn(r) {
		return false
	}
	if peer.Addr().Unmap().IsLoopback() {
		return true
	}
	here, ok := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	if !ok {
		return false
	}
	own, err := netip.ParseAddrPort(here.String())
	return err == nil && own.Addr().Unmap() == peer.Addr().Unmap()
}

// HandedOn reports whether a proxy says that the request is another's.
func HandedOn(r *http.Request) bool {
	for header := range r.Header {
		if header == "Forwarded" || header == "Via" || strings.HasPrefix(header, "X-Forwarded-") || header == "X-Real-Ip" {
			return true
		}
	}
	return false
}
