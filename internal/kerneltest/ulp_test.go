package kerneltest

import (
	"math"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/seed-0327bdf7/hesse/internal/cpu"
	"github.com/seed-0327bdf7/hesse/kernels"
)

// A function of one variable, and how far from it the documentation allows a
// kernel to be.
type function struct {
	name    string
	run     func(dst, x []float64)
	exact   func(x float64) (d double, n int)
	allowed float64 // units in the last place; a quarter more where a subnormal result is rounded again
	low     float64 // arguments are above low
	high    float64 // and at most high: beyond, the result is that of special
	edges   []float64
	special map[float64]float64 // exact results
}

var (
	inf      = math.Inf(1)
	minusOff = math.Copysign(0, -1)
)

var functions = []function{
	{
		name: "Exp", run: kernels.Exp, exact: exactExp, allowed: 0.75, low: -746, high: 710,
		edges:   []float64{709.782712893384, 709.7827128933841, -708.3964185322641, -745.1332191019411, -745.1332191019412, -745.13, -744.4400719213812, math.Ln2 / 2, -math.Ln2 / 2},
		special: map[float64]float64{0: 1, minusOff: 1, inf: inf, -inf: 0, 710: inf, 1e300: inf, -746: 0, -1e300: 0},
	},
	{
		name: "Expm1", run: kernels.Expm1, exact: exactExpm1, allowed: 0.9, low: -100, high: 710,
		edges:   []float64{709.782712893384, 709.7827128933841, -37.42, -37.43, -38, -39.9, -40, -40.1, math.Ln2 / 2, -math.Ln2 / 2, 36.7, 37.4},
		special: map[float64]float64{0: 0, minusOff: minusOff, inf: inf, -inf: -1, 710: inf, -100: -1, -1e300: -1},
	},
	{
		name: "Log", run: kernels.Log, exact: exactLog, allowed: 0.9, low: 0, high: inf,
		edges:   []float64{math.Sqrt2, math.Sqrt2 / 2, 1, 2, 0.5, math.SmallestNonzeroFloat64, 0x1p-1022, math.MaxFloat64},
		special: map[float64]float64{0: -inf, minusOff: -inf, -1: math.NaN(), -inf: math.NaN(), -5e-324: math.NaN(), 1: 0, inf: inf},
	},
	{
		name: "Log1p", run: kernels.Log1p, exact: exactLog1p, allowed: 0.9, low: -1, high: inf,
		edges:   []float64{math.Sqrt2 - 1, math.Sqrt2/2 - 1, 1, -0.5, math.Nextafter(-1, 0), 0x1p53, 0x1p54, 0x1p55, math.MaxFloat64, 0x1p1023},
		special: map[float64]float64{0: 0, minusOff: minusOff, -1: -inf, -1.5: math.NaN(), -inf: math.NaN(), inf: inf},
	},
	{
		name: "Sigmoid", run: kernels.Sigmoid, exact: exactSigmoid, allowed: 2, low: -746, high: inf,
		edges:   []float64{36.7, 36.8, -708.4, -745.13, 745.2},
		special: map[float64]float64{0: 0.5, minusOff: 0.5, inf: 1, -inf: 0, -746: 0, 1e300: 1, -1e300: 0},
	},
	{
		name: "Softplus", run: kernels.Softplus, exact: exactSoftplus, allowed: 2, low: -746, high: inf,
		edges:   []float64{36.7, 36.8, -708.4, -745.13, 745.2, 1e15, 1e300},
		special: map[float64]float64{inf: inf, -inf: 0, -746: 0, 1e300: 1e300, -1e300: 0, 40: 40},
	},
	{
		name: "Logistic's d", run: slope, exact: exactSlope, allowed: 3.5, low: -746, high: 746,
		special: map[float64]float64{0: 0.25, minusOff: 0.25, inf: 0, -inf: 0},
	},
}

// slope is d of Logistic for y = 0.
func slope(dst, x []float64) {
	value, r, y := make([]float64, len(x)), make([]float64, len(x)), make([]float64, len(x))
	kernels.Logistic(value, r, dst, x, y, nil)
}

// full is set by make ulp, which takes minutes.
var full = os.Getenv("HESSE_ULP") != ""

