//go:build !faults

// Package fault lets a test stop the real process at a named step of the way of
// a mention. A normal build contains nothing of it: At is empty and inlined away.
// Only binaries built with the tag "faults" read EARSHOT_FAULT.
package fault

// At marks a step. In a build with the tag "faults" the process is killed here
// when EARSHOT_FAULT names the step.
func At(step string) {}
