package testkit

import (
	"io"
	"net"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Proxy is a TCP proxy on loopback whose network can be made bad: cut, slow, or
// deaf after the request. Everything may be changed while connections are open.
type Proxy struct {
	Addr string // where clients connect

	target string
	l      net.Listener
	wg     sync.WaitGroup
	delay  atomic.Int64 // nanoseconds before each piece of an answer
	down   atomic.Bool
	deaf   atomic.Bool
	mu     sync.Mutex
	conns  map[net.Conn]struct{}
	closed bool
	ended  chan struct{} // closed when the proxy is
}

// NewProxy starts a proxy to target ("127.0.0.1:6379"). It ends with the test.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{Addr: l.Addr().String(), target: target, l: l, conns: map[net.Conn]struct{}{}, ended: make(chan struct{})}
	p.wg.Add(1)
	go p.accept()
	t.Cleanup(p.close)
	return p
}

// ProxyTo starts a proxy to the server of an address, and returns the address by way of it.
func ProxyTo(t testing.TB, address string) (through string, p *Proxy) {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	p = NewProxy(t, u.Host)
	u.Host = p.Addr
	return u.String(), p
}

// Cut ends every open connection; new ones are served.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
}

// SetDown refuses new connections and cuts the open ones, until SetDown(false).
func (p *Proxy) SetDown(down bool) {
	p.down.Store(down)
	if down {
		p.Cut()
	}
}

// SetDelay holds each piece of an answer back for d.
func (p *Proxy) SetDelay(d time.Duration) { p.delay.Store(int64(d)) }

// SetDeaf lets requests through and drops their connection when the answer comes:
// the other side did it, and the client cannot know.
func (p *Proxy) SetDeaf(deaf bool) { p.deaf.Store(deaf) }

func (p *Proxy) accept() {
	defer p.wg.Done()
	for {
		c, err := p.l.Accept()
		if err != nil {
			return
		}
		if p.down.Load() || !p.track(c) {
			_ = c.Close()
			continue
		}
		p.wg.Add(1)
		go p.serve(c)
	}
}

func (p *Proxy) serve(client net.Conn) {
	defer p.wg.Done()
	defer p.forget(client)
	server, err := net.DialTimeout("tcp", p.target, 5*time.Second)
	if err != nil {
		return
	}
	if !p.track(server) {
		_ = server.Close()
		return
	}
	defer p.forget(server)
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(server, client)
		if tcp, ok := server.(*net.TCPConn); ok {
			_ = tcp.CloseWrite() // a half-closed request still wants its answer
		}
	}()
	p.answers(client, server)
	_ = client.Close()
	_ = server.Close()
	<-done
}

func (p *Proxy) answers(client, server net.Conn) {
	buf := make([]byte, 32<<10)
	for {
		n, err := server.Read(buf)
		if n > 0 {
			if p.deaf.Load() {
				return
			}
			if d := time.Duration(p.delay.Load()); d > 0 {
				select {
				case <-time.After(d):
				case <-p.ended:
					return
				}
			}
			if _, err := client.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

func (p *Proxy) track(c net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	p.conns[c] = struct{}{}
	return true
}

func (p *Proxy) forget(c net.Conn) {
	_ = c.Close()
	p.mu.Lock()
	delete(p.conns, c)
	p.mu.Unlock()
}

func (p *Proxy) close() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	close(p.ended)
	_ = p.l.Close()
	p.Cut()
	p.wg.Wait()
}
