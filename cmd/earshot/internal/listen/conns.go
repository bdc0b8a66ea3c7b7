package listen

import (
	"net"
	"net/netip"
	"sync"
)

// connsOfOne is how many connections one address may have open at once: half of all, so that no one
// keeps the others out. An office behind one address needs a few for each browser.
const connsOfOne = maxConns / 2

// sharedListener closes what one address opens beyond connsOfOne at once. Proxies of the operator's own
// ask for many.
type sharedListener struct {
	net.Listener
	proxies []netip.Prefix

	mu   sync.Mutex
	open map[netip.Addr]int
}

// Accept implements net.Listener.
func (l *sharedListener) Accept() (net.Conn, error) {
	for {
		c, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		peer, err := netip.ParseAddrPort(c.RemoteAddr().String())
		if err != nil || among(peer.Addr().Unmap(), l.proxies) {
			return c, nil
		}
		by := network(peer.Addr().Unmap())
		if l.take(by) {
			return &sharedConn{Conn: c, back: sync.OnceFunc(func() { l.giveBack(by) })}, nil
		}
		_ = c.Close() // who asked sees it
	}
}

func (l *sharedListener) take(by netip.Addr) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[by] >= connsOfOne {
		return false
	}
	if l.open == nil {
		l.open = map[netip.Addr]int{}
	}
	l.open[by]++
	return true
}

func (l *sharedListener) giveBack(by netip.Addr) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.open[by]--; l.open[by] == 0 {
		delete(l.open, by)
	}
}

type sharedConn struct {
	net.Conn
	back func()
}

// Close implements net.Conn.
func (c *sharedConn) Close() error {
	c.back()
	return c.Conn.Close()
}
