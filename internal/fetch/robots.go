package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"
)

const (
	robotsMax        = 500 << 10      // bytes read: the least RFC 9309 asks for, and enough
	robotsFresh      = 4 * time.Hour  // a changed file is noticed the same day
	robotsOldest     = 24 * time.Hour // RFC 9309: no copy is used longer
	robotsRefused    = time.Hour      // 401, 403 on robots.txt itself; 429, where there is a copy
	robotsBroken     = 30 * time.Second
	robotsCacheBytes = 16 << 20 // of parsed rules, all sites together
)

// robots keeps the rules of each authority (scheme, host and port).
type robots struct {
	mu sync.Mutex
	// All guarded by mu.
	cache  map[string]*robotsEntry
	size   int
	flight map[string]chan struct{} // closed when the fetch of that authority is over
}

type robotsEntry struct {
	rules *rules
	err   error     // why nothing may be fetched; rules is nil then
	read  time.Time // when rules were read
	until time.Time // fresh until then
}

func newRobots() *robots {
	return &robots{cache: map[string]*robotsEntry{}, flight: map[string]chan struct{}{}}
}

// rulesFor returns the rules for u's authority, fetching robots.txt at most once
// at a time, through c. An error means that nothing may be fetched.
func (r *robots) rulesFor(ctx context.Context, c *Client, u *url.URL) (*rules, error) {
	key := u.Scheme + "://" + authority(u)
	for {
		r.mu.Lock()
		old := r.cache[key]
		if old != nil && time.Now().Before(old.until) {
			r.mu.Unlock()
			return old.rules, old.errFor(u)
		}
		wait, busy := r.flight[key]
		if !busy {
			wait = make(chan struct{})
			r.flight[key] = wait
			r.mu.Unlock()
			e := readRobots(ctx, c, u, old)
			r.mu.Lock()
			if e.until.After(time.Now()) {
				r.put(key, e)
			}
			delete(r.flight, key)
			r.mu.Unlock()
			close(wait)
			return e.rules, e.errFor(u)
		}
		r.mu.Unlock()
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, fail(u, context.Cause(ctx))
		}
	}
}

func (e *robotsEntry) errFor(u *url.URL) error {
	if e.err == nil {
		return nil
	}
	return fail(u, e.err)
}

// readRobots fetches robots.txt and decides by RFC 9309, a little stricter: a site that
// refuses robots.txt itself (401, 403) refuses everything. One that has trouble with
// it, or was asked for too much (429), is not asked for anything until it can be read.
func readRobots(ctx context.Context, c *Client, page *url.URL, old *robotsEntry) *robotsEntry {
	now := time.Now()
	file := &url.URL{Scheme: page.Scheme, Host: page.Host, Path: "/robots.txt"}
	status, body, after, err := fetchRobots(ctx, c, file)
	switch {
	case errors.Is(err, ErrTooManyRedirects), err == nil && status/100 == 4 && status != http.StatusTooManyRequests && !refuses(status):
		return &robotsEntry{rules: &rules{}, read: now, until: now.Add(robotsFresh)}
	case err == nil && status/100 == 2:
		return &robotsEntry{rules: parseRobots(body, product), read: now, until: now.Add(robotsFresh)}
	case err == nil && refuses(status):
		err := fmt.Errorf("robots.txt itself answered %s: %w", statusText(status), ErrRobots)
		return &robotsEntry{err: err, until: now.Add(robotsRefused)}
	}
	if old != nil && old.rules != nil && now.Sub(old.read) < robotsOldest {
		again := robotsBroken
		if err == nil && status == http.StatusTooManyRequests {
			again = robotsRefused
		}
		return &robotsEntry{rules: old.rules, read: old.read, until: now.Add(again)}
	}
	if err == nil { // nothing may be asked for, but that is the site's trouble and will pass: no refusal
		err = &StatusError{Status: status, URL: safeURL(file)}
		if after > 0 || status == http.StatusTooManyRequests {
			err = &RetryError{Status: status, URL: safeURL(file), After: after}
		}
		return &robotsEntry{err: fmt.Errorf("%s: %w", robotsUnread, err), until: now.Add(robotsBroken)}
	}
	// No answer at all. It is not kept: the next request has to try again anyway,
	// at the host's pace, and finds out the moment the site is back.
	var retry *RetryError
	if errors.As(err, &retry) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, ErrPrivate) || errors.Is(err, ErrPort) {
		return &robotsEntry{err: err}
	}
	return &robotsEntry{err: fmt.Errorf("%s: %w", robotsUnread, err)}
}

const robotsUnread = "robots.txt cannot be read, so the page is not asked for"

func refuses(status int) bool {
	return status == http.StatusUnauthorized || status == http.StatusForbidden
}

// fetchRobots reads one robots.txt and follows its redirects, at each host's pace. A pause
// that the host asks for, after, is kept as for any page.
func fetchRobots(ctx context.Context, c *Client, u *url.URL) (status int, body []byte, after time.Duration, err error) {
	h := hop{url: u, method: http.MethodGet, accept: "text/plain, */*;q=0.1", limit: robotsMax, robots: true}
	for range maxRedirects + 1 {
		if err := spendHost(ctx, h.url.Hostname()); err != nil {
			return 0, nil, 0, err
		}
		ans, err := c.paced(ctx, h, c.gapFor(h.url, false))
		if err != nil {
			return 0, nil, 0, unprefixed(err)
		}
		if ans.location == nil {
			if ans.status == http.StatusTooManyRequests || ans.status == http.StatusServiceUnavailable {
				after, _ = c.retryAfter(h, ans)
				c.hold(h, after)
			}
			return ans.status, ans.body, after, nil
		}
		if h, err = h.follow(ans); err != nil {
			return 0, nil, 0, unprefixed(err)
		}
	}
	return 0, nil, 0, ErrTooManyRedirects
}

// put keeps e and makes room by dropping what expires soonest. The caller holds mu.
func (r *robots) put(key string, e *robotsEntry) {
	if old := r.cache[key]; old != nil {
		r.size -= old.cost(key)
	}
	r.cache[key] = e
	r.size += e.cost(key)
	for r.size > robotsCacheBytes && len(r.cache) > 1 {
		first := ""
		for k, v := range r.cache {
			if k != key && (first == "" || v.until.Before(r.cache[first].until)) {
				first = k
			}
		}
		r.size -= r.cache[first].cost(first)
		delete(r.cache, first)
	}
}

func (e *robotsEntry) cost(key string) int { return 256 + len(key) + e.rules.size() }
