package kerneltest

import "math"

// A double is hi + lo, |lo| at most half a unit of hi: a number of 106 bits.
// The functions below are correct to more than 90 of them, a hundred times as
// fast as package big; TestDoubles holds them to it.
type double struct{ hi, lo float64 }

func twoSum(a, b float64) double {
	sum := a + b
	virtual := sum - a
	return double{sum, (a - (sum - virtual)) + (b - virtual)}
}

func twoProduct(a, b float64) double {
	product := float64(a * b)
	return double{product, math.FMA(a, b, -product)}
}

func (a double) plus(b double) double {
	s, t := twoSum(a.hi, b.hi), twoSum(a.lo, b.lo)
	s = twoSum(s.hi, s.lo+t.hi)
	return twoSum(s.hi, s.lo+t.lo)
}

func (a double) times(b double) double {
	p := twoProduct(a.hi, b.hi)
	return twoSum(p.hi, p.lo+math.FMA(a.hi, b.lo, float64(a.lo*b.hi)))
}

func (a double) over(b double) double {
	q := a.hi / b.hi
	rest := a.plus(b.times(double{-q, 0}))
	next := rest.hi / b.hi
	rest = rest.plus(b.times(double{-next, 0}))
	return twoSum(q, next).plus(double{rest.hi / b.hi, 0})
}

func (a double) negated() double { return double{-a.hi, -a.lo} }

func (a double) scaled(n int) double { return double{math.Ldexp(a.hi, n), math.Ldexp(a.lo, n)} }

var (
	doubleOne = double{1, 0}
	doubleTwo = double{2, 0}

	// ln 2 in three parts; n times the first two is exact for |n| < 2^11.
	ln2Parts = [3]float64{0x1.62e42fefa3800p-1, 0x1.ef35793c76000p-45, 0x1.cc01f97b57a08p-87}
)

func ln2Times(n int) double {
	k := float64(n)
	return double{k * ln2Parts[0], 0}.plus(double{k * ln2Parts[1], 0}).plus(double{k * ln2Parts[2], 0})
}

// expm1Reduced is e and n with exp(x) = 2^n·(1 + e), |x| < 800, and n = 0
// where |x| < 0.3. e keeps its relative accuracy.
func expm1Reduced(x double) (e double, n int) {
	if math.Abs(x.hi) >= 0.3 {
		n = int(math.Round(x.hi / math.Ln2))
		x = x.plus(ln2Times(n).negated())
	}
	const halvings = 6
	r := x.scaled(-halvings)
	// r + r²/2! + …, from its end.
	sum := double{}
	for i := 12; i >= 1; i-- {
		sum = r.over(double{float64(i), 0}).times(doubleOne.plus(sum))
	}
	for range halvings {
		sum = sum.scaled(1).plus(sum.times(sum)) // (1+e)² − 1
	}
	return sum, n
}

// logSeries is log(1 + f) for |f| < 1/8.
func logSeries(f double) double {
	s := f.over(doubleTwo.plus(f))
	z := s.times(s)
	sum := double{}
	for j := 15; j >= 1; j-- {
		sum = z.times(sum.plus(doubleOne.over(double{float64(2*j + 1), 0})))
	}
	return s.scaled(1).times(doubleOne.plus(sum))
}

// logDouble is log(x) for x > 0, by a step of Newton's method.
func logDouble(x double) double {
	fraction, k := math.Frexp(x.hi)
	if fraction < math.Sqrt2/2 {
		k--
	}
	m := x.scaled(-k)
	if f := m.plus(doubleOne.negated()); math.Abs(f.hi) < 0.125 {
		return ln2Times(k).plus(logSeries(f))
	}
	first := math.Log(m.hi)
	e, n := expm1Reduced(double{-first, 0})
	rest := m.times(doubleOne.plus(e)).scaled(n).plus(doubleOne.negated())
	return ln2Times(k).plus(double{first, 0}.plus(rest.plus(double{-rest.hi * rest.hi / 2, 0})))
}

// log1pDouble is log(1 + f) for f > −1 that is not subnormal.
func log1pDouble(f double) double {
	switch {
	case math.Abs(f.hi) < 0x1p-60:
		return f.plus(double{-f.hi * (f.hi / 2), 0})
	case math.Abs(f.hi) < 0.125:
		return logSeries(f)
	}
	return logDouble(doubleOne.plus(f))
}

// What the functions of package kernels are, as d·2^n.

func exactExp(x float64) (d double, n int) {
	e, n := expm1Reduced(double{x, 0})
	return doubleOne.plus(e), n
}

func exactExpm1(x float64) (d double, n int) {
	if math.Abs(x) < 0x1p-60 {
		return double{x, x * (x / 2)}, 0
	}
	e, n := expm1Reduced(double{x, 0})
	switch {
	case n == 0:
		return e, 0
	case n < 0:
		return doubleOne.plus(e).scaled(n).plus(doubleOne.negated()), 0
	}
	return doubleOne.plus(e).plus(double{-math.Ldexp(1, -n), 0}), n
}

func exactLog(x float64) (d double, n int) { return logDouble(double{x, 0}), 0 }

func exactLog1p(x float64) (d double, n int) { return log1pDouble(double{x, 0}), 0 }

func exactSigmoid(x float64) (d double, n int) {
	e, n := exactExp(-min(math.Abs(x), 800))
	onePlus := doubleOne.plus(e.scaled(n))
	if x < 0 {
		return e.over(onePlus), n
	}
	return doubleOne.over(onePlus), 0
}

func exactSoftplus(x float64) (d double, n int) {
	e, n := exactExp(-min(math.Abs(x), 800))
	switch {
	case x >= 0:
		return double{x, 0}.plus(log1pDouble(e.scaled(n))), 0
	case n < -60: // log(1+e) = e·(1 − e/2 + …)
		return e.times(doubleOne.plus(double{-math.Ldexp(e.hi, n-1), 0})), n
	}
	return log1pDouble(e.scaled(n)), 0
}

// exactSlope is σ(x)·σ(−x).
func exactSlope(x float64) (d double, n int) {
	e, n := exactExp(-min(math.Abs(x), 800))
	onePlus := doubleOne.plus(e.scaled(n))
	return e.over(onePlus.times(onePlus)), n
}

// ulpsOff is the distance of got from d·2^n in units in the last place of the
// latter; infinite where only one of them is.
func ulpsOff(got float64, d double, n int) float64 {
	want := math.Abs(math.Ldexp(d.hi, n))
	if math.IsInf(want, 0) && math.Abs(got) == want && (got > 0) == (d.hi > 0) {
		return 0
	}
	if math.IsInf(got, 0) || math.IsNaN(got) {
		return math.Inf(1)
	}
	_, exponent := math.Frexp(d.hi)
	unit := max(exponent+n-53, -1074)
	scale := -n
	if n < 0 { // in two steps, since 2^1074 is no float64
		got *= 0x1p200
		scale -= 200
	}
	off := (math.Ldexp(got, scale) - d.hi) - d.lo
	return math.Abs(math.Ldexp(off, n-unit))
}
