//go:build race

package store

// raceDetector: SQLite in Go runs twenty times slower under it, so the biggest tests
// take a part of their numbers.
const raceDetector = true
