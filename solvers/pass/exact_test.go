package pass

import (
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/seed-0327bdf7/hesse/kernels"
	"github.com/seed-0327bdf7/hesse/solvers/loss"
)

const (
	epsilon   = 0x1p-53
	precision = 400
)

func number(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }

// A total is a sum of products without rounding, the sum of their sizes, and
// how far the errors of the factors can move it.
type total struct {
	sum         *big.Float
	size, slack float64
}

func (a *total) add(slack float64, factors ...float64) {
	if a.sum == nil {
		a.sum = number(0)
	}
	product := number(1)
	for _, f := range factors {
		product.Mul(product, number(f))
	}
	a.sum.Add(a.sum, product)
	f, _ := product.Float64()
	a.size += math.Abs(f)
	a.slack += math.Abs(slack)
}

// check fails unless |got − sum| ≤ bound·size + slack.
func (a *total) check(t *testing.T, s setting, what string, got, bound float64) {
	t.Helper()
	if a.sum == nil {
		a.sum = number(0)
	}
	d, _ := number(got).Sub(number(got), a.sum).Float64()
	if allowed := 1.001 * (bound*a.size + a.slack); !(math.Abs(d) <= allowed) {
		sum, _ := a.sum.Float64()
		t.Errorf("%v: %s is %g, want %g ± %.3g: off by %.3g", s, what, got, sum, allowed, d)
	}
}

// TestMomentsAreTheSumsOfTheirFormulas holds every field of moments, in
// shifted coordinates, to sums without rounding over rows in turn.
//
// A predictor is within δ = (p/8+14)·ε·(Σ_j |x_j−c_j|·|β_j| + |α| + |o|), the
// bound of kernels.Dots and two additions. The loss moves by |r|·δ, r and d by
// at most δ or d·δ, and each has an error of some ulps of its own. A sum over
// rows has the bound of kernels.Sum, Update or Triangle. x − c is rounded to T
// by definition, so the difference of two T is what the formulas start from.
func TestMomentsAreTheSumsOfTheirFormulas(t *testing.T) {
	t.Run("float64", func(t *testing.T) { momentsAreSums[float64](t, epsilon) })
	t.Run("float32", func(t *testing.T) { momentsAreSums[float32](t, 0x1p-24) })
}

func momentsAreSums[T kernels.Float](t *testing.T, epsilonT float64) {
	for _, shape := range []struct{ n, p int }{{1, 1}, {2, 0}, {5, 3}, {40, 8}, {150, 10}, {1100, 3}, {2100, 2}} {
		if raceDetector && shape.n > 100 {
			continue
		}
		for bits := range 16 {
			for _, l := range losses {
				s := setting{n: shape.n, p: shape.p, loss: l}.variant(bits)
				d, at := random[T](s)
				checkShift(t, s, d, epsilonT)
				checkMoments(t, s, d, at, epsilonT)
				if t.Failed() {
					return
				}
			}
		}
	}
}

// row is row i of what a pass goes over.
func row[T kernels.Float](d *Data[T], i int) (x []T, y, w, o float64) {
	if d.Index != nil {
		i = d.Index[i]
	}
	w = 1
	if d.Weights != nil {
		w = float64(d.Weights[i])
	}
	if d.Offset != nil {
		o = float64(d.Offset[i])
	}
	if d.X.Cols > 0 {
		x = d.X.Row(i)
	}
	return x, float64(d.Y[i]), w, o
}

// checkShift: c is the means of the first block, rounded to T.
func checkShift[T kernels.Float](t *testing.T, s setting, d *Data[T], epsilonT float64) {
	t.Helper()
	shift := newPassOf(t, d, s.model(), 1, false).Shift()
	if !s.intercept {
		if shift != nil {
			t.Errorf("%v: a shift without an intercept", s)
		}
		return
	}
	if len(shift) != s.p {
		t.Fatalf("%v: a shift of %d columns", s, len(shift))
	}
	n := min(s.n, 1024)
	for j, c := range shift {
		var mean total
		for i := range n {
			x, _, _, _ := row(d, i)
			mean.add(0, float64(x[j]), 1/float64(n))
		}
		f, _ := mean.sum.Float64()
		mean.slack = epsilonT * math.Abs(f)
		mean.check(t, s, "the shift", c, (float64(n)/8+12)*epsilon)
		if float64(T(c)) != c {
			t.Errorf("%v: the shift %v is no number of the data's type", s, c)
		}
	}
}

