// Package fetch is earshot's only HTTP client: everything that is read from
// the public network passes through Client.Do, so manners and guards hold in one place.
//
// Manners: an honest User-Agent with a contact, robots.txt (RFC 9309) with
// Crawl-delay, the reservation of TDMRep, one request at a time per host with the promised gap between the
// end of one and the start of the next, conditional GET, Retry-After.
//
// Guards: private networks are refused at every dial, redirects are followed by
// hand and judged hop by hop, bodies and decoded bodies, headers, redirects and
// times are bounded, and a bound that is hit is an error with a name.
//
// What may not be here: knowledge of any site, parsing of feeds or pages,
// retries (the caller owns them), cookies, proxies, anything that solves a
// challenge or pretends to be a browser. It imports nothing of earshot.
package fetch

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

// The defaults, each with its reason.
const (
	DefaultGap     = 10 * time.Second // between pages of one host: what a patient reader needs
	DefaultAPIGap  = 2 * time.Second  // official APIs are made for programs
	DefaultMaxBody = 10 << 20         // bytes after decompression: 20 times a long forum page
	DefaultTimeout = 30 * time.Second // for one exchange, from dial to the last byte
	DefaultIdle    = 15 * time.Second // between two reads of a body

	maxRedirects     = 5
	maxResponseHead  = 256 << 10 // bytes of response header
	maxErrorBody     = 64 << 10  // bytes read of an answer that is not 2xx, to see a challenge
	maxConcurrentBig = 2         // bodies over bigBody read at the same time
	bigBody          = 1 << 20
)

// product is the name in the User-Agent and the token that robots.txt knows.
const product = "earshot"

// Options of a Client. The zero value of each field is its default.
type Options struct {
	Contact string // mail address or URL of the operator; goes into the User-Agent
	Version string // of the program; "dev" when empty

	Gap    *time.Duration // between requests to one host; nil: DefaultGap, 0 allowed
	APIGap *time.Duration // the same for Request.API; nil: DefaultAPIGap, or Gap when that is shorter
	Hosts  map[string]HostOptions

	AllowPrivate []netip.Prefix // private networks that may be dialled: these alone, and only where For names the address

	MaxBody int64         // bytes of one body, encoded and decoded
	Timeout time.Duration // of one exchange, waiting for the host's turn not counted
	Idle    time.Duration // of silence inside a body

	Roots *x509.CertPool   // trusted roots; nil: the system's
	Log   *slog.Logger     // nil: silence
	Now   func() time.Time // for stamps and dates only; pacing always uses the monotonic clock
}

// HostOptions are for one host: its name or address without the port.
type HostOptions struct {
	Gap *time.Duration // nil: as everywhere; a larger Crawl-delay still wins
}

// Client is safe for concurrent use. Make it with New.
type Client struct {
	opt      Options
	agent    string
	gap      time.Duration
	apiGap   time.Duration
	own      map[string]bool // host:port that the source names; see For
	inner    *way            // to those
	outer    *way            // to all others
	throttle *throttle
	robots   *robots
	big      chan struct{} // tokens for large bodies
}

