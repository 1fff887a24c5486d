//go:build race

package glm

import "github.com/seed-0327bdf7/hesse/internal/cpu"

// levels are those at which bits are compared: the fastest alone, for goroutines
// meet in the same places at all of them, and pure Go takes twenty times as long
// under the race detector.
func levels() []cpu.Level {
	all := cpu.Available()
	return all[len(all)-1:]
}