func checkMoments[T kernels.Float](t *testing.T, s setting, d *Data[T], at Point, epsilonT float64) {
	t.Helper()
	pass := newPassOf(t, d, s.model(), 1, false)
	m := run(t, pass, at, Want{Hessian: true, LogWeights: true})
	n, p, shift := s.n, s.p, make([]float64, s.p)
	copy(shift, m.Shift)
	if text := cmpSlices("Shift", m.Shift, pass.Shift()); text != "" {
		t.Errorf("%v: of moments and of the pass: %s", s, text)
	}

	var sumW, sumLogW, value, sumR, sumD total
	gradient, crossD, hessian := make([]total, p), make([]total, p), make([]total, p*p)
	rows, low, high, worst := 0, math.Inf(1), math.Inf(-1), 0.0
	xc := make([]float64, p)
	for i := range n {
		x, y, w, o := row(d, i)
		var predictor total
		predictor.add(0, at.Intercept)
		predictor.add(0, o)
		for j := range x {
			xc[j] = float64(x[j] - T(shift[j]))
			predictor.add(0, xc[j], at.Beta[j])
		}
		eta, _ := predictor.sum.Float64()
		delta := (float64(p)/8 + 14) * epsilon * predictor.size
		if w > 0 {
			rows++
			sumLogW.add(4*epsilon*math.Abs(math.Log(w)), math.Log(w))
		}
		sumW.add(0, w)
		var v, r, h, rSlack, hSlack float64
		if s.loss.Quadratic() {
			r = eta - y
			v, h = r*r/2, 1
			rSlack = delta + epsilon*math.Abs(r)
		} else {
			e := math.Exp(-math.Abs(eta))
			mu, nu := 1/(1+e), e/(1+e)
			if eta < 0 {
				mu, nu = nu, mu
			}
			v, r, h = math.Log1p(e)+max(eta, 0), mu, mu*nu
			if y == 1 {
				v, r = math.Log1p(e)+max(-eta, 0), -nu
			}
			rSlack, hSlack = h*delta+8*epsilon*math.Abs(r), h*delta+12*epsilon*h
			if w > 0 {
				margin := (2*y - 1) * eta
				low, high, worst = min(low, margin), max(high, margin), max(worst, delta)
			}
		}
		value.add(w*(math.Abs(r)*rSlack+rSlack*rSlack+math.Abs(r)*delta+8*epsilon*v), w, v)
		sumR.add(w*rSlack, w, r)
		sumD.add(w*hSlack, w, h)
		for j := range p {
			gradient[j].add(xc[j]*w*rSlack, xc[j], w, r)
			crossD[j].add(xc[j]*w*hSlack, xc[j], w, h)
			for k := j; k < p; k++ {
				hessian[j*p+k].add(xc[j]*xc[k]*w*hSlack, xc[j], xc[k], w, h)
			}
		}
	}

	sums := (float64(n)/8 + 30) * epsilon
	products := (float64(min(n, 128))+3)*epsilonT + (float64(n)/128+10)*epsilon
	if m.Rows != rows {
		t.Errorf("%v: Rows is %d, want %d", s, m.Rows, rows)
	}
	sumW.check(t, s, "SumW", m.SumW, sums)
	sumLogW.check(t, s, "SumLogW", m.SumLogW, float64(n)*epsilon)
	value.check(t, s, "Loss", m.Loss, sums)
	sumR.check(t, s, "SumR", m.SumR, sums)
	sumD.check(t, s, "SumD", m.SumD, sums)
	for j := range p {
		gradient[j].check(t, s, "Gradient", m.Gradient[j], sums)
		if !s.intercept {
			if m.CrossD[j] != 0 {
				t.Errorf("%v: CrossD without an intercept", s)
			}
		} else {
			crossD[j].check(t, s, "CrossD", m.CrossD[j], sums)
		}
		for k := range p {
			if k < j {
				if m.Hessian[j*p+k] != 0 {
					t.Errorf("%v: below the diagonal of the Hessian is %g", s, m.Hessian[j*p+k])
				}
				continue
			}
			hessian[j*p+k].check(t, s, "Hessian", m.Hessian[j*p+k], products)
		}
	}
	if !near(m.MinMargin, low, worst) || !near(m.MaxMargin, high, worst) {
		t.Errorf("%v: margins %g to %g, want %g to %g", s, m.MinMargin, m.MaxMargin, low, high)
	}
	if got := run(t, pass, at, Want{}).SumLogW; got != 0 {
		t.Errorf("%v: SumLogW is %g though nobody asked", s, got)
	}
}

