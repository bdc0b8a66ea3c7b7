package fetch

import (
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// TestHostBudget: a page may not send one poll to any number of strangers.
func TestHostBudget(t *testing.T) {
	var asked atomic.Int32 // by its other name
	s := serve(t, nil)
	away := strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Host, "localhost") {
			asked.Add(1)
		}
		switch r.URL.Path {
		case "/robots.txt":
			http.NotFound(w, r)
		case "/away":
			http.Redirect(w, r, away+"/there", http.StatusFound)
		}
	})
	c := client(t).For(s.URL, away)
	ctx := WithHostBudget(t.Context(), 1)
	for range 3 { // one host costs once
		if _, err := c.Do(ctx, Request{URL: s.URL + "/here"}); err != nil {
			t.Fatal(err)
		}
	}
	for _, address := range []string{s.URL + "/away", away + "/there"} {
		if _, err := c.Do(ctx, Request{URL: address}); !errors.Is(err, ErrTooManyHosts) {
			t.Errorf("%s: %v, want it refused", address, err)
		}
	}
	if n := asked.Load(); n != 0 {
		t.Errorf("the second host was asked %d times", n)
	}
	if _, err := c.Do(WithHostBudget(t.Context(), 2), Request{URL: s.URL + "/away"}); err != nil {
		t.Errorf("a budget of two: %v", err)
	}
	if _, err := c.Do(t.Context(), Request{URL: s.URL + "/away"}); err != nil {
		t.Errorf("without a budget: %v", err)
	}
}

// TestHostBudgetOfRobots: a robots.txt may send nobody to more strangers than its page may.
func TestHostBudgetOfRobots(t *testing.T) {
	s := serve(t, nil)
	away := strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
	var asked atomic.Int32 // by its other name
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.Host, "localhost"):
			asked.Add(1)
			http.NotFound(w, r)
		case r.URL.Path == "/robots.txt":
			http.Redirect(w, r, away+"/robots.txt", http.StatusFound)
		}
	})
	c := client(t).For(s.URL, away)
	if _, err := c.Do(WithHostBudget(t.Context(), 1), Request{URL: s.URL + "/here"}); !errors.Is(err, ErrTooManyHosts) || asked.Load() != 0 {
		t.Errorf("%v, and the second host was asked %d times", err, asked.Load())
	}
	if _, err := c.Do(WithHostBudget(t.Context(), 2), Request{URL: s.URL + "/here"}); err != nil || asked.Load() != 1 {
		t.Errorf("a budget of two: %v, and the second host was asked %d times", err, asked.Load())
	}
}

// TestWhile: a request that may not be sent any more when its turn comes is not sent.
func TestWhile(t *testing.T) {
	var asked atomic.Int32
	s := serve(t, nil)
	s.Config.Handler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Add(1) })
	over := errors.New("over")
	var why error
	ctx := While(t.Context(), func() error { return why })
	c := client(t).For(s.URL)
	for _, want := range []error{nil, over} {
		why = want
		if _, err := c.Do(ctx, Request{URL: s.URL, API: true}); !errors.Is(err, want) {
			t.Errorf("%v, want %v", err, want)
		}
	}
	if n := asked.Load(); n != 1 {
		t.Errorf("asked %d times, want once", n)
	}
}
