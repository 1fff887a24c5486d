package ref

import (
	"math"
	"unsafe"
)

// fma is x·y + z, rounded once to T.
func fma[T Float](x, y, z T) T {
	if unsafe.Sizeof(x) == 8 {
		return T(math.FMA(float64(x), float64(y), float64(z)))
	}
	return T(fma32(float32(x), float32(y), float32(z)))
}

// fma32 is x·y + z, rounded once. The product of two float32 is exact in
// float64; the sum is rounded to odd there, so that rounding it again to
// float32 cannot round twice in the same direction (Boldo and Melquiond,
// Emulation of FMA and correctly rounded sums: proved algorithms using
// rounding to odd, 2008).
func fma32(x, y, z float32) float32 {
	product := float64(float64(x) * float64(y))
	addend := float64(z)
	sum := product + addend
	// Rounding twice differs from rounding once only where the first ends
	// halfway between two float32, or in the last places of a subnormal one.
	if math.Float64bits(sum)&0x1fffffff != 0x10000000 && math.Abs(sum) >= 0x1p-125 {
		return float32(sum)
	}
	virtual := sum - product
	lost := (product - (sum - virtual)) + (addend - virtual)
	bits := math.Float64bits(sum)
	if lost != 0 && lost == lost && bits&1 == 0 {
		if (lost > 0) == (sum > 0) {
			bits++
		} else {
			bits--
		}
	}
	return float32(math.Float64frombits(bits))
}
