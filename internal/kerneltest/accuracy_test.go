package kerneltest

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"
	"unsafe"

	"github.com/seed-0327bdf7/hesse/kernels"
)

const (
	epsilon   = 0x1p-53
	epsilon32 = 0x1p-24
	precision = 2200 // bits: exact for sums of products of float64 of these tests
)

// exact is Σ of products and Σ of their absolute values, without rounding.
type exact struct{ sum, size *big.Float }

func newExact() exact {
	return exact{new(big.Float).SetPrec(precision), new(big.Float).SetPrec(precision)}
}

func (e exact) add(factors ...float64) {
	product := big.NewFloat(1).SetPrec(precision)
	for _, f := range factors {
		product.Mul(product, new(big.Float).SetPrec(precision).SetFloat64(f))
	}
	e.sum.Add(e.sum, product)
	e.size.Add(e.size, product.Abs(product))
}

// check fails unless |got − sum| ≤ bound·size.
func (e exact) check(t *testing.T, what string, got, bound float64) {
	t.Helper()
	difference := new(big.Float).SetPrec(precision).SetFloat64(got)
	difference.Sub(difference, e.sum).Abs(difference)
	allowed := new(big.Float).SetPrec(precision).SetFloat64(bound)
	allowed.Mul(allowed, e.size)
	if difference.Cmp(allowed) > 0 {
		d, _ := difference.Float64()
		s, _ := e.size.Float64()
		t.Errorf("%s: error is %.3g of the terms' size, the bound %.3g", what, d/s, bound)
	}
}

// TestErrorBounds holds the definition to exact arithmetic, within the bounds
// that the documentation of package kernels states.
func TestErrorBounds(t *testing.T) {
	t.Run("float64", func(t *testing.T) { errorBounds[float64](t, epsilon) })
	t.Run("float32", func(t *testing.T) { errorBounds[float32](t, epsilon32) })
}

func errorBounds[T kernels.Float](t *testing.T, epsilonT float64) {
	random := rand.New(rand.NewPCG(3, 4))
	draw := func(n int) []float64 {
		v := make([]float64, n)
		for i := range v {
			v[i] = random.NormFloat64() * math.Ldexp(1, random.IntN(21)-10)
		}
		return v
	}
	for _, size := range []struct{ n, p int }{{1, 1}, {7, 3}, {40, 70}, {130, 33}, {700, 9}} {
		n, p := size.n, size.p
		x := kernels.Matrix[T]{Rows: n, Cols: p, Stride: p, Data: make([]T, n*p)}
		for i := range x.Data {
			x.Data[i] = T(random.NormFloat64())
		}
		beta, r := draw(p), draw(n)
		eta, g, gram, sandwich := make([]float64, n), make([]float64, p), make([]float64, p*p), make([]float64, p*p)
		spread := make([]float64, 3*p)
		kernels.Dots(eta, x, nil, beta)
		kernels.Update(g, x, nil, r)
		d := draw(n)
		kernels.Spread(spread, x, nil, r, d)
		kernels.Gram(gram, p, x, make([]T, kernels.TriangleWork(p)))
		kernels.Sandwich(sandwich, p, x, r, make([]T, kernels.TriangleWork(p)))
		for i := range n {
			e := newExact()
			for j := range p {
				e.add(float64(x.Row(i)[j]), beta[j])
			}
			e.check(t, "Dots", eta[i], (float64(p)/8+12)*epsilon)
		}
		rows := float64(n)/kernels.PanelRows + 1
		for j := range p {
			e := newExact()
			for i := range n {
				e.add(float64(x.Row(i)[j]), r[i])
			}
			e.check(t, "Update", g[j], (float64(n)/8+9)*epsilon)
			e.check(t, "Spread", spread[j], (float64(n)/8+9)*epsilon)
			second, squares := newExact(), newExact()
			for i := range n {
				v := float64(x.Row(i)[j])
				second.add(v, d[i])
				squares.add(v, v, d[i])
			}
			second.check(t, "Spread, second", spread[p+j], (float64(n)/8+9)*epsilon)
			squares.check(t, "Spread, squares", spread[2*p+j], (float64(n)/8+10)*epsilon)
			for k := j; k < p; k++ {
				e, w := newExact(), newExact()
				for i := range n {
					a, b := float64(x.Row(i)[j]), float64(x.Row(i)[k])
					e.add(a, b)
					w.add(r[i], a, b)
				}
				e.check(t, "Gram", gram[j*p+k], kernels.PanelRows*epsilonT+rows*epsilon)
				w.check(t, "Sandwich", sandwich[j*p+k], (kernels.PanelRows+2)*epsilonT+rows*epsilon)
			}
		}
	}
}

