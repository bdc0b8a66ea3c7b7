//go:build faults

// Package fault lets a test stop the real process at a named step of the way of
// a mention. A normal build contains nothing of it: At is empty and inlined away.
// Only binaries built with the tag "faults" read EARSHOT_FAULT.
package fault

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

var (
	mu   sync.Mutex
	left = -1
)

// At kills the process with SIGKILL when EARSHOT_FAULT is "step" or "step:n" and
// this is the n-th time the step is reached (the first when n is not given).
func At(step string) {
	name, nth, _ := strings.Cut(os.Getenv("EARSHOT_FAULT"), ":")
	if name != step {
		return
	}
	mu.Lock()
	defer mu.Unlock()
	if left < 0 {
		left = 1
		if n, err := strconv.Atoi(nth); err == nil && n > 0 {
			left = n
		}
	}
	if left--; left > 0 {
		return
	}
	fmt.Fprintln(os.Stderr, "fault: killed at step "+step)
	_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	select {}
}
