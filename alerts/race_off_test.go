//go:build !race

package alerts_test

const raceDetector = false
