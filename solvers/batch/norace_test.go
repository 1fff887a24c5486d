//go:build !race

package batch

import "github.com/seed-0327bdf7/hesse/internal/cpu"

func levels() []cpu.Level { return cpu.Available() }
