package alerts

import (
	"fmt"
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
