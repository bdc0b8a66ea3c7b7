package fetch

import (
	"context"
	"errors"
	"sync"
	"time"
)

// ErrTooManyHosts means that the caller's budget of hosts is spent.
var ErrTooManyHosts = errors.New("one page sends earshot to too many other sites; give the address of the right one")

// hostBudget counts the hosts that are asked.
type hostBudget struct {
	mu    sync.Mutex
	most  int
	asked map[string]bool
	delay time.Duration // the longest Crawl-delay of theirs
}

type hostBudgetKey struct{}

// budgetOf is the budget of ctx, whose lock the caller must release; nil where it has none.
func budgetOf(ctx context.Context) *hostBudget {
	b, _ := ctx.Value(hostBudgetKey{}).(*hostBudget)
	if b != nil {
		b.mu.Lock()
	}
	return b
}

// PollHosts is how many hosts one poll may ask: its own under two names, the five feeds
// that a page may announce, each of them by way of another.
const PollHosts = 12

// WithHostBudget returns a context whose requests, redirects included, go to at most so
// many hosts; more are refused with ErrTooManyHosts before anything is sent. What a page
// links to is the page's choice, and a stranger's server must not pay for it.
func WithHostBudget(ctx context.Context, most int) context.Context {
	return context.WithValue(ctx, hostBudgetKey{}, &hostBudget{most: most, asked: make(map[string]bool, most)})
}

// spendHost takes a host from the budget of ctx; a host is paid for once.
func spendHost(ctx context.Context, host string) error {
	b := budgetOf(ctx)
	if b == nil {
		return nil
	}
	defer b.mu.Unlock()
	if host = hostKey(host); !b.asked[host] && len(b.asked) >= b.most {
		return ErrTooManyHosts
	}
	b.asked[host] = true
	return nil
}

// CrawlDelay is the longest pause between requests that the robots.txt of the hosts asked for which were
// asked under ctx, one of WithHostBudget; 0 for none.
func CrawlDelay(ctx context.Context) time.Duration {
	b := budgetOf(ctx)
	if b == nil {
		return 0
	}
	defer b.mu.Unlock()
	return b.delay
}

// noteDelay remembers a Crawl-delay for CrawlDelay.
func noteDelay(ctx context.Context, delay time.Duration) {
	if b := budgetOf(ctx); b != nil {
		defer b.mu.Unlock()
		b.delay = max(b.delay, delay)
	}
}

type mayAskKey struct{}

// While returns a context whose requests are sent only while may returns nil: it is asked
// just before each goes out, after the wait for the host's turn, and its error is Do's.
func While(ctx context.Context, may func() error) context.Context {
	return context.WithValue(ctx, mayAskKey{}, may)
}

func mayAsk(ctx context.Context) error {
	if may, ok := ctx.Value(mayAskKey{}).(func() error); ok {
		return may()
	}
	return nil
}

// Pause is how long the hosts that were asked under ctx, one of WithHostBudget, are to be
// left alone from now on: for their gap or Crawl-delay, or as long as they asked for. A
// client keeps that by itself; other processes that ask the same hosts must be told.
func (c *Client) Pause(ctx context.Context) (longest time.Duration) {
	b := budgetOf(ctx)
	if b == nil {
		return 0
	}
	defer b.mu.Unlock()
	for host := range b.asked {
		longest = max(longest, c.throttle.left(host))
	}
	return longest
}
