// Package testkit is what tests of several packages need from outside: a server
// that replays a scripted recording, real Redis and PostgreSQL servers on loopback, a
// TCP proxy that cuts and delays, what is printed meanwhile, and the one rule about skipping.
//
// It is imported by tests only, imports nothing of earshot, knows nothing of
// sources, scores or stores, and opens no address but loopback.
package testkit

import (
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// RequireEnv lists, separated by commas, what must be there: redis, shared,
// browser, postgres … A test that would skip for want of one fails instead.
const RequireEnv = "EARSHOT_REQUIRE"

// Require ends a test that cannot run for want of what: it skips with the reason,
// or fails when RequireEnv names it, so that a skip on a laptop is no hole in CI.
func Require(t testing.TB, what, reason string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv(RequireEnv), ","), what) {
		t.Fatalf("%s is required by %s, but: %s", what, RequireEnv, reason)
	}
	t.Skipf("%s: %s", what, reason)
}

// SharedDir is where the recorded pages and evaluation sets are that are kept beside the
// repository: EARSHOT_SHARED, or ../shared from the repository's root. It need not be there.
func SharedDir(t testing.TB) string {
	t.Helper()
	if dir := os.Getenv("EARSHOT_SHARED"); dir != "" {
		return dir
	}
	return filepath.Join(Root(t), "..", "shared")
}

// Shared is SharedDir for a test that needs it: where it is absent, the test skips with
// "shared absent".
func Shared(t testing.TB) string {
	t.Helper()
	dir := SharedDir(t)
	if st, err := os.Stat(dir); err != nil || !st.IsDir() {
		Require(t, "shared", "shared absent")
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		t.Fatal(err)
	}
	return abs
}

// Root is the root of the repository: the first folder upwards with a go.mod.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the test's folder")
		}
		dir = up
	}
}

// FreePort is a loopback port that was free a moment ago. It is below those that the system
// gives to whoever asks for any (from 32768 on Linux), so that no connection and no other
// server gets it before its owner listens there.
func FreePort(t testing.TB) int {
	t.Helper()
	for range 100 {
		port := 10_000 + rand.IntN(22_000)
		l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			_ = l.Close()
			return port
		}
	}
	t.Fatal("no port of a hundred is free")
	return 0
}

// Eventually waits until ok holds, and fails the test when it does not within the limit. It
// is for what is real: sockets, disks and other processes have no virtual time.
func Eventually(t testing.TB, what string, limit time.Duration, ok func() bool) {
	t.Helper()
	if !waitFor(limit, ok) {
		t.Fatalf("%s: not within %s", what, limit)
	}
}

// waitFor polls ok until it holds or the time is over.
func waitFor(limit time.Duration, ok func() bool) bool {
	for end := time.Now().Add(limit); ; time.Sleep(10 * time.Millisecond) {
		if ok() {
			return true
		}
		if time.Now().After(end) {
			return false
		}
	}
}
