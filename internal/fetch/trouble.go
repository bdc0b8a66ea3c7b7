package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
)

// Trouble says in one word what became of a request that failed. The catalogue has a text
// for each in its part of this name; Plain says the same in English with all it knows.
type Trouble string

// The troubles, those that are answers first.
const (
	Challenge   Trouble = "challenge" // the site asks for a proof that a human reads
	Blocked     Trouble = "blocked"
	Robots      Trouble = "robots"
	Reserved    Trouble = "reserved" // from reading by programs
	Gone        Trouble = "gone"
	Paused      Trouble = "pause"
	NotFound    Trouble = "not_found"
	Answered    Trouble = "status" // with any other status
	TooLarge    Trouble = "too_large"
	Redirects   Trouble = "redirects"
	Circle      Trouble = "circle" // of redirects
	Private     Trouble = "private"
	NoName      Trouble = "no_name" // no site has the name
	NoLookup    Trouble = "no_lookup"
	Certificate Trouble = "certificate"
	NoHTTPS     Trouble = "no_https"
	TimedOut    Trouble = "timeout"
	Refused     Trouble = "refused" // nothing answers on the port
	NoWay       Trouble = "no_way"
	BrokenOff   Trouble = "broken_off"
	Unreachable Trouble = "unreachable"
	Other       Trouble = "" // the error must say it itself
)

// TroubleOf sorts an error of this package, or one that wraps it, and returns the status of
// the answer if there was one. It is the one place where they are told apart.
func TroubleOf(err error) (t Trouble, status int) {
	var blocked *BlockedError
	var retry *RetryError
	var answer *StatusError
	switch {
	case errors.As(err, &blocked) && (strings.Contains(blocked.Why, "captcha") || strings.Contains(blocked.Why, "challenge")):
		return Challenge, blocked.Status
	case errors.As(err, &blocked):
		return Blocked, blocked.Status
	case errors.As(err, &retry):
		return Paused, retry.Status
	case errors.As(err, &answer) && answer.Status == http.StatusGone:
		return Gone, answer.Status
	case errors.As(err, &answer) && answer.Status == http.StatusNotFound:
		return NotFound, answer.Status
	case errors.As(err, &answer):
		return Answered, answer.Status
	}
	for _, named := range []struct {
		err error
		is  Trouble
	}{{ErrReserved, Reserved}, {ErrRobots, Robots}, {ErrGone, Gone}, {ErrTooLarge, TooLarge}, {ErrTooManyRedirects, Redirects}, {ErrCircle, Circle}, {ErrPrivate, Private}, {ErrPort, Private}} {
		if errors.Is(err, named.err) {
			return named.is, 0
		}
	}
	return onTheWay(err), 0
}

// onTheWay sorts what went wrong before there was an answer.
func onTheWay(err error) Trouble {
	var dns *net.DNSError
	var timeout interface{ Timeout() bool }
	var op *net.OpError
	var header tls.RecordHeaderError
	switch {
	case errors.As(err, &dns) && dns.IsNotFound:
		return NoName
	case errors.As(err, &dns):
		return NoLookup
	case uncertain(err):
		return Certificate
	case errors.As(err, &header), errors.Is(err, http.ErrSchemeMismatch):
		return NoHTTPS
	case errors.Is(err, ErrTimeout), errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return TimedOut
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return NoWay
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, ErrEncoding):
		return BrokenOff
	case errors.As(err, &op):
		return Unreachable
	}
	return Other
}

// NeverSent reports whether a request surely never left: there was no connection to send it on.
func NeverSent(err error) bool {
	var dns *net.DNSError
	var op *net.OpError
	var header tls.RecordHeaderError
	return errors.As(err, &dns) || errors.As(err, &op) && op.Op == "dial" || uncertain(err) ||
		errors.As(err, &header) && header.Conn != nil || // in place of a handshake, and not in the middle
		errors.Is(err, http.ErrSchemeMismatch) // a client's word for it
}

// uncertain reports whether the certificate of a site is the trouble.
func uncertain(err error) bool {
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var other *tls.CertificateVerificationError
	return errors.As(err, &name) || errors.As(err, &invalid) || errors.As(err, &unknown) || errors.As(err, &other)
}
