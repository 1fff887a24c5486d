package kernels

import "github.com/seed-0327bdf7/hesse/internal/ref"

// SystemMost is the most variables that [System] takes: a call ends within microseconds.
const SystemMost = 128

// SystemStride is how far apart rows of a system of m variables are in [System].
func SystemStride(m int) int { return (m/ref.SystemWidth + 1) * ref.SystemWidth }

// System solves a symmetric positive definite system H·x = b of up to SystemMost variables,
// with the bits of one of [Systems] where all of them are finite:
//
//	a         the upper triangle of H, and b as column m
//	inverse   set to R⁻¹ in the upper triangle, H = RᵀR
//	x         set to H⁻¹b
//	variance  set to the diagonal of H⁻¹
//
// a and inverse have a row every SystemStride(m) numbers, m = len(x); a becomes R and R⁻ᵀb.
// Numbers left of a diagonal and behind b may be anything, and are lost. There is no search
// for pivots: a system that is not definite, or not finite, gives NaN or infinities, and one
// that is nearly singular large variances. Slices must not overlap.
func System(a, inverse, x, variance []float64) {
	m := len(x)
	stride := SystemStride(m)
	if m > SystemMost {
		panic("kernels: number of variables of a system")
	}
	if len(a) != m*stride || len(inverse) != m*stride || len(variance) != m {
		panic("kernels: length of a slice of a system")
	}
	rows := systemRows(m)
	for lo := 0; lo < m; lo += rows {
		systemForward(a, inverse, stride, lo, min(lo+rows, m))
	}
	for hi := m; hi > 0; hi -= rows {
		systemBackward(a, inverse, x, variance, stride, max(hi-rows, 0), hi)
	}
}

// systemRows is how many rows a call takes, each of which may pass all others.
func systemRows(m int) int { return max(panel/max(m*SystemStride(m), 1), 1) }
