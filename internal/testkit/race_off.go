//go:build !race

package testkit

// Race: see race_on.go.
const Race = false
