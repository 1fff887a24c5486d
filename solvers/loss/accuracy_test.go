package loss

import (
	"math"
	"math/big"
	"testing"
)

const precision = 300

func number(x float64) *big.Float { return new(big.Float).SetPrec(precision).SetFloat64(x) }
func add(a, b *big.Float) *big.Float {
	return new(big.Float).SetPrec(precision).Add(a, b)
}
func times(a, b *big.Float) *big.Float {
	return new(big.Float).SetPrec(precision).Mul(a, b)
}
func over(a, b *big.Float) *big.Float {
	return new(big.Float).SetPrec(precision).Quo(a, b)
}

// exp is the exponential to 190 bits for |x| up to 1e5, by halving the
// argument and a Taylor series.
func exp(x float64) *big.Float {
	const halvings = 20
	r := number(x)
	r.SetMantExp(r, -halvings)
	sum, term := number(1), number(1)
	for i := 1; i < 40; i++ {
		term = over(times(term, r), number(float64(i)))
		sum = add(sum, term)
	}
	for range halvings {
		sum = times(sum, sum)
	}
	return sum
}

// log1p is log(1 + e) to 190 bits for 0 ≤ e ≤ 1, as 2·atanh(e/(2+e)): no sum
// of it cancels.
func log1p(e *big.Float) *big.Float {
	s := over(e, add(number(2), e))
	square, power, sum := times(s, s), number(1), number(0)
	for k := range 62 {
		sum = add(sum, over(power, number(float64(2*k+1))))
		power = times(power, square)
	}
	return times(times(number(2), s), sum)
}

// ulps is the distance of got from want in units in the last place of want.
func ulps(got float64, want *big.Float) float64 {
	if math.IsNaN(got) || math.IsInf(got, 0) {
		return math.Inf(1)
	}
	w, _ := want.Float64()
	unit := math.Nextafter(math.Abs(w), math.Inf(1)) - math.Abs(w)
	f, _ := over(add(number(got), new(big.Float).Neg(want)), number(unit)).Float64()
	return math.Abs(f)
}

// TestLogisticKeepsItsDigits holds the three results to 300 bits: relative
// errors of a few units in the last place, however confident the prediction.
func TestLogisticKeepsItsDigits(t *testing.T) {
	allowed := [3]float64{2, 2, 3.5} // what the documentation of the kernel states
	var worst [3]float64
	points := etas()
	for _, eta := range []float64{720, 736.9, 740, 744.4, 745.13, 746, 800} { // where exp(−|η|) is subnormal or zero
		points = append(points, eta, -eta)
	}
	for _, eta := range points {
		if math.Abs(eta) > 1e5 {
			continue
		}
		e := exp(-math.Abs(eta))
		onePlus := add(number(1), e)
		mu, nu := over(number(1), onePlus), over(e, onePlus) // σ(η), σ(−η) for η ≥ 0
		if eta < 0 {
			mu, nu = nu, mu
		}
		for _, y := range []float64{0, 1} {
			value, r := log1p(e), mu
			if y == 1 {
				r = new(big.Float).Neg(nu)
			}
			if (eta > 0) == (y == 0) {
				value = add(value, number(math.Abs(eta)))
			}
			gotValue, gotR, gotD := evaluate(Logistic{}, eta, y)
			for i, d := range []float64{ulps(gotValue, value), ulps(gotR, r), ulps(gotD, times(mu, nu))} {
				worst[i] = max(worst[i], d)
				if !(d <= allowed[i]) {
					t.Errorf("eta %g, y %g: %s is off by %.2f ulp", eta, y, []string{"the loss", "R", "D"}[i], d)
				}
			}
		}
	}
	t.Logf("worst of the loss, R and D: %.2f ulp", worst)
}

func TestLogisticOfHugePredictors(t *testing.T) {
	for _, eta := range []float64{1e5, 1e15, 1e200, 8e307} {
		for _, c := range []struct{ eta, y, value, r float64 }{{eta, 1, 0, 0}, {-eta, 0, 0, 0}, {eta, 0, eta, 1}, {-eta, 1, eta, -1}} {
			value, r, d := evaluate(Logistic{}, c.eta, c.y)
			if value != c.value || r != c.r || d != 0 {
				t.Errorf("eta %g, y %g: %g, %g, %g", c.eta, c.y, value, r, d)
			}
		}
	}
}

// TestSquaredIsCorrectlyRounded: η − y is rounded once, and its square once.
func TestSquaredIsCorrectlyRounded(t *testing.T) {
	for _, eta := range etas() {
		for _, y := range []float64{0, 1, -2.5, 1e3, -1e-3, 1e-300, eta, math.Nextafter(eta, 1)} {
			r, _ := add(number(eta), number(-y)).Float64()
			value, _ := new(big.Float).SetMantExp(times(number(r), number(r)), -1).Float64()
			gotValue, gotR, gotD := evaluate(Squared{}, eta, y)
			if gotR != r || gotD != 1 || gotValue != value {
				t.Errorf("eta %g, y %g: %g, %g, %g; want %g, %g, 1", eta, y, gotValue, gotR, gotD, value, r)
			}
		}
	}
}