// TestULP holds every function to its bound over every binade: densely where
// it is neither a constant nor its argument, and around the edges of what it
// does there. Every level must give the same bits.
func TestULP(t *testing.T) {
	dense, sparse := 400, 8
	switch {
	case full:
		dense, sparse = 100_000, 500
	case testing.Short():
		dense, sparse = 40, 1
	}
	for _, f := range functions {
		t.Run(f.name, func(t *testing.T) {
			random := rand.New(rand.NewPCG(13, 14))
			points, worst, at := 0, 0.0, 0.0
			const batch = 4096
			x, y, other := make([]float64, 0, batch), make([]float64, batch), make([]float64, batch)
			evaluate := func() {
				f.run(y, x)
				for _, level := range cpu.Available() {
					restore := cpu.Use(level)
					if full || level == cpu.Generic {
						f.run(other, x)
						if i := firstDifference(other[:len(x)], y[:len(x)]); i >= 0 {
							t.Fatalf("%v: at %x it is %x, not %x", level, x[i], other[i], y[i])
						}
					}
					restore()
				}
				for i, v := range x {
					d, n := f.exact(v)
					off := ulpsOff(y[i], d, n)
					if math.Abs(y[i]) < 0x1p-1022 {
						off -= 0.25
					}
					if off > worst || off != off {
						worst, at = off, v
					}
				}
				points += len(x)
				x = x[:0]
			}
			try := func(v float64) {
				if !(v > f.low && v <= f.high) || math.IsInf(v, 0) || v == 0 {
					return
				}
				if x = append(x, v); len(x) == batch {
					y = y[:batch]
					other = other[:batch]
					evaluate()
				}
			}
			for exponent := -1074; exponent <= 1023; exponent++ {
				n := sparse
				switch {
				case -30 <= exponent && exponent <= 10:
					n = dense
				case -60 <= exponent && exponent < -30:
					n = dense / 10
				}
				for i := range n {
					v := math.Ldexp(1+(float64(i)+random.Float64())/float64(n), exponent)
					try(v)
					try(-v)
				}
			}
			for i := range dense * 10 { // near 1, and where results turn subnormal or constant
				near := math.Ldexp(random.Float64()-0.5, -i%50)
				try(1 + near)
				try(-1 + near)
				try(-708 - 40*random.Float64())
				try(-36 - 4*random.Float64())
				try(36 + 4*random.Float64())
			}
			for i := range dense * 10 { // just above a power of 2 an exponential rounds the most
				v := float64(i%60) * math.Ln2
				near := math.Exp(-v) * random.Float64()
				try(v - near)
				try(v + near)
				try(-v + near)
				try(-v - near)
			}
			for _, edge := range f.edges {
				for _, direction := range []float64{-inf, inf} {
					v := edge
					for range 50 {
						try(v)
						v = math.Nextafter(v, direction)
					}
				}
			}
			y, other = y[:len(x)], other[:len(x)]
			evaluate()
			if !(worst <= f.allowed) {
				t.Errorf("off by %.4f ulp at %x = %g, %g are allowed", worst, at, at, f.allowed)
			}
			t.Logf("%s: %.4f ulp at worst of %d points, at %g", f.name, worst, points, at)
		})
	}
}

func TestFunctionsOfSpecialValues(t *testing.T) {
	for _, level := range cpu.Available() {
		restore := cpu.Use(level)
		for _, f := range functions {
			for x, want := range f.special {
				if got := one(f.run, x); firstDifference([]float64{got}, []float64{want}) >= 0 {
					t.Errorf("%v, %s(%g) is %g, not %g", level, f.name, x, got, want)
				}
			}
			if got := one(f.run, math.NaN()); !math.IsNaN(got) {
				t.Errorf("%v, %s(NaN) is %g", level, f.name, got)
			}
		}
		restore()
	}
}

func one(f func(dst, x []float64), x float64) float64 {
	dst := []float64{0}
	f(dst, []float64{x})
	return dst[0]
}

// TestDoubles holds the reference of TestULP to 180 bits.
func TestDoubles(t *testing.T) {
	const allowed = 0x1p-90
	random := rand.New(rand.NewPCG(15, 16))
	worst := 0.0
	check := func(name string, x float64, d double, n int, want *big.Float) {
		got := new(big.Float).SetPrec(260).SetFloat64(d.hi)
		got.Add(got, big.NewFloat(d.lo)).SetMantExp(got, n)
		off, _ := got.Sub(got, want).Quo(got, want).Float64()
		worst = max(worst, math.Abs(off))
		if !(math.Abs(off) <= allowed) {
			t.Fatalf("%s(%g) is off by %g", name, x, off)
		}
	}
	number := func(x float64) *big.Float { return new(big.Float).SetPrec(260).SetFloat64(x) }
	for i := range 600 {
		x := math.Ldexp(1+random.Float64(), -i%59) * float64(1-i%2*2)
		if i%3 == 0 {
			x *= 300
		}
		e := bigExp(x)
		d, n := exactExp(x)
		check("exp", x, d, n, e)
		d, n = exactExpm1(x)
		check("expm1", x, d, n, number(0).Sub(e, number(1)))
		onePlus := number(0).Add(e, number(1))
		d, n = exactSigmoid(x)
		check("sigmoid", x, d, n, number(0).Quo(e, onePlus))
		d, n = exactSlope(x)
		check("slope", x, d, n, number(0).Quo(e, number(0).Mul(onePlus, onePlus)))
		if x > -40 {
			d, n = exactSoftplus(x)
			check("softplus", x, d, n, bigLog(onePlus))
		}
		near := 1 + math.Ldexp(random.Float64()-0.5, -i%50)
		for _, v := range []float64{math.Abs(x), near, math.Ldexp(near, i*3-900)} {
			if v != 1 {
				d, n = exactLog(v)
				check("log", v, d, n, bigLog(number(v)))
			}
			if v = min(v, 1e300); v > 1e-30 {
				d, n = exactLog1p(v)
				check("log1p", v, d, n, bigLog(number(0).Add(number(1), number(v))))
			}
			if v < 1 && v > 1e-30 {
				d, n = exactLog1p(-v)
				check("log1p", -v, d, n, bigLog(number(0).Sub(number(1), number(v))))
			}
		}
	}
	t.Logf("worst: 2^%.1f", math.Log2(worst))
}

// functionsOf is every function of every x, and the logistic loss for every
// target and some weights.
func functionsOf(x []float64) []float64 {
	var all []float64
	for _, f := range functions {
		dst := make([]float64, len(x))
		f.run(dst, x)
		all = append(all, dst...)
	}
	for _, target := range []float64{0, 1, minusOff, 0.3, inf, math.NaN()} {
		for _, weight := range []float64{1, 0, minusOff, -1, inf, math.NaN(), 0x1p-1074} {
			value, r, d := make([]float64, len(x)), make([]float64, len(x)), make([]float64, len(x))
			y, w := slices.Repeat([]float64{target}, len(x)), slices.Repeat([]float64{weight}, len(x))
			low, high := kernels.Logistic(value, r, d, x, y, w)
			all = slices.Concat(all, value, r, d, []float64{low, high})
			low, high = kernels.Logistic(value, r, d, x, y, nil)
			all = slices.Concat(all, value, r, d, []float64{low, high})
		}
	}
	return all
}
