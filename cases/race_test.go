//go:build race

package cases

// raceDetector is on, and makes everything ten times slower.
const raceDetector = true
