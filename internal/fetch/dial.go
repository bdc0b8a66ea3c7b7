package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// guard decides which addresses are dialled. It is asked for every connection after
// the name was resolved: a redirect or a name that changes its address cannot lead
// inside.
type guard struct{ inner, outer *ssrf.Guardian }

func newGuard(allow []netip.Prefix) *guard {
	var v4, v6 []netip.Prefix
	for _, p := range allow {
		if p.Addr().Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		if p.Addr().Is4() {
			v4 = append(v4, p.Masked())
		} else {
			v6 = append(v6, p.Masked())
		}
	}
	return &guard{
		inner: ssrf.New(ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...)),
		outer: ssrf.New(),
	}
}

// platform are networks in which clouds answer their own machines, with keys among other
// things: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html,
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html,
// https://cloud.google.com/compute/docs/metadata/querying-metadata,
// https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16,
// https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata. Most of them
// chose some address of a link (169.254.0.0/16), each another. Nothing that is watched is there.
var platform = [...]netip.Prefix{
	netip.PrefixFrom(netip.AddrFrom4([4]byte{169, 254}), 16),                                         // AWS, Google, Azure and others
	netip.PrefixFrom(netip.AddrFrom16([16]byte{0xfe, 0x80}), 10),                                     // the same of IPv6
	netip.PrefixFrom(netip.AddrFrom4([4]byte{168, 63, 129, 16}), 32),                                 // Azure
	netip.PrefixFrom(netip.AddrFrom4([4]byte{100, 100, 100, 200}), 32),                               // Alibaba
	netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 0, 192}), 32),                                   // Oracle
	netip.PrefixFrom(netip.AddrFrom16([16]byte{0: 0xfd, 2: 0x0e, 3: 0xc2}), 32),                      // AWS
	netip.PrefixFrom(netip.AddrFrom16([16]byte{0: 0xfd, 1: 0x20, 3: 0xce, 14: 0x02, 15: 0x54}), 128), // Google
}

// nat64 is how IPv6 networks write IPv4 addresses, in the last four bytes (RFC 6052).
var nat64 = netip.PrefixFrom(netip.AddrFrom16([16]byte{1: 0x64, 2: 0xff, 3: 0x9b}), 96)

// decide says whether at may be dialled; own: the source names this host and port.
// Private networks and ports other than those of the web are for such addresses alone.
func (g *guard) decide(own bool, at netip.AddrPort) error {
	ip := at.Addr().Unmap().WithZone("")
	if b := ip.As16(); nat64.Contains(ip) {
		ip = netip.AddrFrom4([4]byte(b[12:]))
	}
	if slices.ContainsFunc(platform[:], func(n netip.Prefix) bool { return n.Contains(ip) }) {
		return ErrPrivate
	}
	if own {
		return bare(g.inner.SafeAddr(at.Addr()))
	}
	if err := g.outer.SafeAddr(at.Addr()); err != nil {
		return bare(err)
	}
	if port := at.Port(); port != 80 && port != 443 {
		return ErrPort
	}
	return nil
}

// control is net.Dialer's Control.
func (g *guard) control(own bool) func(network, address string, _ syscall.RawConn) error {
	return func(network, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil || network != "tcp4" && network != "tcp6" {
			return ErrPrivate
		}
		return g.decide(own, at)
	}
}

// way is how addresses are dialled: those the source names, or all others. Each keeps
// its own connections, so that none that was opened for one is used for another.
type way struct {
	dialer *net.Dialer
	trans  *http.Transport
}

func (c *Client) newWay(g *guard, own bool) *way {
	w := &way{dialer: &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, Control: g.control(own)}}
	w.trans = c.newTransport(w.dialer.DialContext)
	w.trans.ForceAttemptHTTP2 = true
	return w
}

// For returns the client of one source, whose watchlist names these addresses: absolute
// ones, with placeholders or without. Their hosts and ports, and no others, may be in a
// network of Options.AllowPrivate or be neither 80 nor 443. It shares all else with c.
func (c *Client) For(addresses ...string) *Client {
	next := *c
	next.own = make(map[string]bool, len(addresses))
	for _, address := range addresses {
		address, _, _ = strings.Cut(address, "{")
		address = overHTTP(strings.TrimSpace(address))
		if u, err := url.Parse(address); err == nil && u.Hostname() != "" && (u.Scheme == "http" || u.Scheme == "https") {
			next.own[authority(u)] = true
		}
	}
	return &next
}

// overHTTP is the address of a WebSocket as one of http or https, by which it begins; others stay.
func overHTTP(address string) string {
	if rest, ok := strings.CutPrefix(address, "ws"); ok && strings.Contains(rest, "://") {
		return "http" + rest
	}
	return address
}

// wayTo is how host:port is dialled.
func (c *Client) wayTo(authority string) *way {
	if c.own[authority] {
		return c.inner
	}
	return c.outer
}

func (c *Client) newTransport(dial func(ctx context.Context, network, addr string) (net.Conn, error)) *http.Transport {
	return &http.Transport{
		Proxy:                  nil, // a proxy would dial for us, unguarded
		DialContext:            dial,
		TLSClientConfig:        &tls.Config{RootCAs: c.opt.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  c.opt.Timeout,
		MaxResponseHeaderBytes: maxResponseHead,
		DisableCompression:     true, // decoded here, with a bound; a stream would be inflated without one
		MaxIdleConns:           128,
		MaxIdleConnsPerHost:    1, // one request at a time needs no more
		IdleConnTimeout:        30 * time.Second,
	}
}

// dialContext connects under the same guard as Do. It neither paces nor asks
// robots.txt: it is for long-lived streams of official APIs.
func (c *Client) dialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAddress, err)
	}
	conn, err := c.wayTo(hostKey(host)+":"+port).dialer.DialContext(ctx, network, addr)
	if err != nil {
		return nil, bare(err)
	}
	return conn, nil
}

// Turn waits for the host's turn like Do does for an API request and holds it
// until release is called: a stream takes it for the handshake. ws and wss are
// addresses here too.
func (c *Client) Turn(ctx context.Context, rawURL string) (release func(), err error) {
	u, err := parseURL(overHTTP(rawURL))
	if err != nil {
		return nil, err
	}
	gap := c.gapFor(u, true)
	release, err = c.throttle.enter(ctx, hostKey(u.Hostname()), gap, max(gap, c.gap))
	if err != nil {
		return nil, throttleError(u, err)
	}
	return release, nil
}

// StreamClient is for streams of events: guarded dials, our User-Agent, no
// redirects, no overall timeout, HTTP/1.1. Use Do for everything else.
func (c *Client) StreamClient() *http.Client {
	trans := c.newTransport(c.dialContext)
	trans.DisableKeepAlives = true
	return &http.Client{
		Transport: streamTransport{agent: c.agent, next: trans},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return errors.New("a stream may not redirect; give the final address")
		},
	}
}

type streamTransport struct {
	agent string
	next  http.RoundTripper
}

func (s streamTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := mayAsk(r.Context()); err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", s.agent)
	return s.next.RoundTrip(r)
}
