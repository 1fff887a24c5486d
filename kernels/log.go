package kernels

import "github.com/seed-0327bdf7/hesse/internal/ref"

// Log is the natural logarithm of a number, within 2 units in the last place,
// with the same bits on every architecture. Zero gives −Inf, a negative number
// NaN.
func Log(x float64) float64 { return ref.Log(x) }
