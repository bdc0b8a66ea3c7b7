package listen

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/earshot/earshot/config"
	"github.com/earshot/earshot/crawlers/push"
)

// One who asks and does not read the answer holds a connection no longer than writeTimeout.
func TestWebCutsOffWhoDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe() // its writes wait for the reader
		defer there.Close()
		flood := make([]byte, 1<<20)
		w := &Server{Log: slog.New(slog.DiscardHandler), Metrics: http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { _, _ = rw.Write(flood) }),
			Health: http.NotFoundHandler(), Ready: http.NotFoundHandler(), Interactions: http.NotFound, Pushed: http.NotFoundHandler(), public: &oneConn{conn: here, done: make(chan struct{})}}
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan struct{})
		go func() { w.Serve(ctx); close(served) }()
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
	if err := w.Listen(); err != nil {
		t.Fatal(err)
	}
	counter := &connCounter{Listener: w.public}
	w.public = counter
	ctx, cancel := context.WithCancel(t.Context())
	served := make(chan struct{})
	go func() { w.Serve(ctx); close(served) }()
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

// TestOneAddressLeavesRoom: who holds as many connections as one address may keeps no other address
// out; an operator's proxy may have them all.
func TestOneAddressLeavesRoom(t *testing.T) {
	greedy := netip.MustParsePrefix("127.0.0.2/32")
	for _, proxies := range [][]netip.Prefix{nil, {greedy}} {
		w := listening(config.Web{Listen: "127.0.0.1:0", PublicURL: "https://earshot.romashka.example", AdminListen: "127.0.0.1:0", Proxy: config.WebProxy{From: proxies}})
		if err := w.Listen(); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		served := make(chan struct{})
		go func() { w.Serve(ctx); close(served) }()
		address := w.public.Addr().String()
		from := net.Dialer{LocalAddr: &net.TCPAddr{IP: greedy.Addr().AsSlice()}}
		answered, buf := 0, make([]byte, 64)
		for range connsOfOne + 20 {
			c, err := from.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			_, _ = c.Write([]byte("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"))
			if n, _ := c.Read(buf); n > 0 {
				answered++
			}
		}
		want := connsOfOne
		if proxies != nil {
			want += 20
		}
		if answered != want {
			t.Errorf("proxies %v: %d connections are answered, want %d", proxies, answered, want)
		}
		cancel()
		<-served
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

// TestRequestsUnderWayEndBeforeTheServer: posts that are being handed in when earshot stops are
// stored and answered, and one who takes longer is cut off, before the stores are closed.
func TestRequestsUnderWayEndBeforeTheServer(t *testing.T) {
	for _, c := range []struct {
		name   string
		takes  time.Duration
		answer string
	}{{"in time", webGrace / 3, "stored"}, {"too long", time.Minute, ""}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := listening(config.Web{Listen: "127.0.0.1:0"})
			begun := make(chan struct{})
			var ended atomic.Bool
			w.Pushed = http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
				defer ended.Store(true)
				close(begun)
				select {
				case <-time.After(c.takes):
					_, _ = rw.Write([]byte("stored"))
				case <-r.Context().Done():
				}
			})
			if err := w.Listen(); err != nil {
				t.Fatal(err)
			}
			ctx, stop := context.WithCancel(t.Context())
			served, answered := make(chan struct{}), make(chan string, 1)
			go func() { w.Serve(ctx); close(served) }()
			go func() {
				answer := ""
				if res, err := http.Post("http://"+w.public.Addr().String()+push.Path, "application/json", nil); err == nil {
					body, _ := io.ReadAll(res.Body)
					_ = res.Body.Close()
					answer = string(body)
				}
				answered <- answer
			}()
			<-begun
			stop()
			<-served
			if !ended.Load() {
				t.Error("the server says that it ended, and a request is under way")
			}
			if got := <-answered; got != c.answer {
				t.Errorf("answered %q, want %q", got, c.answer)
			}
		})
	}
}
