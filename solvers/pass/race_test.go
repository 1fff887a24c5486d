//go:build race

package pass

// raceDetector makes pure Go twenty times slower, and assembly no slower.
const raceDetector = true
