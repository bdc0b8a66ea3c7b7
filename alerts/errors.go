package alerts

import (
	"fmt"
	"net/http"
	"time"
)

// RetryError means: surely not done, may be done again after a while.
type RetryError struct {
	After  time.Duration // at least; 0 leaves it to the caller
	Method bool          // the other side asked for silence: nothing of the kind may be sent before
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

// MovedError means: the other side asked to call another address (a status of 3xx). It is
// never followed: the message and its signature or token belong to the address that the
// watchlist names, and a login page that answers 200 is not a receiver.
type MovedError struct {
	Host string // scheme, host and port of the other address; the rest may hold what is secret
}

func (e *MovedError) Error() string {
	if e.Host == "" {
		return "it sends elsewhere, which is never followed: check the address in the watchlist"
	}
	return "it sends to " + e.Host + ", which is never followed: if that is the right place, write its address into the watchlist"
}

// RefuseRedirect is the http.Client.CheckRedirect of every way out.
func RefuseRedirect(r *http.Request, _ []*http.Request) error {
	return &MovedError{Host: r.URL.Scheme + "://" + r.URL.Host}
}
