package kernels

// Dot is Σ_i x[i]·y[i] in T, in 32 lanes for float64 and 64 for float32; panels of
// 16384 elements are added from left to right. x and y have the same length.
// |error| ≤ (n/32 + 16)·ε·Σ_i |x[i]|·|y[i]| with T's ε.
func Dot[T Float](x, y []T) T {
	if len(x) != len(y) {
		panic("kernels: vectors of different lengths")
	}
	return dot(x, y)
}

func longDot[T Float](x, y []T) T {
	var sum T
	for lo := 0; lo < len(x); lo += panel {
		hi := min(lo+panel, len(x))
		sum += dot(x[lo:hi], y[lo:hi])
	}
	return sum
}

// shortDot is what the lanes of a dot product make of up to eight elements, in
// less time than a call takes. No lane is −0 beside the empty ones.
func shortDot[T Float](x, y []T) T {
	y = y[:len(x)]
	switch len(x) {
	case 0:
		return 0
	case 1:
		return T(x[0]*y[0]) + 0
	case 2:
		return (T(x[0]*y[0]) + T(x[1]*y[1])) + 0
	case 3:
		return ((T(x[0]*y[0]) + T(x[2]*y[2])) + T(x[1]*y[1])) + 0
	case 4:
		return ((T(x[0]*y[0]) + T(x[2]*y[2])) + (T(x[1]*y[1]) + T(x[3]*y[3]))) + 0
	case 5:
		return (((T(x[0]*y[0]) + T(x[4]*y[4])) + T(x[2]*y[2])) + (T(x[1]*y[1]) + T(x[3]*y[3]))) + 0
	case 6:
		return (((T(x[0]*y[0]) + T(x[4]*y[4])) + T(x[2]*y[2])) + ((T(x[1]*y[1]) + T(x[5]*y[5])) + T(x[3]*y[3]))) + 0
	case 7:
		return (((T(x[0]*y[0]) + T(x[4]*y[4])) + (T(x[2]*y[2]) + T(x[6]*y[6]))) + ((T(x[1]*y[1]) + T(x[5]*y[5])) + T(x[3]*y[3]))) + 0
	default:
		return (((T(x[0]*y[0]) + T(x[4]*y[4])) + (T(x[2]*y[2]) + T(x[6]*y[6]))) + ((T(x[1]*y[1]) + T(x[5]*y[5])) + (T(x[3]*y[3]) + T(x[7]*y[7])))) + 0
	}
}
