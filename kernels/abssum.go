package kernels

import "math"

// AbsSum is Σ_i |x[i]| in T, in the lanes of [Dot]; panels of 16384 elements are
// added from left to right. |error| ≤ (n/32 + 16)·ε·Σ_i |x[i]| with T's ε.
func AbsSum[T Float](x []T) T {
	return absSum(x)
}

func longAbsSum[T Float](x []T) T {
	var sum T
	for lo := 0; lo < len(x); lo += panel {
		sum += absSum(x[lo:min(lo+panel, len(x))])
	}
	return sum
}

// shortAbsSum is what the lanes make of up to eight elements.
func shortAbsSum[T Float](x []T) T {
	switch len(x) {
	case 0:
		return 0
	case 1:
		return abs(x[0])
	case 2:
		return abs(x[0]) + abs(x[1])
	case 3:
		return (abs(x[0]) + abs(x[2])) + abs(x[1])
	case 4:
		return (abs(x[0]) + abs(x[2])) + (abs(x[1]) + abs(x[3]))
	case 5:
		return ((abs(x[0]) + abs(x[4])) + abs(x[2])) + (abs(x[1]) + abs(x[3]))
	case 6:
		return ((abs(x[0]) + abs(x[4])) + abs(x[2])) + ((abs(x[1]) + abs(x[5])) + abs(x[3]))
	case 7:
		return ((abs(x[0]) + abs(x[4])) + (abs(x[2]) + abs(x[6]))) + ((abs(x[1]) + abs(x[5])) + abs(x[3]))
	default:
		return ((abs(x[0]) + abs(x[4])) + (abs(x[2]) + abs(x[6]))) + ((abs(x[1]) + abs(x[5])) + (abs(x[3]) + abs(x[7])))
	}
}

func abs[T Float](v T) T { return T(math.Abs(float64(v))) }
