package ref

import (
	"math"
	"unsafe"
)

// AbsSum is Σ_i |x[i]| in T, in the lanes of RowDots.
func AbsSum[T Float](x []T) T {
	var acc [DotGroups * 16]T
	lanes := acc[:DotGroups*64/int(unsafe.Sizeof(T(0)))]
	for len(x) > 0 {
		some := x[:min(len(x), len(lanes))]
		for l, v := range some {
			lanes[l] += abs(v)
		}
		x = x[len(some):]
	}
	return foldLanes(lanes)
}

func abs[T Float](v T) T { return T(math.Abs(float64(v))) }
