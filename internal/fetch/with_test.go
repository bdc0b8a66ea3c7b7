package fetch

import (
	"errors"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/earshot/earshot/internal/testkit"
)

// renewed is c with the options that a reload could bring.
func renewed(t *testing.T, c *Client) *Client {
	t.Helper()
	next := c.With(Options{Contact: "new@romashka.example", Gap: new(time.Duration), AllowPrivate: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}})
	t.Cleanup(next.Close)
	return next
}

// TestWithKeepsPauses: what a host asked of one client holds for its successor, and
// robots.txt is not asked for again.
func TestWithKeepsPauses(t *testing.T) {
	s := testkit.PlayText(t, "GET /robots.txt\n200\ntext: User-agent: *\ntext: Disallow: /no\n\nGET /a\n429\nRetry-After: 3600\n\nGET /b maybe\n200\n")
	c := client(t)
	_, _ = do(t, c, s.URL+"/a")
	next := renewed(t, c)
	var retry *RetryError
	if _, err := do(t, next, s.URL+"/b"); !errors.As(err, &retry) || retry.After < 59*time.Minute {
		t.Errorf("the successor of a client that was to wait an hour says %v", err)
	}
	if _, err := do(t, next, s.URL+"/no"); !errors.Is(err, ErrRobots) {
		t.Errorf("a closed page: %v", err)
	}
	if n := s.Count("/b") + s.Count("/robots.txt"); n != 1 {
		t.Errorf("the host was asked %d times, want once, for its robots.txt", n)
	}
	if next.agent == c.agent {
		t.Error("the successor has the old options")
	}
}

// TestWithKeepsTurns: two clients of one line ask a host one at a time.
func TestWithKeepsTurns(t *testing.T) {
	var now, most atomic.Int32
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		n := now.Add(1)
		defer now.Add(-1)
		if n > most.Load() {
			most.Store(n)
		}
		time.Sleep(20 * time.Millisecond)
	})
	c := client(t)
	next := renewed(t, c)
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			if _, err := do(t, []*Client{c, next}[i%2], s.URL+"/"); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if most.Load() != 1 {
		t.Errorf("%d requests at once", most.Load())
	}
}