func TestSumBound(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for _, n := range []int{1, 9, 1000, 20000} {
		x, e := make([]float64, n), newExact()
		for i := range x {
			x[i] = random.NormFloat64()
			e.add(x[i])
		}
		e.check(t, "Sum", kernels.Sum(x), (2056+float64(n)/16384)*epsilon)
	}
}

// TestVectorBounds holds dot products, sums of absolute values and norms to exact
// arithmetic.
func TestVectorBounds(t *testing.T) {
	t.Run("float64", func(t *testing.T) { vectorBounds[float64](t, epsilon) })
	t.Run("float32", func(t *testing.T) { vectorBounds[float32](t, epsilon32) })
}

func vectorBounds[T kernels.Float](t *testing.T, epsilonT float64) {
	random := rand.New(rand.NewPCG(7, 8))
	for _, n := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 40, 1000, 20000} {
		x, y := make([]T, n), make([]T, n)
		product, size, square := newExact(), newExact(), newExact()
		for i := range x {
			x[i], y[i] = T(random.NormFloat64()), T(random.NormFloat64())
			product.add(float64(x[i]), float64(y[i]))
			size.add(math.Abs(float64(x[i])))
			square.add(float64(x[i]), float64(x[i]))
		}
		bound := (float64(n)/32 + 16) * epsilonT
		product.check(t, "Dot", float64(kernels.Dot(x, y)), bound)
		size.check(t, "AbsSum", float64(kernels.AbsSum(x)), bound)
		// The power brings squares out of range, and not the norm.
		for _, power := range []int{0, 100, -100} {
			scaled := make([]T, n)
			for i, v := range x {
				scaled[i] = T(math.Ldexp(float64(v), power))
			}
			norm := math.Ldexp(float64(kernels.Norm(scaled)), -power)
			square.check(t, "Norm", norm*norm, 2*bound)
		}
	}
	inf, nan := T(math.Inf(-1)), T(math.NaN())
	tiny := T(math.Ldexp(1, -149))
	huge := T(math.Ldexp(1, 127))
	if unsafe.Sizeof(tiny) == 8 {
		tiny, huge = T(math.SmallestNonzeroFloat64), T(math.Ldexp(1, 1023))
	}
	for _, c := range []struct {
		x    []T
		want float64
	}{
		{nil, 0}, {[]T{0, 0}, 0}, {[]T{1, inf}, math.Inf(1)}, {[]T{huge, inf, 0}, math.Inf(1)}, {[]T{inf, nan, huge}, math.NaN()},
		{[]T{nan}, math.NaN()}, {[]T{huge, huge, nan}, math.NaN()},
		{[]T{3 * tiny, 4 * tiny}, 5 * float64(tiny)}, {[]T{huge, huge / 4 * 3}, 1.25 * float64(huge)}, {[]T{huge, huge, huge, huge}, math.Inf(1)},
	} {
		if got := float64(kernels.Norm(c.x)); got != c.want && !(math.IsNaN(got) && math.IsNaN(c.want)) {
			t.Errorf("norm of %v is %v, want %v", c.x, got, c.want)
		}
	}
}

// bigExp is exp(x) to 190 bits, by halving the argument and a Taylor series.
func bigExp(x float64) *big.Float {
	const halvings = 20
	r := new(big.Float).SetPrec(260).SetFloat64(x)
	r.SetMantExp(r, -halvings)
	sum, term := big.NewFloat(1).SetPrec(260), big.NewFloat(1).SetPrec(260)
	for i := 1; i < 30; i++ {
		term.Mul(term, r)
		term.Quo(term, new(big.Float).SetInt64(int64(i)))
		sum.Add(sum, term)
	}
	for range halvings {
		sum.Mul(sum, sum)
	}
	return sum
}

// bigLog is log(x) to 190 bits, by Newton's method on bigExp.
func bigLog(x *big.Float) *big.Float {
	f, _ := x.Float64()
	y := new(big.Float).SetPrec(260).SetFloat64(math.Log(f))
	if one := big.NewFloat(1); f == 1 && x.Cmp(one) > 0 { // math.Log sees no digit of it
		y.Sub(x, one)
	}
	for range 3 {
		e := bigExpOf(y)
		d := new(big.Float).SetPrec(260).Sub(x, e)
		s := new(big.Float).SetPrec(260).Add(x, e)
		d.Quo(d, s)
		y.Add(y, d.Add(d, d))
	}
	return y
}

func bigExpOf(y *big.Float) *big.Float {
	f, _ := y.Float64()
	rest := new(big.Float).SetPrec(260).Sub(y, new(big.Float).SetFloat64(f))
	tail, term := big.NewFloat(1).SetPrec(260), big.NewFloat(1).SetPrec(260)
	for i := 1; i < 8; i++ {
		term.Mul(term, rest)
		term.Quo(term, new(big.Float).SetInt64(int64(i)))
		tail.Add(tail, term)
	}
	return tail.Mul(tail, bigExp(f))
}
