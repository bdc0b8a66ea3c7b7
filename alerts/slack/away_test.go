package slack_test

import (
	"errors"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
)

// away is a network on which nobody answers until back is called.
type away struct {
	returned atomic.Bool
	real     http.Transport
}

func (a *away) back() { a.returned.Store(true) }

func (a *away) RoundTrip(r *http.Request) (*http.Response, error) {
	if a.returned.Load() {
		return a.real.RoundTrip(r)
	}
	return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused")}
}

func (a *away) CloseIdleConnections() { a.real.CloseIdleConnections() }

// held is a network on which the calls of one method wait.
type held struct {
	http.Transport
	method string
	until  chan struct{} // closed
}

func (h *held) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, h.method) {
		select {
		case <-h.until:
		case <-r.Context().Done():
			return nil, r.Context().Err()
		}
	}
	return h.Transport.RoundTrip(r)
}
