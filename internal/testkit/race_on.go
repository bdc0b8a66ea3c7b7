//go:build race

package testkit

// Race says that the race detector watches: what is arithmetic alone takes many times as long then.
const Race = true
