package testkit

import (
	"syscall"
	"testing"
	"time"
)

// Processor is the processor time that this process has used so far. Unlike the clock it is not
// stretched by what else the machine does; other tests that run in parallel count.
func Processor(t testing.TB) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// Linear fails the test when n parts of something cost the processor one and 4n parts twelve
// times that or more, where a square would be sixteen; what costs less than 100 ms more is no
// matter. It takes the best of three, and believes only what it sees five times.
func Linear(t testing.TB, what string, n int, work func(n int)) {
	t.Helper()
	const little = 100 * time.Millisecond
	once := func(n int) time.Duration {
		began := Processor(t)
		work(n)
		return Processor(t) - began
	}
	best := func(n int) time.Duration { return min(once(n), once(n), once(n)) }
	if once(4*n) <= little {
		return // whatever fewer cost
	}
	var one, four time.Duration
	for range 5 {
		one, four = best(n), best(4*n)
		if four <= 12*one+little {
			return
		}
	}
	t.Errorf("%s: %v for %d, %v for %d", what, one, n, four, 4*n)
}
