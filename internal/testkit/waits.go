package testkit

import (
	"sync/atomic"
	"testing/synctest"
)

// WaitsFor reports whether do goes on only once release was called, which it is when all else stands still. It is called
// within synctest.Test.
func WaitsFor(do, release func()) bool {
	var released atomic.Bool
	go func() {
		synctest.Wait()
		released.Store(true)
		release()
	}()
	do()
	return released.Load()
}
