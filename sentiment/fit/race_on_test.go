//go:build race

package main

// raceDetector: fitting is arithmetic in one goroutine and takes two minutes then.
const raceDetector = true