// New returns a client. It starts no goroutine; Close frees idle connections.
func New(opt Options) *Client {
	if opt.MaxBody <= 0 {
		opt.MaxBody = DefaultMaxBody
	}
	if opt.Timeout <= 0 {
		opt.Timeout = DefaultTimeout
	}
	if opt.Idle <= 0 {
		opt.Idle = min(DefaultIdle, opt.Timeout)
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	c := &Client{opt: opt, agent: userAgent(opt.Version, opt.Contact), gap: DefaultGap, apiGap: DefaultAPIGap}
	if opt.Gap != nil {
		c.gap = *opt.Gap
	}
	c.apiGap = min(c.apiGap, c.gap)
	if opt.APIGap != nil {
		c.apiGap = *opt.APIGap
	}
	hosts := make(map[string]HostOptions, len(opt.Hosts))
	for name, h := range opt.Hosts {
		hosts[hostKey(name)] = h
	}
	c.opt.Hosts = hosts
	g := newGuard(opt.AllowPrivate)
	c.inner, c.outer = c.newWay(g, true), c.newWay(g, false)
	c.throttle = newThrottle()
	c.robots = newRobots()
	c.big = make(chan struct{}, maxConcurrentBig)
	return c
}

// With returns a client with other options that goes on with what c knows of the hosts:
// whose turn it is, which pauses they asked for, what their robots.txt says. Both may be
// used at once and still ask a host one at a time.
func (c *Client) With(opt Options) *Client {
	next := New(opt)
	next.throttle, next.robots = c.throttle, c.robots
	return next
}

// Close drops idle connections. Requests in flight end with their context.
func (c *Client) Close() { c.inner.trans.CloseIdleConnections(); c.outer.trans.CloseIdleConnections() }

// Do asks for one address and follows redirects, waiting for each host's turn.
//
// The answer is a 2xx with its body, or NotModified without one. Everything else
// is an error: *BlockedError (the site refuses: suspend the source), *RetryError
// (ask again later), *StatusError, or an error that wraps one of the Err values.
// Do never retries. It returns promptly when ctx ends, also while it waits; when
// the wait for the host's turn would outlast ctx's deadline it returns a
// *RetryError at once.
func (c *Client) Do(ctx context.Context, req Request) (*Response, error) {
	u, err := parseURL(req.URL)
	if err != nil {
		return nil, err
	}
	h := c.firstHop(u, req)
	permanent, permanentURL := true, ""
	var been []string
	for n := 0; ; n++ {
		ans, err := c.visit(ctx, h)
		if err != nil {
			return nil, err
		}
		if ans.location == nil {
			return c.answerOf(h, req, ans, permanentURL), nil
		}
		been = append(been, h.url.String())
		if n == maxRedirects {
			if slices.Contains(been, ans.location.String()) {
				return nil, fail(h.url, ErrCircle)
			}
			return nil, fail(h.url, ErrTooManyRedirects)
		}
		permanent = permanent && (ans.status == http.StatusMovedPermanently || ans.status == http.StatusPermanentRedirect)
		if h, err = h.follow(ans); err != nil {
			return nil, err
		}
		if permanent {
			permanentURL = h.url.String()
		}
	}
}

// visit makes one hop: robots.txt first, then the host's turn, then the exchange.
func (c *Client) visit(ctx context.Context, h hop) (*answer, error) {
	if err := spendHost(ctx, h.url.Hostname()); err != nil {
		return nil, fail(h.url, err)
	}
	gap := c.gapFor(h.url, h.api)
	if !h.api {
		rules, err := c.robots.rulesFor(ctx, c, h.url)
		if err != nil {
			return nil, err
		}
		if err := rules.check(h.url); err != nil {
			return nil, fail(h.url, err)
		}
		noteDelay(ctx, rules.delay)
		gap = max(gap, rules.delay)
	}
	ans, err := c.paced(ctx, h, gap)
	if err != nil {
		return nil, err
	}
	if err := c.judge(h, ans); err != nil {
		return ans, err
	}
	if !h.api && ans.location == nil && strings.TrimSpace(ans.header.Get("Tdm-Reservation")) == "1" {
		return nil, fail(h.url, ErrReserved)
	}
	return ans, nil
}

// paced waits for the host's turn and makes the exchange.
func (c *Client) paced(ctx context.Context, h hop, gap time.Duration) (*answer, error) {
	asked := time.Now()
	release, err := c.throttle.enter(ctx, hostKey(h.url.Hostname()), gap, max(gap, c.gap))
	if err != nil {
		return nil, throttleError(h.url, err)
	}
	defer release()
	start := time.Now()
	ans, err := c.exchange(ctx, h)
	status, size := 0, 0 // where no answer came
	if ans != nil {
		status, size = ans.status, len(ans.body)
	}
	c.opt.Log.Debug("fetched", "url", safeURL(h.url), "status", status, "bytes", size, "waited", start.Sub(asked), "took", time.Since(start), "err", err)
	return ans, err
}

// gapFor is the promised gap for a request to u, before robots.txt is asked.
func (c *Client) gapFor(u *url.URL, api bool) time.Duration {
	if h := c.opt.Hosts[hostKey(u.Hostname())]; h.Gap != nil {
		return *h.Gap
	}
	if api {
		return c.apiGap
	}
	return c.gap
}

// limitReached is what Yandex's partner API says instead of 429; it stands in no RFC.
const limitReached = 420

// judge turns what is no success into its error.
func (c *Client) judge(h hop, ans *answer) error {
	if ans.location != nil || (ans.status == http.StatusNotModified && !h.validators.empty()) {
		return nil
	}
	if why := challenge(ans.status, ans.header, ans.body); why != "" {
		return &BlockedError{URL: safeURL(h.url), Status: ans.status, Why: why}
	}
	if ans.status >= 200 && ans.status < 300 {
		return nil
	}
	after, asked := c.retryAfter(h, ans)
	url, said := safeURL(h.url), excerpt(ans.body)
	tooMany := ans.status == http.StatusForbidden && h.api && asked // as some APIs say it
	switch ans.status {
	case http.StatusTooManyRequests, limitReached, http.StatusServiceUnavailable:
		tooMany = true
	}
	if tooMany {
		c.hold(h, after)
		return &RetryError{Status: ans.status, URL: url, After: after, Body: said}
	}
	switch ans.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusUnavailableForLegalReasons, http.StatusInsufficientStorage:
		return &BlockedError{Status: ans.status, URL: url, Body: said}
	}
	return &StatusError{Status: ans.status, URL: url, RetryAfter: after, Body: said}
}

