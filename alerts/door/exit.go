package door

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/earshot/earshot/alerts"
	"github.com/earshot/earshot/internal/fetch"
)

// Some services of the library send through http.DefaultClient and through nothing else.
// So the process's own client is one that lets out what a door is sending just now, under
// the guard of that door, and refuses everything else: nothing of earshot uses it.

// Exit is the transport of the process's own client.
type Exit struct {
	mu    sync.Mutex
	at    map[string]*attempt      // by the host they send to
	turns map[string]chan struct{} // one at a time for each host
}

// NewExit makes one. It does nothing before Install.
func NewExit() *Exit { return &Exit{at: map[string]*attempt{}, turns: map[string]chan struct{}{}} }

// Install makes e the way of http.DefaultClient. It is for the beginning of a program:
// requests that are under way are not waited for.
func (e *Exit) Install() { *http.DefaultClient = http.Client{Transport: e} }

// installed reports whether the process's own client is guarded by e.
func (e *Exit) installed() bool {
	return e != nil && http.DefaultClient.Transport == http.RoundTripper(e)
}

var errNotOurs = errors.New("earshot sends nothing by the process's own client but what a door sends")

// RoundTrip sends what the attempt under way at the host is about.
func (e *Exit) RoundTrip(r *http.Request) (*http.Response, error) {
	e.mu.Lock()
	a := e.at[r.URL.Host]
	e.mu.Unlock()
	if a == nil {
		return nil, errNotOurs
	}
	return a.RoundTrip(r)
}

// enter waits for the host's turn and lets the attempt out until leave is called.
func (e *Exit) enter(ctx context.Context, host string, a *attempt) (leave func(), err error) {
	e.mu.Lock()
	turn := e.turns[host]
	if turn == nil {
		turn = make(chan struct{}, 1)
		e.turns[host] = turn
	}
	e.mu.Unlock()
	select {
	case turn <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	e.mu.Lock()
	e.at[host] = a
	e.mu.Unlock()
	return func() {
		e.mu.Lock()
		delete(e.at, host)
		e.mu.Unlock()
		<-turn
	}, nil
}

// attempt is one message on its way to one recipient. It lets one request out and keeps
// what was answered: what the library makes of it is not enough to say whether the message
// was taken.
type attempt struct {
	ctx  context.Context
	next http.RoundTripper

	mu     sync.Mutex
	asked  bool // or never will be
	status int
	moved  *alerts.MovedError
	after  time.Duration
	body   []byte
	err    error
}

var errOnce = errors.New("a message is sent once; earshot tries again by itself")

// maxAnswer is how much of an answer is read.
const maxAnswer = 16 << 10

// RoundTrip lets the first request out, and nothing after it or after close.
func (a *attempt) RoundTrip(r *http.Request) (*http.Response, error) {
	a.mu.Lock()
	if a.asked {
		a.mu.Unlock()
		return nil, errOnce
	}
	a.asked = true
	a.mu.Unlock()
	resp, err := a.next.RoundTrip(r.Clone(a.ctx))
	var body []byte
	if err == nil {
		body, _ = io.ReadAll(io.LimitReader(resp.Body, maxAnswer)) // the status says what became of it
		resp.Body.Close()
		resp.Body = io.NopCloser(bytes.NewReader(body))
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil {
		a.err = err
		return nil, err
	}
	a.status, a.body = resp.StatusCode, body
	after, _ := fetch.RetryAfter(resp.Header, time.Now())
	a.after = min(after, maxPause)
	if resp.StatusCode >= 300 && resp.StatusCode < 400 {
		a.moved = &alerts.MovedError{}
		if to, err := resp.Location(); err == nil {
			a.moved.Host = to.Scheme + "://" + to.Host
		}
		return nil, fmt.Errorf("%w", a.moved)
	}
	return resp, nil
}

// close lets nothing out any more and reports whether something was.
func (a *attempt) close() (asked bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	asked = a.asked
	a.asked = true
	return asked
}

// maxPause bounds the silence a service may ask for.
const maxPause = time.Hour
