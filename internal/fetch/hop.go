package fetch

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/idna"
)

// Request is what a caller wants to read.
type Request struct {
	URL        string
	Method     string      // "" is GET
	Header     http.Header // extra headers; User-Agent and Cookie are never taken from here
	Body       []byte
	Validators Validators // of the last answer; zero asks unconditionally
	API        bool       // an official API: its terms rule, robots.txt is not asked, the API gap holds
	Accept     string     // "" is */*
	MaxBody    int64      // bytes, encoded and decoded; 0: the client's
}

// Validators make the next request conditional. They are JSON-able: crawlers
// keep them in their cursor, and store them only after the posts are safe.
type Validators struct {
	ETag         string `json:"etag,omitempty"`
	LastModified string `json:"modified,omitempty"`
	BodyHash     string `json:"hash,omitempty"` // of the decoded body: for servers that never answer 304
	// Read is when a body came last. It moves only as far as it matters: an unchanged body
	// makes no other validators.
	Read time.Time `json:"read,omitzero"`
}

// believed is how long a server's word is taken that nothing changed. Some say 304 for ever: a
// cache that lost its way, a page whose Last-Modified is that of its template.
const believed = 6 * time.Hour

func (v Validators) empty() bool { return v.ETag == "" && v.LastModified == "" }

// asked are the validators to send: none where no body came for long.
func (v Validators) asked(now time.Time) Validators {
	if now.Sub(v.Read) >= believed || v.Read.After(now) {
		v.ETag, v.LastModified = "", ""
	}
	return v
}

// after are the validators to keep once ans came.
func (v Validators) after(ans *answer, now time.Time) Validators {
	next := Validators{ETag: ans.header.Get("ETag"), LastModified: ans.header.Get("Last-Modified")}
	if ans.status != http.StatusNotModified {
		sum := sha256.Sum256(ans.body)
		next.BodyHash = hex.EncodeToString(sum[:16])
		switch {
		case next.empty():
		case next.BodyHash == v.BodyHash && now.Sub(v.Read) < believed:
			next.Read = v.Read
		default:
			next.Read = now.UTC().Truncate(time.Second)
		}
		return next
	}
	if next.ETag != "" {
		v.ETag = next.ETag
	}
	if next.LastModified != "" {
		v.LastModified = next.LastModified
	}
	return v
}

// Response is a success. Its bytes are untrusted.
type Response struct {
	URL          string // after redirects; relative links resolve against it
	Status       int
	Header       http.Header
	Body         []byte // decompressed, in the original charset; nil when NotModified
	Validators   Validators
	NotModified  bool // 304, or the same body hash
	At           time.Time
	PermanentURL string // where 301 and 308 alone led; "" when nothing moved for good
}

// answer is what one exchange gave.
type answer struct {
	status   int
	header   http.Header
	body     []byte
	location *url.URL // of a redirect
}

// hop is one request on the way from the asked address to the final one.
type hop struct {
	url        *url.URL
	method     string
	header     http.Header
	body       []byte
	accept     string
	validators Validators
	api        bool
	limit      int64 // of the body; 0: the client's
	robots     bool  // it fetches a robots.txt: of a body over the limit that much is read
	sent       bool  // another host sent it here
}

func (c *Client) firstHop(u *url.URL, req Request) hop {
	return hop{url: u, method: cmp.Or(req.Method, http.MethodGet), header: req.Header, body: req.Body, accept: req.Accept, validators: req.Validators.asked(c.opt.Now()), api: req.API, limit: req.MaxBody}
}

// request builds the HTTP request. The transport adds nothing to it.
func (h hop) request(ctx context.Context, agent string) (*http.Request, error) {
	var body io.Reader
	if len(h.body) > 0 {
		body = bytes.NewReader(h.body)
	}
	req, err := http.NewRequestWithContext(ctx, h.method, h.url.String(), body)
	if err != nil {
		return nil, fmt.Errorf("%w: method or address cannot be sent", ErrAddress)
	}
	for k, vs := range h.header {
		req.Header[http.CanonicalHeaderKey(k)] = slices.Clone(vs)
	}
	req.Header.Del("Cookie")
	req.Header.Set("User-Agent", agent)
	req.Header.Set("Accept-Encoding", "gzip, deflate")
	if h.accept != "" {
		req.Header.Set("Accept", h.accept)
	} else if req.Header.Get("Accept") == "" {
		req.Header.Set("Accept", "*/*")
	}
	if h.validators.ETag != "" {
		req.Header.Set("If-None-Match", h.validators.ETag)
	}
	if h.validators.LastModified != "" {
		req.Header.Set("If-Modified-Since", h.validators.LastModified)
	}
	return req, nil
}

