//go:build !race

package sentiment

// raceDetector: see race_on_test.go.
const raceDetector = false
