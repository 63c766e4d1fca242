//go:build race

package sqlite_test

// raceDetector says that the race detector is on and everything takes longer.
const raceDetector = true