// hold keeps the pause that a host asks for. To where another host sent its reader it is that reader's
// alone: who sends whom where is a stranger's choice, and what else is read there would be silent for it.
func (c *Client) hold(h hop, after time.Duration) {
	if !h.sent {
		c.throttle.hold(hostKey(h.url.Hostname()), after)
	}
}

// answerOf makes the caller's Response of the last answer.
func (c *Client) answerOf(h hop, req Request, ans *answer, permanentURL string) *Response {
	res := &Response{
		URL: h.url.String(), Status: ans.status, Header: ans.header, At: c.opt.Now(), PermanentURL: permanentURL,
		Validators: req.Validators.after(ans, c.opt.Now()),
	}
	res.NotModified = ans.status == http.StatusNotModified ||
		(req.Validators.BodyHash != "" && res.Validators.BodyHash == req.Validators.BodyHash)
	if !res.NotModified {
		res.Body = ans.body
	}
	return res
}

// userAgent is "earshot/1.2 (+pr@example.org)". What a header may not carry is dropped.
func userAgent(version, contact string) string {
	clean := func(s string) string {
		return strings.Map(func(r rune) rune {
			if r <= ' ' || r > '~' || strings.ContainsRune(`()\`, r) {
				return -1
			}
			return r
		}, s)
	}
	version = cmp.Or(clean(version), "dev")
	if contact = clean(contact); contact == "" {
		return product + "/" + version
	}
	return product + "/" + version + " (+" + contact + ")"
}

// exchange is one request and its answer, without judgement of the status.
func (c *Client) exchange(ctx context.Context, h hop) (*answer, error) {
	ctx, stop := context.WithTimeoutCause(ctx, c.opt.Timeout, ErrTimeout)
	defer stop()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	req, err := h.request(ctx, c.agent)
	if err != nil {
		return nil, fail(h.url, err)
	}
	if err := mayAsk(ctx); err != nil {
		return nil, fail(h.url, err)
	}
	res, err := c.wayTo(authority(h.url)).trans.RoundTrip(req)
	if err != nil {
		return nil, fail(h.url, cause(ctx, err))
	}
	defer res.Body.Close()
	ans := &answer{status: res.StatusCode, header: res.Header}
	if loc := res.Header.Get("Location"); isRedirect(res.StatusCode) && loc != "" {
		if ans.location, err = h.target(loc); err != nil {
			return nil, err
		}
		return ans, nil
	}
	limit := h.limit
	if limit <= 0 {
		limit = c.opt.MaxBody
	}
	ok := res.StatusCode >= 200 && res.StatusCode < 300
	if !ok {
		limit = min(limit, maxErrorBody)
	}
	idle := time.AfterFunc(c.opt.Idle, func() { cancel(fmt.Errorf("%w: the body stood still for %v", ErrTimeout, c.opt.Idle)) })
	defer idle.Stop()
	src := &watched{r: res.Body, idle: idle, every: c.opt.Idle, ctx: ctx, big: c.big}
	defer src.done()
	ans.body, err = readBody(src, res, limit)
	switch {
	case err == nil:
	case !ok && !errors.Is(cause(ctx, err), ErrTimeout) && ctx.Err() == nil:
		// The status is the news; a torn or oversized error page changes nothing.
	case h.robots && errors.Is(err, ErrTooLarge):
		// What is beyond the bound is not read, by RFC 9309.
	default:
		return nil, fail(h.url, cause(ctx, err))
	}
	ans.header.Del("Content-Encoding")
	ans.header.Del("Content-Length")
	return ans, nil
}

// watched is a body whose silence ends the exchange, and that takes one of a few
// tokens once it is large, so that many hostile bodies cannot be held at once.
type watched struct {
	r     io.Reader
	idle  *time.Timer
	every time.Duration
	ctx   context.Context
	big   chan struct{}
	holds bool
}

func (w *watched) Read(p []byte) (int, error) {
	n, err := w.r.Read(p)
	if n > 0 {
		w.idle.Reset(w.every)
	}
	return n, err
}

// large is called by readBody before the decoded body grows over bigBody.
func (w *watched) large() error {
	if w.holds {
		return nil
	}
	w.idle.Stop() // waiting for a token is our silence, not theirs
	select {
	case w.big <- struct{}{}:
		w.holds = true
		w.idle.Reset(w.every)
		return nil
	case <-w.ctx.Done():
		return context.Cause(w.ctx)
	}
}

func (w *watched) done() {
	if w.holds {
		<-w.big
	}
}

// cause is the reason an exchange ended: our own bound, the caller's context, or err.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	var ne net.Error
	if errors.As(err, &ne) && ne.Timeout() {
		return fmt.Errorf("%w (%v)", ErrTimeout, bare(err))
	}
	return bare(err)
}

func excerpt(b []byte) []byte { return bytes.Clone(b[:min(len(b), 4<<10)]) }
