// Package doubled is arithmetic in double-double: numbers of some 106 bits,
// each the sum of two float64, and the factorisation of matrices of them.
//
// Source: Joldes, Muller and Popescu, Tight and rigorous error bounds for basic
// building blocks of double-word arithmetic, 2017. Bounds leave out overflow
// and underflow.
package doubled

import "math"

// A Double is Hi + Lo, where Hi is the sum rounded to a float64.
type Double struct{ Hi, Lo float64 }

// Of is a float64 as a Double.
func Of(v float64) Double { return Double{v, 0} }

// Sum is a + b without error.
func Sum(a, b float64) Double {
	s := a + b
	v := s - a
	return Double{s, (a - (s - v)) + (b - v)}
}

// ordered is a + b without error if |a| ≥ |b|.
func ordered(a, b float64) Double {
	s := a + b
	return Double{s, b - (s - a)}
}

// Product is a·b without error.
func Product(a, b float64) Double {
	p := float64(a * b)
	return Double{p, math.FMA(a, b, -p)}
}

// Add is a + b with a relative error of at most 3·2⁻¹⁰⁶.
func (a Double) Add(b Double) Double {
	high, low := Sum(a.Hi, b.Hi), Sum(a.Lo, b.Lo)
	high = ordered(high.Hi, high.Lo+low.Hi)
	return ordered(high.Hi, high.Lo+low.Lo)
}

// Sub is a − b, as Add.
func (a Double) Sub(b Double) Double { return a.Add(b.Neg()) }

// Neg is −a.
func (a Double) Neg() Double { return Double{-a.Hi, -a.Lo} }

// Mul is a·b with a relative error of at most 4·2⁻¹⁰⁶.
func (a Double) Mul(b Double) Double {
	p := Product(a.Hi, b.Hi)
	return ordered(p.Hi, p.Lo+math.FMA(a.Hi, b.Lo, math.FMA(a.Lo, b.Hi, float64(a.Lo*b.Lo))))
}

// Div is a/b with a relative error of at most 10·2⁻¹⁰⁶.
func (a Double) Div(b Double) Double {
	q := a.Hi / b.Hi
	p := Product(q, b.Hi)
	rest := (a.Hi - p.Hi) - p.Lo // the difference is exact
	rest = math.FMA(-q, b.Lo, rest+a.Lo)
	return ordered(q, rest/b.Hi)
}

// Sqrt is √a with a relative error of at most 4·2⁻¹⁰⁶; zero if a is not
// positive.
func (a Double) Sqrt() Double {
	if !(a.Hi > 0) {
		return Double{}
	}
	root := math.Sqrt(a.Hi)
	rest := math.FMA(-root, root, a.Hi) + a.Lo // the first is exact
	return ordered(root, rest/(2*root))
}

// Scale is a times a power of two, without error.
func (a Double) Scale(power float64) Double {
	return Double{float64(a.Hi * power), float64(a.Lo * power)}
}

// Abs is |a|.
func (a Double) Abs() Double {
	if a.Hi < 0 {
		return a.Neg()
	}
	return a
}

// Dot is Σ x_i·y_i, from the first on.
func Dot(x, y []Double) Double {
	var sum Double
	for i, v := range x {
		sum = sum.Add(v.Mul(y[i]))
	}
	return sum
}
