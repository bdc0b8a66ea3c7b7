package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"code.dny.dev/ssrf"
)

// newDialer checks the address of every connection after the name was resolved:
// a redirect or a name that changes its address cannot lead inside.
func newDialer(allow []netip.Prefix) *net.Dialer {
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
	guard := ssrf.New(ssrf.WithAnyPort(), ssrf.WithAllowedV4Prefixes(v4...), ssrf.WithAllowedV6Prefixes(v6...))
	return &net.Dialer{Timeout: 10 * time.Second, KeepAlive: 30 * time.Second, Control: guard.Safe}
}

func (c *Client) newTransport() *http.Transport {
	return &http.Transport{
		Proxy:                  nil, // a proxy would dial for us, unguarded
		DialContext:            c.dialer.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: c.opt.Roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    10 * time.Second,
		ResponseHeaderTimeout:  c.opt.Timeout,
		MaxResponseHeaderBytes: maxResponseHead,
		DisableCompression:     true, // decoded here, with a bound
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           128,
		MaxIdleConnsPerHost:    1, // one request at a time needs no more
		IdleConnTimeout:        30 * time.Second,
	}
}

// DialContext connects under the same guard as Do. It neither paces nor asks
// robots.txt: it is for long-lived streams of official APIs.
func (c *Client) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	conn, err := c.dialer.DialContext(ctx, network, addr)
	if err != nil {
		return nil, bare(err)
	}
	return conn, nil
}

// Turn waits for the host's turn like Do does for an API request and holds it
// until release is called: a stream takes it for the handshake. ws and wss are
// addresses here too.
func (c *Client) Turn(ctx context.Context, rawURL string) (release func(), err error) {
	if rest, ok := strings.CutPrefix(rawURL, "ws"); ok {
		rawURL = "http" + rest
	}
	u, err := parseURL(rawURL)
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

// StreamClient is for a websocket handshake: guarded dials, our User-Agent, no
// redirects, no overall timeout, HTTP/1.1. Use Do for everything else.
func (c *Client) StreamClient() *http.Client {
	return &http.Client{
		Transport: streamTransport{agent: c.agent, next: &http.Transport{
			DialContext:            c.DialContext,
			TLSClientConfig:        &tls.Config{RootCAs: c.opt.Roots, MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout:    10 * time.Second,
			ResponseHeaderTimeout:  c.opt.Timeout,
			MaxResponseHeaderBytes: maxResponseHead,
			DisableKeepAlives:      true,
		}},
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
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", s.agent)
	return s.next.RoundTrip(r)
}
