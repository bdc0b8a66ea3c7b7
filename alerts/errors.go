package alerts

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/earshot/earshot/internal/fetch"
	"github.com/earshot/earshot/internal/i18n"
	"github.com/earshot/earshot/internal/text"
)

// RetryError means: surely not done, may be done again after a while.
type RetryError struct {
	After  time.Duration // at least; 0 leaves it to the caller
	Method bool          // the other side asked for silence: nothing of the kind may be sent before
	One    bool          // only this message must wait: nothing is wrong with the way out
	Err    error
}

func (e *RetryError) Error() string {
	if e.After > 0 {
		return fmt.Sprintf("%v (again in %s)", e.Err, e.After.Round(time.Second))
	}
	return e.Err.Error()
}

func (e *RetryError) Unwrap() error { return e.Err }

// RefusedError means: surely not done, and it will not be before somebody acts.
// The text says what to do.
type RefusedError struct {
	Code string // the other side's word for it
	One  bool   // only this message is refused, not the route
	Err  error
}

func (e *RefusedError) Error() string { return e.Err.Error() }

func (e *RefusedError) Unwrap() error { return e.Err }

// NoHistory is the answer to Find of a way out that cannot be asked what it took: such a message is
// sent again, and says that it may be a repeat.
func NoHistory(way string) error {
	return &RefusedError{Code: "no_history", Err: errors.New(way + " has no history")}
}

// PartError means: done, but not for some of the recipients, until somebody acts. It does not unwrap:
// whatever became of those, the message is posted and not sent again.
type PartError struct {
	Who  string  // whom it did not reach, in one line
	Each []error // why, one for each of them; the texts say what to do
}

func (e *PartError) Error() string { return e.in(i18n.Lang{}) }

func (e *PartError) in(l i18n.Lang) string {
	why := make([]string, len(e.Each))
	for i, err := range e.Each {
		var again *RetryError
		if errors.As(err, &again) { // but this message is not
			err = again.Err
		}
		why[i] = Reason(l, err)
	}
	return strings.Join(why, "; ")
}

// ErrDeleted means that a message does not stand where it could be redrawn: somebody deleted it, or
// it was told by another way out, or by an app of before.
var ErrDeleted = errors.New("the message does not stand there")

// MovedError means: the other side asked to call another address (a status of 3xx). It is
// never followed: the message and its signature or token belong to the address that the
// watchlist names, and a login page that answers 200 is not a receiver.
type MovedError struct {
	Host string // scheme, host and port of the other address; the rest may hold what is secret
}

func (e *MovedError) Error() string { return e.in(i18n.Lang{}) }

func (e *MovedError) in(l i18n.Lang) string {
	if e.Host == "" {
		return l.Text("way.moved")
	}
	return l.Text("way.moved_to", "host", e.Host)
}

// NeverSent reports whether a request surely never left: there was no connection to send it on.
func NeverSent(err error) bool { return fetch.NeverSent(err) }

// Untrusted is a refusal to talk to a server whose certificate is not right, or nil for any other
// error: nothing was sent. What says who it is, without what is secret.
func Untrusted(what string, err error) error {
	var wrong *tls.CertificateVerificationError
	if !errors.As(err, &wrong) {
		return nil
	}
	return &RefusedError{Code: "certificate", Err: &Advice{What: fmt.Sprintf("%s (%s): ", what, text.Line(wrong.Err.Error(), 200)), Key: "way.certificate"}}
}

// Advice is an error that says what to do by a text of the catalogue.
type Advice struct {
	What  string // what was tried and what came back, as programs say it, with what stands before the text
	Key   string
	Pairs []any // of the text
	Err   error // the cause; may be nil
}

func (e *Advice) Error() string { return e.in(i18n.Lang{}) }

func (e *Advice) Unwrap() error { return e.Err }

func (e *Advice) in(l i18n.Lang) string {
	pairs := slices.Clone(e.Pairs)
	for i, v := range pairs {
		if why, ok := v.(error); ok {
			pairs[i] = Reason(l, why)
		}
	}
	if what, dash := strings.CutSuffix(e.What, " — "); dash {
		return l.Aside(what, l.Text(e.Key, pairs...))
	}
	return e.What + l.Text(e.Key, pairs...)
}

// Reason says an error to people who read l: in English as it is, else as far as the
// catalogue has words for it.
func Reason(l i18n.Lang, err error) string {
	var advice *Advice
	var moved *MovedError
	var part *PartError
	switch {
	case l.Code() == (i18n.Lang{}).Code():
	case errors.As(err, &part):
		return part.in(l)
	case errors.As(err, &advice):
		return advice.in(l)
	case errors.As(err, &moved):
		return moved.in(l)
	default:
		if words, ok := OnTheWay(l, err); ok {
			return words
		}
	}
	return err.Error()
}

// OnTheWay says what went wrong before there was an answer, as it is said of sources; ok is false
// when the error knows of nothing like that.
func OnTheWay(l i18n.Lang, err error) (words string, ok bool) {
	trouble, _ := fetch.TroubleOf(err)
	if trouble == fetch.Other {
		return "", false
	}
	return l.Text("trouble." + string(trouble)), true
}

// RefuseRedirect is the http.Client.CheckRedirect of every way out.
func RefuseRedirect(r *http.Request, _ []*http.Request) error {
	return &MovedError{Host: r.URL.Scheme + "://" + r.URL.Host}
}
