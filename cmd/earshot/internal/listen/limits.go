package listen

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"golang.org/x/time/rate"
)

// How many requests one address may make. A person with the inbox open makes a few at once
// and then one now and then; Slack sends the presses of a whole team from few addresses.
const (
	requestsPerSecond = 25
	requestsAtOnce    = 100
	// addressesKept bounds the table: twice as many buckets at most, some 100 bytes each.
	addressesKept = 4096
	// proxiesRead bounds how many entries of X-Forwarded-For are looked at.
	proxiesRead = 16
)

// limited answers those with 429 who ask more often than requestsPerSecond. Who is on this
// machine is not held back.
func (w *Server) limited(next http.Handler) http.Handler {
	table := &limitTable{}
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if !w.here(r) && !table.of(network(askedBy(r, w.Web.Proxy.From))).Allow() {
			rw.Header().Set("Retry-After", "1")
			http.Error(rw, w.lang(r).Text("login.too_many"), http.StatusTooManyRequests)
			return
		}
		next.ServeHTTP(rw, r)
	})
}

// askedBy is the address a request comes from. Proxies of the operator's own say for whom
// they ask: each appends its caller to X-Forwarded-For, so the last entry that is no proxy
// is the one to believe. What stands before it anybody may have written.
func askedBy(r *http.Request, proxies []netip.Prefix) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	by := peer.Addr().Unmap()
	list := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(list) - 1; i >= max(0, len(list)-proxiesRead) && among(by, proxies); i-- {
		addr, err := netip.ParseAddr(strings.TrimSpace(list[i]))
		if err != nil {
			break
		}
		by = addr.Unmap().WithZone("")
	}
	return by
}

func among(addr netip.Addr, networks []netip.Prefix) bool {
	return slices.ContainsFunc(networks, func(n netip.Prefix) bool { return n.Contains(addr) })
}

// network is whom a limit is for: an address, and of IPv6 the /64 that one customer has.
func network(addr netip.Addr) netip.Addr {
	if addr.Is6() {
		if p, err := addr.WithZone("").Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return addr
}

// limitTable holds a bucket for each address that asked lately. When it is full, those who
// did not ask since it was full the last time are forgotten.
type limitTable struct {
	mu         sync.Mutex
	now, older map[netip.Addr]*rate.Limiter
}

func (t *limitTable) of(addr netip.Addr) *rate.Limiter {
	t.mu.Lock()
	defer t.mu.Unlock()
	if l, ok := t.now[addr]; ok {
		return l
	}
	l, ok := t.older[addr]
	if !ok {
		l = rate.NewLimiter(requestsPerSecond, requestsAtOnce)
	}
	if t.now == nil || len(t.now) >= addressesKept {
		t.now, t.older = make(map[netip.Addr]*rate.Limiter), t.now
	}
	t.now[addr] = l
	return l
}
