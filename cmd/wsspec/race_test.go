//go:build race

package main

// raceDetector is on, and makes everything ten times slower and larger.
const raceDetector = true
