//go:build !amd64 || purego

package bench

import "github.com/seed-0327bdf7/hesse/internal/cpu"

func probeOf(cpu.Level) probe { return generic }
