package daemon

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/config"
)

// One who asks and does not read the answer holds a connection no longer than writeTimeout.
func TestWebCutsOffWhoDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe() // its writes wait for the reader
		defer there.Close()
		flood := make([]byte, 1<<20)
		w := &webServer{log: slog.New(slog.DiscardHandler), metrics: http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write(flood) }),
			health: http.NotFoundHandler(), ready: http.NotFoundHandler(), interactions: http.NotFound, pushed: http.NotFoundHandler(), public: &oneConn{conn: here, done: make(chan struct{})}}
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan struct{})
		go func() { w.serve(ctx); close(served) }()
		if _, err := there.Write([]byte("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(writeTimeout + time.Second)
		if n, err := there.Read(flood); err == nil {
			t.Errorf("still connected after %v: %d bytes", writeTimeout, n)
		}
		cancel()
		<-served
	})
}

// oneConn is a listener of a single connection.
type oneConn struct {
	conn net.Conn
	done chan struct{}
}

func (l *oneConn) Accept() (net.Conn, error) {
	if c := l.conn; c != nil {
		l.conn = nil
		return c, nil
	}
	<-l.done
	return nil, net.ErrClosed
}

func (l *oneConn) Close() error   { close(l.done); return nil }
func (l *oneConn) Addr() net.Addr { return &net.TCPAddr{} }

// TestConnectionsAreBounded: who opens more connections than maxConns and says nothing takes no
// more of them; when they end, the next is served.
func TestConnectionsAreBounded(t *testing.T) {
	w := listening(config.Web{Listen: "127.0.0.1:0"})
	if err := w.listen(); err != nil {
		t.Fatal(err)
	}
	counter := &connCounter{Listener: w.public}
	w.public = counter
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan struct{})
	go func() { w.serve(ctx); close(served) }()
	t.Cleanup(func() { cancel(); <-served })
	address := w.public.Addr().String()
	var silent []net.Conn
	for range maxConns + 44 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		silent = append(silent, c)
	}
	for began := time.Now(); counter.most.Load() < maxConns; time.Sleep(time.Millisecond) {
		if time.Since(began) > 30*time.Second {
			t.Fatalf("%d connections are taken, want %d", counter.most.Load(), maxConns)
		}
	}
	for _, c := range silent {
		_ = c.Close()
	}
	client := http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get("http://" + address + "/livez")
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("after the silent ones left: %v", err)
	}
	_ = res.Body.Close()
	if n := counter.most.Load(); n > maxConns {
		t.Errorf("%d connections were open at once", n)
	}
}

// connCounter remembers how many connections were open at once.
type connCounter struct {
	net.Listener
	open, most atomic.Int32
}

func (l *connCounter) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	for n, most := l.open.Add(1), l.most.Load(); n > most && !l.most.CompareAndSwap(most, n); most = l.most.Load() {
	}
	var once sync.Once
	return &countedConn{c, func() { once.Do(func() { l.open.Add(-1) }) }}, nil
}

type countedConn struct {
	net.Conn
	closes func()
}

func (c *countedConn) Close() error { c.closes(); return c.Conn.Close() }
