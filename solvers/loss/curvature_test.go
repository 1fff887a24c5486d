package loss

import (
	"math"
	"slices"
	"testing"
)

// moderate is predictors at which nothing overflows.
func moderate(yield func(float64) bool) {
	for eta := -5.0; eta <= 5; eta += 0.37 {
		if !yield(eta) {
			return
		}
	}
}

// TestScoringIsOneStepOfLeastSquares: the same gradient, the curvature that the
// loss has where the target is the mean, in which it is linear, and the Value of
// least squares with these.
func TestScoringIsOneStepOfLeastSquares(t *testing.T) {
	found := 0
	for _, l := range losses {
		scorer, ok := l.Loss.(Scorer)
		if r, is := l.Loss.(renamed); is {
			scorer, ok = r.Loss.(Scorer)
		}
		if !ok {
			continue
		}
		found++
		for _, y := range l.targets {
			for eta := range moderate {
				_, r, _ := evaluate(l, eta, y)
				_, _, expected := evaluate(l, eta, math.Exp(eta))
				value, scored, d := evaluate(scorer.Scoring(), eta, y)
				if math.Abs(scored-r) > 1e-15*math.Abs(r) || math.Abs(d-expected) > 1e-13*d || math.Abs(value-r*r/d/2) > 1e-14*value {
					t.Errorf("%s, eta %g, y %g: %g, %g, %g; R is %g, the expected D %g", l.Name(), eta, y, value, scored, d, r, expected)
				}
			}
		}
	}
	if found != 4 {
		t.Errorf("%d losses with a link that is not canonical", found)
	}
}

func TestAMajorizedLossLiesBelowItsQuadratic(t *testing.T) {
	found := 0
	for _, l := range losses {
		majorizer, ok := l.Loss.(Majorizer)
		if r, is := l.Loss.(renamed); is {
			majorizer, ok = r.Loss.(Majorizer)
		}
		if !ok {
			continue
		}
		found++
		for _, y := range l.targets {
			for eta := range moderate {
				value, r, d := evaluate(l, eta, y)
				above, slope, curvature := evaluate(majorizer.Majorized(), eta, y)
				if above != value || slope != r || !(curvature > 0) || curvature < d*(1-1e-12) {
					t.Errorf("%s, eta %g, y %g: %g, %g, %g; majorized %g, %g, %g", l.Name(), eta, y, value, r, d, above, slope, curvature)
				}
				for to := range moderate {
					there, _, _ := evaluate(l, to, y)
					if quadratic := value + r*(to-eta) + curvature*(to-eta)*(to-eta)/2; there > quadratic+1e-13*(there+value+math.Abs(r)) {
						t.Errorf("%s, y %g: at %g it is %g, the quadratic at %g %g", l.Name(), y, to, there, eta, quadratic)
					}
				}
			}
		}
	}
	if found != 5 {
		t.Errorf("%d losses that have a majorizer", found)
	}
}

func TestWidenedLossesAreThemselvesOfAnotherWidth(t *testing.T) {
	for _, c := range []struct {
		Widener
		width float64
		wide  Loss
	}{
		{Huber{}, 1.345, Huber{Delta: 7}}, {Huber{Delta: 0.5}, 0.5, Huber{Delta: 7}},
		{Quantile{Tau: 0.9}, 1, Quantile{Tau: 0.9, Bandwidth: 7}}, {Quantile{Bandwidth: 0.5}, 0.5, Quantile{Bandwidth: 7}},
	} {
		if c.Width() != c.width || c.Widened(7) != c.wide {
			t.Errorf("%s: width %g, widened %+v", c.Name(), c.Width(), c.Widened(7))
		}
	}
}

// TestRowsWithoutWeightCountNothing, whatever they overflow to.
func TestRowsWithoutWeightCountNothing(t *testing.T) {
	for _, l := range losses {
		for _, eta := range []float64{-1e5, -800, 800, 1e5} {
			for _, y := range l.targets {
				b := block(1, true)
				b.Eta[0], b.Y[0] = eta, y
				l.Evaluate(b)
				if b.Value[0] != 0 || b.R[0] != 0 || b.D[0] != 0 {
					t.Errorf("%s, eta %g, y %g: %g, %g, %g", l.Name(), eta, y, b.Value[0], b.R[0], b.D[0])
				}
			}
		}
	}
}

// TestDeviancesKeepTheirDigitsNearTheMinimum: a hair beside it they are ½dt²,
// which the terms of the textbook's formula drown.
func TestDeviancesKeepTheirDigitsNearTheMinimum(t *testing.T) {
	const shift = 0x1p-20
	for _, c := range []struct {
		Loss
		curvature func(y float64) float64
	}{
		{Poisson{}, func(y float64) float64 { return y }},
		{Gamma{}, func(float64) float64 { return 1 }},
		{Tweedie{}, math.Sqrt},
	} {
		for _, y := range []float64{1, 1e6, 1e12} {
			value, _, _ := evaluate(c, math.Log(y)+shift, y)
			if want := 0.5 * shift * shift * c.curvature(y); math.Abs(value-want) > 1e-6*want {
				t.Errorf("%s, y %g: %g, want %g", c.Name(), y, value, want)
			}
		}
	}
}

func TestTargetsOfEachLoss(t *testing.T) {
	targets := []float64{-1, -5e-324, 0, 5e-324, 0.5, 1, 1e300, math.Inf(1), math.Inf(-1), math.NaN()}
	for _, c := range []struct {
		Loss
		accepted []float64
	}{
		{Poisson{}, targets[2:7]}, {Tweedie{}, targets[2:7]}, {Gamma{}, targets[3:7]}, {SquaredHinge{}, []float64{0, 1}},
	} {
		for _, y := range targets {
			if c.Accepts(y) != slices.Contains(c.accepted, y) {
				t.Errorf("%s, target %g: accepted %v", c.Name(), y, c.Accepts(y))
			}
		}
	}
}
