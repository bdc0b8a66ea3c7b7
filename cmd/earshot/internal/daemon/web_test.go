package daemon

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
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
