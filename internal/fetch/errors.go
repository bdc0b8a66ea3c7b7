package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"code.dny.dev/ssrf"
)

// What a caller may branch on with errors.Is. The text says what to do.
var (
	ErrAddress          = errors.New("the address is wrong")
	ErrGone             = errors.New("the page is gone for good; remove the source or give its new address")
	ErrRobots           = errors.New("robots.txt does not allow this page; ask the site or remove the source")
	ErrPrivate          = errors.New("the address is in a private network; if it is yours, add its network to fetch.allow_private and name this very host and port in the source")
	ErrPort             = errors.New("the port is neither 80 nor 443 and no address of the source names it")
	ErrTooLarge         = errors.New("the body is larger than allowed")
	ErrTooManyRedirects = errors.New("more than 5 redirects; give the final address")
	ErrCircle           = errors.New("the site redirects its reader in a circle: it may want a cookie, and earshot keeps none; use its feed or API, or give another address")
	ErrTimeout          = errors.New("the server took too long")
	ErrEncoding         = errors.New("the body cannot be decompressed")
)

// ErrReserved says that a page is reserved from text and data mining (TDMRep's header, by which the EU's law
// lets a site opt out). It refuses as robots.txt does, and is also ErrRobots.
var ErrReserved error = reserved{}

type reserved struct{}

func (reserved) Error() string {
	return "the site reserves its texts from being read by programs (tdm-reservation: 1); ask it for permission or remove the source"
}
func (reserved) Unwrap() error { return ErrRobots }

// StatusError is an answer that is no success and asks for nothing special.
// A 410 is also ErrGone.
type StatusError struct {
	Status     int
	URL        string        // scheme, host and path
	RetryAfter time.Duration // 0: not said
	Body       []byte        // first 4 KiB of the answer; untrusted, never printed by Error
}

func (e *StatusError) Error() string {
	msg := fmt.Sprintf("fetch: %s: answered %s", e.URL, statusText(e.Status))
	switch {
	case e.Status == http.StatusGone:
		msg += ": " + ErrGone.Error()
	case e.Status == http.StatusNotFound:
		msg += "; check the address"
	case e.Status == http.StatusNotModified:
		msg += " to a request without validators"
	case e.Status >= 500:
		msg += "; the site has trouble, it is asked again later"
	}
	return msg
}

// Unwrap makes a 410 an ErrGone.
func (e *StatusError) Unwrap() error {
	if e.Status == http.StatusGone {
		return ErrGone
	}
	return nil
}

// RetryError asks to come again later: 429, 420, 503, an API's spent budget, a host
// that is still waiting out an earlier Retry-After, or a turn that would come
// after the caller's deadline (both Status 0).
type RetryError struct {
	Status int
	URL    string
	After  time.Duration // 0: not said, at most 24 h
	Body   []byte        // first 4 KiB of the answer, if there was one; untrusted, never printed by Error
}

func (e *RetryError) Error() string {
	what := "the host asked for a pause"
	if e.Status != 0 {
		what = "answered " + statusText(e.Status)
	}
	if e.After <= 0 {
		return fmt.Sprintf("fetch: %s: %s; it is asked again later", e.URL, what)
	}
	return fmt.Sprintf("fetch: %s: %s; it is asked again in %v", e.URL, what, e.After.Round(time.Second))
}

// BlockedError says the site refuses us: 401, 403, 451, 507 or a challenge page.
// A block is an answer: the source is suspended, never disguised.
type BlockedError struct {
	Status int
	URL    string
	Why    string // what the page asks for; "" when the status says it all
	Body   []byte // first 4 KiB of the answer, where Why says nothing; untrusted, never printed by Error
}

func (e *BlockedError) Error() string {
	why := statusText(e.Status)
	if e.Why != "" {
		why = fmt.Sprintf("%s (%d)", e.Why, e.Status)
	}
	return fmt.Sprintf("fetch: %s: blocked: %s; ask the site for access, use its feed or API, or remove the source", e.URL, why)
}

func statusText(status int) string {
	if t := http.StatusText(status); t != "" {
		return fmt.Sprintf("%d %s", status, strings.ToLower(t))
	}
	return fmt.Sprint(status)
}

// fail names the address, without anything secret.
func fail(u *url.URL, err error) error { return &located{url: safeURL(u), err: err} }

// bare removes what would print a whole URL, and names a refused dial.
func bare(err error) error {
	var ue *url.Error
	for errors.As(err, &ue) {
		err = ue.Err
	}
	if errors.Is(err, ssrf.ErrProhibitedIP) || errors.Is(err, ssrf.ErrProhibitedNetwork) || errors.Is(err, ssrf.ErrInvalidHostPort) {
		return ErrPrivate
	}
	for _, ours := range []error{ErrPrivate, ErrPort} { // of the guard, below what net says of the dial
		if errors.Is(err, ours) {
			return ours
		}
	}
	return err
}

// throttleError is for a wait that ended without a turn.
func throttleError(u *url.URL, err error) error {
	var late *tooLate
	if errors.As(err, &late) {
		return &RetryError{URL: safeURL(u), After: late.wait}
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		err = fmt.Errorf("waiting for the host's turn: %w", err)
	}
	return fail(u, err)
}

// located is an error of fail that can give its cause without the address.
type located struct {
	url string
	err error
}

func (e *located) Error() string { return "fetch: " + e.url + ": " + e.err.Error() }
func (e *located) Unwrap() error { return e.err }

// unprefixed drops the address, for an error that is about to get another one.
func unprefixed(err error) error {
	if l, ok := err.(*located); ok {
		return l.err
	}
	return err
}
