//go:build !race

package pass

const raceDetector = false
