package fetch

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// This file says what became of a request in words for people who know no networks.

// Plain finds what this package said in err and says it for people: the address that was
// asked, what happened, and what to do. was is how it stands in err's own text. ok is false
// when nothing in err is of this package.
func Plain(err error) (was, now string, ok bool) {
	var at *located
	var status *StatusError
	var retry *RetryError
	var blocked *BlockedError
	switch { // the outermost names the page that was wanted
	case errors.As(err, &at):
		return at.Error(), at.url + ": " + happened(at.err, at.url), true
	case errors.As(err, &blocked):
		return blocked.Error(), blocked.URL + ": " + blocked.plain(), true
	case errors.As(err, &retry):
		return retry.Error(), retry.URL + ": " + retry.plain(), true
	case errors.As(err, &status):
		return status.Error(), status.URL + ": " + status.plain(), true
	}
	return "", "", false
}

func (e *StatusError) plain() string {
	status := statusText(e.Status)
	switch {
	case e.Status == http.StatusGone:
		return "the page is gone for good (" + status + "); remove the source or give its new address"
	case e.Status == http.StatusNotFound:
		return "there is no such page (" + status + "); check the address"
	case e.Status >= 500:
		return "the site has trouble of its own (" + status + ")" + again
	}
	return "the site answers " + status + "; open the address in a browser to see why"
}

func (e *RetryError) plain() string {
	said := "the site asks for a pause"
	if e.Status != 0 {
		said += " (" + statusText(e.Status) + ")"
	}
	if e.After <= 0 {
		return said + again
	}
	return fmt.Sprintf("%s; it is asked again in %v", said, e.After.Round(time.Second))
}

func (e *BlockedError) plain() string {
	said := "the site does not let earshot read it (" + statusText(e.Status) + ")"
	if e.Why != "" {
		said = fmt.Sprintf("the site does not let earshot read it: %s (%d)", e.Why, e.Status)
	}
	return said + "; ask the site for access, use its feed or API, or remove the source"
}

// again is what people need not do about trouble of the site.
const again = "; it is asked again later"

// happened says why an address could not be read.
func happened(err error, address string) string {
	host, port := hostPort(address)
	switch trouble, _ := TroubleOf(err); trouble {
	case Challenge, Blocked, Paused, NotFound, Gone, Answered: // of robots.txt, or of the page it redirects to
		return answered(err)
	case NoName:
		return fmt.Sprintf("no site has the name %s; check how the address is written", nameIn(err, host))
	case NoLookup:
		return fmt.Sprintf("the name %s cannot be looked up now; is this machine on the internet?%s", nameIn(err, host), again)
	case Certificate:
		return certificates(err, host)
	case NoHTTPS:
		return "the server does not speak https there; try the address with http://"
	case TimedOut:
		if errors.Is(err, ErrTimeout) {
			return "the server took too long to answer" + again
		}
	case Refused:
		return fmt.Sprintf("nothing answers on port %s of %s; the site may be down, or the address wrong%s", port, host, again)
	case NoWay:
		return "there is no way to " + host + " from this machine; is it on the internet?"
	case BrokenOff:
		return "the server broke off the connection" + again
	}
	var op *net.OpError
	if errors.As(err, &op) {
		return "the server cannot be reached: " + op.Err.Error() + again
	}
	return strings.TrimPrefix(err.Error(), "fetch: ")
}

// answered says what a site answered.
func answered(err error) string {
	var blocked *BlockedError
	var retry *RetryError
	var status *StatusError
	switch {
	case errors.As(err, &blocked):
		return blocked.plain()
	case errors.As(err, &retry):
		return retry.plain()
	case errors.As(err, &status):
		return status.plain()
	}
	return strings.TrimPrefix(err.Error(), "fetch: ")
}

// nameIn is the name that was looked up.
func nameIn(err error, host string) string {
	var dns *net.DNSError
	if errors.As(err, &dns) {
		return cmp.Or(dns.Name, host)
	}
	return host
}

func certificates(err error, host string) string {
	const owner = "; tell the site's owner"
	var name x509.HostnameError
	var invalid x509.CertificateInvalidError
	var unknown x509.UnknownAuthorityError
	var other *tls.CertificateVerificationError
	switch {
	case errors.As(err, &name):
		whose := "other names"
		if name.Certificate != nil && len(name.Certificate.DNSNames) > 0 {
			whose = strings.Join(name.Certificate.DNSNames[:min(3, len(name.Certificate.DNSNames))], ", ")
		}
		return fmt.Sprintf("the site's certificate is for %s and not for %s; use the address it is for, or tell the site's owner", whose, cmp.Or(name.Host, host))
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired && invalid.Cert != nil:
		if time.Now().Before(invalid.Cert.NotBefore) {
			return fmt.Sprintf("the site's certificate is good from %s only; is the clock of this machine right?", day(invalid.Cert.NotBefore))
		}
		return fmt.Sprintf("the site's certificate expired on %s%s; is the clock of this machine right?", day(invalid.Cert.NotAfter), owner)
	case errors.As(err, &unknown):
		return "the site's certificate is signed by nobody this machine trusts" + owner
	case errors.As(err, &other), errors.As(err, &invalid):
		return "the site's certificate is not right" + owner
	}
	return ""
}

func day(t time.Time) string { return t.UTC().Format("2 Jan 2006") }

// hostPort are the host and the port of an address of http or https.
func hostPort(address string) (host, port string) {
	u, err := url.Parse(address)
	if err != nil {
		return address, ""
	}
	return u.Hostname(), portOf(u)
}
