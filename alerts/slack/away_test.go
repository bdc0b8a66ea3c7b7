package slack_test

import (
	"errors"
	"net"
	"net/http"
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