func near(got, want, allowed float64) bool { return got == want || math.Abs(got-want) <= allowed }

// TestColumnsFarFromZeroLoseNoDigits: columns are a number so large that their
// squares have no digit left of what differs, plus small integers in units of
// their last place. In shifted coordinates all numbers are small integers, β
// and the weights powers of two, so every sum must be exact.
func TestColumnsFarFromZeroLoseNoDigits(t *testing.T) {
	t.Run("float64, nanoseconds since 1970", func(t *testing.T) { loseNoDigits[float64](t, 1.7e18, 256) })
	t.Run("float64, years", func(t *testing.T) { loseNoDigits[float64](t, 2025, 1) })
	t.Run("float32, near 2²⁴", func(t *testing.T) { loseNoDigits[float32](t, 16_000_000, 1) })
	t.Run("float32, years", func(t *testing.T) { loseNoDigits[float32](t, 2025, 1) })
}

func loseNoDigits[T kernels.Float](t *testing.T, far, unit float64) {
	const n, p = 3*1024 + 77, 9
	r := rand.New(rand.NewPCG(1, 2))
	d := &Data[T]{X: kernels.Matrix[T]{Rows: n, Cols: p, Stride: p, Data: make([]T, n*p)}, Y: make([]T, n), Weights: make([]T, n)}
	for i := range n {
		for j := range p {
			x := far + unit*float64(r.IntN(40)-20)
			if d.X.Data[i*p+j] = T(x); float64(T(x)) != x {
				t.Fatalf("%v is no %T", x, T(x))
			}
		}
		d.Y[i], d.Weights[i] = T(r.IntN(9)), []T{0, 0.5, 1, 2}[r.IntN(4)]
	}
	at := Point{Intercept: 3, Beta: make([]float64, p)}
	for j := range at.Beta {
		at.Beta[j] = math.Ldexp(1, r.IntN(4)-2) / unit
	}
	m := moments(t, d, Model{Loss: loss.Squared{}, Intercept: true}, at, Want{Hessian: true})

	gradient, crossD, hessian := make([]float64, p), make([]float64, p), make([]float64, p*p)
	var sumR, value float64
	xc := make([]float64, p) // in units
	for i := range n {
		eta := at.Intercept
		for j := range p {
			xc[j] = (float64(d.X.Data[i*p+j]) - m.Shift[j]) / unit
			if far != 2025 && xc[j] != math.Trunc(xc[j]) || math.Abs(xc[j]) > 41 {
				t.Fatalf("column %d less its shift %v is %v units", j, m.Shift[j], xc[j])
			}
			eta += xc[j] * (at.Beta[j] * unit)
		}
		w := float64(d.Weights[i])
		residual := eta - float64(d.Y[i])
		value += w * residual * residual / 2
		sumR += w * residual
		for j := range p {
			gradient[j] += w * residual * xc[j]
			crossD[j] += w * xc[j]
			for k := j; k < p; k++ {
				hessian[j*p+k] += w * xc[j] * xc[k]
			}
		}
	}
	// Where numbers are so large that the shift is a whole number of units,
	// nothing was rounded above, and nothing may be in the pass. Years have a
	// fractional mean, so that products are rounded.
	tolerance := 0.0
	if far == 2025 {
		tolerance = 1e-13
		if float64(T(0.1)) != 0.1 {
			tolerance = 2e-5
		}
	}
	close := func(what string, got, want, size float64) {
		t.Helper()
		if !(math.Abs(got-want) <= tolerance*size) {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
	close("Loss", m.Loss, value, value)
	close("SumR", m.SumR, sumR, n*100)
	for j := range p {
		close("Gradient", m.Gradient[j]/unit, gradient[j], n*1000)
		close("CrossD", m.CrossD[j]/unit, crossD[j], n*10)
		for k := j; k < p; k++ {
			close("Hessian", m.Hessian[j*p+k]/unit/unit, hessian[j*p+k], n*100)
		}
	}
}
