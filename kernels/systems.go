package kernels

import "github.com/seed-0327bdf7/hesse/internal/ref"

const (
	// SystemLanes is how many systems [Systems] solves at a time.
	SystemLanes = ref.SystemLanes

	// SystemSize is the most variables that systems of [Systems] may have.
	SystemSize = 32
)

// Systems solves eight symmetric positive definite systems H·x = b of m
// variables, 1 ≤ m ≤ SystemSize, side by side. Entry e of system l lies at
// SystemLanes·e + l of each slice:
//
//	a         m×(m+1)   the upper triangle of H, and b as the last column; stride from row to row
//	v         m         a direction
//	inverse   m×m       set to R⁻¹ in the upper triangle, H = RᵀR
//	x         m         set to H⁻¹b
//	variance  m         set to the diagonal of H⁻¹
//	along     1         set to vᵀH⁻¹v
//
// a becomes R and R⁻ᵀb. What is below a diagonal is not touched. There is no
// search for pivots: a system that is not definite, or not finite, gives NaN or
// infinities in its own lane, and one that is nearly singular large variances.
// Slices must not overlap.
func Systems(a, inverse, x, variance, along, v []float64, m, stride int) {
	if m < 1 || m > SystemSize {
		panic("kernels: number of variables of a system")
	}
	if stride <= m {
		panic("kernels: stride of a below the number of columns")
	}
	if len(a) != SystemLanes*m*stride || len(inverse) != SystemLanes*m*m || len(x) != SystemLanes*m ||
		len(variance) != SystemLanes*m || len(along) != SystemLanes || len(v) != SystemLanes*m {
		panic("kernels: length of a slice of systems")
	}
	systems(a, inverse, x, variance, along, v, m, stride)
}