// target resolves and checks a Location.
func (h hop) target(location string) (*url.URL, error) {
	u, err := h.url.Parse(location)
	if err != nil {
		return nil, fail(h.url, fmt.Errorf("%w: it redirects to what is not an address", ErrAddress))
	}
	if err := checkURL(u); err != nil {
		return nil, fail(h.url, fmt.Errorf("redirect: %w", err))
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// follow is the next hop. Another origin, or a step from https down to http,
// gets none of the caller's own headers: any of them may be a secret.
func (h hop) follow(ans *answer) (hop, error) {
	next := h
	next.url = ans.location
	away := !sameOrigin(h.url, next.url)
	next.sent = h.sent || hostKey(h.url.Hostname()) != hostKey(next.url.Hostname())
	switch ans.status {
	case http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		if away && len(h.body) > 0 {
			return hop{}, fail(h.url, fmt.Errorf("%w: the request has a body and is sent on to another host", ErrAddress))
		}
	default:
		if h.method != http.MethodGet && h.method != http.MethodHead {
			next.method, next.body = http.MethodGet, nil
		}
	}
	if away {
		next.header = nil
		for _, k := range []string{"Accept", "Accept-Language"} {
			if v := h.header.Values(k); len(v) > 0 {
				if next.header == nil {
					next.header = http.Header{}
				}
				next.header[k] = v
			}
		}
	}
	return next, nil
}

func isRedirect(status int) bool {
	switch status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return true
	}
	return false
}

// parseURL reads an address. Its errors never repeat it: it may hold a secret.
func parseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil {
		return nil, fmt.Errorf("fetch: %w: it cannot be read as a URL", ErrAddress)
	}
	if err := checkURL(u); err != nil {
		return nil, fmt.Errorf("fetch: %s: %w", safeURL(u), err)
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// maxURL is far over what sites use; a longer one is an attack on whoever compares it.
const maxURL = 8 << 10

func checkURL(u *url.URL) error {
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return fmt.Errorf("%w: it must start with http:// or https://", ErrAddress)
	case u.Hostname() == "":
		return fmt.Errorf("%w: the host is missing", ErrAddress)
	case len(u.RawPath)+len(u.Path)+len(u.RawQuery) > maxURL:
		return fmt.Errorf("%w: it is longer than %d bytes", ErrAddress, maxURL)
	case u.User != nil:
		return fmt.Errorf("%w: a user or password in the address is refused; send keys as a header", ErrAddress)
	}
	return nil
}

// safeURL is what may be printed: no user, no query, no fragment.
func safeURL(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String()
}

// SafeURL is raw as it may be shown in a log or an error: scheme, host and path.
func SafeURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return "an address that cannot be read"
	}
	return safeURL(u)
}

// sameOrigin says whether b may see the headers meant for a.
func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && authority(a) == authority(b) ||
		a.Scheme == "http" && b.Scheme == "https" && hostKey(a.Hostname()) == hostKey(b.Hostname()) && a.Port() == "" && b.Port() == ""
}

// AtOrigin returns link as it may be asked with headers that are meant for home: ok
// is false when it is at another origin (scheme, host, port). A site behind a proxy
// often writes its own links with http; below an https home they are asked by https.
func AtOrigin(home, link string) (at string, ok bool) {
	from, err := parseURL(home)
	if err != nil {
		return "", false
	}
	to, err := parseURL(link)
	if err != nil {
		return "", false
	}
	if from.Scheme == "https" && to.Scheme == "http" && hostKey(from.Hostname()) == hostKey(to.Hostname()) &&
		(to.Port() == "" || to.Port() == "80" || to.Port() == from.Port()) {
		to.Scheme, to.Host = from.Scheme, from.Host
	}
	return to.String(), sameOrigin(from, to)
}

// authority is host:port, with the port always there.
func authority(u *url.URL) string { return hostKey(u.Hostname()) + ":" + portOf(u) }

// portOf is the port that an address names, or that of its scheme.
func portOf(u *url.URL) string {
	if u.Scheme == "https" {
		return cmp.Or(u.Port(), "443")
	}
	return cmp.Or(u.Port(), "80")
}

// hostKey is the one spelling of a host: lower case, ASCII, no final dot.
func hostKey(host string) string {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if a, err := idna.Lookup.ToASCII(host); err == nil {
		return a
	}
	return host
}
