//go:build race

package main

// raceDetector is on, and needs memory of its own.
const raceDetector = true
