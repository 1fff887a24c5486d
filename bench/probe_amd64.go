//go:build !purego

package bench

import (
	"github.com/seed-0327bdf7/hesse/internal/avx2"
	"github.com/seed-0327bdf7/hesse/internal/avx512"
	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/internal/ref"
)

func probeOf(level cpu.Level) probe {
	const fused = 2 * ref.PeakMultiplyAdds
	switch level {
	case cpu.AVX512:
		return probe{avx512.Peak64, avx512.Peak32, fused * 8, fused * 16, avx512.Read, avx512.ReadAhead}
	case cpu.AVX2:
		return probe{avx2.Peak64, avx2.Peak32, fused * 4, fused * 8, avx2.Read, avx2.ReadAhead}
	case cpu.Generic:
		return generic
	default:
		panic("bench: no probe for this level")
	}
}
